/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file that refuses to be mapped: read and stored to without windows. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sample.h"
#include "storage/guard.h"
#include "storage/mapping.h"
#include "storage/store.h"
#include "support/fuse_file.h"

static char folder[256];
static char path[300];
static FuseFile *disk;

TestSuite(refused_mapping, .timeout = 100);

static void expect_in_mount(int (*run)(void *context))
{
	guard_install();
	sample_make_folder(folder, sizeof(folder));
	(void)snprintf(path, sizeof(path), "%s/file", folder);
	const int result = sample_in_child(run, NULL);
	(void)rmdir(folder);
	if (result == CHILD_SKIPPED)
		cr_skip_test("FUSE cannot be mounted here");
	cr_expect(zero(int, result));
}

/* The tmpfs is there for its namespace. */
static bool mount_it(void)
{
	if (!sample_mount_tmpfs(folder, "size=64k"))
		return false;
	disk = fuse_file_mount(folder, true, sample_byte);
	return disk != NULL;
}

static bool count(void *context, uint64_t offset, const uint8_t *bytes, size_t length)
{
	uint64_t *right = context;
	for (size_t i = 0; bytes && i < length; i++)
		*right += bytes[i] == sample_byte(offset + i);
	return true;
}

static int read_all(void *context)
{
	uint8_t bytes[FUSE_FILE_SIZE + 4];
	uint8_t readable[FUSE_FILE_SIZE + 4];
	(void)context;
	if (!mount_it())
		return CHILD_SKIPPED;
	for (Access access = ACCESS_VIEW; access <= ACCESS_LIVE; access++) {
		Storage *storage = NULL;
		uint64_t right = 0;
		uint64_t mapped = 0;
		size_t windows = 0;
		CHILD_CHECK(storage_open(&storage, path,
					 (StorageOptions){.wanted = access},
					 NULL) == MHEX_OK);
		CHILD_CHECK(storage_access(storage) == access);
		CHILD_CHECK(storage_size(storage) == FUSE_FILE_SIZE);
		CHILD_CHECK(
			!mapping_possible(storage_fd(storage), PROT_READ, MAP_SHARED));
		CHILD_CHECK(storage_read(storage, 0, bytes, sizeof(bytes), readable,
					 NULL) == MHEX_OK);
		for (size_t i = 0; i < sizeof(bytes); i++) {
			const bool within = i < FUSE_FILE_SIZE;
			CHILD_CHECK(readable[i] == within);
			CHILD_CHECK(bytes[i] == (within ? sample_byte(i) : 0));
		}
		CHILD_CHECK(storage_visit(storage, (Range){0, FUSE_FILE_SIZE}, count,
					  &right, NULL) == MHEX_OK);
		CHILD_CHECK(right == FUSE_FILE_SIZE);
		storage_usage(storage, &windows, &mapped);
		CHILD_CHECK(windows == 0);
		storage_close(storage);
	}
	return 0;
}

Test(refused_mapping, the_file_is_read_on_demand)
{
	expect_in_mount(read_all);
}

static int see_changes(void *context)
{
	Storage *storage = NULL;
	uint8_t byte = 0;
	(void)context;
	if (!mount_it())
		return CHILD_SKIPPED;
	CHILD_CHECK(storage_open(&storage, path,
				 (StorageOptions){.wanted = ACCESS_PREVIEW},
				 NULL) == MHEX_OK);
	CHILD_CHECK(storage_read(storage, 5, &byte, 1, NULL, NULL) == MHEX_OK);
	const int other = open(path, O_WRONLY | O_CLOEXEC);
	CHILD_CHECK(pwrite(other, "Q", 1, 5) == 1);
	CHILD_CHECK(storage_read(storage, 5, &byte, 1, NULL, NULL) == MHEX_OK);
	CHILD_CHECK(byte == 'Q');
	(void)close(other);
	disk->content[5] = 'R';
	CHILD_CHECK(storage_read(storage, 5, &byte, 1, NULL, NULL) == MHEX_OK);
	CHILD_CHECK(byte == 'R');
	storage_close(storage);
	return 0;
}

Test(refused_mapping, what_others_write_is_seen)
{
	expect_in_mount(see_changes);
}

static int store_bytes(void *context)
{
	Storage *storage = NULL;
	Store *store = NULL;
	uint8_t base[8];
	uint8_t bytes[8];
	size_t stored = 0;
	(void)context;
	if (!mount_it())
		return CHILD_SKIPPED;
	for (Access access = ACCESS_PREVIEW; access <= ACCESS_LIVE; access++) {
		const Range range = {4092 + 4096 * (uint64_t)(access - 1), 8};
		for (size_t i = 0; i < sizeof(base); i++) {
			base[i] = sample_byte(range.offset + i);
			bytes[i] = i % 2 ? base[i] : (uint8_t)~base[i];
		}
		CHILD_CHECK(storage_open(&storage, path,
					 (StorageOptions){.wanted = access},
					 NULL) == MHEX_OK);
		CHILD_CHECK(store_open(&store, storage, NULL) == MHEX_OK);
		CHILD_CHECK(store_reserve(store, range, NULL) == MHEX_OK);
		CHILD_CHECK(store_exchange(store, range, base, bytes, &stored, NULL) ==
			    MHEX_OK);
		CHILD_CHECK(stored == 8);
		CHILD_CHECK(store_sync(store, NULL) == MHEX_OK);
		CHILD_CHECK(store_verify(store, range.offset, bytes, 8, NULL) == MHEX_OK);
		CHILD_CHECK(store_verify(store, range.offset, base, 8, NULL) ==
			    MHEX_E_CONFLICT);
		CHILD_CHECK(store_exchange(store, range, base, bytes, &stored, NULL) ==
			    MHEX_E_CONFLICT);
		CHILD_CHECK(stored == 0);
		const Range past = {FUSE_FILE_SIZE - 1, 2};
		CHILD_CHECK(store_reserve(store, past, NULL) == MHEX_E_SHRUNK);
		CHILD_CHECK(store_exchange(store, past, base, bytes, &stored, NULL) ==
			    MHEX_E_SHRUNK);
		store_close(store);
		storage_close(storage);
	}
	return 0;
}

Test(refused_mapping, stores_are_compared_and_written)
{
	expect_in_mount(store_bytes);
}
