/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_CURSOR_H
#define MHEX_EDITOR_CURSOR_H

#include <stdint.h>

#include "mhex/frame.h"

/*
 * Where the next byte goes, and every movement as a pure function of a cursor
 * and the geometry of the screen.
 */
typedef struct {
	uint64_t offset; /* 0 to size: size is "append" */
	int nibble;      /* hex pane: 0 or 1 */
	Pane pane;
} Cursor;

typedef struct {
	uint64_t size;     /* of the document */
	uint64_t columns;  /* bytes in a line, at least 1 */
	uint64_t rows;     /* lines on the screen, at least 1 */
	uint64_t phase;    /* empty places before the first byte, below columns */
	uint64_t top_line; /* first line on the screen */
	uint64_t group;    /* a word for "w" and "b", at least 1 */
} Geometry;

typedef enum {
	MOVE_LEFT,
	MOVE_RIGHT,
	MOVE_UP,
	MOVE_DOWN,
	MOVE_WORD_BACK,
	MOVE_WORD_FORWARD,
	MOVE_LINE_START,
	MOVE_LINE_END,
	MOVE_PAGE_UP,
	MOVE_PAGE_DOWN,
	MOVE_HALF_UP,
	MOVE_HALF_DOWN,
	MOVE_FILE_START,
	MOVE_FILE_END,
	MOVE_SCREEN_TOP,
	MOVE_SCREEN_MIDDLE,
	MOVE_SCREEN_BOTTOM,
} Movement;

/* Names in the order of Movement, NULL-terminated: "left", "page-down" ... */
extern const char *const movement_names[];

/* count is how often (1 without a count); with a count, file-start and file-end go to
 * that offset. Never leaves 0 .. size. */
uint64_t cursor_moved(uint64_t offset, Movement movement, uint64_t count, bool has_count,
		      const Geometry *geometry);

/* The line an offset lies in, and the first offset of a line. */
uint64_t geometry_line(const Geometry *geometry, uint64_t offset);
uint64_t geometry_line_start(const Geometry *geometry, uint64_t line);
/* Number of the last line that has something to show (the append position too). */
uint64_t geometry_last_line(const Geometry *geometry);

#endif
