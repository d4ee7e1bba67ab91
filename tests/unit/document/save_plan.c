/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>

#include "document/save_plan.h"

enum {
	FILE_SIZE = 64
};

/* Carry out a plan on an array, the plain way. */
static void apply(const SavePlan *plan, uint8_t *file, size_t size)
{
	uint8_t *scratch = calloc(1, size + 1);
	for (size_t i = 0; i < plan->count; i++) {
		const SaveStep *step = &plan->steps[i];
		uint8_t *from = step->kind == SAVE_STEP_RESTORE ? scratch : file;
		uint8_t *to = step->kind == SAVE_STEP_KEEP ? scratch : file;
		memmove(to + step->to, from + step->from, step->length);
	}
	free(scratch);
}

/* Does the plan of these moves give each target the bytes that its source had? */
static bool right(const SaveMove *moves, size_t count, size_t size, SavePlan *plan)
{
	uint8_t *before = malloc(size), *after = malloc(size);
	for (size_t i = 0; i < size; i++)
		before[i] = after[i] = (uint8_t)(i * 7 + (i >> 8) * 13);
	cr_assert(zero(int, (int)save_plan_make(plan, moves, count, NULL)));
	apply(plan, after, size);
	bool same = true;
	for (size_t i = 0; i < count; i++)
		same = same && memcmp(after + moves[i].target, before + moves[i].source,
				      moves[i].length) == 0;
	free(before);
	free(after);
	return same;
}

Test(save_plan, nothing_to_move_is_no_step)
{
	SavePlan plan;

	cr_expect(right(NULL, 0, 1, &plan));

	cr_expect(eq(sz, plan.count, 0));
	save_plan_free(&plan);
}

Test(save_plan, an_insertion_is_one_copy_of_the_rest)
{
	const SaveMove moves[] = {{.source = 10, .target = 11, .length = 50}};
	SavePlan plan;

	cr_expect(right(moves, 1, FILE_SIZE, &plan));

	cr_expect(eq(sz, plan.count, 1));
	cr_expect(eq(u64, plan.kept, 0));
	save_plan_free(&plan);
}

Test(save_plan, what_lies_behind_several_insertions_goes_first)
{
	const SaveMove moves[] = {{4, 5, 10}, {14, 17, 10}, {24, 30, 30}};
	SavePlan plan;

	cr_expect(right(moves, 3, FILE_SIZE, &plan));

	cr_assert(eq(sz, plan.count, 3));
	cr_expect(eq(u64, plan.steps[0].from, 24));
	cr_expect(eq(u64, plan.kept, 0));
	save_plan_free(&plan);
}

Test(save_plan, what_lies_before_several_deletions_goes_first)
{
	const SaveMove moves[] = {{8, 4, 10}, {20, 14, 10}, {40, 24, 20}};
	SavePlan plan;

	cr_expect(right(moves, 3, FILE_SIZE, &plan));

	cr_assert(eq(sz, plan.count, 3));
	cr_expect(eq(u64, plan.steps[0].from, 8));
	cr_expect(eq(u64, plan.kept, 0));
	save_plan_free(&plan);
}

Test(save_plan, two_blocks_that_change_places_need_one_of_them_aside)
{
	const SaveMove moves[] = {{40, 0, 8}, {0, 40, 8}};
	SavePlan plan;

	cr_expect(right(moves, 2, FILE_SIZE, &plan));

	cr_expect(eq(u64, plan.kept, 8));
	save_plan_free(&plan);
}

Test(save_plan, a_rotation_keeps_the_shorter_part)
{
	const SaveMove moves[] = {{3, 0, 61}, {0, 61, 3}};
	const SaveMove other_way[] = {{61, 0, 3}, {0, 3, 61}};
	SavePlan plan;

	cr_expect(right(moves, 2, FILE_SIZE, &plan));
	cr_expect(eq(u64, plan.kept, 3));
	save_plan_free(&plan);
	cr_expect(right(other_way, 2, FILE_SIZE, &plan));
	cr_expect(eq(u64, plan.kept, 3));
	save_plan_free(&plan);
}

Test(save_plan, each_circle_keeps_something)
{
	const SaveMove moves[] = {{8, 0, 8}, {0, 8, 8}, {24, 16, 8}, {16, 24, 8}};
	SavePlan plan;

	cr_expect(right(moves, 4, FILE_SIZE, &plan));

	cr_expect(eq(u64, plan.kept, 16));
	save_plan_free(&plan);
}

Test(save_plan, a_range_that_was_pasted_twice_is_read_twice)
{
	const SaveMove moves[] = {{20, 0, 10}, {20, 10, 10}, {0, 20, 10}, {15, 40, 10}};
	SavePlan plan;

	cr_expect(right(moves, 4, FILE_SIZE, &plan));

	save_plan_free(&plan);
}

Test(save_plan, offsets_beyond_4_gib_are_kept_whole)
{
	const uint64_t far = UINT64_C(1) << 41;
	const SaveMove moves[] = {{far, far + 1, far}, {0, 3 * far, 5}};
	SavePlan plan;

	cr_assert(zero(int, (int)save_plan_make(&plan, moves, 2, NULL)));

	cr_assert(eq(sz, plan.count, 2));
	cr_expect(eq(u64, plan.steps[0].length, far));
	cr_expect(eq(u64, plan.steps[1].to, 3 * far));
	cr_expect(eq(u64, plan.kept, 0));
	save_plan_free(&plan);
}

Test(save_plan, a_million_insertions_keep_nothing, .timeout = 100)
{
	const size_t count = 1000 * 1000;
	SaveMove *moves = malloc(count * sizeof(*moves));
	for (size_t i = 0; i < count; i++)
		moves[i] = (SaveMove){3 * i, 4 * i + 1, 3};
	SavePlan plan;

	cr_expect(right(moves, count, 4 * count + 8, &plan));

	cr_expect(eq(sz, plan.count, count));
	cr_expect(eq(u64, plan.kept, 0));
	save_plan_free(&plan);
	free(moves);
}

/* Moves with disjoint targets in order and any sources. */
static size_t random_moves(SaveMove *moves, size_t capacity, unsigned *seed)
{
	size_t count = 0;
	uint64_t at = 0;
	while (count < capacity) {
		const uint64_t gap = (uint64_t)rand_r(seed) % 4;
		const uint64_t length = 1 + (uint64_t)rand_r(seed) % 12;
		at += gap;
		if (at + length > FILE_SIZE)
			break;
		const uint64_t source = (uint64_t)rand_r(seed) % (FILE_SIZE - length + 1);
		if (source != at)
			moves[count++] = (SaveMove){source, at, length};
		at += length;
	}
	return count;
}

Test(save_plan, agrees_with_a_plain_copy_for_random_moves)
{
	for (unsigned seed = 1; seed <= 20000; seed++) {
		SaveMove moves[32];
		SavePlan plan;
		unsigned state = seed;
		const size_t count = random_moves(moves, 32, &state);

		cr_assert(right(moves, count, FILE_SIZE, &plan), "seed %u", seed);
		save_plan_free(&plan);
	}
}
