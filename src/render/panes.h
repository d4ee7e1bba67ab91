/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RENDER_PANES_H
#define MHEX_RENDER_PANES_H

#include "mhex/frame.h"
#include "mhex/grid.h"

/* The parts of the screen; each draws itself where the layout puts it. */

void hex_pane_draw(const Frame *frame, Grid *grid);       /* with the offsets */
void text_pane_draw(const Frame *frame, Grid *grid);      /* with its bars */
void inspector_pane_draw(const Frame *frame, Grid *grid); /* only when it has rows */

/* The status line. */
void status_line_draw(const Frame *frame, Grid *grid);

/* The prompt instead of it, if there is one, and above it a message and a line with a
 * fault. Returns the first row that all this covers. */
int prompt_draw(const Frame *frame, Grid *grid);

/* The popup, which ends above row bottom. */
void popup_draw(const Frame *frame, Grid *grid, int bottom);

#endif
