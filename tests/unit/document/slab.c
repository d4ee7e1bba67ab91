/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/slab.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum {
	ITEM = 4000,
	PLAIN = 8 << 20,
	COUNT = 6000 /* 24 MB: beyond the heap, and beyond the first chunk */
};

static uint8_t *items[COUNT];

static uint8_t value(size_t i)
{
	return (uint8_t)(i * 31 + i / 256);
}

static void take(Slab *slab, size_t i)
{
	items[i] = slab_take(slab);
	cr_assert(items[i] != NULL);
	memset(items[i], value(i), ITEM);
}

static void expect_values(size_t step)
{
	for (size_t i = 0; i < COUNT; i += step) {
		cr_assert(eq(u8, items[i][0], value(i)));
		cr_assert(zero(int, memcmp(items[i], items[i] + 1, ITEM - 1)));
	}
}

Test(slab, items_are_apart_and_used_again)
{
	Slab slab;
	slab_init(&slab, ITEM, PLAIN);
	for (size_t i = 0; i < COUNT; i++)
		take(&slab, i);
	expect_values(1);
	const size_t chunks = slab.count;
	cr_expect(lt(sz, 1, chunks));

	for (int round = 0; round < 3; round++) {
		for (size_t i = 1; i < COUNT; i += 2)
			slab_give(&slab, items[i]);
		expect_values(2);
		for (size_t i = 1; i < COUNT; i += 2)
			take(&slab, i);
	}
	expect_values(1);
	cr_expect(eq(sz, slab.count, chunks));

	for (size_t i = 0; i < COUNT; i++)
		slab_give(&slab, items[i]);
	cr_expect(eq(sz, slab.heap, 0));
	slab_free(&slab);
	cr_expect(eq(sz, slab.count, 0));
	take(&slab, 0);
	slab_give(&slab, items[0]);
	slab_free(&slab);
}
