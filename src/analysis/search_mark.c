/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/matcher.h"
#include "analysis/regex.h"
#include "mhex/byte_state.h"
#include "mhex/search.h"

/* All bytes of [begin, end)? */
static bool is_readable(const uint8_t *states, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		if (states[i] & BYTE_UNREADABLE)
			return false;
	}
	return true;
}

static void set_flag(const SearchView *view, size_t begin, size_t end, uint8_t flag)
{
	for (size_t i = begin; i < end; i++)
		view->states[i] |= flag;
}

static void mark_fixed(const Pattern *pattern, uint64_t every, const SearchView *view,
		       uint8_t flag)
{
	Matcher matcher;
	matcher_init(&matcher, pattern, NULL);
	size_t marked = 0; /* behind the last byte that has its flag */
	size_t at = matcher_find(&matcher, view->bytes, view->length, 0, NULL);
	while (at != SIZE_MAX) {
		const size_t end = at + pattern->length;
		const bool accepted = every <= 1 || (view->offset + at) % every == 0;
		if (accepted && is_readable(view->states, at, end)) {
			set_flag(view, at > marked ? at : marked, end, flag);
			marked = end;
		}
		at = matcher_find(&matcher, view->bytes, view->length, at + 1, NULL);
	}
}

/* A stretch of view that can be read. */
typedef struct {
	size_t begin, end;
	size_t before; /* so many of them are there to be looked back at */
} Run;

static void mark_run(RegexRunner *runner, uint64_t every, const SearchView *view,
		     const Run *run, uint8_t flag)
{
	const bool is_end = run->end < view->length || view->is_end;
	const RegexSubject subject = {view->bytes + run->begin, run->end - run->begin,
				      is_end};
	RegexHit hit;
	size_t from = run->before;
	while (from < subject.length && regex_find(runner, &subject, from, subject.length,
						   NULL, &hit) == REGEX_FOUND) {
		const size_t at = run->begin + hit.at;
		const bool accepted = every <= 1 || (view->offset + at) % every == 0;
		if (accepted)
			set_flag(view, at, at + hit.length, flag);
		from = hit.at + (accepted ? hit.length : 1);
	}
}

static void mark_regex(const Pattern *pattern, uint64_t every, const SearchView *view,
		       uint8_t flag)
{
	RegexRunner *runner = regex_runner_new(pattern->regex);
	if (!runner)
		return;
	regex_runner_hurry(runner);
	Run run = {.before = view->offset > 0 ? pattern->before : 0};
	while (run.begin < view->length) {
		run.end = run.begin;
		while (run.end < view->length &&
		       !(view->states[run.end] & BYTE_UNREADABLE))
			run.end++;
		mark_run(runner, every, view, &run, flag);
		run = (Run){.begin = run.end + 1};
	}
	regex_runner_free(runner);
}

void search_mark(const Pattern *pattern, uint64_t every, const SearchView *view,
		 uint8_t flag)
{
	if (pattern->regex)
		mark_regex(pattern, every, view, flag);
	else if (pattern->length > 0 && pattern->length <= SEARCH_MARK_MAX)
		mark_fixed(pattern, every, view, flag);
}
