/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/mapping.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sample.h"
#include "storage/storage.h"

enum {
	PAGES = 16
};

static Sample sample;
static Mapping mapping;
static uint64_t size;

static void set_up(void)
{
	size = PAGES * (uint64_t)sysconf(_SC_PAGESIZE);
	sample_make(&sample, size);
	mapping_init(&mapping, sample.fd, PROT_READ, MAP_SHARED, sample.page);
}

static void tear_down(void)
{
	mapping_release(&mapping);
	sample_remove(&sample);
}

TestSuite(mapping, .init = set_up, .fini = tear_down, .timeout = 100);

/* The byte at offset through its window. */
static uint8_t byte_at(uint64_t offset)
{
	const MappingWindow *window = mapping_find(&mapping, offset, size);
	cr_assert(ne(ptr, (void *)window, NULL), "errno %d", errno);
	cr_assert(mapping_window_holds(window, offset));
	return window->base[offset - window->offset];
}

static bool is_mapped(uint64_t offset)
{
	for (unsigned i = 0; i < MAPPING_WINDOWS; i++) {
		if (mapping_window_holds(&mapping.windows[i], offset))
			return true;
	}
	return false;
}

Test(mapping, window_lengths_are_powers_of_two_within_limits)
{
	const size_t page = sample.page;
	const size_t largest = STORAGE_WINDOW_MAX;

	cr_expect(eq(sz, mapping_window_length(0), (size_t)STORAGE_WINDOW_DEFAULT));
	cr_expect(eq(sz, mapping_window_length(1), page));
	cr_expect(eq(sz, mapping_window_length(page), page));
	cr_expect(eq(sz, mapping_window_length(3 * page), 2 * page));
	cr_expect(eq(sz, mapping_window_length(largest), largest));
	cr_expect(eq(sz, mapping_window_length(4 * largest), largest));
	cr_expect(eq(sz, mapping_window_length(SIZE_MAX), largest));
}

Test(mapping, every_window_size_shows_the_same_bytes)
{
	for (size_t window = sample.page; window <= STORAGE_WINDOW_MAX; window *= 2) {
		mapping_set_window(&mapping, window);

		cr_expect(eq(sz, mapping.wanted, window));
		for (uint64_t at = 0; at < size; at += sample.page / 2 + 1)
			cr_assert(eq(u8, byte_at(at), sample_byte(at)));
	}
}

Test(mapping, every_window_size_works_in_a_sparse_file_of_8_tib)
{
	const uint64_t at = ((uint64_t)8 << 40) - 1;
	if (ftruncate(sample.fd, (off_t)8 << 40) < 0)
		cr_skip_test("the file system has no sparse file of 8 TiB");
	size = (uint64_t)8 << 40;
	sample_write(&sample, at, "Q", 1);

	for (size_t window = sample.page; window <= STORAGE_WINDOW_MAX; window *= 2) {
		uint64_t bytes = 0;
		size_t windows = 0;
		mapping_set_window(&mapping, window);

		cr_assert(eq(u8, byte_at(at), 'Q'));
		cr_assert(eq(u8, byte_at(3 * sample.page), sample_byte(3 * sample.page)));
		cr_assert(eq(u8, byte_at((uint64_t)1 << 40), 0));
		mapping_usage(&mapping, &windows, &bytes);
		cr_expect(eq(sz, windows, 3));
		cr_expect(le(u64, bytes, 3 * window));
	}
}

Test(mapping, what_was_used_longest_ago_goes_first)
{
	for (uint64_t i = 0; i < MAPPING_WINDOWS; i++)
		(void)byte_at(i * sample.page);
	(void)byte_at(0);

	(void)byte_at(9 * sample.page);

	cr_expect(is_mapped(0), "used again meanwhile");
	cr_expect(not(is_mapped(sample.page)));
	cr_expect(is_mapped(2 * sample.page));
	cr_expect(is_mapped(3 * sample.page));
	cr_expect(is_mapped(9 * sample.page));
}

static size_t address_space(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	cr_assert(ne(ptr, file, NULL));
	cr_assert(eq(int, fscanf(file, "%lu", &pages), 1));
	(void)fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

Test(mapping, address_space_is_bounded)
{
	size = (uint64_t)1 << 36;
	if (ftruncate(sample.fd, (off_t)size) < 0)
		cr_skip_test("the file system has no sparse file of 64 GiB");
	mapping_set_window(&mapping, 1 << 20);
	const size_t before = address_space();

	for (uint64_t at = 0; at < size; at += size / 1000)
		(void)byte_at(at);

	/* The C library's own needs are in it too. */
	cr_expect(le(sz, address_space() - before,
		     (size_t)MAPPING_WINDOWS * (1 << 20) + (1 << 20)));
}

Test(mapping, a_window_that_has_become_too_short_is_replaced)
{
	mapping_set_window(&mapping, 1 << 20);
	size_t windows = 0;
	uint64_t bytes = 0;
	(void)byte_at(0);
	sample_resize(&sample, (uint64_t)1 << 20);
	size = (uint64_t)1 << 20;
	sample_write(&sample, size - 1, "Q", 1);

	const uint8_t byte = byte_at(size - 1);
	mapping_usage(&mapping, &windows, &bytes);

	cr_expect(eq(u8, byte, 'Q'));
	cr_expect(eq(sz, windows, 1), "no two windows over the same bytes");
	cr_expect(eq(u64, bytes, size));
}

Test(mapping, a_repaired_window_shows_the_file_again)
{
	mapping_set_window(&mapping, PAGES * sample.page);
	MappingWindow *window = mapping_find(&mapping, 0, size);
	uint8_t *lost = window->base + 2 * sample.page;
	void *zeroes = mmap(lost, 2 * sample.page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	cr_assert(ne(ptr, zeroes, MAP_FAILED));

	mapping_repair(&mapping, window, lost, lost + sample.page);

	cr_expect(eq(u8, byte_at(2 * sample.page), sample_byte(2 * sample.page)));
	cr_expect(eq(u8, byte_at(4 * sample.page - 1), sample_byte(4 * sample.page - 1)));
}

Test(mapping, a_window_that_cannot_be_repaired_is_given_up)
{
	MappingWindow *window = mapping_find(&mapping, 0, size);
	uint8_t *base = window->base;
	mapping.fd = -1;

	mapping_repair(&mapping, window, base, base);

	cr_expect(eq(ptr, window->base, NULL));
	cr_expect(eq(ptr, (void *)mapping_find(&mapping, 0, size), NULL));
	cr_expect(eq(int, errno, EBADF));
}

Test(mapping, what_cannot_be_mapped_is_told_beforehand)
{
	const int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const int read_only = open(sample.path, O_RDONLY | O_CLOEXEC);

	const bool of_folder = mapping_possible(folder, PROT_READ, MAP_SHARED);
	const int folder_code = errno;
	const bool writable =
		mapping_possible(read_only, PROT_READ | PROT_WRITE, MAP_SHARED);
	const int writable_code = errno;

	cr_expect(not(of_folder));
	cr_expect(eq(int, folder_code, ENODEV));
	cr_expect(not(writable));
	cr_expect(eq(int, writable_code, EACCES));
	cr_expect(mapping_possible(read_only, PROT_READ, MAP_SHARED));
	(void)close(folder);
	(void)close(read_only);
}

/* ---- When address space is short. In a child: the limit stays. ---- */

static bool limit_address_space(size_t more)
{
	const struct rlimit limit = {.rlim_cur = address_space() + more,
				     .rlim_max = RLIM_INFINITY};
	return setrlimit(RLIMIT_AS, &limit) == 0;
}

static int halve_until_it_fits(void *context)
{
	(void)context;
	const size_t room = (size_t)3 << 20;
	mapping_set_window(&mapping, 64 << 20);
	mapping.granted = mapping.wanted; /* as if the limit had come later */
	CHILD_CHECK(limit_address_space(room));
	const MappingWindow *window = mapping_find(&mapping, size - 1, size);
	CHILD_CHECK(window != NULL);
	CHILD_CHECK(window->length == (size_t)1 << 20); /* half of what fits */
	CHILD_CHECK(window->base[size - 1 - window->offset] == 0);
	CHILD_CHECK(mapping.wanted == (size_t)64 << 20);
	return 0;
}

Test(mapping, a_window_that_is_refused_is_halved)
{
	size = (uint64_t)1 << 30;
	sample_resize(&sample, size);

	sample_expect_child(halve_until_it_fits, NULL, "");
}

static int halve_down_to_one_page(void *context)
{
	(void)context;
	mapping_set_window(&mapping, 1 << 20);
	mapping.granted = mapping.wanted;
	CHILD_CHECK(limit_address_space(sample.page));
	const MappingWindow *window = mapping_find(&mapping, 5, size);
	CHILD_CHECK(window != NULL);
	CHILD_CHECK(window->length == sample.page);
	CHILD_CHECK(window->base[5] == sample_byte(5));
	/* The only page there is goes from place to place. */
	window = mapping_find(&mapping, 7 * sample.page, size);
	CHILD_CHECK(window != NULL);
	CHILD_CHECK(window->base[0] == sample_byte(7 * sample.page));
	return 0;
}

Test(mapping, halving_ends_at_one_page)
{
	sample_expect_child(halve_down_to_one_page, NULL, "");
}

static int fail_without_a_page(void *context)
{
	(void)context;
	CHILD_CHECK(limit_address_space(0));
	CHILD_CHECK(mapping_find(&mapping, 5, size) == NULL);
	CHILD_CHECK(errno == ENOMEM);
	CHILD_CHECK(mapping_possible(sample.fd, PROT_READ, MAP_SHARED));
	return 0;
}

Test(mapping, no_room_for_a_page_is_an_error_and_says_nothing_about_the_file)
{
	sample_expect_child(fail_without_a_page, NULL, "");
}

Test(mapping, windows_take_a_small_share_of_a_limited_address_space)
{
	struct rlimit limit;
	cr_assert(zero(int, getrlimit(RLIMIT_AS, &limit)));
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < (rlim_t)1 << 30)
		cr_skip_test("the address space is limited to less than 1 GiB already");
	limit.rlim_cur = (rlim_t)1 << 30;
	if (!sample_address_space_is_ours())
		cr_skip_test("the sanitizer needs more address space than 1 GiB");
	cr_assert(zero(int, setrlimit(RLIMIT_AS, &limit)));

	mapping_set_window(&mapping, 1 << 30);

	cr_expect(le(sz, mapping.granted * MAPPING_WINDOWS, ((size_t)1 << 30) / 8));
	cr_expect(eq(sz, mapping.wanted, (size_t)1 << 30));
}
