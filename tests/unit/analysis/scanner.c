/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/scanner.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "unit/analysis/random.h"
#include "unit/analysis/random_pattern.h"

enum {
	LENGTH_MAX = 200
};

typedef struct {
	uint64_t offsets[LENGTH_MAX];
	size_t count;
	size_t enough;
} Found;

static bool add_found(void *context, uint64_t offset, uint64_t length)
{
	Found *found = context;
	(void)length;
	cr_assert(found->count < LENGTH_MAX);
	found->offsets[found->count++] = offset;
	return found->count < found->enough;
}

static void naive_scan(const Pattern *pattern, const uint8_t *bytes,
		       const uint8_t *readable, size_t length, uint64_t every,
		       Found *found)
{
	for (size_t at = 0; at + pattern->length <= length;) {
		const bool whole = !memchr(readable + at, 0, pattern->length);
		if (at % every == 0 && whole && naive_matches(pattern, bytes + at)) {
			found->offsets[found->count++] = at;
			at += pattern->length;
		} else {
			at++;
		}
	}
}

/* In runs of random length, each in memory of its own. */
static void feed_all(Scanner *scanner, uint64_t *state, const uint8_t *bytes,
		     const uint8_t *readable, size_t length)
{
	const size_t most = 1 + random_below(state, 40);
	for (size_t at = 0; at < length;) {
		const size_t wish = 1 + random_below(state, most);
		size_t run = 1;
		while (run < wish && at + run < length &&
		       readable[at + run] == readable[at])
			run++;
		uint8_t *copy = malloc(run);
		cr_assert(copy != NULL);
		memcpy(copy, bytes + at, run);
		(void)scanner_feed(scanner, at, readable[at] ? copy : NULL, run);
		free(copy);
		at += run;
	}
}

static void compare_round(uint64_t *state, size_t most)
{
	uint8_t bytes[LENGTH_MAX];
	uint8_t readable[LENGTH_MAX];
	char description[512];
	Pattern pattern = random_pattern(state, most, description, sizeof(description));
	const size_t length = random_below(state, LENGTH_MAX);
	const size_t bad = random_below(state, 3) == 0 ? 20 : 1000;
	const uint64_t steps[] = {1, 1, 2, 3, 16, 64, 100};
	Found want = {.enough = LENGTH_MAX};
	Found got = {.enough = LENGTH_MAX};
	Matcher matcher;
	Scanner scanner;
	random_bytes(state, bytes, length);
	for (size_t i = 0; i < length; i++)
		readable[i] = random_below(state, bad) != 0;
	matcher_init(&matcher, &pattern, NULL);
	cr_assert(scanner_init(&scanner, &matcher));
	scanner.every = steps[random_below(state, sizeof(steps) / sizeof(steps[0]))];
	scanner.found = add_found;
	scanner.context = &got;

	scanner_restart(&scanner, 0);
	feed_all(&scanner, state, bytes, readable, length);
	naive_scan(&pattern, bytes, readable, length, scanner.every, &want);

	cr_assert_eq(got.count, want.count, "%s: %zu, not %zu", description, got.count,
		     want.count);
	for (size_t i = 0; i < got.count; i++)
		cr_assert_eq(got.offsets[i], want.offsets[i], "%s: %zu", description, i);
	scanner_free(&scanner);
	pattern_free(&pattern);
}

Test(scanner, finds_what_a_naive_scan_finds_however_the_bytes_are_cut)
{
	uint64_t state = 2;
	for (size_t round = 0; round < 3000; round++)
		compare_round(&state, 1 + round % 30);
}

static void start(Scanner *scanner, Matcher *matcher, Pattern *pattern, Found *found)
{
	cr_assert_eq(pattern_parse(pattern, "61 62", 5, NULL), MHEX_OK);
	matcher_init(matcher, pattern, NULL);
	cr_assert(scanner_init(scanner, matcher));
	scanner->found = add_found;
	scanner->context = found;
}

Test(scanner, does_not_join_runs_that_are_not_neighbours)
{
	Pattern pattern;
	Matcher matcher;
	Scanner scanner;
	Found found = {.enough = LENGTH_MAX};
	start(&scanner, &matcher, &pattern, &found);

	(void)scanner_feed(&scanner, 0, (const uint8_t *)"a", 1);
	(void)scanner_feed(&scanner, 2, (const uint8_t *)"b", 1);
	(void)scanner_feed(&scanner, 3, NULL, 1);
	(void)scanner_feed(&scanner, 4, (const uint8_t *)"ba", 2);
	scanner_restart(&scanner, 6);
	(void)scanner_feed(&scanner, 6, (const uint8_t *)"b", 1);

	cr_expect(eq(sz, found.count, 0));
	scanner_free(&scanner);
	pattern_free(&pattern);
}

Test(scanner, says_no_more_once_there_is_enough)
{
	Pattern pattern;
	Matcher matcher;
	Scanner scanner;
	Found found = {.enough = 1};
	start(&scanner, &matcher, &pattern, &found);

	cr_expect(not(scanner_feed(&scanner, 0, (const uint8_t *)"abab", 4)));
	cr_expect(not(scanner_feed(&scanner, 4, (const uint8_t *)"ab", 2)));

	cr_expect(eq(sz, found.count, 1));
	scanner_free(&scanner);
	pattern_free(&pattern);
}

Test(scanner, reckons_at_the_end_of_all_offsets)
{
	Pattern pattern;
	Matcher matcher;
	Scanner scanner;
	Found found = {.enough = LENGTH_MAX};
	const uint64_t offset = UINT64_MAX - 8;
	start(&scanner, &matcher, &pattern, &found);
	scanner.every = 7;

	scanner_restart(&scanner, offset);
	(void)scanner_feed(&scanner, offset, (const uint8_t *)"abababab", 8);
	scanner.every = UINT64_MAX / 2;
	(void)scanner_feed(&scanner, offset, (const uint8_t *)"abababab", 8);

	cr_expect(eq(sz, found.count, 1));
	cr_expect(eq(u64, found.offsets[0], offset));
	scanner_free(&scanner);
	pattern_free(&pattern);
}
