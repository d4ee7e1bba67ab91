/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "mhex/byte_state.h"
#include "mhex/render.h"
#include "unit/render/sample.h"

static Sample sample;
static Grid grid;

/* Ten lines of eight bytes; the text begins in cell 38. */
static void set_up(void)
{
	sample_init(&sample, 60, 10);
	sample_lay_out(&sample,
		       &(LayoutWish){.rows = 10, .cols = 60, .columns = 8, .group = 8});
	sample.frame.charset = TEXT_UTF8;
	cr_assert(zero(int, (int)grid_init(&grid, 10, 60)));
}

static void tear_down(void)
{
	grid_free(&grid);
}

TestSuite(text_pane, .init = set_up, .fini = tear_down, .timeout = 100);

#define DOCUMENT(text) sample_document(&sample, text, sizeof(text) - 1)

static const Cell *text_cell(int row, unsigned i)
{
	return &grid.cells[row * grid.cols + layout_text_cell(&sample.frame.layout, i)];
}

/* The text column of a row. */
static const char *text_of(int row)
{
	static char text[256];
	grid_row_text(&grid, row, text, sizeof(text));
	char *bar = strstr(text, "\xe2\x94\x82");
	return bar ? bar : "no text";
}

#define EXPECT_TEXT(row, want)                                                           \
	cr_expect(eq(str, (char *)text_of(row),                                          \
		     (char *)("\xe2\x94\x82" want "\xe2\x94\x82")))

/* Characters of two, three and four bytes, each whole and cut by the end of a row at
 * every place; then what is no character or must not be shown. */
static const char many[] = "take he\xc3"
			   "\xa9\xe2\x82\xac x\xe6\xbc"
			   "\xa2\xe6\xbc\xa2 yz\xe5"
			   "\xad\x97\xf0\x9f\x98\x80 \xf0"
			   "\x9f\x98\x80 ab\xf0\x9f"
			   "\x98\x80 \x80\xc0\xaf\xed\xa0"
			   "\x80"
			   "e\xcc\x81\xc2\x9b\x1b\x7f"
			   "\xc2\xad\xe2\x80\xae\xff\0\xc2"
			   "\xc8\x85\x93\x93\x96\xe2\x82";

struct charset_name {
	TextCharset charset;
	char name[16];
};

static void check_charset_name(const struct charset_name *param)
{
	set_up();
	DOCUMENT(many);
	sample.frame.charset = param->charset;

	cr_expect(sample_is_golden(&sample, param->name));
}

Test(text_pane, shows_characters_cut_by_the_end_of_a_row)
{
	static const struct charset_name cases[] = {
		{TEXT_ASCII, "text-ascii"}, {TEXT_LATIN1, "text-latin1"},
		{TEXT_CP437, "text-cp437"}, {TEXT_EBCDIC, "text-ebcdic"},
		{TEXT_UTF8, "text-utf8"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_charset_name(&cases[i]);
}

Test(text_pane, a_wide_character_takes_the_cells_of_its_first_two_bytes)
{
	DOCUMENT("a\xe6\xbc\xa2z");
	sample_mark(&sample, 2, 3, BYTE_MODIFIED);

	render_frame(&sample.frame, &grid);

	EXPECT_TEXT(0, "a\xe6\xbc\xa2\xc2\xb7z   ");
	cr_expect(eq(u32, text_cell(0, 2)->rune, 0));
	cr_expect(eq(int, text_cell(0, 1)->marks, MARK_MODIFIED), "either byte's state");
}

Test(text_pane, a_wide_character_without_room_for_two_cells_is_marked_as_cut)
{
	DOCUMENT("1234567\xe6\xbc\xa2z");

	render_frame(&sample.frame, &grid);

	EXPECT_TEXT(0, "1234567\xe2\x80\xba");
	EXPECT_TEXT(1, "\xc2\xb7\xc2\xb7z     ");
}

Test(text_pane, knows_the_characters_that_the_ends_of_the_screen_cut)
{
	const uint8_t bytes[] = {0xac, 'a', 'b', 0xe2};
	DOCUMENT("");
	memcpy(sample.bytes, bytes, sizeof(bytes));
	sample.frame.origin = 0x100;
	sample.frame.document_size = 0x200;
	sample.frame.count = sizeof(bytes);
	memcpy(sample.frame.before, "\xe2\x82", 2);
	sample.frame.before_count = 2;
	memcpy(sample.frame.after, "\x82\xac", 2);
	sample.frame.after_count = 2;

	render_frame(&sample.frame, &grid);
	EXPECT_TEXT(0, "\xc2\xb7"
		       "ab\xe2\x82\xac    ");

	sample.frame.before_count = sample.frame.after_count = 0;
	render_frame(&sample.frame, &grid);
	EXPECT_TEXT(0, ".ab.    ");
}

Test(text_pane, an_unreadable_byte_is_part_of_no_character)
{
	DOCUMENT("\xe2\x82\xac\xe2\x82\xac");
	sample_mark(&sample, 4, 5, BYTE_UNREADABLE);

	render_frame(&sample.frame, &grid);

	EXPECT_TEXT(0, "\xe2\x82\xac\xc2\xb7\xc2\xb7.?.  ");
	cr_expect(eq(int, text_cell(0, 4)->style, STYLE_UNREADABLE));
}

Test(text_pane, a_half_typed_byte_shows_as_what_it_would_be)
{
	DOCUMENT("abc");
	sample.frame.cursor = 1;
	sample.frame.nibble = 1;
	sample.frame.half_typed = 0x42;
	sample_mark(&sample, 1, 2, BYTE_HALF_TYPED);

	render_frame(&sample.frame, &grid);

	EXPECT_TEXT(0, "aBc     ");
	cr_expect(eq(int, text_cell(0, 1)->marks, MARK_HALF_TYPED | MARK_CURSOR_OTHER));
}

Test(text_pane, has_the_cursor_when_it_has_the_focus)
{
	DOCUMENT("a\xe6\xbc\xa2z");
	sample.frame.pane = PANE_TEXT;
	sample.frame.cursor = 2;

	render_frame(&sample.frame, &grid);

	cr_expect(eq(int, grid.cursor_row, 0));
	cr_expect(eq(int, grid.cursor_col, layout_text_cell(&sample.frame.layout, 2)),
		  "on the byte, not on the character");
	cr_expect(eq(int, text_cell(0, 2)->marks, MARK_CURSOR));
	cr_expect(eq(int, grid.cells[layout_hex_cell(&sample.frame.layout, 2)].marks,
		     MARK_CURSOR_OTHER));
}

Test(text_pane, shows_the_cursor_behind_the_last_byte)
{
	DOCUMENT("12345678");
	sample.frame.pane = PANE_TEXT;
	sample.frame.cursor = 8;

	render_frame(&sample.frame, &grid);

	EXPECT_TEXT(1, "        ");
	cr_expect(eq(int, grid.cursor_row, 1));
	cr_expect(eq(int, text_cell(1, 0)->marks, MARK_CURSOR));
	cr_expect(eq(str, (char *)text_of(2), (char *)"no text"));
}

Test(text_pane, gives_the_focus_to_the_hex_column_where_it_has_no_room)
{
	DOCUMENT("abc");
	sample_lay_out(&sample, &(LayoutWish){.rows = 10, .cols = 5, .group = 8});
	sample.frame.pane = PANE_TEXT;

	render_frame(&sample.frame, &grid);

	cr_expect(eq(int, grid.cursor_row, 0));
	cr_expect(eq(int, grid.cursor_col, sample.frame.layout.hex_col));
}
