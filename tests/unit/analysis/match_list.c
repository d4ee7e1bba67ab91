/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/match_list.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "support/faults.h"

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

/* As the workers of a search do it: small lists, each appended behind the one before. */
static void append_in_slices(MatchList *list, uint64_t per_slice)
{
	for (uint64_t i = 0; i < COUNT; i += per_slice) {
		MatchList slice = {.sized = list->sized};
		for (uint64_t k = i; k < i + per_slice && k < COUNT; k++)
			cr_assert(match_list_add_sized(&slice, number(k), k % 300));
		cr_assert(match_list_append(list, &slice));
		match_list_free(&slice);
	}
}

static void expect_all(const MatchList *list)
{
	Range got[2];
	cr_assert(eq(u64, list->count, COUNT));
	for (uint64_t i = 0; i < COUNT; i++) {
		cr_assert(eq(sz, match_list_get_ranges(list, i, got, 2),
			     i + 1 < COUNT ? 2 : 1));
		cr_assert_eq(got[0].offset, number(i), "number %d", (int)i);
		if (list->sized)
			cr_assert_eq(got[0].length, i % 300, "length %d", (int)i);
	}
}

Test(match_list, is_the_same_when_it_comes_in_slices)
{
	static const uint64_t sizes[] = {1, 7, 1023, 1024, 1025, 2500, COUNT};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		MatchList plain = {0}, sized = {.sized = true};

		append_in_slices(&plain, sizes[i]);
		append_in_slices(&sized, sizes[i]);

		expect_all(&plain);
		expect_all(&sized);
		cr_expect(le(u64, plain.places.size, 24 * (COUNT / MATCH_LIST_STEP + 1)));
		match_list_free(&plain);
		match_list_free(&sized);
	}
}

Test(match_list, adding_goes_on_behind_a_slice)
{
	MatchList list = {0}, slice = {0};
	uint64_t got[4];
	cr_assert(match_list_add(&list, 10));
	cr_assert(match_list_add(&slice, 1000000));
	cr_assert(match_list_add(&slice, 1000001));
	cr_assert(match_list_append(&list, &slice));
	cr_assert(match_list_add(&list, 1000002));

	cr_expect(eq(sz, match_list_get(&list, 0, got, 4), 4));
	cr_expect(eq(u64, got[0], 10));
	cr_expect(eq(u64, got[1], 1000000));
	cr_expect(eq(u64, got[2], 1000001));
	cr_expect(eq(u64, got[3], 1000002));
	match_list_free(&list);
	match_list_free(&slice);
}

Test(match_list, knows_how_many_lie_before_an_offset)
{
	MatchList list = {0};
	cr_expect(eq(u64, match_list_rank(&list, 100), 0));
	fill(&list);

	for (uint64_t i = 0; i < COUNT; i += 97) {
		cr_assert(eq(u64, match_list_rank(&list, number(i)), i));
		cr_assert(eq(u64, match_list_rank(&list, number(i) + 1), i + 1));
	}
	cr_expect(eq(u64, match_list_rank(&list, UINT64_MAX), COUNT));
	match_list_free(&list);
}

Test(match_list, takes_back_slices_also)
{
	MatchList list = {0}, slice = {0};
	uint64_t got[2];
	fill(&slice);
	cr_assert(match_list_add(&list, 5));
	const MatchMark mark = match_list_mark(&list);
	cr_assert(match_list_append(&list, &slice));

	match_list_rewind(&list, mark);
	cr_assert(match_list_append(&list, &slice));

	cr_expect(eq(u64, list.count, COUNT + 1));
	cr_expect(eq(sz, match_list_get(&list, COUNT - 1, got, 2), 2));
	cr_expect(eq(u64, got[1], number(COUNT - 1)));
	match_list_free(&list);
	match_list_free(&slice);
}

/* Far apart: six bytes each, so that they do not fit into memory soon. */
static uint64_t add_far(MatchList *list, uint64_t count)
{
	uint64_t added = 0;
	while (added < count && match_list_add(list, (added + 1) << 36))
		added++;
	return added;
}

Test(match_list, goes_to_disk_when_it_is_long)
{
	enum {
		LONG = 3000000
	};
	MatchList list = {0};
	uint64_t got[3];

	cr_assert(eq(u64, add_far(&list, LONG), LONG));

	cr_expect(lt(u64, 0, list.codes.stored));
	for (uint64_t i = 0; i + 3 <= LONG; i += 99991) {
		cr_assert(eq(sz, match_list_get(&list, i, got, 3), 3));
		cr_assert(eq(u64, got[2], (i + 3) << 36));
		cr_assert(eq(u64, match_list_rank(&list, got[2]), i + 2));
	}
	match_list_free(&list);
}

Test(match_list, ends_with_a_sentence_where_others_may_need_the_rest_of_the_disk)
{
	MatchList list = {0};
	MhexError err;
	faults_plan("fstatvfs:1+:short");

	const uint64_t added = add_far(&list, 3000000);

	cr_expect(lt(u64, 1000000, added));
	cr_expect(lt(u64, added, 3000000));
	cr_expect(eq(u64, list.count, added));
	cr_expect(zero(u64, faults_count("pwrite")));
	cr_expect(eq(int, match_list_trouble(&list, &err), MHEX_E_NOSPACE));
	cr_expect(ne(ptr, strstr(err.message, "which others may need"), NULL));
	faults_plan("");
	match_list_free(&list);
}

Test(match_list, ends_with_a_sentence_when_the_disk_is_full)
{
	MatchList list = {0};
	MhexError err;
	uint64_t got[2];
	faults_plan("fstatvfs:1+:ENOSYS,pwrite:1+:ENOSPC");

	const uint64_t added = add_far(&list, 3000000);

	cr_expect(lt(u64, 1000000, added));
	cr_expect(lt(u64, added, 3000000));
	cr_expect(eq(u64, list.count, added));
	cr_expect(eq(sz, match_list_get(&list, added - 1, got, 2), 1));
	cr_expect(eq(u64, got[0], added << 36));
	cr_expect(eq(int, match_list_trouble(&list, &err), MHEX_E_NOSPACE));
	cr_expect(ne(ptr, strstr(err.message, "No space left on device"), NULL));
	faults_plan("");
	match_list_free(&list);
}
