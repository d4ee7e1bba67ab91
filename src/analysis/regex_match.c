/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "analysis/regex_private.h"

/*
 * Looks at stretches of places where a match may begin, short enough to ask between two
 * of them whether the search was cancelled. In a stretch PCRE2 may take few steps for
 * each place. Where that is not enough stretches become shorter, down to a single place,
 * for which there is code that can be stopped in its middle.
 */
enum {
	STEPS_FEW = 1000,
	STEPS_MANY = 50000,
	STEPS_MOST = 10000000,
	/* Beyond that a stretch is not read for an expression that knows its reach. */
	REACH_MOST = 4 << 10,
	JIT_STACK_FIRST = 32 << 10,
	JIT_STACK_MOST = 1 << 20,
	HEAP_MOST = 32 << 10, /* KiB, of the interpreter */
	/* So many literals, one right behind the other, are worse than none. */
	CROWD = 64,
	CROWD_DISTANCE = 24,
};

struct RegexRunner {
	const Regex *regex;
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
	const Job *job; /* what the callout asks */
	size_t stretch; /* for the next one */
	unsigned crowd; /* how many literals came close together */
	bool hurried;
};

static int ask_job(pcre2_callout_block *block, void *context)
{
	const RegexRunner *runner = context;
	(void)block;
	return job_cancelled(runner->job) ? PCRE2_ERROR_CALLOUT : 0;
}

RegexRunner *regex_runner_new(const Regex *regex)
{
	RegexRunner *runner = calloc(1, sizeof(*runner));
	if (!runner)
		return NULL;
	runner->regex = regex;
	runner->stretch = regex->stretch;
	runner->context = pcre2_match_context_create(NULL);
	runner->data = pcre2_match_data_create(1, NULL);
	/* A worker's own stack is small. NULL where there is no JIT. */
	runner->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
	if (!runner->context || !runner->data) {
		regex_runner_free(runner);
		return NULL;
	}
	pcre2_jit_stack_assign(runner->context, NULL, runner->stack);
	(void)pcre2_set_heap_limit(runner->context, HEAP_MOST);
	(void)pcre2_set_callout(runner->context, ask_job, runner);
	return runner;
}

void regex_runner_free(RegexRunner *runner)
{
	if (!runner)
		return;
	pcre2_match_context_free(runner->context);
	pcre2_match_data_free(runner->data);
	pcre2_jit_stack_free(runner->stack);
	free(runner);
}

void regex_runner_hurry(RegexRunner *runner)
{
	runner->hurried = true;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

typedef struct {
	const pcre2_code *code;
	size_t from, end; /* of what it sees of the subject */
	uint32_t options, steps;
} Call;

static int call(RegexRunner *runner, const RegexSubject *subject, const Call *what)
{
	/* Where it is asked for more than it sees, "$" has to ask, too, not to fail. */
	const bool asks = (what->options & PCRE2_PARTIAL_HARD) != 0;
	const bool cut = !asks && (what->end < subject->length || !subject->is_end);
	const uint32_t options =
		what->options | PCRE2_NOTEMPTY | (cut ? PCRE2_NOTEOL : 0);
	(void)pcre2_set_match_limit(runner->context, what->steps);
	return pcre2_match(what->code, subject->bytes, what->end, what->from, options,
			   runner->data, runner->context);
}

static RegexResult take_hit(const RegexRunner *runner, RegexHit *hit)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(runner->data);
	hit->at = offsets[0];
	hit->length = offsets[1] - offsets[0];
	return REGEX_FOUND;
}

RegexResult regex_match_at(RegexRunner *runner, const RegexSubject *subject, size_t at,
			   const Job *job, RegexHit *hit)
{
	const size_t end = smaller(subject->length - at, runner->regex->sight) + at;
	runner->job = job;
	Call what = {runner->regex->at, at, end, 0, STEPS_MANY};
	int found = call(runner, subject, &what);
	if (found < PCRE2_ERROR_NOMATCH && !runner->hurried) {
		what.code = runner->regex->careful;
		what.steps = STEPS_MOST;
		found = call(runner, subject, &what);
	}
	if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
		what.options = PCRE2_NO_JIT;
		found = call(runner, subject, &what);
	}
	if (found >= 0)
		return take_hit(runner, hit);
	if (found == PCRE2_ERROR_NOMATCH || job_cancelled(job))
		return REGEX_NONE;
	hit->at = at;
	return REGEX_STUCK;
}

/* How a stretch ended. */
typedef enum {
	STRETCH_NONE,
	STRETCH_FOUND,
	STRETCH_CUT,  /* at *at the expression would look at what the call did not see */
	STRETCH_LONG, /* takes too many steps */
} StretchEnd;

/* The places [from, to). */
static StretchEnd try_stretch(RegexRunner *runner, const RegexSubject *subject,
			      size_t from, size_t to, RegexHit *hit)
{
	const size_t reach = runner->regex->shape.reach;
	const bool bounded = reach <= smaller(REACH_MOST, runner->regex->sight);
	const size_t wish = bounded ? to + reach : from + runner->regex->stretch;
	Call what = {runner->regex->search, from, smaller(wish, subject->length), 0,
		     STEPS_FEW};
	/* When the end is all there is, that is what the expression is to see. */
	if (!bounded && (what.end < subject->length || !subject->is_end))
		what.options = PCRE2_PARTIAL_HARD;
	const int found = call(runner, subject, &what);
	if (found == PCRE2_ERROR_NOMATCH)
		return STRETCH_NONE;
	if (found < 0 && found != PCRE2_ERROR_PARTIAL)
		return STRETCH_LONG;
	(void)take_hit(runner, hit);
	if (hit->at >= to)
		return STRETCH_NONE;
	return found == PCRE2_ERROR_PARTIAL ? STRETCH_CUT : STRETCH_FOUND;
}

/* One stretch, or what there is of it up to a hit. *from moves behind what is decided. */
static RegexResult step(RegexRunner *runner, const RegexSubject *subject, size_t *from,
			size_t to, const Job *job, RegexHit *hit)
{
	const size_t end = smaller(to - *from, runner->stretch) + *from;
	size_t at = *from;
	if (end - *from > 1) {
		switch (try_stretch(runner, subject, *from, end, hit)) {
		case STRETCH_FOUND:
			return REGEX_FOUND;
		case STRETCH_NONE:
			*from = end;
			runner->stretch =
				smaller(2 * runner->stretch, runner->regex->stretch);
			return REGEX_NONE;
		case STRETCH_LONG:
			hit->at = *from;
			runner->stretch = (end - *from) / 8 + 1;
			return runner->hurried ? REGEX_STUCK : REGEX_NONE;
		case STRETCH_CUT:
			at = hit->at;
			break;
		}
	}
	*from = at + 1;
	runner->stretch = smaller(2 * runner->stretch, runner->regex->stretch);
	return regex_match_at(runner, subject, at, job, hit);
}

static RegexResult find_plain(RegexRunner *runner, const RegexSubject *subject,
			      size_t from, size_t to, const Job *job, RegexHit *hit)
{
	while (from < to && !job_cancelled(job)) {
		const RegexResult result = step(runner, subject, &from, to, job, hit);
		if (result != REGEX_NONE)
			return result;
	}
	return REGEX_NONE;
}

/* The first place where a match with a literal at at may begin, not before from. */
static size_t lead_begin(const Regex *regex, const uint8_t *bytes, size_t at, size_t from)
{
	const RegexShape *shape = &regex->shape;
	const size_t most = smaller(shape->lead_max, regex->sight);
	const size_t first = at - from > most ? at - most : from;
	while (at > first && shape->lead[bytes[at - 1]])
		at--;
	return at;
}

/* Where the literal may stand at last for a match that begins before to. */
static size_t literal_limit(const Regex *regex, const RegexSubject *subject, size_t to)
{
	const size_t most = smaller(regex->shape.lead_max, regex->sight);
	return smaller(to + most + regex->literal.length, subject->length);
}

RegexResult regex_find(RegexRunner *runner, const RegexSubject *subject, size_t from,
		       size_t to, const Job *job, RegexHit *hit)
{
	const Regex *regex = runner->regex;
	const RegexShape *shape = &regex->shape;
	runner->job = job;
	if (regex->literal.length == 0)
		return find_plain(runner, subject, from, to, job, hit);
	const size_t limit = literal_limit(regex, subject, to);
	while (from < to) {
		size_t end = smaller(to - from, runner->regex->stretch) + from;
		size_t begin = from;
		if (runner->crowd < CROWD) {
			const size_t at =
				matcher_find(&regex->matcher, subject->bytes, limit,
					     from + shape->lead_min, job);
			if (at == SIZE_MAX)
				return REGEX_NONE;
			const size_t distance = at - shape->lead_min - from;
			runner->crowd = distance < CROWD_DISTANCE ? runner->crowd + 1 : 0;
			begin = lead_begin(regex, subject->bytes, at, from);
			end = smaller(at - shape->lead_min + 1, to);
		} else {
			runner->crowd = CROWD / 2;
		}
		const RegexResult result =
			find_plain(runner, subject, begin, end, job, hit);
		if (result != REGEX_NONE || job_cancelled(job))
			return result;
		from = end;
	}
	return REGEX_NONE;
}
