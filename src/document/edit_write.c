/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Edits into bytes. */

#include <inttypes.h>
#include <string.h>

#include "document/edit_private.h"

enum {
	CHUNK = 16 << 10,
	TYPED_MAX = 64, /* bytes at once that may be typing */
	SLICE = 256,    /* differences or runs of bases between two keys */
};

/* ---- Records ---- */

static MhexStatus too_large(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOSPACE, "a journal of edits takes at most %d MiB",
			 EDIT_JOURNAL_MAX >> 20);
}

static MhexStatus no_room(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal of edits");
}

static MhexStatus enqueue(EditStream *to, uint32_t kind, const StrBuf *bytes,
			  MhexError *err)
{
	EditQueued queued = {.kind = kind};
	strbuf_add(&queued.bytes, strbuf_text(bytes), bytes->length);
	if (queued.bytes.failed || !ARRAY_PUSH(&to->queue, queued)) {
		strbuf_free(&queued.bytes);
		return no_room(err);
	}
	to->queued += bytes->length;
	return MHEX_OK;
}

static MhexStatus append(EditStream *to, uint32_t kind, const StrBuf *bytes,
			 MhexError *err)
{
	if (bytes->failed && to->cause.status) {
		if (err)
			*err = to->cause;
		return to->cause.status;
	}
	if (bytes->failed)
		return document_no_memory(err);
	const uint64_t size = to->file ? journal_size(to->file) : to->queued;
	if (size + bytes->length > EDIT_JOURNAL_MAX)
		return too_large(err);
	if (!to->file)
		return enqueue(to, kind, bytes, err);
	return journal_append(to->file, kind, strbuf_text(bytes), bytes->length, err);
}

static void forget_queue(EditStream *to)
{
	for (size_t i = 0; i < to->queue.count; i++)
		strbuf_free(&to->queue.items[i].bytes);
	ARRAY_FREE(&to->queue);
	to->queued = 0;
}

void edit_stream_clear(EditStream *to)
{
	JournalWriter *file = to->file;
	forget_queue(to);
	strbuf_free(&to->ops);
	strbuf_free(&to->bases);
	strbuf_free(&to->run.bytes);
	strbuf_free(&to->base.bytes);
	*to = (EditStream){.file = file};
}

MhexStatus edit_stream_drain(EditStream *to, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < to->queue.count; i++)
		status = append(to, to->queue.items[i].kind, &to->queue.items[i].bytes,
				err);
	forget_queue(to);
	return status;
}

void edit_give_up(EditStream *to, const MhexError *cause)
{
	if (!to->ops.failed)
		to->cause = *cause;
	to->ops.failed = true;
}

static void no_memory(EditStream *to)
{
	MhexError why;
	(void)document_no_memory(&why);
	edit_give_up(to, &why);
}

void edit_write_part(EditStream *to)
{
	MhexError why;
	if (append(to, EDIT_RECORD_PART, &to->ops, &why))
		edit_give_up(to, &why);
	else
		strbuf_clear(&to->ops);
}

/* ---- Runs of bytes ---- */

static void put_head(EditStream *to, EditOperation operation, uint64_t offset, bool joins)
{
	strbuf_add_char(&to->ops, (char)(uint8_t)(operation | (joins ? EDIT_JOINS : 0)));
	edit_put_difference(&to->ops, offset, to->next);
}

static void close_run(EditStream *to)
{
	EditRun *run = &to->run;
	if (run->operation == 0)
		return;
	put_head(to, run->operation, run->offset, run->joins);
	edit_put_number(&to->ops, run->bytes.length);
	strbuf_add(&to->ops, strbuf_text(&run->bytes), run->bytes.length);
	to->ops.failed = to->ops.failed || run->bytes.failed;
	to->next = run->offset + run->bytes.length;
	run->operation = 0;
	strbuf_clear(&run->bytes);
	if (to->ops.length > EDIT_PENDING_MAX)
		edit_write_part(to);
}

static void close_base(EditStream *to)
{
	EditRun *run = &to->base;
	if (run->bytes.length == 0)
		return;
	edit_put_difference(&to->bases, run->offset, to->base_next);
	edit_put_number(&to->bases, run->bytes.length);
	strbuf_add(&to->bases, strbuf_text(&run->bytes), run->bytes.length);
	to->bases.failed = to->bases.failed || run->bytes.failed;
	to->base_next = run->offset + run->bytes.length;
	strbuf_clear(&run->bytes);
	if (to->bases.length <= EDIT_PENDING_MAX)
		return;
	MhexError why;
	if (append(to, EDIT_RECORD_BASES, &to->bases, &why))
		edit_give_up(to, &why);
	else
		strbuf_clear(&to->bases);
	to->base_next = 0;
}

void edit_write_base(EditStream *to, uint64_t offset, const uint8_t *bytes,
		     const uint8_t *readable, size_t length)
{
	EditRun *run = &to->base;
	for (size_t i = 0; i < length; i++) {
		if (readable && !readable[i])
			continue;
		if (run->bytes.length >= EDIT_RUN_MAX ||
		    run->offset + run->bytes.length != offset + i)
			close_base(to);
		if (run->bytes.length == 0)
			run->offset = offset + i;
		strbuf_add_char(&run->bytes, (char)bytes[i]);
	}
}

/* ---- Typing ---- */

/* Is it one more byte of the run, or another value of one that it has? */
static bool extend_run(EditRun *run, EditOperation operation, uint64_t offset,
		       const uint8_t *bytes, size_t length)
{
	const uint64_t end = run->offset + run->bytes.length;
	if (operation == EDIT_PUT && offset >= run->offset && offset + length <= end) {
		if (!run->bytes.failed)
			memcpy(run->bytes.text + (offset - run->offset), bytes, length);
		return true;
	}
	if (operation != run->operation || offset != end ||
	    run->bytes.length >= EDIT_RUN_MAX)
		return false;
	strbuf_add(&run->bytes, bytes, length);
	return true;
}

static bool write_typed(Document *doc, EditStream *to, Range range, const Piece *piece,
			bool joins)
{
	uint8_t bytes[TYPED_MAX];
	EditRun *run = &to->run;
	const size_t length = (size_t)piece->length;
	const EditOperation operation = range.length > 0 ? EDIT_PUT : EDIT_INSERT;
	if (reader_read_piece(&doc->reader, piece, range.offset, bytes, NULL, NULL))
		return false;
	if (joins && run->operation &&
	    extend_run(run, operation, range.offset, bytes, length))
		return true;
	close_run(to);
	run->operation = operation;
	run->joins = joins;
	run->offset = range.offset;
	strbuf_add(&run->bytes, bytes, length);
	return true;
}

/* ---- Pieces ---- */

static void put_bytes(Document *doc, EditStream *to, const Piece *piece, uint64_t at)
{
	MhexError why;
	uint8_t bytes[CHUNK];
	for (uint64_t done = 0; done < piece->length && !to->ops.failed;) {
		const uint64_t rest = piece->length - done;
		const Piece part = piece_part(piece, done, rest < CHUNK ? rest : CHUNK);
		if (reader_read_piece(&doc->reader, &part, at + done, bytes, NULL,
				      &why)) {
			edit_give_up(to, &why);
			return;
		}
		strbuf_add(&to->ops, bytes, (size_t)part.length);
		if (to->ops.length > EDIT_PENDING_MAX)
			edit_write_part(to);
		done += part.length;
	}
}

bool edit_put_piece(const Document *doc, const Piece *piece, StrBuf *out)
{
	const Source *source = source_table_get(doc->stock->table, piece->source);
	if (piece->source == doc->now.tree.file) {
		strbuf_add_char(out, EDIT_PIECE_FILE);
		edit_put_number(out, piece->offset);
		edit_put_number(out, piece->length);
	} else if (source->kind == SOURCE_LOST) {
		strbuf_add_char(out, EDIT_PIECE_LOST);
		edit_put_number(out, piece->length);
	} else if (source->kind == SOURCE_FILL && source->length <= EDIT_PATTERN_MAX) {
		strbuf_add_char(out, EDIT_PIECE_FILL);
		edit_put_number(out, piece->offset % source->length);
		edit_put_number(out, piece->length);
		edit_put_number(out, source->length);
		strbuf_add(out, source->pattern, source->length);
	} else {
		strbuf_add_char(out, EDIT_PIECE_BYTES);
		edit_put_number(out, piece->length);
		return false;
	}
	return true;
}

static void put_piece(Document *doc, EditStream *to, const Piece *piece, uint64_t at)
{
	if (edit_put_piece(doc, piece, &to->ops))
		return;
	if (piece->length <= EDIT_JOURNAL_MAX) {
		put_bytes(doc, to, piece, at);
		return;
	}
	MhexError why;
	(void)too_large(&why);
	edit_give_up(to, &why);
}

/* Bytes of a file that is not the document's any more are in the journal themselves, but
 * for those that it has lost. */
static bool add_readable(Document *doc, const Piece *piece, uint64_t at, PieceList *out)
{
	uint8_t bytes[CHUNK], readable[CHUNK];
	for (uint64_t done = 0; done < piece->length;) {
		const uint64_t rest = piece->length - done;
		const Piece part = piece_part(piece, done, rest < CHUNK ? rest : CHUNK);
		if (reader_read_piece(&doc->reader, &part, at + done, bytes, readable,
				      NULL))
			return piece_list_add(out, piece_part(piece, done, rest));
		for (size_t i = 0; i < part.length;) {
			const size_t begin = i;
			while (i < part.length && !readable[i] == !readable[begin])
				i++;
			Piece run = piece_part(&part, begin, i - begin);
			if (!readable[begin])
				run.source = SOURCE_ID_LOST;
			if (!piece_list_add(out, run))
				return false;
		}
		done += part.length;
	}
	return true;
}

static bool add_writable(Document *doc, uint64_t at, const PieceList *pieces,
			 PieceList *out)
{
	bool done = true;
	for (size_t i = 0; done && i < pieces->count; i++) {
		const Piece *piece = &pieces->items[i];
		const Source *source = source_table_get(doc->stock->table, piece->source);
		const bool others = source->kind == SOURCE_FILE &&
				    piece->source != doc->now.tree.file &&
				    piece->length <= EDIT_JOURNAL_MAX;
		done = others ? add_readable(doc, piece, at, out)
			      : piece_list_add(out, *piece);
		at += piece->length;
	}
	return done;
}

static void write_pieces(Document *doc, EditStream *to, Range range,
			 const PieceList *pieces, bool joins)
{
	uint64_t at = range.offset;
	close_run(to);
	put_head(to, EDIT_REPLACE, range.offset, joins);
	edit_put_number(&to->ops, range.length);
	edit_put_number(&to->ops, pieces->count);
	for (size_t i = 0; i < pieces->count; i++) {
		put_piece(doc, to, &pieces->items[i], at);
		at += pieces->items[i].length;
	}
	to->next = at;
	if (to->ops.length > EDIT_PENDING_MAX)
		edit_write_part(to);
}

void edit_write_replaced(Document *doc, EditStream *to, Range range, const Piece *pieces,
			 size_t count, bool joins)
{
	PieceList resolved = {0}, writable = {0};
	const uint64_t length = pieces_length(pieces, count);
	const bool typed = count == 1 && pieces[0].source == SOURCE_ID_ADDED &&
			   length <= TYPED_MAX &&
			   (range.length == 0 || range.length == length);
	if (typed && write_typed(doc, to, range, &pieces[0], joins))
		return;
	if (source_resolve_all(doc->stock->table, pieces, count, &resolved) &&
	    add_writable(doc, range.offset, &resolved, &writable))
		write_pieces(doc, to, range, &writable, joins);
	else
		no_memory(to);
	piece_list_free(&resolved);
	piece_list_free(&writable);
}

void edit_write_operation(EditStream *to, EditOperation operation)
{
	close_run(to);
	strbuf_add_char(&to->ops, (char)operation);
}

uint64_t edit_bytes_of(const Document *doc, const Piece *pieces, size_t count)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < count; i++) {
		const SourceKind kind =
			source_table_get(doc->stock->table, pieces[i].source)->kind;
		if (pieces[i].source != doc->now.tree.file && kind != SOURCE_FILL &&
		    kind != SOURCE_LOST)
			bytes += pieces[i].length;
	}
	return bytes;
}

/* ---- The whole state ---- */

/* The next part of the difference: *bytes more go into the journal itself than before.
 * Where much does, it is cut in parts, each in place of as many bytes of the file. */
static bool write_part(Document *doc, EditAnew *anew, uint64_t *bytes)
{
	PieceList pieces = {0};
	const Difference *found = &anew->found;
	const uint64_t done = anew->written;
	Range mine = range_between(found->mine.offset + done, range_end(found->mine));
	uint64_t theirs = done < found->theirs.length ? found->theirs.length - done : 0;
	bool written = piece_tree_collect(&anew->version.tree, mine, &pieces);
	uint64_t copied = edit_bytes_of(doc, pieces.items, pieces.count);
	if (written && copied > EDIT_AT_ONCE_MAX && mine.length > EDIT_AT_ONCE_MAX) {
		mine.length = EDIT_AT_ONCE_MAX;
		theirs = theirs < mine.length ? theirs : mine.length;
		copied = mine.length;
		piece_list_free(&pieces);
		written = piece_tree_collect(&anew->version.tree, mine, &pieces);
	}
	if (written)
		edit_write_replaced(doc, &anew->out, (Range){mine.offset, theirs},
				    pieces.items, pieces.count, false);
	else
		no_memory(&anew->out);
	piece_list_free(&pieces);
	anew->written += mine.length;
	*bytes += copied;
	return anew->written < found->mine.length;
}

/* As they are now: what changes behind comes with what is edited meanwhile. */
static bool write_next_base(Document *doc, EditAnew *anew)
{
	uint8_t bytes[CHUNK], known[CHUNK];
	const Range run = base_bytes_next(doc->base, anew->bases_next);
	if (run.length == 0)
		return false;
	const size_t length = run.length < CHUNK ? (size_t)run.length : CHUNK;
	base_bytes_read(doc->base, run.offset, bytes, length, known);
	edit_write_base(&anew->out, run.offset, bytes, known, length);
	anew->bases_next = run.offset + length;
	return true;
}

void edit_write_slice(Document *doc, EditAnew *anew, bool *done)
{
	uint64_t bytes = 0;
	for (int i = 0; i < SLICE && bytes < EDIT_AT_ONCE_MAX && !anew->out.ops.failed;
	     i++) {
		if (!anew->bases_done) {
			anew->bases_done = !write_next_base(doc, anew);
			continue;
		}
		if (!anew->has_found) {
			*done = !difference_next(&anew->walk, &anew->found);
			if (*done)
				return;
			anew->written = 0;
		}
		anew->has_found = write_part(doc, anew, &bytes);
	}
	*done = anew->out.ops.failed;
}

/* How many bytes from begin on the file holds as live has stored them. */
static size_t stored_stretch(const uint8_t *ours, size_t begin, size_t length)
{
	size_t end = begin;
	while (end < length && ours[end])
		end++;
	return end - begin;
}

/* A byte that the file has lost, or that others have stored over, has nothing that could
 * be taken back. */
static MhexStatus write_live_chunk(Document *doc, Range chunk, MhexError *err)
{
	uint8_t old[EDIT_LIVE_CHUNK], known[EDIT_LIVE_CHUNK];
	uint8_t bytes[EDIT_LIVE_CHUNK], states[EDIT_LIVE_CHUNK];
	uint8_t stored[EDIT_LIVE_CHUNK];
	const size_t length = (size_t)chunk.length;
	document_live_old(doc, chunk.offset, old, known, length);
	MhexStatus status =
		document_live_stored(doc, chunk.offset, stored, known, length, err);
	if (!status)
		status = document_read(doc, chunk.offset, bytes, length, states, err);
	for (size_t i = 0; !status && i < length; i++)
		known[i] = known[i] && !(states[i] & BYTE_UNREADABLE) &&
			   bytes[i] == stored[i];
	if (status)
		return status;
	StrBuf runs = {0};
	for (size_t i = 0; i < length;) {
		const size_t part = stored_stretch(known, i, length);
		if (part > 0)
			edit_put_live(&runs, chunk.offset + i, old + i, bytes + i, part);
		i += part > 0 ? part : 1;
	}
	if (runs.length > 0 || runs.failed)
		status = edit_write_live(doc->edits, &runs, err);
	strbuf_free(&runs);
	return status;
}

void edit_write_live_state(Document *doc)
{
	MhexError why;
	Range run = document_next_modified(doc, 0);
	while (run.length > 0) {
		if (run.length > EDIT_LIVE_CHUNK)
			run.length = EDIT_LIVE_CHUNK;
		if (write_live_chunk(doc, run, &why)) {
			edit_give_up(&doc->edits->out, &why);
			return;
		}
		run = document_next_modified(doc, range_end(run));
	}
}

/* ---- What waits ---- */

void edit_stamp_encode(const FileStamp *stamp, StrBuf *out)
{
	packed_add_u64(out, stamp->device);
	packed_add_u64(out, stamp->inode);
	packed_add_u64(out, stamp->size);
	packed_add_u64(out, stamp->links);
	packed_add_u64(out, (uint64_t)stamp->modified.tv_sec);
	packed_add_u32(out, (uint32_t)stamp->modified.tv_nsec);
	packed_add_u64(out, (uint64_t)stamp->changed.tv_sec);
	packed_add_u32(out, (uint32_t)stamp->changed.tv_nsec);
}

static MhexStatus write_stamp(Document *doc, EditStream *to, MhexError *err)
{
	StrBuf bytes = {0};
	EditJournal *journal = doc->edits;
	if (!doc->has_stamp ||
	    (journal->has_stamp && file_stamp_equal(&doc->stamp, &journal->stamp)))
		return MHEX_OK;
	journal->has_stamp = true;
	journal->stamp = doc->stamp;
	edit_stamp_encode(&doc->stamp, &bytes);
	const MhexStatus status = append(to, EDIT_RECORD_STAMP, &bytes, err);
	strbuf_free(&bytes);
	return status;
}

/* Bases first: what is torn behind them does no harm. */
MhexStatus edit_write_records(Document *doc, EditStream *to, const Version *now,
			      MhexError *err)
{
	close_base(to);
	close_run(to);
	MhexStatus status = MHEX_OK;
	if (to->bases.length > 0)
		status = append(to, EDIT_RECORD_BASES, &to->bases, err);
	if (!status)
		status = write_stamp(doc, to, err);
	strbuf_clear(&to->bases);
	to->base_next = 0;
	if (status || (to->ops.length == 0 && !to->ops.failed))
		return status;
	strbuf_add_char(&to->ops, EDIT_SIZE);
	edit_put_difference(&to->ops, piece_tree_size(&now->tree), now->covered);
	status = append(to, to->is_state ? EDIT_RECORD_STATE : EDIT_RECORD_COMMIT,
			&to->ops, err);
	strbuf_clear(&to->ops);
	return status;
}

void edit_put_live(StrBuf *out, uint64_t offset, const uint8_t *old, const uint8_t *bytes,
		   size_t length)
{
	edit_put_number(out, offset);
	edit_put_number(out, length);
	strbuf_add(out, old, length);
	strbuf_add(out, bytes, length);
}

MhexStatus edit_write_live(EditJournal *journal, const StrBuf *runs, MhexError *err)
{
	return append(&journal->out, EDIT_RECORD_LIVE, runs, err);
}
