/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The edit model that stores each edit in the file at once. Old and new bytes are
 * recorded before; undo stores the old ones back. */

#include <inttypes.h>
#include <stdlib.h>

#include "document/live_private.h"
#include "document/save_io.h"
#include "document/succession.h"

enum {
	CHUNK = 16 << 10,
	TRIES = 4, /* while another process writes the same bytes */
	PUT_MAX = 256 << 10,
	REVERT_MAX = 64 << 20, /* bytes of one change */
};

static size_t next_chunk(uint64_t rest)
{
	return rest < CHUNK ? (size_t)rest : CHUNK;
}

/* ---- The state ---- */

bool live_whole_file(const Document *doc, PieceTree *out)
{
	const Piece file = document_file_piece(doc, (Range){0, doc->now.covered});
	*out = piece_tree_empty(doc->stock->pool, doc->now.tree.file);
	return piece_tree_replace(out, (Range){0, 0}, &file, file.length > 0);
}

bool live_forget_stored(Document *doc)
{
	PieceTree tree;
	BaseBytes *old = base_bytes_new();
	if (!old || !live_whole_file(doc, &tree)) {
		base_bytes_free(old);
		return false;
	}
	doc->live->stored = tree;
	doc->live->old = old;
	return true;
}

bool live_open(Document *doc)
{
	doc->live = calloc(1, sizeof(*doc->live));
	if (!doc->live)
		return false;
	if (live_whole_file(doc, &doc->live->origin) && live_forget_stored(doc))
		return true;
	live_close(doc);
	return false;
}

void live_close(Document *doc)
{
	Live *live = doc->live;
	doc->live = NULL;
	if (!live)
		return;
	store_close(live->store);
	storage_close(live->storage);
	piece_tree_release(&live->stored);
	piece_tree_release(&live->origin);
	base_bytes_free(live->old);
	free(live);
}

void document_live_old(const Document *doc, uint64_t offset, uint8_t *dst, uint8_t *known,
		       size_t length)
{
	base_bytes_read(doc->live->old, offset, dst, length, known);
}

MhexStatus document_live_stored(Document *doc, uint64_t offset, uint8_t *dst,
				uint8_t *known, size_t length, MhexError *err)
{
	Reader reader;
	reader_init(&reader, &doc->stock->table, &doc->live->stored, false);
	const MhexStatus status = reader_read(&reader, offset, dst, length, known, err);
	reader_free(&reader);
	return status;
}

/* ---- Counting ---- */

/* What this changes in the times of the file is no news. */
void live_edited(Document *doc)
{
	Storage *storage = document_storage(doc);
	const FileStamp was = storage_stamp(storage);
	if (!storage_measure(storage, NULL)) {
		const FileStamp is = storage_stamp(storage);
		if (is.size == was.size) {
			doc->seen.modified = is.modified;
			doc->seen.changed = is.changed;
		}
	}
	doc->generation++;
}

/* ---- An edit ---- */

/* What the file holds in range, as bytes of ours. */
static MhexStatus record_old(Document *doc, Range range, PieceList *out, MhexError *err)
{
	uint8_t bytes[CHUNK];
	MhexStatus status = MHEX_OK;
	for (uint64_t done = 0; !status && done < range.length;) {
		const size_t part = next_chunk(range.length - done);
		Piece piece;
		status = storage_read(document_storage(doc), range.offset + done, bytes,
				      part, NULL, err);
		if (!status && (!stock_add_bytes(doc->stock, bytes, part, &piece) ||
				!piece_list_add(out, piece)))
			status = document_no_memory(err);
		done += part;
	}
	return status;
}

static MhexStatus try_replace(Document *doc, Range range, const PieceList *pieces,
			      MhexError *err)
{
	PieceList old = {0};
	Change change = {.offset = range.offset};
	const MhexStatus status = record_old(doc, range, &old, err);
	const bool noted =
		!status && piece_list_add_all(&change.removed, old.items, old.count) &&
		piece_list_add_all(&change.inserted, pieces->items, pieces->count);
	if (!noted) {
		piece_list_free(&old);
		piece_list_free(&change.removed);
		piece_list_free(&change.inserted);
		return status ? status : document_no_memory(err);
	}
	MhexStatus done = MHEX_OK;
	if (!history_push(doc->history, &change)) {
		done = document_no_memory(err);
	} else {
		done = live_exchange(doc, range.offset, &old, pieces, err);
		if (done)
			history_pop(doc->history);
	}
	piece_list_free(&old);
	return done;
}

static MhexStatus check_edit(Document *doc, Range range, uint64_t length, MhexError *err)
{
	if (length != range.length)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "live: %s keeps its size (0x%" PRIx64
				 "); \":access preview\" allows another",
				 document_shown_name(doc), document_size(doc));
	return document_check_put(doc, length, err);
}

static MhexStatus live_replace(Document *doc, Range range, const Piece *pieces,
			       size_t count, MhexError *err)
{
	MhexStatus status = check_edit(doc, range, pieces_length(pieces, count), err);
	if (status)
		return status;
	PieceList list = {0};
	const uint64_t before = add_buffer_size(doc->stock->added);
	if (!piece_list_add_all(&list, pieces, count)) {
		piece_list_free(&list);
		return document_no_memory(err);
	}
	/* A byte that another process changes at the same moment is looked at again. */
	for (int i = 0; i < TRIES; i++) {
		status = try_replace(doc, range, &list, err);
		if (status)
			add_buffer_cut(doc->stock->added, before);
		if (status != MHEX_E_CONFLICT)
			break;
	}
	piece_list_free(&list);
	if (!status)
		live_edited(doc);
	return status;
}

/* ---- Undo, redo, revert ---- */

static MhexStatus live_undo(Document *doc, uint64_t *at, MhexError *err)
{
	return live_take_step(doc, true, at, err);
}

static MhexStatus live_redo(Document *doc, uint64_t *at, MhexError *err)
{
	return live_take_step(doc, false, at, err);
}

/* The bytes of run as they were at the last sync. */
static MhexStatus collect_old(Document *doc, Range run, PieceList *out, MhexError *err)
{
	uint8_t bytes[CHUNK], known[CHUNK];
	for (uint64_t done = 0; done < run.length;) {
		const size_t part = next_chunk(run.length - done);
		Piece piece;
		base_bytes_read(doc->live->old, run.offset + done, bytes, part, known);
		if (!stock_add_bytes(doc->stock, bytes, part, &piece) ||
		    !piece_list_add(out, piece))
			return document_no_memory(err);
		done += part;
	}
	return MHEX_OK;
}

static MhexStatus revert_run(Document *doc, Range run, MhexError *err)
{
	Change change = {.offset = run.offset};
	PieceList from = {0}, to = {0};
	MhexStatus status = collect_old(doc, run, &to, err);
	if (!status && (!piece_tree_collect(&doc->live->stored, run, &from) ||
			!piece_list_add_all(&change.removed, from.items, from.count) ||
			!piece_list_add_all(&change.inserted, to.items, to.count)))
		status = document_no_memory(err);
	if (status) {
		piece_list_free(&change.removed);
		piece_list_free(&change.inserted);
	} else if (!history_push(doc->history, &change)) {
		status = document_no_memory(err);
	} else {
		status = live_exchange(doc, run.offset, &from, &to, err);
		if (status)
			history_pop(doc->history);
	}
	piece_list_free(&from);
	piece_list_free(&to);
	return status;
}

static MhexStatus live_revert(Document *doc, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	MhexStatus conflict = MHEX_OK;
	MhexError other = {.status = MHEX_OK};
	const bool grouping = history_grouping(doc->history);
	if (!grouping)
		history_begin(doc->history, NULL);
	Range run = piece_tree_next_modified(&doc->live->stored, 0);
	while (!status && run.length > 0) {
		if (run.length > REVERT_MAX)
			run.length = REVERT_MAX;
		/* The first conflict is told, and what others have not touched goes
		 * back. */
		status = revert_run(doc, run, conflict ? &other : err);
		if (status == MHEX_E_CONFLICT) {
			conflict = status;
			status = MHEX_OK;
		}
		run = piece_tree_next_modified(&doc->live->stored, range_end(run));
	}
	if (!grouping)
		history_end(doc->history, NULL);
	live_edited(doc);
	if (status && conflict && err)
		*err = other;
	if (!status && conflict)
		save_error_add(err, "; what others have not changed is as it was");
	return status ? status : conflict;
}

/* ---- Modified ---- */

static uint64_t live_modified_bytes(const Document *doc)
{
	return piece_tree_modified(&doc->live->stored);
}

static Range live_next_modified(const Document *doc, uint64_t offset)
{
	return piece_tree_next_modified(&doc->live->stored, offset);
}

const EditModel live_model = {
	.replace = live_replace,
	.replace_parts = live_replace_parts,
	.undo = live_undo,
	.redo = live_redo,
	.revert = live_revert,
	.modified_bytes = live_modified_bytes,
	.next_modified = live_next_modified,
	.put_max = PUT_MAX,
	.keeps_old = true,
	.copies_clips = true,
};
