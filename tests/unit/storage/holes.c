/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/holes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sample.h"
#include "storage/store.h"

static Sample sample;
static const uint64_t size = (uint64_t)16 << 20;

static void set_up(void)
{
	sample_make(&sample, 0);
	sample_resize(&sample, size);
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(holes, .init = set_up, .fini = tear_down, .timeout = 100);

static long blocks(void)
{
	struct stat st;
	cr_assert(zero(int, fstat(sample.fd, &st)));
	return (long)st.st_blocks;
}

static void fill(Holes *holes, uint64_t offset, uint64_t length)
{
	bool possible = false;
	cr_assert(holes_fill(holes, (Range){offset, length}, size, &possible));
	if (!possible)
		cr_skip_test("the file system does not allocate in advance");
}

Test(holes, get_blocks_where_they_are_needed_and_nowhere_else)
{
	Holes holes = {.fd = sample.fd};
	const long before = blocks();

	fill(&holes, 5 << 20, 3 * sample.page);
	const long after = blocks();

	cr_expect(ge(long, (after - before) * 512, 3L * (long)sample.page));
	cr_expect(le(long, (after - before) * 512, 3L * (long)sample.page + 65536));
	cr_expect(eq(u64, sample_file_size(&sample), size));
}

Test(holes, are_filled_on_both_sides_of_data)
{
	Holes holes = {.fd = sample.fd};
	sample_write(&sample, 8 << 20, "data", 4);
	const long before = blocks();

	fill(&holes, (8 << 20) - 2 * sample.page, 5 * sample.page);
	const long after = blocks();

	cr_expect(ge(long, (after - before) * 512, 4L * (long)sample.page));
	cr_expect(eq(int, sample_peek(&sample, 8 << 20), 'd'));
	cr_expect(eq(int, sample_peek(&sample, (8 << 20) + 3), 'a'));
}

Test(holes, that_were_filled_are_remembered)
{
	Holes holes = {.fd = sample.fd};
	fill(&holes, 1 << 20, sample.page);
	const Range known = holes.known;

	holes.fd = -1; /* to ask would fail */
	fill(&holes, 1 << 20, sample.page);
	fill(&holes, (1 << 20) + 7, 3);

	cr_expect(range_contains(known, 1 << 20));
	cr_expect(range_contains(known, (1 << 20) + sample.page - 1));
}

Test(holes, at_the_end_of_the_file_do_not_make_it_longer)
{
	Holes holes = {.fd = sample.fd};

	fill(&holes, size - 3, 3);

	cr_expect(eq(u64, sample_file_size(&sample), size));
}

Test(holes, of_a_file_that_was_cut_meanwhile_do_not_bring_it_back)
{
	Holes holes = {.fd = sample.fd};
	sample_resize(&sample, 1 << 20);

	fill(&holes, 8 << 20, 10);

	cr_expect(eq(u64, sample_file_size(&sample), (uint64_t)1 << 20));
}

Test(holes, that_cannot_be_looked_for_are_an_error)
{
	Holes holes = {.fd = -1};
	bool possible = false;

	cr_expect(not(holes_fill(&holes, (Range){0, 1}, size, &possible)));
	cr_expect(eq(int, errno, EBADF));
}

/* ---- On a full file system: a tmpfs of the child's own ---- */

static char folder[256];
static char path[300];
enum {
	HOLE = 64 << 10 /* the file has a page of data, the hole begins here */
};

/* A sparse file, opened, and nothing left beside it. */
static bool open_on_full_disk(Storage **storage, Store **store)
{
	char other[300];
	const uint8_t block[4096] = {1};
	(void)snprintf(path, sizeof(path), "%s/sparse", folder);
	(void)snprintf(other, sizeof(other), "%s/fill", folder);
	const int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	const int rest = open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || rest < 0 || ftruncate(fd, 1 << 20) < 0 ||
	    pwrite(fd, block, sizeof(block), 0) < 0)
		return false;
	while (write(rest, block, sizeof(block)) > 0) {
	}
	return !storage_open(storage, path, (StorageOptions){.wanted = ACCESS_PREVIEW},
			     NULL) &&
	       !store_open(store, *storage, NULL);
}

static int reserve_on_full_disk(void *context)
{
	Storage *storage = NULL;
	Store *store = NULL;
	MhexError err = {0};
	(void)context;
	if (!sample_mount_tmpfs(folder, "size=512k"))
		return CHILD_SKIPPED;
	CHILD_CHECK(open_on_full_disk(&storage, &store));
	CHILD_CHECK(store_reserve(store, (Range){0, 10}, NULL) == MHEX_OK);
	CHILD_CHECK(store_reserve(store, (Range){HOLE, 10}, &err) == MHEX_E_NOSPACE);
	CHILD_CHECK(err.sys_errno == ENOSPC);
	CHILD_CHECK(strstr(err.message, "0x10000..0x1000a") != NULL);
	store_close(store);
	storage_close(storage);
	return 0;
}

static int store_on_full_disk(void *context)
{
	Storage *storage = NULL;
	Store *store = NULL;
	MhexError err = {0};
	const uint8_t zeroes[8192] = {0};
	uint8_t bytes[8192];
	uint8_t byte = 0;
	size_t stored = 9;
	(void)context;
	if (!sample_mount_tmpfs(folder, "size=512k"))
		return CHILD_SKIPPED;
	CHILD_CHECK(open_on_full_disk(&storage, &store));
	memset(bytes, 'x', sizeof(bytes));
	/* Not reserved: as where allocating in advance proves nothing. */
	CHILD_CHECK(store_exchange(store, (Range){100, sizeof(bytes)}, zeroes, bytes,
				   &stored, &err) == MHEX_E_IO);
	CHILD_CHECK(stored == (size_t)sysconf(_SC_PAGESIZE) - 100);
	CHILD_CHECK(strstr(err.message, "cannot store at 0x1000") != NULL);
	CHILD_CHECK(store_sync(store, NULL) == MHEX_OK);
	CHILD_CHECK(store_verify(store, 100, bytes, stored, NULL) == MHEX_OK);
	CHILD_CHECK(pread(store_fd(store), &byte, 1, 4096) == 1 && byte == 0);
	/* With room again it goes on as if nothing had been. */
	(void)snprintf(path, sizeof(path), "%s/fill", folder);
	CHILD_CHECK(truncate(path, 0) == 0);
	CHILD_CHECK(store_exchange(store, (Range){4096, 10}, zeroes, bytes, &stored,
				   &err) == MHEX_OK);
	CHILD_CHECK(pread(store_fd(store), &byte, 1, 4096) == 1 && byte == 'x');
	store_close(store);
	storage_close(storage);
	return 0;
}

static void expect_on_full_disk(int (*run)(void *context))
{
	sample_make_folder(folder, sizeof(folder));
	const int result = sample_in_child(run, NULL);
	(void)rmdir(folder);
	if (result == CHILD_SKIPPED)
		cr_skip_test("no mount namespace for this user here");
	cr_expect(zero(int, result));
}

Test(holes, without_room_are_refused_before_anything_is_touched)
{
	expect_on_full_disk(reserve_on_full_disk);
}

Test(holes, without_room_make_a_store_fail_and_never_die)
{
	expect_on_full_disk(store_on_full_disk);
}
