/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "mhex/render.h"
#include "unit/render/sample.h"

enum {
	LINES = 2000
};

static Sample sample;
static Grid grid;
static char texts[LINES][32];
static const char *lines[LINES];

static void set_up(void)
{
	sample_init(&sample, 40, 12);
	cr_assert(zero(int, (int)grid_init(&grid, 12, 40)));
	for (int i = 0; i < LINES; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "line %d", i);
		lines[i] = texts[i];
	}
	sample.frame.popup = (FramePopup){
		.title = "Matches", .lines = lines, .count = 3, .selected = SIZE_MAX};
}

static void tear_down(void)
{
	grid_free(&grid);
}

TestSuite(popup, .init = set_up, .fini = tear_down, .timeout = 100);

static const char *row_text(int row)
{
	static char text[512];
	grid_row_text(&grid, row, text, sizeof(text));
	return text;
}

static int row_with(const char *text)
{
	for (int row = 0; row < grid.rows; row++) {
		if (strstr(row_text(row), text))
			return row;
	}
	return -1;
}

Test(popup, stands_in_the_middle_and_leaves_the_status_line)
{
	render_frame(&sample.frame, &grid);

	cr_expect(eq(int, row_with("Matches"), 3));
	cr_expect(eq(int, row_with("line 0"), 4));
	cr_expect(eq(int, row_with("line 2"), 6));
	cr_expect(eq(int, row_with("NORMAL"), 11));
	cr_expect(eq(int, grid.cursor_row, -1), "the cursor is the popup's");
}

Test(popup, shows_the_selected_line_in_any_case)
{
	FramePopup *popup = &sample.frame.popup;
	popup->count = 100;
	popup->footer = "Enter goes there";

	for (popup->top = 0; popup->top < 120; popup->top += 7) {
		for (popup->selected = 0; popup->selected < 100; popup->selected++) {
			char want[32];
			render_frame(&sample.frame, &grid);
			(void)snprintf(want, sizeof(want), "line %zu ", popup->selected);
			const int row = row_with(want);
			cr_assert(ge(int, row, 0), "%s, top %zu", want, popup->top);
			cr_assert(eq(int, grid.cursor_row, row));
			cr_assert(eq(int, grid.cells[row * 40 + grid.cursor_col].style,
				     STYLE_POPUP_SELECTED));
		}
	}
}

Test(popup, a_page_is_what_it_shows)
{
	FramePopup *popup = &sample.frame.popup;
	popup->count = 100;

	const size_t page = render_popup_rows(&sample.frame.layout, popup->count);
	render_frame(&sample.frame, &grid);

	int seen = 0;
	for (int row = 0; row < grid.rows; row++)
		seen += strstr(row_text(row), "line ") != NULL;
	cr_expect(eq(int, seen, (int)page));
	cr_expect(eq(sz, page, 9));
	cr_expect(ge(int, row_with("9/100"), 0), "it says how much there is");
}

Test(popup, a_list_that_ends_leaves_no_room_over)
{
	sample.frame.popup.count = 100;
	sample.frame.popup.top = 98;

	render_frame(&sample.frame, &grid);

	cr_expect(ge(int, row_with("line 91"), 0));
	cr_expect(ge(int, row_with("line 99"), 0));
	cr_expect(ge(int, row_with("100/100"), 0));
}

Test(popup, of_completions_lies_on_the_prompt_and_leaves_half_of_the_screen)
{
	sample.frame.popup.at_bottom = true;
	sample.frame.popup.title = "";
	sample.frame.popup.count = 50;
	sample.frame.popup.selected = 1;
	sample.frame.prompt = ":w";
	sample.frame.prompt_cursor = 2;

	render_frame(&sample.frame, &grid);

	cr_expect(eq(int, row_with("line 0"), 5));
	cr_expect(eq(int, row_with("line 5"), 10));
	cr_expect(eq(int, grid.cursor_row, 11), "the cursor stays in the prompt");
	cr_expect(eq(int, grid.cursor_col, 2));
}

Test(popup, fits_on_any_screen_with_any_list)
{
	static const size_t counts[] = {0, 1, 5, 40, LINES};
	for (int size = 2; size < 60; size++) {
		for (size_t i = 0; i < 10; i++) {
			Grid any;
			const int rows = size % 17 + 2;
			sample_lay_out(&sample,
				       &(LayoutWish){.rows = rows, .cols = size});
			sample.frame.popup.count = counts[i / 2];
			sample.frame.popup.selected = counts[i / 2] - 1;
			sample.frame.popup.at_bottom = i % 2;
			sample.frame.popup.footer = "some keys that work here";
			cr_assert(zero(int, (int)grid_init(&any, rows, size)));
			render_frame(&sample.frame, &any);
			const size_t page = render_popup_rows(&sample.frame.layout,
							      sample.frame.popup.count);
			cr_expect(page < (size_t)rows, "the status line stays");
			grid_free(&any);
		}
	}
}

Test(popup, is_a_golden_screen)
{
	static const char *const help[] = {
		"F1            help",
		"F2, Ctrl-S    write",
		"F3            next",
		"F10, Ctrl-Q   quit",
		"\xe6\xbc\xa2\xe5\xad\x97 and a control \033[2J character",
	};
	sample_init(&sample, 80, 16);
	sample.frame.popup = (FramePopup){.title = "Help",
					  .lines = help,
					  .count = 5,
					  .selected = 1,
					  .footer = "Esc closes"};

	cr_expect(sample_is_golden(&sample, "popup"));
}

Test(popup, a_long_one_and_one_of_completions_are_golden_screens)
{
	sample_init(&sample, 80, 16);
	sample.frame.popup = (FramePopup){.title = "find-all 00",
					  .lines = lines,
					  .count = 100,
					  .selected = 42,
					  .top = 40,
					  .footer = "Enter goes there, Esc closes"};

	cr_expect(sample_is_golden(&sample, "popup-list"));
	sample.frame.popup = (FramePopup){.title = "",
					  .lines = lines,
					  .count = 4,
					  .selected = 2,
					  .at_bottom = true};
	sample.frame.prompt = ":line 2";
	sample.frame.prompt_cursor = 7;
	cr_expect(sample_is_golden(&sample, "popup-completions"));
}

Test(popup, of_a_long_list_has_only_the_lines_in_sight)
{
	static const char *const held[] = {"line 500", "line 501"};
	static const FrameSpan matched[][2] = {{{5, 2}, {0, 0}}, {{0, 0}, {0, 0}}};
	FramePopup *popup = &sample.frame.popup;
	popup->lines = held;
	popup->count = 1000000000000;
	popup->top = popup->first = 500;
	popup->window = 2;
	popup->selected = 501;
	popup->matched = matched;
	popup->place = "502 of 1000000000000";

	render_frame(&sample.frame, &grid);

	const int row = row_with("line 500");
	cr_assert(le(int, 0, row));
	cr_expect(eq(int, row_with("line 501"), row + 1));
	cr_expect(le(int, 0, row_with("502 of 1000000000000")));
	int marked = 0;
	for (int col = 0; col < grid.cols; col++)
		marked += (grid.cells[row * grid.cols + col].marks & MARK_MATCHED) != 0;
	cr_expect(eq(int, marked, 2));
}
