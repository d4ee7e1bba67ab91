/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/survivors.h"

#include "document/document_private.h"

enum {
	WALK_MAX = 1 << 17, /* pieces: some milliseconds */
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

/* Of the two versions, up to where both end with the same. */
typedef struct {
	const PieceTree *old, *new;
	uint64_t old_end, new_end;
	size_t walked; /* pieces that were looked at */
} Walk;

/* How many bytes from was and now on are the same in both. Whatever they share is passed
 * over at once. False when there are too many pieces. */
static bool common_run(Walk *walk, uint64_t was, uint64_t now, uint64_t *length)
{
	PieceCursor a, b;
	const uint64_t limit = smaller(walk->old_end - was, walk->new_end - now);
	uint64_t done = 0;
	bool more = piece_cursor_seek(&a, walk->old, was) &&
		    piece_cursor_seek(&b, walk->new, now);
	while (more && done < limit) {
		const uint64_t in_a = was + done - a.offset;
		const uint64_t in_b = now + done - b.offset;
		const bool begun = in_a == 0 && in_b == 0;
		const uint64_t same = begun ? piece_cursor_shared(&a, &b) : 0;
		if (same > 0) {
			done += same;
			more = piece_cursor_seek(&a, walk->old, was + done) &&
			       piece_cursor_seek(&b, walk->new, now + done);
			continue;
		}
		if (a.piece.source != b.piece.source ||
		    a.piece.offset + in_a != b.piece.offset + in_b)
			break;
		if (walk->walked++ == WALK_MAX)
			return false;
		const uint64_t left_a = a.piece.length - in_a;
		const uint64_t left_b = b.piece.length - in_b;
		done += smaller(left_a, left_b);
		if (left_a <= left_b)
			more = piece_cursor_next(&a);
		if (left_b <= left_a)
			more = piece_cursor_next(&b) && more;
	}
	*length = smaller(done, limit);
	return true;
}

/* At most limit bytes; false likewise. */
static bool common_end(Walk *walk, uint64_t limit, uint64_t *length)
{
	PieceCursor a, b;
	const PieceTree *old = walk->old;
	const PieceTree *new = walk->new;
	*length = 0;
	while (*length < limit) {
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
		if (walk->walked++ == WALK_MAX)
			return false;
		*length = smaller(limit, *length + smaller(in_a, in_b));
	}
	return true;
}

/* ---- what lies between ---- */

/* The next pieces of the document, and where the first of them begins in it. */
typedef struct {
	Piece pieces[AHEAD_MAX];
	size_t count;
	uint64_t at;
} Places;

static void look_ahead(const Walk *walk, uint64_t now, Places *places)
{
	PieceCursor cursor;
	const Range rest = range_between(now, walk->new_end);
	bool more = piece_cursor_seek(&cursor, walk->new, now);
	places->count = 0;
	places->at = now;
	for (; more && cursor.offset < walk->new_end && places->count < AHEAD_MAX;
	     more = piece_cursor_next(&cursor)) {
		uint64_t at = 0;
		places->pieces[places->count++] = piece_cursor_clip(&cursor, rest, &at);
	}
}

/* Where both have the same again. */
typedef struct {
	uint64_t was, now;
	bool found;
} Meeting;

/* The first byte of wanted, which lies at was, that these pieces have. */
static Meeting find_place(const Places *places, const Piece *wanted, uint64_t was)
{
	Meeting meeting = {.found = false};
	uint64_t begin = places->at;
	for (size_t i = 0; i < places->count; i++) {
		const Piece *piece = &places->pieces[i];
		const uint64_t from =
			piece->offset > wanted->offset ? piece->offset : wanted->offset;
		const uint64_t end = smaller(piece->offset + piece->length,
					     wanted->offset + wanted->length);
		const uint64_t at = was + (from - wanted->offset);
		if (piece->source == wanted->source && from < end &&
		    (!meeting.found || at < meeting.was))
			meeting = (Meeting){at, begin + (from - piece->offset), true};
		begin += piece->length;
	}
	return meeting;
}

/* Bytes that were put in place of many matches lie in many places. Those of the file do
 * not, so they are looked for first, among the next pieces. */
static bool find_meeting(Walk *walk, uint64_t was, uint64_t now, Meeting *out)
{
	Places places;
	PieceCursor cursor;
	Meeting any = {.found = false};
	const Range rest = range_between(was, walk->old_end);
	look_ahead(walk, now, &places);
	*out = any;
	bool more = piece_cursor_seek(&cursor, walk->old, was);
	for (size_t i = 0; more && cursor.offset < walk->old_end; i++) {
		uint64_t at = 0;
		const Piece piece = piece_cursor_clip(&cursor, rest, &at);
		const Meeting meeting = find_place(&places, &piece, at);
		if (walk->walked++ == WALK_MAX)
			return false;
		if (meeting.found && !any.found)
			any = meeting;
		if (meeting.found && piece.source == walk->old->file) {
			*out = meeting;
			return true;
		}
		if (any.found && i >= AHEAD_MAX)
			break;
		more = piece_cursor_next(&cursor);
	}
	*out = any;
	return true;
}

/* What lies before the meeting may be the same as well, as far as was and now. */
static bool extend_back(Walk *walk, uint64_t was, uint64_t now, Meeting *meeting)
{
	while (meeting->was > was && meeting->now > now) {
		PieceCursor a, b;
		(void)piece_cursor_seek(&a, walk->old, meeting->was - 1);
		(void)piece_cursor_seek(&b, walk->new, meeting->now - 1);
		const uint64_t in_a = meeting->was - a.offset;
		const uint64_t in_b = meeting->now - b.offset;
		if (a.piece.source != b.piece.source ||
		    a.piece.offset + in_a != b.piece.offset + in_b)
			break;
		if (walk->walked++ == WALK_MAX)
			return false;
		const uint64_t most = smaller(meeting->was - was, meeting->now - now);
		const uint64_t step = smaller(smaller(in_a, in_b), most);
		meeting->was -= step;
		meeting->now -= step;
	}
	return true;
}

/* ---- all of it ---- */

static MhexStatus too_many(MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED,
			 "the edits lie among more than %d pieces", WALK_MAX);
}

/* Between what is the same at the beginning and at the end. */
static MhexStatus follow(Walk *walk, uint64_t begin, Survivors *out, MhexError *err)
{
	uint64_t was = begin, now = begin;
	while (was < walk->old_end && now < walk->new_end) {
		Meeting next;
		uint64_t length = 0;
		if (!find_meeting(walk, was, now, &next))
			return too_many(err);
		if (!next.found)
			return MHEX_OK;
		if (!extend_back(walk, was, now, &next) ||
		    !common_run(walk, next.was, next.now, &length))
			return too_many(err);
		if (!add(out, next.was, length, next.now))
			return document_no_memory(err);
		was = next.was + length;
		now = next.now + length;
	}
	return MHEX_OK;
}

static MhexStatus compare(const PieceTree *old, const PieceTree *new, Survivors *out,
			  MhexError *err)
{
	uint64_t before = 0, behind = 0;
	const uint64_t was = piece_tree_size(old);
	const uint64_t is = piece_tree_size(new);
	Walk walk = {.old = old, .new = new, .old_end = was, .new_end = is};
	if (!common_run(&walk, 0, 0, &before) ||
	    !common_end(&walk, smaller(was, is) - before, &behind))
		return too_many(err);
	walk.old_end -= behind;
	walk.new_end -= behind;
	if (!add(out, 0, before, 0))
		return document_no_memory(err);
	const MhexStatus status = follow(&walk, before, out, err);
	if (!status && !add(out, was - behind, behind, is - behind))
		return document_no_memory(err);
	return status;
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
