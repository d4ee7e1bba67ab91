/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RENDER_H
#define MHEX_RENDER_H

#include "mhex/frame.h"
#include "mhex/grid.h"

/* Draw frame onto grid (frame->layout.rows x cols). Pure: reads only *frame,
 * writes only *grid. */
void render_frame(const Frame *frame, Grid *grid);

/* How many of count lines a popup (not at_bottom) shows at once: its page. */
size_t render_popup_rows(const Layout *layout, size_t count);

#endif
