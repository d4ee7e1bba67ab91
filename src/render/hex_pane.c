/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "render/bytes.h"
#include "render/draw.h"
#include "render/panes.h"

/* The offset of the first byte that the line shows, where it has one: also in a line
 * that begins with empty cells, or is scrolled sideways. */
static uint64_t line_offset(const Frame *frame, int row)
{
	const uint64_t cell = (uint64_t)row * frame->layout.columns + frame->first_column;
	const uint64_t index = cell > frame->phase ? cell - frame->phase : 0;
	return frame->origin + index + frame->base;
}

/* Some byte or the append position lies in the line, shown or not. */
static bool line_is_used(const Frame *frame, int row)
{
	const uint64_t begin = (uint64_t)row * frame->layout.columns;
	const uint64_t end = begin + frame->layout.columns;
	const uint64_t last = frame->phase + (uint64_t)frame->count;
	if (begin < last)
		return end > frame->phase;
	return frame->cursor == frame->origin + frame->count &&
	       frame->cursor >= frame->document_size && last >= begin && last < end;
}

static void draw_offset(const Frame *frame, Grid *grid, int row)
{
	const Layout *layout = &frame->layout;
	const uint64_t offset = line_offset(frame, row);
	char text[32];
	if (layout->offset_width <= 0 || !line_is_used(frame, row))
		return;
	if (layout->decimal_offsets)
		(void)snprintf(text, sizeof(text), "%0*" PRIu64, layout->offset_width,
			       offset);
	else
		(void)snprintf(text, sizeof(text),
			       frame->upper_case ? "%0*" PRIX64 : "%0*" PRIx64,
			       layout->offset_width, offset);
	(void)draw_text_end(grid, row, layout->offset_col,
			    layout->offset_col + layout->offset_width, STYLE_OFFSET,
			    text);
}

static char digit(const Frame *frame, unsigned value)
{
	return (frame->upper_case ? "0123456789ABCDEF" : "0123456789abcdef")[value & 0xf];
}

/* The two digits of a place. */
static void digits_of(const Frame *frame, const Place *place, char digits[2])
{
	digits[0] = digits[1] = ' ';
	if (place->kind == PLACE_APPEND && frame->nibble == 1)
		digits[0] = digit(frame, frame->half_typed >> 4);
	if (place->kind != PLACE_BYTE)
		return;
	if (bytes_style(frame, place) == STYLE_UNREADABLE) {
		digits[0] = digits[1] = '?';
		return;
	}
	const uint8_t byte = bytes_value(frame, place->index);
	digits[0] = digit(frame, byte >> 4);
	digits[1] = digit(frame, byte);
}

static void draw_byte(const Frame *frame, Grid *grid, int row, unsigned i)
{
	const Place place = bytes_place(frame, row, i);
	const Style style = bytes_style(frame, &place);
	const int col = layout_hex_cell(&frame->layout, i);
	unsigned marks = bytes_marks(frame, &place, PANE_HEX);
	char digits[2];
	if (place.kind == PLACE_EMPTY)
		return;
	digits_of(frame, &place, digits);
	const bool focus = bytes_focus(frame) == PANE_HEX && (marks & MARK_CURSOR);
	if (place.kind == PLACE_APPEND && frame->nibble == 1)
		marks |= MARK_HALF_TYPED;
	grid_set(grid, row, col, style, marks, (uint8_t)digits[0]);
	/* The digit that is still missing is not marked as typed. */
	if (frame->nibble == 1)
		marks &= ~(unsigned)MARK_HALF_TYPED;
	grid_set(grid, row, col + 1, style, marks, (uint8_t)digits[1]);
	if (focus) {
		grid->cursor_row = row;
		grid->cursor_col = col + (frame->nibble == 1);
	}
}

/* A selection or a match goes on through the gap. */
static void draw_gap(const Frame *frame, Grid *grid, int row, unsigned i)
{
	const Place left = bytes_place(frame, row, i - 1);
	const Place right = bytes_place(frame, row, i);
	const unsigned marks = bytes_marks(frame, &left, PANE_HEX) &
			       bytes_marks(frame, &right, PANE_HEX) &
			       (MARK_SELECTED | MARK_MATCHED);
	const int end = layout_hex_cell(&frame->layout, i);
	if (marks == 0)
		return;
	for (int col = layout_hex_cell(&frame->layout, i - 1) + 2; col < end; col++)
		grid_set(grid, row, col, STYLE_NORMAL, marks, ' ');
}

void hex_pane_draw(const Frame *frame, Grid *grid)
{
	const Layout *layout = &frame->layout;
	for (int row = 0; row < layout->body_rows; row++) {
		draw_offset(frame, grid, row);
		for (unsigned i = 0; i < layout->shown; i++) {
			draw_byte(frame, grid, row, i);
			if (i > 0)
				draw_gap(frame, grid, row, i);
		}
		if (layout->text_col >= 0 && line_is_used(frame, row)) {
			grid_set(grid, row, layout->text_col - 1, STYLE_SEPARATOR, 0,
				 0x2502);
			grid_set(grid, row, layout_text_cell(layout, layout->shown),
				 STYLE_SEPARATOR, 0, 0x2502);
		}
	}
}
