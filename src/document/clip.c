/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Copy and paste, and files put into a document. */

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "document/intake.h"

struct Clip {
	Stock *stock; /* retained; of the document it was copied from */
	PieceTree tree;
	Reader reader;
};

/* ---- Clips ---- */

/* stock is retained, tree taken over. */
static Clip *clip_new(Stock *stock, PieceTree tree)
{
	Clip *clip = calloc(1, sizeof(*clip));
	if (!clip) {
		piece_tree_release(&tree);
		return NULL;
	}
	clip->stock = stock_retain(stock);
	clip->tree = tree;
	stock_tell(stock);
	reader_init(&clip->reader, &clip->stock->table, &clip->tree, false);
	return clip;
}

static MhexStatus read_clip(void *context, uint64_t offset, void *dst, size_t length,
			    MhexError *err)
{
	return clip_read(context, offset, dst, length, err);
}

static MhexStatus read_document(void *context, uint64_t offset, void *dst, size_t length,
				MhexError *err)
{
	return reader_read(context, offset, dst, length, NULL, err);
}

/* Bytes that the next edit would change in the file. */
static MhexStatus copy_bytes(Document *doc, const PieceTree *tree, PieceTree *out,
			     MhexError *err)
{
	Piece piece;
	Reader reader;
	reader_init(&reader, &doc->stock->table, tree, false);
	const Bytes bytes = {read_document, &reader, piece_tree_size(tree)};
	MhexStatus status = intake_bytes(doc->stock, &bytes, &piece, err);
	reader_free(&reader);
	*out = piece_tree_empty(doc->stock->pool, tree->file);
	if (!status && !piece_tree_replace(out, (Range){0, 0}, &piece, piece.length > 0))
		status = document_no_memory(err);
	return status;
}

static MhexStatus take_range(Document *doc, Range range, PieceTree *out, MhexError *err)
{
	PieceTree slice;
	if (!piece_tree_slice(&doc->now.tree, range, &slice))
		return document_no_memory(err);
	if (!doc->model->copies_clips) {
		*out = slice;
		return MHEX_OK;
	}
	const MhexStatus status = copy_bytes(doc, &slice, out, err);
	piece_tree_release(&slice);
	return status;
}

MhexStatus document_copy(Document *doc, Range range, Clip **out, MhexError *err)
{
	*out = NULL;
	if (!range_fits(range.offset, range.length, document_size(doc)))
		return mhex_fail(err, MHEX_E_RANGE,
				 "0x%" PRIx64 "..0x%" PRIx64
				 " is past the end (0x%" PRIx64 ")",
				 range.offset, range_end(range), document_size(doc));
	PieceTree tree;
	const MhexStatus status = take_range(doc, range, &tree, err);
	if (status)
		return status;
	*out = clip_new(doc->stock, tree);
	return *out ? MHEX_OK : document_no_memory(err);
}

void clip_free(Clip *clip)
{
	if (!clip)
		return;
	reader_free(&clip->reader);
	piece_tree_release(&clip->tree);
	stock_release(clip->stock);
	free(clip);
}

uint64_t clip_length(const Clip *clip)
{
	return piece_tree_size(&clip->tree);
}

MhexStatus clip_read(Clip *clip, uint64_t offset, void *dst, size_t length,
		     MhexError *err)
{
	return reader_read(&clip->reader, offset, dst, length, NULL, err);
}

/* ---- Putting in ---- */

static MhexStatus put(Document *doc, uint64_t offset, const PieceList *pieces,
		      bool insert, MhexError *err)
{
	const uint64_t length = pieces_length(pieces->items, pieces->count);
	const uint64_t size = document_size(doc);
	const uint64_t room = size - offset;
	uint64_t replaced = length < room ? length : room;
	if (insert)
		replaced = 0;
	if (length == 0)
		return MHEX_OK;
	if (length - replaced > 0 &&
	    (size > INT64_MAX || length - replaced > INT64_MAX - size))
		return mhex_fail(err, MHEX_E_RANGE,
				 "0x%" PRIx64
				 " bytes more make it larger than a file can be",
				 length - replaced);
	return document_replace(doc, (Range){offset, replaced}, pieces->items,
				pieces->count, err);
}

/* The pieces of the clip, of this document. */
static MhexStatus bring_pieces(Document *doc, Clip *clip, PieceList *out, MhexError *err)
{
	const Range all = {0, clip_length(clip)};
	/* Pieces of a file that is edited at once would change under the edit. */
	if (clip->stock != doc->stock || doc->model->copies_clips) {
		Piece piece;
		const Bytes bytes = {read_clip, clip, all.length};
		const MhexStatus status = intake_bytes(doc->stock, &bytes, &piece, err);
		if (status)
			return status;
		return piece_list_add(out, piece) ? MHEX_OK : document_no_memory(err);
	}
	PieceList list = {0};
	const bool done =
		piece_tree_collect(&clip->tree, all, &list) &&
		source_resolve_all(doc->stock->table, list.items, list.count, out);
	piece_list_free(&list);
	return done ? MHEX_OK : document_no_memory(err);
}

static MhexStatus check_place(const Document *doc, uint64_t offset, MhexError *err)
{
	if (offset <= document_size(doc))
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_RANGE,
			 "0x%" PRIx64 " is past the end (0x%" PRIx64 ")", offset,
			 document_size(doc));
}

MhexStatus document_paste(Document *doc, uint64_t offset, Clip *clip, bool insert,
			  MhexError *err)
{
	PieceList pieces = {0};
	MhexStatus status = check_place(doc, offset, err);
	if (!status)
		status = bring_pieces(doc, clip, &pieces, err);
	if (!status)
		status = put(doc, offset, &pieces, insert, err);
	piece_list_free(&pieces);
	return status;
}

MhexStatus document_insert_file(Document *doc, uint64_t offset, Intake *file,
				MhexError *err)
{
	Piece piece = {0};
	PieceList pieces = {0};
	MhexStatus status = intake_take(doc->stock, file, &piece, err);
	if (!status)
		status = check_place(doc, offset, err);
	if (!status && !piece_list_add(&pieces, piece))
		status = document_no_memory(err);
	if (!status)
		status = put(doc, offset, &pieces, true, err);
	piece_list_free(&pieces);
	return status;
}

/* ---- Part by part ---- */

static MhexStatus clip_of_piece(const Document *doc, Piece piece, Clip **out,
				MhexError *err)
{
	PieceTree tree = piece_tree_empty(doc->stock->pool, doc->now.tree.file);
	if (piece_tree_replace(&tree, (Range){0, 0}, &piece, piece.length > 0))
		*out = clip_new(doc->stock, tree);
	return *out ? MHEX_OK : document_no_memory(err);
}

MhexStatus document_take_intake(Document *doc, Intake *intake, Clip **out, MhexError *err)
{
	Piece piece;
	*out = NULL;
	const MhexStatus status = intake_take(doc->stock, intake, &piece, err);
	return status ? status : clip_of_piece(doc, piece, out, err);
}

MhexStatus document_fill_clip(Document *doc, const void *pattern, size_t pattern_length,
			      uint64_t length, Clip **out, MhexError *err)
{
	Piece piece = {.length = length};
	*out = NULL;
	if (!stock_fill_source(doc->stock, pattern, pattern_length, &piece.source))
		return document_no_memory(err);
	return clip_of_piece(doc, piece, out, err);
}

uint64_t document_put_max(const Document *doc, uint64_t length)
{
	const bool remembered = length <= BASE_BYTES_MAX;
	return remembered || doc->model->keeps_old ? doc->model->put_max : length;
}

uint64_t document_step_max(const Document *doc)
{
	if (!doc->model->keeps_old)
		return UINT64_MAX;
	return doc->undo_memory > LIVE_STEP_MIN ? doc->undo_memory : LIVE_STEP_MIN;
}

MhexStatus document_check_put(const Document *doc, uint64_t length, MhexError *err)
{
	const uint64_t most = document_step_max(doc);
	const bool in_mib = most % (1 << 20) == 0;
	if (length <= most)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_UNSUPPORTED,
			 "live: %" PRIu64 " bytes would change, and at most %" PRIu64
			 " %s (undo-memory) do in one step, as their old bytes are kept; "
			 ":access preview has no limit",
			 length, in_mib ? most >> 20 : most, in_mib ? "MiB" : "bytes");
}

MhexStatus document_put(Document *doc, uint64_t offset, Clip *clip, Range part,
			MhexError *err)
{
	PieceList pieces = {0};
	assert(clip->stock == doc->stock);
	MhexStatus status = check_place(doc, offset, err);
	if (!status && !piece_tree_collect(&clip->tree, part, &pieces))
		status = document_no_memory(err);
	if (!status)
		status = put(doc, offset, &pieces, false, err);
	piece_list_free(&pieces);
	return status;
}
