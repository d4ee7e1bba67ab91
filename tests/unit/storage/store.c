/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sample.h"

enum {
	PAGES = 6
};

static Sample sample;
static Storage *storage;
static Store *store;

static void open_both(Access access, size_t window)
{
	MhexError err = {0};
	storage = sample_open(&sample, access, window);
	cr_assert(zero(int, (int)store_open(&store, storage, &err)), "%s", err.message);
}

static void set_up(void)
{
	sample_make(&sample, PAGES * (uint64_t)sysconf(_SC_PAGESIZE));
	open_both(ACCESS_PREVIEW, (size_t)sysconf(_SC_PAGESIZE));
}

static void tear_down(void)
{
	store_close(store);
	storage_close(storage);
	sample_remove(&sample);
}

TestSuite(store, .init = set_up, .fini = tear_down, .timeout = 100);

/* Exchange length bytes at offset for their complement. */
static MhexStatus invert(uint64_t offset, size_t length, size_t *stored, MhexError *err)
{
	uint8_t *base = malloc(length);
	uint8_t *bytes = malloc(length);
	for (size_t i = 0; i < length; i++) {
		base[i] = sample_byte(offset + i);
		bytes[i] = (uint8_t)~base[i];
	}
	const MhexStatus status =
		store_exchange(store, (Range){offset, length}, base, bytes, stored, err);
	free(bytes);
	free(base);
	return status;
}

static MhexStatus verify_inverted(uint64_t offset, size_t length, MhexError *err)
{
	uint8_t *bytes = malloc(length);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)~sample_byte(offset + i);
	const MhexStatus status = store_verify(store, offset, bytes, length, err);
	free(bytes);
	return status;
}

static bool is_inverted(uint64_t offset)
{
	return sample_peek(&sample, offset) == (uint8_t)~sample_byte(offset);
}

static bool is_as_made(uint64_t offset)
{
	return sample_peek(&sample, offset) == sample_byte(offset);
}

Test(store, what_is_exchanged_is_in_the_file_and_nothing_else)
{
	const uint64_t offset = 5;
	const size_t length = 4 * sample.page + 3;
	size_t stored = 0;

	cr_assert(zero(int, (int)invert(offset, length, &stored, NULL)));
	cr_assert(zero(int, (int)store_sync(store, NULL)));

	cr_expect(eq(sz, stored, length));
	cr_expect(zero(int, (int)verify_inverted(offset, length, NULL)));
	for (uint64_t at = 0; at < PAGES * sample.page; at++) {
		const bool within = at >= offset && at < offset + length;
		cr_assert(within ? is_inverted(at) : is_as_made(at), "at %zu",
			  (size_t)at);
	}
}

Test(store, a_byte_changed_meanwhile_is_a_conflict_and_kept)
{
	MhexError err = {0};
	size_t stored = 0;
	sample_write(&sample, sample.page + 77, "\xff", 1);

	const MhexStatus status = invert(10, 2 * sample.page, &stored, &err);

	cr_expect(eq(int, (int)status, (int)MHEX_E_CONFLICT));
	cr_expect(eq(sz, stored, sample.page + 67));
	cr_expect(ne(ptr, strstr(err.message, "0x104d"), NULL), "%s", err.message);
	cr_expect(is_inverted(sample.page + 76));
	cr_expect(eq(int, sample_peek(&sample, sample.page + 77), 0xff));
	cr_expect(is_as_made(sample.page + 78));
}

Test(store, an_exchange_back_restores_what_was_there)
{
	uint8_t base[16];
	uint8_t bytes[16];
	size_t stored = 0;
	for (size_t i = 0; i < sizeof(base); i++) {
		base[i] = sample_byte(3 + i);
		bytes[i] = (uint8_t)~base[i];
	}
	cr_assert(zero(int, (int)invert(3, 16, &stored, NULL)));

	const MhexStatus status =
		store_exchange(store, (Range){3, 16}, bytes, base, &stored, NULL);

	cr_expect(zero(int, (int)status));
	for (uint64_t at = 0; at < 32; at++)
		cr_expect(is_as_made(at));
}

Test(store, nothing_is_stored_past_the_end)
{
	MhexError err = {0};
	size_t stored = 9;
	const uint64_t size = sample_file_size(&sample);

	const MhexStatus exchanged = invert(size - 8, 16, &stored, &err);
	const MhexStatus reserved = store_reserve(store, (Range){size - 8, 16}, NULL);

	cr_expect(eq(int, (int)exchanged, (int)MHEX_E_SHRUNK));
	cr_expect(eq(int, (int)reserved, (int)MHEX_E_SHRUNK));
	cr_expect(eq(sz, stored, 0));
	cr_expect(is_as_made(size - 8));
	cr_expect(eq(u64, sample_file_size(&sample), size));
}

Test(store, a_cut_between_store_and_sync_is_reported)
{
	MhexError err = {0};
	size_t stored = 0;
	cr_assert(zero(int, (int)invert(3 * sample.page, 20, &stored, NULL)));
	sample_resize(&sample, 2 * sample.page);

	const MhexStatus synced = store_sync(store, &err);
	const MhexStatus verified = verify_inverted(3 * sample.page, 20, NULL);

	cr_expect(eq(int, (int)synced, (int)MHEX_E_SHRUNK));
	cr_expect(ne(ptr, strstr(err.message, "0x3000..0x3014"), NULL), "%s",
		  err.message);
	cr_expect(eq(int, (int)verified, (int)MHEX_E_SHRUNK));
}

Test(store, a_cut_inside_the_stored_page_is_reported)
{
	size_t stored = 0;
	cr_assert(zero(int, (int)invert(3 * sample.page, 20, &stored, NULL)));
	sample_resize(&sample, 3 * sample.page + 5);

	const MhexStatus synced = store_sync(store, NULL);

	cr_expect(eq(int, (int)synced, (int)MHEX_E_SHRUNK));
}

Test(store, a_cut_and_regrowth_between_store_and_sync_is_reported)
{
	MhexError err = {0};
	size_t stored = 0;
	cr_assert(zero(int, (int)invert(3 * sample.page, 20, &stored, NULL)));
	sample_resize(&sample, 3 * sample.page + 4);
	sample_resize(&sample, PAGES * sample.page);

	(void)store_sync(store, NULL);
	const MhexStatus status = verify_inverted(3 * sample.page, 20, &err);

	cr_expect(eq(int, (int)status, (int)MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "0x3004"), NULL), "%s", err.message);
}

Test(store, a_cut_behind_the_size_check_is_an_error_and_not_silence)
{
	size_t stored = 0;
	store_close(store);
	storage_close(storage);
	open_both(ACCESS_LIVE, 0);
	cr_assert(zero(int, (int)invert(0, 8, &stored, NULL)));
	sample_resize(&sample, sample.page);

	const MhexStatus status = invert(2 * sample.page, 8, &stored, NULL);

	cr_expect(eq(int, (int)status, (int)MHEX_E_SHRUNK));
	cr_expect(eq(sz, stored, 0));
	cr_expect(eq(u64, sample_file_size(&sample), sample.page));
}

Test(store, live_and_preview_stores_are_seen_by_the_storage)
{
	for (Access access = ACCESS_PREVIEW; access <= ACCESS_LIVE; access++) {
		uint8_t byte = 0;
		size_t stored = 0;
		tear_down();
		sample_make(&sample, PAGES * (uint64_t)sysconf(_SC_PAGESIZE));
		open_both(access, 0);
		cr_assert(zero(int, (int)storage_read(storage, 9, &byte, 1, NULL, NULL)));

		cr_assert(zero(int, (int)invert(9, 1, &stored, NULL)));
		cr_assert(zero(int, (int)storage_read(storage, 9, &byte, 1, NULL, NULL)));

		cr_expect(eq(u8, byte, (uint8_t)~sample_byte(9)));
	}
}

Test(store, a_file_replaced_under_its_name_is_not_touched)
{
	char other[300];
	size_t stored = 0;
	store_close(store);
	(void)snprintf(other, sizeof(other), "%s.old", sample.path);
	cr_assert(zero(int, rename(sample.path, other)));
	const int fd = open(sample.path, O_CREAT | O_WRONLY, 0600);
	(void)close(fd);

	cr_assert(zero(int, (int)store_open(&store, storage, NULL)));
	cr_assert(zero(int, (int)invert(0, 1, &stored, NULL)));

	cr_expect(is_inverted(0), "it is the opened file that is written");
	(void)unlink(other);
}

Test(store, a_running_program_is_busy)
{
	MhexError err = {0};
	Storage *running = NULL;
	Store *refused = NULL;
	cr_assert(zero(int, (int)storage_open(&running, "/proc/self/exe",
					      (StorageOptions){.wanted = ACCESS_PREVIEW},
					      NULL)));
	if (!storage_writable(running))
		cr_skip_test("the test program may not be written");

	const MhexStatus status = store_open(&refused, running, &err);

	cr_expect(eq(int, (int)status, (int)MHEX_E_BUSY));
	cr_expect(eq(int, err.sys_errno, ETXTBSY));
	storage_close(running);
}

Test(store, a_limit_of_file_sizes_is_an_error)
{
	struct rlimit limit;
	struct rlimit low;
	MhexError err = {0};
	cr_assert(zero(int, getrlimit(RLIMIT_FSIZE, &limit)));
	low = limit;
	low.rlim_cur = sample.page;
	store_close(store);
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &low)));
	cr_assert(zero(int, (int)store_open(&store, storage, NULL)));

	const MhexStatus below = store_reserve(store, (Range){0, sample.page}, NULL);
	const MhexStatus beyond = store_reserve(store, (Range){sample.page, 1}, &err);
	const ssize_t written = pwrite(store_fd(store), "x", 1, (off_t)sample.page);
	const int code = errno;
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &limit)));

	cr_expect(zero(int, (int)below));
	cr_expect(eq(int, (int)beyond, (int)MHEX_E_NOSPACE));
	cr_expect(ne(ptr, strstr(err.message, "ulimit -f"), NULL), "%s", err.message);
	cr_expect(eq(long, (long)written, -1L));
	cr_expect(eq(int, code, EFBIG), "and SIGXFSZ did not end the process");
}

Test(store, reserving_puts_blocks_under_a_hole_once)
{
	struct stat before;
	struct stat after;
	struct stat again;
	const uint64_t far = (uint64_t)1 << 20;
	sample_resize(&sample, 2 * far);
	cr_assert(zero(int, fstat(sample.fd, &before)));

	cr_assert(zero(int, (int)store_reserve(store, (Range){far + 5, 10}, NULL)));
	cr_assert(zero(int, fstat(sample.fd, &after)));
	cr_assert(zero(int, (int)store_reserve(store, (Range){far + 9, 10}, NULL)));
	cr_assert(zero(int, fstat(sample.fd, &again)));

	if (after.st_blocks == before.st_blocks)
		cr_skip_test("the file system does not allocate in advance");
	cr_expect(le(long, (long)(after.st_blocks - before.st_blocks) * 512, 65536L),
		  "only what is needed");
	cr_expect(eq(long, (long)again.st_blocks, (long)after.st_blocks));
	cr_expect(eq(long, (long)after.st_size, (long)(2 * far)));
}

Test(store, a_hole_is_stored_into)
{
	const uint64_t far = (uint64_t)1 << 20;
	const uint8_t zeroes[12] = {0};
	size_t stored = 0;
	sample_resize(&sample, 2 * far);

	cr_assert(zero(int, (int)store_reserve(store, (Range){far + 5, 12}, NULL)));
	cr_assert(zero(int, (int)store_exchange(store, (Range){far + 5, 12}, zeroes,
						(const uint8_t *)"hello, world", &stored,
						NULL)));
	cr_assert(zero(int, (int)store_sync(store, NULL)));

	cr_expect(
		zero(int, (int)store_verify(store, far + 5,
					    (const uint8_t *)"hello, world", 12, NULL)));
	cr_expect(eq(int, sample_peek(&sample, far + 5), 'h'));
	cr_expect(eq(int, sample_peek(&sample, far + 4), 0));
}

Test(store, works_beyond_4_gib)
{
	const uint64_t far[] = {((uint64_t)1 << 31) - 3, ((uint64_t)1 << 32) - 3,
				((uint64_t)1 << 40) - 3};
	const uint8_t zeroes[6] = {0};
	if (ftruncate(sample.fd, (off_t)1 << 41) < 0)
		cr_skip_test("the file system has no sparse file of 2 TiB");

	for (size_t i = 0; i < 3; i++) {
		size_t stored = 0;
		cr_assert(zero(int, (int)store_reserve(store, (Range){far[i], 6}, NULL)));
		cr_assert(zero(int, (int)store_exchange(store, (Range){far[i], 6}, zeroes,
							(const uint8_t *)"abcdef",
							&stored, NULL)));
	}
	cr_assert(zero(int, (int)store_sync(store, NULL)));

	for (size_t i = 0; i < 3; i++) {
		cr_expect(eq(int, sample_peek(&sample, far[i]), 'a'));
		cr_expect(eq(int, sample_peek(&sample, far[i] + 5), 'f'));
		cr_expect(
			zero(int, (int)store_verify(store, far[i],
						    (const uint8_t *)"abcdef", 6, NULL)));
	}
}
