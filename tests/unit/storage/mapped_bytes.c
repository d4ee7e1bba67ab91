/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Visiting a file through windows. */

#include "storage/mapped_bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sample.h"

enum {
	PAGES = 12
};

static Sample sample;
static uint64_t size;

static void set_up(void)
{
	size = PAGES * (uint64_t)sysconf(_SC_PAGESIZE) + 9;
	sample_make(&sample, size);
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(mapped_bytes, .init = set_up, .fini = tear_down, .timeout = 100);

/* What a visitor has seen; a call of length 0 takes back what came from there on. */
typedef struct {
	uint64_t begin, at;
	uint8_t *bytes;    /* of size, or NULL */
	uint8_t *readable; /* of size, or NULL */
	uint64_t calls, zeroes, unreadable, taken_back;
	uint64_t stop_after;  /* calls; 0: never */
	uint64_t cut_at, cut; /* when at is reached the file is cut; 0: never */
	bool in_order;
} Seen;

static bool see(void *context, uint64_t offset, const uint8_t *bytes, size_t length)
{
	Seen *seen = context;
	seen->calls++;
	if (length == 0) {
		seen->taken_back++;
		seen->at = offset;
		return true;
	}
	seen->in_order = seen->in_order && offset == seen->at;
	if (seen->cut && offset <= seen->cut_at && seen->cut_at < offset + length) {
		(void)!ftruncate(sample.fd, (off_t)seen->cut);
		seen->cut = 0;
	}
	if (seen->bytes && bytes)
		memcpy(seen->bytes + (offset - seen->begin), bytes, length);
	if (seen->readable)
		memset(seen->readable + (offset - seen->begin), bytes != NULL, length);
	seen->unreadable += bytes ? 0 : length;
	seen->at = offset + length;
	return seen->calls != seen->stop_after;
}

static Seen visit(Storage *storage, Range range, Seen seen)
{
	seen.begin = range.offset;
	seen.at = range.offset;
	seen.in_order = true;
	cr_assert(zero(int, (int)storage_visit(storage, range, see, &seen, NULL)));
	return seen;
}

static Seen with_memory(void)
{
	return (Seen){.bytes = calloc(1, size), .readable = calloc(1, size)};
}

static void forget(Seen *seen)
{
	free(seen->bytes);
	free(seen->readable);
}

/* How many bytes from first on are the sample's and were said to be readable. */
static uint64_t count_right(const Seen *seen, uint64_t first)
{
	uint64_t right = 0;
	while (seen->begin + first + right < size && seen->readable[first + right] &&
	       seen->bytes[first + right] == sample_byte(seen->begin + first + right))
		right++;
	return right;
}

Test(mapped_bytes, every_byte_is_shown_once_and_in_order)
{
	for (size_t window = sample.page; window <= 8 * sample.page; window *= 2) {
		Storage *storage = sample_open(&sample, ACCESS_PREVIEW, window);

		Seen seen = visit(storage, (Range){0, size}, with_memory());

		cr_expect(seen.in_order);
		cr_expect(eq(u64, seen.at, size));
		cr_expect(eq(u64, count_right(&seen, 0), size));
		cr_expect(ge(u64, seen.calls, size / window));
		forget(&seen);
		storage_close(storage);
	}
}

Test(mapped_bytes, a_part_is_shown_and_nothing_else)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, sample.page);
	const Range part = {sample.page - 1, sample.page + 2};

	Seen seen = visit(storage, part, with_memory());

	cr_expect(seen.in_order);
	cr_expect(eq(u64, seen.at, range_end(part)));
	cr_expect(eq(u64, seen.calls, 3));
	cr_expect(eq(u8, seen.bytes[0], sample_byte(part.offset)));
	cr_expect(eq(u8, seen.bytes[part.length - 1], sample_byte(range_end(part) - 1)));
	forget(&seen);
	storage_close(storage);
}

Test(mapped_bytes, the_visitor_ends_the_visit)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, sample.page);

	const Seen seen = visit(storage, (Range){0, size}, (Seen){.stop_after = 2});

	cr_expect(eq(u64, seen.calls, 2));
	cr_expect(eq(u64, seen.at, 2 * sample.page));
	storage_close(storage);
}

Test(mapped_bytes, what_lies_past_the_end_is_unreadable)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, 0);

	Seen seen = visit(storage, (Range){size - 3, 10}, (Seen){0});

	cr_expect(seen.in_order);
	cr_expect(eq(u64, seen.unreadable, 7));
	cr_expect(eq(u64, seen.at, size + 7));
	storage_close(storage);
}

Test(mapped_bytes, a_cut_during_the_visit_is_told_and_seen_again)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, 8 * sample.page);
	Seen start = with_memory();
	start.cut_at = 1;
	start.cut = 2 * sample.page + 5;

	Seen seen = visit(storage, (Range){0, size}, start);

	cr_expect(lt(u64, 0, seen.taken_back));
	cr_expect(seen.in_order);
	cr_expect(eq(u64, seen.at, size));
	cr_expect(eq(u64, count_right(&seen, 0), 2 * sample.page + 5));
	for (uint64_t i = 2 * sample.page + 5; i < size; i++)
		cr_assert(zero(u8, seen.readable[i]), "at %zu", (size_t)i);
	forget(&seen);
	storage_close(storage);
}

Test(mapped_bytes, a_cut_inside_the_page_that_is_shown_is_told)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, 0);
	Seen start = with_memory();
	start.cut_at = size - 1;
	start.cut = size - 4;

	Seen seen = visit(storage, (Range){0, size}, start);

	cr_expect(eq(u64, seen.taken_back, 1));
	cr_expect(eq(u64, count_right(&seen, 0), size - 4));
	cr_expect(zero(u8, seen.readable[size - 4]));
	cr_expect(zero(u8, seen.readable[size - 1]));
	forget(&seen);
	storage_close(storage);
}

Test(mapped_bytes, large_holes_are_shown_as_zeroes_without_filling_memory)
{
	const uint64_t gib = (uint64_t)1 << 30;
	Range data = {0, 0};
	sample_resize(&sample, 4 * gib);
	sample_write(&sample, 3 * gib + 1, "Q", 1);
	Storage *storage = sample_open(&sample, ACCESS_VIEW, 0);
	(void)storage_next_data(storage, (Range){gib, gib}, &data, NULL);
	if (data.length > 0)
		cr_skip_test("the file system does not tell its holes");

	const Seen seen = visit(storage, (Range){0, 4 * gib}, (Seen){0});

	cr_expect(seen.in_order);
	cr_expect(eq(u64, seen.at, 4 * gib));
	cr_expect(zero(u64, seen.unreadable));
	cr_expect(le(u64, seen.calls, 4096 + 16), "a megabyte at a time");
	storage_close(storage);
}

static bool find_mark(void *context, uint64_t offset, const uint8_t *bytes, size_t length)
{
	uint64_t *found = context;
	const uint8_t *at = bytes ? memchr(bytes, 'Q', length) : NULL;
	if (at)
		*found = offset + (uint64_t)(at - bytes);
	return !at;
}

Test(mapped_bytes, data_behind_a_hole_is_found)
{
	const uint64_t mark = ((uint64_t)1 << 32) + 12345;
	uint64_t found = 0;
	sample_resize(&sample, 0);
	sample_resize(&sample, (uint64_t)5 << 30);
	sample_write(&sample, mark, "Q", 1);
	Storage *storage = sample_open(&sample, ACCESS_PREVIEW, 0);

	cr_assert(zero(int, (int)storage_visit(storage, (Range){0, (uint64_t)5 << 30},
					       find_mark, &found, NULL)));

	cr_expect(eq(u64, found, mark));
	storage_close(storage);
}

/* ---- A full file system ---- */

static char folder[256];

/* Fill what is left; the file that holds it. */
static int fill_up(void)
{
	char path[300];
	uint8_t block[4096] = {1};
	(void)snprintf(path, sizeof(path), "%s/fill", folder);
	const int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) > 0) {
	}
	return fd;
}

static int read_hole_on_full_disk(void *context)
{
	(void)context;
	Storage *storage = NULL;
	char path[300];
	uint8_t bytes[64];
	uint8_t readable[64];
	if (!sample_mount_tmpfs(folder, "size=256k"))
		return CHILD_SKIPPED;
	(void)snprintf(path, sizeof(path), "%s/sparse", folder);
	const int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	CHILD_CHECK(fd >= 0);
	CHILD_CHECK(ftruncate(fd, 1 << 20) == 0);
	CHILD_CHECK(pwrite(fd, "Q", 1, 0) == 1);
	CHILD_CHECK(fill_up() >= 0);
	CHILD_CHECK(storage_open(&storage, path,
				 (StorageOptions){.wanted = ACCESS_PREVIEW},
				 NULL) == MHEX_OK);
	memset(bytes, 0xee, sizeof(bytes));
	CHILD_CHECK(storage_read(storage, 1 << 19, bytes, sizeof(bytes), readable,
				 NULL) == MHEX_OK);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		CHILD_CHECK(readable[i] == 1);
		CHILD_CHECK(bytes[i] == 0);
	}
	storage_close(storage);
	return 0;
}

Test(mapped_bytes, a_hole_on_a_full_file_system_is_read)
{
	sample_make_folder(folder, sizeof(folder));

	const int result = sample_in_child(read_hole_on_full_disk, NULL);
	(void)rmdir(folder);

	if (result == CHILD_SKIPPED)
		cr_skip_test("no mount namespace for this user here");
	cr_expect(zero(int, result));
}

/* ---- Little address space ---- */

static int read_with_64_mib(void *context)
{
	const struct rlimit limit = {.rlim_cur = (rlim_t)64 << 20,
				     .rlim_max = (rlim_t)64 << 20};
	Storage *storage = NULL;
	uint64_t found = 0;
	uint8_t bytes[4096];
	(void)context;
	CHILD_CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	CHILD_CHECK(storage_open(&storage, sample.path,
				 (StorageOptions){.wanted = ACCESS_PREVIEW},
				 NULL) == MHEX_OK);
	for (uint64_t at = 0; at < (uint64_t)1 << 33; at += (uint64_t)1 << 26)
		CHILD_CHECK(storage_read(storage, at + 4090, bytes, sizeof(bytes), NULL,
					 NULL) == MHEX_OK);
	CHILD_CHECK(storage_visit(storage, (Range){((uint64_t)1 << 33) - 100000, 100000},
				  find_mark, &found, NULL) == MHEX_OK);
	CHILD_CHECK(found == ((uint64_t)1 << 33) - 7);
	storage_close(storage);
	return 0;
}

Test(mapped_bytes, an_address_space_of_64_mib_is_enough)
{
	if (!sample_address_space_is_ours())
		cr_skip_test("the sanitizer needs more address space than 64 MiB");
	sample_resize(&sample, (uint64_t)1 << 33);
	sample_write(&sample, ((uint64_t)1 << 33) - 7, "Q", 1);

	sample_expect_child(read_with_64_mib, NULL, "");
}
