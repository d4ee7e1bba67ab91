/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/grid.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "render/rune.h"

MhexStatus grid_init(Grid *grid, int rows, int cols)
{
	*grid = (Grid){.rows = rows > 0 ? rows : 1,
		       .cols = cols > 0 ? cols : 1,
		       .cursor_row = -1,
		       .cursor_col = -1};
	/* Cells are counted with int. */
	if (grid->rows <= INT_MAX / grid->cols)
		grid->cells =
			calloc((size_t)grid->rows, (size_t)grid->cols * sizeof(Cell));
	if (!grid->cells) {
		grid->rows = grid->cols = 0;
		return MHEX_E_NOMEM;
	}
	grid_clear(grid);
	return MHEX_OK;
}

void grid_free(Grid *grid)
{
	free(grid->cells);
	*grid = (Grid){.cursor_row = -1, .cursor_col = -1};
}

void grid_clear(Grid *grid)
{
	const size_t count = (size_t)grid->rows * (size_t)grid->cols;
	for (size_t i = 0; i < count; i++)
		grid->cells[i] = (Cell){.rune = ' ', .style = STYLE_NORMAL};
	grid->cursor_row = grid->cursor_col = -1;
}

/* The cell is about to be overwritten: of a wide character that has one half here, the
 * other half becomes a blank. */
static void part_halves(const Grid *grid, Cell *row, int col)
{
	if (row[col].rune == 0 && col > 0)
		row[col - 1].rune = ' ';
	if (col + 1 < grid->cols && row[col + 1].rune == 0)
		row[col + 1].rune = ' ';
}

void grid_set(Grid *grid, int row, int col, Style style, unsigned marks, uint32_t rune)
{
	if (row < 0 || row >= grid->rows || col < 0 || col >= grid->cols)
		return;
	Cell *cells = grid->cells + (size_t)row * (size_t)grid->cols;
	int width = rune_width(rune);
	if (width == 0) {
		rune = RUNE_REPLACEMENT;
		width = 1;
	}
	if (width == 2 && col + 1 >= grid->cols)
		rune = ' ';
	part_halves(grid, cells, col);
	cells[col] = (Cell){rune, (uint8_t)style, (uint8_t)marks};
	if (width == 2 && col + 1 < grid->cols) {
		part_halves(grid, cells, col + 1);
		cells[col] = (Cell){rune, (uint8_t)style, (uint8_t)marks};
		cells[col + 1] = (Cell){0, (uint8_t)style, (uint8_t)marks};
	}
}

void grid_mark(Grid *grid, int row, int col, unsigned marks)
{
	if (row >= 0 && row < grid->rows && col >= 0 && col < grid->cols)
		grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col].marks |=
			(uint8_t)marks;
}

int grid_put(Grid *grid, int row, int col, Style style, const char *text)
{
	uint32_t rune = 0;
	for (size_t size; (size = rune_next(text, &rune)) > 0; text += size) {
		/* Only its right half is inside. */
		if (col == -1 && rune_width(rune) == 2)
			grid_set(grid, row, 0, style, 0, ' ');
		grid_set(grid, row, col, style, 0, rune);
		col += rune_width(rune);
	}
	return col;
}

void grid_row_text(const Grid *grid, int row, char *text, size_t size)
{
	if (size == 0)
		return;
	text[0] = '\0';
	if (row < 0 || row >= grid->rows)
		return;
	const Cell *cells = grid->cells + (size_t)row * (size_t)grid->cols;
	int end = grid->cols;
	while (end > 0 && cells[end - 1].rune == ' ')
		end--;
	size_t at = 0;
	for (int col = 0; col < end; col++) {
		uint8_t bytes[UTF8_MAX];
		if (cells[col].rune == 0)
			continue;
		const size_t length = utf8_encode(cells[col].rune, bytes);
		if (at + length >= size)
			break;
		memcpy(text + at, bytes, length);
		at += length;
	}
	text[at] = '\0';
}
