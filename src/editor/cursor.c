/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/cursor.h"

#include <stddef.h>

const char *const movement_names[] = {
	"left",          "right",         "up",         "down",     "word-back",
	"word-forward",  "line-start",    "line-end",   "page-up",  "page-down",
	"half-up",       "half-down",     "file-start", "file-end", "screen-top",
	"screen-middle", "screen-bottom", NULL,
};

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

/* Offset and phase together may be more than 64 bits hold. */
uint64_t geometry_line(const Geometry *geometry, uint64_t offset)
{
	const uint64_t columns = geometry->columns;
	return offset / columns + (offset % columns + geometry->phase) / columns;
}

uint64_t geometry_line_start(const Geometry *geometry, uint64_t line)
{
	const uint64_t columns = geometry->columns;
	if (line == 0)
		return 0;
	return plus(times(line - 1, columns), columns - geometry->phase);
}

uint64_t geometry_last_line(const Geometry *geometry)
{
	return geometry_line(geometry, geometry->size);
}

/* The last byte there is; the append position when there is none. */
static uint64_t last_byte(const Geometry *geometry)
{
	return minus(geometry->size, 1);
}

/* Up keeps the column: in the first line there is nothing above. */
static uint64_t up(uint64_t offset, uint64_t lines, const Geometry *geometry)
{
	const uint64_t possible = geometry_line(geometry, offset);
	const uint64_t wanted = at_most(lines, possible);
	const uint64_t distance = times(wanted, geometry->columns);
	/* With a phase the first line has no bytes in its first places. */
	return minus(offset, distance);
}

static uint64_t down(uint64_t offset, uint64_t lines, const Geometry *geometry)
{
	const uint64_t here = geometry_line(geometry, offset);
	const uint64_t possible = minus(geometry_last_line(geometry), here);
	const uint64_t wanted = at_most(lines, possible);
	return at_most(plus(offset, times(wanted, geometry->columns)), geometry->size);
}

/* How far offset lies behind the start of its word. */
static uint64_t into_word(uint64_t offset, const Geometry *geometry)
{
	const uint64_t word = geometry->group;
	return (offset % word + geometry->phase % word) % word;
}

static uint64_t word_forward(uint64_t offset, uint64_t count, const Geometry *geometry)
{
	const uint64_t word = geometry->group;
	const uint64_t next = plus(offset, word - into_word(offset, geometry));
	return at_most(plus(next, times(minus(count, 1), word)), geometry->size);
}

static uint64_t word_back(uint64_t offset, uint64_t count, const Geometry *geometry)
{
	const uint64_t word = geometry->group;
	const uint64_t over = into_word(offset, geometry);
	const uint64_t start = minus(offset, over ? over : word);
	return minus(start, times(minus(count, 1), word));
}

static uint64_t line_end(uint64_t offset, const Geometry *geometry)
{
	const uint64_t next =
		geometry_line_start(geometry, geometry_line(geometry, offset) + 1);
	return at_most(minus(next, 1),
		       offset < geometry->size ? last_byte(geometry) : geometry->size);
}

static uint64_t screen_line(uint64_t index, const Geometry *geometry)
{
	const uint64_t line = at_most(plus(geometry->top_line, index),
				      geometry_line(geometry, last_byte(geometry)));
	return at_most(geometry_line_start(geometry, line), geometry->size);
}

static uint64_t in_file(uint64_t offset, Movement movement, uint64_t count,
			bool has_count, const Geometry *geometry)
{
	(void)offset;
	if (has_count)
		return at_most(count, geometry->size);
	return movement == MOVE_FILE_START ? 0 : last_byte(geometry);
}

uint64_t cursor_moved(uint64_t offset, Movement movement, uint64_t count, bool has_count,
		      const Geometry *geometry)
{
	const uint64_t half = geometry->rows > 1 ? geometry->rows / 2 : 1;
	switch (movement) {
	case MOVE_LEFT:
		return minus(offset, count);
	case MOVE_RIGHT:
		return at_most(plus(offset, count), geometry->size);
	case MOVE_UP:
		return up(offset, count, geometry);
	case MOVE_DOWN:
		return down(offset, count, geometry);
	case MOVE_WORD_BACK:
		return word_back(offset, count, geometry);
	case MOVE_WORD_FORWARD:
		return word_forward(offset, count, geometry);
	case MOVE_LINE_START:
		return geometry_line_start(geometry, geometry_line(geometry, offset));
	case MOVE_LINE_END:
		return line_end(offset, geometry);
	case MOVE_PAGE_UP:
		return up(offset, times(count, geometry->rows), geometry);
	case MOVE_PAGE_DOWN:
		return down(offset, times(count, geometry->rows), geometry);
	case MOVE_HALF_UP:
		return up(offset, times(count, half), geometry);
	case MOVE_HALF_DOWN:
		return down(offset, times(count, half), geometry);
	case MOVE_FILE_START:
	case MOVE_FILE_END:
		return in_file(offset, movement, count, has_count, geometry);
	case MOVE_SCREEN_TOP:
		return screen_line(0, geometry);
	case MOVE_SCREEN_MIDDLE:
		return screen_line((geometry->rows - 1) / 2, geometry);
	case MOVE_SCREEN_BOTTOM:
		return screen_line(geometry->rows - 1, geometry);
	}
	return offset;
}
