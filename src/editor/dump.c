/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "editor/editor_private.h"

/*
 * Bytes as text, in the formats of other tools: xxd, xxd -p, hexdump -Cv, xxd -i.
 * A byte that cannot be read is "??" in all of them.
 */

enum {
	CHUNK = 1 << 16, /* bytes read at once */
	ROW_XXD = 16,
	ROW_PLAIN = 30,
	ROW_C = 12,
	OFFSET_DIGITS = 8,  /* at least */
	ROW_TEXT_MAX = 160, /* characters that one row takes, and what follows the last */
};

/* One row: at most ROW_PLAIN bytes. */
typedef struct {
	uint64_t offset;
	const uint8_t *bytes;
	const uint8_t *states;  /* NULL: all can be read */
	const char (*pairs)[2]; /* of digits, for each value of a byte */
	size_t length;
	bool last;
} Row;

static char *put_char(char *out, char c)
{
	*out = c;
	return out + 1;
}

static char *put_text(char *out, const char *text)
{
	while (*text)
		*out++ = *text++;
	return out;
}

static char *put_byte(char *out, const Row *row, size_t i)
{
	const bool lost = row->states && (row->states[i] & BYTE_UNREADABLE);
	const char *pair = lost ? "??" : row->pairs[row->bytes[i]];
	out[0] = pair[0];
	out[1] = pair[1];
	return out + 2;
}

static char *put_offset(char *out, const Row *row, uint64_t offset)
{
	const char(*pairs)[2] = row->pairs;
	unsigned digits = OFFSET_DIGITS;
	while (digits < 2 * sizeof(offset) && offset >> (4 * digits))
		digits++;
	if (digits % 2)
		*out++ = pairs[offset >> (4 * --digits)][1];
	for (; digits > OFFSET_DIGITS; digits -= 2, out += 2)
		memcpy(out, pairs[offset >> (4 * digits - 8) & 0xff], 2);
	for (unsigned i = 0; i < OFFSET_DIGITS; i += 2)
		memcpy(out + i, pairs[offset >> (24 - 4 * i) & 0xff], 2);
	return out + OFFSET_DIGITS;
}

static char as_ascii(uint8_t byte)
{
	/* Without a branch, which random bytes would make expensive. */
	return (char)((uint8_t)(byte - ' ') < 0x7f - ' ' ? byte : '.');
}

static char *put_ascii(char *out, const Row *row)
{
	for (size_t i = 0; i < row->length; i++)
		out[i] = as_ascii(row->bytes[i]);
	for (size_t i = 0; row->states && i < row->length; i++) {
		if (row->states[i] & BYTE_UNREADABLE)
			out[i] = '?';
	}
	return out + row->length;
}

/* Most rows: a whole one without gaps, at the speed of memory. */
static char *put_whole_xxd(char *restrict out, const uint8_t *restrict bytes,
			   const char (*restrict pairs)[2])
{
	enum {
		HEX = ROW_XXD * 2 + ROW_XXD / 2 + 1
	};
	memset(out, ' ', HEX);
	for (size_t i = 0; i < ROW_XXD; i++)
		memcpy(out + i * 2 + i / 2, pairs[bytes[i]], 2);
	for (size_t i = 0; i < ROW_XXD; i++)
		out[HEX + i] = as_ascii(bytes[i]);
	out[HEX + ROW_XXD] = '\n';
	return out + HEX + ROW_XXD + 1;
}

/* 00000000: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF............ */
static char *put_xxd(char *out, const Row *row)
{
	out = put_offset(out, row, row->offset);
	out = put_text(out, ": ");
	if (row->length == ROW_XXD && !row->states)
		return put_whole_xxd(out, row->bytes, row->pairs);
	for (size_t i = 0; i < ROW_XXD; i++) {
		out = i < row->length ? put_byte(out, row, i) : put_text(out, "  ");
		if (i % 2 == 1)
			out = put_char(out, ' ');
	}
	out = put_char(out, ' ');
	out = put_ascii(out, row);
	return put_char(out, '\n');
}

static char *put_plain(char *out, const Row *row)
{
	for (size_t i = 0; i < row->length; i++)
		out = put_byte(out, row, i);
	return put_char(out, '\n');
}

/* 00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............| */
static char *put_hexdump(char *out, const Row *row)
{
	out = put_offset(out, row, row->offset);
	out = put_text(out, "  ");
	for (size_t i = 0; i < ROW_XXD; i++) {
		out = i < row->length ? put_byte(out, row, i) : put_text(out, "  ");
		out = put_text(out, i == ROW_XXD / 2 - 1 ? "  " : " ");
	}
	out = put_text(out, " |");
	out = put_ascii(out, row);
	out = put_text(out, "|\n");
	if (row->last) {
		out = put_offset(out, row, row->offset + row->length);
		out = put_char(out, '\n');
	}
	return out;
}

/*   0x7f, 0x45, 0x4c, 0x46 */
static char *put_c(char *out, const Row *row)
{
	out = put_char(out, ' ');
	for (size_t i = 0; i < row->length; i++) {
		out = put_text(out, " 0x");
		out = put_byte(out, row, i);
		if (i + 1 < row->length || !row->last)
			out = put_char(out, ',');
	}
	return put_char(out, '\n');
}

typedef struct {
	size_t columns;
	/* Returns where it ends, at most ROW_TEXT_MAX characters behind. */
	char *(*put)(char *out, const Row *row);
} Format;

/* In the order of DumpFormat. */
static const Format formats[] = {
	[DUMP_XXD] = {ROW_XXD, put_xxd},
	[DUMP_PLAIN] = {ROW_PLAIN, put_plain},
	[DUMP_HEXDUMP] = {ROW_XXD, put_hexdump},
	[DUMP_C] = {ROW_C, put_c},
};

/* What is read at once, and its text. */
typedef struct {
	uint8_t bytes[CHUNK];
	uint8_t states[CHUNK];
	char pairs[256][2];
	char text[CHUNK / ROW_C * ROW_TEXT_MAX];
} Chunk;

static void fill_pairs(char (*pairs)[2])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < 256; i++) {
		pairs[i][0] = digits[i >> 4];
		pairs[i][1] = digits[i & 0xf];
	}
}

static bool all_readable(const uint8_t *states, size_t length)
{
	uint8_t any = 0;
	for (size_t i = 0; i < length; i++)
		any |= states[i];
	return !(any & BYTE_UNREADABLE);
}

static MhexStatus dump_chunk(Editor *editor, const Format *format, Range range,
			     uint64_t end, Chunk *chunk, MhexError *err)
{
	const size_t length = (size_t)range.length;
	const MhexStatus status = document_read(editor_file(editor)->doc, range.offset,
						chunk->bytes, length, chunk->states, err);
	if (status)
		return status;
	const bool whole = all_readable(chunk->states, length);
	char *out = chunk->text;
	for (size_t at = 0; at < length; at += format->columns) {
		const size_t left = length - at;
		const Row row = {
			.offset = range.offset + at,
			.bytes = chunk->bytes + at,
			.states = whole ? NULL : chunk->states + at,
			.pairs = (const char(*)[2])chunk->pairs,
			.length = left < format->columns ? left : format->columns,
			.last = range.offset + at + format->columns >= end,
		};
		out = format->put(out, &row);
	}
	return editor_print_bytes(editor, chunk->text, (size_t)(out - chunk->text), err);
}

MhexStatus dump_print(Editor *editor, Range range, MhexError *err)
{
	const Format *format = &formats[editor->settings.dump];
	const uint64_t whole_rows = CHUNK - CHUNK % format->columns;
	const uint64_t end = range_end(range);
	Chunk *chunk = calloc(1, sizeof(*chunk));
	if (!chunk)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	fill_pairs(chunk->pairs);
	MhexStatus status = MHEX_OK;
	for (uint64_t at = range.offset; at < end && !status; at += whole_rows) {
		const Range part = range_intersect((Range){at, whole_rows}, range);
		status = dump_chunk(editor, format, part, end, chunk, err);
	}
	free(chunk);
	return status;
}
