/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Copy and paste, and files put into a document. */

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "document/document_private.h"
#include "document/save_io.h"
#include "document/save_temp.h"

enum {
	CHUNK = 256 << 10
};

struct Clip {
	Stock *stock; /* retained; of the document it was copied from */
	PieceTree tree;
	Reader reader;
};

/* ---- Bytes from elsewhere become pieces of a document ---- */

typedef MhexStatus (*ReadBytes)(void *context, uint64_t offset, void *dst, size_t length,
				MhexError *err);

typedef struct {
	ReadBytes read;
	void *context;
	uint64_t length;
} Bytes;

/* A file of ours, as a source of doc. storage is taken over. */
static MhexStatus adopt_spooled(Stock *stock, Storage *storage, Piece *out,
				MhexError *err)
{
	const uint64_t length = storage_size(storage);
	StorageRef *file = NULL;
	const MhexStatus status = storage_ref_new(&file, storage, err);
	if (status)
		return status;
	Source *source = source_new_file(file);
	*out = (Piece){0, length, 0};
	if (!source || !source_table_add(&stock->table, source, &out->source))
		return document_no_memory(err);
	return MHEX_OK;
}

static MhexStatus copy_to_memory(Stock *stock, const Bytes *bytes, Piece *out,
				 MhexError *err)
{
	uint8_t *copy = malloc((size_t)bytes->length);
	if (!copy)
		return document_no_memory(err);
	MhexStatus status =
		bytes->read(bytes->context, 0, copy, (size_t)bytes->length, err);
	if (!status && !stock_add_bytes(stock, copy, (size_t)bytes->length, out))
		status = document_no_memory(err);
	free(copy);
	return status;
}

static MhexStatus copy_chunks(int fd, const Bytes *bytes, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	uint8_t *chunk = malloc(CHUNK);
	if (!chunk)
		return document_no_memory(err);
	for (uint64_t at = 0; !status && at < bytes->length;) {
		const uint64_t rest = bytes->length - at;
		const size_t part = rest < CHUNK ? (size_t)rest : CHUNK;
		status = bytes->read(bytes->context, at, chunk, part, err);
		if (!status && save_write(fd, chunk, part, at) < part)
			status = mhex_fail_errno(err, "cannot keep 0x%" PRIx64 " bytes",
						 bytes->length);
		at += part;
	}
	free(chunk);
	return status;
}

static MhexStatus copy_to_disk(Stock *stock, const Bytes *bytes, Piece *out,
			       MhexError *err)
{
	int fd = -1;
	MhexStatus status = save_temp_open(&fd, bytes->length, "to be put in", err);
	if (status)
		return status;
	status = copy_chunks(fd, bytes, err);
	if (status) {
		(void)close(fd);
		return status;
	}
	Storage *storage = NULL;
	const StorageOptions how = {.wanted = ACCESS_VIEW};
	status = storage_open_fd(&storage, fd, "the copied bytes", how, err);
	return status ? status : adopt_spooled(stock, storage, out, err);
}

/* Short ones go into the add buffer, others into a file of ours. */
static MhexStatus copy_in(Stock *stock, const Bytes *bytes, Piece *out, MhexError *err)
{
	*out = (Piece){0};
	if (bytes->length == 0)
		return MHEX_OK;
	if (bytes->length < DOCUMENT_SPOOL_MIN)
		return copy_to_memory(stock, bytes, out, err);
	return copy_to_disk(stock, bytes, out, err);
}

/* ---- Clips ---- */

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
	MhexStatus status = copy_in(doc->stock, &bytes, &piece, err);
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
	Clip *clip = calloc(1, sizeof(*clip));
	if (!clip)
		return document_no_memory(err);
	const MhexStatus status = take_range(doc, range, &clip->tree, err);
	if (status) {
		free(clip);
		return status;
	}
	clip->stock = stock_retain(doc->stock);
	reader_init(&clip->reader, &clip->stock->table, &clip->tree, false);
	*out = clip;
	return MHEX_OK;
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
	return doc->model->replace(doc, (Range){offset, replaced}, pieces->items,
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
		const MhexStatus status = copy_in(doc->stock, &bytes, &piece, err);
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

static MhexStatus read_storage(void *context, uint64_t offset, void *dst, size_t length,
			       MhexError *err)
{
	return storage_read(context, offset, dst, length, NULL, err);
}

MhexStatus document_insert_file(Document *doc, uint64_t offset, const char *path,
				MhexError *err)
{
	Storage *storage = NULL;
	const StorageOptions how = {.wanted = ACCESS_VIEW};
	MhexStatus status = check_place(doc, offset, err);
	if (!status)
		status = storage_open(&storage, path, how, err);
	if (status)
		return status;
	Piece piece;
	PieceList pieces = {0};
	const Bytes bytes = {read_storage, storage, storage_size(storage)};
	status = copy_in(doc->stock, &bytes, &piece, err);
	storage_close(storage);
	if (!status && !piece_list_add(&pieces, piece))
		status = document_no_memory(err);
	if (!status)
		status = put(doc, offset, &pieces, true, err);
	piece_list_free(&pieces);
	return status;
}
