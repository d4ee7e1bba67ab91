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
#include "unit/analysis/start_search.h"

enum {
	LARGE = 9 << 20, /* several slices */
};

TestSuite(search, .timeout = 100);

static SearchRequest request_of(SearchKind kind)
{
	return (SearchRequest){.kind = kind, .range = {0, UINT64_MAX}};
}

static SearchProgress run(const Snapshot *snapshot, const char *text,
			  const SearchRequest *request)
{
	SearchProgress progress;
	MhexError err;
	Search *search = start_search(snapshot, text, request);
	cr_assert_eq(search_finish(search, &progress, &err), MHEX_OK, "%s", err.message);
	cr_assert(progress.done);
	return progress;
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

	Search *search = start_search(&snapshot, "\"abcd\"", &request);
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
	SearchRequest request = request_of(SEARCH_COUNT);
	for (request.workers = 1; request.workers <= 3; request.workers++) {
		for (request.slice = 3; request.slice < LARGE; request.slice *= 57) {
			const uint64_t size = request.slice < 1000 ? 99999 : LARGE;
			snapshot.size = size;

			const SearchProgress progress = run(&snapshot, "00*7", &request);

			cr_expect(eq(u64, progress.count, size / 7));
			cr_expect(eq(u64, progress.scanned, size - 6));
		}
	}
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

	request = (SearchRequest){
		.kind = SEARCH_FORWARD, .range = {0, 100}, .start = 40, .wrap = true};
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

	Search *search = start_search(&snapshot, "00", &request);

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
	SearchRequest request = request_of(SEARCH_COUNT);
	SearchProgress progress;
	request.workers = 1;
	snapshot.run_max = 4096;
	stop_at(&snapshot, 1 << 20);
	Search *search = start_search(&snapshot, "00 01", &request);
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
	request.workers = 1;
	/* ?? is one of the two, the other is where a zero should be. */
	for (size_t at = 310 << 10; at < LARGE; at += 950 << 10)
		memset(bytes + at, 1, 2);
	snapshot.run_max = SIZE_MAX; /* all there is */
	stop_at(&snapshot, 0);
	for (request.every = 1; request.every <= 64; request.every += 63) {
		Search *search = start_search(&snapshot, "00*300k ?? 00*600k", &request);
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
	SearchRequest request = request_of(SEARCH_ALL);
	SearchProgress progress;
	uint64_t got[4];
	request.workers = 1;
	request.slice = 4 << 20;
	memcpy(bytes + 1000, "abcd", 4);
	memcpy(bytes + LARGE - 1000, "abcd", 4);
	/* Behind the border of a slice, or the one before would read it, too. */
	stop_at(&snapshot, (5 << 20) + 100);
	Search *search = start_search(&snapshot, "\"abcd\"", &request);

	await(snapshot.arrived);
	search_get_progress(search, &progress);
	cr_expect(not(progress.done));
	cr_expect(eq(u64, progress.count, 1));
	/* Slices are shorter where they take long. */
	cr_expect(le(u64, 4 << 20, progress.scanned));
	cr_expect(le(u64, progress.scanned, 5 << 20));
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

/* By several workers, in slices that are shorter than the matches. */
Test(search, finds_the_same_with_an_expression_however_it_is_sliced)
{
	static const char *const texts[] = {"/[0-9]+/", "/(?<=b)a|7a*b/", "/a.*b/s",
					    "/\\bb[^x]{2,9}a/", "/^a|b$/"};
	uint8_t bytes[2000] = {0};
	uint64_t want[2000];
	uint64_t got[2000];
	uint64_t state = 11;
	Snapshot snapshot = snapshot_of(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t) "ab7 \nb7"[random_below(&state, 7)];
	for (size_t i = 0; i < 100; i++) {
		const char *text = texts[i % (sizeof(texts) / sizeof(texts[0]))];
		SearchRequest request = request_of(SEARCH_ALL);
		request.range = (Range){random_below(&state, 100), 1900};
		request.workers = 1;
		Search *whole = start_search(&snapshot, text, &request);
		(void)search_wait(whole, NULL);
		const size_t count = search_matches(whole, 0, want, 2000);
		request.workers = 3;
		request.slice = 1 + random_below(&state, 300);
		snapshot.run_max = 1 + random_below(&state, 500);
		Search *parts = start_search(&snapshot, text, &request);
		(void)search_wait(parts, NULL);

		cr_expect_eq(search_matches(parts, 0, got, 2000), count, "%s", text);
		cr_expect_arr_eq(got, want, count * sizeof(want[0]), "%s", text);

		(void)search_finish(whole, NULL, NULL);
		(void)search_finish(parts, NULL, NULL);
	}
}

Test(search, finds_a_number_backwards_as_a_whole)
{
	const Snapshot snapshot = snapshot_of("12 345 67a", 10);
	SearchRequest request = request_of(SEARCH_BACKWARD);
	request.start = 6;

	const SearchProgress progress = run(&snapshot, "/[0-9]+/", &request);

	cr_expect(progress.found);
	cr_expect(eq(u64, progress.offset, 3));
	cr_expect(eq(u64, progress.length, 3));
}

Test(search, ends_where_an_expression_takes_too_many_steps)
{
	uint8_t bytes[100] = {0};
	MhexError err;
	const Snapshot snapshot = snapshot_of(bytes, sizeof(bytes));
	const SearchRequest request = request_of(SEARCH_COUNT);
	memset(bytes, 'a', sizeof(bytes));

	Search *search = start_search(&snapshot, "/(?:a|aa)+[^a]/", &request);

	cr_expect(eq(int, search_finish(search, NULL, &err), MHEX_E_UNSUPPORTED));
	cr_expect(strstr(err.message, "at 0x0;") != NULL, "%s", err.message);
}
