/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files without a name, in memory. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "storage/guard.h"
#include "storage/storage.h"

static Storage *storage;

static void set_up(void)
{
	guard_install();
	cr_assert(zero(int, (int)storage_open_memory(&storage, 0, NULL)));
}

static void tear_down(void)
{
	storage_close(storage);
	guard_uninstall();
}

TestSuite(memory_storage, .init = set_up, .fini = tear_down, .timeout = 100);

static void append(const char *text)
{
	cr_assert(zero(int, (int)storage_append(storage, text, strlen(text), NULL)));
}

Test(memory_storage, is_empty_at_first)
{
	uint8_t byte = 1;
	uint8_t readable = 1;

	cr_assert(zero(int, (int)storage_read(storage, 0, &byte, 1, &readable, NULL)));

	cr_expect(eq(int, (int)storage_kind(storage), (int)STORAGE_MEMORY));
	cr_expect(eq(int, (int)storage_access(storage), (int)ACCESS_PREVIEW));
	cr_expect(storage_writable(storage));
	cr_expect(zero(u64, storage_size(storage)));
	cr_expect(zero(u8, readable));
}

Test(memory_storage, grows_by_what_is_appended)
{
	char got[12] = {0};
	append("hello");
	append(", world");

	cr_assert(zero(int, (int)storage_read(storage, 0, got, 12, NULL, NULL)));

	cr_expect(eq(u64, storage_size(storage), 12));
	cr_expect(zero(int, memcmp(got, "hello, world", 12)));
}

Test(memory_storage, a_clone_sees_what_is_appended_later)
{
	Storage *clone = NULL;
	char got[2] = {0};
	append("a");

	cr_assert(zero(int, (int)storage_clone(&clone, storage, NULL)));
	append("b");
	cr_assert(zero(int, (int)storage_read(clone, 0, got, 2, NULL, NULL)));

	cr_expect(zero(int, memcmp(got, "ab", 2)));
	storage_close(clone);
}

Test(memory_storage, what_does_not_fit_is_not_appended_in_part)
{
	MhexError err = {0};
	struct rlimit limit;
	struct rlimit low;
	append("1234567890");
	cr_assert(zero(int, getrlimit(RLIMIT_FSIZE, &limit)));
	low = limit;
	low.rlim_cur = 15;
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &low)));

	const MhexStatus status = storage_append(storage, "abcdefghij", 10, &err);
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &limit)));
	cr_assert(zero(int, (int)storage_measure(storage, NULL)));

	cr_expect(eq(int, (int)status, (int)MHEX_E_NOSPACE));
	cr_expect(eq(int, err.sys_errno, EFBIG));
	cr_expect(eq(u64, storage_size(storage), 10));
}

Test(memory_storage, nothing_can_be_appended_to_a_file_on_disk)
{
	Storage *file = NULL;
	cr_assert(zero(int,
		       (int)storage_open(&file, "/proc/self/exe",
					 (StorageOptions){.wanted = ACCESS_VIEW}, NULL)));

	cr_expect(eq(int, (int)storage_append(file, "x", 1, NULL),
		     (int)MHEX_E_UNSUPPORTED));
	storage_close(file);
}
