/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Stores on a file system that has holes and cannot allocate in advance (ext3): what
 * fallocate() and pwrite() do there is played by this program. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sample.h"
#include "storage/holes.h"
#include "storage/store.h"

enum {
	CALLS_MAX = 16
};

static Range written[CALLS_MAX]; /* by pwrite() */
static size_t calls;
static bool full; /* the disk */

int fallocate(int fd, int mode, off_t offset, off_t length)
{
	(void)fd;
	(void)mode;
	(void)offset;
	(void)length;
	errno = EOPNOTSUPP;
	return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
	if (full) {
		errno = ENOSPC;
		return -1;
	}
	if (calls < CALLS_MAX)
		written[calls++] = (Range){(uint64_t)offset, length};
	return (ssize_t)syscall(SYS_pwrite64, fd, bytes, length, offset);
}

static Sample sample;
static Storage *storage;
static Store *store;
static uint64_t page;

/* Four pages: data, two of a hole, data. */
static void set_up(void)
{
	MhexError err = {0};
	sample_make(&sample, 0);
	page = sample.page;
	sample_write(&sample, 0, "begin", 5);
	sample_write(&sample, 3 * page + 100, "end", 3);
	sample_resize(&sample, 4 * page);
	storage = sample_open(&sample, ACCESS_PREVIEW, 0);
	cr_assert(zero(int, (int)store_open(&store, storage, &err)), "%s", err.message);
	calls = 0;
	full = false;
	if (lseek(sample.fd, 0, SEEK_HOLE) != (off_t)page)
		cr_skip_test("the file system does not tell where its holes are");
}

static void tear_down(void)
{
	store_close(store);
	storage_close(storage);
	sample_remove(&sample);
}

TestSuite(refused_allocation, .init = set_up, .fini = tear_down, .timeout = 100);

static MhexStatus exchange(uint64_t offset, size_t length, const char *base,
			   size_t *stored, MhexError *err)
{
	static uint8_t old[3 * 65536], new[3 * 65536];
	cr_assert(le(sz, length, sizeof(old)));
	memset(old, 0, sizeof(old));
	memcpy(old, base, strlen(base));
	memset(new, 'x', sizeof(new));
	const Range range = {offset, length};
	const MhexStatus status = store_reserve(store, range, err);
	return status ? status : store_exchange(store, range, old, new, stored, err);
}

Test(refused_allocation, leaves_pages_with_blocks_to_the_atomic_exchange)
{
	MhexError err = {0};
	size_t stored = 0;
	uint8_t wanted[16];
	memset(wanted, 'x', sizeof(wanted));
	/* The hole makes it known that nothing can be allocated. */
	cr_assert(zero(int, (int)exchange(page + 10, 3, "", &stored, &err)), "%s",
		  err.message);
	calls = 0;

	const MhexStatus status = exchange(0, 5, "begin", &stored, &err);

	cr_expect(zero(int, (int)status), "%s", err.message);
	cr_expect(zero(sz, calls), "nothing by pwrite()");
	cr_expect(zero(int, (int)store_sync(store, &err)), "%s", err.message);
	cr_expect(zero(int, (int)store_verify(store, 0, wanted, 5, &err)));
	cr_expect(zero(int, (int)store_verify(store, page + 10, wanted, 3, &err)));
}

Test(refused_allocation, of_a_hole_is_a_write_of_those_pages_only)
{
	MhexError err = {0};
	size_t stored = 0;
	cr_assert(zero(int, (int)store_reserve(store, (Range){page, 1}, &err)));

	const MhexStatus status =
		exchange(page - 8, (size_t)(2 * page + 16), "", &stored, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(eq(sz, stored, (size_t)(2 * page + 16)));
	cr_expect(lt(sz, 0, calls));
	for (size_t i = 0; i < calls; i++) {
		cr_expect(ge(u64, written[i].offset, page));
		cr_expect(le(u64, range_end(written[i]), 3 * page));
	}
	cr_expect(zero(int, (int)store_sync(store, &err)), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, page - 1), 'x'));
	cr_expect(eq(int, sample_peek(&sample, 3 * page - 1), 'x'));
	cr_expect(eq(int, sample_peek(&sample, 3 * page + 7), 'x'));
}

Test(refused_allocation, still_compares_in_the_hole)
{
	MhexError err = {0};
	size_t stored = 9;
	cr_assert(zero(int, (int)store_reserve(store, (Range){page, 1}, &err)));

	const MhexStatus status = exchange(page + 5, 4, "its", &stored, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT));
	cr_expect(zero(sz, stored));
	cr_expect(eq(int, sample_peek(&sample, page + 5), 0));
}

Test(refused_allocation, of_a_full_disk_is_an_error_that_says_so)
{
	MhexError err = {0};
	size_t stored = 9;
	full = true;

	const MhexStatus status = exchange(page + 5, 4, "", &stored, &err);

	cr_expect(eq(int, (int)status, MHEX_E_NOSPACE), "%s", err.message);
	cr_expect(eq(int, err.sys_errno, ENOSPC));
	cr_expect(zero(sz, stored));
}

Test(refused_allocation, a_run_ends_where_the_blocks_do)
{
	const uint64_t size = 4 * page;
	bool lacking = true;

	Range run = holes_run(sample.fd, (Range){3, 3 * page}, size, &lacking);
	cr_expect(not(lacking));
	cr_expect(eq(u64, range_end(run), page));
	run = holes_run(sample.fd, (Range){page + 3, 3 * page - 3}, size, &lacking);
	cr_expect(lacking);
	cr_expect(eq(u64, range_end(run), 3 * page));
	/* The end of the file is no hole in its last page. */
	run = holes_run(sample.fd, (Range){3 * page, page}, size, &lacking);
	cr_expect(not(lacking));
	cr_expect(eq(u64, run.length, page));
}
