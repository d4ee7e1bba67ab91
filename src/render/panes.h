/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RENDER_PANES_H
#define MHEX_RENDER_PANES_H

#include <stdbool.h>

#include "mhex/frame.h"
#include "mhex/grid.h"

/* The parts of the screen; each draws itself where the layout puts it. */

void hex_pane_draw(const Frame *frame, Grid *grid);       /* with the offsets */
void text_pane_draw(const Frame *frame, Grid *grid);      /* with its bars */
void inspector_pane_draw(const Frame *frame, Grid *grid); /* only when it has rows */

/* The status line. False: the message did not fit. */
bool status_line_draw(const Frame *frame, Grid *grid);

/* The prompt instead of it. */
void prompt_draw(const Frame *frame, Grid *grid, int row);

/* The message, if there is one, on as many rows as it needs above row bottom; and the
 * line with a fault. They return the first row that is covered. */
int message_draw(const Frame *frame, Grid *grid, int bottom);
int fault_draw(const Frame *frame, Grid *grid, int bottom);

/* The popup, which ends above row bottom. */
void popup_draw(const Frame *frame, Grid *grid, int bottom);

#endif
