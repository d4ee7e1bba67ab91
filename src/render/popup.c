/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "mhex/render.h"
#include "render/draw.h"
#include "render/panes.h"
#include "render/rune.h"

enum {
	MEASURED_MAX = 1000, /* a longer list takes the whole width: measuring it costs */
	RUNE_TOP_LEFT = 0x250c,
	RUNE_TOP_RIGHT = 0x2510,
	RUNE_BOTTOM_LEFT = 0x2514,
	RUNE_BOTTOM_RIGHT = 0x2518,
	RUNE_HORIZONTAL = 0x2500,
	RUNE_VERTICAL = 0x2502,
};

/* The lines' cells on the grid; a frame goes around them where there is room. */
typedef struct {
	int row, col, rows, cols;
	bool framed;
	size_t top;
} Box;

static int text_width(const char *text)
{
	return text ? rune_text_width(text, strlen(text)) : 0;
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static int widest(const FramePopup *popup, int most)
{
	int width = 0;
	if (popup->count > MEASURED_MAX || popup->window > 0)
		return most;
	for (size_t i = 0; i < popup->count; i++)
		width = larger(width, text_width(popup->lines[i]));
	return width < most ? width : most;
}

/* The first line shown: the selected one is, and there is no room left over below. */
static size_t first_line(const FramePopup *popup, size_t rows)
{
	const size_t last = popup->count > rows ? popup->count - rows : 0;
	size_t top = popup->top < last ? popup->top : last;
	if (popup->selected < popup->count) {
		if (popup->selected < top)
			top = popup->selected;
		else if (popup->selected >= top + rows)
			top = popup->selected - rows + 1;
	}
	return top;
}

/* Completions stand above the prompt and leave half of the screen. */
static void place_at_bottom(const FramePopup *popup, int cols, int bottom, Box *box)
{
	const size_t most = bottom > 2 ? (size_t)(bottom + 1) / 2 : 1;
	box->rows = (int)(popup->count < most ? popup->count : most);
	box->row = bottom - box->rows;
	box->cols = widest(popup, cols > 2 ? cols - 2 : 1);
	box->col = cols > 2 ? 1 : 0;
}

/* Cells of the frame on each side. */
static int frame_border(int cols, int bottom)
{
	return bottom >= 3 && cols >= 6 ? 1 : 0;
}

static int framed_rows(size_t count, int cols, int bottom)
{
	const int most = larger(bottom - 2 * frame_border(cols, bottom), 0);
	return count < (size_t)most ? (int)count : most;
}

static void place_framed(const FramePopup *popup, int cols, int bottom, Box *box)
{
	const int border = frame_border(cols, bottom);
	const int most_rows = bottom - 2 * border;
	const int most_cols = larger(cols - 4 * border, 1);
	const int heads =
		larger(text_width(popup->title), text_width(popup->footer) + 16);
	box->framed = border > 0;
	box->rows = framed_rows(popup->count, cols, bottom);
	box->cols =
		larger(widest(popup, most_cols), heads < most_cols ? heads : most_cols);
	box->row = border + (most_rows - box->rows) / 2;
	box->col = (cols - box->cols) / 2;
}

static Box place(const FramePopup *popup, int cols, int bottom)
{
	Box box = {0};
	if (bottom < 1)
		return box;
	if (popup->at_bottom)
		place_at_bottom(popup, cols, bottom, &box);
	else
		place_framed(popup, cols, bottom, &box);
	box.top = first_line(popup, (size_t)box.rows);
	return box;
}

/* "─ title ───": a horizontal line of the frame with text on it. */
static void draw_edge(Grid *grid, int row, const Box *box, const uint32_t corners[2])
{
	const int left = box->col - 2;
	const int right = box->col + box->cols + 1;
	grid_set(grid, row, left, STYLE_POPUP, 0, corners[0]);
	for (int col = left + 1; col < right; col++)
		grid_set(grid, row, col, STYLE_POPUP, 0, RUNE_HORIZONTAL);
	grid_set(grid, row, right, STYLE_POPUP, 0, corners[1]);
}

static void draw_label(Grid *grid, int row, int col, int end, const char *text)
{
	if (!text || !*text || end - col < 3)
		return;
	grid_set(grid, row, col, STYLE_POPUP, 0, ' ');
	col = draw_text(grid, row, col + 1, end - 1, STYLE_POPUP_TITLE, text);
	grid_set(grid, row, col, STYLE_POPUP, 0, ' ');
}

static void draw_frame(const FramePopup *popup, Grid *grid, const Box *box)
{
	static const uint32_t top[] = {RUNE_TOP_LEFT, RUNE_TOP_RIGHT};
	static const uint32_t bottom[] = {RUNE_BOTTOM_LEFT, RUNE_BOTTOM_RIGHT};
	const int last = box->row + box->rows;
	int end = box->col + box->cols;
	draw_edge(grid, box->row - 1, box, top);
	draw_edge(grid, last, box, bottom);
	for (int row = box->row; row < last; row++) {
		grid_set(grid, row, box->col - 2, STYLE_POPUP, 0, RUNE_VERTICAL);
		grid_set(grid, row, box->col + box->cols + 1, STYLE_POPUP, 0,
			 RUNE_VERTICAL);
	}
	draw_label(grid, box->row - 1, box->col - 1, end + 1, popup->title);
	if (popup->place || popup->count > (size_t)box->rows) {
		char where[64];
		if (popup->place)
			(void)snprintf(where, sizeof(where), "%s", popup->place);
		else
			(void)snprintf(where, sizeof(where), "%zu/%zu",
				       box->top + (size_t)box->rows, popup->count);
		const int begin = end - 1 - text_width(where);
		draw_label(grid, last, begin, end + 1, where);
		end = begin - 2;
	}
	draw_label(grid, last, box->col - 1, end + 1, popup->footer);
}

/* Where it lies in lines; SIZE_MAX: it is not there. */
static size_t held_at(const FramePopup *popup, size_t index)
{
	if (popup->window == 0)
		return index;
	return index >= popup->first && index - popup->first < popup->window
		       ? index - popup->first
		       : SIZE_MAX;
}

static void mark_matched(const FrameSpan spans[2], Grid *grid, int row, const Box *box)
{
	for (size_t i = 0; i < 2; i++) {
		int end = spans[i].begin + spans[i].length;
		end = end < box->cols ? end : box->cols;
		for (int col = spans[i].begin; col < end; col++)
			grid_mark(grid, row, box->col + col, MARK_MATCHED);
	}
}

static void draw_lines(const FramePopup *popup, Grid *grid, const Box *box)
{
	const int left = box->col > 0 ? box->col - 1 : 0;
	for (int i = 0; i < box->rows; i++) {
		const size_t index = box->top + (size_t)i;
		const bool selected = index == popup->selected;
		const Style style = selected ? STYLE_POPUP_SELECTED : STYLE_POPUP;
		const int row = box->row + i;
		draw_blank(grid, row, left, box->col + box->cols + 1, style);
		const size_t held = held_at(popup, index);
		if (held != SIZE_MAX)
			(void)draw_text(grid, row, box->col, box->col + box->cols, style,
					popup->lines[held]);
		if (held != SIZE_MAX && popup->matched)
			mark_matched(popup->matched[held], grid, row, box);
		if (selected && !popup->at_bottom) {
			grid->cursor_row = row;
			grid->cursor_col = box->col;
		}
	}
}

void popup_draw(const Frame *frame, Grid *grid, int bottom)
{
	const FramePopup *popup = &frame->popup;
	const Box box = place(popup, grid->cols, bottom);
	if (box.rows < 1 && !box.framed)
		return;
	if (!popup->at_bottom && !frame->prompt)
		grid->cursor_row = grid->cursor_col = -1;
	if (box.framed)
		draw_frame(popup, grid, &box);
	draw_lines(popup, grid, &box);
}

size_t render_popup_rows(const Layout *layout, size_t count)
{
	return (size_t)framed_rows(count, layout->cols, layout->status_row);
}
