/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_FRAME_H
#define MHEX_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/access.h"
#include "mhex/byte_state.h"
#include "mhex/layout.h"

/*
 * Everything the screen shows, copied out of the editor by editor_frame(). Plain
 * data: a test can write one by hand.
 */
typedef enum {
	TEXT_ASCII,
	TEXT_LATIN1,
	TEXT_CP437,
	TEXT_EBCDIC,
	TEXT_UTF8
} TextCharset;
typedef enum {
	PANE_HEX,
	PANE_TEXT
} Pane;

enum {
	FRAME_CONTEXT = 4
}; /* bytes around the screen, for characters cut by its ends */

/* Cells of a line. */
typedef struct {
	int begin, length;
} FrameSpan;

/* Lines over the bytes: help, lists, completions. */
typedef struct {
	const char *title;        /* NULL: no popup */
	const char *const *lines; /* borrowed for the frame's life */
	size_t count;
	/* A long list: lines holds only window of them, from number first on; the rest is
	 * blank. window 0: all are there. */
	size_t first, window;
	const FrameSpan (*matched)[2]; /* beside lines: what is a match; or NULL */
	const char *place;  /* "3 of 12"; NULL: the last line shown, if not all are */
	size_t top;         /* first line shown */
	size_t selected;    /* SIZE_MAX: none */
	const char *footer; /* keys that work here, or NULL */
	bool at_bottom;     /* completions: above the prompt, as small as they are */
} FramePopup;

typedef struct {
	const char *name;
	const char *value;
} FrameInspectorItem;

typedef struct {
	Layout layout;
	uint64_t origin; /* document offset of bytes[0] */
	uint64_t document_size;
	uint64_t base;         /* added to the offsets shown */
	unsigned first_column; /* scrolled sideways: index of the first shown byte of a
				  line; from layout_scroll() */
	unsigned phase; /* cells left empty at the start of line 0 (origin lies there) */
	/* layout.body_rows lines of layout.columns bytes. bytes[0] is the byte of the
	 * first line's cell number phase; count of them exist (fewer at the document's
	 * end). */
	const uint8_t *bytes;
	const uint8_t *states; /* ByteState bits */
	size_t count;
	/* Bytes around those, in document order: before[before_count - 1] stands directly
	 * before bytes[0], after[0] directly behind the last. */
	uint8_t before[FRAME_CONTEXT], after[FRAME_CONTEXT];
	unsigned before_count, after_count;

	uint64_t cursor; /* may be document_size: append */
	Pane pane;
	int nibble;         /* 0 or 1: which digit the cursor is on */
	uint8_t half_typed; /* the byte as shown at the cursor when its state is
			       BYTE_HALF_TYPED */
	TextCharset charset;
	bool upper_case; /* hex digits */

	/* Status line; strings are UTF-8 without control characters (escaped). */
	const char *mode; /* "NORMAL" */
	Access access;
	const char *name; /* file's name */
	const char *sign; /* that stays: "[gone]"; NULL or "": none */
	uint64_t modified_bytes;
	bool is_modified;
	uint64_t selection_length; /* 0: none */
	bool cursor_readable;
	uint8_t cursor_byte; /* when cursor < document_size */
	const char *message; /* NULL or "": none */
	bool message_is_error;
	const char *pending;  /* keys typed so far: "12g" */
	const char *progress; /* running job: "searching 12% [#.......], Ctrl-C stops" */

	/* The line being typed, instead of the status line, drawn as it is (with the ':'
	 * that it begins with); NULL: none. A message is then shown above it. */
	const char *prompt;
	size_t prompt_cursor; /* byte index */
	/* A line with a fault, above the status line; caret (a byte index into it) < 0:
	 * none. */
	const char *fault_line;
	int fault_caret;

	const FrameInspectorItem *inspector;
	size_t inspector_count;
	const char *hint;
	FramePopup popup;
} Frame;

#endif
