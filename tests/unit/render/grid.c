/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/grid.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static Grid grid;

static void set_up(void)
{
	cr_assert(zero(int, (int)grid_init(&grid, 3, 10)));
}

static void tear_down(void)
{
	grid_free(&grid);
}

TestSuite(grid, .init = set_up, .fini = tear_down, .timeout = 100);

static const char *row_text(int row)
{
	static char text[64];
	grid_row_text(&grid, row, text, sizeof(text));
	return text;
}

#define EXPECT_ROW(row, want) cr_expect(eq(str, (char *)row_text(row), (char *)(want)))

static bool is_empty(void)
{
	for (int i = 0; i < grid.rows * grid.cols; i++) {
		const Cell *cell = &grid.cells[i];
		if (cell->rune != ' ' || cell->style != STYLE_NORMAL || cell->marks != 0)
			return false;
	}
	return true;
}

Test(grid, begins_blank_and_without_a_cursor)
{
	cr_expect(is_empty());
	cr_expect(eq(int, grid.cursor_row, -1));
	EXPECT_ROW(0, "");
}

Test(grid, has_one_cell_at_least)
{
	Grid small;

	cr_assert(zero(int, (int)grid_init(&small, 0, -5)));

	cr_expect(eq(int, small.rows, 1));
	cr_expect(eq(int, small.cols, 1));
	grid_free(&small);
}

Test(grid, refuses_a_size_that_no_memory_holds)
{
	Grid huge;

	cr_expect(eq(int, (int)grid_init(&huge, INT32_MAX, INT32_MAX), MHEX_E_NOMEM));

	cr_expect(zero(ptr, huge.cells));
	grid_set(&huge, 0, 0, STYLE_NORMAL, 0, 'x');
}

Test(grid, does_nothing_outside_itself)
{
	grid_set(&grid, -1, 0, STYLE_ERROR, 0, 'x');
	grid_set(&grid, 0, -1, STYLE_ERROR, 0, 'x');
	grid_set(&grid, 3, 0, STYLE_ERROR, 0, 'x');
	grid_set(&grid, 0, 10, STYLE_ERROR, 0, 'x');
	const int end = grid_put(&grid, 5, 2, STYLE_ERROR, "text");

	cr_expect(is_empty());
	cr_expect(eq(int, end, 6), "the column after it is told all the same");
}

Test(grid, clips_text_on_both_sides)
{
	const int left = grid_put(&grid, 0, -3, STYLE_STATUS, "abcdef");
	const int right = grid_put(&grid, 1, 8, STYLE_STATUS, "abcdef");

	EXPECT_ROW(0, "def");
	EXPECT_ROW(1, "        ab");
	cr_expect(eq(int, left, 3));
	cr_expect(eq(int, right, 14));
	cr_expect(eq(int, grid.cells[0].style, STYLE_STATUS));
}

Test(grid, gives_wide_characters_two_cells)
{
	const int end = grid_put(&grid, 0, 1, STYLE_NORMAL, "a\xe6\xbc\xa2z");

	cr_expect(eq(int, end, 5));
	cr_expect(eq(u32, grid.cells[2].rune, 0x6f22));
	cr_expect(eq(u32, grid.cells[3].rune, 0));
	EXPECT_ROW(0, " a\xe6\xbc\xa2z");
}

Test(grid, leaves_no_half_of_a_wide_character)
{
	(void)grid_put(&grid, 0, 0, STYLE_NORMAL, "\xe6\xbc\xa2\xe6\xbc\xa2");
	grid_set(&grid, 0, 1, STYLE_NORMAL, 0, 'x');
	grid_set(&grid, 0, 2, STYLE_NORMAL, 0, 'y');
	(void)grid_put(&grid, 1, 0, STYLE_NORMAL, "\xe6\xbc\xa2\xe6\xbc\xa2");
	grid_set(&grid, 1, 1, STYLE_NORMAL, 0, 0x6f22);
	(void)grid_put(&grid, 2, 9, STYLE_NORMAL, "\xe6\xbc\xa2");
	grid_set(&grid, 2, 0, STYLE_NORMAL, 0, 'z');
	(void)grid_put(&grid, 2, -1, STYLE_NORMAL, "\xe6\xbc\xa2");

	EXPECT_ROW(0, " xy");
	EXPECT_ROW(1, " \xe6\xbc\xa2");
	EXPECT_ROW(2, "");
	for (int i = 0; i < 30; i++)
		cr_expect(ne(u32, grid.cells[i].rune, i == 12 ? 1U : 0U), "cell %d", i);
}

Test(grid, never_holds_a_control_character_or_half_a_sequence)
{
	(void)grid_put(&grid, 0, 0, STYLE_NORMAL, "\033[2J\x01\x7f");
	(void)grid_put(&grid, 1, 0, STYLE_NORMAL, "\xc2\x9b\xff\xe6\xbc\xcc\x81.");
	grid_set(&grid, 2, 0, STYLE_NORMAL, 0, 0x202e);
	grid_set(&grid, 2, 1, STYLE_NORMAL, 0, 0xd800);
	grid_set(&grid, 2, 2, STYLE_NORMAL, 0, 0x110000);

	EXPECT_ROW(0, "\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd");
	EXPECT_ROW(1, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd.");
	EXPECT_ROW(2, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

Test(grid, row_text_ends_within_its_buffer_between_two_characters)
{
	char text[6];
	(void)grid_put(&grid, 0, 0, STYLE_NORMAL, "ab\xe6\xbc\xa2z");

	grid_row_text(&grid, 0, text, sizeof(text));
	cr_expect(eq(str, text, (char *)"ab\xe6\xbc\xa2"));
	grid_row_text(&grid, 0, text, 5);
	cr_expect(eq(str, text, (char *)"ab"));
	grid_row_text(&grid, 7, text, sizeof(text));
	cr_expect(eq(str, text, (char *)""));
}

Test(grid, clears_cells_and_cursor)
{
	grid_set(&grid, 1, 1, STYLE_ERROR, MARK_CURSOR, 'x');
	grid.cursor_row = grid.cursor_col = 1;

	grid_clear(&grid);

	cr_expect(is_empty());
	cr_expect(eq(int, grid.cursor_row, -1));
}
