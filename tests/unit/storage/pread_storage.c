/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The memory of a process: read on demand, an edit is a pwrite. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sample.h"
#include "storage/store.h"

/* Three pages of our own, the middle one unmapped: 'A' and 'C'. */
static struct {
	size_t page;
	uint8_t *base;
	Storage *storage;
} fixture;

static void set_up(void)
{
	MhexError err = {0};
	if (access("/proc/self/mem", R_OK | W_OK) < 0)
		cr_skip_test("there is no /proc/self/mem here");
	fixture.page = (size_t)sysconf(_SC_PAGESIZE);
	fixture.base = mmap(NULL, 3 * fixture.page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cr_assert(ne(ptr, fixture.base, MAP_FAILED));
	memset(fixture.base, 'A', fixture.page);
	memset(fixture.base + 2 * fixture.page, 'C', fixture.page);
	cr_assert(zero(int, munmap(fixture.base + fixture.page, fixture.page)));
	cr_assert(zero(int, (int)storage_open(&fixture.storage, "/proc/self/mem",
					      (StorageOptions){.wanted = ACCESS_PREVIEW},
					      &err)),
		  "%s", err.message);
}

static void tear_down(void)
{
	storage_close(fixture.storage);
}

TestSuite(pread_storage, .init = set_up, .fini = tear_down, .timeout = 100);

static uint64_t address(size_t at)
{
	return (uintptr_t)fixture.base + at;
}

Test(pread_storage, the_memory_of_a_process_is_as_long_as_what_is_mapped)
{
	const int local = 0;
	size_t windows = 9;
	uint64_t bytes = 9;

	storage_usage(fixture.storage, &windows, &bytes);

	cr_expect(eq(int, (int)storage_kind(fixture.storage), (int)STORAGE_SPECIAL));
	cr_expect(lt(u64, (uint64_t)(uintptr_t)&local, storage_size(fixture.storage)));
	cr_expect(le(u64, storage_size(fixture.storage), (uint64_t)INT64_MAX));
	cr_expect(zero(sz, windows));
	cr_expect(zero(u64, bytes));
}

Test(pread_storage, what_is_not_mapped_is_unreadable)
{
	uint8_t *bytes = malloc(3 * fixture.page);
	uint8_t *readable = malloc(3 * fixture.page);

	cr_assert(zero(int, (int)storage_read(fixture.storage, address(0), bytes,
					      3 * fixture.page, readable, NULL)));

	for (size_t i = 0; i < fixture.page; i++) {
		cr_assert(bytes[i] == 'A' && readable[i] == 1);
		cr_assert(bytes[fixture.page + i] == 0);
		cr_assert(zero(u8, readable[fixture.page + i]));
		cr_assert(bytes[2 * fixture.page + i] == 'C');
	}
	free(readable);
	free(bytes);
}

Test(pread_storage, an_unreadable_byte_is_an_error_where_it_cannot_be_shown)
{
	MhexError err = {0};
	uint8_t bytes[2];

	const MhexStatus status = storage_read(fixture.storage, address(fixture.page - 1),
					       bytes, 2, NULL, &err);

	cr_expect(eq(int, (int)status, (int)MHEX_E_IO));
	cr_expect(ne(ptr, strstr(err.message, "cannot read at 0x"), NULL), "%s",
		  err.message);
}

Test(pread_storage, the_first_page_is_unreadable_and_no_crash)
{
	uint8_t byte = 1;
	uint8_t readable = 1;

	cr_assert(zero(int,
		       (int)storage_read(fixture.storage, 0, &byte, 1, &readable, NULL)));

	cr_expect(zero(u8, readable));
	cr_expect(zero(u8, byte));
}

typedef struct {
	uint64_t at, readable, calls;
	bool in_order;
} Seen;

static bool see(void *context, uint64_t offset, const uint8_t *bytes, size_t length)
{
	Seen *seen = context;
	seen->in_order = seen->in_order && offset == seen->at;
	seen->at = offset + length;
	seen->readable += bytes ? length : 0;
	seen->calls++;
	return true;
}

static void expect_short_walk(Storage *storage)
{
	const uint64_t size = storage_size(storage);
	const uint64_t end = address(3 * fixture.page);
	Seen seen = {.in_order = true};

	cr_assert(zero(int,
		       (int)storage_visit(storage, (Range){0, end}, see, &seen, NULL)));

	cr_expect(seen.in_order);
	cr_expect(eq(u64, seen.at, end));
	cr_expect(ge(u64, seen.readable, 2 * fixture.page));
	cr_expect(lt(u64, seen.calls, (uint64_t)1 << 20), "of terabytes");
	cr_expect(lt(u64, end, size));
}

Test(pread_storage, a_walk_steps_over_what_is_not_mapped)
{
	if (!sample_address_space_is_ours())
		cr_skip_test("the sanitizer has mapped terabytes");

	expect_short_walk(fixture.storage);
}

Test(pread_storage, a_clone_steps_over_it_too)
{
	Storage *clone = NULL;
	if (!sample_address_space_is_ours())
		cr_skip_test("the sanitizer has mapped terabytes");

	cr_assert(zero(int, (int)storage_clone(&clone, fixture.storage, NULL)));

	expect_short_walk(clone);
	storage_close(clone);
}

Test(pread_storage, an_edit_is_in_the_process_at_once)
{
	MhexError err = {0};
	Store *store = NULL;
	size_t stored = 0;
	const uint8_t base[] = "AAAA";
	const uint8_t bytes[] = "AxyA";

	cr_assert(zero(int, (int)store_open(&store, fixture.storage, &err)), "%s",
		  err.message);
	cr_assert(zero(int, (int)store_reserve(store, (Range){address(8), 4}, NULL)));
	cr_assert(zero(int, (int)store_exchange(store, (Range){address(8), 4}, base,
						bytes, &stored, NULL)));
	cr_assert(zero(int, (int)store_sync(store, &err)), "%s", err.message);
	cr_assert(zero(int, (int)store_verify(store, address(8), bytes, 4, NULL)));

	cr_expect(eq(sz, stored, 4));
	cr_expect(zero(int, memcmp(fixture.base + 7, "AAxyAA", 6)));
	store_close(store);
}

Test(pread_storage, an_edit_of_another_byte_is_a_conflict)
{
	Store *store = NULL;
	size_t stored = 9;
	const uint8_t base[] = "AB";
	const uint8_t bytes[] = "xx";

	cr_assert(zero(int, (int)store_open(&store, fixture.storage, NULL)));
	const MhexStatus status =
		store_exchange(store, (Range){address(0), 2}, base, bytes, &stored, NULL);

	cr_expect(eq(int, (int)status, (int)MHEX_E_CONFLICT));
	cr_expect(eq(sz, stored, 1));
	cr_expect(zero(int, memcmp(fixture.base, "xA", 2)));
	store_close(store);
}

Test(pread_storage, an_edit_where_nothing_is_mapped_is_an_error)
{
	Store *store = NULL;
	size_t stored = 9;
	const uint8_t bytes[2] = {1, 2};

	cr_assert(zero(int, (int)store_open(&store, fixture.storage, NULL)));
	const MhexStatus status = store_exchange(store, (Range){address(fixture.page), 1},
						 bytes, bytes + 1, &stored, NULL);

	cr_expect(eq(int, (int)status, (int)MHEX_E_IO));
	cr_expect(zero(sz, stored));
	store_close(store);
}

Test(pread_storage, the_memory_of_the_kernel_is_read_on_demand)
{
	Storage *kernel = NULL;
	uint8_t bytes[4] = {0};
	if (access("/proc/kcore", R_OK) < 0)
		cr_skip_test("/proc/kcore cannot be read here");
	if (storage_open(&kernel, "/proc/kcore",
			 (StorageOptions){.wanted = ACCESS_PREVIEW}, NULL))
		cr_skip_test("/proc/kcore cannot be opened here");

	cr_assert(zero(int, (int)storage_read(kernel, 0, bytes, 4, NULL, NULL)));

	cr_expect(zero(int, memcmp(bytes, "\177ELF", 4)));
	cr_expect(lt(u64, (uint64_t)1 << 40, storage_size(kernel)));
	storage_close(kernel);
}
