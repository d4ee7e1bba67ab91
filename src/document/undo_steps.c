/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Steps of a history, told without what only this program has: older files, versions. */

#include "document/change.h"
#include "document/succession.h"
#include "document/undo_private.h"

enum {
	CHANGE_COST = 16, /* bytes, about */
	PIECE_COST = 8,
};

void undo_step_free(UndoStep *step)
{
	for (size_t i = 0; i < step->count; i++)
		change_free(&step->changes[i]);
	free(step->changes);
	*step = (UndoStep){0};
}

void undo_steps_free(UndoSteps *steps)
{
	for (size_t i = 0; i < steps->steps.count; i++)
		undo_step_free(&steps->steps.items[i]);
	ARRAY_FREE(&steps->steps);
	steps->undo = 0;
}

/* ---- One step ---- */

static uint64_t cost_of_piece(const Document *doc, const Piece *piece)
{
	const Source *source = source_table_get(doc->stock->table, piece->source);
	if (piece->source == doc->now.tree.file)
		return PIECE_COST;
	if (source->kind == SOURCE_FILL && source->length <= EDIT_PATTERN_MAX)
		return PIECE_COST + source->length;
	return PIECE_COST + piece->length;
}

/* In live the bytes of a part of the file may be others by now. */
static bool can_be_told(const Document *doc, const Piece *piece)
{
	const Source *source = source_table_get(doc->stock->table, piece->source);
	if (piece->source == doc->now.tree.file)
		return doc->access != ACCESS_LIVE;
	return source->kind != SOURCE_LOST;
}

static void spend(UndoCollection *work, const PieceList *pieces)
{
	for (size_t i = 0; i < pieces->count && !work->stopped; i++) {
		const uint64_t cost = cost_of_piece(work->doc, &pieces->items[i]);
		work->stopped =
			cost > work->bytes || !can_be_told(work->doc, &pieces->items[i]);
		work->bytes -= cost;
	}
}

/* Takes over *change, resolved, also on failure. */
static bool add_change(UndoCollection *work, UndoStep *step, Change *change)
{
	work->stopped = work->stopped || work->changes == 0 || work->bytes < CHANGE_COST;
	if (!work->stopped) {
		work->changes--;
		work->bytes -= CHANGE_COST;
		spend(work, &change->removed);
		spend(work, &change->inserted);
	}
	const bool empty = change->removed.count == 0 && change->inserted.count == 0;
	if (work->stopped || empty) {
		change_free(change);
		return true;
	}
	if (!array_grow(&step->changes, &step->capacity, step->count + 1,
			sizeof(Change))) {
		change_free(change);
		return false;
	}
	step->changes[step->count++] = *change;
	return true;
}

static bool add_resolved(UndoCollection *work, UndoStep *step, const Change *change)
{
	const SourceTable *table = work->doc->stock->table;
	const PieceList *removed = &change->removed, *inserted = &change->inserted;
	Change resolved = {.offset = change->offset};
	if (source_resolve_all(table, removed->items, removed->count,
			       &resolved.removed) &&
	    source_resolve_all(table, inserted->items, inserted->count,
			       &resolved.inserted))
		return add_change(work, step, &resolved);
	change_free(&resolved);
	return false;
}

/* ---- Two versions ---- */

typedef struct {
	PieceCursor cursor;
	bool more;
	uint64_t done; /* of the piece under the cursor */
} Side;

static Side side_of(const PieceTree *tree)
{
	Side side = {.done = 0};
	side.more = piece_cursor_seek(&side.cursor, tree, 0);
	return side;
}

static Piece rest_of(const Side *side)
{
	const Piece *piece = &side->cursor.piece;
	return piece_part(piece, side->done, piece->length - side->done);
}

static void advance(Side *side, uint64_t length)
{
	side->done += length;
	if (side->done < side->cursor.piece.length)
		return;
	side->more = piece_cursor_next(&side->cursor);
	side->done = 0;
}

/* The next stretch that is one piece, or a part of one, in both. */
static bool next_pair(Side *a, Side *b, Piece *mine, Piece *theirs)
{
	if (!a->more || !b->more)
		return false;
	*mine = rest_of(a);
	*theirs = rest_of(b);
	const uint64_t length =
		mine->length < theirs->length ? mine->length : theirs->length;
	mine->length = length;
	theirs->length = length;
	advance(a, length);
	advance(b, length);
	return true;
}

static bool is_same(const Piece *a, const Piece *b)
{
	return a->source == b->source && a->offset == b->offset;
}

static bool add_pieces_of(UndoCollection *work, UndoStep *step, Change *change)
{
	const bool added = add_resolved(work, step, change);
	change_free(change);
	*change = (Change){0};
	return added;
}

/* Of one size: what differs, each by itself. */
static bool add_in_place(UndoCollection *work, UndoStep *step, const PieceTree *before,
			 const PieceTree *after)
{
	Side from = side_of(before), to = side_of(after);
	Change change = {0};
	Piece old, new;
	bool done = true;
	for (uint64_t at = 0; done && !work->stopped && next_pair(&from, &to, &old, &new);
	     at += old.length) {
		if (is_same(&old, &new)) {
			done = change.removed.count == 0 ||
			       add_pieces_of(work, step, &change);
			continue;
		}
		if (change.removed.count == 0)
			change.offset = at;
		done = piece_list_add(&change.removed, old) &&
		       piece_list_add(&change.inserted, new);
	}
	if (done && change.removed.count > 0)
		return add_pieces_of(work, step, &change);
	change_free(&change);
	return done;
}

/* How many bytes at the beginning are the same. */
static uint64_t common_beginning(const PieceTree *before, const PieceTree *after)
{
	Side from = side_of(before), to = side_of(after);
	Piece old, new;
	uint64_t at = 0;
	while (next_pair(&from, &to, &old, &new) && is_same(&old, &new))
		at += old.length;
	return at;
}

/* At the end, but for so many at the beginning; seen from the first piece there that
 * both have. */
static uint64_t common_end(const PieceTree *before, const PieceTree *after,
			   uint64_t beginning)
{
	const uint64_t old_size = piece_tree_size(before);
	const uint64_t new_size = piece_tree_size(after);
	uint64_t common = 0;
	while (common < old_size - beginning && common < new_size - beginning) {
		PieceCursor old, new;
		(void)piece_cursor_seek(&old, before, old_size - common - 1);
		(void)piece_cursor_seek(&new, after, new_size - common - 1);
		const Range old_rest = range_between(beginning, old_size - common);
		const Range new_rest = range_between(beginning, new_size - common);
		uint64_t unused = 0;
		const Piece a = piece_cursor_clip(&old, old_rest, &unused);
		const Piece b = piece_cursor_clip(&new, new_rest, &unused);
		if (a.source != b.source || a.offset + a.length != b.offset + b.length)
			break;
		common += a.length < b.length ? a.length : b.length;
	}
	return common;
}

/* Of two sizes: one change from the first difference to the last. */
static bool add_resized(UndoCollection *work, UndoStep *step, const PieceTree *before,
			const PieceTree *after)
{
	const uint64_t beginning = common_beginning(before, after);
	const uint64_t end = common_end(before, after, beginning);
	Change change = {.offset = beginning};
	if (piece_tree_collect(before,
			       range_between(beginning, piece_tree_size(before) - end),
			       &change.removed) &&
	    piece_tree_collect(after,
			       range_between(beginning, piece_tree_size(after) - end),
			       &change.inserted))
		return add_pieces_of(work, step, &change);
	change_free(&change);
	return false;
}

/* A step that changed nothing is one to undo nevertheless: a byte in place of itself. */
static bool add_idle(UndoCollection *work, UndoStep *step, const PieceTree *tree,
		     uint64_t at)
{
	const uint64_t size = piece_tree_size(tree);
	Change change = {.offset = at < size ? at : 0};
	const Range byte = range_intersect((Range){change.offset, 1}, (Range){0, size});
	if (piece_tree_collect(tree, byte, &change.removed) &&
	    piece_tree_collect(tree, byte, &change.inserted))
		return add_pieces_of(work, step, &change);
	change_free(&change);
	return false;
}

static bool bring_up(Document *doc, const Version *version, Version *out)
{
	if (!document_bring_up(doc, version, out))
		return false;
	if (document_cover(doc, out))
		return true;
	version_release(out);
	return false;
}

static bool add_versions(UndoCollection *work, UndoStep *step, const HistoryStep *from)
{
	Version before, after;
	if (!bring_up(work->doc, &from->before, &before))
		return false;
	if (!bring_up(work->doc, &from->after, &after)) {
		version_release(&before);
		return false;
	}
	const bool alike = piece_tree_size(&before.tree) == piece_tree_size(&after.tree);
	bool done = alike ? add_in_place(work, step, &before.tree, &after.tree)
			  : add_resized(work, step, &before.tree, &after.tree);
	if (done && step->count == 0)
		done = add_idle(work, step, &before.tree, from->at);
	version_release(&before);
	version_release(&after);
	return done;
}

/* ---- All of them ---- */

/* What was remembered of the file under edits has ended with them. */
static bool add_changes(UndoCollection *work, UndoStep *step, const HistoryStep *from)
{
	bool done = true;
	for (size_t i = 0; i < from->count && done && !work->stopped; i++) {
		if (!from->changes[i].rebase)
			done = add_resolved(work, step, &from->changes[i]);
	}
	return done;
}

/* Takes over *from. */
static bool add_step(UndoCollection *work, UndoSteps *out, HistoryStep *from)
{
	UndoStep step = {0};
	bool done = from->has_versions ? add_versions(work, &step, from)
				       : add_changes(work, &step, from);
	history_step_free(from);
	if (done && !work->stopped && step.count > 0) {
		done = ARRAY_PUSH(&out->steps, step);
		if (done)
			return true;
	}
	undo_step_free(&step);
	return done;
}

static void reverse(UndoSteps *out)
{
	out->undo = out->steps.count;
	for (size_t i = 0; i < out->undo / 2; i++) {
		const UndoStep first = out->steps.items[i];
		out->steps.items[i] = out->steps.items[out->undo - 1 - i];
		out->steps.items[out->undo - 1 - i] = first;
	}
}

/* *last: there are no more of this side. */
static bool collect_some(UndoCollection *work, UndoSteps *out, size_t steps, bool *last)
{
	const History *history = work->doc->history;
	HistoryStep step;
	*last = work->stopped;
	while (!*last && steps-- > 0) {
		if (!(work->redo ? history_read_behind(history, &work->place, &step)
				 : history_read_before(history, &work->place, &step)))
			return false;
		if (step.count > 0 || step.has_versions) {
			if (!add_step(work, out, &step))
				return false;
			*last = work->stopped;
		} else {
			*last = true;
		}
	}
	return true;
}

bool undo_collection_begin(UndoCollection *work, Document *doc)
{
	*work = (UndoCollection){
		.doc = doc, .bytes = UNDO_BYTES_MAX, .changes = UNDO_CHANGES_MAX};
	const bool placed = history_place(doc->history, &work->middle);
	work->place = work->middle;
	return placed;
}

bool undo_steps_collect_some(UndoCollection *work, UndoSteps *out, size_t steps,
			     bool *all)
{
	bool last = false;
	*all = false;
	if (!collect_some(work, out, steps, &last))
		return false;
	if (last && !work->redo) {
		reverse(out);
		work->redo = true;
		work->place = work->middle;
		work->stopped = work->bytes == 0 || work->changes == 0;
	} else {
		*all = last;
	}
	return true;
}

bool undo_steps_collect(Document *doc, UndoSteps *out)
{
	UndoCollection work;
	bool all = false;
	bool done = undo_collection_begin(&work, doc);
	while (done && !all)
		done = undo_steps_collect_some(&work, out, SIZE_MAX, &all);
	return done;
}

/* ---- Back ---- */

static bool push_step(History *history, UndoStep *step)
{
	bool done = true;
	history_begin(history, NULL);
	for (size_t i = 0; i < step->count && done; i++)
		done = history_push(history, &step->changes[i]);
	history_end(history, NULL);
	return done;
}

static bool take_back(History *history, size_t steps)
{
	for (size_t i = 0; i < steps; i++) {
		HistoryStep step;
		if (!history_get_undo(history, &step))
			return false;
		history_step_free(&step);
		history_undone(history);
	}
	return true;
}

bool undo_steps_adopt(Document *doc, UndoSteps *steps)
{
	bool done = true;
	for (size_t i = 0; i < steps->steps.count && done; i++)
		done = push_step(doc->history, &steps->steps.items[i]);
	done = done && take_back(doc->history, steps->steps.count - steps->undo);
	if (!done)
		history_clear(doc->history);
	history_break(doc->history);
	return done;
}
