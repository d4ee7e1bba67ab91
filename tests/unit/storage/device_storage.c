/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A block device: a loop device over the sample, where one can be had. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sample.h"
#include "storage/store.h"

enum {
	SECTORS = 101, /* no whole number of pages */
	SIZE = SECTORS * 512,
};

static Sample sample;
static char path[64];
static int device = -1;

/* The device goes by itself when the last descriptor on it is closed. */
static bool set_up_loop(unsigned flags)
{
	const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		return false;
	const int number = ioctl(control, LOOP_CTL_GET_FREE);
	(void)close(control);
	if (number < 0)
		return false;
	(void)snprintf(path, sizeof(path), "/dev/loop%d", number);
	device = open(path, (flags & LO_FLAGS_READ_ONLY ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (device < 0)
		return false;
	const struct loop_config config = {
		.fd = (unsigned)sample.fd,
		.info = {.lo_flags = flags | LO_FLAGS_AUTOCLEAR}};
	return ioctl(device, LOOP_CONFIGURE, &config) == 0;
}

static void set_up(void)
{
	sample_make(&sample, SIZE);
}

static void tear_down(void)
{
	if (device >= 0)
		(void)close(device);
	sample_remove(&sample);
}

TestSuite(device_storage, .init = set_up, .fini = tear_down, .timeout = 100);

static Storage *open_device(Access access)
{
	Storage *storage = NULL;
	MhexError err = {0};
	cr_assert(zero(int, (int)storage_open(&storage, path,
					      (StorageOptions){.wanted = access}, &err)),
		  "%s", err.message);
	return storage;
}

Test(device_storage, has_the_size_of_the_device_and_shows_its_bytes)
{
	uint8_t bytes[SIZE + 8];
	uint8_t readable[SIZE + 8];
	if (!set_up_loop(0))
		cr_skip_test("no loop device for this user here");
	Storage *storage = open_device(ACCESS_PREVIEW);

	cr_assert(zero(int, (int)storage_read(storage, 0, bytes, sizeof(bytes), readable,
					      NULL)));

	cr_expect(eq(int, (int)storage_kind(storage), (int)STORAGE_DEVICE));
	cr_expect(eq(u64, storage_size(storage), (uint64_t)SIZE));
	for (size_t i = 0; i < SIZE; i++)
		cr_assert(bytes[i] == sample_byte(i) && readable[i] == 1, "at %zu", i);
	for (size_t i = SIZE; i < SIZE + 8; i++)
		cr_assert(zero(u8, readable[i]));
	cr_assert(zero(int, (int)storage_measure(storage, NULL)));
	cr_expect(eq(u64, storage_size(storage), (uint64_t)SIZE));
	cr_expect(zero(int, strcmp(storage_note(storage), "")));
	storage_close(storage);
}

Test(device_storage, stores_reach_what_lies_behind_the_device)
{
	if (!set_up_loop(0))
		cr_skip_test("no loop device for this user here");
	for (Access access = ACCESS_PREVIEW; access <= ACCESS_LIVE; access++) {
		const uint64_t at = SIZE - 6 - 10 * (uint64_t)access;
		uint8_t base[6];
		size_t stored = 0;
		Store *store = NULL;
		MhexError err = {0};
		Storage *storage = open_device(access);
		for (size_t i = 0; i < sizeof(base); i++)
			base[i] = sample_byte(at + i);
		const uint8_t *bytes = (const uint8_t *)"stored";

		cr_assert(zero(int, (int)store_open(&store, storage, NULL)));
		cr_assert(zero(int, (int)store_reserve(store, (Range){at, 6}, NULL)));
		cr_assert(zero(int, (int)store_exchange(store, (Range){at, 6}, base,
							bytes, &stored, &err)),
			  "%s", err.message);
		cr_assert(zero(int, (int)store_sync(store, &err)), "%s", err.message);
		cr_assert(zero(int, (int)store_verify(store, at, bytes, 6, NULL)));

		cr_expect(eq(int, sample_peek(&sample, at), 's'));
		cr_expect(eq(int, sample_peek(&sample, at + 5), 'd'));
		cr_expect(eq(u64, sample_file_size(&sample), (uint64_t)SIZE));
		store_close(store);
		storage_close(storage);
	}
}

Test(device_storage, nothing_is_stored_past_its_end)
{
	uint8_t bytes[2] = {0, 1};
	size_t stored = 9;
	Store *store = NULL;
	if (!set_up_loop(0))
		cr_skip_test("no loop device for this user here");
	Storage *storage = open_device(ACCESS_PREVIEW);
	cr_assert(zero(int, (int)store_open(&store, storage, NULL)));

	const MhexStatus status =
		store_exchange(store, (Range){SIZE, 1}, bytes, bytes + 1, &stored, NULL);

	cr_expect(eq(int, (int)status, (int)MHEX_E_SHRUNK));
	cr_expect(zero(sz, stored));
	store_close(store);
	storage_close(storage);
}

Test(device_storage, one_in_use_comes_with_a_warning)
{
	if (!set_up_loop(0))
		cr_skip_test("no loop device for this user here");
	const int holder = open(path, O_RDONLY | O_EXCL | O_CLOEXEC); /* as mount does */
	cr_assert(ge(int, holder, 0));

	Storage *storage = open_device(ACCESS_PREVIEW);

	cr_expect(zero(int, strcmp(storage_note(storage),
				   "the device is mounted or otherwise in use")));
	storage_close(storage);
	(void)close(holder);
}

Test(device_storage, one_that_is_read_only_is_a_view)
{
	if (!set_up_loop(LO_FLAGS_READ_ONLY))
		cr_skip_test("no loop device for this user here");

	Storage *storage = open_device(ACCESS_LIVE);

	cr_expect(eq(int, (int)storage_access(storage), (int)ACCESS_VIEW));
	cr_expect(not(storage_writable(storage)));
	storage_close(storage);
}

Test(device_storage, may_shrink_and_grow)
{
	uint8_t bytes[2] = {0};
	uint8_t readable[2] = {9, 9};
	Store *store = NULL;
	if (!set_up_loop(0))
		cr_skip_test("no loop device for this user here");
	Storage *storage = open_device(ACCESS_PREVIEW);
	cr_assert(zero(int, (int)store_open(&store, storage, NULL)));

	sample_resize(&sample, 4096);
	cr_assert(zero(int, ioctl(device, LOOP_SET_CAPACITY)));

	cr_assert(zero(int, (int)storage_measure(storage, NULL)));
	cr_expect(eq(u64, storage_size(storage), 4096));
	cr_assert(zero(int, (int)storage_read(storage, 4095, bytes, 2, readable, NULL)));
	cr_expect(eq(u8, bytes[0], sample_byte(4095)));
	cr_expect(eq(u8, readable[0], 1));
	cr_expect(zero(u8, readable[1]));
	const MhexStatus status = store_reserve(store, (Range){4096, 1}, NULL);
	cr_expect(eq(int, (int)status, (int)MHEX_E_SHRUNK));
	sample_resize(&sample, 8192);
	cr_assert(zero(int, ioctl(device, LOOP_SET_CAPACITY)));
	cr_assert(zero(int, (int)storage_measure(storage, NULL)));
	cr_expect(eq(u64, storage_size(storage), 8192));
	store_close(store);
	storage_close(storage);
}
