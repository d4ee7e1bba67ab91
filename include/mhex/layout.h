/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_LAYOUT_H
#define MHEX_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Where each column of the screen lies: pure arithmetic, used by the renderer,
 * by the editor (how many bytes are a page) and for the mouse (which byte was hit).
 */
typedef struct {
	int rows, cols;   /* of the terminal */
	unsigned columns; /* bytes per line; 0: as many as fit, a multiple of the group */
	unsigned group;   /* bytes between two gaps: 1, 2, 4, 8; 0 none */
	uint64_t largest_offset; /* the largest that is shown: size plus base */
	bool decimal_offsets;
	int inspector_rows; /* wished; dropped first where there is no room */
	bool hint;          /* wished */
} LayoutWish;

typedef struct {
	/* Not one byte fits: only a message is shown, or the prompt on status_row. The
	 * other members still hold numbers to reckon with (body_rows, columns, shown are
	 * 1 at least). */
	bool too_small;
	int rows, cols;
	unsigned columns; /* bytes per line of the document */
	unsigned shown;   /* how many of them fit; less than columns: scrolled sideways */
	unsigned group;
	int offset_col, offset_width; /* width 0: no room for offsets */
	int hex_col;
	int text_col; /* of its first byte, a bar before it; -1: no room */
	int body_rows;
	int inspector_row, inspector_rows; /* 0 rows: not shown */
	int hint_row;                      /* -1: not shown */
	int status_row;
	bool decimal_offsets;
} Layout;

void layout_compute(const LayoutWish *wish, Layout *layout);

/* Cell column of shown byte i (0 <= i < shown) in each column. */
int layout_hex_cell(const Layout *layout, unsigned i);
int layout_text_cell(const Layout *layout, unsigned i);

typedef enum {
	LAYOUT_NOWHERE,
	LAYOUT_HEX,
	LAYOUT_TEXT
} LayoutPane;

/* Which byte a cell shows: *row and *index (0 <= index < shown) and the nibble; a gap
 * counts as the byte before it. */
LayoutPane layout_hit(const Layout *layout, int cell_row, int cell_col, int *row,
		      unsigned *index, int *nibble);

/* Scrolling sideways: the first shown column, moved from first no further than needed
 * to show column. A multiple of the group where that is possible, so that the gaps stay
 * between the groups; 0 when the whole line is shown. */
unsigned layout_scroll(const Layout *layout, unsigned first, unsigned column);

#endif
