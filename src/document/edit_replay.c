/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The bytes of a journal into operations, made on a document. */

#include <string.h>

#include "document/edit_private.h"

enum {
	PIECES_MAX = 1 << 24, /* of one operation */
};

static MhexStatus damaged(MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED,
			 "the edits in the journal make no sense: nothing was applied");
}

/* ---- Replacing ---- */

/* Is this a part of a file, or a length that one could have? */
static bool is_sane(uint64_t offset, uint64_t length)
{
	return length > 0 && length <= INT64_MAX && offset <= INT64_MAX - length;
}

static bool add_bytes(EditReplay *replay, const uint8_t *bytes, uint64_t length,
		      PieceList *out)
{
	Piece piece = {0, length, SOURCE_ID_ADDED};
	if (replay->doc &&
	    !stock_add_bytes(replay->doc->stock, bytes, (size_t)length, &piece))
		return false;
	return piece_list_add(out, piece);
}

static bool add_fill(EditReplay *replay, Unpack *from, PieceList *out)
{
	Piece piece = {.source = SOURCE_ID_ZERO};
	piece.offset = edit_get_number(from);
	piece.length = edit_get_number(from);
	const uint64_t length = edit_get_number(from);
	const uint8_t *pattern = edit_get_bytes(from, length);
	if (!pattern || length == 0 || length > EDIT_PATTERN_MAX ||
	    piece.offset >= length || !is_sane(piece.offset, piece.length)) {
		from->failed = true;
		return true;
	}
	if (replay->doc && !stock_fill_source(replay->doc->stock, pattern, (size_t)length,
					      &piece.source))
		return false;
	replay->bytes += piece.length;
	return piece_list_add(out, piece);
}

static bool add_file(EditReplay *replay, Unpack *from, PieceList *out)
{
	Piece piece = {.source = SOURCE_ID_FIRST_FILE};
	piece.offset = edit_get_number(from);
	piece.length = edit_get_number(from);
	from->failed = from->failed || !is_sane(piece.offset, piece.length) ||
		       piece.offset + piece.length > replay->covered;
	if (replay->doc)
		piece.source = replay->doc->now.tree.file;
	return from->failed || piece_list_add(out, piece);
}

/* False: out of memory. */
static bool add_piece(EditReplay *replay, Unpack *from, PieceList *out)
{
	uint64_t length = 0;
	const uint8_t *bytes = edit_get_bytes(from, 1);
	if (!bytes)
		return true;
	switch (*bytes) {
	case EDIT_PIECE_BYTES:
		length = edit_get_number(from);
		bytes = edit_get_bytes(from, length);
		replay->bytes += length;
		return from->failed || add_bytes(replay, bytes, length, out);
	case EDIT_PIECE_FILE:
		return add_file(replay, from, out);
	case EDIT_PIECE_FILL:
		return add_fill(replay, from, out);
	case EDIT_PIECE_LOST:
		length = edit_get_number(from);
		from->failed = from->failed || !is_sane(0, length);
		return from->failed ||
		       piece_list_add(out, (Piece){0, length, SOURCE_ID_LOST});
	default:
		from->failed = true;
		return true;
	}
}

static uint64_t length_of_last(const PieceList *pieces)
{
	return pieces->count > 0 ? pieces->items[pieces->count - 1].length : 0;
}

bool edit_get_pieces(EditReplay *replay, Unpack *from, PieceList *out)
{
	const uint64_t count = edit_get_number(from);
	uint64_t room = INT64_MAX;
	from->failed = from->failed || count > PIECES_MAX;
	for (uint64_t i = 0; i < count && !from->failed; i++) {
		const size_t pieces = out->count;
		const uint64_t before = length_of_last(out);
		if (!add_piece(replay, from, out))
			return false;
		const uint64_t joined = out->count == pieces ? before : 0;
		const uint64_t length = length_of_last(out) - joined;
		from->failed = from->failed || length > room;
		room -= length;
	}
	return true;
}

static bool fits(const Document *doc, Range range, uint64_t length)
{
	const uint64_t size = document_size(doc);
	return range_fits(range.offset, range.length, size) && length <= INT64_MAX &&
	       size - range.length <= INT64_MAX - length;
}

static MhexStatus replace(EditReplay *replay, Range range, const PieceList *pieces,
			  bool joins, MhexError *err)
{
	Document *doc = replay->doc;
	const uint64_t length = pieces_length(pieces->items, pieces->count);
	replay->next = range.offset + length;
	if (length == 0)
		replay->bytes += range.length;
	if (!doc)
		return MHEX_OK;
	if (!fits(doc, range, length))
		return damaged(err);
	if (joins)
		history_join(doc->history);
	return doc->model->replace(doc, range, pieces->items, pieces->count, err);
}

static MhexStatus read_bytes(EditReplay *replay, Unpack *from, EditOperation operation,
			     bool joins, MhexError *err)
{
	PieceList pieces = {0};
	Range range = {.offset = edit_get_difference(from, replay->next)};
	const uint64_t length = edit_get_number(from);
	const uint8_t *bytes = edit_get_bytes(from, length);
	if (!bytes || length == 0)
		return damaged(err);
	if (operation == EDIT_PUT)
		range.length = length;
	replay->bytes += length;
	const MhexStatus status = add_bytes(replay, bytes, length, &pieces)
					  ? replace(replay, range, &pieces, joins, err)
					  : document_no_memory(err);
	piece_list_free(&pieces);
	return status;
}

static MhexStatus read_pieces(EditReplay *replay, Unpack *from, bool joins,
			      MhexError *err)
{
	PieceList pieces = {0};
	Range range = {.offset = edit_get_difference(from, replay->next)};
	range.length = edit_get_number(from);
	MhexStatus status = MHEX_OK;
	if (!edit_get_pieces(replay, from, &pieces))
		status = document_no_memory(err);
	else if (from->failed || (range.length == 0 && pieces.count == 0))
		status = damaged(err);
	else
		status = replace(replay, range, &pieces, joins, err);
	piece_list_free(&pieces);
	return status;
}

/* ---- The others ---- */

static MhexStatus take_step(Document *doc, EditOperation operation, MhexError *err)
{
	uint64_t at = 0;
	if (history_grouping(doc->history))
		return damaged(err);
	const MhexStatus status = operation == EDIT_UNDO
					  ? doc->model->undo(doc, &at, err)
					  : doc->model->redo(doc, &at, err);
	return status == MHEX_E_NOTFOUND ? damaged(err) : status;
}

static MhexStatus group(Document *doc, bool begins, MhexError *err)
{
	if (history_grouping(doc->history) == begins)
		return damaged(err);
	if (begins)
		document_begin(doc);
	else
		document_end(doc);
	return MHEX_OK;
}

static MhexStatus check_size(const EditReplay *replay, Unpack *from, MhexError *err)
{
	const Document *doc = replay->doc;
	const uint64_t want = edit_get_difference(from, doc ? doc->now.covered : 0);
	if (from->failed || (doc && document_size(doc) != want))
		return damaged(err);
	return MHEX_OK;
}

static MhexStatus without_arguments(EditReplay *replay, EditOperation operation,
				    MhexError *err)
{
	Document *doc = replay->doc;
	if (!doc)
		return MHEX_OK;
	if (operation == EDIT_BEGIN || operation == EDIT_END)
		return group(doc, operation == EDIT_BEGIN, err);
	if (operation == EDIT_UNDO || operation == EDIT_REDO)
		return take_step(doc, operation, err);
	history_forget_redo(doc->history);
	return MHEX_OK;
}

static MhexStatus read_operation(EditReplay *replay, Unpack *from, MhexError *err)
{
	const uint8_t byte = *edit_get_bytes(from, 1);
	const bool joins = byte & EDIT_JOINS;
	const EditOperation operation = byte & (EDIT_JOINS - 1U);
	replay->operations++;
	switch (operation) {
	case EDIT_PUT:
	case EDIT_INSERT:
		return read_bytes(replay, from, operation, joins, err);
	case EDIT_REPLACE:
		return read_pieces(replay, from, joins, err);
	case EDIT_REPLACE_ALL:
		return edit_replay_all(replay, from, err);
	case EDIT_BEGIN:
	case EDIT_END:
	case EDIT_UNDO:
	case EDIT_REDO:
	case EDIT_FORGET_REDO:
		return without_arguments(replay, operation, err);
	case EDIT_SIZE:
		return check_size(replay, from, err);
	case EDIT_JOINS:
		break;
	}
	return damaged(err);
}

/* ---- Records ---- */

static MhexStatus read_operations(EditReplay *replay, MhexError *err)
{
	Unpack from = {.at = (const uint8_t *)strbuf_text(&replay->part),
		       .left = replay->part.length};
	MhexStatus status = MHEX_OK;
	while (!status && from.left > 0)
		status = read_operation(replay, &from, err);
	strbuf_clear(&replay->part);
	return status;
}

static MhexStatus read_committed(EditReplay *replay, uint32_t kind, MhexError *err)
{
	const MhexStatus status = read_operations(replay, err);
	if (kind == EDIT_RECORD_STATE)
		replay->next = 0;
	return status;
}

static MhexStatus read_bases(EditReplay *replay, Unpack *from, MhexError *err)
{
	uint64_t next = 0;
	while (from->left > 0 && !from->failed) {
		const uint64_t offset = edit_get_difference(from, next);
		const uint64_t length = edit_get_number(from);
		const uint8_t *bytes = edit_get_bytes(from, length);
		if (!bytes || !is_sane(offset, length))
			break;
		if (replay->bases &&
		    !base_bytes_put(replay->bases, offset, bytes, NULL, (size_t)length))
			return document_no_memory(err);
		next = offset + length;
	}
	return from->failed || from->left > 0 ? damaged(err) : MHEX_OK;
}

static MhexStatus read_stamp(EditReplay *replay, Unpack *from, MhexError *err)
{
	FileStamp *stamp = &replay->stamp;
	stamp->device = unpack_u64(from);
	stamp->inode = unpack_u64(from);
	stamp->size = unpack_u64(from);
	stamp->links = unpack_u64(from);
	stamp->modified.tv_sec = (time_t)unpack_u64(from);
	stamp->modified.tv_nsec = (long)unpack_u32(from);
	stamp->changed.tv_sec = (time_t)unpack_u64(from);
	stamp->changed.tv_nsec = (long)unpack_u32(from);
	replay->has_stamp = true;
	return from->failed || from->left > 0 ? damaged(err) : MHEX_OK;
}

MhexStatus edit_replay_record(EditReplay *replay, const JournalRecord *record,
			      MhexError *err)
{
	Unpack from = {.at = record->payload, .left = record->length};
	switch (record->kind) {
	case EDIT_RECORD_BASES:
		return read_bases(replay, &from, err);
	case EDIT_RECORD_STAMP:
		return read_stamp(replay, &from, err);
	case EDIT_RECORD_PART:
	case EDIT_RECORD_COMMIT:
	case EDIT_RECORD_STATE:
		if (replay->part.length > EDIT_JOURNAL_MAX)
			return damaged(err);
		strbuf_add(&replay->part, record->payload, record->length);
		if (replay->part.failed)
			return document_no_memory(err);
		return record->kind == EDIT_RECORD_PART
			       ? MHEX_OK
			       : read_committed(replay, record->kind, err);
	default:
		return damaged(err);
	}
}

void edit_replay_free(EditReplay *replay)
{
	strbuf_free(&replay->part);
	if (replay->bases)
		base_bytes_free(replay->bases);
	*replay = (EditReplay){.doc = NULL};
}
