/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/search.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "unit/analysis/fake_reader.h"
#include "unit/analysis/random.h"
#include "unit/analysis/random_pattern.h"

enum {
	SMALL = 600,
	LARGE = 9 << 20, /* several slices */
};

TestSuite(search, .timeout = 60);

static Snapshot snapshot_of(const void *bytes, uint64_t size)
{
	return (Snapshot){.bytes = bytes,
			  .size = size,
			  .run_max = 1 << 20,
			  .lost_at = UINT64_MAX,
			  .fails_at = UINT64_MAX,
			  .stops_at = UINT64_MAX};
}

static SearchRequest request_of(SearchKind kind)
{
	return (SearchRequest){.kind = kind, .range = {0, UINT64_MAX}};
}

static Search *start(const Snapshot *snapshot, const char *text,
		     const SearchRequest *request)
{
	Pattern pattern;
	Search *search = NULL;
	MhexError err;
	cr_assert_eq(pattern_parse(&pattern, text, strlen(text), &err), MHEX_OK, "%s",
		     err.message);
	cr_assert_eq(search_start(&search, snapshot, &pattern, request, -1, &err),
		     MHEX_OK, "%s", err.message);
	cr_assert(eq(sz, pattern.length, 0));
	return search;
}

static SearchProgress run(const Snapshot *snapshot, const char *text,
			  const SearchRequest *request)
{
	SearchProgress progress;
	MhexError err;
	Search *search = start(snapshot, text, request);
	cr_assert_eq(search_finish(search, &progress, &err), MHEX_OK, "%s", err.message);
	cr_assert(progress.done);
	return progress;
}

/* ---- against a naive search ---- */

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
	};
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

	Search *search = start(&snapshot, text, &request);
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

/* ---- many slices ---- */

static uint8_t *large_bytes(void)
{
	uint8_t *bytes = calloc(1, LARGE);
	cr_assert(bytes != NULL);
	return bytes;
}

Test(search, finds_matches_over_the_borders_of_slices)
{
	static const uint64_t places[] = {(4 << 20) - 3, (8 << 20) - 1, LARGE - 4};
	uint8_t *bytes = large_bytes();
	Snapshot snapshot = snapshot_of(bytes, LARGE);
	SearchRequest request = request_of(SEARCH_ALL);
	uint64_t got[8];
	for (size_t i = 0; i < 3; i++)
		memcpy(bytes + places[i], "abcd", 4);

	Search *search = start(&snapshot, "\"abcd\"", &request);
	cr_assert(eq(int, search_wait(search, NULL), MHEX_OK));

	cr_assert(eq(sz, search_matches(search, 0, got, 8), 3));
	cr_expect(eq(int, memcmp(got, places, sizeof(places)), 0));
	cr_expect(eq(sz, search_matches(search, 2, got, 8), 1));
	cr_expect(eq(int, search_finish(search, NULL, NULL), MHEX_OK));
	free(bytes);
}

Test(search, counts_no_overlapping_matches_at_the_borders_of_slices)
{
	uint8_t *bytes = large_bytes();
	Snapshot snapshot = snapshot_of(bytes, LARGE);
	const SearchRequest request = request_of(SEARCH_COUNT);

	const SearchProgress progress = run(&snapshot, "00*7", &request);

	cr_expect(eq(u64, progress.count, LARGE / 7));
	free(bytes);
}

Test(search, goes_back_over_the_borders_of_slices)
{
	uint8_t *bytes = large_bytes();
	Snapshot snapshot = snapshot_of(bytes, LARGE);
	SearchRequest request = request_of(SEARCH_BACKWARD);
	for (uint64_t distance = 1 << 15; distance < LARGE; distance = distance * 2 + 1) {
		const uint64_t at = LARGE - 3 - distance;
		memset(bytes, 0, LARGE);
		memcpy(bytes + at, "abcd", 4);
		request.start = LARGE - 3;

		const SearchProgress progress = run(&snapshot, "\"abcd\"", &request);

		cr_assert(progress.found);
		cr_assert(eq(u64, progress.offset, at));
	}
	free(bytes);
}

/* Each of the 8 million places matches; compared one by one that is 2^39 bytes. */
Test(search, is_not_slow_where_a_long_pattern_matches_everywhere)
{
	uint8_t *bytes = large_bytes();
	Snapshot snapshot = snapshot_of(bytes, LARGE);
	SearchRequest request = request_of(SEARCH_BACKWARD);
	request.start = LARGE;

	SearchProgress progress = run(&snapshot, "00*1m", &request);
	cr_expect(eq(u64, progress.offset, LARGE - (1 << 20)));

	request = request_of(SEARCH_COUNT);
	progress = run(&snapshot, "00*1m", &request);
	cr_expect(eq(u64, progress.count, 9));
	free(bytes);
}

/* ---- what does not go well ---- */

Test(search, counts_bytes_that_cannot_be_read_once)
{
	uint8_t bytes[100] = {0};
	uint8_t readable[100] = {0};
	Snapshot snapshot = snapshot_of(bytes, sizeof(bytes));
	SearchRequest request = request_of(SEARCH_COUNT);
	snapshot.readable = readable;
	snapshot.run_max = 7;
	memset(readable + 10, 1, 20);
	snapshot.lost_at = 15;

	SearchProgress progress = run(&snapshot, "00*5", &request);
	cr_expect(eq(u64, progress.count, 4));
	cr_expect(eq(u64, progress.unreadable, 80));

	request = (SearchRequest){SEARCH_FORWARD, {0, 100}, 40, true, 0, 0};
	progress = run(&snapshot, "01*5", &request);
	cr_expect(eq(u64, progress.unreadable, 80));
	cr_expect(progress.wrapped);
	cr_expect(not(progress.found));
}

Test(search, takes_back_a_match_in_zeroes_that_were_not_there)
{
	uint8_t bytes[64];
	memset(bytes, 'x', sizeof(bytes));
	Snapshot snapshot = snapshot_of(bytes, sizeof(bytes));
	snapshot.lost_at = 20;
	for (SearchKind kind = SEARCH_FORWARD; kind <= SEARCH_ALL; kind++) {
		SearchRequest request = request_of(kind);
		request.start = kind == SEARCH_BACKWARD ? sizeof(bytes) : 0;

		const SearchProgress progress = run(&snapshot, "00 00", &request);

		cr_expect(not(progress.found));
		cr_expect(eq(u64, progress.count, 0));
	}
}

Test(search, reports_what_a_reader_reports)
{
	uint8_t bytes[64] = {0};
	Snapshot snapshot = snapshot_of(bytes, sizeof(bytes));
	const SearchRequest request = request_of(SEARCH_COUNT);
	MhexError err;
	snapshot.run_max = 8;
	snapshot.fails_at = 40;

	Search *search = start(&snapshot, "00", &request);

	cr_expect(eq(int, search_finish(search, NULL, &err), MHEX_E_IO));
	cr_expect(eq(int, strcmp(err.message, "the disk is broken"), 0));
}

Test(search, finds_nothing_where_there_is_no_room)
{
	Snapshot snapshot = snapshot_of("abcdef", 6);
	SearchRequest request = request_of(SEARCH_FORWARD);
	cr_expect(not(run(&snapshot, "\"abcdefg\"", &request).found));

	request.range = (Range){1, 2};
	cr_expect(not(run(&snapshot, "\"bcd\"", &request).found));
	request.range = (Range){100, 5};
	cr_expect(not(run(&snapshot, "\"b\"", &request).found));
	request.range = (Range){1, 3};
	cr_expect(run(&snapshot, "\"bcd\"", &request).found);
	request.start = UINT64_MAX;
	cr_expect(not(run(&snapshot, "\"bcd\"", &request).found));
	snapshot.size = 0;
	cr_expect(not(run(&snapshot, "\"a\"", &request).found));
}

/* ---- while it runs ---- */

static void await(int fd)
{
	uint64_t count = 0;
	cr_assert(eq(sz, (size_t)read(fd, &count, sizeof(count)), sizeof(count)));
}

static void signal_fd(int fd)
{
	const uint64_t one = 1;
	cr_assert(eq(sz, (size_t)write(fd, &one, sizeof(one)), sizeof(one)));
}

static void stop_at(Snapshot *snapshot, uint64_t offset)
{
	snapshot->stops_at = offset;
	snapshot->arrived = eventfd(0, EFD_CLOEXEC);
	snapshot->go = eventfd(0, EFD_CLOEXEC);
	cr_assert(snapshot->arrived >= 0 && snapshot->go >= 0);
}

static void close_both(const Snapshot *snapshot)
{
	(void)close(snapshot->arrived);
	(void)close(snapshot->go);
}

Test(search, ends_with_the_run_it_is_at_when_cancelled)
{
	uint8_t *bytes = large_bytes();
	Snapshot snapshot = snapshot_of(bytes, LARGE);
	const SearchRequest request = request_of(SEARCH_COUNT);
	SearchProgress progress;
	snapshot.run_max = 4096;
	stop_at(&snapshot, 1 << 20);
	Search *search = start(&snapshot, "00 01", &request);
	await(snapshot.arrived);
	const unsigned runs = snapshot.runs;

	search_cancel(search);
	signal_fd(snapshot.go);

	cr_expect(eq(int, search_finish(search, &progress, NULL), MHEX_E_CANCELLED));
	cr_expect(eq(uint, snapshot.runs, runs));
	cr_expect(progress.done);
	close_both(&snapshot);
	free(bytes);
}

/* Nearly matches everywhere, so that one run would take hours. */
Test(search, is_cancelled_in_the_middle_of_a_run)
{
	uint8_t *bytes = large_bytes();
	Snapshot snapshot = snapshot_of(bytes, LARGE);
	SearchRequest request = request_of(SEARCH_COUNT);
	/* ?? is one of the two, the other is where a zero should be. */
	for (size_t at = 310 << 10; at < LARGE; at += 950 << 10)
		memset(bytes + at, 1, 2);
	snapshot.run_max = SIZE_MAX; /* all there is */
	stop_at(&snapshot, 0);
	for (request.every = 1; request.every <= 64; request.every += 63) {
		Search *search = start(&snapshot, "00*300k ?? 00*600k", &request);
		await(snapshot.arrived);
		signal_fd(snapshot.go);

		search_cancel(search);

		cr_expect(eq(int, search_finish(search, NULL, NULL), MHEX_E_CANCELLED));
	}
	close_both(&snapshot);
	free(bytes);
}

Test(search, shows_what_it_has_while_it_runs)
{
	uint8_t *bytes = large_bytes();
	Snapshot snapshot = snapshot_of(bytes, LARGE);
	const SearchRequest request = request_of(SEARCH_ALL);
	SearchProgress progress;
	uint64_t got[4];
	memcpy(bytes + 1000, "abcd", 4);
	memcpy(bytes + LARGE - 1000, "abcd", 4);
	stop_at(&snapshot, 5 << 20);
	Search *search = start(&snapshot, "\"abcd\"", &request);

	await(snapshot.arrived);
	search_get_progress(search, &progress);
	cr_expect(not(progress.done));
	cr_expect(eq(u64, progress.count, 1));
	cr_expect(eq(u64, progress.scanned, 4 << 20));
	cr_expect(eq(u64, progress.total, LARGE - 3));
	cr_assert(eq(sz, search_matches(search, 0, got, 4), 1));
	cr_expect(eq(u64, got[0], 1000));
	signal_fd(snapshot.go);

	cr_expect(eq(int, search_wait(search, NULL), MHEX_OK));
	cr_expect(eq(int, search_wait(search, NULL), MHEX_OK));
	search_get_progress(search, &progress);
	cr_expect(progress.done);
	cr_expect(eq(u64, progress.scanned, progress.total));
	cr_expect(eq(sz, search_matches(search, 1, got, 4), 1));
	cr_expect(eq(u64, got[0], LARGE - 1000));
	cr_expect(eq(int, search_finish(search, NULL, NULL), MHEX_OK));
	close_both(&snapshot);
	free(bytes);
}
