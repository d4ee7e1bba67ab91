/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/draw.h"
#include "render/panes.h"
#include "render/rune.h"

enum {
	LIVE_WIDTH = 6,   /* " LIVE " */
	LIVE_COLS = 24,   /* of a screen that has room for it beside the prompt */
	PROMPT_AHEAD = 2, /* cells of the prompt kept free between the two */
};

/* What is typed at a prompt in live access is about to be done to the file: the word
 * stays on the screen although the status line is covered, where nothing typed lies. */
static void draw_live(const Frame *frame, Grid *grid, int row)
{
	const int begin = grid->cols - LIVE_WIDTH;
	if (frame->access != ACCESS_LIVE || grid->cols < LIVE_COLS || row >= grid->rows ||
	    grid->cursor_col >= begin - PROMPT_AHEAD)
		return;
	const Cell *cells = grid->cells + (size_t)row * (size_t)grid->cols;
	for (int col = begin - PROMPT_AHEAD; col < grid->cols; col++) {
		if (cells[col].rune != ' ')
			return;
	}
	(void)grid_put(grid, row, begin, STYLE_STATUS_LIVE, " LIVE ");
}

void prompt_draw(const Frame *frame, Grid *grid, int row)
{
	grid->cursor_col = draw_line_at(grid, row, STYLE_PROMPT, frame->prompt,
					frame->prompt_cursor);
	grid->cursor_row = row;
	draw_live(frame, grid, row);
}
