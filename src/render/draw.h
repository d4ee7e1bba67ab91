/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RENDER_DRAW_H
#define MHEX_RENDER_DRAW_H

#include "mhex/grid.h"

/* Text on the grid, in less room than it may want. */

/* Cells row, col .. end - 1 become blanks of style. */
void draw_blank(Grid *grid, int row, int col, int end, Style style);

/* Text from col, never in end or behind it: what is too long keeps its beginning and
 * ends with an ellipsis. Returns the column after it. */
int draw_text(Grid *grid, int row, int col, int end, Style style, const char *text);

/* As draw_text, but what is too long keeps its end. */
int draw_text_end(Grid *grid, int row, int col, int end, Style style, const char *text);

/* A whole row of style with text on it, scrolled sideways so that the character at byte
 * index at (or the place behind the last) is on the screen; returns its column. */
int draw_line_at(Grid *grid, int row, Style style, const char *text, size_t at);

#endif
