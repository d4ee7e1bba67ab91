/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /proc and /sys: read once, as a whole. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sample.h"
#include "storage/store.h"

TestSuite(special_storage, .timeout = 100);

enum {
	SIZE_MAX_READ = 1 << 20
};

static Storage *open_special(const char *path, StorageOptions options)
{
	Storage *storage = NULL;
	MhexError err = {0};
	if (access(path, R_OK) < 0)
		cr_skip_test("%s cannot be read here", path);
	cr_assert(zero(int, (int)storage_open(&storage, path, options, &err)), "%s",
		  err.message);
	return storage;
}

/* What read(2) gives, up to its end. */
static size_t read_plainly(const char *path, char *bytes)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = 0;
	while ((got = read(fd, bytes + length, SIZE_MAX_READ - length)) > 0)
		length += (size_t)got;
	(void)close(fd);
	return length;
}

static void expect_as_read(const char *path)
{
	char *want = malloc(SIZE_MAX_READ);
	char *got = malloc(SIZE_MAX_READ);
	const size_t length = read_plainly(path, want);
	Storage *storage = open_special(path, (StorageOptions){.wanted = ACCESS_PREVIEW});

	cr_expect(eq(int, (int)storage_kind(storage), (int)STORAGE_SPECIAL));
	cr_expect(eq(u64, storage_size(storage), length));
	cr_assert(zero(int, (int)storage_read(storage, 0, got, length, NULL, NULL)));
	cr_expect(zero(int, memcmp(want, got, length)));
	cr_expect(zero(int, strcmp(storage_note(storage), "")));
	storage_close(storage);
	free(got);
	free(want);
}

Test(special_storage, proc_files_say_they_are_empty_and_are_not)
{
	expect_as_read("/proc/version");
	expect_as_read("/proc/filesystems");
	expect_as_read("/proc/self/cmdline");
}

Test(special_storage, sys_files_say_they_have_a_page_and_have_not)
{
	expect_as_read("/sys/kernel/mm/transparent_hugepage/enabled");
}

Test(special_storage, an_empty_one_is_empty)
{
	/* A variable that is empty nearly everywhere; whatever it holds, it is read. */
	expect_as_read("/proc/self/environ");
}

Test(special_storage, an_edit_could_not_reach_the_file)
{
	MhexError err = {0};
	Store *store = NULL;
	for (Access access = ACCESS_VIEW; access <= ACCESS_LIVE; access++) {
		Storage *storage = open_special("/proc/self/comm",
						(StorageOptions){.wanted = access});

		cr_expect(eq(int, (int)storage_access(storage), (int)ACCESS_VIEW));
		cr_expect(not(storage_writable(storage)));
		cr_expect(eq(int, (int)store_open(&store, storage, &err),
			     (int)MHEX_E_READONLY));
		storage_close(storage);
	}
}

Test(special_storage, is_as_it_was_when_it_was_read)
{
	uint8_t bytes[4];
	Storage *storage =
		open_special("/proc/self/stat", (StorageOptions){.wanted = ACCESS_VIEW});
	const uint64_t size = storage_size(storage);
	const FileStamp before = storage_stamp(storage);

	cr_assert(zero(int, (int)storage_measure(storage, NULL)));
	const FileStamp after = storage_stamp(storage);

	cr_expect(eq(u64, storage_size(storage), size));
	cr_expect(file_stamp_equal(&before, &after));
	cr_expect(eq(int, (int)storage_read(storage, size, bytes, 1, NULL, NULL),
		     (int)MHEX_E_SHRUNK));
	storage_close(storage);
}

static bool stop(void *context, uint64_t bytes)
{
	*(uint64_t *)context = bytes;
	return false;
}

Test(special_storage, reading_can_be_stopped_and_keeps_what_came)
{
	uint64_t bytes = 0;
	/* As long as the address space: gigabytes. */
	Storage *storage =
		open_special("/proc/self/pagemap", (StorageOptions){.wanted = ACCESS_VIEW,
								    .progress = stop,
								    .context = &bytes});

	cr_expect(lt(u64, 0, bytes));
	cr_expect(eq(u64, storage_size(storage), bytes));
	cr_expect(zero(int, strcmp(storage_note(storage), "reading was stopped")));
	storage_close(storage);
}
