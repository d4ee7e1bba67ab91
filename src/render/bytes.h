/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RENDER_BYTES_H
#define MHEX_RENDER_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/frame.h"
#include "mhex/grid.h"

/* The bytes of a frame as the hex and the text column see them. */

typedef enum {
	PLACE_EMPTY,  /* before the first byte, behind the last, behind the line */
	PLACE_BYTE,   /* bytes[index] */
	PLACE_APPEND, /* behind the document's last byte, and the cursor is there */
} PlaceKind;

typedef struct {
	PlaceKind kind;
	size_t index;
} Place;

/* What cell i of a line shows. */
Place bytes_place(const Frame *frame, int row, unsigned i);

/* The byte as it is shown: the half-typed one counts. */
uint8_t bytes_value(const Frame *frame, size_t index);
bool bytes_readable(const Frame *frame, size_t index);

/* Class of the byte; STYLE_NORMAL for a place without one. */
Style bytes_style(const Frame *frame, const Place *place);
/* Mark bits of a place in a column. */
unsigned bytes_marks(const Frame *frame, const Place *place, Pane pane);

/* The column that has the focus: the hex column where there is no other. */
Pane bytes_focus(const Frame *frame);

#endif
