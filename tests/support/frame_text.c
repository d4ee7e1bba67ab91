/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/frame_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "mhex/render.h"

static const char style_letters[] = {
#define X(id, letter) letter,
	MHEX_STYLE_LIST(X)
#undef X
};

static const Cell *row_of(const Grid *grid, int row)
{
	return grid->cells + (size_t)row * (size_t)grid->cols;
}

static void print_rows(const Grid *grid, FILE *out)
{
	const size_t size = (size_t)grid->cols * 4 + 1;
	char *text = malloc(size);
	for (int row = 0; row < grid->rows; row++) {
		grid_row_text(grid, row, text, size);
		(void)fprintf(out, "%s\n", text);
	}
	free(text);
}

static void print_styles(const Grid *grid, FILE *out)
{
	(void)fprintf(out, "-- styles\n");
	for (int row = 0; row < grid->rows; row++) {
		const Cell *cells = row_of(grid, row);
		int end = grid->cols;
		while (end > 0 && cells[end - 1].style == STYLE_NORMAL)
			end--;
		for (int col = 0; col < end; col++)
			(void)fputc(style_letters[cells[col].style], out);
		(void)fputc('\n', out);
	}
}

static void print_marks(unsigned marks, FILE *out)
{
	static const char *const names[] = {"modified",   "foreign", "matched",
					    "selected",   "cursor",  "twin",
					    "half-typed", "conflict"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (marks >> i & 1)
			(void)fprintf(out, " %s", names[i]);
	}
	(void)fputc('\n', out);
}

static void print_row_marks(const Grid *grid, int row, bool *any, FILE *out)
{
	const Cell *cells = row_of(grid, row);
	for (int col = 0, end; col < grid->cols; col = end) {
		for (end = col + 1; end < grid->cols; end++) {
			if (cells[end].marks != cells[col].marks)
				break;
		}
		if (cells[col].marks == 0)
			continue;
		if (!*any)
			(void)fprintf(out, "-- marks\n");
		*any = true;
		if (end - col > 1)
			(void)fprintf(out, "row %d, %d to %d:", row, col, end - 1);
		else
			(void)fprintf(out, "row %d, %d:", row, col);
		print_marks(cells[col].marks, out);
	}
}

char *grid_text(const Grid *grid)
{
	char *text = NULL;
	size_t size = 0;
	bool any = false;
	FILE *out = open_memstream(&text, &size);
	print_rows(grid, out);
	print_styles(grid, out);
	for (int row = 0; row < grid->rows; row++)
		print_row_marks(grid, row, &any, out);
	if (grid->cursor_row >= 0)
		(void)fprintf(out, "-- cursor\nrow %d, %d\n", grid->cursor_row,
			      grid->cursor_col);
	(void)fclose(out);
	return text;
}

char *frame_text(const Frame *frame)
{
	Grid grid;
	if (grid_init(&grid, frame->layout.rows, frame->layout.cols))
		return NULL;
	render_frame(frame, &grid);
	char *text = grid_text(&grid);
	grid_free(&grid);
	return text;
}
