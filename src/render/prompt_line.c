/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "render/draw.h"
#include "render/panes.h"
#include "render/rune.h"

/* The line as far as the screen shows it with the fault in sight, and under the fault a
 * caret. Two rows, or one without the caret. */
static int draw_fault(const Frame *frame, Grid *grid, int bottom)
{
	const char *line = frame->fault_line;
	const bool caret = frame->fault_caret >= 0 && bottom >= 2;
	const int rows = caret ? 2 : 1;
	if (bottom < 1)
		return bottom;
	const size_t at = frame->fault_caret < 0 ? 0 : (size_t)frame->fault_caret;
	const int col = draw_line_at(grid, bottom - rows, STYLE_MESSAGE, line, at);
	if (caret) {
		draw_blank(grid, bottom - 1, 0, grid->cols, STYLE_ERROR);
		grid_set(grid, bottom - 1, col, STYLE_ERROR, 0, '^');
	}
	return bottom - rows;
}

int prompt_draw(const Frame *frame, Grid *grid)
{
	int bottom = frame->layout.status_row;
	if (frame->prompt) {
		grid->cursor_col = draw_line_at(grid, bottom, STYLE_PROMPT, frame->prompt,
						frame->prompt_cursor);
		grid->cursor_row = bottom;
		if (frame->message && *frame->message && bottom > 0) {
			const Style style =
				frame->message_is_error ? STYLE_ERROR : STYLE_MESSAGE;
			bottom--;
			draw_blank(grid, bottom, 0, grid->cols, style);
			(void)draw_text(grid, bottom, 1, grid->cols, style,
					frame->message);
		}
	}
	return frame->fault_line ? draw_fault(frame, grid, bottom) : bottom;
}
