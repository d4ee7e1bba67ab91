/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"
#include "render/bytes.h"
#include "render/charset.h"
#include "render/panes.h"
#include "render/rune.h"

enum {
	RUNE_CONTINUATION = 0xb7, /* middle dot */
	RUNE_CUT = 0x203a,        /* a wide character whose second cell is elsewhere */
	UNAVAILABLE = -1,
};

/* Byte at an index that may lie before or behind the frame's bytes. */
static int byte_at(const Frame *frame, int64_t index)
{
	if (index < 0) {
		const int64_t i = (int64_t)frame->before_count + index;
		return i < 0 ? UNAVAILABLE : frame->before[i];
	}
	if (index < (int64_t)frame->count)
		return bytes_readable(frame, (size_t)index)
			       ? bytes_value(frame, (size_t)index)
			       : UNAVAILABLE;
	const int64_t i = index - (int64_t)frame->count;
	return i < (int64_t)frame->after_count ? frame->after[i] : UNAVAILABLE;
}

/* Length of the character that begins at index; 0: none does. */
static size_t decode_at(const Frame *frame, int64_t index, uint32_t *rune)
{
	uint8_t bytes[UTF8_MAX];
	size_t count = 0;
	while (count < UTF8_MAX) {
		const int byte = byte_at(frame, index + (int64_t)count);
		if (byte == UNAVAILABLE)
			break;
		bytes[count++] = (uint8_t)byte;
	}
	return utf8_decode(bytes, count, rune);
}

/* How many bytes before index the character begins that it belongs to; -1: it belongs
 * to none. */
static int character_of(const Frame *frame, size_t index, uint32_t *rune)
{
	for (int back = 0; back < UTF8_MAX; back++) {
		const int64_t at = (int64_t)index - back;
		const int byte = byte_at(frame, at);
		if (byte == UNAVAILABLE)
			return -1;
		if ((byte & 0xc0) != 0x80)
			return decode_at(frame, at, rune) > (size_t)back ? back : -1;
	}
	return -1;
}

typedef struct {
	uint32_t rune;
	unsigned marks;
	bool wide; /* takes the next byte's cell too */
} TextCell;

static void utf8_cell(const Frame *frame, int row, unsigned i, const Place *place,
		      TextCell *cell)
{
	uint32_t rune = 0;
	const int back = character_of(frame, place->index, &rune);
	if (back > 0)
		cell->rune = RUNE_CONTINUATION;
	if (back != 0)
		return;
	const int width = rune_width(rune);
	if (width == 1)
		cell->rune = rune;
	if (width != 2)
		return;
	const Place next = bytes_place(frame, row, i + 1);
	if (i + 1 >= frame->layout.shown || next.kind != PLACE_BYTE) {
		cell->rune = RUNE_CUT;
		return;
	}
	cell->rune = rune;
	cell->wide = true;
	cell->marks |= bytes_marks(frame, &next, PANE_TEXT);
}

/* Draw the cell of byte i, and its neighbour's with a wide character. Returns how many
 * bytes are done. */
static unsigned draw_cell(const Frame *frame, Grid *grid, int row, unsigned i)
{
	const Place place = bytes_place(frame, row, i);
	const Style style = bytes_style(frame, &place);
	TextCell cell = {' ', bytes_marks(frame, &place, PANE_TEXT), false};
	if (place.kind == PLACE_EMPTY)
		return 1;
	if (style == STYLE_UNREADABLE) {
		cell.rune = '?';
	} else if (place.kind == PLACE_BYTE) {
		cell.rune = charset_rune(frame->charset, bytes_value(frame, place.index));
		if (frame->charset == TEXT_UTF8)
			utf8_cell(frame, row, i, &place, &cell);
	}
	grid_set(grid, row, layout_text_cell(&frame->layout, i), style, cell.marks,
		 cell.rune);
	return cell.wide ? 2 : 1;
}

static void put_cursor(const Frame *frame, Grid *grid, int row)
{
	for (unsigned i = 0; i < frame->layout.shown; i++) {
		const Place place = bytes_place(frame, row, i);
		if (bytes_marks(frame, &place, PANE_TEXT) & MARK_CURSOR) {
			grid->cursor_row = row;
			grid->cursor_col = layout_text_cell(&frame->layout, i);
		}
	}
}

void text_pane_draw(const Frame *frame, Grid *grid)
{
	const Layout *layout = &frame->layout;
	if (layout->text_col < 0)
		return;
	for (int row = 0; row < layout->body_rows; row++) {
		for (unsigned i = 0; i < layout->shown;)
			i += draw_cell(frame, grid, row, i);
		put_cursor(frame, grid, row);
	}
}
