/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "mhex/render.h"
#include "unit/render/sample.h"

static Sample sample;
static Grid grid;

static void set_up(void)
{
	sample_init(&sample, 40, 8);
	cr_assert(zero(int, (int)grid_init(&grid, 8, 40)));
}

static void tear_down(void)
{
	grid_free(&grid);
}

TestSuite(prompt_line, .init = set_up, .fini = tear_down, .timeout = 100);

static void draw_prompt(const char *prompt, size_t cursor)
{
	sample.frame.prompt = prompt;
	sample.frame.prompt_cursor = cursor;
	render_frame(&sample.frame, &grid);
}

static const char *row_text(int row)
{
	static char text[256];
	grid_row_text(&grid, row, text, sizeof(text));
	return text;
}

#define EXPECT_ROW(row, want)                                                            \
	cr_expect(eq(str, (char *)row_text(row), (char *)(want)), "row %d", row)

static Style style_of(int row)
{
	return (Style)grid.cells[row * grid.cols].style;
}

Test(prompt_line, stands_in_the_last_row_with_the_cursor)
{
	draw_prompt(":goto 0x10", 10);

	EXPECT_ROW(7, ":goto 0x10");
	cr_expect(eq(int, style_of(7), STYLE_PROMPT));
	cr_expect(eq(int, grid.cursor_row, 7));
	cr_expect(eq(int, grid.cursor_col, 10));
}

Test(prompt_line, counts_cells_and_not_bytes)
{
	draw_prompt(":w \xe6\xbc\xa2\xc3\xa9x", 8);

	cr_expect(eq(int, grid.cursor_col, 6));
}

Test(prompt_line, scrolls_so_that_the_cursor_is_in_sight)
{
	char prompt[101];
	memset(prompt, 'a', 100);
	prompt[0] = ':';
	prompt[100] = '\0';

	for (size_t at = 0; at <= 100; at++) {
		draw_prompt(prompt, at);
		cr_expect(grid.cursor_col >= 0 && grid.cursor_col < 40, "at %zu", at);
		cr_expect(eq(int, grid.cursor_row, 7));
	}
	cr_expect(eq(u32, grid.cells[7 * 40 + grid.cursor_col].rune, ' '));
	cr_expect(eq(u32, grid.cells[7 * 40 + grid.cursor_col - 1].rune, 'a'));
}

Test(prompt_line, does_not_let_live_access_be_forgotten)
{
	sample.frame.access = ACCESS_LIVE;

	draw_prompt(":fill 00", 8);
	EXPECT_ROW(7, ":fill 00                           LIVE");
	cr_expect(eq(int, grid.cells[7 * 40 + 35].style, STYLE_STATUS_LIVE));
	draw_prompt(":fill 00 01 02 03 04 05 06 07 08 09", 35);
	EXPECT_ROW(7, ":fill 00 01 02 03 04 05 06 07 08 09");
	sample.frame.access = ACCESS_PREVIEW;
	draw_prompt(":fill 00", 8);
	EXPECT_ROW(7, ":fill 00");
}

Test(prompt_line, shows_a_message_above)
{
	sample.frame.message = "3 bytes not written; quit?";

	draw_prompt("y/n ", 4);

	EXPECT_ROW(6, " 3 bytes not written; quit?");
	cr_expect(eq(int, style_of(6), STYLE_MESSAGE));
	EXPECT_ROW(7, "y/n");
}

Test(prompt_line, a_question_is_asked_on_any_screen)
{
	Grid small;
	sample_init(&sample, 12, 1);
	sample.frame.prompt = "quit? ";
	sample.frame.prompt_cursor = 6;
	cr_assert(zero(int, (int)grid_init(&small, 1, 12)));
	char text[64];

	render_frame(&sample.frame, &small);

	grid_row_text(&small, 0, text, sizeof(text));
	cr_expect(eq(str, text, (char *)"quit?"));
	cr_expect(eq(int, small.cursor_col, 6));
	grid_free(&small);
}

Test(prompt_line, is_a_golden_screen)
{
	sample_init(&sample, 80, 10);
	sample.frame.access = ACCESS_LIVE;
	sample.frame.prompt = ":overwrite 90 9g at 0x10";
	sample.frame.prompt_cursor = 24;
	sample.frame.message = "overwrite: 9g: not a byte";
	sample.frame.message_is_error = true;

	cr_expect(sample_is_golden(&sample, "prompt"));
}
