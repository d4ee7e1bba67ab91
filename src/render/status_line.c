/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "render/draw.h"
#include "render/panes.h"
#include "render/rune.h"

/*
 *  NORMAL  PREVIEW  disk.img [+3]   0x00000010 (16)  0%   sel 0x20   7f 0111 1111 message
 *
 * What the screen is too narrow for is given up part by part, in a fixed order; the
 * access is shown in any case. A message that is too long all the same stands above.
 */

/* What is given up; bits. */
typedef enum {
	LESS_BINARY = 1 << 0,
	LESS_BYTE = 1 << 1,
	LESS_PERCENT = 1 << 2,
	LESS_DECIMAL = 1 << 3,
	LESS_NAME = 1 << 4,   /* 24 cells of it */
	LITTLE_NAME = 1 << 5, /* 8 */
	NO_NAME = 1 << 6,
	NO_SELECTION = 1 << 7,
	LESS_OFFSET = 1 << 8, /* without leading zeros */
	NO_OFFSET = 1 << 9,
	NO_COUNT = 1 << 10,  /* of modified bytes */
	TIGHT = 1 << 11,     /* one blank between the parts */
	LESS_MODE = 1 << 12, /* its first letter */
	LESS_ACCESS = 1 << 13,
	NO_MODE = 1 << 14,
} Economy;

/* Without a message: what moves the cursor's eye least goes first; access and mode
 * last. */
static const unsigned for_room[] = {
	LESS_NAME,   LESS_BINARY,  LESS_BYTE, LESS_PERCENT, LESS_DECIMAL,
	LITTLE_NAME, NO_SELECTION, NO_NAME,   LESS_OFFSET,  TIGHT,
	NO_COUNT,    LESS_MODE,    NO_OFFSET, LESS_ACCESS,  NO_MODE,
};

/* A message is read now, and everything else will be there again after it; but not at
 * the price of the access. */
static const unsigned for_message[] = {
	LESS_NAME,    LESS_BINARY, LESS_BYTE, LESS_PERCENT, LESS_DECIMAL,
	NO_SELECTION, LITTLE_NAME, NO_NAME,   LESS_OFFSET,  NO_OFFSET,
	NO_COUNT,     TIGHT,       LESS_MODE,
};

static const unsigned for_access[] = {LESS_ACCESS, NO_MODE};

typedef struct {
	Style style;
	int gap;   /* blanks before it */
	int limit; /* cells of the text that are shown, from its end; 0: all */
	const char *text;
} Part;

typedef struct {
	const char *message;
	unsigned economy; /* Economy bits */
	Part parts[12];
	size_t count, badges; /* the first parts are badges */
	char mode[32], access[16], modified[32], offset[64], percent[8], selection[40];
	char byte[24];
} StatusLine;

/* A badge ends with a blank of its own. */
static bool follows_badge(const StatusLine *line)
{
	const Style last =
		line->count > 0 ? line->parts[line->count - 1].style : STYLE_NORMAL;
	return last >= STYLE_STATUS_MODE && last <= STYLE_STATUS_LIVE;
}

static void add_part(StatusLine *line, Style style, int gap, int limit, const char *text)
{
	if (!text || !*text)
		return;
	if (gap > 1 && (line->economy & TIGHT || follows_badge(line)))
		gap = 1;
	line->parts[line->count++] = (Part){style, gap, limit, text};
}

static int part_width(const Part *part)
{
	const int width = rune_text_width(part->text, strlen(part->text));
	return part->limit > 0 && width > part->limit ? part->limit : width;
}

/* Of its first count parts. */
static int width_of(const StatusLine *line, size_t count)
{
	int width = 0;
	for (size_t i = 0; i < count; i++)
		width += line->parts[i].gap + part_width(&line->parts[i]);
	return width;
}

/* " NORMAL ": the mode and the access stand on a ground of their own. */
static void badge(const StatusLine *line, const char *word, bool letter, char *text,
		  size_t size)
{
	(void)snprintf(text, size, letter ? " %.1s%s" : " %.20s%s", word,
		       line->economy & TIGHT ? "" : " ");
}

static void add_badges(StatusLine *line, const Frame *frame)
{
	static const struct {
		const char *word;
		Style style;
	} accesses[] = {
		[ACCESS_VIEW] = {"VIEW", STYLE_STATUS_VIEW},
		[ACCESS_PREVIEW] = {"PREVIEW", STYLE_STATUS_PREVIEW},
		[ACCESS_LIVE] = {"LIVE", STYLE_STATUS_LIVE},
	};
	if (frame->mode && !(line->economy & NO_MODE)) {
		badge(line, frame->mode, line->economy & LESS_MODE, line->mode,
		      sizeof(line->mode));
		add_part(line, STYLE_STATUS_MODE, 0, 0, line->mode);
	}
	badge(line, accesses[frame->access].word, line->economy & LESS_ACCESS,
	      line->access, sizeof(line->access));
	add_part(line, accesses[frame->access].style, 0, 0, line->access);
}

static void add_name(StatusLine *line, const Frame *frame)
{
	int limit = 0;
	if (line->economy & LITTLE_NAME)
		limit = 8;
	else if (line->economy & LESS_NAME)
		limit = 24;
	if (!(line->economy & NO_NAME))
		add_part(line, STYLE_STATUS, 1, limit,
			 frame->name ? frame->name : "[no name]");
	if (!(line->economy & LESS_ACCESS))
		add_part(line, STYLE_STATUS, 1, 0, frame->sign);
	if (!frame->is_modified || line->economy & NO_COUNT)
		return;
	/* Nothing but deleted bytes is a change without a modified byte. */
	if (frame->modified_bytes > 0)
		(void)snprintf(line->modified, sizeof(line->modified), "[+%" PRIu64 "]",
			       frame->modified_bytes);
	else
		(void)snprintf(line->modified, sizeof(line->modified), "[+]");
	add_part(line, STYLE_STATUS, 1, 0, line->modified);
}

/* Of the way from the first to the last byte, rounded down. */
static unsigned percent(uint64_t cursor, uint64_t size)
{
	const uint64_t last = size > 1 ? size - 1 : 1;
	if (cursor >= last)
		return size > 0 ? 100 : 0;
	return (unsigned)(last > UINT64_MAX / 100 ? cursor / (last / 100)
						  : cursor * 100 / last);
}

static void add_offset(StatusLine *line, const Frame *frame)
{
	const int width = line->economy & LESS_OFFSET ? 1 : 8;
	const uint64_t offset = frame->cursor + frame->base;
	if (line->economy & NO_OFFSET)
		return;
	int length = snprintf(line->offset, sizeof(line->offset),
			      frame->upper_case ? "0x%0*" PRIX64 : "0x%0*" PRIx64, width,
			      offset);
	if (!(line->economy & LESS_DECIMAL))
		(void)snprintf(line->offset + length,
			       sizeof(line->offset) - (size_t)length, " (%" PRIu64 ")",
			       offset);
	add_part(line, STYLE_STATUS, 3, 0, line->offset);
	if (line->economy & LESS_PERCENT)
		return;
	(void)snprintf(line->percent, sizeof(line->percent), "%u%%",
		       percent(frame->cursor, frame->document_size));
	add_part(line, STYLE_STATUS, 2, 0, line->percent);
}

static void add_selection(StatusLine *line, const Frame *frame)
{
	if (frame->selection_length == 0 || line->economy & NO_SELECTION)
		return;
	(void)snprintf(line->selection, sizeof(line->selection),
		       frame->upper_case ? "sel 0x%" PRIX64 : "sel 0x%" PRIx64,
		       frame->selection_length);
	add_part(line, STYLE_STATUS, 3, 0, line->selection);
}

static void add_byte(StatusLine *line, const Frame *frame)
{
	const unsigned byte = frame->cursor_byte;
	if (line->economy & LESS_BYTE)
		return;
	if (frame->cursor >= frame->document_size) {
		add_part(line, STYLE_STATUS, 3, 0, "end");
		return;
	}
	if (!frame->cursor_readable) {
		add_part(line, STYLE_STATUS, 3, 0, "??");
		return;
	}
	int length = snprintf(line->byte, sizeof(line->byte),
			      frame->upper_case ? "%02X" : "%02x", byte);
	if (!(line->economy & LESS_BINARY)) {
		for (unsigned bit = 8; bit-- > 0;) {
			if (bit % 4 == 3)
				line->byte[length++] = ' ';
			line->byte[length++] = byte >> bit & 1 ? '1' : '0';
		}
		line->byte[length] = '\0';
	}
	add_part(line, STYLE_STATUS, 3, 0, line->byte);
}

static void build(StatusLine *line, const Frame *frame, unsigned economy)
{
	line->economy = economy;
	line->count = 0;
	add_badges(line, frame);
	line->badges = line->count;
	add_name(line, frame);
	add_offset(line, frame);
	add_selection(line, frame);
	add_byte(line, frame);
	add_part(line, STYLE_STATUS, 3, 0, frame->pending);
	add_part(line, STYLE_STATUS, 3, 0, frame->progress);
	add_part(line, frame->message_is_error ? STYLE_ERROR : STYLE_MESSAGE, 3, 0,
		 line->message);
}

static bool is_text(const char *text)
{
	return text && *text;
}

/* Gives up as little as makes it fit. False: it is still too long. */
static bool fit(StatusLine *line, const Frame *frame, int cols)
{
	const bool message = is_text(line->message) || is_text(frame->progress);
	const unsigned *order = message ? for_message : for_room;
	const size_t steps = message ? sizeof(for_message) / sizeof(*for_message)
				     : sizeof(for_room) / sizeof(*for_room);
	unsigned economy = 0;
	build(line, frame, economy);
	for (size_t i = 0; i < steps && width_of(line, line->count) > cols; i++) {
		economy |= order[i];
		build(line, frame, economy);
	}
	/* A message can be cut, the access cannot. */
	for (size_t i = 0; i < 2 && width_of(line, line->badges) > cols; i++) {
		economy |= for_access[i];
		build(line, frame, economy);
	}
	return width_of(line, line->count) <= cols;
}

bool status_line_draw(const Frame *frame, Grid *grid)
{
	const int row = frame->layout.status_row;
	StatusLine line = {.message = frame->message};
	int col = 0;
	bool told = true;
	if (!fit(&line, frame, grid->cols) && is_text(frame->message)) {
		told = false;
		line.message = NULL;
		(void)fit(&line, frame, grid->cols);
	}
	draw_blank(grid, row, 0, grid->cols, STYLE_STATUS);
	for (size_t i = 0; i < line.count; i++) {
		const Part *part = &line.parts[i];
		const int begin = col + part->gap;
		if (begin >= grid->cols)
			break;
		if (part->limit > 0 && begin + part_width(part) <= grid->cols)
			col = draw_text_end(grid, row, begin, begin + part_width(part),
					    part->style, part->text);
		else
			col = draw_text(grid, row, begin, grid->cols, part->style,
					part->text);
	}
	return told;
}
