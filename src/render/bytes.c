/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/bytes.h"

#include "mhex/byte_state.h"

static unsigned state_of(const Frame *frame, size_t index)
{
	return frame->states ? frame->states[index] : 0;
}

static bool is_cursor(const Frame *frame, size_t index)
{
	return frame->cursor >= frame->origin && frame->cursor - frame->origin == index;
}

Place bytes_place(const Frame *frame, int row, unsigned i)
{
	const Layout *layout = &frame->layout;
	const uint64_t column = (uint64_t)frame->first_column + i;
	const uint64_t cell = (uint64_t)row * layout->columns + column;
	Place place = {PLACE_EMPTY, 0};
	if (column >= layout->columns || cell < frame->phase)
		return place;
	const uint64_t index = cell - frame->phase;
	if (index < frame->count)
		place = (Place){PLACE_BYTE, (size_t)index};
	else if (index == frame->count && is_cursor(frame, (size_t)index) &&
		 frame->cursor >= frame->document_size)
		place = (Place){PLACE_APPEND, (size_t)index};
	return place;
}

bool bytes_readable(const Frame *frame, size_t index)
{
	return !(state_of(frame, index) & BYTE_UNREADABLE);
}

uint8_t bytes_value(const Frame *frame, size_t index)
{
	return state_of(frame, index) & BYTE_HALF_TYPED ? frame->half_typed
							: frame->bytes[index];
}

static Style byte_class(uint8_t byte)
{
	if (byte == 0x00)
		return STYLE_BYTE_ZERO;
	if (byte == 0x20 || (byte >= 0x09 && byte <= 0x0d))
		return STYLE_BYTE_SPACE;
	if (byte < 0x20 || byte == 0x7f)
		return STYLE_BYTE_CONTROL;
	if (byte < 0x7f)
		return STYLE_BYTE_PRINTABLE;
	return byte == 0xff ? STYLE_BYTE_FF : STYLE_BYTE_HIGH;
}

Style bytes_style(const Frame *frame, const Place *place)
{
	if (place->kind != PLACE_BYTE)
		return STYLE_NORMAL;
	if (!bytes_readable(frame, place->index) &&
	    !(state_of(frame, place->index) & BYTE_HALF_TYPED))
		return STYLE_UNREADABLE;
	return byte_class(bytes_value(frame, place->index));
}

Pane bytes_focus(const Frame *frame)
{
	return frame->layout.text_col < 0 ? PANE_HEX : frame->pane;
}

unsigned bytes_marks(const Frame *frame, const Place *place, Pane pane)
{
	static const struct {
		unsigned state, mark;
	} pairs[] = {
		{BYTE_MODIFIED, MARK_MODIFIED},     {BYTE_FOREIGN, MARK_FOREIGN},
		{BYTE_MATCHED, MARK_MATCHED},       {BYTE_SELECTED, MARK_SELECTED},
		{BYTE_HALF_TYPED, MARK_HALF_TYPED}, {BYTE_CONFLICT, MARK_CONFLICT},
	};
	unsigned marks = 0;
	if (place->kind == PLACE_EMPTY)
		return 0;
	if (place->kind == PLACE_BYTE) {
		const unsigned state = state_of(frame, place->index);
		for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
			marks |= state & pairs[i].state ? pairs[i].mark : 0;
		/* It says so itself, and differently without colours. */
		if (marks & MARK_CONFLICT)
			marks &= ~(unsigned)MARK_MODIFIED;
	}
	if (is_cursor(frame, place->index))
		marks |= pane == bytes_focus(frame) ? MARK_CURSOR : MARK_CURSOR_OTHER;
	return marks;
}
