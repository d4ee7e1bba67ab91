/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which bytes of the file will be nowhere when the save is done? */

#include <inttypes.h>
#include <stdlib.h>

#include "document/save_private.h"

bool save_add_range(SaveRanges *ranges, uint64_t begin, uint64_t end)
{
	if (begin >= end)
		return true;
	if (ranges->count > 0) {
		Range *last = &ranges->items[ranges->count - 1];
		if (range_end(*last) == begin) {
			last->length += end - begin;
			return true;
		}
	}
	return ARRAY_PUSH(ranges, range_between(begin, end));
}

/* What the new version has of the file, in the order in which it has it. */
static bool find_needed(const Save *save, SaveRanges *needed)
{
	const SourceTable *table = save->snapshot->table;
	PieceCursor cursor;
	bool more = piece_cursor_seek(&cursor, save_tree(save), 0);
	for (; more; more = piece_cursor_next(&cursor)) {
		for (uint64_t done = 0; done < cursor.piece.length;) {
			const Piece rest = piece_part(&cursor.piece, done,
						      cursor.piece.length - done);
			const Piece part = source_resolve(table, &rest);
			if (save_is_own(save, &part) &&
			    !save_add_range(needed, part.offset,
					    part.offset + part.length))
				return false;
			done += part.length;
		}
	}
	return true;
}

static int by_offset(const void *a, const void *b)
{
	const Range *left = a;
	const Range *right = b;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* The gaps between the sorted ranges of needed; *end is where these end. */
static bool find_gaps(SaveRanges *needed, SaveRanges *lost, uint64_t *end)
{
	*end = 0;
	if (needed->count > 0)
		qsort(needed->items, needed->count, sizeof(Range), by_offset);
	for (size_t i = 0; i < needed->count; i++) {
		const Range range = needed->items[i];
		if (!save_add_range(lost, *end, range.offset))
			return false;
		if (range_end(range) > *end)
			*end = range_end(range);
	}
	return true;
}

MhexStatus save_find_lost(const Save *save, SaveRanges *lost, MhexError *err)
{
	const uint64_t size = storage_size(save->file);
	uint64_t behind = 0; /* all that is needed */
	SaveRanges needed = {0};
	const bool found = find_needed(save, &needed) &&
			   find_gaps(&needed, lost, &behind) &&
			   save_add_range(lost, behind, size);
	ARRAY_FREE(&needed);
	if (found && behind <= size)
		return MHEX_OK;
	ARRAY_FREE(lost);
	if (!found)
		return document_no_memory(err);
	return mhex_fail(err, MHEX_E_SHRUNK,
			 "%s: the file was cut to 0x%" PRIx64
			 ", the document needs its bytes up to 0x%" PRIx64,
			 save->path, size, behind);
}
