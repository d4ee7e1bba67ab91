/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "document/document_private.h"

enum {
	FILL_STRETCH = 64 << 10, /* of a pattern, shown at once */
	RUN_MAX = 1 << 30,       /* of what cannot be read; fits size_t anywhere */
};

void reader_init(Reader *reader, SourceTable *const *table, const PieceTree *tree,
		 bool own_handles)
{
	*reader = (Reader){.table = table, .tree = tree, .own_handles = own_handles};
}

void reader_free(Reader *reader)
{
	for (size_t i = 0; i < reader->handle_count; i++)
		storage_close(reader->handles[i].storage);
	free(reader->handles);
	free(reader->fill);
	*reader = (Reader){0};
}

MhexStatus reader_open(Reader **out, const Snapshot *snapshot, MhexError *err)
{
	*out = malloc(sizeof(**out));
	if (!*out)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	reader_init(*out, &snapshot->table, &snapshot->version.tree, true);
	return MHEX_OK;
}

void reader_close(Reader *reader)
{
	if (!reader)
		return;
	reader_free(reader);
	free(reader);
}

/* The storage behind ref that this reader's thread may use; borrowed. */
static MhexStatus get_storage(Reader *reader, StorageRef *ref, Storage **out,
			      MhexError *err)
{
	*out = ref->storage;
	if (!reader->own_handles)
		return MHEX_OK;
	for (size_t i = 0; i < reader->handle_count; i++) {
		if (reader->handles[i].ref != ref)
			continue;
		*out = reader->handles[i].storage;
		return MHEX_OK;
	}
	const size_t count = reader->handle_count + 1;
	ReaderHandle *handles = realloc(reader->handles, count * sizeof(*handles));
	if (!handles)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	reader->handles = handles;
	const MhexStatus status = storage_ref_clone(ref, out, err);
	if (!status)
		reader->handles[reader->handle_count++] = (ReaderHandle){ref, *out};
	return status;
}

/* ---- Copying ---- */

/* Where the bytes of a piece go, and where they are in the document. */
typedef struct {
	uint8_t *dst, *readable; /* readable may be NULL */
	uint64_t at;
} Target;

/* The pattern, repeated, from its byte offset on. */
static void repeat(const Source *source, uint64_t offset, uint8_t *dst, size_t length)
{
	size_t at = (size_t)(offset % source->length);
	size_t done = 0;
	while (done < length && done < source->length) {
		dst[done++] = source->pattern[at++];
		if (at == source->length)
			at = 0;
	}
	/* One whole turn is there: copy it, then twice as much, and so on. */
	while (done < length) {
		const size_t part = length - done < done ? length - done : done;
		memcpy(dst + done, dst, part);
		done += part;
	}
}

static MhexStatus read_file(Reader *reader, const Source *source, const Piece *piece,
			    const Target *target, MhexError *err)
{
	Storage *storage = NULL;
	MhexStatus status = get_storage(reader, source->file, &storage, err);
	if (status)
		return status;
	status = storage_read(storage, piece->offset, target->dst, (size_t)piece->length,
			      target->readable, err);
	/* The sentence names the place in the file; say which place that is here. */
	if (status && piece->offset != target->at)
		mhex_error_prefix(err, "at 0x%" PRIx64 ": ", target->at);
	return status;
}

/* piece is resolved. */
static MhexStatus read_resolved(Reader *reader, const Piece *piece, const Target *target,
				MhexError *err)
{
	const Source *source = source_table_get(*reader->table, piece->source);
	const size_t length = (size_t)piece->length;
	switch (source->kind) {
	case SOURCE_FILE:
		return read_file(reader, source, piece, target, err);
	case SOURCE_ADDED:
		add_buffer_read(source->added, piece->offset, target->dst, length);
		break;
	case SOURCE_FILL:
		repeat(source, piece->offset, target->dst, length);
		break;
	case SOURCE_LOST:
		memset(target->dst, 0, length);
		if (!target->readable)
			return mhex_fail(err, MHEX_E_UNREADABLE,
					 "the bytes at 0x%" PRIx64
					 " were lost when the file was saved",
					 target->at);
		memset(target->readable, 0, length);
		return MHEX_OK;
	}
	if (target->readable)
		memset(target->readable, 1, length);
	return MHEX_OK;
}

MhexStatus reader_read_piece(Reader *reader, const Piece *piece, uint64_t at,
			     uint8_t *dst, uint8_t *readable, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	Piece rest = *piece;
	Target target = {.at = at};
	target.dst = dst;
	target.readable = readable;
	while (!status && rest.length > 0) {
		const Piece part = source_resolve(*reader->table, &rest);
		status = read_resolved(reader, &part, &target, err);
		rest = piece_part(&rest, part.length, rest.length - part.length);
		target.at += part.length;
		target.dst += part.length;
		if (target.readable)
			target.readable += part.length;
	}
	return status;
}

static MhexStatus check_range(const Reader *reader, Range range, MhexError *err)
{
	const uint64_t size = piece_tree_size(reader->tree);
	if (range_fits(range.offset, range.length, size))
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_RANGE,
			 "0x%" PRIx64 " bytes at 0x%" PRIx64
			 " are past the end (0x%" PRIx64 ")",
			 range.length, range.offset, size);
}

MhexStatus reader_read(Reader *reader, uint64_t offset, void *dst, size_t length,
		       uint8_t *readable, MhexError *err)
{
	const Range range = {offset, length};
	PieceCursor cursor;
	MhexStatus status = check_range(reader, range, err);
	bool more =
		!status && length > 0 && piece_cursor_seek(&cursor, reader->tree, offset);
	while (more) {
		uint64_t at = 0;
		const Piece piece = piece_cursor_clip(&cursor, range, &at);
		const size_t done = (size_t)(at - offset);
		status = reader_read_piece(reader, &piece, at, (uint8_t *)dst + done,
					   readable ? readable + done : NULL, err);
		more = !status && done + piece.length < length &&
		       piece_cursor_next(&cursor);
	}
	return status;
}

/* ---- Visiting ---- */

typedef struct {
	ReaderVisitor visitor;
	void *context;
	uint64_t shift; /* offset in the document minus offset in the file */
	bool stopped;
} Visit;

static void show(Visit *visit, uint64_t at, const uint8_t *bytes, uint64_t length)
{
	visit->stopped = !visit->visitor(visit->context, at, bytes, (size_t)length);
}

static bool on_file_run(void *context, uint64_t offset, const uint8_t *bytes,
			size_t length)
{
	Visit *visit = context;
	show(visit, offset + visit->shift, bytes, length);
	return !visit->stopped;
}

static void visit_added(const AddBuffer *added, const Piece *piece, uint64_t at,
			Visit *visit)
{
	for (uint64_t done = 0; done < piece->length && !visit->stopped;) {
		uint64_t run = 0;
		const uint8_t *bytes = add_buffer_at(added, piece->offset + done, &run);
		if (run > piece->length - done)
			run = piece->length - done;
		show(visit, at + done, bytes, run);
		done += run;
	}
}

/* A long pattern is shown as it lies there, a short one in stretches made of it. */
static MhexStatus visit_fill(Reader *reader, const Source *source, const Piece *piece,
			     uint64_t at, Visit *visit, MhexError *err)
{
	const bool is_long = source->length > FILL_STRETCH / 2;
	uint64_t stretch = FILL_STRETCH - FILL_STRETCH % source->length;
	if (!is_long) {
		if (!reader->fill)
			reader->fill = malloc(FILL_STRETCH);
		if (!reader->fill)
			return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
		if (stretch > piece->length)
			stretch = piece->length;
		repeat(source, piece->offset, reader->fill, (size_t)stretch);
	}
	for (uint64_t done = 0; done < piece->length && !visit->stopped;) {
		const size_t phase =
			is_long ? (size_t)((piece->offset + done) % source->length) : 0;
		uint64_t run = is_long ? source->length - phase : stretch;
		if (run > piece->length - done)
			run = piece->length - done;
		show(visit, at + done, is_long ? source->pattern + phase : reader->fill,
		     run);
		done += run;
	}
	return MHEX_OK;
}

static MhexStatus visit_file(Reader *reader, const Source *source, const Piece *piece,
			     uint64_t at, Visit *visit, MhexError *err)
{
	Storage *storage = NULL;
	const MhexStatus status = get_storage(reader, source->file, &storage, err);
	if (status)
		return status;
	visit->shift = at - piece->offset;
	return storage_visit(storage, (Range){piece->offset, piece->length}, on_file_run,
			     visit, err);
}

/* piece is resolved. */
static MhexStatus visit_resolved(Reader *reader, const Piece *piece, uint64_t at,
				 Visit *visit, MhexError *err)
{
	const Source *source = source_table_get(*reader->table, piece->source);
	switch (source->kind) {
	case SOURCE_FILE:
		return visit_file(reader, source, piece, at, visit, err);
	case SOURCE_ADDED:
		visit_added(source->added, piece, at, visit);
		break;
	case SOURCE_FILL:
		return visit_fill(reader, source, piece, at, visit, err);
	case SOURCE_LOST:
		for (uint64_t done = 0; done < piece->length && !visit->stopped;) {
			const uint64_t rest = piece->length - done;
			const uint64_t run = rest < RUN_MAX ? rest : RUN_MAX;
			show(visit, at + done, NULL, run);
			done += run;
		}
		break;
	}
	return MHEX_OK;
}

static MhexStatus visit_piece(Reader *reader, const Piece *piece, uint64_t at,
			      Visit *visit, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (uint64_t done = 0; !status && !visit->stopped && done < piece->length;) {
		const Piece rest = piece_part(piece, done, piece->length - done);
		const Piece part = source_resolve(*reader->table, &rest);
		status = visit_resolved(reader, &part, at + done, visit, err);
		done += part.length;
	}
	return status;
}

MhexStatus reader_visit(Reader *reader, Range range, ReaderVisitor visitor, void *context,
			MhexError *err)
{
	Visit visit = {.visitor = visitor, .context = context};
	PieceCursor cursor;
	MhexStatus status = check_range(reader, range, err);
	bool more = !status && range.length > 0 &&
		    piece_cursor_seek(&cursor, reader->tree, range.offset);
	while (more) {
		uint64_t at = 0;
		const Piece piece = piece_cursor_clip(&cursor, range, &at);
		status = visit_piece(reader, &piece, at, &visit, err);
		more = !status && !visit.stopped &&
		       at + piece.length < range_end(range) && piece_cursor_next(&cursor);
	}
	return status;
}

/* ---- What need not be read ---- */

/* How much of piece, of a file, is a hole from its beginning on. What lies behind the end
 * of the file is none. */
static uint64_t hole_length(Reader *reader, const Source *source, const Piece *piece)
{
	Storage *storage = NULL;
	Range data;
	if (get_storage(reader, source->file, &storage, NULL) ||
	    storage_measure(storage, NULL) || piece->offset >= storage_size(storage))
		return 0;
	const Range range = range_intersect((Range){piece->offset, piece->length},
					    (Range){0, storage_size(storage)});
	if (storage_next_data(storage, range, &data, NULL))
		return 0;
	return data.length > 0 ? data.offset - range.offset : range.length;
}

bool reader_repeats(Reader *reader, Range range, ReaderRepeat *out)
{
	static const uint8_t zero = 0;
	PieceCursor cursor;
	uint64_t at = 0;
	if (!piece_cursor_seek(&cursor, reader->tree, range.offset))
		return false;
	const Piece piece = piece_cursor_clip(&cursor, range, &at);
	const Piece part = source_resolve(*reader->table, &piece);
	const Source *source = source_table_get(*reader->table, part.source);
	if (source->kind == SOURCE_FILL)
		*out = (ReaderRepeat){source->pattern, source->length, part.length};
	else if (source->kind == SOURCE_FILE)
		*out = (ReaderRepeat){&zero, 1, hole_length(reader, source, &part)};
	else
		return false;
	return out->count > 0;
}
