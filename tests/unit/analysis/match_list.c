/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/match_list.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static uint64_t number(uint64_t i)
{
	/* Distances of one byte up to nine. */
	return i < 5000 ? i * 3
			: 15000 + (i - 5000) * 1000000007 + (i == 5999 ? 1ULL << 63 : 0);
}

enum {
	COUNT = 6000
};

static void fill(MatchList *list)
{
	for (uint64_t i = 0; i < COUNT; i++)
		cr_assert(match_list_add(list, number(i)));
}

Test(match_list, gives_back_any_part_of_what_was_added)
{
	MatchList list = {0};
	uint64_t got[COUNT];
	fill(&list);

	cr_assert(eq(sz, match_list_get(&list, 0, got, COUNT), COUNT));
	for (uint64_t i = 0; i < COUNT; i++)
		cr_assert_eq(got[i], number(i), "number %d", (int)i);
	for (uint64_t first = 0; first < COUNT; first += 333) {
		cr_assert(eq(sz, match_list_get(&list, first, got, 2), 2));
		cr_assert(eq(u64, got[0], number(first)));
		cr_assert(eq(u64, got[1], number(first + 1)));
	}

	match_list_free(&list);
}

Test(match_list, has_nothing_behind_its_end)
{
	MatchList list = {0};
	uint64_t got[4];
	cr_expect(eq(sz, match_list_get(&list, 0, got, 4), 0));
	fill(&list);

	cr_expect(eq(sz, match_list_get(&list, COUNT - 1, got, 4), 1));
	cr_expect(eq(sz, match_list_get(&list, COUNT, got, 4), 0));
	cr_expect(eq(sz, match_list_get(&list, UINT64_MAX, got, 4), 0));

	match_list_free(&list);
}

Test(match_list, takes_back_what_came_after_a_mark)
{
	MatchList list = {0};
	uint64_t got[8];
	cr_assert(match_list_add(&list, 5));
	const MatchMark mark = match_list_mark(&list);
	fill(&list);

	match_list_rewind(&list, mark);
	cr_assert(match_list_add(&list, 7));

	cr_expect(eq(sz, match_list_get(&list, 0, got, 8), 2));
	cr_expect(eq(u64, got[0], 5));
	cr_expect(eq(u64, got[1], 7));
	match_list_free(&list);
}

Test(match_list, is_full_before_it_is_large)
{
	MatchList list = {0};
	uint64_t offset = 0;
	while (!match_list_is_full(&list))
		cr_assert(match_list_add(&list, offset += 1ULL << 36));

	cr_expect(le(sz, list.distances.count, MATCH_LIST_BYTES_MAX));
	cr_expect(lt(u64, 1000000, list.count));
	match_list_free(&list);
}
