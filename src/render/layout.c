/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/layout.h"

#include <stddef.h>

enum {
	CELLS_MAX = 65535,    /* of a terminal: its window size is an unsigned short */
	OFFSET_DIGITS = 8,    /* at least */
	BODY_BEFORE_REST = 3, /* rows of bytes that the hint and the inspector leave */
	COLUMNS_UNSEEN = 16,  /* bytes per line of a screen too small for one */
};

/* What may stand beside the hex column, from the most to the least. */
typedef struct {
	bool offsets, text;
	bool margin, bar; /* a blank before the offset, a bar behind the text */
} Sides;
static const Sides sides_table[] = {
	{true, true, true, true},
	{false, true, true, true},
	{false, false, true, true},
};
enum {
	SIDES = sizeof(sides_table) / sizeof(sides_table[0])
};

static int clamp(int value, int low, int high)
{
	if (value < low)
		return low;
	return value > high ? high : value;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static int offset_digits(const LayoutWish *wish)
{
	const unsigned radix = wish->decimal_offsets ? 10 : 16;
	int digits = 0;
	for (uint64_t rest = wish->largest_offset; rest > 0; rest /= radix)
		digits++;
	return digits < OFFSET_DIGITS ? OFFSET_DIGITS : digits;
}

/* Gaps before shown byte i. With a group of one byte its own blank is the gap. */
static unsigned gaps_before(unsigned group, unsigned i)
{
	return group > 1 ? i / group : 0;
}

/* Cells before the hex column: a blank, the offset, two blanks. */
static int lead_width(const Sides *sides, int digits, int cols)
{
	if (sides->offsets)
		return sides->margin + digits + 2;
	return cols > 2 ? 1 : 0;
}

/* The most bytes of a line that fit, at most limit. */
static unsigned bytes_that_fit(const LayoutWish *wish, const Sides *sides, int digits,
			       unsigned limit)
{
	const int cols = clamp(wish->cols, 1, CELLS_MAX);
	const int beside = sides->text ? 3 + sides->bar : 0;
	const int room = cols - lead_width(sides, digits, cols) - beside;
	if (room < 2)
		return 0;
	/* Each takes two digits, a blank (but the last) and its cell of text. */
	const unsigned each = sides->text ? 4 : 3;
	unsigned n = least(limit, ((unsigned)room + 1) / each);
	while (n > 0 && each * n - 1 + gaps_before(wish->group, n - 1) > (unsigned)room)
		n--;
	return n;
}

/* For columns=auto: as many whole groups as fit, else a half of a group, a quarter... */
static unsigned round_to_groups(unsigned n, unsigned group)
{
	const unsigned unit = group > 0 ? group : 8;
	if (n >= unit)
		return n - n % unit;
	unsigned part = 1;
	while (part * 2 <= n)
		part *= 2;
	return n > 0 ? part : 0;
}

static unsigned bytes_shown(const LayoutWish *wish, const Sides *sides, int digits)
{
	if (wish->columns > 0)
		return bytes_that_fit(wish, sides, digits, wish->columns);
	const unsigned fit = bytes_that_fit(wish, sides, digits, CELLS_MAX);
	return round_to_groups(fit, wish->group);
}

/* Where one or two cells more make room for another group, or for the whole line, the
 * ornaments go: with offsets of eleven digits 80 columns still hold 16 bytes. */
static Sides tightened(const LayoutWish *wish, const Sides *roomy, int digits)
{
	enum {
		WORTH_IT = 4 /* bytes */
	};
	const unsigned shown = bytes_shown(wish, roomy, digits);
	Sides sides = *roomy;
	for (int i = 0; i < 2; i++) {
		sides.margin = i == 0;
		sides.bar = false;
		const unsigned more = bytes_shown(wish, &sides, digits);
		if (more >= shown + WORTH_IT || (more > shown && more == wish->columns))
			return sides;
	}
	return *roomy;
}

/* Offsets and text are worth having beside four bytes; on a smaller screen they give
 * way, the offsets first: the status line says the offset too. False: not one byte fits.
 */
static bool choose_sides(const LayoutWish *wish, int digits, Sides *sides)
{
	for (unsigned enough = 4; enough > 0; enough /= 2) {
		const unsigned want =
			wish->columns > 0 ? least(enough, wish->columns) : enough;
		for (int i = 0; i < SIDES; i++) {
			if (bytes_shown(wish, &sides_table[i], digits) < want)
				continue;
			*sides = tightened(wish, &sides_table[i], digits);
			return true;
		}
	}
	return false;
}

static void place_columns(const LayoutWish *wish, Layout *layout)
{
	const int digits = offset_digits(wish);
	Sides sides;
	if (!choose_sides(wish, digits, &sides)) {
		layout->too_small = true;
		return;
	}
	layout->shown = bytes_shown(wish, &sides, digits);
	layout->columns = wish->columns > 0 ? wish->columns : layout->shown;
	layout->hex_col = lead_width(&sides, digits, layout->cols);
	if (sides.offsets) {
		layout->offset_col = sides.margin;
		layout->offset_width = digits;
	}
	/* Two blanks and a bar after the last byte. */
	if (sides.text)
		layout->text_col = layout_hex_cell(layout, layout->shown - 1) + 2 + 3;
}

static void place_rows(const LayoutWish *wish, Layout *layout)
{
	layout->status_row = layout->rows - 1;
	if (layout->rows < 2) {
		layout->too_small = true;
		return;
	}
	int free_row = layout->status_row;
	if (wish->hint && free_row > BODY_BEFORE_REST)
		layout->hint_row = --free_row;
	layout->inspector_rows = clamp(wish->inspector_rows, 0,
				       clamp(free_row - BODY_BEFORE_REST, 0, CELLS_MAX));
	layout->inspector_row = free_row - layout->inspector_rows;
	layout->body_rows = layout->inspector_row;
}

void layout_compute(const LayoutWish *wish, Layout *layout)
{
	*layout = (Layout){
		.rows = clamp(wish->rows, 1, CELLS_MAX),
		.cols = clamp(wish->cols, 1, CELLS_MAX),
		.columns = wish->columns > 0 ? wish->columns : COLUMNS_UNSEEN,
		.shown = 1,
		.group = wish->group,
		.text_col = -1,
		.body_rows = 1,
		.hint_row = -1,
		.decimal_offsets = wish->decimal_offsets,
	};
	place_columns(wish, layout);
	place_rows(wish, layout);
}

int layout_hex_cell(const Layout *layout, unsigned i)
{
	return layout->hex_col + (int)(3 * i + gaps_before(layout->group, i));
}

int layout_text_cell(const Layout *layout, unsigned i)
{
	return layout->text_col + (int)i;
}

/* The byte whose digits, or the gap after them, lie at col. */
static unsigned byte_at_cell(const Layout *layout, int col)
{
	unsigned i = (unsigned)(col - layout->hex_col) / 3;
	if (i >= layout->shown)
		i = layout->shown - 1;
	while (i > 0 && layout_hex_cell(layout, i) > col)
		i--;
	return i;
}

LayoutPane layout_hit(const Layout *layout, int cell_row, int cell_col, int *row,
		      unsigned *index, int *nibble)
{
	if (layout->too_small || cell_row < 0 || cell_row >= layout->body_rows)
		return LAYOUT_NOWHERE;
	const int hex_end = layout_hex_cell(layout, layout->shown - 1) + 3;
	if (cell_col >= layout->hex_col && cell_col < hex_end) {
		*row = cell_row;
		*index = byte_at_cell(layout, cell_col);
		*nibble = cell_col > layout_hex_cell(layout, *index);
		return LAYOUT_HEX;
	}
	const int text_cell = cell_col - layout->text_col;
	if (layout->text_col >= 0 && text_cell >= 0 && text_cell < (int)layout->shown) {
		*row = cell_row;
		*index = (unsigned)text_cell;
		*nibble = 0;
		return LAYOUT_TEXT;
	}
	return LAYOUT_NOWHERE;
}

unsigned layout_scroll(const Layout *layout, unsigned first, unsigned column)
{
	if (layout->shown >= layout->columns)
		return 0;
	const unsigned step =
		layout->group > 1 && layout->shown >= layout->group ? layout->group : 1;
	const unsigned hidden = layout->columns - layout->shown;
	const unsigned last = (hidden + step - 1) / step * step;
	first = least(first, last) / step * step;
	if (column < first)
		return column / step * step;
	if (column >= first + layout->shown)
		return (column - layout->shown + step) / step * step;
	return first;
}
