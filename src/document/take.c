/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Conflicts of a document: shown, and decided. */

#include <inttypes.h>
#include <string.h>

#include "document/change.h"
#include "document/conflict.h"
#include "document/document_private.h"
#include "document/edit_journal.h"
#include "document/succession.h"

enum {
	CHUNK = 4 << 10
};

static MhexStatus scan(Document *doc, FoundConflictVisitor visitor, void *context,
		       MhexError *err)
{
	const MhexStatus status = storage_measure(document_storage(doc), err);
	const FileStamp now = storage_stamp(document_storage(doc));
	const ConflictView view = {
		.version = &doc->now,
		.table = doc->stock->table,
		.reader = &doc->reader,
		.file = document_storage(doc),
		.base = doc->base,
		.has_stamp = doc->has_stamp,
		.stale = doc->has_stamp && conflict_is_stale(&doc->stamp, &now),
	};
	return status ? status : conflict_scan(&view, visitor, context, err);
}

/* ---- Shown ---- */

typedef struct {
	ConflictVisitor visitor;
	void *context;
} Showing;

static bool show(void *context, const FoundConflict *found)
{
	const Showing *showing = context;
	return showing->visitor(showing->context, &found->conflict);
}

MhexStatus document_conflicts(Document *doc, ConflictVisitor visitor, void *context,
			      MhexError *err)
{
	Showing showing = {visitor, context};
	if (doc->access != ACCESS_PREVIEW)
		return MHEX_OK;
	return scan(doc, show, &showing, err);
}

static void mark_chunk(Document *doc, uint64_t offset, size_t length, uint8_t *states)
{
	uint8_t was[CHUNK], known[CHUNK], theirs[CHUNK], readable[CHUNK], mine[CHUNK];
	base_bytes_read(doc->base, offset, was, length, known);
	if (storage_read(document_storage(doc), offset, theirs, length, readable, NULL) ||
	    document_read(doc, offset, mine, length, NULL, NULL))
		return;
	for (size_t i = 0; i < length; i++) {
		if ((states[i] & BYTE_MODIFIED) && known[i] && readable[i] &&
		    theirs[i] != was[i] && theirs[i] != mine[i])
			states[i] |= BYTE_CONFLICT;
	}
}

void document_mark_conflicts(Document *doc, uint64_t offset, size_t length,
			     uint8_t *states)
{
	const PieceSummary *sum = &doc->now.tree.sum;
	const bool shifted = sum->file_bytes > 0 && (sum->low != 0 || sum->high != 0);
	if (doc->access != ACCESS_PREVIEW || shifted)
		return;
	Range rest = {offset, length};
	rest = range_intersect(rest, (Range){0, doc->now.covered});
	while (rest.length > 0) {
		Range kept =
			range_intersect(base_bytes_next(doc->base, rest.offset), rest);
		if (kept.length == 0)
			return;
		if (kept.length > CHUNK)
			kept.length = CHUNK;
		mark_chunk(doc, kept.offset, (size_t)kept.length,
			   states + (kept.offset - offset));
		rest = range_between(range_end(kept), range_end(rest));
	}
}

/* ---- Decided ---- */

/* Conflicting bytes that lie side by side in the file and in one difference. */
typedef struct {
	Range in_file;
	Difference where;
	bool known;  /* what they were, and are, is in bytes ... */
	size_t from; /* ... from here on */
} Run;

typedef struct {
	uint8_t was, theirs;
	bool has_was, has_theirs;
} Sides;

typedef struct {
	Document *doc;
	TakeSide side;
	Range range;
	ARRAY(Run) runs;
	ARRAY(Sides) sides;
	uint64_t taken, unknown;
	bool no_memory;
} Taking;

static bool adjoins(const Run *last, const FoundConflict *found)
{
	return last->known && range_end(last->in_file) == found->in_file.offset &&
	       last->where.mine.offset == found->where.mine.offset &&
	       last->where.theirs.offset == found->where.theirs.offset;
}

static bool collect(void *context, const FoundConflict *found)
{
	Taking *taking = context;
	const Conflict *conflict = &found->conflict;
	const Sides sides = {conflict->was, conflict->theirs, conflict->has_was,
			     conflict->has_theirs};
	Run run = {found->in_file, found->where, conflict->length == 1,
		   taking->sides.count};
	if (!range_contains(taking->range, conflict->offset))
		return true;
	taking->taken += conflict->length;
	if (!run.known) {
		taking->unknown += conflict->length;
		taking->no_memory = !ARRAY_PUSH(&taking->runs, run);
		return !taking->no_memory;
	}
	Run *last =
		taking->runs.count ? &taking->runs.items[taking->runs.count - 1] : NULL;
	taking->no_memory = !ARRAY_PUSH(&taking->sides, sides);
	if (!taking->no_memory && last && adjoins(last, found))
		last->in_file.length++;
	else if (!taking->no_memory)
		taking->no_memory = !ARRAY_PUSH(&taking->runs, run);
	return !taking->no_memory;
}

/* length bytes, those that are not readable as lost ones. */
static bool add_bytes(Document *doc, const uint8_t *bytes, const uint8_t *readable,
		      size_t length, PieceList *list)
{
	for (size_t at = 0; at < length;) {
		size_t end = at + 1;
		Piece piece = {0, 0, SOURCE_ID_LOST};
		while (end < length && !readable[end] == !readable[at])
			end++;
		piece.length = end - at;
		if (readable[at] &&
		    !stock_add_bytes(doc->stock, bytes + at, end - at, &piece))
			return false;
		if (!piece_list_add(list, piece))
			return false;
		at = end;
	}
	return true;
}

/* What the run was (mine false), or what the file holds there. */
static bool add_sides(const Taking *taking, const Run *run, bool theirs, PieceList *list)
{
	uint8_t bytes[CHUNK], readable[CHUNK];
	for (size_t done = 0; done < run->in_file.length;) {
		const size_t rest = (size_t)run->in_file.length - done;
		const size_t part = rest < CHUNK ? rest : CHUNK;
		for (size_t i = 0; i < part; i++) {
			const Sides *side = &taking->sides.items[run->from + done + i];
			bytes[i] = theirs ? side->theirs : side->was;
			readable[i] = theirs ? side->has_theirs : side->has_was;
		}
		if (!add_bytes(taking->doc, bytes, readable, part, list))
			return false;
		done += part;
	}
	return true;
}

/* What the file holds under a run that was not remembered. */
static bool add_file(Document *doc, Range range, PieceList *list)
{
	uint8_t bytes[CHUNK], readable[CHUNK];
	while (range.length > 0) {
		const size_t part = range.length < CHUNK ? (size_t)range.length : CHUNK;
		if (storage_read(document_storage(doc), range.offset, bytes, part,
				 readable, NULL))
			memset(readable, 0, part);
		if (!add_bytes(doc, bytes, readable, part, list))
			return false;
		range = (Range){range.offset + part, range.length - part};
	}
	return true;
}

/* Nobody knows what the bytes were: so any change of the file may be one of theirs. */
static void forget(Document *doc, uint64_t offset, uint64_t length)
{
	base_bytes_forget(doc->base, offset, length);
	if (offset >= doc->now.covered)
		return;
	doc->has_stamp = true;
	doc->stamp = (FileStamp){0};
}

bool document_rebase(Document *doc, uint64_t offset, const PieceList *pieces)
{
	uint8_t bytes[CHUNK];
	for (size_t i = 0; i < pieces->count; i++) {
		const Piece *piece = &pieces->items[i];
		if (piece->source == SOURCE_ID_LOST)
			forget(doc, offset, piece->length);
		for (uint64_t done = 0;
		     piece->source != SOURCE_ID_LOST && done < piece->length;) {
			const uint64_t rest = piece->length - done;
			const size_t part = rest < CHUNK ? (size_t)rest : CHUNK;
			const Piece chunk = piece_part(piece, done, part);
			if (reader_read_piece(&doc->reader, &chunk, offset, bytes, NULL,
					      NULL) ||
			    !base_bytes_put(doc->base, offset + done, bytes, NULL, part))
				return false;
			done += part;
		}
		offset += piece->length;
	}
	return true;
}

/* What the file holds counts as seen from here on. */
static bool rebase(const Taking *taking, const Run *run)
{
	Document *doc = taking->doc;
	Change change = {.offset = run->in_file.offset, .rebase = true};
	const Piece unknown = {0, run->in_file.length, SOURCE_ID_LOST};
	bool done = false;
	if (run->known)
		done = add_sides(taking, run, false, &change.removed) &&
		       add_sides(taking, run, true, &change.inserted);
	else if (taking->side == TAKE_MINE)
		done = piece_list_add(&change.removed, unknown) &&
		       add_file(doc, run->in_file, &change.inserted);
	else
		done = piece_list_add(&change.removed, unknown) &&
		       piece_list_add(&change.inserted, unknown);
	done = done && document_rebase(doc, change.offset, &change.inserted);
	if (done)
		return history_push(doc->history, &change);
	change_free(&change);
	return false;
}

/* What of the document is given up for which bytes of the file. Where both do not stand
 * for each other byte by byte, it is the whole difference; at the end of the document,
 * what goes beyond the shorter of them. */
static Difference given_up(const Run *run)
{
	Difference out = run->where;
	const uint64_t mine = out.mine.length;
	const uint64_t theirs = out.theirs.length;
	const uint64_t both = mine < theirs ? mine : theirs;
	const uint64_t begin = run->in_file.offset - out.theirs.offset;
	if (!out.alike)
		return out;
	if (begin + run->in_file.length <= both) {
		out.mine = (Range){out.mine.offset + begin, run->in_file.length};
		out.theirs = run->in_file;
		return out;
	}
	const uint64_t from = begin < both ? begin : both;
	out.mine = range_between(out.mine.offset + from, range_end(out.mine));
	out.theirs = range_between(out.theirs.offset + from, range_end(out.theirs));
	return out;
}

/* The bytes of the file that were moved or copied into mine: they stay, for the document
 * may have them nowhere else. */
static bool add_moved(const Document *doc, Range mine, PieceList *list)
{
	PieceList pieces = {0}, resolved = {0};
	bool done = piece_tree_collect(&doc->now.tree, mine, &pieces) &&
		    source_resolve_all(doc->stock->table, pieces.items, pieces.count,
				       &resolved);
	for (size_t i = 0; done && i < resolved.count; i++) {
		if (resolved.items[i].source == doc->now.tree.file)
			done = piece_list_add(list, resolved.items[i]);
	}
	piece_list_free(&pieces);
	piece_list_free(&resolved);
	return done;
}

/* What the document has nowhere; the rest of theirs has only changed its place. */
static bool add_lost(const Document *doc, Range theirs, const FileRanges *lost,
		     PieceList *list)
{
	bool done = true;
	for (size_t i = 0; done && i < lost->count; i++) {
		const Range part = range_intersect(lost->items[i], theirs);
		if (part.length > 0)
			done = piece_list_add(list, document_file_piece(doc, part));
	}
	return done;
}

/* lost: of the version before any edit was dropped; NULL: nothing has moved. */
static bool drop_edit(Document *doc, const Difference *edit, const FileRanges *lost)
{
	PieceList put = {0};
	Change change = {.offset = edit->mine.offset};
	const Piece file = document_file_piece(doc, edit->theirs);
	bool done = lost ? add_moved(doc, edit->mine, &put) &&
				    add_lost(doc, edit->theirs, lost, &put)
			 : file.length == 0 || piece_list_add(&put, file);
	done = done && document_capture(doc, edit->mine, put.items, put.count) &&
	       piece_tree_collect(&doc->now.tree, edit->mine, &change.removed) &&
	       piece_list_add_all(&change.inserted, put.items, put.count);
	if (done)
		done = history_push(doc->history, &change) &&
		       piece_tree_replace(&doc->now.tree, edit->mine, put.items,
					  put.count);
	else
		change_free(&change);
	piece_list_free(&put);
	return done;
}

static bool end_alike(const Difference *a, const Difference *b)
{
	return range_end(a->mine) == range_end(b->mine) &&
	       range_end(a->theirs) == range_end(b->theirs);
}

/* From the last to the first, so that those before stay where they are. Where several
 * runs give up the same, or to the same end, the first of them does it for all. */
static bool drop_edits(const Taking *taking)
{
	Document *doc = taking->doc;
	DifferenceWalk walk;
	FileRanges lost = {0};
	uint64_t needed = 0;
	difference_walk(&walk, &doc->now, doc->stock->table);
	bool done =
		walk.in_place || difference_find_lost(&doc->now.tree, doc->stock->table,
						      doc->now.covered, &lost, &needed);
	for (size_t i = taking->runs.count; done && i-- > 0;) {
		const Difference edit = given_up(&taking->runs.items[i]);
		if (i > 0) {
			const Difference before = given_up(&taking->runs.items[i - 1]);
			if (end_alike(&before, &edit))
				continue;
		}
		done = drop_edit(doc, &edit, walk.in_place ? NULL : &lost);
	}
	ARRAY_FREE(&lost);
	return done;
}

static bool decide(Taking *taking)
{
	Document *doc = taking->doc;
	bool done = true;
	history_begin(doc->history, NULL);
	for (size_t i = 0; done && i < taking->runs.count; i++)
		done = rebase(taking, &taking->runs.items[i]);
	if (done && taking->side == TAKE_THEIRS)
		done = drop_edits(taking);
	history_end(doc->history, NULL);
	document_edited(doc);
	return done;
}

static MhexStatus check_taking(const Taking *taking, MhexError *err)
{
	if (taking->no_memory)
		return document_no_memory(err);
	if (taking->taken == 0)
		return mhex_fail(err, MHEX_E_NOTFOUND,
				 taking->range.length == UINT64_MAX
					 ? "no conflicts"
					 : "no conflicts in this range");
	if (taking->side == TAKE_MINE && taking->unknown > BASE_BYTES_MAX)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "0x%" PRIx64 " bytes are not remembered one by one; "
				 "write! writes mine, take theirs drops the edits",
				 taking->unknown);
	return MHEX_OK;
}

MhexStatus document_take(Document *doc, TakeSide side, Range range, uint64_t *taken,
			 MhexError *err)
{
	Taking taking = {.doc = doc, .side = side, .range = range};
	*taken = 0;
	if (doc->saving)
		return mhex_fail(err, MHEX_E_BUSY, "%s is being written",
				 document_shown_name(doc));
	MhexStatus status = doc->access == ACCESS_PREVIEW
				    ? scan(doc, collect, &taking, err)
				    : MHEX_OK;
	if (!status)
		status = check_taking(&taking, err);
	if (!status && !decide(&taking)) {
		(void)document_undo(doc, NULL, NULL);
		history_forget_redo(doc->history);
		status = document_no_memory(err);
	}
	if (!status)
		*taken = taking.taken;
	edit_journal_anew(doc);
	ARRAY_FREE(&taking.runs);
	ARRAY_FREE(&taking.sides);
	return status;
}

/* ---- Differences ---- */

MhexStatus document_read_file(Document *doc, uint64_t offset, void *dst, size_t length,
			      uint8_t *readable, MhexError *err)
{
	return storage_read(document_storage(doc), offset, dst, length, readable, err);
}

uint64_t document_differences(const Document *doc, uint64_t from,
			      DifferenceVisitor visitor, void *context)
{
	DifferenceWalk walk;
	Difference found;
	bool more = true;
	difference_walk(&walk, &doc->now, doc->stock->table);
	const uint64_t begun = difference_skip(&walk, from);
	while (more && difference_next(&walk, &found)) {
		const DocumentDifference difference = {found.mine, found.theirs};
		more = visitor(context, &difference);
	}
	return begun;
}
