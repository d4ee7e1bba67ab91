/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/storage.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sample.h"

enum {
	PAGES = 5
};

static Sample sample;

static void set_up(void)
{
	sample_make(&sample, PAGES * (uint64_t)sysconf(_SC_PAGESIZE) + 100);
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(storage, .init = set_up, .fini = tear_down, .timeout = 100);

/* How many of length bytes at offset are the sample's and said to be readable, how many
 * are said to be unreadable and are zero. */
typedef struct {
	size_t right, unreadable;
} Tally;

static Tally read_and_tally(Storage *storage, uint64_t offset, size_t length)
{
	Tally tally = {0};
	uint8_t *bytes = malloc(length);
	uint8_t *readable = malloc(length);
	memset(bytes, 0xee, length);
	const MhexStatus status =
		storage_read(storage, offset, bytes, length, readable, NULL);
	cr_assert(zero(int, (int)status));
	for (size_t i = 0; i < length; i++) {
		tally.right += readable[i] == 1 && bytes[i] == sample_byte(offset + i);
		tally.unreadable += readable[i] == 0 && bytes[i] == 0;
	}
	free(readable);
	free(bytes);
	return tally;
}

Test(storage, reads_what_the_file_holds_in_every_access)
{
	const size_t size = PAGES * sample.page + 100;

	for (Access access = ACCESS_VIEW; access <= ACCESS_LIVE; access++) {
		Storage *storage = sample_open(&sample, access, 0);
		const Tally tally = read_and_tally(storage, 0, size);

		cr_expect(eq(int, (int)storage_access(storage), (int)access));
		cr_expect(eq(int, (int)storage_kind(storage), (int)STORAGE_FILE));
		cr_expect(eq(u64, storage_size(storage), size));
		cr_expect(eq(sz, tally.right, size));
		storage_close(storage);
	}
}

Test(storage, windows_of_one_page_are_bounded_in_number)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, sample.page);
	size_t windows = 0;
	uint64_t bytes = 0;

	const Tally tally = read_and_tally(storage, 7, PAGES * sample.page);
	storage_usage(storage, &windows, &bytes);

	cr_expect(eq(sz, tally.right, PAGES * sample.page));
	cr_expect(eq(sz, windows, 4));
	cr_expect(eq(u64, bytes, 4 * sample.page));
	cr_expect(eq(sz, storage_window(storage), sample.page));
	storage_close(storage);
}

Test(storage, a_window_is_no_longer_than_the_file_needs)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, 0);
	size_t windows = 0;
	uint64_t bytes = 0;

	(void)read_and_tally(storage, 0, 10);
	storage_usage(storage, &windows, &bytes);

	cr_expect(eq(sz, windows, 1));
	cr_expect(eq(u64, bytes, 8 * sample.page));
	storage_close(storage);
}

Test(storage, setting_the_window_gives_the_old_ones_back)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, 0);
	size_t windows = 9;
	uint64_t bytes = 9;
	(void)read_and_tally(storage, 0, 10);

	storage_set_window(storage, 3 * sample.page);
	storage_usage(storage, &windows, &bytes);

	cr_expect(eq(sz, windows, 0));
	cr_expect(eq(u64, bytes, 0));
	cr_expect(eq(sz, storage_window(storage), 2 * sample.page), "a power of two");
	cr_expect(eq(sz, read_and_tally(storage, 3, 3 * sample.page).right,
		     3 * sample.page));
	storage_close(storage);
}

Test(storage, bytes_past_the_end_are_unreadable)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, 0);
	const uint64_t size = storage_size(storage);
	MhexError err = {0};
	uint8_t bytes[20];

	const Tally tally = read_and_tally(storage, size - 8, 20);
	const MhexStatus status =
		storage_read(storage, size - 8, bytes, sizeof(bytes), NULL, &err);

	cr_expect(eq(sz, tally.right, 8));
	cr_expect(eq(sz, tally.unreadable, 12));
	cr_expect(eq(int, (int)status, (int)MHEX_E_SHRUNK));
	cr_expect(ne(ptr, strstr(err.message, ": cannot read at 0x"), NULL), "%s",
		  err.message);
	cr_expect(ne(ptr, strstr(err.message, ", the file ends at 0x"), NULL), "%s",
		  err.message);
	storage_close(storage);
}

Test(storage, survives_truncation_by_another_process)
{
	for (Access access = ACCESS_VIEW; access <= ACCESS_LIVE; access++) {
		Storage *storage = sample_open(&sample, access, 0);
		(void)read_and_tally(storage, 0, PAGES * sample.page);
		sample_resize(&sample, sample.page);

		const Tally tally = read_and_tally(storage, 0, PAGES * sample.page);

		cr_expect(eq(sz, tally.right, sample.page));
		cr_expect(eq(sz, tally.unreadable, (PAGES - 1) * sample.page));
		storage_close(storage);
		tear_down();
		set_up();
	}
}

Test(storage, a_cut_inside_a_page_shows_no_zeroes)
{
	Storage *storage = sample_open(&sample, ACCESS_PREVIEW, 0);
	(void)read_and_tally(storage, 0, sample.page);
	sample_resize(&sample, 10);

	const Tally tally = read_and_tally(storage, 0, sample.page);

	cr_expect(eq(sz, tally.right, 10));
	cr_expect(eq(sz, tally.unreadable, sample.page - 10));
	storage_close(storage);
}

Test(storage, never_takes_a_lost_page_for_zeroes_of_the_file)
{
	Storage *storage = sample_open(&sample, ACCESS_VIEW, 0);
	const uint64_t lost = 2 * sample.page;
	const uint8_t byte = sample_byte(lost);
	sample_resize(&sample, sample.page);

	const Tally first = read_and_tally(storage, lost, 1);
	const Tally second = read_and_tally(storage, lost, 1);
	sample_write(&sample, lost, &byte, 1);
	const Tally regrown = read_and_tally(storage, lost, 1);

	cr_expect(eq(sz, first.unreadable, 1));
	cr_expect(eq(sz, second.unreadable, 1));
	cr_expect(eq(sz, regrown.right, 1));
	storage_close(storage);
}

Test(storage, growth_is_seen_when_measured)
{
	Storage *storage = sample_open(&sample, ACCESS_PREVIEW, 0);
	const uint64_t end = storage_size(storage);
	const uint8_t byte = sample_byte(end + 40 * sample.page);
	const FileStamp before = storage_stamp(storage);
	sample_write(&sample, end + 40 * sample.page, &byte, 1);

	cr_assert(zero(int, (int)storage_measure(storage, NULL)));
	const FileStamp after = storage_stamp(storage);

	cr_expect(eq(u64, storage_size(storage), end + 40 * sample.page + 1));
	cr_expect(not(file_stamp_equal(&before, &after)));
	cr_expect(eq(sz, read_and_tally(storage, end + 40 * sample.page, 1).right, 1));
	storage_close(storage);
}

Test(storage, bytes_written_by_another_process_are_seen)
{
	for (Access access = ACCESS_VIEW; access <= ACCESS_LIVE; access++) {
		Storage *storage = sample_open(&sample, access, 0);
		uint8_t byte = 0;
		(void)read_and_tally(storage, 0, 10);
		sample_write(&sample, 5, "Q", 1);

		cr_assert(zero(int, (int)storage_read(storage, 5, &byte, 1, NULL, NULL)));

		cr_expect(eq(chr, (char)byte, 'Q'));
		storage_close(storage);
	}
}
