/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "render/draw.h"
#include "render/panes.h"
#include "render/rune.h"

/* How many bytes of text fit in width cells: whole words, or a part of one that is
 * wider than that. One character at least. */
static size_t line_size(const char *text, int width)
{
	size_t at = 0;
	size_t words = 0;
	int col = 0;
	uint32_t rune = 0;
	for (size_t size; (size = rune_next(text + at, &rune)) > 0; at += size) {
		if (rune == ' ')
			words = at;
		col += rune_width(rune);
		if (col > width && at > 0)
			return words > 0 ? words : at;
	}
	return at;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " ");
}

static int count_lines(const char *text, int width, int most)
{
	int count = 0;
	while (*text && count < most) {
		text = skip_blanks(text + line_size(text, width));
		count++;
	}
	return count;
}

static void draw_part(Grid *grid, int row, int col, Style style, const char *text,
		      size_t size)
{
	uint32_t rune = 0;
	for (const char *end = text + size; text < end;) {
		text += rune_next(text, &rune);
		grid_set(grid, row, col, style, 0, rune);
		col += rune_width(rune);
	}
}

int message_draw(const Frame *frame, Grid *grid, int bottom)
{
	const char *text = frame->message ? skip_blanks(frame->message) : "";
	const Style style = frame->message_is_error ? STYLE_ERROR : STYLE_MESSAGE;
	const int left = grid->cols > 8 ? 1 : 0;
	const int end = grid->cols - left;
	const int rows = count_lines(text, end - left, (bottom + 1) / 2);
	for (int row = bottom - rows; row < bottom; row++) {
		const size_t size = line_size(text, end - left);
		draw_blank(grid, row, 0, grid->cols, style);
		if (row < bottom - 1)
			draw_part(grid, row, left, style, text, size);
		else
			(void)draw_text(grid, row, left, end, style, text);
		text = skip_blanks(text + size);
	}
	return bottom - rows;
}

/* The line as far as the screen shows it with the fault in sight, and under the fault a
 * caret. Two rows, or one without the caret. */
int fault_draw(const Frame *frame, Grid *grid, int bottom)
{
	const char *line = frame->fault_line;
	const bool caret = frame->fault_caret >= 0 && bottom >= 2;
	const int rows = caret ? 2 : 1;
	if (!line || bottom < 1)
		return bottom;
	const size_t at = frame->fault_caret < 0 ? 0 : (size_t)frame->fault_caret;
	const int col = draw_line_at(grid, bottom - rows, STYLE_MESSAGE, line, at);
	if (caret) {
		draw_blank(grid, bottom - 1, 0, grid->cols, STYLE_ERROR);
		grid_set(grid, bottom - 1, col, STYLE_ERROR, 0, '^');
	}
	return bottom - rows;
}
