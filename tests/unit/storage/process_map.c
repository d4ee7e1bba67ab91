/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/process_map.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <unistd.h>

#include "sample.h"

static int memory;

static void set_up(void)
{
	memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		cr_skip_test("there is no /proc/self/mem here");
}

static void tear_down(void)
{
	(void)close(memory);
}

TestSuite(process_map, .init = set_up, .fini = tear_down, .timeout = 100);

Test(process_map, holds_what_is_mapped_in_order)
{
	static const char constant[] = "here";
	const int local = 0;
	ProcessMap map;
	bool constant_is_there = false;
	bool local_is_there = false;

	cr_assert(process_map_load(&map, memory));

	cr_expect(lt(sz, 1, map.count));
	for (size_t i = 0; i < map.count; i++) {
		const Range area = map.areas[i];
		constant_is_there |= range_contains(area, (uintptr_t)constant);
		local_is_there |= range_contains(area, (uintptr_t)&local);
		cr_assert(not(range_contains(area, 0)), "the first page never is");
		if (i > 0)
			cr_assert(lt(u64, range_end(map.areas[i - 1]), area.offset),
				  "in order, and neighbours are joined");
	}
	cr_expect(constant_is_there);
	cr_expect(local_is_there);
	cr_expect(eq(u64, process_map_end(&map), range_end(map.areas[map.count - 1])));
	cr_expect(le(u64, process_map_end(&map), (uint64_t)INT64_MAX));
	process_map_free(&map);
}

Test(process_map, knows_the_memory_of_a_process_from_other_files)
{
	const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	const int folder = open("/", O_RDONLY | O_CLOEXEC);
	ProcessMap map;

	cr_expect(process_map_is_memory(memory));
	cr_expect(not(process_map_is_memory(maps)));
	cr_expect(not(process_map_is_memory(folder)));
	cr_expect(not(process_map_is_memory(-1)));
	cr_expect(not(process_map_load(&map, maps)));
	(void)close(folder);
	(void)close(maps);
}

Test(process_map, of_nothing_is_empty)
{
	ProcessMap map = {0};

	cr_expect(zero(u64, process_map_end(&map)));
	process_map_free(&map);
}
