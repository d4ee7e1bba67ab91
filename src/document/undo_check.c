/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Do the steps of a history fit the file: can they be undone and redone to their ends,
 * and what does the file hold where they have changed it? */

#include "base/crc32c.h"
#include "document/difference.h"
#include "document/undo_private.h"

enum {
	BLOCK = 512,     /* bytes; what is next to a change is looked at too */
	ENDS = 64 << 10, /* of what is longer than two of these, only both ends are */
	CHUNK = 16 << 10,
};

/* ---- To the ends ---- */

static bool apply(PieceTree *tree, uint64_t offset, const PieceList *out,
		  const PieceList *in, bool *fits)
{
	const Range range = {offset, pieces_length(out->items, out->count)};
	const uint64_t length = pieces_length(in->items, in->count);
	const uint64_t size = piece_tree_size(tree);
	*fits = range_fits(range.offset, range.length, size) && length <= INT64_MAX &&
		size - range.length <= INT64_MAX - length;
	return !*fits || piece_tree_replace(tree, range, in->items, in->count);
}

/* False when out of memory. */
static bool go_back(PieceTree *tree, const UndoSteps *steps, bool *fits)
{
	for (size_t i = steps->undo; i-- > 0 && *fits;) {
		const UndoStep *step = &steps->steps.items[i];
		for (size_t j = step->count; j-- > 0 && *fits;) {
			const Change *change = &step->changes[j];
			if (!apply(tree, change->offset, &change->inserted,
				   &change->removed, fits))
				return false;
		}
	}
	return true;
}

static bool go_forward(PieceTree *tree, const UndoSteps *steps, bool *fits)
{
	for (size_t i = steps->undo; i < steps->steps.count && *fits; i++) {
		const UndoStep *step = &steps->steps.items[i];
		for (size_t j = 0; j < step->count && *fits; j++) {
			const Change *change = &step->changes[j];
			if (!apply(tree, change->offset, &change->removed,
				   &change->inserted, fits))
				return false;
		}
	}
	return true;
}

/* ---- The places ---- */

/* With the bytes next to it, in whole blocks. */
static bool add_place(FileRanges *places, uint64_t begin, uint64_t end, uint64_t size)
{
	begin = begin > 0 ? (begin - 1) / BLOCK * BLOCK : 0;
	end = end < size ? (end / BLOCK + 1) * BLOCK : size;
	if (end > size)
		end = size;
	return begin >= end || ARRAY_PUSH(places, range_between(begin, end));
}

static bool add_ends(FileRanges *places, Range range, uint64_t size)
{
	const uint64_t end = range_end(range);
	if (range.length <= 2 * (uint64_t)ENDS)
		return add_place(places, range.offset, end, size);
	return add_place(places, range.offset, range.offset + ENDS, size) &&
	       add_place(places, end - ENDS, end, size);
}

/* Bytes of the file that the tree does not have, and those where it has them in another
 * order. */
static bool add_places(const Document *doc, const PieceTree *tree, FileRanges *places)
{
	const uint64_t size = doc->now.covered;
	FileRanges lost = {0};
	uint64_t needed = 0;
	PieceCursor cursor;
	bool done = difference_find_lost(tree, doc->stock->table, size, &lost, &needed);
	for (size_t i = 0; done && i < lost.count; i++)
		done = add_ends(places, lost.items[i], size);
	ARRAY_FREE(&lost);
	bool more = piece_cursor_seek(&cursor, tree, 0);
	for (; done && more; more = piece_cursor_next(&cursor)) {
		const Piece *piece = &cursor.piece;
		const uint64_t end = piece->offset + piece->length;
		if (piece->source == tree->file)
			done = add_place(places, piece->offset, piece->offset, size) &&
			       add_place(places, end, end, size);
	}
	return done;
}

static int by_offset(const void *a, const void *b)
{
	const Range *left = a;
	const Range *right = b;
	return (left->offset > right->offset) - (left->offset < right->offset);
}

/* What cannot be read counts as zeroes. */
static uint32_t sum_range(Document *doc, uint32_t sum, Range range)
{
	uint8_t bytes[CHUNK], readable[CHUNK];
	while (range.length > 0) {
		const size_t part = range.length < CHUNK ? (size_t)range.length : CHUNK;
		memset(bytes, 0, part);
		(void)storage_read(document_storage(doc), range.offset, bytes, part,
				   readable, NULL);
		sum = crc32c(sum, bytes, part);
		range = (Range){range.offset + part, range.length - part};
	}
	return sum;
}

static uint32_t sum_places(Document *doc, FileRanges *places)
{
	uint32_t sum = 0;
	uint64_t at = 0;
	if (places->count > 0)
		qsort(places->items, places->count, sizeof(Range), by_offset);
	for (size_t i = 0; i < places->count; i++) {
		const uint64_t end = range_end(places->items[i]);
		const uint64_t begin =
			places->items[i].offset > at ? places->items[i].offset : at;
		if (begin >= end)
			continue;
		sum = sum_range(doc, sum, range_between(begin, end));
		at = end;
	}
	return sum;
}

/* ---- Both ---- */

static MhexStatus look(Document *doc, const UndoSteps *steps, FileRanges *places,
		       MhexError *err)
{
	bool fits = true;
	PieceTree back = piece_tree_empty(doc->stock->pool, doc->now.tree.file);
	const Piece whole = {0, doc->now.covered, doc->now.tree.file};
	bool done = piece_tree_replace(&back, (Range){0, 0}, &whole, whole.length > 0);
	PieceTree forward = piece_tree_retain(&back);
	done = done && go_back(&back, steps, &fits) && go_forward(&forward, steps, &fits);
	if (done && fits)
		done = add_place(places, 0, 0, whole.length) &&
		       add_place(places, whole.length, whole.length, whole.length) &&
		       add_places(doc, &back, places) &&
		       add_places(doc, &forward, places);
	piece_tree_release(&back);
	piece_tree_release(&forward);
	if (!done)
		return mhex_fail(err, MHEX_E_NOMEM, "no memory for the undo history");
	if (fits)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "its steps do not fit the file");
}

MhexStatus undo_check(Document *doc, const UndoSteps *steps, uint32_t *sum,
		      MhexError *err)
{
	FileRanges places = {0};
	const MhexStatus status = look(doc, steps, &places, err);
	if (!status)
		*sum = sum_places(doc, &places);
	ARRAY_FREE(&places);
	return status;
}
