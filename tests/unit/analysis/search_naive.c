/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "unit/analysis/fake_reader.h"
#include "unit/analysis/random.h"
#include "unit/analysis/random_pattern.h"
#include "unit/analysis/start_search.h"

enum {
	SMALL = 600
};

typedef struct {
	const Pattern *pattern;
	const Snapshot *snapshot;
	const SearchRequest *request;
} Naive;

static bool naive_at(const Naive *naive, uint64_t at)
{
	const Range all = {0, naive->snapshot->size};
	const Range range = range_intersect(naive->request->range, all);
	const uint64_t length = naive->pattern->length;
	const uint64_t every = naive->request->every;
	if (at < range.offset || at + length > range_end(range) ||
	    (every > 0 && at % every != 0))
		return false;
	return !memchr(naive->snapshot->readable + at, 0, length) &&
	       naive_matches(naive->pattern, naive->snapshot->bytes + at);
}

/* The nearest match from start on, then from the other end. */
static SearchProgress naive_nearest(const Naive *naive)
{
	const SearchRequest *request = naive->request;
	const bool forward = request->kind == SEARCH_FORWARD;
	SearchProgress progress = {.done = true};
	for (uint64_t i = 0; i < SMALL; i++) {
		const uint64_t at = forward ? i : SMALL - 1 - i;
		const bool before = at < request->start;
		if (before != forward && naive_at(naive, at)) {
			progress.found = true;
			progress.offset = at;
			return progress;
		}
	}
	for (uint64_t i = 0; i < SMALL && request->wrap; i++) {
		const uint64_t at = forward ? i : SMALL - 1 - i;
		if (naive_at(naive, at)) {
			progress.found = true;
			progress.wrapped = true;
			progress.offset = at;
			return progress;
		}
	}
	return progress;
}

static size_t naive_all(const Naive *naive, uint64_t *offsets)
{
	size_t count = 0;
	for (uint64_t at = 0; at < SMALL;) {
		const uint64_t limit = naive->request->limit;
		if (limit > 0 && count == limit)
			break;
		if (naive_at(naive, at)) {
			offsets[count++] = at;
			at += naive->pattern->length;
		} else {
			at++;
		}
	}
	return count;
}

static SearchRequest random_request(uint64_t *state)
{
	SearchRequest request = {
		.kind = (SearchKind)random_below(state, 4),
		.range = {0, UINT64_MAX},
		.start = random_below(state, SMALL + 10),
		.wrap = random_below(state, 2) == 0,
		.every = random_below(state, 2) ? 0 : random_below(state, 100),
		.workers = (unsigned)random_below(state, 4),
	};
	if (random_below(state, 3))
		request.slice = 1 + random_below(state, 100);
	if (random_below(state, 2) == 0)
		request.range = (Range){random_below(state, SMALL + 5),
					random_below(state, SMALL)};
	if (request.kind == SEARCH_ALL && random_below(state, 3) == 0)
		request.limit = 1 + random_below(state, 5);
	return request;
}

static void check_list(const Naive *naive, Search *search, const char *text)
{
	uint64_t want[SMALL];
	uint64_t got[SMALL + 1];
	SearchProgress progress;
	const bool listed = naive->request->kind == SEARCH_ALL;
	const size_t count = naive_all(naive, want);
	search_get_progress(search, &progress);
	cr_assert_eq(progress.count, count, "%s: %d, not %zu", text, (int)progress.count,
		     count);
	cr_assert_eq(search_matches(search, 0, got, SMALL + 1), listed ? count : 0, "%s",
		     text);
	for (size_t i = 0; i < count && listed; i++)
		cr_assert_eq(got[i], want[i], "%s: number %zu", text, i);
}

static void check_nearest(const Naive *naive, Search *search, const char *text)
{
	const SearchProgress want = naive_nearest(naive);
	SearchProgress got;
	search_get_progress(search, &got);
	cr_assert_eq(got.found, want.found, "%s: kind %d from %d", text,
		     (int)naive->request->kind, (int)naive->request->start);
	cr_assert_eq(got.offset, want.offset, "%s: %d, not %d", text, (int)got.offset,
		     (int)want.offset);
	if (want.found)
		cr_assert_eq(got.wrapped, want.wrapped, "%s", text);
}

static void compare_round(uint64_t *state, size_t most)
{
	uint8_t bytes[SMALL];
	uint8_t readable[SMALL];
	char text[512];
	Pattern pattern = random_pattern(state, most, text, sizeof(text));
	const SearchRequest request = random_request(state);
	const size_t bad = random_below(state, 3) == 0 ? 50 : 5000;
	Snapshot snapshot = snapshot_of(bytes, random_below(state, SMALL));
	const Naive naive = {&pattern, &snapshot, &request};
	random_bytes(state, bytes, SMALL);
	for (size_t i = 0; i < SMALL; i++)
		readable[i] = random_below(state, bad) != 0;
	snapshot.readable = readable;
	snapshot.seed = next_random(state);
	snapshot.run_max = 1 + random_below(state, 200);
	if (random_below(state, 3) == 0)
		snapshot.lost_at = random_below(state, SMALL);

	Search *search = start_search(&snapshot, text, &request);
	cr_assert(eq(int, search_wait(search, NULL), MHEX_OK));

	if (request.kind == SEARCH_COUNT || request.kind == SEARCH_ALL)
		check_list(&naive, search, text);
	else
		check_nearest(&naive, search, text);
	cr_assert(eq(int, search_finish(search, NULL, NULL), MHEX_OK));
	pattern_free(&pattern);
}

Test(search, finds_what_a_naive_search_finds)
{
	uint64_t state = 4;
	for (size_t round = 0; round < 2000; round++)
		compare_round(&state, 1 + round % 20);
}
