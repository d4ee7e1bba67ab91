/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "mhex/byte_state.h"
#include "mhex/render.h"
#include "unit/render/sample.h"

static Sample sample;
static Grid grid;

static const LayoutWish wish = {
	.rows = 8, .cols = 60, .columns = 8, .group = 4, .largest_offset = 0x8000};

static void set_up(void)
{
	sample_init(&sample, 60, 8);
	sample_lay_out(&sample, &wish);
	cr_assert(zero(int, (int)grid_init(&grid, 8, 60)));
}

static void tear_down(void)
{
	grid_free(&grid);
}

TestSuite(hex_pane, .init = set_up, .fini = tear_down, .timeout = 100);

#define DOCUMENT(text) sample_document(&sample, text, sizeof(text) - 1)

/* A row up to the text column. */
static const char *hex_of(int row)
{
	static char text[256];
	grid_row_text(&grid, row, text, sizeof(text));
	char *end = strstr(text, "\xe2\x94\x82");
	if (!end)
		end = text + strlen(text);
	while (end > text && end[-1] == ' ')
		end--;
	*end = '\0';
	return text;
}

#define EXPECT_HEX(row, want)                                                            \
	cr_expect(eq(str, (char *)hex_of(row), (char *)(want)), "row %d", row)

static unsigned marks_at(int row, int col)
{
	return grid.cells[row * grid.cols + col].marks;
}

Test(hex_pane, shows_offset_and_bytes_in_groups)
{
	DOCUMENT("0123456789");

	render_frame(&sample.frame, &grid);

	EXPECT_HEX(0, " 00000000  30 31 32 33  34 35 36 37");
	EXPECT_HEX(1, " 00000008  38 39");
	EXPECT_HEX(2, "");
}

Test(hex_pane, shows_offsets_with_the_base_address_and_in_decimal)
{
	LayoutWish decimal = wish;
	decimal.decimal_offsets = true;
	decimal.largest_offset = 123456789012;
	DOCUMENT("0123456789");
	sample.frame.origin = 0x1000;
	sample.frame.document_size = 0x2000;

	sample.frame.base = 0x400000;
	render_frame(&sample.frame, &grid);
	EXPECT_HEX(0, " 00401000  30 31 32 33  34 35 36 37");

	sample_lay_out(&sample, &decimal);
	sample.frame.count = 10;
	sample.frame.base = 123456780000;
	render_frame(&sample.frame, &grid);
	EXPECT_HEX(0, " 123456784096  30 31 32 33  34 35 36 37");
	EXPECT_HEX(1, " 123456784104  38 39");
}

Test(hex_pane, an_offset_wider_than_its_column_stays_in_it)
{
	DOCUMENT("\xaa\xbb");
	sample.frame.base = UINT64_MAX - 1;

	render_frame(&sample.frame, &grid);

	cr_expect(eq(u32, grid.cells[9].rune, ' '));
	cr_expect(eq(u32, grid.cells[10].rune, ' '));
}

Test(hex_pane, writes_large_letters_when_told_to)
{
	DOCUMENT("\xab\xcd");
	sample.frame.upper_case = true;
	sample.frame.base = 0xfeed;

	render_frame(&sample.frame, &grid);

	EXPECT_HEX(0, " 0000FEED  AB CD");
}

Test(hex_pane, leaves_the_cells_of_the_phase_empty)
{
	DOCUMENT("0123456789");
	sample.frame.phase = 3;

	render_frame(&sample.frame, &grid);

	EXPECT_HEX(0, " 00000000           30  31 32 33 34");
	EXPECT_HEX(1, " 00000005  35 36 37 38  39");
}

Test(hex_pane, scrolled_sideways_shows_the_offset_of_the_first_byte_shown)
{
	LayoutWish narrow = wish;
	narrow.cols = 34;
	narrow.columns = 16;
	DOCUMENT("0123456789abcdefghij");
	sample_lay_out(&sample, &narrow);
	cr_assert(eq(uint, sample.frame.layout.shown, 4));
	sample.frame.first_column = 12;

	render_frame(&sample.frame, &grid);

	EXPECT_HEX(0, " 0000000c  63 64 65 66");
	cr_expect(eq(int, grid.cursor_row, -1), "the cursor is out of sight");
}

Test(hex_pane, an_unreadable_byte_is_two_question_marks)
{
	DOCUMENT("01");
	sample_mark(&sample, 1, 2, BYTE_UNREADABLE);

	render_frame(&sample.frame, &grid);

	EXPECT_HEX(0, " 00000000  30 ??");
	cr_expect(eq(int, grid.cells[14].style, STYLE_UNREADABLE));
}

Test(hex_pane, marks_the_typed_digit_and_puts_the_cursor_on_the_other)
{
	DOCUMENT("01");
	sample.frame.cursor = 1;
	sample.frame.nibble = 1;
	sample.frame.half_typed = 0xf1;
	sample_mark(&sample, 1, 2, BYTE_HALF_TYPED);

	render_frame(&sample.frame, &grid);

	EXPECT_HEX(0, " 00000000  30 f1");
	cr_expect(eq(int, marks_at(0, 14), MARK_HALF_TYPED | MARK_CURSOR));
	cr_expect(eq(int, marks_at(0, 15), MARK_CURSOR));
	cr_expect(eq(int, grid.cursor_col, 15));
}

Test(hex_pane, a_byte_half_typed_at_the_end_is_one_digit)
{
	DOCUMENT("01234567");
	sample.frame.cursor = 8;
	sample.frame.nibble = 1;
	sample.frame.half_typed = 0xf0;

	render_frame(&sample.frame, &grid);

	EXPECT_HEX(1, " 00000008  f");
	cr_expect(eq(int, marks_at(1, 11), MARK_HALF_TYPED | MARK_CURSOR));
	cr_expect(eq(int, grid.cursor_row, 1));
	cr_expect(eq(int, grid.cursor_col, 12));
}

Test(hex_pane, an_empty_document_has_a_line_for_the_first_byte)
{
	DOCUMENT("");

	render_frame(&sample.frame, &grid);

	EXPECT_HEX(0, " 00000000");
	EXPECT_HEX(1, "");
	cr_expect(eq(int, grid.cursor_row, 0));
	cr_expect(eq(int, grid.cursor_col, 11));
}

Test(hex_pane, selections_and_matches_go_on_through_the_gaps)
{
	DOCUMENT("01234567");
	sample.frame.cursor = 7;
	sample_mark(&sample, 1, 5, BYTE_SELECTED);
	sample_mark(&sample, 3, 4, BYTE_MATCHED);

	render_frame(&sample.frame, &grid);

	cr_expect(eq(int, marks_at(0, 13), 0), "before it");
	cr_expect(eq(int, marks_at(0, 16), MARK_SELECTED));
	cr_expect(eq(int, marks_at(0, 22), MARK_SELECTED));
	cr_expect(eq(int, marks_at(0, 23), MARK_SELECTED), "the wide gap too");
	cr_expect(eq(int, marks_at(0, 26), 0), "behind it");
}

/* Every combination of states, 16 to a line: bit 0 modified, 1 unreadable, 2 foreign, 3
 * matched, 4 selected, 5 half-typed. */
Test(hex_pane, tells_all_combinations_of_states)
{
	uint8_t bytes[64];
	memset(bytes, 'A', sizeof(bytes));
	sample_lay_out(&sample, &(LayoutWish){.rows = 6, .cols = 80, .columns = 16});
	sample_document(&sample, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		sample.states[i] = (uint8_t)i;
	sample.frame.half_typed = 0x7a;
	sample.frame.cursor = 63;

	cr_expect(sample_is_golden(&sample, "states"));
}

Test(hex_pane, shows_a_conflict_instead_of_a_modified_byte)
{
	uint8_t states[3] = {BYTE_MODIFIED, BYTE_MODIFIED | BYTE_CONFLICT,
			     BYTE_MODIFIED | BYTE_CONFLICT | BYTE_SELECTED};
	DOCUMENT("ABC");
	sample.frame.states = states;
	sample.frame.cursor = 3;

	render_frame(&sample.frame, &grid);

	cr_expect(eq(int, marks_at(0, 11), MARK_MODIFIED));
	cr_expect(eq(int, marks_at(0, 14), MARK_CONFLICT));
	cr_expect(eq(int, marks_at(0, 17), MARK_CONFLICT | MARK_SELECTED));
}
