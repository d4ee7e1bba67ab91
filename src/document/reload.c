/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The file as it is now, perhaps another one of the same name, under the edits as they
 * are. */

#include <errno.h>

#include "document/document_private.h"
#include "document/edit_journal.h"
#include "document/opening.h"
#include "document/succession.h"

/* ---- Another length, another file ---- */

/* How many bytes at the end of the document are nothing but what the file has lost. */
static uint64_t lost_tail(const Document *doc, uint64_t size)
{
	uint64_t end = document_size(doc);
	PieceCursor cursor;
	while (end > 0 && piece_cursor_seek(&cursor, &doc->now.tree, end - 1)) {
		const Piece *piece = &cursor.piece;
		if (piece->source != doc->now.tree.file ||
		    piece->offset + piece->length <= size)
			break;
		if (piece->offset < size) {
			end = cursor.offset + (size - piece->offset);
			break;
		}
		end = cursor.offset;
	}
	return document_size(doc) - end;
}

/* A step of its own, when there are steps whose offsets count on those bytes. */
static bool cut_tail(Document *doc, uint64_t length)
{
	const uint64_t at = document_size(doc) - length;
	Version before = version_retain(&doc->now);
	bool done = length == 0 ||
		    piece_tree_replace(&doc->now.tree, (Range){at, length}, NULL, 0);
	const bool steps = history_undo_steps(doc->history) > 0 ||
			   history_redo_steps(doc->history) > 0;
	if (done && length > 0 && steps &&
	    !history_push_versions(doc->history, at, &before, &doc->now)) {
		version_release(&doc->now);
		doc->now = version_retain(&before);
		done = false;
	}
	version_release(&before);
	return done;
}

/* Is it the file that is open already? A special file is read anew each time. */
static bool is_same_file(const Document *doc, const Storage *storage)
{
	const FileStamp was = storage_stamp(document_storage(doc));
	const FileStamp is = storage_stamp(storage);
	return was.device == is.device && was.inode == is.inode &&
	       storage_kind(storage) != STORAGE_SPECIAL;
}

/* file, taken over, is what has the document's name. */
static MhexStatus take_file(Document *doc, StorageRef *file, MhexError *err)
{
	const uint64_t in_file = storage_size(file->storage);
	const uint64_t size = in_file < doc->now.covered ? in_file : doc->now.covered;
	PieceTree holds = piece_tree_empty(doc->stock->pool, doc->now.tree.file);
	const Piece common = document_file_piece(doc, (Range){0, size});
	const uint64_t tail = lost_tail(doc, size);
	const bool done =
		piece_tree_replace(&holds, (Range){0, 0}, &common, size > 0 ? 1 : 0) &&
		document_succeed_by_file(doc, file, &holds,
					 !is_same_file(doc, file->storage));
	piece_tree_release(&holds);
	if (!done || !cut_tail(doc, tail))
		return document_no_memory(err);
	return document_cover(doc, &doc->now) ? MHEX_OK : document_no_memory(err);
}

/* Where the file comes from: a job that has opened it, or it is opened here. */
typedef struct {
	Opening *opening; /* NULL: none */
	bool at_once;
} Origin;

static MhexStatus open_file(const Document *doc, Origin from, StorageRef **file,
			    MhexError *err)
{
	Storage *storage = NULL;
	const StorageOptions how = {
		.wanted = doc->access,
		.window = storage_window(document_storage(doc)),
		.at_once = from.at_once,
	};
	const MhexStatus status = from.opening
					  ? opening_take(from.opening, &storage, err)
					  : storage_open(&storage, doc->path, how, err);
	return status ? status : storage_ref_new(file, storage, err);
}

/* Nobody has made the file yet. */
static bool is_still_missing(const Document *doc, const MhexError *reason)
{
	return !document_has_file(doc) && reason->sys_errno == ENOENT;
}

/* The edit model follows, when the file may not be written any more or was edited live.
 */
static MhexStatus take_path(Document *doc, Origin from, MhexError *err)
{
	StorageRef *file = NULL;
	MhexError reason = {.status = MHEX_OK};
	MhexStatus status = open_file(doc, from, &file, &reason);
	if (status && is_still_missing(doc, &reason))
		return MHEX_OK;
	if (status) {
		if (err)
			*err = reason;
		return status;
	}
	const Access access = storage_access(file->storage);
	if (access == doc->access && is_same_file(doc, file->storage) &&
	    storage_size(file->storage) >= doc->now.covered) {
		storage_ref_release(file);
		return storage_measure(document_storage(doc), err);
	}
	if (access != doc->access && document_is_modified(doc)) {
		storage_ref_release(file);
		return mhex_fail(err, MHEX_E_READONLY,
				 "%s may not be written any more; the edits are kept on "
				 "the file as it was opened",
				 document_shown_name(doc));
	}
	if (live_leave(doc)) {
		status = take_file(doc, file, err);
	} else {
		storage_ref_release(file);
		return document_no_memory(err);
	}
	if (!status && !document_use_access(doc, access))
		status = document_no_memory(err);
	return status;
}

/* Is it to be looked for under its name? A new file with edits is not there yet. */
static bool follows_name(const Document *doc)
{
	return doc->path && (document_has_file(doc) || !document_is_modified(doc));
}

static bool count_conflict(void *context, const Conflict *conflict)
{
	uint64_t *count = context;
	*count += conflict->length;
	return true;
}

static MhexStatus reload(Document *doc, Origin from, uint64_t *conflicts, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	if (follows_name(doc))
		status = take_path(doc, from, err);
	if (status)
		return status;
	if (!document_cover(doc, &doc->now))
		return document_no_memory(err);
	doc->seen = storage_stamp(document_storage(doc));
	document_settle_name(doc);
	doc->generation++;
	history_break(doc->history);
	edit_journal_anew(doc);
	if (!conflicts)
		return MHEX_OK;
	*conflicts = 0;
	return document_conflicts(doc, count_conflict, conflicts, err);
}

static MhexStatus check_at_rest(const Document *doc, MhexError *err)
{
	if (!doc->saving)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_BUSY, "%s is being written",
			 document_shown_name(doc));
}

MhexStatus document_reload(Document *doc, bool at_once, uint64_t *conflicts,
			   MhexError *err)
{
	const MhexStatus status = check_at_rest(doc, err);
	return status ? status
		      : reload(doc, (Origin){.at_once = at_once}, conflicts, err);
}

MhexStatus document_reload_read(Document *doc, Opening *opening, uint64_t *conflicts,
				MhexError *err)
{
	const MhexStatus status = check_at_rest(doc, err);
	if (!status && follows_name(doc))
		return reload(doc, (Origin){.opening = opening}, conflicts, err);
	opening_drop(opening);
	return status;
}
