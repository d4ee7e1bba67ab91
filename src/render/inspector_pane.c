/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "render/panes.h"
#include "render/rune.h"

static int item_width(const FrameInspectorItem *item)
{
	return rune_text_width(item->name, strlen(item->name)) + 1 +
	       rune_text_width(item->value, strlen(item->value));
}

void inspector_pane_draw(const Frame *frame, Grid *grid)
{
	const Layout *layout = &frame->layout;
	const int end = layout->inspector_row + layout->inspector_rows;
	int row = layout->inspector_row;
	int col = 1;
	for (size_t i = 0; i < frame->inspector_count && row < end; i++) {
		const FrameInspectorItem *item = &frame->inspector[i];
		const int width = item_width(item);
		if (1 + width > layout->cols)
			continue; /* fits in no row */
		if (col + width > layout->cols && row + 1 < end) {
			row++;
			col = 1;
		}
		if (col + width > layout->cols)
			continue; /* the last row: a shorter one may still fit */
		col = grid_put(grid, row, col, STYLE_INSPECTOR_NAME, item->name);
		col = grid_put(grid, row, col + 1, STYLE_INSPECTOR, item->value) + 2;
	}
}
