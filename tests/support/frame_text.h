/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_FRAME_TEXT_H
#define MHEX_TESTS_FRAME_TEXT_H

#include "mhex/frame.h"
#include "mhex/grid.h"

/*
 * Grids as text that a person can read and compare, for golden files:
 *
 *   the rows, trailing blanks dropped
 *   "-- styles" and the rows again, the letter of its style (grid.h) for each cell,
 *   trailing dots dropped
 *   "-- marks", where there are any, one line for each run of cells
 *   "-- cursor", where it shows
 */

/* To be freed. */
char *grid_text(const Grid *grid);

/* Draw frame on a grid of its layout's size; to be freed. */
char *frame_text(const Frame *frame);

#endif
