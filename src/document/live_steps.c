/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Undo and redo of a file that is edited live. A step may have a million changes: they
 * are read from the history as they are stored, some together, and never all at once. */

#include <inttypes.h>
#include <stdlib.h>

#include "document/change.h"
#include "document/live_private.h"

/* Are the two, resolved, of one length, and the file's own bytes in both where they are
 * in one? Bytes that are to be found in the file alone are gone once it is edited. */
static bool can_be_stored(const Document *doc, uint64_t offset, const PieceList *a,
			  const PieceList *b)
{
	const uint32_t file = doc->now.tree.file;
	size_t i = 0, j = 0;
	uint64_t in_a = 0, in_b = 0;
	while (i < a->count && j < b->count) {
		const Piece left =
			piece_part(&a->items[i], in_a, a->items[i].length - in_a);
		const Piece right =
			piece_part(&b->items[j], in_b, b->items[j].length - in_b);
		const uint64_t length =
			left.length < right.length ? left.length : right.length;
		if ((left.source == file || right.source == file) &&
		    (left.source != right.source || left.offset != offset ||
		     right.offset != offset))
			return false;
		offset += length;
		in_a = length < left.length ? in_a + length : 0;
		in_b = length < right.length ? in_b + length : 0;
		i += in_a == 0;
		j += in_b == 0;
	}
	return i == a->count && j == b->count;
}

static MhexStatus check_change(const Document *doc, const Change *change, bool *possible,
			       MhexError *err)
{
	const SourceTable *table = doc->stock->table;
	PieceList out = {0}, in = {0};
	const bool done = source_resolve_all(table, change->removed.items,
					     change->removed.count, &out) &&
			  source_resolve_all(table, change->inserted.items,
					     change->inserted.count, &in);
	*possible = done && can_be_stored(doc, change->offset, &out, &in);
	piece_list_free(&out);
	piece_list_free(&in);
	return done ? MHEX_OK : document_no_memory(err);
}

/* The changes of a step, in the order in which they are undone or redone. */
typedef struct {
	Document *doc;
	HistorySpan span;
	bool undo;
	size_t place; /* in the history: between what was taken and what was not */
	size_t most;  /* changes that are stored together */
	Change changes[EDIT_PARTS]; /* that are at hand */
	size_t count;
} StepWalk;

static StepWalk *walk_new(Document *doc, HistorySpan span, bool undo, size_t most)
{
	StepWalk *walk = calloc(1, sizeof(*walk));
	if (!walk)
		return NULL;
	walk->doc = doc;
	walk->span = span;
	walk->undo = undo;
	walk->place = undo ? span.end : span.begin;
	walk->most = most;
	return walk;
}

static void walk_clear(StepWalk *walk)
{
	while (walk->count > 0)
		change_free(&walk->changes[--walk->count]);
}

static void walk_free(StepWalk *walk)
{
	if (walk)
		walk_clear(walk);
	free(walk);
}

static size_t walk_end(const StepWalk *walk)
{
	return walk->undo ? walk->span.begin : walk->span.end;
}

static bool walk_is_done(const StepWalk *walk)
{
	return walk->place == walk_end(walk);
}

static bool read_change(const StepWalk *walk, size_t *place, Change *change)
{
	const History *history = walk->doc->history;
	return walk->undo ? history_change_before(history, place, change)
			  : history_change_behind(history, place, change);
}

static uint64_t length_of(const Change *change)
{
	return pieces_length(change->inserted.items, change->inserted.count);
}

/* May next, behind those at hand in the order in which they are taken, be stored with
 * them? */
static bool goes_along(const StepWalk *walk, const Change *next)
{
	if (walk->count == 0)
		return true;
	const Change *last = &walk->changes[walk->count - 1];
	const Change *low = walk->undo ? next : last;
	const Change *high = walk->undo ? last : next;
	return !last->rebase && !next->rebase &&
	       low->offset + length_of(low) <= high->offset;
}

/* The next ones that are stored together. *place moves over them. */
static bool read_together(StepWalk *walk, size_t *place)
{
	uint64_t bytes = 0;
	walk_clear(walk);
	while (walk->count < walk->most && *place != walk_end(walk)) {
		Change next;
		size_t behind = *place;
		if (!read_change(walk, &behind, &next))
			return false;
		bytes += length_of(&next);
		if (!goes_along(walk, &next) ||
		    (walk->count > 0 && bytes > EDIT_PARTS_BYTES)) {
			change_free(&next);
			break;
		}
		walk->changes[walk->count++] = next;
		*place = behind;
	}
	return true;
}

/* What a preview remembered of the file means nothing here. */
static MhexStatus store_together(StepWalk *walk, MhexError *err)
{
	Range parts[EDIT_PARTS];
	PieceList old = {0}, new = {0};
	const size_t count = walk->count;
	const bool undo = walk->undo;
	bool listed = true;
	if (walk->changes[0].rebase)
		return MHEX_OK;
	for (size_t n = 0; listed && n < count; n++) {
		const Change *change = &walk->changes[undo ? count - 1 - n : n];
		const PieceList *removed = &change->removed;
		const PieceList *inserted = &change->inserted;
		parts[n] = (Range){change->offset, length_of(change)};
		listed = piece_list_add_all(&old, removed->items, removed->count) &&
			 piece_list_add_all(&new, inserted->items, inserted->count);
	}
	MhexStatus status = MHEX_OK;
	if (!listed)
		status = document_no_memory(err);
	else
		status = live_exchange_parts(walk->doc, parts, count, undo ? &new : &old,
					     undo ? &old : &new, err);
	piece_list_free(&old);
	piece_list_free(&new);
	return status;
}

/* What could not be taken back. */
typedef struct {
	uint64_t bytes, first;
	bool more;     /* changes that could not be read */
	MhexError why; /* for the first of them */
} Stuck;

static void note_stuck(Stuck *stuck, const StepWalk *walk, const MhexError *why)
{
	const Change *change = &walk->changes[0];
	if (stuck->bytes == 0 && !stuck->more)
		stuck->why = *why;
	if (walk->count == 0) {
		stuck->more = true;
		return;
	}
	if (stuck->bytes == 0 || change->offset < stuck->first)
		stuck->first = change->offset;
	stuck->bytes += length_of(change);
}

/* Behind what failed first. */
static void tell_stuck(const Stuck *stuck, MhexError *err)
{
	if (!err || (stuck->bytes == 0 && !stuck->more))
		return;
	const MhexError first = *err;
	if (stuck->bytes > 0)
		(void)mhex_fail(err, first.status,
				"%s; bytes that could not be taken back: %" PRIu64
				"%s, the first at 0x%" PRIx64 " (%s)",
				first.message, stuck->bytes,
				stuck->more ? " or more" : "", stuck->first,
				stuck->why.message);
	else
		(void)mhex_fail(err, first.status,
				"%s; not all bytes could be taken back (%s)",
				first.message, stuck->why.message);
	err->sys_errno = first.sys_errno;
}

/* Those that were stored before one failed, one by one: as many as can be. */
static void take_back(StepWalk *walk, MhexError *err)
{
	Stuck stuck = {0};
	bool more = true;
	if (walk->undo)
		walk->span.begin = walk->place;
	else
		walk->span.end = walk->place;
	walk->undo = !walk->undo;
	walk->most = 1;
	while (more && !walk_is_done(walk)) {
		MhexError why;
		more = read_together(walk, &walk->place);
		if (more ? store_together(walk, &why) : document_no_memory(&why))
			note_stuck(&stuck, walk, &why);
	}
	tell_stuck(&stuck, err);
}

/* Steps made in preview, or by a reload, need not be possible here. */
static MhexStatus check_step(StepWalk *walk, MhexError *err)
{
	bool possible = !walk->span.has_versions;
	size_t place = walk->span.begin;
	while (possible && place < walk->span.end) {
		Change change;
		MhexStatus status = MHEX_OK;
		if (!history_change_behind(walk->doc->history, &place, &change))
			return document_no_memory(err);
		if (!change.rebase)
			status = check_change(walk->doc, &change, &possible, err);
		change_free(&change);
		if (status)
			return status;
	}
	if (possible)
		return MHEX_OK;
	return mhex_fail(
		err, MHEX_E_UNSUPPORTED,
		"live: this step is not one of bytes in their places; :access preview "
		"can %s it",
		walk->undo ? "undo" : "redo");
}

static MhexStatus apply_all(StepWalk *walk, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	const size_t begin = walk->place;
	while (!status && !walk_is_done(walk)) {
		size_t behind = walk->place;
		status = read_together(walk, &behind) ? store_together(walk, err)
						      : document_no_memory(err);
		if (!status)
			walk->place = behind;
	}
	if (status && walk->place != begin) {
		take_back(walk, err);
		live_edited(walk->doc);
	}
	return status;
}

/* Where the first of them lies. */
static MhexStatus find_place(const Document *doc, HistorySpan span, uint64_t *at,
			     MhexError *err)
{
	Change first;
	if (!history_change_behind(doc->history, &span.begin, &first))
		return document_no_memory(err);
	*at = first.offset;
	change_free(&first);
	return MHEX_OK;
}

MhexStatus live_take_step(Document *doc, bool undo, uint64_t *at, MhexError *err)
{
	HistorySpan span;
	const bool found = undo ? history_find_undo(doc->history, &span)
				: history_find_redo(doc->history, &span);
	if (!found)
		return document_no_memory(err);
	if (span.begin == span.end)
		return mhex_fail(err, MHEX_E_NOTFOUND, "nothing to %s",
				 undo ? "undo" : "redo");
	StepWalk *walk = walk_new(doc, span, undo, EDIT_PARTS);
	MhexStatus status = walk ? check_step(walk, err) : document_no_memory(err);
	if (!status)
		status = find_place(doc, span, at, err);
	if (!status)
		status = apply_all(walk, err);
	walk_free(walk);
	if (status)
		return status;
	if (undo)
		history_undone(doc->history);
	else
		history_redone(doc->history);
	live_edited(doc);
	return MHEX_OK;
}
