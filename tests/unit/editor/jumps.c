/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/jumps.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(jumps, .timeout = 100);

static uint64_t back(Jumps *jumps, uint64_t here)
{
	uint64_t offset = UINT64_MAX;
	cr_assert(jumps_back(jumps, here, &offset));
	return offset;
}

static uint64_t forward(Jumps *jumps, uint64_t here)
{
	uint64_t offset = UINT64_MAX;
	cr_assert(jumps_forward(jumps, here, &offset));
	return offset;
}

Test(jumps, go_back_and_forward_again)
{
	Jumps jumps = {0};
	jumps_push(&jumps, 10);
	jumps_push(&jumps, 20);

	cr_expect(eq(u64, back(&jumps, 30), 20));
	cr_expect(eq(u64, back(&jumps, 20), 10));
	cr_expect(eq(u64, forward(&jumps, 10), 20));
	cr_expect(eq(u64, forward(&jumps, 20), 30));
}

Test(jumps, end_at_both_ends)
{
	Jumps jumps = {0};
	uint64_t offset = 7;

	cr_expect(not(jumps_back(&jumps, 1, &offset)));
	cr_expect(not(jumps_forward(&jumps, 1, &offset)));
	cr_expect(eq(u64, offset, 7));
}

Test(jumps, a_new_jump_forgets_what_lay_ahead)
{
	Jumps jumps = {0};
	uint64_t offset = 0;
	jumps_push(&jumps, 10);
	jumps_push(&jumps, 20);
	(void)back(&jumps, 30);

	jumps_push(&jumps, 25);

	cr_expect(not(jumps_forward(&jumps, 40, &offset)));
	cr_expect(eq(u64, back(&jumps, 40), 25));
	cr_expect(eq(u64, back(&jumps, 25), 10));
}

Test(jumps, from_the_same_place_counts_once)
{
	Jumps jumps = {0};
	uint64_t offset = 0;
	jumps_push(&jumps, 10);
	jumps_push(&jumps, 10);

	cr_expect(eq(u64, back(&jumps, 30), 10));
	cr_expect(not(jumps_back(&jumps, 10, &offset)));
}

Test(jumps, the_oldest_of_too_many_are_forgotten)
{
	Jumps jumps = {0};
	for (uint64_t i = 0; i < JUMPS_MAX + 50; i++)
		jumps_push(&jumps, i);

	uint64_t here = 1000;
	uint64_t offset = 0;
	int count = 0;
	while (jumps_back(&jumps, here, &offset)) {
		here = offset;
		count++;
	}

	cr_expect(eq(int, count, JUMPS_MAX));
	cr_expect(eq(u64, here, 50));
	cr_expect(eq(u64, forward(&jumps, here), 51));
}
