/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_GRID_H
#define MHEX_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/error.h"

/*
 * What the terminal shows: rows of cells, plain data.
 */

/* What a cell means; themes (theme.h) say how it looks. X-macro: the id, and the
 * letter that stands for it in golden screens. */
#define MHEX_STYLE_LIST(X)                                                               \
	X(STYLE_NORMAL, '.')                                                             \
	X(STYLE_OFFSET, 'o')                                                             \
	X(STYLE_SEPARATOR, '|')                                                          \
	X(STYLE_BYTE_ZERO, '0')                                                          \
	X(STYLE_BYTE_PRINTABLE, 'p')                                                     \
	X(STYLE_BYTE_SPACE, 's')                                                         \
	X(STYLE_BYTE_CONTROL, 'c')                                                       \
	X(STYLE_BYTE_HIGH, 'h')                                                          \
	X(STYLE_BYTE_FF, 'f')                                                            \
	X(STYLE_UNREADABLE, '?')                                                         \
	X(STYLE_INSPECTOR, 'i')                                                          \
	X(STYLE_INSPECTOR_NAME, 'n')                                                     \
	X(STYLE_STATUS, 'S')                                                             \
	X(STYLE_STATUS_MODE, 'M')                                                        \
	X(STYLE_STATUS_VIEW, 'V')                                                        \
	X(STYLE_STATUS_PREVIEW, 'P')                                                     \
	X(STYLE_STATUS_LIVE, 'L')                                                        \
	X(STYLE_MESSAGE, 'm')                                                            \
	X(STYLE_ERROR, 'E')                                                              \
	X(STYLE_PROMPT, ':')                                                             \
	X(STYLE_HINT, 'H')                                                               \
	X(STYLE_POPUP, 'w')                                                              \
	X(STYLE_POPUP_TITLE, 't')                                                        \
	X(STYLE_POPUP_SELECTED, 'W')

typedef enum {
#define X(id, letter) id,
	MHEX_STYLE_LIST(X)
#undef X
	STYLE_COUNT
} Style;

/* Added to a style: state of the byte or place of the cursor; bits. */
typedef enum {
	MARK_MODIFIED = 1 << 0,
	MARK_FOREIGN = 1 << 1,
	MARK_MATCHED = 1 << 2,
	MARK_SELECTED = 1 << 3,
	MARK_CURSOR = 1 << 4,       /* cursor in the column that has the focus */
	MARK_CURSOR_OTHER = 1 << 5, /* its twin in the other column */
	MARK_HALF_TYPED = 1 << 6,
	MARK_CONFLICT = 1 << 7, /* instead of modified */
} Mark;

typedef struct {
	uint32_t rune; /* one code point; 0: the right half of a wide one */
	uint8_t style; /* Style */
	uint8_t marks; /* Mark bits */
} Cell;

typedef struct {
	int rows, cols;
	Cell *cells;                /* rows * cols; owned */
	int cursor_row, cursor_col; /* of the terminal's own cursor; -1: hidden */
} Grid;

MhexStatus grid_init(Grid *grid, int rows, int cols); /* 1 x 1 at least */
void grid_free(Grid *grid);
void grid_clear(Grid *grid);
/* Outside the grid nothing happens: every put is clipped. */
void grid_set(Grid *grid, int row, int col, Style style, unsigned marks, uint32_t rune);
/* Add marks to what is there. */
void grid_mark(Grid *grid, int row, int col, unsigned marks);
/* UTF-8 text; returns the column after it (also when clipped). Invalid bytes and control
 * characters become U+FFFD. */
int grid_put(Grid *grid, int row, int col, Style style, const char *text);
/* The row as UTF-8, trailing blanks dropped, cut to size bytes with its NUL. */
void grid_row_text(const Grid *grid, int row, char *text, size_t size);

#endif
