/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What no single step can show: a file that is cut and regrown all the time, a disk that
 * fails, a system without /proc. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sample.h"
#include "storage/store.h"

enum {
	PAGES = 32,
	ROUNDS = 1500,
};

static Sample sample;
static size_t size;

static void set_up(void)
{
	size = PAGES * (size_t)sysconf(_SC_PAGESIZE);
	sample_make(&sample, size);
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(turmoil, .init = set_up, .fini = tear_down, .timeout = 100);

/* ---- Cut and regrown ---- */

static atomic_bool enough;

static void *cut_and_regrow(void *context)
{
	unsigned state = 12345;
	(void)context;
	while (!atomic_load(&enough)) {
		state = state * 1103515245 + 12345;
		(void)!ftruncate(sample.fd, (off_t)((state >> 8) % size));
		(void)!ftruncate(sample.fd, (off_t)size);
	}
	return NULL;
}

static pthread_t start_cutting(void)
{
	pthread_t thread;
	sample_resize(&sample, 0);
	sample_resize(&sample, size); /* zeroes, whatever happens from here on */
	atomic_store(&enough, false);
	cr_assert(zero(int, pthread_create(&thread, NULL, cut_and_regrow, NULL)));
	return thread;
}

static void stop_cutting(pthread_t thread)
{
	atomic_store(&enough, true);
	(void)pthread_join(thread, NULL);
}

static bool count_wrong(void *context, uint64_t offset, const uint8_t *bytes,
			size_t length)
{
	(void)offset;
	for (size_t i = 0; bytes && i < length; i++)
		*(uint64_t *)context += bytes[i] != 0;
	return true;
}

Test(turmoil, reading_goes_on_while_the_file_is_cut_and_regrown)
{
	uint8_t *bytes = malloc(size);
	uint8_t *readable = malloc(size);
	uint64_t wrong = 0;
	Storage *storage = sample_open(&sample, ACCESS_PREVIEW, 4 * sample.page);
	const pthread_t thread = start_cutting();

	for (int round = 0; round < ROUNDS; round++) {
		cr_assert(zero(
			int, (int)storage_read(storage, 0, bytes, size, readable, NULL)));
		for (size_t i = 0; i < size; i += 64) {
			wrong += bytes[i] != 0;
		}
		cr_assert(zero(int, (int)storage_visit(storage, (Range){0, size},
						       count_wrong, &wrong, NULL)));
	}
	stop_cutting(thread);

	cr_expect(zero(u64, wrong));
	cr_assert(zero(int, (int)storage_read(storage, 0, bytes, size, readable, NULL)));
	for (size_t i = 0; i < size; i++)
		cr_assert(eq(u8, readable[i], 1), "all is well again");
	storage_close(storage);
	free(readable);
	free(bytes);
}

Test(turmoil, storing_goes_on_while_the_file_is_cut_and_regrown)
{
	const uint8_t zeroes[64] = {0};
	uint8_t bytes[64];
	size_t stored = 0;
	int failures = 0;
	Store *store = NULL;
	Storage *storage = sample_open(&sample, ACCESS_LIVE, 4 * sample.page);
	memset(bytes, 'x', sizeof(bytes));
	cr_assert(zero(int, (int)store_open(&store, storage, NULL)));
	const pthread_t thread = start_cutting();

	for (int round = 0; round < ROUNDS; round++) {
		const Range range = {(uint64_t)(round % PAGES) * sample.page + 4070, 64};
		const Range within =
			range_intersect(range, (Range){0, size - sizeof(bytes)});
		MhexStatus status =
			store_exchange(store, within, zeroes, bytes, &stored, NULL);
		cr_assert(le(u64, stored, within.length));
		failures += status != MHEX_OK;
		cr_assert(status == MHEX_OK || status == MHEX_E_SHRUNK ||
			  status == MHEX_E_IO || status == MHEX_E_CONFLICT);
		if (status == MHEX_OK && round % 8 == 0) {
			status = store_sync(store, NULL);
			cr_assert(status == MHEX_OK || status == MHEX_E_SHRUNK);
			status = store_verify(store, within.offset, bytes, stored, NULL);
			cr_assert(status == MHEX_OK || status == MHEX_E_SHRUNK ||
				  status == MHEX_E_IO || status == MHEX_E_CONFLICT);
		}
	}
	stop_cutting(thread);

	cr_expect(lt(int, 0, failures));
	store_close(store);
	storage_close(storage);
}

/* ---- A disk that fails: a loop device over a sparse file on a full tmpfs ---- */

static char folder[256];

static int attach_failing_device(char *path, size_t room)
{
	char file[300];
	const uint8_t block[4096] = {1};
	(void)snprintf(file, sizeof(file), "%s/image", folder);
	const int image = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	(void)snprintf(file, sizeof(file), "%s/fill", folder);
	const int rest = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	const int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	if (image < 0 || rest < 0 || number < 0 || ftruncate(image, 1 << 20) < 0)
		return -1;
	while (write(rest, block, sizeof(block)) > 0) {
	}
	(void)snprintf(path, room, "/dev/loop%d", number);
	const int device = open(path, O_RDWR | O_CLOEXEC);
	const struct loop_config config = {.fd = (unsigned)image,
					   .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};
	return device >= 0 && ioctl(device, LOOP_CONFIGURE, &config) == 0 ? device : -1;
}

static int sync_to_failing_device(void *context)
{
	char path[64];
	Storage *storage = NULL;
	Store *store = NULL;
	MhexError err = {0};
	size_t stored = 0;
	const uint8_t zeroes[10] = {0};
	(void)context;
	if (!sample_mount_tmpfs(folder, "size=256k"))
		return CHILD_SKIPPED;
	const int device = attach_failing_device(path, sizeof(path));
	if (device < 0)
		return CHILD_SKIPPED;
	CHILD_CHECK(storage_open(&storage, path,
				 (StorageOptions){.wanted = ACCESS_PREVIEW},
				 NULL) == MHEX_OK);
	CHILD_CHECK(store_open(&store, storage, NULL) == MHEX_OK);
	CHILD_CHECK(store_exchange(store, (Range){0x80000, 10}, zeroes,
				   (const uint8_t *)"0123456789", &stored,
				   NULL) == MHEX_OK);
	CHILD_CHECK(stored == 10);
	CHILD_CHECK(store_sync(store, &err) != MHEX_OK);
	CHILD_CHECK(strstr(err.message, "0x80000..0x8000a is not on disk") != NULL);
	CHILD_CHECK(err.sys_errno == EIO || err.sys_errno == ENOSPC);
	store_close(store);
	storage_close(storage);
	(void)close(device);
	return 0;
}

static void expect_in_namespace(int (*run)(void *context), const char *reason)
{
	sample_make_folder(folder, sizeof(folder));
	const int result = sample_in_child(run, NULL);
	(void)rmdir(folder);
	if (result == CHILD_SKIPPED)
		cr_skip_test("%s", reason);
	cr_expect(zero(int, result));
}

Test(turmoil, a_sync_that_fails_names_the_range)
{
	expect_in_namespace(sync_to_failing_device,
			    "no namespace or no loop device for this user here");
}

/* ---- Without /proc ---- */

static int store_without_proc(void *context)
{
	Storage *storage = NULL;
	Store *store = NULL;
	MhexError err = {0};
	char other[300];
	size_t stored = 0;
	const uint8_t base = sample_byte(5);
	const uint8_t byte = 'Q';
	(void)context;
	if (!sample_mount_tmpfs("/proc", "size=4k"))
		return CHILD_SKIPPED;
	CHILD_CHECK(storage_open(&storage, sample.path,
				 (StorageOptions){.wanted = ACCESS_PREVIEW},
				 NULL) == MHEX_OK);
	CHILD_CHECK(storage_writable(storage));
	CHILD_CHECK(store_open(&store, storage, &err) == MHEX_OK);
	CHILD_CHECK(store_exchange(store, (Range){5, 1}, &base, &byte, &stored, NULL) ==
		    MHEX_OK);
	CHILD_CHECK(sample_peek(&sample, 5) == byte);
	store_close(store);
	/* Another file under its name is not the one that was opened. */
	(void)snprintf(other, sizeof(other), "%s.old", sample.path);
	CHILD_CHECK(rename(sample.path, other) == 0);
	const int fd = open(sample.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	const MhexStatus status = store_open(&store, storage, &err);
	(void)close(fd);
	CHILD_CHECK(rename(other, sample.path) == 0);
	CHILD_CHECK(status == MHEX_E_CONFLICT);
	CHILD_CHECK(strstr(err.message, "another file has this name now") != NULL);
	storage_close(storage);
	return 0;
}

Test(turmoil, without_proc_the_file_is_opened_by_its_name)
{
	expect_in_namespace(store_without_proc, "no mount namespace for this user here");
}
