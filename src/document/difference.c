/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/difference.h"

#include <stdlib.h>

/* ---- Side by side ---- */

bool difference_has_moves(const PieceTree *tree)
{
	const PieceSummary *sum = &tree->sum;
	if (sum->file_bytes == 0 || (sum->low == 0 && sum->high == 0))
		return false; /* all bytes of the file are in their places */
	Range run = piece_tree_next_modified(tree, 0);
	PieceCursor cursor;
	for (; run.length > 0; run = piece_tree_next_modified(tree, range_end(run))) {
		bool more = piece_cursor_seek(&cursor, tree, run.offset);
		while (more && cursor.offset < range_end(run)) {
			const Piece *piece = &cursor.piece;
			const uint64_t end = piece->offset + piece->length;
			if (piece->source == tree->file &&
			    piece_tree_next_modified(tree, piece->offset).offset < end)
				return true;
			more = piece_cursor_next(&cursor);
		}
	}
	return false;
}

void difference_walk(DifferenceWalk *walk, const Version *version,
		     const SourceTable *table)
{
	const PieceTree *tree = &version->tree;
	*walk = (DifferenceWalk){
		.tree = tree, .table = table, .covered = version->covered};
	walk->in_place =
		piece_tree_size(tree) == version->covered && !difference_has_moves(tree);
	walk->more = piece_cursor_seek(&walk->cursor, tree, 0);
}

uint64_t difference_skip(DifferenceWalk *walk, uint64_t offset)
{
	if (!walk->in_place || offset == 0 ||
	    !piece_cursor_seek(&walk->cursor, walk->tree, offset))
		return 0;
	walk->done = offset - walk->cursor.offset;
	walk->mine = offset;
	walk->theirs = offset;
	return offset;
}

/* The next part of a piece, resolved, and where it lies. */
static bool next_part(DifferenceWalk *walk, Piece *part, uint64_t *at)
{
	while (walk->more && walk->done == walk->cursor.piece.length) {
		walk->more = piece_cursor_next(&walk->cursor);
		walk->done = 0;
	}
	if (!walk->more)
		return false;
	const Piece rest = piece_part(&walk->cursor.piece, walk->done,
				      walk->cursor.piece.length - walk->done);
	*part = source_resolve(walk->table, &rest);
	*at = walk->cursor.offset + walk->done;
	walk->done += part->length;
	return true;
}

/* Does the next part of the file begin before this one ends? Then this one is a copy
 * from farther behind, and the order goes on without it. */
static bool is_overtaken(const DifferenceWalk *walk, const Piece *part)
{
	DifferenceWalk ahead = *walk;
	Piece next;
	uint64_t at = 0;
	while (next_part(&ahead, &next, &at)) {
		if (next.source == walk->tree->file)
			return next.offset >= walk->theirs &&
			       next.offset < part->offset + part->length;
	}
	return false;
}

static bool is_common(const DifferenceWalk *walk, const Piece *part, uint64_t at)
{
	if (part->source != walk->tree->file)
		return false;
	if (walk->in_place)
		return part->offset == at;
	return part->offset >= walk->theirs && !is_overtaken(walk, part);
}

bool difference_next(DifferenceWalk *walk, Difference *out)
{
	Piece part;
	uint64_t at = 0;
	while (next_part(walk, &part, &at)) {
		if (!is_common(walk, &part, at))
			continue;
		*out = (Difference){.mine = range_between(walk->mine, at),
				    .theirs = range_between(walk->theirs, part.offset)};
		out->alike = out->mine.length == out->theirs.length;
		walk->mine = at + part.length;
		walk->theirs = part.offset + part.length;
		if (out->mine.length > 0 || out->theirs.length > 0)
			return true;
	}
	if (walk->ended)
		return false;
	walk->ended = true;
	/* What was appended, or cut off, lies behind. */
	*out = (Difference){
		.mine = range_between(walk->mine, piece_tree_size(walk->tree)),
		.theirs = range_between(walk->theirs, walk->covered),
		.alike = true,
	};
	return out->mine.length > 0 || out->theirs.length > 0;
}

/* ---- What is lost ---- */

bool file_ranges_add(FileRanges *ranges, uint64_t begin, uint64_t end)
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

/* What the version has of the file, in the order in which it has it. */
static bool find_needed(const PieceTree *tree, const SourceTable *table,
			FileRanges *needed)
{
	PieceCursor cursor;
	bool more = piece_cursor_seek(&cursor, tree, 0);
	for (; more; more = piece_cursor_next(&cursor)) {
		for (uint64_t done = 0; done < cursor.piece.length;) {
			const Piece rest = piece_part(&cursor.piece, done,
						      cursor.piece.length - done);
			const Piece part = source_resolve(table, &rest);
			if (part.source == tree->file &&
			    !file_ranges_add(needed, part.offset,
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
static bool find_gaps(FileRanges *needed, FileRanges *lost, uint64_t *end)
{
	*end = 0;
	if (needed->count > 0)
		qsort(needed->items, needed->count, sizeof(Range), by_offset);
	for (size_t i = 0; i < needed->count; i++) {
		const Range range = needed->items[i];
		if (!file_ranges_add(lost, *end, range.offset))
			return false;
		if (range_end(range) > *end)
			*end = range_end(range);
	}
	return true;
}

bool difference_find_lost(const PieceTree *tree, const SourceTable *table, uint64_t size,
			  FileRanges *lost, uint64_t *needed)
{
	FileRanges ranges = {0};
	const bool found = find_needed(tree, table, &ranges) &&
			   find_gaps(&ranges, lost, needed) &&
			   file_ranges_add(lost, *needed, size);
	ARRAY_FREE(&ranges);
	if (!found)
		ARRAY_FREE(lost);
	return found;
}
