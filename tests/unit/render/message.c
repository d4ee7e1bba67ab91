/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
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

TestSuite(message, .init = set_up, .fini = tear_down, .timeout = 100);

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

static void draw_message(const char *message, bool is_error)
{
	sample.frame.message = message;
	sample.frame.message_is_error = is_error;
	render_frame(&sample.frame, &grid);
}

Test(message, stands_on_the_status_line_where_it_fits)
{
	draw_message("not found", true);

	EXPECT_ROW(7, " NORMAL  PREVIEW  0x00000010   not found");
	cr_expect(eq(int, grid.cells[7 * 40 + 30].style, STYLE_STATUS));
	cr_expect(eq(int, grid.cells[7 * 40 + 31].style, STYLE_ERROR));
}

Test(message, stands_above_in_whole_words_where_it_does_not)
{
	draw_message("goto: 0x5001 is past the end (0x1000); the last byte is 0xfff",
		     true);

	EXPECT_ROW(5, " goto: 0x5001 is past the end (0x1000);");
	EXPECT_ROW(6, " the last byte is 0xfff");
	EXPECT_ROW(7, " NORMAL  PREVIEW  disk.img   0x00000010");
	cr_expect(eq(int, style_of(5), STYLE_ERROR));
	cr_expect(eq(int, style_of(6), STYLE_ERROR));
}

Test(message, parts_words_that_are_longer_than_a_row)
{
	draw_message("/srv/images/of/all/machines/and/what/is/left/of/them/disk.img: no",
		     false);

	EXPECT_ROW(5, " /srv/images/of/all/machines/and/what/i");
	EXPECT_ROW(6, " s/left/of/them/disk.img: no");
	cr_expect(eq(int, style_of(6), STYLE_MESSAGE));
}

Test(message, takes_half_of_the_screen_at_most)
{
	char text[1000];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';

	draw_message(text, false);

	cr_expect(eq(int, style_of(2), STYLE_NORMAL));
	cr_expect(eq(int, style_of(3), STYLE_MESSAGE));
	cr_expect(strstr(row_text(6), "x\xe2\x80\xa6") != NULL, "it goes on");
}

Test(message, hides_the_cursor_that_it_covers)
{
	sample.frame.cursor = 0x14; /* in row 5 */

	draw_message("", false);
	cr_assert(eq(int, grid.cursor_row, 5));
	draw_message("a message that is too long for the status line, and two rows",
		     false);

	cr_expect(eq(int, grid.cursor_row, -1));
	cr_expect(eq(int, grid.cursor_col, -1));
}

Test(message, wide_characters_do_not_stick_out)
{
	draw_message(
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
		"\xe6\xbc\xa2\xe5\xad\x97",
		false);

	cr_expect(eq(u32, grid.cells[5 * 40 + 37].rune, 0x6f22));
	cr_expect(eq(u32, grid.cells[5 * 40 + 39].rune, ' '));
	EXPECT_ROW(6, " \xe5\xad\x97");
}

Test(message, a_fault_has_a_caret_under_it)
{
	sample.frame.fault_line = "41 42 4g";
	sample.frame.fault_caret = 7;

	draw_message("not a byte", true);

	EXPECT_ROW(5, "41 42 4g");
	EXPECT_ROW(6, "       ^");
	cr_expect(eq(int, style_of(6), STYLE_ERROR));
	cr_expect(strstr(row_text(7), "not a byte") != NULL);
}

Test(message, a_fault_far_to_the_right_is_in_sight)
{
	char line[200];
	memset(line, '0', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	line[150] = 'g';
	sample.frame.fault_line = line;
	sample.frame.fault_caret = 150;

	draw_message("not a byte", true);

	const char *caret = strchr(row_text(6), '^');
	cr_assert(caret != NULL);
	const long col = caret - row_text(6);
	cr_expect(eq(u32, grid.cells[5 * 40 + col].rune, 'g'));
}

Test(message, a_fault_without_a_place_is_one_row)
{
	sample.frame.fault_line = "a line";
	sample.frame.fault_caret = -1;

	draw_message("why", true);

	EXPECT_ROW(6, "a line");
	cr_expect(ne(int, style_of(5), STYLE_MESSAGE));
}
