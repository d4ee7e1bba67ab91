/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Edits: what is checked before an edit model makes one. */

#include <inttypes.h>

#include "document/document_private.h"
#include "document/edit_journal.h"

/* Offsets of files are signed. */
static const uint64_t size_max = INT64_MAX;

static MhexStatus check_offset(const Document *doc, uint64_t offset, MhexError *err)
{
	const uint64_t size = document_size(doc);
	if (offset <= size)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_RANGE,
			 "0x%" PRIx64 " is past the end (0x%" PRIx64 ")", offset, size);
}

MhexStatus document_check_range(const Document *doc, Range range, MhexError *err)
{
	const uint64_t size = document_size(doc);
	if (range_fits(range.offset, range.length, size))
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_RANGE,
			 "0x%" PRIx64 "..0x%" PRIx64 " is past the end (0x%" PRIx64 ")",
			 range.offset, range_end(range), size);
}

static MhexStatus check_growth(const Document *doc, uint64_t length, MhexError *err)
{
	const uint64_t size = document_size(doc);
	if (length == 0 || (size <= size_max && length <= size_max - size))
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_RANGE,
			 "0x%" PRIx64 " bytes more make it larger than a file can be",
			 length);
}

/* What of length bytes put at offset replaces bytes that are there. */
static Range under(const Document *doc, uint64_t offset, uint64_t length)
{
	const uint64_t room = document_size(doc) - offset;
	return (Range){offset, length < room ? length : room};
}

MhexStatus document_replace(Document *doc, Range range, const Piece *pieces, size_t count,
			    MhexError *err)
{
	const bool joins = history_joins(doc->history);
	const MhexStatus status = doc->model->replace(doc, range, pieces, count, err);
	if (!status)
		edit_journal_replaced(doc, range, pieces, count, joins);
	return status;
}

/* bytes in place of range. */
static MhexStatus put_bytes(Document *doc, Range range, const void *bytes, size_t length,
			    MhexError *err)
{
	AddBuffer *added = doc->stock->added;
	const uint64_t before = add_buffer_size(added);
	Piece piece;
	if (!stock_add_bytes(doc->stock, bytes, length, &piece))
		return document_no_memory(err);
	const MhexStatus status = document_replace(doc, range, &piece, 1, err);
	if (status)
		add_buffer_cut(added, before);
	return status;
}

/* Is the byte at offset the one that was added last, and does nobody else know it? */
static bool is_last_added(const Document *doc, uint64_t offset)
{
	PieceCursor cursor;
	const AddBuffer *added = doc->stock->added;
	const uint64_t size = add_buffer_size(added);
	if (size <= doc->stock->told ||
	    !piece_cursor_seek(&cursor, &doc->now.tree, offset))
		return false;
	const Piece *piece = &cursor.piece;
	return piece->source == SOURCE_ID_ADDED &&
	       piece->offset + (offset - cursor.offset) == size - 1;
}

/* Would the byte at offset, which was added last, be clean now? */
static bool settles(Document *doc, uint64_t offset)
{
	const uint64_t last = add_buffer_size(doc->stock->added) - 1;
	PieceList list = {0}, settled = {0};
	const bool ours = piece_list_add(&list, (Piece){last, 1, SOURCE_ID_ADDED}) &&
			  document_settle(doc, offset, &list, &settled) &&
			  settled.count == 1 &&
			  settled.items[0].source == SOURCE_ID_ADDED;
	piece_list_free(&list);
	piece_list_free(&settled);
	return !ours;
}

/*
 * A digit typed behind another one changes the byte that the first has added, so that
 * typing a byte leaves one byte behind and neighbours stay one piece. False: it must be
 * an edit like others.
 */
static bool amend(Document *doc, uint64_t offset, uint8_t byte)
{
	if (!doc->model->keeps_versions || !history_joins(doc->history) ||
	    !is_last_added(doc, offset))
		return false;
	const uint8_t old = add_buffer_amend(doc->stock->added, byte);
	if (settles(doc, offset)) {
		(void)add_buffer_amend(doc->stock->added, old);
		return false;
	}
	const Piece last = {add_buffer_size(doc->stock->added) - 1, 1, SOURCE_ID_ADDED};
	edit_journal_replaced(doc, (Range){offset, 1}, &last, 1, true);
	history_joined(doc->history);
	document_edited(doc);
	return true;
}

MhexStatus document_overwrite(Document *doc, uint64_t offset, const void *bytes,
			      size_t length, MhexError *err)
{
	MhexStatus status = check_offset(doc, offset, err);
	if (status || length == 0)
		return status;
	const Range replaced = under(doc, offset, length);
	if (length == 1 && replaced.length == 1 &&
	    amend(doc, offset, *(const uint8_t *)bytes))
		return MHEX_OK;
	status = check_growth(doc, length - replaced.length, err);
	if (status)
		return status;
	return put_bytes(doc, replaced, bytes, length, err);
}

MhexStatus document_insert(Document *doc, uint64_t offset, const void *bytes,
			   size_t length, MhexError *err)
{
	MhexStatus status = check_offset(doc, offset, err);
	if (!status)
		status = check_growth(doc, length, err);
	if (status || length == 0)
		return status;
	return put_bytes(doc, (Range){offset, 0}, bytes, length, err);
}

MhexStatus document_delete(Document *doc, Range range, MhexError *err)
{
	const MhexStatus status = document_check_range(doc, range, err);
	if (status || range.length == 0)
		return status;
	return document_replace(doc, range, NULL, 0, err);
}

MhexStatus document_fill(Document *doc, Range range, const void *pattern, size_t length,
			 bool insert, MhexError *err)
{
	MhexStatus status = check_offset(doc, range.offset, err);
	if (!status && length == 0)
		status = mhex_fail(err, MHEX_E_RANGE, "there is nothing to fill with");
	if (status || range.length == 0)
		return status;
	const Range replaced = insert ? (Range){range.offset, 0}
				      : under(doc, range.offset, range.length);
	status = check_growth(doc, range.length - replaced.length, err);
	if (status)
		return status;
	Piece piece = {0, range.length, SOURCE_ID_ZERO};
	if (!stock_fill_source(doc->stock, pattern, length, &piece.source))
		return document_no_memory(err);
	return document_replace(doc, replaced, &piece, 1, err);
}

MhexStatus document_resize(Document *doc, uint64_t size, MhexError *err)
{
	const uint64_t now = document_size(doc);
	if (size < now)
		return document_replace(doc, range_between(size, now), NULL, 0, err);
	const Piece zeroes = {0, size - now, SOURCE_ID_ZERO};
	const MhexStatus status = check_growth(doc, zeroes.length, err);
	if (status || zeroes.length == 0)
		return status;
	return document_replace(doc, (Range){now, 0}, &zeroes, 1, err);
}

/* ---- Steps ---- */

void document_begin(Document *doc)
{
	history_begin(doc->history, doc->model->keeps_versions ? &doc->now : NULL);
	edit_journal_did(doc, EDIT_BEGIN);
}

void document_end(Document *doc)
{
	history_end(doc->history, doc->model->keeps_versions ? &doc->now : NULL);
	edit_journal_did(doc, EDIT_END);
}

void document_join(Document *doc)
{
	history_join(doc->history);
}

MhexStatus document_undo(Document *doc, uint64_t *at, MhexError *err)
{
	uint64_t place = 0;
	const MhexStatus status = doc->model->undo(doc, &place, err);
	if (!status)
		edit_journal_did(doc, EDIT_UNDO);
	if (!status && at)
		*at = place;
	return status;
}

MhexStatus document_redo(Document *doc, uint64_t *at, MhexError *err)
{
	uint64_t place = 0;
	const MhexStatus status = doc->model->redo(doc, &place, err);
	if (!status)
		edit_journal_did(doc, EDIT_REDO);
	if (!status && at)
		*at = place;
	return status;
}

void document_forget_redo(Document *doc)
{
	history_forget_redo(doc->history);
	edit_journal_did(doc, EDIT_FORGET_REDO);
}

MhexStatus document_revert(Document *doc, MhexError *err)
{
	const MhexStatus status = doc->model->revert(doc, err);
	edit_journal_anew(doc);
	return status;
}
