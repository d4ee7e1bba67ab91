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
	CHUNK = 1 << 16, /* bytes read at once, a multiple of no row: see rows_in() */
	ROW_XXD = 16,
	ROW_PLAIN = 30,
	ROW_C = 12,
};

/* One row: at most ROW_PLAIN bytes. */
typedef struct {
	uint64_t offset;
	const uint8_t *bytes;
	const uint8_t *states;
	size_t length;
	bool last;
} Row;

static void add_byte(StrBuf *out, const Row *row, size_t i)
{
	static const char digits[] = "0123456789abcdef";
	if (row->states[i] & BYTE_UNREADABLE) {
		strbuf_add_text(out, "??");
		return;
	}
	const char text[2] = {digits[row->bytes[i] >> 4], digits[row->bytes[i] & 0xf]};
	strbuf_add(out, text, sizeof(text));
}

static void add_ascii(StrBuf *out, const Row *row)
{
	char text[ROW_XXD];
	for (size_t i = 0; i < row->length; i++) {
		const bool printable = row->bytes[i] >= ' ' && row->bytes[i] < 0x7f;
		text[i] = '.';
		if (row->states[i] & BYTE_UNREADABLE)
			text[i] = '?';
		else if (printable)
			text[i] = (char)row->bytes[i];
	}
	strbuf_add(out, text, row->length);
}

/* 00000000: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF............ */
static void add_xxd(StrBuf *out, const Row *row)
{
	strbuf_printf(out, "%08" PRIx64 ": ", row->offset);
	for (size_t i = 0; i < ROW_XXD; i++) {
		if (i < row->length)
			add_byte(out, row, i);
		else
			strbuf_add_text(out, "  ");
		if (i % 2 == 1)
			strbuf_add_char(out, ' ');
	}
	strbuf_add_char(out, ' ');
	add_ascii(out, row);
	strbuf_add_char(out, '\n');
}

static void add_plain(StrBuf *out, const Row *row)
{
	for (size_t i = 0; i < row->length; i++)
		add_byte(out, row, i);
	strbuf_add_char(out, '\n');
}

/* 00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............| */
static void add_hexdump(StrBuf *out, const Row *row)
{
	strbuf_printf(out, "%08" PRIx64 "  ", row->offset);
	for (size_t i = 0; i < ROW_XXD; i++) {
		if (i < row->length)
			add_byte(out, row, i);
		else
			strbuf_add_text(out, "  ");
		strbuf_add_text(out, i == ROW_XXD / 2 - 1 ? "  " : " ");
	}
	strbuf_add_text(out, " |");
	add_ascii(out, row);
	strbuf_add_text(out, "|\n");
	if (row->last)
		strbuf_printf(out, "%08" PRIx64 "\n", row->offset + row->length);
}

/*   0x7f, 0x45, 0x4c, 0x46 */
static void add_c(StrBuf *out, const Row *row)
{
	strbuf_add_char(out, ' ');
	for (size_t i = 0; i < row->length; i++) {
		strbuf_add_text(out, " 0x");
		add_byte(out, row, i);
		if (i + 1 < row->length || !row->last)
			strbuf_add_char(out, ',');
	}
	strbuf_add_char(out, '\n');
}

typedef struct {
	size_t columns;
	void (*add)(StrBuf *out, const Row *row);
} Format;

/* In the order of DumpFormat. */
static const Format formats[] = {
	[DUMP_XXD] = {ROW_XXD, add_xxd},
	[DUMP_PLAIN] = {ROW_PLAIN, add_plain},
	[DUMP_HEXDUMP] = {ROW_XXD, add_hexdump},
	[DUMP_C] = {ROW_C, add_c},
};

/* What is read at once. */
typedef struct {
	uint8_t bytes[CHUNK];
	uint8_t states[CHUNK];
	StrBuf text;
} Chunk;

static MhexStatus dump_chunk(Editor *editor, const Format *format, Range range,
			     uint64_t end, Chunk *chunk, MhexError *err)
{
	const size_t length = (size_t)range.length;
	const MhexStatus status = document_read(editor_file(editor)->doc, range.offset,
						chunk->bytes, length, chunk->states, err);
	if (status)
		return status;
	strbuf_clear(&chunk->text);
	for (size_t at = 0; at < length; at += format->columns) {
		const size_t left = length - at;
		const Row row = {
			.offset = range.offset + at,
			.bytes = chunk->bytes + at,
			.states = chunk->states + at,
			.length = left < format->columns ? left : format->columns,
			.last = range.offset + at + format->columns >= end,
		};
		format->add(&chunk->text, &row);
	}
	if (chunk->text.failed)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	return editor_print_bytes(editor, strbuf_text(&chunk->text), chunk->text.length,
				  err);
}

MhexStatus dump_print(Editor *editor, Range range, MhexError *err)
{
	const Format *format = &formats[editor->settings.dump];
	const uint64_t whole_rows = CHUNK - CHUNK % format->columns;
	const uint64_t end = range_end(range);
	Chunk *chunk = calloc(1, sizeof(*chunk));
	if (!chunk)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	MhexStatus status = MHEX_OK;
	for (uint64_t at = range.offset; at < end && !status; at += whole_rows) {
		const Range part = range_intersect((Range){at, whole_rows}, range);
		status = dump_chunk(editor, format, part, end, chunk, err);
	}
	strbuf_free(&chunk->text);
	free(chunk);
	return status;
}
