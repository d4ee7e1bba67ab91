/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/matcher.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "unit/analysis/random.h"
#include "unit/analysis/random_pattern.h"

static Pattern parse(const char *text)
{
	Pattern pattern;
	MhexError err;
	cr_assert_eq(pattern_parse(&pattern, text, strlen(text), &err), MHEX_OK, "%s",
		     err.message);
	return pattern;
}

/* Where text is found first in bytes, from on. */
static size_t find(const char *text, const void *bytes, size_t length, size_t from)
{
	Pattern pattern = parse(text);
	Matcher matcher;
	matcher_init(&matcher, &pattern, NULL);
	const size_t at = matcher_find(&matcher, bytes, length, from, NULL);
	pattern_free(&pattern);
	return at;
}

Test(matcher, finds_at_the_first_and_at_the_last_byte)
{
	cr_expect(eq(sz, find("61 62", "abcab", 5, 0), 0));
	cr_expect(eq(sz, find("61 62", "abcab", 5, 1), 3));
	cr_expect(eq(sz, find("61 62", "abcab", 5, 4), SIZE_MAX));
	cr_expect(eq(sz, find("61 62", "abcab", 5, 99), SIZE_MAX));
}

Test(matcher, never_reads_beyond_the_end)
{
	/* The anchor alone lies within. */
	cr_expect(eq(sz, find("00 7f", "\0\0\x7f", 2, 0), SIZE_MAX));
	cr_expect(eq(sz, find("7f 00", "\x7f\0", 1, 0), SIZE_MAX));
	cr_expect(eq(sz, find("7f", "", 0, 0), SIZE_MAX));
}

Test(matcher, finds_overlapping_matches_one_by_one)
{
	cr_expect(eq(sz, find("61*3", "aaaa", 4, 0), 0));
	cr_expect(eq(sz, find("61*3", "aaaa", 4, 1), 1));
}

Test(matcher, looks_for_its_rarest_bytes)
{
	Pattern pattern = parse("00 00 [00-ff] 7f 00 8e");
	Matcher matcher;

	matcher_init(&matcher, &pattern, NULL);

	cr_assert(eq(u32, matcher.plan.count, 2));
	cr_expect(eq(sz, matcher.plan.probes[0].at, 5));
	cr_expect(eq(sz, matcher.plan.probes[1].at, 3));
	cr_expect(eq(int, matcher.plan.shape, SCAN_EXACT));
	pattern_free(&pattern);
}

Test(matcher, takes_what_was_counted_for_rare)
{
	Pattern pattern = parse("00 7f 8e");
	Matcher matcher;
	ByteCounts counts = {{0}};
	const uint8_t met[] = {0x8e, 0x8e, 0x7f};

	byte_counts_add(&counts, met, sizeof(met));
	matcher_init(&matcher, &pattern, &counts);

	cr_expect(eq(sz, matcher.plan.probes[0].at, 0));
	cr_expect(eq(sz, matcher.plan.probes[1].at, 1));
	pattern_free(&pattern);
}

Test(matcher, looks_for_letters_of_both_cases_under_a_mask)
{
	Pattern pattern = parse("\"k\"i");
	Matcher matcher;

	matcher_init(&matcher, &pattern, NULL);

	cr_expect(eq(int, matcher.plan.shape, SCAN_MASKED));
	cr_expect(eq(sz,
		     matcher_find(&matcher, (const uint8_t *)"jjjjjjjjjKk", 11, 0, NULL),
		     9));
	pattern_free(&pattern);
}

Test(matcher, needs_no_probe_where_everything_matches)
{
	Pattern pattern = parse("?? ??");
	Matcher matcher;

	matcher_init(&matcher, &pattern, NULL);

	cr_expect(eq(u32, matcher.plan.count, 0));
	cr_expect(eq(sz, matcher_find(&matcher, (const uint8_t *)"abc", 3, 0, NULL), 0));
	cr_expect(eq(sz, matcher_find(&matcher, (const uint8_t *)"abc", 3, 2, NULL),
		     SIZE_MAX));
	pattern_free(&pattern);
}

/* Every match in bytes, by both matchers. */
static void compare(const Pattern *pattern, const uint8_t *bytes, size_t length,
		    const char *description)
{
	Matcher matcher;
	matcher_init(&matcher, pattern, NULL);
	size_t found = matcher_find(&matcher, bytes, length, 0, NULL);
	for (size_t at = 0; at + pattern->length <= length; at++) {
		const bool want = naive_matches(pattern, bytes + at);
		cr_assert_eq(found == at, want, "%s at %zu of %zu", description, at,
			     length);
		cr_assert_eq(pattern_matches(pattern, bytes + at), want, "%s at %zu",
			     description, at);
		if (found == at)
			found = matcher_find(&matcher, bytes, length, at + 1, NULL);
	}
	cr_assert_eq(found, SIZE_MAX, "%s", description);
}

Test(matcher, finds_what_a_naive_matcher_finds)
{
	uint64_t state = 1;
	for (int round = 0; round < 3000; round++) {
		char description[512];
		Pattern pattern = random_pattern(&state, round % 20 + 1, description,
						 sizeof(description));
		const size_t length = random_below(&state, 300);
		/* Of exactly its size, so that the sanitizers see a read beyond it. */
		uint8_t *bytes = malloc(length + (length == 0));
		cr_assert(bytes != NULL);
		random_bytes(&state, bytes, length);

		compare(&pattern, bytes, length, description);

		free(bytes);
		pattern_free(&pattern);
	}
}
