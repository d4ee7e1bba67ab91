/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/file_memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/faults.h"

enum {
	SIZE = 1 << 20
};

static void without_faults(void)
{
	faults_plan("");
}

TestSuite(file_memory, .init = without_faults, .fini = without_faults);

/* How much of this process's memory is in no file, in KiB. */
static long anonymous(void)
{
	char line[128];
	long got = -1;
	FILE *status = fopen("/proc/self/status", "re");
	while (status && fgets(line, sizeof(line), status))
		(void)sscanf(line, "RssAnon: %ld", &got);
	if (status)
		(void)fclose(status);
	return got;
}

static void check(uint8_t *memory)
{
	cr_assert(memory != NULL);
	for (size_t i = 0; i < SIZE; i += 4096)
		cr_assert(eq(u8, memory[i], 0));
	memset(memory, 7, SIZE);
	cr_expect(eq(u8, memory[SIZE - 1], 7));
}

Test(file_memory, does_not_count_as_memory_of_the_process)
{
	const long before = anonymous();
	uint8_t *memory = file_memory_take(32 * SIZE);
	if (before < 0)
		cr_skip_test("the kernel does not tell RssAnon");
	check(memory);
	memset(memory, 7, 32 * SIZE);

	cr_expect(lt(long, anonymous(), before + 16 * 1024));
	file_memory_give(memory, 32 * SIZE);
}

Test(file_memory, large_memory_begins_at_a_huge_page)
{
	uint8_t *memory = large_memory_take();
	cr_assert(memory != NULL);
	cr_expect(eq(u64, (uintptr_t)memory % LARGE_MEMORY, 0));
	memset(memory, 7, LARGE_MEMORY);
	free(memory);
}

Test(file_memory, a_full_disk_is_a_refusal)
{
	faults_plan("posix_fallocate:1+:ENOSPC");

	cr_expect(file_memory_take(SIZE) == NULL);
	cr_expect(eq(int, errno, ENOSPC));
}

Test(file_memory, the_next_folder_may_have_room)
{
	faults_plan("posix_fallocate:1:ENOSPC");
	uint8_t *memory = file_memory_take(SIZE);
	check(memory);
	file_memory_give(memory, SIZE);
}

Test(file_memory, without_any_folder_it_is_memory)
{
	faults_plan("open:1+:EROFS,mkostemp:1+:EROFS");
	uint8_t *memory = file_memory_take(SIZE);
	check(memory);
	file_memory_give(memory, SIZE);
}

Test(file_memory, nothing_can_be_given_back)
{
	file_memory_give(NULL, SIZE);
}
