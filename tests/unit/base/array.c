/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/array.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

typedef ARRAY(uint64_t) Offsets;

typedef struct {
	char name[24];
	double value;
} Row;

TestSuite(array, .timeout = 100);

/* Criterion does not take a macro that begins with a parenthesis. */
static bool push(Offsets *offsets, uint64_t value)
{
	return ARRAY_PUSH(offsets, value);
}

Test(array, keeps_what_is_pushed)
{
	Offsets offsets = {0};

	for (uint64_t i = 0; i < 10000; i++)
		cr_assert(push(&offsets, i * i));

	cr_expect(eq(sz, offsets.count, 10000));
	cr_expect(ge(sz, offsets.capacity, 10000));
	for (uint64_t i = 0; i < 10000; i++)
		cr_assert(eq(u64, offsets.items[i], i * i));
	ARRAY_FREE(&offsets);
}

Test(array, holds_structures)
{
	ARRAY(Row) rows = {0};
	int added = 0;

	for (int i = 0; i < 100; i++)
		added += ARRAY_PUSH(&rows, ((Row){.name = "row", .value = i}));

	cr_expect(eq(int, added, 100));
	cr_expect(eq(dbl, rows.items[99].value, 99.0));
	cr_expect(zero(int, strcmp(rows.items[50].name, "row")));
	ARRAY_FREE(&rows);
}

Test(array, reserved_room_is_not_moved)
{
	Offsets offsets = {0};
	const bool reserved = ARRAY_RESERVE(&offsets, 1000);
	const uint64_t *before = offsets.items;

	for (uint64_t i = 0; i < 1000; i++)
		cr_assert(push(&offsets, i));

	cr_expect(reserved);
	cr_expect(eq(ptr, (void *)offsets.items, (void *)before));
	ARRAY_FREE(&offsets);
}

Test(array, room_grows_by_doubling)
{
	Offsets offsets = {0};
	size_t moves = 0;
	size_t capacity = 0;

	for (uint64_t i = 0; i < 100000; i++) {
		cr_assert(push(&offsets, i));
		moves += offsets.capacity != capacity;
		capacity = offsets.capacity;
	}

	cr_expect(le(sz, moves, 15));
	ARRAY_FREE(&offsets);
}

Test(array, is_empty_and_usable_when_it_was_freed)
{
	Offsets offsets = {0};
	cr_assert(push(&offsets, 1));

	ARRAY_FREE(&offsets);
	ARRAY_FREE(&offsets);

	cr_expect(zero(sz, offsets.count));
	cr_assert(push(&offsets, 2));
	cr_expect(eq(u64, offsets.items[0], 2));
	ARRAY_FREE(&offsets);
}

Test(array, what_does_not_fit_leaves_it_as_it_was)
{
	Offsets offsets = {0};
	cr_assert(push(&offsets, 7));
	const size_t capacity = offsets.capacity;

	const bool all = ARRAY_RESERVE(&offsets, SIZE_MAX);
	const bool much = ARRAY_RESERVE(&offsets, SIZE_MAX / 4);

	cr_expect(not(all));
	cr_expect(not(much));
	cr_expect(eq(sz, offsets.count, 1));
	cr_expect(eq(sz, offsets.capacity, capacity));
	cr_expect(eq(u64, offsets.items[0], 7));
	ARRAY_FREE(&offsets);
}
