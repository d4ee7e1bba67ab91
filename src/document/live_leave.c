/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From live to another access: older versions know the file as it was before it was
 * edited live, so it becomes a new source, and the old one an overlay with the old bytes.
 */

#include "document/live_private.h"
#include "document/succession.h"

static Piece find_in_origin(const void *context, Range at)
{
	const PieceTree *origin = context;
	PieceCursor cursor;
	uint64_t place = 0;
	if (!piece_cursor_seek(&cursor, origin, at.offset))
		return (Piece){at.offset, at.length, SOURCE_ID_LOST};
	return piece_cursor_clip(&cursor, at, &place);
}

/* The bytes of the file that are still those of the origin; for the others, any piece
 * that is not the file's. *out is empty at first. */
static bool untouched(const Document *doc, PieceTree *out)
{
	const PieceTree *origin = &doc->live->origin;
	PieceList list = {0};
	PieceCursor cursor;
	bool done = true;
	for (bool more = piece_cursor_seek(&cursor, origin, 0); more && done;
	     more = piece_cursor_next(&cursor)) {
		Piece piece = cursor.piece;
		if (piece.source != origin->file)
			piece = (Piece){cursor.offset, piece.length, SOURCE_ID_LOST};
		done = piece_list_add(&list, piece);
	}
	done = done && piece_tree_build(out, &list);
	piece_list_free(&list);
	return done;
}

static bool succeed(Document *doc, const PieceTree *holds)
{
	StorageRef *file = document_source(doc)->file;
	file->refs++;
	Source *source = source_new_file(file);
	if (!source)
		return false;
	Succession succession = {
		.table = source_table_retain(doc->stock->table),
		.source = source,
		.holds = holds,
		.born_size = doc->now.covered,
		.find = find_in_origin,
		.context = &doc->live->origin,
	};
	return document_succeed(doc, &succession);
}

bool live_leave(Document *doc)
{
	if (!doc->live || piece_tree_modified(&doc->live->origin) == 0)
		return true;
	PieceTree holds = piece_tree_empty(doc->stock->pool, doc->now.tree.file);
	PieceTree now = holds;
	/* The current version is the file as it is. */
	const bool done = live_cover(doc) && untouched(doc, &holds) &&
			  succeed(doc, &holds) && live_whole_file(doc, &now);
	piece_tree_release(&holds);
	if (!done)
		return false;
	piece_tree_release(&doc->now.tree);
	doc->now.tree = now;
	return true;
}
