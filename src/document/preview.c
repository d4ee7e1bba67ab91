/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The edit model over a piece tree: the file is not touched before a save. */

#include "document/document_private.h"
#include "document/succession.h"

enum {
	SETTLE_STEP_MAX = 1 << 20, /* bytes looked at after an undo or redo */
	PUT_MAX = 2 << 20,
};

MhexStatus document_no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "out of memory: nothing was changed");
}

/* ---- One change ---- */

static bool has_more_pieces(const PieceTree *tree, Range range, size_t limit)
{
	PieceCursor cursor;
	size_t count = 0;
	bool more = range.length > 0 && piece_cursor_seek(&cursor, tree, range.offset);
	while (more && cursor.offset < range_end(range)) {
		if (++count > limit)
			return true;
		more = piece_cursor_next(&cursor);
	}
	return false;
}

static bool replace_as_versions(Document *doc, Range range, const PieceList *pieces)
{
	Version before = version_retain(&doc->now);
	bool done =
		piece_tree_replace(&doc->now.tree, range, pieces->items, pieces->count);
	if (done &&
	    !history_push_versions(doc->history, range.offset, &before, &doc->now)) {
		version_release(&doc->now);
		doc->now = before;
		return false;
	}
	version_release(&before);
	return done;
}

static bool replace_as_change(Document *doc, Range range, const PieceList *pieces)
{
	Change change = {.offset = range.offset};
	if (!piece_tree_collect(&doc->now.tree, range, &change.removed) ||
	    !piece_list_add_all(&change.inserted, pieces->items, pieces->count)) {
		piece_list_free(&change.removed);
		piece_list_free(&change.inserted);
		return false;
	}
	if (!history_push(doc->history, &change))
		return false;
	if (piece_tree_replace(&doc->now.tree, range, pieces->items, pieces->count))
		return true;
	history_pop(doc->history);
	return false;
}

static bool replace(Document *doc, Range range, const PieceList *pieces)
{
	if (!document_capture(doc, range, pieces->items, pieces->count))
		return false;
	if (pieces->count > HISTORY_CHANGES_MAX ||
	    has_more_pieces(&doc->now.tree, range, HISTORY_CHANGES_MAX))
		return replace_as_versions(doc, range, pieces);
	return replace_as_change(doc, range, pieces);
}

/* What stays in its place may equal the file there; what is inserted is new. */
static bool overwrites(const Document *doc, Range range, const PieceList *pieces)
{
	const uint64_t length = pieces_length(pieces->items, pieces->count);
	return length == range.length ||
	       (length > range.length && range_end(range) == document_size(doc));
}

static MhexStatus preview_replace(Document *doc, Range range, const Piece *pieces,
				  size_t count, MhexError *err)
{
	PieceList list = {0}, settled = {0};
	bool done = piece_list_add_all(&list, pieces, count);
	if (done && overwrites(doc, range, &list))
		done = document_settle(doc, range.offset, &list, &settled) &&
		       replace(doc, range, &settled);
	else if (done)
		done = replace(doc, range, &list);
	piece_list_free(&list);
	piece_list_free(&settled);
	if (!done)
		return document_no_memory(err);
	document_edited(doc);
	return MHEX_OK;
}

/* ---- Undo and redo ---- */

/* to is taken over, also on failure. from: what the step made. */
static bool switch_to(Document *doc, Version *to, const Version *from)
{
	if (!document_cover(doc, to) || !document_capture_switch(doc, &to->tree) ||
	    !document_expect_version(doc, &from->tree)) {
		version_release(to);
		return false;
	}
	version_release(&doc->now);
	doc->now = *to;
	return true;
}

/* With what is remembered goes the stamp that stands for the rest. */
static void exchange_base(Document *doc, KeptBase *base)
{
	const KeptBase left = {.bytes = doc->base,
			       .root = doc->now.tree.root,
			       .stamp = base->stamp,
			       .has_since = doc->has_stamp,
			       .since = doc->stamp};
	doc->base = base->bytes;
	doc->has_stamp = base->has_since;
	doc->stamp = base->since;
	*base = left;
}

/* Nothing has come between, and the file is as it was: what is remembered of it for the
 * other version holds still. */
static bool switch_with_base(Document *doc, const Version *to, const Version *from,
			     KeptBase *base)
{
	Storage *storage = document_storage(doc);
	const uint32_t file = doc->now.tree.file;
	if (!base->bytes || base->root != to->tree.root || to->tree.file != file ||
	    from->tree.file != file || from->tree.root != doc->now.tree.root ||
	    to->covered != doc->now.covered || storage_measure(storage, NULL))
		return false;
	const FileStamp stamp = storage_stamp(storage);
	if (!file_stamp_equal(&stamp, &base->stamp))
		return false;
	exchange_base(doc, base);
	document_capture_moved(doc, &to->tree);
	Version now = version_retain(to);
	version_release(&doc->now);
	doc->now = now;
	return true;
}

static bool switch_to_old(Document *doc, const Version *old, const Version *left,
			  KeptBase *base)
{
	Version to, from;
	if (switch_with_base(doc, old, left, base))
		return true;
	if (!document_bring_up(doc, left, &from))
		return false;
	const bool done = document_bring_up(doc, old, &to) && switch_to(doc, &to, &from);
	version_release(&from);
	return done;
}

/* Take out what is there and put in what was. What a save has put into the file since is
 * the file's now; an inserted byte that only happens to equal it stays ours. */
static bool apply(Document *doc, uint64_t offset, const PieceList *out,
		  const PieceList *in)
{
	PieceList resolved = {0}, settled = {0}, expected = {0};
	const Range range = {offset, pieces_length(out->items, out->count)};
	const uint64_t length = pieces_length(in->items, in->count);
	const bool same_size =
		length == range.length ||
		document_size(doc) - range.length + length == doc->now.covered;
	bool done =
		source_resolve_all(doc->stock->table, in->items, in->count, &resolved);
	if (done && same_size)
		done = document_settle(doc, offset, &resolved, &settled);
	const PieceList *list = same_size ? &settled : &resolved;
	done = done && document_capture(doc, range, list->items, list->count) &&
	       source_resolve_all(doc->stock->table, out->items, out->count, &expected) &&
	       document_expect(doc, offset, &expected) &&
	       piece_tree_replace(&doc->now.tree, range, list->items, list->count);
	piece_list_free(&expected);
	piece_list_free(&resolved);
	piece_list_free(&settled);
	return done;
}

static bool apply_change(Document *doc, const Change *change, bool undo)
{
	if (change->rebase)
		return document_rebase(doc, change->offset,
				       undo ? &change->removed : &change->inserted);
	return undo ? apply(doc, change->offset, &change->inserted, &change->removed)
		    : apply(doc, change->offset, &change->removed, &change->inserted);
}

static bool apply_changes(Document *doc, const HistoryStep *step, bool undo)
{
	if (step->count == 1) /* all or nothing by itself, and without a copied path */
		return apply_change(doc, &step->changes[0], undo);
	Version before = version_retain(&doc->now);
	bool done = true;
	for (size_t i = 0; i < step->count && done; i++) {
		const size_t index = undo ? step->count - 1 - i : i;
		done = apply_change(doc, &step->changes[index], undo);
	}
	if (done) {
		version_release(&before);
		return true;
	}
	version_release(&doc->now);
	doc->now = before;
	return false;
}

static MhexStatus take_step(Document *doc, bool undo, uint64_t *at, MhexError *err)
{
	HistoryStep step = {0};
	const bool got = undo ? history_get_undo(doc->history, &step)
			      : history_get_redo(doc->history, &step);
	if (!got)
		return document_no_memory(err);
	if (step.count == 0 && !step.has_versions)
		return mhex_fail(err, MHEX_E_NOTFOUND, "nothing to %s",
				 undo ? "undo" : "redo");
	const uint64_t size = document_size(doc);
	bool done = false;
	if (step.has_versions)
		done = undo ? switch_to_old(doc, &step.before, &step.after, step.base)
			    : switch_to_old(doc, &step.after, &step.before, step.base);
	else
		done = apply_changes(doc, &step, undo);
	*at = step.at < document_size(doc) ? step.at : document_size(doc);
	history_step_free(&step);
	if (!done)
		return document_no_memory(err);
	/* Steps that change the size may lead to what a save has written; without memory
	 * it is shown as modified. */
	if (document_size(doc) != size)
		(void)document_settle_version(doc, &doc->now, SETTLE_STEP_MAX);
	if (undo)
		history_undone(doc->history);
	else
		history_redone(doc->history);
	document_edited(doc);
	return MHEX_OK;
}

static MhexStatus preview_undo(Document *doc, uint64_t *at, MhexError *err)
{
	return take_step(doc, true, at, err);
}

static MhexStatus preview_redo(Document *doc, uint64_t *at, MhexError *err)
{
	return take_step(doc, false, at, err);
}

static MhexStatus preview_revert(Document *doc, MhexError *err)
{
	if (!document_is_modified(doc))
		return MHEX_OK;
	Version to = {
		.tree = piece_tree_empty(doc->stock->pool, doc->now.tree.file),
		.covered = doc->now.covered,
	};
	const Piece file = document_file_piece(doc, (Range){0, to.covered});
	uint64_t at = piece_tree_next_modified(&doc->now.tree, 0).offset;
	if (at > to.covered)
		at = to.covered;
	if (!piece_tree_replace(&to.tree, (Range){0, 0}, &file, to.covered > 0 ? 1 : 0) ||
	    !history_push_versions(doc->history, at, &doc->now, &to)) {
		version_release(&to);
		return document_no_memory(err);
	}
	version_release(&doc->now);
	doc->now = to;
	document_edited(doc);
	return MHEX_OK;
}

/* ---- Modified ---- */

static uint64_t preview_modified_bytes(const Document *doc)
{
	const uint64_t modified = piece_tree_modified(&doc->now.tree);
	const uint64_t size = document_size(doc);
	if (modified == 0 && size < doc->now.covered)
		return doc->now.covered - size;
	return modified;
}

static Range preview_next_modified(const Document *doc, uint64_t offset)
{
	return piece_tree_next_modified(&doc->now.tree, offset);
}

const EditModel preview_model = {
	.replace = preview_replace,
	.undo = preview_undo,
	.redo = preview_redo,
	.revert = preview_revert,
	.modified_bytes = preview_modified_bytes,
	.next_modified = preview_next_modified,
	.keeps_versions = true,
	.put_max = PUT_MAX,
};
