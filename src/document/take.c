/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Conflicts of a document: marked, and decided. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "document/change.h"
#include "document/conflicts_private.h"
#include "document/edit_journal.h"
#include "document/succession.h"

enum {
	CHUNK = 4 << 10,
	TAKE_AT_ONCE = 32, /* well below a millisecond */
};

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

struct Taking {
	Document *doc;
	TakeSide side;
	FoundConflicts found;
	size_t left;    /* of its runs, from the first on */
	size_t first;   /* of those that are decided together; left: none are begun */
	uint64_t taken; /* bytes of those behind */
	uint64_t steps; /* of undo, before */
};

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
static bool add_sides(const Taking *taking, const ConflictRun *run, bool theirs,
		      PieceList *list)
{
	uint8_t bytes[CHUNK], readable[CHUNK];
	for (size_t done = 0; done < run->in_file.length;) {
		const size_t rest = (size_t)run->in_file.length - done;
		const size_t part = rest < CHUNK ? rest : CHUNK;
		for (size_t i = 0; i < part; i++) {
			const ConflictSides *side =
				&taking->found.sides.items[run->from + done + i];
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
static bool rebase(const Taking *taking, const ConflictRun *run)
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
static Difference given_up(const ConflictRun *run)
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

static bool drop_edit(const Taking *taking, const ConflictRun *run)
{
	Document *doc = taking->doc;
	const FoundConflicts *found = &taking->found;
	const Difference given = given_up(run);
	const Difference *edit = &given;
	PieceList put = {0};
	Change change = {.offset = edit->mine.offset};
	const Piece file = document_file_piece(doc, edit->theirs);
	bool done = found->in_place
			    ? file.length == 0 || piece_list_add(&put, file)
			    : add_moved(doc, edit->mine, &put) &&
				      add_lost(doc, edit->theirs, &found->lost, &put);
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

/* Where several runs give up the same, or to the same end, the first of them does it for
 * all. */
static size_t first_to_drop(const ConflictRun *runs, size_t end)
{
	size_t first = end - 1;
	Difference given = given_up(&runs[first]);
	while (first > 0) {
		const Difference before = given_up(&runs[first - 1]);
		if (!end_alike(&before, &given))
			break;
		given = before;
		first--;
	}
	return first;
}

/* ---- From the beginning to the end ---- */

static MhexStatus check_found(const Taking *taking, const Conflicts *conflicts,
			      MhexError *err)
{
	const FoundConflicts *found = &taking->found;
	if (history_revision(taking->doc->history) != conflicts->revision ||
	    taking->doc->now.tree.file != conflicts->file)
		return mhex_fail(
			err, MHEX_E_CONFLICT,
			"the document changed while it was compared; nothing is decided");
	if (found->count.bytes == 0)
		return mhex_fail(err, MHEX_E_NOTFOUND,
				 found->range.length == UINT64_MAX
					 ? "no conflicts"
					 : "no conflicts in this range");
	if (taking->side == TAKE_MINE && found->unknown > BASE_BYTES_MAX)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "0x%" PRIx64 " bytes are not remembered one by one; "
				 "write! writes mine, take theirs drops the edits",
				 found->unknown);
	return MHEX_OK;
}

MhexStatus document_take_begin(Document *doc, TakeSide side, Conflicts *conflicts,
			       Taking **out, MhexError *err)
{
	Taking *taking = calloc(1, sizeof(*taking));
	MhexStatus status = job_finish(conflicts->job, err);
	*out = NULL;
	if (!status && !taking)
		status = document_no_memory(err);
	if (!status && doc->saving)
		status = mhex_fail(err, MHEX_E_BUSY, "%s is being written",
				   document_shown_name(doc));
	if (!status && taking) {
		*taking = (Taking){.doc = doc, .side = side, .found = conflicts->found};
		conflicts->found = (FoundConflicts){0};
		status = check_found(taking, conflicts, err);
	}
	conflicts_free(conflicts);
	if (status || !taking) {
		if (taking)
			found_conflicts_free(&taking->found);
		free(taking);
		return status;
	}
	taking->left = taking->first = taking->found.runs.count;
	taking->steps = history_undo_steps(doc->history);
	history_begin(doc->history, NULL);
	*out = taking;
	return MHEX_OK;
}

void taking_get_progress(const Taking *taking, uint64_t *done, uint64_t *total)
{
	*total = taking->found.runs.count;
	*done = *total - taking->left;
}

/* From the last to the first, so that those before stay where they are. The edit is
 * dropped behind what is remembered of the file under it, for undo remembers what it
 * finds. */
static bool decide_next(Taking *taking)
{
	const ConflictRun *runs = taking->found.runs.items;
	const ConflictRun *run = &runs[taking->left - 1];
	const bool drops = taking->side == TAKE_THEIRS;
	if (taking->left == taking->first)
		taking->first =
			drops ? first_to_drop(runs, taking->left) : taking->left - 1;
	if (!rebase(taking, run))
		return false;
	taking->left--;
	taking->taken += run->in_file.length;
	return !drops || taking->left > taking->first || drop_edit(taking, run);
}

/* Out of memory: none is decided. */
static void undo_all(Taking *taking)
{
	Document *doc = taking->doc;
	history_end(doc->history, NULL);
	if (history_undo_steps(doc->history) > taking->steps) {
		(void)document_undo(doc, NULL, NULL);
		history_forget_redo(doc->history);
	}
	history_begin(doc->history, NULL);
	taking->taken = 0;
	taking->first = taking->left;
}

MhexStatus document_take_some(Taking *taking, MhexError *err)
{
	bool done = true;
	for (size_t i = 0; done && taking->left > 0 && i < TAKE_AT_ONCE; i++)
		done = decide_next(taking);
	if (!done) {
		undo_all(taking);
		return document_no_memory(err);
	}
	document_edited(taking->doc);
	return MHEX_OK;
}

uint64_t document_take_end(Taking *taking)
{
	Document *doc = taking->doc;
	bool done = true;
	while (done && taking->left > taking->first)
		done = decide_next(taking);
	if (!done)
		undo_all(taking);
	const uint64_t taken = taking->taken;
	document_edited(doc);
	history_end(doc->history, NULL);
	edit_journal_anew(doc);
	found_conflicts_free(&taking->found);
	free(taking);
	return taken;
}

MhexStatus document_take(Document *doc, TakeSide side, Range range, uint64_t *taken,
			 MhexError *err)
{
	Conflicts *conflicts = NULL;
	Taking *taking = NULL;
	*taken = 0;
	MhexStatus status = document_find_conflicts(doc, range, -1, &conflicts, err);
	if (!status)
		status = document_take_begin(doc, side, conflicts, &taking, err);
	if (status)
		return status;
	while (!status && taking->left > 0)
		status = document_take_some(taking, err);
	*taken = document_take_end(taking);
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
