/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/cursor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdbool.h>
#include <string.h>

#include "unit/analysis/random.h"

TestSuite(cursor, .timeout = 100);

/* 100 bytes in lines of 16, ten lines on the screen. */
static const Geometry usual = {
	.size = 100, .columns = 16, .rows = 10, .phase = 0, .top_line = 0, .group = 8};

struct step {
	uint64_t from;
	Movement movement;
	uint64_t count;
	uint64_t to;
};

static struct step steps[] = {
	{5, MOVE_LEFT, 1, 4},
	{5, MOVE_LEFT, 9, 0},
	{0, MOVE_LEFT, 1, 0},
	{5, MOVE_RIGHT, 1, 6},
	{99, MOVE_RIGHT, 1, 100},
	{100, MOVE_RIGHT, 1, 100},
	{5, MOVE_RIGHT, 1000, 100},
	{40, MOVE_UP, 1, 24},
	{40, MOVE_UP, 2, 8},
	{40, MOVE_UP, 3, 8},
	{8, MOVE_UP, 1, 8},
	{40, MOVE_DOWN, 1, 56},
	{40, MOVE_DOWN, 3, 88},
	{88, MOVE_DOWN, 1, 100},
	{97, MOVE_DOWN, 1, 97},
	{40, MOVE_WORD_FORWARD, 1, 48},
	{41, MOVE_WORD_FORWARD, 1, 48},
	{41, MOVE_WORD_FORWARD, 2, 56},
	{99, MOVE_WORD_FORWARD, 1, 100},
	{40, MOVE_WORD_BACK, 1, 32},
	{41, MOVE_WORD_BACK, 1, 40},
	{41, MOVE_WORD_BACK, 2, 32},
	{3, MOVE_WORD_BACK, 1, 0},
	{0, MOVE_WORD_BACK, 1, 0},
	{41, MOVE_LINE_START, 1, 32},
	{100, MOVE_LINE_START, 1, 96},
	{41, MOVE_LINE_END, 1, 47},
	{97, MOVE_LINE_END, 1, 99},
	{100, MOVE_LINE_END, 1, 100},
	{40, MOVE_PAGE_DOWN, 1, 100},
	{97, MOVE_PAGE_UP, 1, 1},
	{5, MOVE_HALF_DOWN, 1, 85},
	{85, MOVE_HALF_UP, 1, 5},
	{5, MOVE_FILE_END, 1, 99},
	{5, MOVE_FILE_START, 1, 0},
	{55, MOVE_SCREEN_TOP, 1, 0},
	{55, MOVE_SCREEN_MIDDLE, 1, 64},
	{55, MOVE_SCREEN_BOTTOM, 1, 96},
};

static void check_step(const struct step *step)
{
	const uint64_t to =
		cursor_moved(step->from, step->movement, step->count, false, &usual);

	cr_expect(eq(u64, to, step->to), "%s %d from %d", movement_names[step->movement],
		  (int)step->count, (int)step->from);
}

Test(cursor, each_movement_goes_where_a_person_expects)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		check_step(&steps[i]);
}

Test(cursor, a_count_before_file_start_and_file_end_is_an_offset)
{
	cr_expect(eq(u64, cursor_moved(5, MOVE_FILE_END, 33, true, &usual), 33));
	cr_expect(eq(u64, cursor_moved(5, MOVE_FILE_START, 33, true, &usual), 33));
	cr_expect(eq(u64, cursor_moved(5, MOVE_FILE_END, 333, true, &usual), 100));
}

Test(cursor, screen_movements_follow_what_is_shown)
{
	Geometry geometry = usual;
	geometry.size = 1000;
	geometry.top_line = 20;

	cr_expect(eq(u64, cursor_moved(0, MOVE_SCREEN_TOP, 1, false, &geometry), 320));
	cr_expect(eq(u64, cursor_moved(0, MOVE_SCREEN_BOTTOM, 1, false, &geometry), 464));
}

Test(cursor, a_phase_shortens_the_first_line)
{
	Geometry geometry = usual;
	geometry.phase = 3;

	cr_expect(eq(u64, geometry_line(&geometry, 12), 0));
	cr_expect(eq(u64, geometry_line(&geometry, 13), 1));
	cr_expect(eq(u64, geometry_line_start(&geometry, 1), 13));
	cr_expect(eq(u64, cursor_moved(0, MOVE_LINE_END, 1, false, &geometry), 12));
	cr_expect(eq(u64, cursor_moved(20, MOVE_LINE_START, 1, false, &geometry), 13));
	cr_expect(eq(u64, cursor_moved(14, MOVE_UP, 1, false, &geometry), 0),
		  "above it there is no byte: the first one");
	cr_expect(eq(u64, cursor_moved(0, MOVE_WORD_FORWARD, 1, false, &geometry), 5),
		  "words lie as the groups on the screen");
	cr_expect(eq(u64, cursor_moved(2, MOVE_WORD_BACK, 1, false, &geometry), 0));
}

Test(cursor, an_empty_document_has_one_place)
{
	Geometry geometry = usual;
	geometry.size = 0;

	for (Movement movement = 0; movement_names[movement]; movement++)
		cr_expect(eq(u64, cursor_moved(0, movement, 1, false, &geometry), 0));
}

Test(cursor, lines_are_exact_at_the_largest_offsets)
{
	Geometry geometry = usual;
	geometry.size = UINT64_MAX;
	geometry.phase = 15;
	const uint64_t offset = UINT64_MAX - 20;

	const uint64_t line = geometry_line(&geometry, offset);
	const uint64_t start = geometry_line_start(&geometry, line);
	cr_expect(le(u64, start, offset));
	cr_expect(lt(u64, offset - start, 16));
	cr_expect(
		eq(u64, cursor_moved(offset, MOVE_UP, 1, false, &geometry), offset - 16));
	cr_expect(eq(u64, cursor_moved(offset, MOVE_DOWN, 1, false, &geometry),
		     offset + 16));
	const uint64_t end = cursor_moved(offset, MOVE_LINE_END, 1, false, &geometry);
	cr_expect(ge(u64, end, offset));
	cr_expect(lt(u64, end - offset, 16));
}

/* Sizes, counts and offsets at which arithmetic could overflow come often. */
static uint64_t odd_number(uint64_t *seed)
{
	static const uint64_t bases[] = {0,
					 1,
					 15,
					 16,
					 UINT64_C(1) << 31,
					 UINT64_C(1) << 32,
					 UINT64_C(1) << 40,
					 INT64_MAX,
					 UINT64_MAX - 16,
					 UINT64_MAX};
	const uint64_t base = bases[random_below(seed, sizeof(bases) / sizeof(bases[0]))];
	const uint64_t off = random_below(seed, 40);
	return random_below(seed, 2) ? base + off : base - off;
}

Test(cursor, never_leaves_the_document)
{
	uint64_t seed = 1;
	for (int i = 0; i < 200000; i++) {
		const uint64_t columns = 1 + random_below(&seed, 70);
		const Geometry geometry = {
			.size = odd_number(&seed),
			.columns = columns,
			.rows = 1 + random_below(&seed, 500),
			.phase = random_below(&seed, columns),
			.top_line = odd_number(&seed),
			.group = 1 + random_below(&seed, 8),
		};
		uint64_t from = odd_number(&seed);
		if (from > geometry.size)
			from = geometry.size;
		const Movement movement = (Movement)random_below(&seed, 17);
		uint64_t count = odd_number(&seed);
		const bool has_count = random_below(&seed, 2);
		if (!has_count || !count)
			count = 1;

		const uint64_t to =
			cursor_moved(from, movement, count, has_count, &geometry);

		if (to > geometry.size) {
			cr_fail("%s from %#lx of %#lx gives %#lx (step %d)",
				movement_names[movement], (unsigned long)from,
				(unsigned long)geometry.size, (unsigned long)to, i);
			return;
		}
	}
}

/* What goes forward never ends up before where it began, and the other way round. */
Test(cursor, no_movement_goes_the_wrong_way)
{
	static const Movement forward[] = {MOVE_RIGHT,        MOVE_DOWN,
					   MOVE_WORD_FORWARD, MOVE_LINE_END,
					   MOVE_PAGE_DOWN,    MOVE_HALF_DOWN};
	static const Movement back[] = {MOVE_LEFT,       MOVE_UP,      MOVE_WORD_BACK,
					MOVE_LINE_START, MOVE_PAGE_UP, MOVE_HALF_UP};
	uint64_t seed = 2;
	for (int i = 0; i < 100000; i++) {
		const uint64_t columns = 1 + random_below(&seed, 70);
		const Geometry geometry = {
			.size = odd_number(&seed),
			.columns = columns,
			.rows = 1 + random_below(&seed, 500),
			.phase = random_below(&seed, columns),
			.group = 1 + random_below(&seed, 8),
		};
		uint64_t from = odd_number(&seed);
		if (from > geometry.size)
			from = geometry.size;
		const size_t which = random_below(&seed, 6);

		const uint64_t later =
			cursor_moved(from, forward[which], 1, false, &geometry);
		const uint64_t earlier =
			cursor_moved(from, back[which], 1, false, &geometry);

		cr_assert(le(u64, from, later), "%s from %#lx of %#lx",
			  movement_names[forward[which]], (unsigned long)from,
			  (unsigned long)geometry.size);
		cr_assert(ge(u64, from, earlier), "%s from %#lx of %#lx",
			  movement_names[back[which]], (unsigned long)from,
			  (unsigned long)geometry.size);
	}
}
