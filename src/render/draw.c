/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/draw.h"

#include <string.h>

#include "render/rune.h"

void draw_blank(Grid *grid, int row, int col, int end, Style style)
{
	for (; col < end; col++)
		grid_set(grid, row, col, style, 0, ' ');
}

int draw_text(Grid *grid, int row, int col, int end, Style style, const char *text)
{
	if (col >= end)
		return col;
	const bool fits = rune_text_width(text, strlen(text)) <= end - col;
	const int room = fits ? end : end - 1;
	uint32_t rune = 0;
	for (size_t size; (size = rune_next(text, &rune)) > 0; text += size) {
		if (col + rune_width(rune) > room)
			break;
		grid_set(grid, row, col, style, 0, rune);
		col += rune_width(rune);
	}
	if (!fits)
		grid_set(grid, row, col++, style, 0, RUNE_ELLIPSIS);
	return col;
}

int draw_text_end(Grid *grid, int row, int col, int end, Style style, const char *text)
{
	int width = rune_text_width(text, strlen(text));
	if (width <= end - col || col >= end)
		return draw_text(grid, row, col, end, style, text);
	uint32_t rune = 0;
	while (width > end - col - 1) {
		text += rune_next(text, &rune);
		width -= rune_width(rune);
	}
	grid_set(grid, row, col++, style, 0, RUNE_ELLIPSIS);
	return draw_text(grid, row, col, end, style, text);
}

int draw_line_at(Grid *grid, int row, Style style, const char *text, size_t at)
{
	const int cell = rune_text_width(text, at);
	/* Where there is not enough room, what stands behind it shows too. */
	const int first = cell < grid->cols ? 0 : cell - (grid->cols - 1) * 3 / 4;
	draw_blank(grid, row, 0, grid->cols, style);
	(void)grid_put(grid, row, -first, style, text);
	return cell - first;
}
