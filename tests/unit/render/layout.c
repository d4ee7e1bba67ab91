/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/layout.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>

TestSuite(layout, .timeout = 100);

static const LayoutWish usual = {.rows = 24,
				 .cols = 80,
				 .group = 8,
				 .largest_offset = 0x8000,
				 .inspector_rows = 1};

static Layout layout_of(LayoutWish wish)
{
	Layout layout;
	layout_compute(&wish, &layout);
	return layout;
}

Test(layout, gives_up_ornaments_for_a_whole_group_more)
{
	LayoutWish wish = usual;
	wish.largest_offset = UINT64_C(1) << 43; /* 8 TiB: eleven digits */

	const Layout layout = layout_of(wish);

	cr_expect(eq(uint, layout.columns, 16));
	cr_expect(eq(int, layout.offset_col, 0));
	cr_expect(eq(int, layout_text_cell(&layout, 15), 79));
}

Test(layout, puts_sixteen_bytes_on_a_screen_of_80_columns)
{
	const Layout layout = layout_of(usual);

	cr_expect(eq(uint, layout.columns, 16));
	cr_expect(eq(uint, layout.shown, 16));
	cr_expect(eq(int, layout.offset_col, 1));
	cr_expect(eq(int, layout.offset_width, 8));
	cr_expect(eq(int, layout.hex_col, 11));
	cr_expect(eq(int, layout_hex_cell(&layout, 7), 32));
	cr_expect(eq(int, layout_hex_cell(&layout, 8), 36), "a gap between the groups");
	cr_expect(eq(int, layout.text_col, 62));
	cr_expect(eq(int, layout_text_cell(&layout, 15), 77));
	cr_expect(eq(int, layout.body_rows, 22));
	cr_expect(eq(int, layout.inspector_row, 22));
	cr_expect(eq(int, layout.status_row, 23));
	cr_expect(eq(int, layout.hint_row, -1));
}

struct offset_case {
	uint64_t largest;
	bool decimal;
	int digits;
};

static void check_offset(const struct offset_case *param)
{
	LayoutWish wish = usual;
	wish.largest_offset = param->largest;
	wish.decimal_offsets = param->decimal;

	const Layout layout = layout_of(wish);

	cr_expect(eq(int, layout.offset_width, param->digits));
	cr_expect(eq(int, layout.hex_col, param->digits + 3));
}

Test(layout, offsets_are_as_wide_as_needed_but_never_less_than_8)
{
	static const struct offset_case cases[] = {
		{0, false, 8},           {0xffffffff, false, 8}, {0x100000000, false, 9},
		{UINT64_MAX, false, 16}, {99999999, true, 8},    {100000000, true, 9},
		{UINT64_MAX, true, 20},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_offset(&cases[i]);
}

struct columns_case {
	int cols;
	unsigned group, want;
};

static void check_columns_auto(const struct columns_case *param)
{
	LayoutWish wish = usual;
	wish.cols = param->cols;
	wish.group = param->group;

	const Layout layout = layout_of(wish);

	cr_expect(eq(uint, layout.columns, param->want), "%d columns, groups of %u",
		  param->cols, param->group);
	cr_expect(eq(uint, layout.shown, layout.columns));
}

Test(layout, columns_auto_is_whole_groups)
{
	static const struct columns_case cases[] = {
		{80, 8, 16},   {79, 8, 16},  {77, 8, 16},  {76, 8, 8},
		{80, 4, 16},   {78, 4, 12},  {80, 2, 14},  {80, 1, 16},
		{80, 0, 16},   {120, 8, 24}, {142, 8, 24}, {145, 8, 32},
		{500, 8, 112}, {40, 8, 4},   {24, 8, 4},   {20, 8, 4},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_columns_auto(&cases[i]);
}

Test(layout, gives_up_offsets_before_text_and_both_before_it_gives_up_itself)
{
	LayoutWish wish = usual;

	wish.cols = 20;
	const Layout narrow = layout_of(wish);
	wish.cols = 5;
	const Layout narrower = layout_of(wish);
	wish.cols = 2;
	const Layout narrowest = layout_of(wish);
	wish.cols = 1;
	const Layout none = layout_of(wish);

	cr_expect(eq(int, narrow.offset_width, 0));
	cr_expect(ge(int, narrow.text_col, 0));
	cr_expect(eq(int, narrower.offset_width, 0));
	cr_expect(eq(int, narrower.text_col, -1));
	cr_expect(not(narrowest.too_small));
	cr_expect(eq(uint, narrowest.shown, 1));
	cr_expect(none.too_small);
}

Test(layout, gives_up_hint_and_inspector_before_bytes)
{
	LayoutWish wish = usual;
	wish.hint = true;
	wish.inspector_rows = 3;

	for (wish.rows = 2; wish.rows <= 10; wish.rows++) {
		const Layout layout = layout_of(wish);
		const bool hint = layout.hint_row >= 0;

		cr_expect(not(layout.too_small));
		cr_expect(eq(int, layout.status_row, wish.rows - 1));
		cr_expect(eq(int, layout.body_rows + layout.inspector_rows + hint + 1,
			     wish.rows),
			  "every row has a use");
		cr_expect(layout.body_rows >= 3 || (layout.inspector_rows == 0 && !hint));
	}
	cr_expect(eq(int, layout_of(wish).inspector_rows, 3));
	wish.rows = 1;
	cr_expect(layout_of(wish).too_small);
}

Test(layout, survives_sizes_that_no_terminal_has)
{
	LayoutWish wish = usual;

	wish.rows = wish.cols = 0;
	const Layout empty = layout_of(wish);
	wish.rows = wish.cols = INT32_MIN;
	const Layout negative = layout_of(wish);
	wish.rows = wish.cols = INT32_MAX;
	const Layout huge = layout_of(wish);

	cr_expect(empty.too_small);
	cr_expect(negative.too_small);
	cr_expect(not(huge.too_small));
	cr_expect(lt(int, layout_text_cell(&huge, huge.shown), huge.cols));
}

static const char *describe(const LayoutWish *wish)
{
	static char text[160];
	(void)snprintf(text, sizeof(text),
		       "%d x %d, columns %u, group %u, largest %llx, decimal %d, hint %d",
		       wish->cols, wish->rows, wish->columns, wish->group,
		       (unsigned long long)wish->largest_offset, wish->decimal_offsets,
		       wish->hint);
	return text;
}

/* Every cell of the body's rows and around them; what it hits is where that byte is. */
static bool hits_agree(const Layout *layout, unsigned *hex, unsigned *text)
{
	int row = 0;
	int nibble = 0;
	unsigned index = 0;
	for (int col = -1; col <= layout->cols; col++) {
		const LayoutPane pane = layout_hit(layout, 0, col, &row, &index, &nibble);
		if (pane == LAYOUT_NOWHERE)
			continue;
		if (row != 0 || index >= layout->shown)
			return false;
		const int cell = pane == LAYOUT_HEX ? layout_hex_cell(layout, index)
						    : layout_text_cell(layout, index);
		if (pane == LAYOUT_TEXT && (nibble != 0 || cell != col))
			return false;
		if (pane == LAYOUT_HEX && (col < cell || col > cell + 3))
			return false;
		if (pane == LAYOUT_HEX && nibble != (col > cell))
			return false;
		*hex += pane == LAYOUT_HEX && col - cell < 2;
		*text += pane == LAYOUT_TEXT;
	}
	return true;
}

static bool hits_rows(const Layout *layout)
{
	int row = 0;
	int nibble = 0;
	unsigned index = 0;
	for (int cell = -1; cell <= layout->rows; cell++) {
		const bool hit = layout_hit(layout, cell, layout->hex_col, &row, &index,
					    &nibble) != LAYOUT_NOWHERE;
		if (hit != (cell >= 0 && cell < layout->body_rows))
			return false;
		if (hit && row != cell)
			return false;
	}
	return true;
}

static void check_columns(const LayoutWish *wish, const Layout *layout)
{
	const int hex_end = layout_hex_cell(layout, layout->shown - 1) + 2;
	int end = hex_end;
	cr_assert(layout->shown >= 1 && layout->shown <= layout->columns, "%s",
		  describe(wish));
	if (layout->offset_width > 0)
		cr_assert(layout->offset_col + layout->offset_width < layout->hex_col,
			  "%s", describe(wish));
	if (layout->text_col >= 0) {
		cr_assert(layout->text_col - 1 > hex_end, "%s", describe(wish));
		/* The bar behind it may be missing. */
		end = layout_text_cell(layout, layout->shown);
	}
	cr_assert(end <= layout->cols, "%s", describe(wish));
	if (wish->columns > 0)
		cr_assert(eq(uint, layout->columns, wish->columns), "%s", describe(wish));
	else if (wish->group > 1)
		cr_assert(layout->columns % wish->group == 0 ||
				  wish->group % layout->columns == 0,
			  "%s", describe(wish));
}

static void check_geometry(const LayoutWish *wish)
{
	unsigned hex = 0;
	unsigned text = 0;
	const Layout layout = layout_of(*wish);
	cr_assert(layout.body_rows >= 1 && layout.shown >= 1 && layout.columns >= 1);
	if (layout.too_small)
		return;
	check_columns(wish, &layout);
	cr_assert(hits_agree(&layout, &hex, &text), "%s", describe(wish));
	cr_assert(eq(uint, hex, 2 * layout.shown), "%s", describe(wish));
	cr_assert(eq(uint, text, layout.text_col < 0 ? 0 : layout.shown), "%s",
		  describe(wish));
	cr_assert(hits_rows(&layout), "%s", describe(wish));
}

static const unsigned wished_columns[] = {0, 1, 3, 8, 16, 17, 32, 4096};
static const unsigned wished_groups[] = {0, 1, 2, 4, 8, 64};
static const uint64_t wished_offsets[] = {0, 0x123456789, UINT64_MAX};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_screen(int cols, int rows)
{
	for (size_t i = 0; i < COUNT(wished_columns) * COUNT(wished_groups); i++) {
		for (size_t k = 0; k < 2 * COUNT(wished_offsets); k++) {
			const LayoutWish wish = {
				.rows = rows,
				.cols = cols,
				.columns = wished_columns[i / COUNT(wished_groups)],
				.group = wished_groups[i % COUNT(wished_groups)],
				.largest_offset = wished_offsets[k / 2],
				.decimal_offsets = k % 2 == 1,
				.inspector_rows = (int)(i % 3),
				.hint = i % 2 == 0,
			};
			check_geometry(&wish);
		}
	}
}

Test(layout, every_cell_of_every_byte_leads_back_to_it_on_any_screen)
{
	for (int cols = 1; cols <= 500; cols += cols < 140 ? 1 : 23)
		check_screen(cols, 1 + cols * 7 % 200);
	check_screen(500, 200);
}

Test(layout, a_gap_belongs_to_the_byte_before_it)
{
	const Layout layout = layout_of(usual);
	int row = -1;
	int nibble = -1;
	unsigned index = 0;

	const LayoutPane pane = layout_hit(&layout, 3, 35, &row, &index, &nibble);

	cr_expect(eq(int, pane, LAYOUT_HEX));
	cr_expect(eq(int, row, 3));
	cr_expect(eq(uint, index, 7));
	cr_expect(eq(int, nibble, 1));
	cr_expect(eq(int, layout_hit(&layout, 3, 9, &row, &index, &nibble),
		     LAYOUT_NOWHERE));
	cr_expect(eq(int, layout_hit(&layout, 3, 61, &row, &index, &nibble),
		     LAYOUT_NOWHERE),
		  "the bar");
}

/* From every first column to every column: it is in sight, the gaps stay between the
 * groups, and what was in sight has not moved. */
static void check_scrolling(const LayoutWish *wish)
{
	const Layout layout = layout_of(*wish);
	const bool whole_groups = wish->group > 1 && layout.shown >= wish->group;
	for (unsigned from = 0; from < layout.columns; from++) {
		const unsigned first = layout_scroll(&layout, from, from);
		for (unsigned column = 0; column < layout.columns; column++) {
			const unsigned to = layout_scroll(&layout, first, column);
			const bool was_seen =
				column >= first && column < first + layout.shown;
			cr_assert(column >= to && column < to + layout.shown, "%s",
				  describe(wish));
			cr_assert(to % (whole_groups ? wish->group : 1) == 0, "%s",
				  describe(wish));
			cr_assert(to == first || !was_seen, "%s", describe(wish));
		}
	}
}

Test(layout, scrolls_sideways_no_further_than_needed)
{
	LayoutWish wish = usual;
	wish.columns = 64;

	for (wish.cols = 2; wish.cols <= 200; wish.cols += 3) {
		for (wish.group = 0; wish.group <= 8; wish.group++)
			check_scrolling(&wish);
	}
	wish.cols = 500;
	cr_expect(
		eq(uint, layout_scroll(&(Layout){.columns = 64, .shown = 64}, 8, 63), 0),
		"a line that fits is never scrolled");
}
