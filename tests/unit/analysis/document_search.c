/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "document/snapshot.h"
#include "mhex/document.h"
#include "mhex/search.h"
#include "storage/guard.h"
#include "unit/analysis/random.h"

/* Searches of real documents: files in windows of one page, with edits over them. */
enum {
	WINDOW = 4096,
	FILE_SIZE = 5 * WINDOW + 77,
	EDITS = 30,
};

static char path[] = "/tmp/mhex-search-XXXXXX";
static int fd = -1;
static Document *doc;

static void set_up(void)
{
	guard_install();
	fd = mkstemp(path);
	cr_assert(ge(int, fd, 0));
}

static void tear_down(void)
{
	document_close(doc);
	(void)close(fd);
	(void)unlink(path);
	guard_uninstall();
}

TestSuite(document_search, .init = set_up, .fini = tear_down, .timeout = 100);

static void open_document(void)
{
	MhexError err;
	cr_assert_eq(document_open(&doc, path,
				   (DocumentOptions){.access = ACCESS_PREVIEW,
						     .window = WINDOW},
				   &err),
		     MHEX_OK, "%s", err.message);
}

static uint8_t few(uint64_t *state)
{
	return (uint8_t)random_below(state, 3);
}

static void write_file(uint64_t *state, uint64_t size)
{
	uint8_t *bytes = malloc(size);
	cr_assert(bytes != NULL);
	for (uint64_t i = 0; i < size; i++)
		bytes[i] = few(state);
	cr_assert(eq(sz, (size_t)pwrite(fd, bytes, size, 0), size));
	free(bytes);
}

static void edit(uint64_t *state)
{
	uint8_t bytes[50];
	MhexError err;
	MhexStatus status = MHEX_OK;
	const uint64_t at = random_below(state, document_size(doc) - sizeof(bytes));
	const size_t length = 1 + random_below(state, sizeof(bytes));
	for (size_t i = 0; i < length; i++)
		bytes[i] = few(state);
	switch (random_below(state, 4)) {
	case 0:
		status = document_insert(doc, at, bytes, length, &err);
		break;
	case 1:
		status = document_delete(doc, (Range){at, length}, &err);
		break;
	case 2:
		status = document_fill(doc, (Range){at, length * 10}, bytes, length, true,
				       &err);
		break;
	default:
		status = document_overwrite(doc, at, bytes, length, &err);
		break;
	}
	cr_assert_eq(status, MHEX_OK, "%s", err.message);
}

static uint8_t *read_all(uint64_t *size)
{
	MhexError err;
	*size = document_size(doc);
	uint8_t *bytes = malloc(*size);
	cr_assert(bytes != NULL);
	cr_assert_eq(document_read(doc, 0, bytes, *size, NULL, &err), MHEX_OK, "%s",
		     err.message);
	return bytes;
}

/* What text finds, by the library. */
static Search *start(Snapshot *snapshot, const char *text, size_t length,
		     const SearchRequest *request)
{
	Pattern pattern;
	Search *search = NULL;
	MhexError err;
	cr_assert_eq(pattern_parse(&pattern, text, length, &err), MHEX_OK, "%s",
		     err.message);
	cr_assert_eq(search_start(&search, snapshot, &pattern, request, -1, &err),
		     MHEX_OK, "%s", err.message);
	cr_assert_eq(search_wait(search, &err), MHEX_OK, "%s", err.message);
	return search;
}

static void check_all(Snapshot *snapshot, const char *text, const uint8_t *bytes,
		      Range needle, uint64_t size)
{
	const SearchRequest request = {.kind = SEARCH_ALL, .range = {0, size}};
	Search *search = start(snapshot, text, 2 * needle.length, &request);
	uint64_t number = 0;
	for (uint64_t at = 0; at + needle.length <= size;) {
		const uint8_t *hit = memmem(bytes + at, size - at, bytes + needle.offset,
					    needle.length);
		if (!hit)
			break;
		uint64_t got = 0;
		at = (uint64_t)(hit - bytes);
		cr_assert_eq(search_matches(search, number++, &got, 1), 1, "at %d",
			     (int)at);
		cr_assert_eq(got, at, "%d, not %d", (int)got, (int)at);
		at += needle.length;
	}
	uint64_t more = 0;
	cr_assert_eq(search_matches(search, number, &more, 1), 0, "%d is too many",
		     (int)more);
	cr_assert(eq(int, search_finish(search, NULL, NULL), MHEX_OK));
}

static void check_back(Snapshot *snapshot, const char *text, const uint8_t *bytes,
		       Range needle, uint64_t start_at)
{
	const SearchRequest request = {
		.kind = SEARCH_BACKWARD, .range = {0, UINT64_MAX}, .start = start_at};
	SearchProgress progress;
	Search *search = start(snapshot, text, 2 * needle.length, &request);
	cr_assert(eq(int, search_finish(search, &progress, NULL), MHEX_OK));
	uint64_t want = start_at;
	while (want > needle.offset &&
	       memcmp(bytes + want - 1, bytes + needle.offset, needle.length) != 0)
		want--;
	cr_assert(progress.found);
	cr_assert_eq(progress.offset, want - 1, "%d, not %d", (int)progress.offset,
		     (int)want - 1);
}

/* A piece of the document, up to two windows long, is searched for in it. */
static void search_for_a_part(Snapshot *snapshot, const uint8_t *bytes, uint64_t size,
			      uint64_t *state)
{
	static const size_t most[] = {4, 12, 300, 2 * WINDOW};
	const size_t length = 1 + random_below(state, most[random_below(state, 4)]);
	const Range needle = {random_below(state, size - length), length};
	char *text = malloc(2 * length + 1);
	cr_assert(text != NULL);
	for (size_t i = 0; i < length; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[needle.offset + i]);

	check_all(snapshot, text, bytes, needle, size);
	const uint64_t behind = size - length - needle.offset;
	check_back(snapshot, text, bytes, needle,
		   needle.offset + 1 + random_below(state, behind + 1));

	free(text);
}

Test(document_search, finds_what_memmem_finds_over_pieces_and_windows)
{
	uint64_t state = 5;
	write_file(&state, FILE_SIZE);
	open_document();
	for (int round = 0; round < EDITS; round++) {
		Snapshot *snapshot = NULL;
		uint64_t size = 0;
		edit(&state);
		uint8_t *bytes = read_all(&size);
		cr_assert(eq(int, document_snapshot(doc, &snapshot, NULL), MHEX_OK));

		for (int part = 0; part < 8; part++)
			search_for_a_part(snapshot, bytes, size, &state);

		snapshot_release(snapshot);
		free(bytes);
	}
}

Test(document_search, sees_the_version_it_began_with)
{
	Snapshot *snapshot = NULL;
	SearchProgress progress;
	const SearchRequest request = {.kind = SEARCH_COUNT, .range = {0, UINT64_MAX}};
	cr_assert(eq(sz, (size_t)write(fd, "needle", 6), 6));
	open_document();
	cr_assert(eq(int, document_snapshot(doc, &snapshot, NULL), MHEX_OK));
	cr_assert(eq(int, document_delete(doc, (Range){0, 6}, NULL), MHEX_OK));

	Search *search = start(snapshot, "\"needle\"", 8, &request);

	cr_assert(eq(int, search_finish(search, &progress, NULL), MHEX_OK));
	cr_expect(eq(u64, progress.count, 1));
	snapshot_release(snapshot);
}

Test(document_search, reckons_beyond_four_gigabytes_and_a_terabyte)
{
	static const uint64_t places[] = {(1ULL << 31) - 2, (1ULL << 32) - 2,
					  (1ULL << 40) - 2};
	Snapshot *snapshot = NULL;
	if (ftruncate(fd, 1LL << 41))
		cr_skip_test("the file system has no files of 2 TiB");
	for (size_t i = 0; i < 3; i++)
		cr_assert(eq(sz, (size_t)pwrite(fd, "abcd", 4, (off_t)places[i]), 4));
	open_document();
	cr_assert(eq(int, document_snapshot(doc, &snapshot, NULL), MHEX_OK));
	for (size_t i = 0; i < 3; i++) {
		SearchRequest request = {.kind = SEARCH_FORWARD,
					 .range = {places[i] - 100000, 200000},
					 .start = 0};
		SearchProgress progress;
		Search *search = start(snapshot, "\"abcd\"", 6, &request);
		cr_assert(eq(int, search_finish(search, &progress, NULL), MHEX_OK));
		cr_expect(progress.found);
		cr_expect(eq(u64, progress.offset, places[i]));

		request.kind = SEARCH_BACKWARD;
		request.start = UINT64_MAX;
		search = start(snapshot, "\"abcd\"", 6, &request);
		cr_assert(eq(int, search_finish(search, &progress, NULL), MHEX_OK));
		cr_expect(progress.found);
		cr_expect(eq(u64, progress.offset, places[i]));
	}
	snapshot_release(snapshot);
}

Test(document_search, never_takes_a_lost_page_for_zeroes)
{
	Snapshot *snapshot = NULL;
	SearchProgress progress;
	uint8_t bytes[4 * WINDOW];
	const SearchRequest request = {.kind = SEARCH_ALL, .range = {0, UINT64_MAX}};
	memset(bytes, 'x', sizeof(bytes));
	cr_assert(eq(sz, (size_t)write(fd, bytes, sizeof(bytes)), sizeof(bytes)));
	open_document();
	cr_assert(eq(int, document_snapshot(doc, &snapshot, NULL), MHEX_OK));
	cr_assert(eq(int, ftruncate(fd, WINDOW + 100), 0));

	Search *search = start(snapshot, "00", 2, &request);

	cr_assert(eq(int, search_finish(search, &progress, NULL), MHEX_OK));
	cr_expect(eq(u64, progress.count, 0));
	cr_expect(eq(u64, progress.unreadable, 3 * WINDOW - 100));
	snapshot_release(snapshot);
}

/* ---- what need not be read ---- */

enum {
	MIB = 1 << 20
};

static uint64_t count(Snapshot *snapshot, const char *text)
{
	SearchProgress progress;
	const SearchRequest request = {
		.kind = SEARCH_COUNT, .range = {0, UINT64_MAX}, .slice = MIB};
	Search *search = start(snapshot, text, strlen(text), &request);
	cr_assert(eq(int, search_finish(search, &progress, NULL), MHEX_OK));
	cr_expect(eq(u64, progress.scanned, progress.total));
	return progress.count;
}

static SearchProgress nearest(Snapshot *snapshot, SearchKind kind, uint64_t from)
{
	SearchProgress progress;
	const SearchRequest request = {
		.kind = kind, .range = {0, UINT64_MAX}, .start = from};
	Search *search = start(snapshot, "\"abcd\"", 6, &request);
	cr_assert(eq(int, search_finish(search, &progress, NULL), MHEX_OK));
	return progress;
}

/* Read byte by byte, this would take an hour. */
Test(document_search, leaves_out_holes_in_which_nothing_can_match)
{
	static const uint64_t at[] = {3 * MIB - 1, 1ULL << 40, (1ULL << 41) - 4};
	Snapshot *snapshot = NULL;
	if (ftruncate(fd, 1LL << 41))
		cr_skip_test("the file system has no files of 2 TiB");
	for (size_t i = 0; i < 3; i++)
		cr_assert(eq(sz, (size_t)pwrite(fd, "abcd", 4, (off_t)at[i]), 4));
	open_document();
	cr_assert(eq(int, document_snapshot(doc, &snapshot, NULL), MHEX_OK));

	cr_expect(eq(u64, count(snapshot, "\"abcd\""), 3));
	cr_expect(eq(u64, count(snapshot, "00 61"), 3));
	cr_expect(eq(u64, count(snapshot, "64 00"), 2));
	cr_expect(eq(u64, nearest(snapshot, SEARCH_FORWARD, at[0] + 1).offset, at[1]));
	cr_expect(eq(u64, nearest(snapshot, SEARCH_FORWARD, at[1] + 1).offset, at[2]));
	cr_expect(eq(u64, nearest(snapshot, SEARCH_BACKWARD, at[2]).offset, at[1]));
	cr_expect(eq(u64, nearest(snapshot, SEARCH_BACKWARD, at[1]).offset, at[0]));
	cr_expect(not(nearest(snapshot, SEARCH_BACKWARD, at[0]).found));
	snapshot_release(snapshot);
}

/* A pattern that zeroes match is found in a hole. */
Test(document_search, counts_the_zeroes_of_a_hole)
{
	Snapshot *snapshot = NULL;
	cr_assert(zero(int, ftruncate(fd, 2 * MIB)));
	cr_assert(eq(sz, (size_t)pwrite(fd, "a", 1, MIB), 1));
	open_document();
	cr_assert(eq(int, document_snapshot(doc, &snapshot, NULL), MHEX_OK));

	cr_expect(eq(u64, count(snapshot, "00"), 2 * MIB - 1));
	cr_expect(eq(u64, count(snapshot, "0? ??"), MIB / 2 + MIB / 2 - 1));
	snapshot_release(snapshot);
}

Test(document_search, leaves_out_fills_in_which_nothing_can_match)
{
	const uint64_t length = 1ULL << 44;
	Snapshot *snapshot = NULL;
	cr_assert(eq(sz, (size_t)write(fd, "abcd", 4), 4));
	open_document();
	cr_assert(eq(int, document_fill(doc, (Range){4, length}, "bca", 3, true, NULL),
		     MHEX_OK));
	cr_assert(eq(int, document_overwrite(doc, 4 + length, "abcd", 4, NULL), MHEX_OK));
	cr_assert(eq(int, document_snapshot(doc, &snapshot, NULL), MHEX_OK));

	/* 2^44 is one more than a multiple of three: it ends with a b. */
	cr_expect(eq(u64, count(snapshot, "\"abcd\""), 2));
	cr_expect(eq(u64, count(snapshot, "\"dbca\""), 1));
	cr_expect(eq(u64, count(snapshot, "\"abab\""), 1));
	cr_expect(eq(u64, nearest(snapshot, SEARCH_FORWARD, 1).offset, length + 4));
	cr_expect(eq(u64, nearest(snapshot, SEARCH_BACKWARD, length + 4).offset, 0));
	snapshot_release(snapshot);
}
