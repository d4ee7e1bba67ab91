/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A version of the document, or a part of it, into a file of its own.
 *
 * Bytes of files are copied by the kernel where it can, and their holes stay holes, as do
 * zeroes that the document was resized by. Everything else goes through a buffer.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "document/save_io.h"
#include "document/save_private.h"
#include "storage/system.h"

enum {
	COPY_STEP = 8 << 20, /* bytes by one copy_file_range(): progress and cancel */
	COPY_CHUNK = SAVE_BUFFERS * SAVE_CHUNK,
	PAGE = 4096,           /* or a part of one, elsewhere */
	FLUSH_STEP = 16 << 20, /* bytes between two hints that the disk may begin */
	SMALL_MAX = 8 << 10,   /* pieces up to here have no hole worth a system call */
};

typedef struct {
	const Save *save;
	int to; /* -1: count only */
	uint64_t bytes, total, flushed;
	bool by_hand;       /* the kernel does not copy between these two */
	uint32_t handle_of; /* the source that ... */
	Storage *handle;    /* is open */
} Content;

/* A handle on the file of a source, for this thread. */
static MhexStatus get_file(Content *content, uint32_t id, Storage **out, MhexError *err)
{
	const Save *save = content->save;
	*out = content->handle;
	if (content->handle && content->handle_of == id)
		return storage_measure(*out, err);
	const Source *source = source_table_get(save->snapshot->table, id);
	storage_close(content->handle);
	content->handle = NULL;
	content->handle_of = id;
	content->by_hand = false;
	const MhexStatus status = storage_ref_clone(source->file, &content->handle, err);
	*out = content->handle;
	return status ? status : storage_measure(*out, err);
}

static MhexStatus advance(Content *content, uint64_t bytes, MhexError *err)
{
	content->bytes += bytes;
	if (content->to < 0)
		return MHEX_OK;
	job_progress(content->save->worker, content->bytes, content->total);
	if (content->bytes - content->flushed >= FLUSH_STEP) {
		content->flushed = content->bytes;
		(void)system_sync_file_range(content->to, 0, 0, SYNC_FILE_RANGE_WRITE);
	}
	return save_go_on(content->save, err);
}

static MhexStatus write_bytes(Content *content, const void *bytes, size_t length,
			      uint64_t at, MhexError *err)
{
	if (save_write(content->to, bytes, length, at) < length)
		return mhex_fail_errno(err, "%s: cannot write the new file at 0x%" PRIx64,
				       content->save->path, at);
	return advance(content, length, err);
}

/* range of the document, to `at` of the new file. */
static MhexStatus copy_through_reader(Content *content, Range range, uint64_t at,
				      MhexError *err)
{
	uint8_t *buffer = save_buffer(content->save, SAVE_NEW_BYTES);
	if (content->to < 0)
		return advance(content, range.length, err);
	MhexStatus status = MHEX_OK;
	while (!status && range.length > 0) {
		const Range part = save_chunk(range);
		const size_t length = (size_t)part.length;
		status = reader_read(content->save->reader, part.offset, buffer, length,
				     NULL, err);
		if (!status)
			status = write_bytes(content, buffer, length, at, err);
		at += part.length;
		range = range_between(range_end(part), range_end(range));
	}
	return status;
}

/* Up to a border of a chunk in the new file, so that its pages are written whole. */
static size_t chunk_at(uint64_t at, uint64_t length)
{
	const uint64_t room = COPY_CHUNK - at % COPY_CHUNK;
	return (size_t)(length < room ? length : room);
}

/* data of a file, to `at` of the new one. Reading into a buffer and writing it is twice
 * as fast as what the kernel does when the bytes lie differently in their pages. */
static MhexStatus copy_by_hand(Content *content, Storage *file, Range data, uint64_t at,
			       MhexError *err)
{
	uint8_t *buffer = save_buffer(content->save, 0);
	MhexStatus status = MHEX_OK;
	while (!status && data.length > 0) {
		const size_t length = chunk_at(at, data.length);
		/* What it cannot read, the storage can, or can say why not. */
		if (save_read(storage_fd(file), buffer, length, data.offset) < length)
			status = storage_read(file, data.offset, buffer, length, NULL,
					      err);
		if (!status)
			status = write_bytes(content, buffer, length, at, err);
		at += length;
		data = range_between(data.offset + length, range_end(data));
	}
	return status;
}

static bool lie_alike(const Range data, uint64_t at)
{
	return data.offset % PAGE == at % PAGE;
}

static MhexStatus copy_data(Content *content, Storage *file, Range data, uint64_t at,
			    MhexError *err)
{
	while (data.length > 0 && !content->by_hand && lie_alike(data, at)) {
		off_t from = (off_t)data.offset;
		off_t to = (off_t)at;
		const ssize_t got = system_copy_file_range(
			storage_fd(file), &from, content->to, &to,
			data.length < COPY_STEP ? (size_t)data.length : COPY_STEP, 0);
		if (got < 0 && errno == EINTR)
			continue;
		/* By hand it shows what it is: the reading, the writing, or only that
		 * the kernel does not do it. */
		if (got <= 0) {
			content->by_hand = got < 0;
			break;
		}
		const MhexStatus status = advance(content, (uint64_t)got, err);
		if (status)
			return status;
		at += (uint64_t)got;
		data = range_between(data.offset + (uint64_t)got, range_end(data));
	}
	return copy_by_hand(content, file, data, at, err);
}

static MhexStatus check_reach(const Content *content, const Storage *file, Range range,
			      MhexError *err)
{
	if (range_fits(range.offset, range.length, storage_size(file)))
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_SHRUNK,
			 "%s: the file was cut to 0x%" PRIx64
			 ", the document needs its bytes 0x%" PRIx64 "..0x%" PRIx64,
			 content->save->path ? content->save->path : storage_path(file),
			 storage_size(file), range.offset, range_end(range));
}

/* A range of the file behind a source, to `at`. What lies beyond the end looks like a
 * hole, so the size is looked at before and after. */
static MhexStatus copy_file_piece(Content *content, const Piece *piece, uint64_t at,
				  MhexError *err)
{
	const Range range = {piece->offset, piece->length};
	Range rest = range;
	Storage *file = NULL;
	MhexStatus status = get_file(content, piece->source, &file, err);
	if (!status)
		status = check_reach(content, file, range, err);
	while (!status && rest.length > 0) {
		Range data = {0};
		status = storage_next_data(file, rest, &data, err);
		if (status || data.length == 0)
			break;
		const uint64_t to = at + (data.offset - range.offset);
		status = content->to < 0 ? advance(content, data.length, err)
					 : copy_data(content, file, data, to, err);
		rest = range_between(range_end(data), range_end(rest));
	}
	if (!status)
		status = storage_measure(file, err);
	return status ? status : check_reach(content, file, range, err);
}

/* A piece of the document that lies at offset there. */
static MhexStatus put_piece(Content *content, const Piece *piece, uint64_t offset,
			    MhexError *err)
{
	const SourceTable *table = content->save->snapshot->table;
	MhexStatus status = MHEX_OK;
	for (uint64_t done = 0; !status && done < piece->length;) {
		const Piece rest = piece_part(piece, done, piece->length - done);
		const Piece part = source_resolve(table, &rest);
		const Range range = {offset + done, part.length};
		const uint64_t at = range.offset - content->save->range.offset;
		if (source_table_get(table, part.source)->kind == SOURCE_FILE)
			status = copy_file_piece(content, &part, at, err);
		else if (part.source != SOURCE_ID_ZERO) /* which stays a hole */
			status = copy_through_reader(content, range, at, err);
		done += part.length;
	}
	return status;
}

/* Small pieces go together; *small is emptied. */
static MhexStatus put_small(Content *content, Range *small, MhexError *err)
{
	const Range range = *small;
	*small = (Range){range_end(range), 0};
	return copy_through_reader(content, range,
				   range.offset - content->save->range.offset, err);
}

static MhexStatus put_all(Content *content, MhexError *err)
{
	const Range range = content->save->range;
	Range small = {range.offset, 0};
	PieceCursor cursor;
	MhexStatus status = MHEX_OK;
	bool more = range.length > 0 &&
		    piece_cursor_seek(&cursor, save_tree(content->save), range.offset);
	while (more) {
		uint64_t at = 0;
		const Piece piece = piece_cursor_clip(&cursor, range, &at);
		small.length += piece.length;
		if (piece.length > SMALL_MAX) {
			small.length -= piece.length;
			status = put_small(content, &small, err);
			if (!status)
				status = put_piece(content, &piece, at, err);
			small.offset = at + piece.length;
		}
		more = !status && at + piece.length < range_end(range) &&
		       piece_cursor_next(&cursor);
	}
	if (!status)
		status = put_small(content, &small, err);
	storage_close(content->handle);
	content->handle = NULL;
	return status;
}

MhexStatus save_content_bytes(const Save *save, uint64_t *bytes, MhexError *err)
{
	Content content = {.save = save, .to = -1};
	const MhexStatus status = put_all(&content, err);
	*bytes = content.bytes;
	return status;
}

MhexStatus save_content_write(const Save *save, int to, uint64_t bytes, MhexError *err)
{
	Content content = {.save = save, .to = to, .total = bytes};
	/* The size first: where it is too large nothing has been written in vain. */
	if (system_ftruncate(to, (off_t)save->range.length) < 0)
		return mhex_fail_errno(err, "%s: no file of 0x%" PRIx64 " bytes",
				       save->path, save->range.length);
	return put_all(&content, err);
}

MhexStatus save_content_stream(const Save *save, int to, MhexError *err)
{
	uint8_t *buffer = save_buffer(save, SAVE_NEW_BYTES);
	Range rest = save->range;
	MhexStatus status = MHEX_OK;
	while (!status && rest.length > 0) {
		const Range part = save_chunk(rest);
		const size_t length = (size_t)part.length;
		status =
			reader_read(save->reader, part.offset, buffer, length, NULL, err);
		if (!status && !save_write_stream(to, buffer, length))
			status = mhex_fail_errno(
				err, "%s: cannot write the byte at 0x%" PRIx64,
				save->path ? save->path : "standard output", part.offset);
		rest = range_between(range_end(part), range_end(rest));
		job_progress(save->worker, rest.offset - save->range.offset,
			     save->range.length);
		if (!status)
			status = save_go_on(save, err);
	}
	return status;
}
