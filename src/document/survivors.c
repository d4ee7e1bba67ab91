/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/survivors.h"

#include "document/document_private.h"

enum {
	WALK_MAX = 1 << 16, /* pieces */
	AHEAD_MAX = 64,     /* pieces that are looked at for where one has gone */
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Add a range, or make the last one longer. */
static bool add(Survivors *out, uint64_t was, uint64_t length, uint64_t now)
{
	if (length == 0)
		return true;
	if (out->count > 0) {
		Survivor *last = &out->items[out->count - 1];
		if (range_end(last->was) == was && last->now + last->was.length == now) {
			last->was.length += length;
			return true;
		}
	}
	const Survivor added = {{was, length}, now};
	return ARRAY_PUSH(out, added);
}

/* ---- the same at the beginning and at the end ---- */

/* False when there are too many pieces. */
static bool common_beginning(const PieceTree *old, const PieceTree *new, uint64_t *length)
{
	PieceCursor a, b;
	*length = 0;
	bool more = piece_cursor_seek(&a, old, 0) && piece_cursor_seek(&b, new, 0);
	for (size_t walked = 0; more; walked++) {
		const bool begun = *length == a.offset && *length == b.offset;
		const uint64_t same = begun ? piece_cursor_shared(&a, &b) : 0;
		if (same > 0) {
			*length += same;
			more = piece_cursor_seek(&a, old, *length) &&
			       piece_cursor_seek(&b, new, *length);
			continue;
		}
		const Piece left = piece_part(&a.piece, *length - a.offset, 0);
		const Piece right = piece_part(&b.piece, *length - b.offset, 0);
		if (left.source != right.source || left.offset != right.offset)
			return true;
		if (walked == WALK_MAX)
			return false;
		const uint64_t a_end = a.offset + a.piece.length;
		const uint64_t b_end = b.offset + b.piece.length;
		*length = smaller(a_end, b_end);
		if (a_end == *length)
			more = piece_cursor_next(&a);
		if (b_end == *length)
			more = piece_cursor_next(&b) && more;
	}
	return true;
}

/* At most limit bytes; false likewise. */
static bool common_end(const PieceTree *old, const PieceTree *new, uint64_t limit,
		       uint64_t *length)
{
	PieceCursor a, b;
	*length = 0;
	for (size_t walked = 0; *length < limit; walked++) {
		const uint64_t a_end = piece_tree_size(old) - *length;
		const uint64_t b_end = piece_tree_size(new) - *length;
		(void)piece_cursor_seek(&a, old, a_end - 1);
		(void)piece_cursor_seek(&b, new, b_end - 1);
		const uint64_t in_a = a_end - a.offset;
		const uint64_t in_b = b_end - b.offset;
		const bool whole = in_a == a.piece.length && in_b == b.piece.length;
		const uint64_t same =
			whole ? piece_cursor_shared_before(&a, &b, limit - *length) : 0;
		if (same > 0) {
			*length += same;
			continue;
		}
		if (a.piece.source != b.piece.source ||
		    a.piece.offset + in_a != b.piece.offset + in_b)
			return true;
		if (walked == WALK_MAX)
			return false;
		*length = smaller(limit, *length + smaller(in_a, in_b));
	}
	return true;
}

/* ---- what lies between ---- */

/* The pieces of the document there, as far as they are not used yet. */
typedef struct {
	PieceList pieces;
	size_t next;
	uint64_t skip; /* bytes of piece next that are used */
	uint64_t at;   /* where that piece begins in the document */
} Places;

/* Where is the first byte of wanted that the next pieces have? *skip: how many bytes of
 * wanted come before it, *length: how many follow there. */
static bool find_place(const Places *places, const Piece *wanted, uint64_t *skip,
		       uint64_t *length, size_t *index, uint64_t *at)
{
	uint64_t begin = places->at;
	bool found = false;
	const size_t count = places->pieces.count;
	for (size_t i = places->next; i < count && i < places->next + AHEAD_MAX; i++) {
		const Piece *piece = &places->pieces.items[i];
		const uint64_t used = i == places->next ? places->skip : 0;
		const uint64_t first = piece->offset + used;
		const uint64_t end = piece->offset + piece->length;
		const uint64_t from = first > wanted->offset ? first : wanted->offset;
		const uint64_t to = smaller(end, wanted->offset + wanted->length);
		if (piece->source == wanted->source && from < to &&
		    (!found || from - wanted->offset < *skip)) {
			found = true;
			*skip = from - wanted->offset;
			*length = to - from;
			*index = i;
			*at = begin;
		}
		if (found && *skip == 0)
			break;
		begin += piece->length;
	}
	return found;
}

/* Where the bytes of piece, which lies at was in the snapshot, are now. */
static bool follow_piece(Places *places, Piece piece, uint64_t was, Survivors *out)
{
	uint64_t skip = 0, length = 0, at = 0;
	size_t index = 0;
	while (piece.length > 0 &&
	       find_place(places, &piece, &skip, &length, &index, &at)) {
		const Piece *there = &places->pieces.items[index];
		const uint64_t inside = piece.offset + skip - there->offset;
		if (!add(out, was + skip, length, at + inside))
			return false;
		places->next = index;
		places->at = at;
		places->skip = inside + length;
		was += skip + length;
		piece = piece_part(&piece, skip + length, piece.length - skip - length);
	}
	return true;
}

/* old_range of old and new_range of new, which begin and end with other bytes. */
static bool follow(const PieceTree *old, Range old_range, const PieceTree *new,
		   Range new_range, Survivors *out)
{
	PieceList pieces = {0};
	Places places = {.at = new_range.offset};
	uint64_t was = old_range.offset;
	bool done = piece_tree_collect(old, old_range, &pieces) &&
		    piece_tree_collect(new, new_range, &places.pieces);
	for (size_t i = 0; i < pieces.count && done; i++) {
		done = follow_piece(&places, pieces.items[i], was, out);
		was += pieces.items[i].length;
	}
	piece_list_free(&pieces);
	piece_list_free(&places.pieces);
	return done;
}

/* ---- all of it ---- */

static MhexStatus too_many(MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED,
			 "the document has more than %d pieces to compare", WALK_MAX);
}

static bool is_large(const PieceTree *tree, Range range)
{
	PieceCursor cursor;
	size_t count = 0;
	bool more = piece_cursor_seek(&cursor, tree, range.offset);
	for (; more && cursor.offset < range_end(range);
	     more = piece_cursor_next(&cursor)) {
		if (++count > WALK_MAX)
			return true;
	}
	return false;
}

static MhexStatus compare(const PieceTree *old, const PieceTree *new, Survivors *out,
			  MhexError *err)
{
	uint64_t before = 0, behind = 0;
	const uint64_t was = piece_tree_size(old);
	const uint64_t is = piece_tree_size(new);
	if (!common_beginning(old, new, &before) ||
	    !common_end(old, new, smaller(was, is) - before, &behind))
		return too_many(err);
	const Range old_range = range_between(before, was - behind);
	const Range new_range = range_between(before, is - behind);
	bool done = add(out, 0, before, 0);
	if (old_range.length > 0 && new_range.length > 0) {
		if (is_large(old, old_range) || is_large(new, new_range))
			return too_many(err);
		done = done && follow(old, old_range, new, new_range, out);
	}
	if (!done || !add(out, was - behind, behind, is - behind))
		return document_no_memory(err);
	return MHEX_OK;
}

/* After a save the old version is told in pieces of the new file. */
static bool renew(Snapshot *snapshot, Document *doc)
{
	Version version;
	if (snapshot->version.tree.file == doc->now.tree.file)
		return true;
	if (!document_bring_up(doc, &snapshot->version, &version))
		return false;
	version_release(&snapshot->version);
	source_table_release(snapshot->table);
	snapshot->version = version;
	snapshot->table = source_table_retain(doc->stock->table);
	return true;
}

MhexStatus snapshot_survivors(Snapshot *snapshot, Document *doc, Survivors *out,
			      MhexError *err)
{
	*out = (Survivors){0};
	if (!renew(snapshot, doc))
		return document_no_memory(err);
	return compare(&snapshot->version.tree, &doc->now.tree, out, err);
}
