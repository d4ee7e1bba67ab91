/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A regular file under each access while another descriptor changes it. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sample.h"
#include "storage/storage.h"

enum {
	PAGES = 5
};

static const Access accesses[] = {ACCESS_VIEW, ACCESS_PREVIEW, ACCESS_LIVE};

static Sample sample;
static Storage *storage;

/* PAGES pages, the first of which has been read already. */
static void begin(Access access)
{
	uint8_t byte = 0;
	const uint64_t size = PAGES * (uint64_t)sysconf(_SC_PAGESIZE);
	sample_make(&sample, size);
	storage = sample_open(&sample, access, 0);
	for (uint64_t at = 0; at < size; at += sample.page)
		cr_assert(
			zero(int, (int)storage_read(storage, at, &byte, 1, NULL, NULL)));
}

static void end(void)
{
	storage_close(storage);
	sample_remove(&sample);
}

static void measure(void)
{
	cr_assert(zero(int, (int)storage_measure(storage, NULL)));
}

/* The byte that is shown at offset; -1 when it is said to be unreadable. */
static int shown(uint64_t offset)
{
	uint8_t byte = 0xee;
	uint8_t readable = 9;
	const MhexStatus status =
		storage_read(storage, offset, &byte, 1, &readable, NULL);
	cr_assert(zero(int, (int)status));
	cr_assert(readable == 1 || (readable == 0 && byte == 0));
	return readable ? byte : -1;
}

static void expect_as_made(uint64_t offset)
{
	cr_expect(eq(int, shown(offset), sample_byte(offset)), "at 0x%zx",
		  (size_t)offset);
}

static void expect_unreadable(uint64_t offset)
{
	cr_expect(eq(int, shown(offset), -1), "at 0x%zx", (size_t)offset);
}

TestSuite(file_storage, .timeout = 100);

#define EACH_ACCESS(i) for (size_t i = 0; i < 3; i++)

Test(file_storage, emptied_by_another_process)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		sample_resize(&sample, 0);

		expect_unreadable(0);
		expect_unreadable(PAGES * sample.page - 1);
		measure();
		cr_expect(zero(u64, storage_size(storage)));
		expect_unreadable(0);
		end();
	}
}

Test(file_storage, shrunk_inside_a_page_by_another_process)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		sample_resize(&sample, 2 * sample.page + 10);

		expect_as_made(2 * sample.page + 9);
		expect_unreadable(2 * sample.page + 10);
		expect_unreadable(3 * sample.page - 1);
		expect_unreadable(3 * sample.page);
		measure();
		cr_expect(eq(u64, storage_size(storage), 2 * sample.page + 10));
		end();
	}
}

Test(file_storage, shrunk_and_regrown_by_another_process)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		sample_resize(&sample, sample.page);
		expect_unreadable(sample.page);
		sample_resize(&sample, 3 * sample.page);

		cr_expect(zero(int, shown(sample.page)),
			  "these zeroes are the file's own");
		sample_write(&sample, sample.page + 1, "Q", 1);
		cr_expect(eq(int, shown(sample.page + 1), 'Q'));
		expect_unreadable(3 * sample.page);
		end();
	}
}

Test(file_storage, grown_by_another_process)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		const uint64_t size = PAGES * sample.page;
		const uint64_t far = size + ((uint64_t)100 << 20);
		sample_write(&sample, size, "ab", 2);
		sample_write(&sample, far, "z", 1);

		cr_expect(eq(int, shown(size + 1), 'b'), "also before it is measured");
		measure();
		cr_expect(eq(u64, storage_size(storage), far + 1));
		cr_expect(eq(int, shown(far), 'z'));
		cr_expect(eq(int, shown(size), 'a'));
		expect_unreadable(far + 1);
		end();
	}
}

Test(file_storage, overwritten_by_another_process)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		const FileStamp before = storage_stamp(storage);
		sample_write(&sample, sample.page - 1, "xy", 2);

		cr_expect(eq(int, shown(sample.page - 1), 'x'));
		cr_expect(eq(int, shown(sample.page), 'y'));
		expect_as_made(sample.page - 2);
		measure();
		const FileStamp after = storage_stamp(storage);
		cr_expect(eq(u64, after.size, before.size));
		end();
	}
}

Test(file_storage, stored_to_by_another_mapping)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		uint8_t *base = mmap(NULL, sample.page, PROT_READ | PROT_WRITE,
				     MAP_SHARED, sample.fd, 0);
		cr_assert(ne(ptr, base, MAP_FAILED));
		base[77] = 'Q';

		cr_expect(eq(int, shown(77), 'Q'));
		(void)munmap(base, sample.page);
		end();
	}
}

Test(file_storage, replaced_by_another_process)
{
	EACH_ACCESS(i)
	{
		char other[300];
		begin(accesses[i]);
		const FileStamp before = storage_stamp(storage);
		(void)snprintf(other, sizeof(other), "%s.new", sample.path);
		const int fd = open(other, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
		cr_assert(eq(long, (long)write(fd, "new", 3), 3L));
		cr_assert(zero(int, rename(other, sample.path)));

		expect_as_made(0);
		expect_as_made(PAGES * sample.page - 1);
		measure();
		const FileStamp after = storage_stamp(storage);
		cr_expect(eq(u64, after.inode, before.inode));
		cr_expect(zero(u64, after.links), "which is how it is noticed");
		(void)close(fd);
		end();
	}
}

Test(file_storage, removed_by_another_process)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		cr_assert(zero(int, unlink(sample.path)));

		expect_as_made(PAGES * sample.page - 1);
		measure();
		cr_expect(zero(u64, storage_stamp(storage).links));
		end();
	}
}

/* ---- Sizes ---- */

Test(file_storage, small_and_round_sizes_work_alike)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t sizes[] = {0,    1,        2,        page - 1,
				  page, page + 1, 2 * page, 64 * page + 3};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		EACH_ACCESS(j)
		{
			sample_make(&sample, sizes[i]);
			storage = sample_open(&sample, accesses[j], page);

			cr_expect(eq(int, (int)storage_kind(storage), (int)STORAGE_FILE));
			cr_expect(eq(u64, storage_size(storage), sizes[i]));
			if (sizes[i] > 0) {
				expect_as_made(0);
				expect_as_made(sizes[i] - 1);
			}
			expect_unreadable(sizes[i]);
			end();
		}
	}
}

Test(file_storage, bytes_are_right_at_powers_of_two)
{
	const uint64_t borders[] = {(uint64_t)1 << 31, (uint64_t)1 << 32,
				    (uint64_t)1 << 40};
	sample_make(&sample, 0);
	if (ftruncate(sample.fd, (off_t)8 << 40) < 0)
		cr_skip_test("the file system has no sparse file of 8 TiB");
	for (size_t i = 0; i < 3; i++)
		sample_write(&sample, borders[i] - 2, "abcd", 4);
	sample_write(&sample, ((uint64_t)8 << 40) - 1, "Z", 1);

	EACH_ACCESS(j)
	{
		for (size_t window = sample.page; window <= (size_t)1 << 30;
		     window <<= 6) {
			storage = sample_open(&sample, accesses[j], window);
			for (size_t i = 0; i < 3; i++) {
				char got[7] = {0};
				cr_assert(zero(int,
					       (int)storage_read(storage, borders[i] - 3,
								 got, 6, NULL, NULL)));
				cr_expect(zero(int, memcmp(got, "\0abcd\0", 6)));
			}
			cr_expect(eq(int, shown(((uint64_t)8 << 40) - 1), 'Z'));
			expect_unreadable((uint64_t)8 << 40);
			expect_unreadable(UINT64_MAX - 1);
			storage_close(storage);
		}
	}
	storage = NULL;
	end();
}

Test(file_storage, an_offset_near_the_end_of_all_offsets_is_no_wrap)
{
	MhexError err = {0};
	uint8_t bytes[4];
	begin(ACCESS_VIEW);

	const MhexStatus status =
		storage_read(storage, UINT64_MAX - 2, bytes, 4, NULL, &err);

	cr_expect(eq(int, (int)status, (int)MHEX_E_RANGE));
	end();
}

Test(file_storage, nothing_is_written_by_looking)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		const FileStamp before = storage_stamp(storage);
		for (uint64_t at = 0; at < PAGES * sample.page; at += 100)
			expect_as_made(at);

		measure();
		const FileStamp after = storage_stamp(storage);

		cr_expect(file_stamp_equal(&before, &after));
		end();
	}
}

Test(file_storage, only_live_holds_a_writable_descriptor)
{
	EACH_ACCESS(i)
	{
		begin(accesses[i]);
		const int mode = fcntl(storage_fd(storage), F_GETFL) & O_ACCMODE;

		cr_expect(eq(int, mode, accesses[i] == ACCESS_LIVE ? O_RDWR : O_RDONLY));
		cr_expect(storage_writable(storage));
		end();
	}
}

/* ---- Clones ---- */

Test(file_storage, a_clone_has_windows_of_its_own)
{
	size_t windows = 9;
	uint64_t bytes = 0;
	Storage *clone = NULL;
	uint8_t byte = 0;
	begin(ACCESS_PREVIEW);

	cr_assert(zero(int, (int)storage_clone(&clone, storage, NULL)));
	storage_usage(clone, &windows, &bytes);
	storage_close(storage);
	cr_assert(zero(int, (int)storage_read(clone, 9, &byte, 1, NULL, NULL)));

	cr_expect(zero(sz, windows));
	cr_expect(eq(u8, byte, sample_byte(9)));
	cr_expect(eq(u64, storage_size(clone), PAGES * sample.page));
	storage = clone;
	end();
}

/* ---- Holes ---- */

Test(file_storage, data_is_found_between_holes)
{
	const uint64_t far = (uint64_t)1 << 30;
	Range data = {0, 0};
	sample_make(&sample, 0);
	sample_resize(&sample, 2 * far);
	sample_write(&sample, far, "x", 1);
	storage = sample_open(&sample, ACCESS_VIEW, 0);

	cr_assert(zero(int, (int)storage_next_data(storage, (Range){5, 2 * far - 5},
						   &data, NULL)));
	if (data.offset == 5)
		cr_skip_test("the file system does not tell its holes");
	cr_expect(le(u64, data.offset, far));
	cr_expect(lt(u64, far, range_end(data)));
	cr_assert(zero(int, (int)storage_next_data(
				    storage, range_between(range_end(data), 2 * far),
				    &data, NULL)));
	cr_expect(zero(u64, data.length));
	cr_expect(eq(u64, data.offset, 2 * far));
	cr_assert(zero(int, (int)storage_next_data(storage, (Range){3, 4}, &data, NULL)));
	cr_expect(zero(u64, data.length), "nothing within the range");
	end();
}

/* On tmpfs a page of a hole that is read through a mapping takes memory for good. */
Test(file_storage, reading_a_hole_does_not_fill_it)
{
	enum {
		SIZE = 1 << 20
	};
	char path[64];
	struct stat st;
	static uint8_t bytes[SIZE], readable[SIZE];
	memset(bytes, 0xee, sizeof(bytes));
	const int fd = memfd_create("hole", MFD_CLOEXEC);
	cr_assert(zero(int, ftruncate(fd, (off_t)4 * SIZE)));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	const StorageOptions options = {.wanted = ACCESS_VIEW};
	cr_assert(zero(int, (int)storage_open(&storage, path, options, NULL)));

	cr_assert(zero(
		int, (int)storage_read(storage, SIZE / 2, bytes, SIZE, readable, NULL)));

	cr_expect(bytes[0] == 0 && !memcmp(bytes, bytes + 1, SIZE - 1));
	cr_expect(readable[0] == 1 && !memcmp(readable, readable + 1, SIZE - 1));
	cr_assert(zero(int, fstat(fd, &st)));
	cr_expect(zero(long, (long)st.st_blocks));
	storage_close(storage);
	(void)close(fd);
}
