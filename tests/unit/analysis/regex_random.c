/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/regex_private.h"
#include "analysis/scanner.h"
#include "unit/analysis/random.h"

/*
 * Random expressions on random bytes, beside PCRE2's interpreter asked at each place.
 */
enum {
	LENGTH_MAX = 400,
	TEXT_MAX = 400,
};

typedef struct {
	uint64_t *state;
	char text[TEXT_MAX];
	size_t length;
	unsigned groups;
} Writer;

static void put(Writer *writer, const char *text)
{
	const size_t length = strlen(text);
	cr_assert(lt(sz, writer->length + length, TEXT_MAX));
	memcpy(writer->text + writer->length, text, length + 1);
	writer->length += length;
}

static const char *pick(Writer *writer, const char *const *texts, size_t count)
{
	return texts[random_below(writer->state, count)];
}

#define PICK(writer, texts) pick(writer, texts, sizeof(texts) / sizeof((texts)[0]))

static void put_alternatives(Writer *writer, unsigned depth);

static void put_group(Writer *writer, unsigned depth)
{
	static const char *const heads[] = {"(",   "(",    "(?:",   "(?:",  "(?>",  "(?=",
					    "(?!", "(?i:", "(?-i:", "(?s:", "(?<g>"};
	const char *head = PICK(writer, heads);
	if (strcmp(head, "(?<g>") == 0 && writer->groups++ > 0)
		head = "(?:";
	put(writer, head);
	put_alternatives(writer, depth - 1);
	put(writer, ")");
}

/* True when it may be repeated. */
static bool put_atom(Writer *writer, unsigned depth)
{
	static const char *const atoms[] = {
		"a",      "b",    "c",   "A",   "ab",     "abc",   "\\x00",  "\\0",
		"[ab]",   "[^a]", ".",   "\\w", "\\W",    "[a-c]", "\\n",    "\\x{61}",
		"[\\w-]", "[]a]", "\\d", "\\.", "[^\\n]", "\\s",   "\\Qa\\E"};
	static const char *const asserts[] = {
		"\\b",     "\\B",    "^",           "$",         "\\A",
		"\\z",     "(?<=a)", "(?<!b)",      "(?<=ab|c)", "(?<=\\ba)",
		"(?<!^a)", "\\Z",    "(?<=(?<=a)b)"};
	const size_t kind = random_below(writer->state, 24);
	const bool is_group = kind < 5 && depth > 0;
	const bool is_assert = !is_group && kind < 7;
	if (is_group)
		put_group(writer, depth);
	else if (is_assert)
		put(writer, PICK(writer, asserts));
	else if (kind == 7 && random_below(writer->state, 4) == 0)
		put(writer, "(?i)");
	else if (kind == 8 && random_below(writer->state, 4) == 0)
		put(writer, "(?:(a|b)c?\\g{-1})");
	else
		put(writer, PICK(writer, atoms));
	return !is_assert && kind != 7 && kind != 8;
}

static void put_sequence(Writer *writer, unsigned depth)
{
	static const char *const repeats[] = {"*",    "+",     "?",   "*?",     "+?",
					      "??",   "*+",    "++",  "{2}",    "{0,2}",
					      "{2,}", "{1,3}", "{3}", "{1,3}+", "{2,}?"};
	for (size_t left = 1 + random_below(writer->state, 4); left > 0; left--) {
		if (put_atom(writer, depth) && random_below(writer->state, 3) == 0)
			put(writer, PICK(writer, repeats));
	}
}

static void put_alternatives(Writer *writer, unsigned depth)
{
	put_sequence(writer, depth);
	while (random_below(writer->state, 5) == 0 && writer->length < TEXT_MAX / 2) {
		put(writer, "|");
		put_sequence(writer, depth);
	}
}

typedef struct {
	uint64_t offsets[LENGTH_MAX], lengths[LENGTH_MAX];
	size_t count;
} Found;

static bool add_found(void *context, uint64_t offset, uint64_t length)
{
	Found *found = context;
	cr_assert(lt(sz, found->count, LENGTH_MAX));
	found->offsets[found->count] = offset;
	found->lengths[found->count++] = length;
	return true;
}

static const char letters[] = {'a', 'b', 'a', 'b', 'c', 'A', '\n', '\0', '-', ']', '7'};

static void random_text(uint64_t *state, uint8_t *bytes, size_t length)
{
	const size_t kinds = 1 + random_below(state, sizeof(letters));
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)letters[random_below(state, kinds)];
}

/* What is asked of the expression; the same for both. */
typedef struct {
	char text[TEXT_MAX + 8];
	uint8_t bytes[LENGTH_MAX];
	uint8_t readable[LENGTH_MAX];
	size_t length, sight;
	uint64_t every, to;
	bool costly; /* too many steps for anybody */
} Case;

/* bytes[begin, end) are all that can be seen. */
static void naive_part(Case *c, pcre2_code *code, size_t begin, size_t end, size_t *from,
		       Found *found)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	size_t at = *from > begin ? *from : begin;
	(void)pcre2_set_match_limit(context, 20000);
	while (at < end && at < c->to) {
		const bool cut = end - at > c->sight;
		const size_t seen = cut ? at + c->sight : end;
		const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(data);
		const int got =
			at % c->every != 0
				? -1
				: pcre2_match(code, c->bytes + begin, seen - begin,
					      at - begin,
					      PCRE2_NOTEMPTY | (cut ? PCRE2_NOTEOL : 0),
					      data, context);
		c->costly = c->costly || got < PCRE2_ERROR_NOMATCH;
		if (got >= 0)
			(void)add_found(found, at, offsets[1] - offsets[0]);
		at = got >= 0 ? begin + offsets[1] : at + 1;
	}
	*from = at > *from ? at : *from;
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
}

static void naive_scan(Case *c, Found *found)
{
	int error = 0;
	size_t at = 0;
	const char *end = strrchr(c->text, '/');
	uint32_t options = PCRE2_ANCHORED | PCRE2_DOLLAR_ENDONLY;
	options |= strchr(end, 'i') ? PCRE2_CASELESS : 0;
	options |= strchr(end, 's') ? PCRE2_DOTALL : 0;
	options |= strchr(end, 'm') ? PCRE2_MULTILINE : 0;
	pcre2_code *code =
		pcre2_compile((PCRE2_SPTR)c->text + 1, (size_t)(end - c->text) - 1,
			      options, &error, &at, NULL);
	cr_assert(code != NULL, "%s", c->text);
	size_t from = 0;
	for (size_t begin = 0; begin < c->length;) {
		size_t stop = begin;
		while (stop < c->length && c->readable[stop])
			stop++;
		naive_part(c, code, begin, stop, &from, found);
		begin = stop + 1;
	}
	pcre2_code_free(code);
}

/* In runs of random length, each in memory of its own. */
static void feed_all(Scanner *scanner, uint64_t *state, const Case *c)
{
	const size_t most = 1 + random_below(state, random_below(state, 2) ? 4 : 300);
	for (size_t at = 0; at < c->length;) {
		const size_t wish = 1 + random_below(state, most);
		size_t run = 1;
		while (run < wish && at + run < c->length &&
		       c->readable[at + run] == c->readable[at])
			run++;
		uint8_t *copy = malloc(run);
		cr_assert(copy != NULL);
		memcpy(copy, c->bytes + at, run);
		(void)scanner_feed(scanner, at, c->readable[at] ? copy : NULL, run);
		free(copy);
		at += run;
	}
	scanner_finish(scanner);
}

static void scan(uint64_t *state, const Case *c, Found *found)
{
	Pattern pattern;
	MhexError err;
	Scanner scanner;
	cr_assert_eq(pattern_parse(&pattern, c->text, strlen(c->text), &err), MHEX_OK,
		     "%s: %s", c->text, err.message);
	pattern.regex->sight = c->sight;
	pattern.regex->stretch = 1 + random_below(state, c->sight);
	const Matcher matcher = {.pattern = &pattern};
	cr_assert(scanner_init(&scanner, &matcher));
	scanner.every = c->every;
	scanner.to = c->to;
	scanner.found = add_found;
	scanner.context = found;
	scanner_restart(&scanner, 0);
	feed_all(&scanner, state, c);
	cr_assert_not(scanner.stuck, "%s", c->text);
	scanner_free(&scanner);
	pattern_free(&pattern);
}

static void make_case(uint64_t *state, Case *c)
{
	static const char *const flags[] = {"", "", "", "i", "s", "m", "ims"};
	static const uint64_t steps[] = {1, 1, 1, 2, 3, 64, 70};
	Writer writer = {.state = state};
	put_alternatives(&writer, (unsigned)random_below(state, 3));
	(void)snprintf(c->text, sizeof(c->text), "/%s/%s", writer.text,
		       PICK(&writer, flags));
	c->length = random_below(state, LENGTH_MAX);
	c->sight = random_below(state, 3) == 0 ? LENGTH_MAX : 8 + random_below(state, 60);
	c->every = steps[random_below(state, sizeof(steps) / sizeof(steps[0]))];
	c->to = random_below(state, 3) == 0 ? random_below(state, LENGTH_MAX)
					    : UINT64_MAX;
	random_text(state, c->bytes, c->length);
	const size_t bad = random_below(state, 3) == 0 ? 40 : 2000;
	for (size_t i = 0; i < c->length; i++)
		c->readable[i] = random_below(state, bad) != 0;
}

static void compare_round(uint64_t *state)
{
	Case c;
	Found want = {.count = 0};
	Found got = {.count = 0};
	c.costly = false;
	make_case(state, &c);
	naive_scan(&c, &want);
	if (c.costly)
		return;
	scan(state, &c, &got);
	for (size_t i = 0; i < got.count && i < want.count; i++)
		cr_assert(got.offsets[i] == want.offsets[i] &&
				  got.lengths[i] == want.lengths[i],
			  "%s (sight %zu): number %zu is %d+%d, not %d+%d", c.text,
			  c.sight, i, (int)got.offsets[i], (int)got.lengths[i],
			  (int)want.offsets[i], (int)want.lengths[i]);
	cr_assert_eq(got.count, want.count, "%s (sight %zu): %zu matches, not %zu",
		     c.text, c.sight, got.count, want.count);
}

Test(regex, finds_what_an_expression_tried_at_each_place_finds)
{
	uint64_t state = 7;
	for (size_t round = 0; round < 3000; round++)
		compare_round(&state);
}
