/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/spill.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/faults.h"

enum {
	PART = 1 << 20,
	PARTS = 20, /* more than memory is for */
};

static Spill spill;

static void clean_up(void)
{
	faults_plan("");
	spill_free(&spill);
}

/* Of the disk that the test runs on nothing is known. */
#define NO_RESERVE "fstatvfs:1+:ENOSYS"

static void set_up(void)
{
	faults_plan(NO_RESERVE);
}

TestSuite(spill, .init = set_up, .fini = clean_up);

static uint8_t byte_at(uint64_t offset)
{
	return (uint8_t)(offset * 7 + (offset >> 20));
}

static bool append_part(uint64_t at)
{
	static uint8_t part[PART];
	for (size_t i = 0; i < PART; i++)
		part[i] = byte_at(at + i);
	return spill_append(&spill, part, PART);
}

static void expect_bytes(uint64_t offset, size_t length)
{
	uint8_t *got = malloc(length);
	cr_assert(ne(ptr, got, NULL));
	cr_assert(eq(sz, spill_read(&spill, offset, got, length), length));
	for (size_t i = 0; i < length; i++)
		cr_assert_eq(got[i], byte_at(offset + i), "byte %zu", (size_t)offset + i);
	free(got);
}

Test(spill, gives_back_what_was_appended)
{
	uint8_t got[8];
	for (uint64_t i = 0; i < PARTS; i++)
		cr_assert(append_part(i * PART));

	cr_expect(lt(u64, 0, spill.stored));
	cr_expect(le(u64, spill.size - spill.stored, SPILL_MEMORY_MAX));
	expect_bytes(0, 100);
	expect_bytes(spill.stored - 50, 100);
	expect_bytes(spill.size - 3, 3);
	cr_expect(eq(sz, spill_read(&spill, spill.size - 3, got, 8), 3));
	cr_expect(eq(sz, spill_read(&spill, spill.size, got, 8), 0));
}

Test(spill, little_stays_in_memory)
{
	faults_plan("any:1+:EIO");

	cr_assert(append_part(0));

	expect_bytes(0, PART);
	cr_expect(lt(sz, spill.capacity, 2 * PART + 1));
}

Test(spill, goes_on_where_it_was_cut)
{
	for (uint64_t i = 0; i < PARTS; i++)
		cr_assert(append_part(i * PART));

	spill_cut(&spill, 3 * PART);
	for (uint64_t i = 3; i < PARTS; i++)
		cr_assert(append_part(i * PART));
	expect_bytes(0, PARTS * PART);
	spill_cut(&spill, spill.size - 5);

	cr_expect(eq(u64, spill.size, (uint64_t)PARTS * PART - 5));
	expect_bytes(spill.size - PART, PART);
}

Test(spill, a_full_disk_leaves_what_was_there)
{
	faults_plan(NO_RESERVE ",pwrite:1+:ENOSPC");
	uint64_t parts = 0;
	while (parts < PARTS && append_part(parts * PART))
		parts++;

	cr_expect(eq(int, errno, ENOSPC));
	cr_expect(eq(u64, parts, SPILL_MEMORY_MAX / PART));
	cr_expect(not(spill.held_back));
	expect_bytes(0, (size_t)parts * PART);
}

Test(spill, leaves_the_last_of_a_disk_to_others)
{
	faults_plan("fstatvfs:2+:short");
	uint64_t parts = 0;
	while (parts < PARTS && append_part(parts * PART))
		parts++;

	cr_expect(eq(int, errno, ENOSPC));
	cr_expect(spill.held_back);
	cr_expect(eq(u64, spill.stored, SPILL_MEMORY_MAX));
	cr_expect(eq(u64, parts, 2 * SPILL_MEMORY_MAX / PART));
	expect_bytes(0, (size_t)parts * PART);
	faults_plan(NO_RESERVE);
	cr_expect(append_part(parts * PART), "there is room again");
	cr_expect(not(spill.held_back));
}

Test(spill, a_file_that_cannot_be_read_gives_less)
{
	uint8_t got[8];
	for (uint64_t i = 0; i < PARTS; i++)
		cr_assert(append_part(i * PART));

	faults_plan("pread:1+:EIO");

	cr_expect(eq(sz, spill_read(&spill, 0, got, 8), 0));
	cr_expect(eq(int, errno, EIO));
	cr_expect(eq(sz, spill_read(&spill, spill.stored, got, 8), 8));
}
