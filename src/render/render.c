/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/render.h"

#include "render/draw.h"
#include "render/panes.h"

static void draw_too_small(const Frame *frame, Grid *grid)
{
	(void)grid_put(grid, 0, 0, STYLE_ERROR, "too small");
	/* A question wants an answer on any screen. */
	if (frame->prompt)
		prompt_draw(frame, grid, grid->rows - 1);
}

static void draw_hint(const Frame *frame, Grid *grid)
{
	const int row = frame->layout.hint_row;
	if (row < 0 || !frame->hint)
		return;
	draw_blank(grid, row, 0, grid->cols, STYLE_HINT);
	(void)draw_text(grid, row, 1, grid->cols, STYLE_HINT, frame->hint);
}

void render_frame(const Frame *frame, Grid *grid)
{
	grid_clear(grid);
	if (frame->layout.too_small) {
		draw_too_small(frame, grid);
		return;
	}
	hex_pane_draw(frame, grid);
	text_pane_draw(frame, grid);
	inspector_pane_draw(frame, grid);
	draw_hint(frame, grid);
	int bottom = frame->layout.status_row;
	bool told = false;
	if (frame->prompt)
		prompt_draw(frame, grid, bottom);
	else
		told = status_line_draw(frame, grid);
	if (!told)
		bottom = message_draw(frame, grid, bottom);
	bottom = fault_draw(frame, grid, bottom);
	/* What is covered shows no cursor. */
	if (!frame->prompt && grid->cursor_row >= bottom)
		grid->cursor_row = grid->cursor_col = -1;
	if (frame->popup.title)
		popup_draw(frame, grid, bottom);
}
