/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Edits into bytes. */

#include <inttypes.h>
#include <string.h>

#include "document/edit_private.h"

enum {
	CHUNK = 16 << 10,
	TYPED_MAX = 64, /* bytes at once that may be typing */
};

/* ---- Records ---- */

static MhexStatus too_large(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOSPACE, "a journal of edits takes at most %d MiB",
			 EDIT_JOURNAL_MAX >> 20);
}

static MhexStatus append(EditJournal *journal, uint32_t kind, const StrBuf *bytes,
			 MhexError *err)
{
	if (bytes->failed && journal->cause.status) {
		if (err)
			*err = journal->cause;
		return journal->cause.status;
	}
	if (bytes->failed)
		return document_no_memory(err);
	if (journal_size(journal->file) + bytes->length > EDIT_JOURNAL_MAX)
		return too_large(err);
	return journal_append(journal->file, kind, strbuf_text(bytes), bytes->length,
			      err);
}

void edit_give_up(EditJournal *journal, const MhexError *cause)
{
	if (!journal->ops.failed)
		journal->cause = *cause;
	journal->ops.failed = true;
}

static void no_memory(EditJournal *journal)
{
	MhexError why;
	(void)document_no_memory(&why);
	edit_give_up(journal, &why);
}

static void write_part(EditJournal *journal)
{
	MhexError why;
	if (append(journal, EDIT_RECORD_PART, &journal->ops, &why))
		edit_give_up(journal, &why);
	else
		strbuf_clear(&journal->ops);
}

/* ---- Runs of bytes ---- */

static void put_head(EditJournal *journal, EditOperation operation, uint64_t offset,
		     bool joins)
{
	strbuf_add_char(&journal->ops,
			(char)(uint8_t)(operation | (joins ? EDIT_JOINS : 0)));
	edit_put_difference(&journal->ops, offset, journal->next);
}

static void close_run(EditJournal *journal)
{
	EditRun *run = &journal->run;
	if (run->operation == 0)
		return;
	put_head(journal, run->operation, run->offset, run->joins);
	edit_put_number(&journal->ops, run->bytes.length);
	strbuf_add(&journal->ops, strbuf_text(&run->bytes), run->bytes.length);
	journal->ops.failed = journal->ops.failed || run->bytes.failed;
	journal->next = run->offset + run->bytes.length;
	run->operation = 0;
	strbuf_clear(&run->bytes);
	if (journal->ops.length > EDIT_PENDING_MAX)
		write_part(journal);
}

static void close_base(EditJournal *journal)
{
	EditRun *run = &journal->base;
	if (run->bytes.length == 0)
		return;
	edit_put_difference(&journal->bases, run->offset, journal->base_next);
	edit_put_number(&journal->bases, run->bytes.length);
	strbuf_add(&journal->bases, strbuf_text(&run->bytes), run->bytes.length);
	journal->bases.failed = journal->bases.failed || run->bytes.failed;
	journal->base_next = run->offset + run->bytes.length;
	strbuf_clear(&run->bytes);
	if (journal->bases.length <= EDIT_PENDING_MAX)
		return;
	MhexError why;
	if (append(journal, EDIT_RECORD_BASES, &journal->bases, &why))
		edit_give_up(journal, &why);
	else
		strbuf_clear(&journal->bases);
	journal->base_next = 0;
}

void edit_write_base(EditJournal *journal, uint64_t offset, const uint8_t *bytes,
		     const uint8_t *readable, size_t length)
{
	EditRun *run = &journal->base;
	for (size_t i = 0; i < length; i++) {
		if (readable && !readable[i])
			continue;
		if (run->bytes.length >= EDIT_RUN_MAX ||
		    run->offset + run->bytes.length != offset + i)
			close_base(journal);
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

static bool write_typed(Document *doc, Range range, const Piece *piece, bool joins)
{
	uint8_t bytes[TYPED_MAX];
	EditRun *run = &doc->edits->run;
	const size_t length = (size_t)piece->length;
	const EditOperation operation = range.length > 0 ? EDIT_PUT : EDIT_INSERT;
	if (reader_read_piece(&doc->reader, piece, range.offset, bytes, NULL, NULL))
		return false;
	if (joins && run->operation &&
	    extend_run(run, operation, range.offset, bytes, length))
		return true;
	close_run(doc->edits);
	run->operation = operation;
	run->joins = joins;
	run->offset = range.offset;
	strbuf_add(&run->bytes, bytes, length);
	return true;
}

/* ---- Pieces ---- */

static void put_bytes(Document *doc, const Piece *piece, uint64_t at)
{
	MhexError why;
	uint8_t bytes[CHUNK];
	EditJournal *journal = doc->edits;
	for (uint64_t done = 0; done < piece->length && !journal->ops.failed;) {
		const uint64_t rest = piece->length - done;
		const Piece part = piece_part(piece, done, rest < CHUNK ? rest : CHUNK);
		if (reader_read_piece(&doc->reader, &part, at + done, bytes, NULL,
				      &why)) {
			edit_give_up(journal, &why);
			return;
		}
		strbuf_add(&journal->ops, bytes, (size_t)part.length);
		if (journal->ops.length > EDIT_PENDING_MAX)
			write_part(journal);
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

static void put_piece(Document *doc, const Piece *piece, uint64_t at)
{
	if (edit_put_piece(doc, piece, &doc->edits->ops))
		return;
	if (piece->length <= EDIT_JOURNAL_MAX) {
		put_bytes(doc, piece, at);
		return;
	}
	MhexError why;
	(void)too_large(&why);
	edit_give_up(doc->edits, &why);
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

static void write_pieces(Document *doc, Range range, const PieceList *pieces, bool joins)
{
	EditJournal *journal = doc->edits;
	uint64_t at = range.offset;
	close_run(journal);
	put_head(journal, EDIT_REPLACE, range.offset, joins);
	edit_put_number(&journal->ops, range.length);
	edit_put_number(&journal->ops, pieces->count);
	for (size_t i = 0; i < pieces->count; i++) {
		put_piece(doc, &pieces->items[i], at);
		at += pieces->items[i].length;
	}
	journal->next = at;
}

void edit_write_replaced(Document *doc, Range range, const Piece *pieces, size_t count,
			 bool joins)
{
	PieceList resolved = {0}, writable = {0};
	const uint64_t length = pieces_length(pieces, count);
	const bool typed = count == 1 && pieces[0].source == SOURCE_ID_ADDED &&
			   length <= TYPED_MAX &&
			   (range.length == 0 || range.length == length);
	if (typed && write_typed(doc, range, &pieces[0], joins))
		return;
	if (source_resolve_all(doc->stock->table, pieces, count, &resolved) &&
	    add_writable(doc, range.offset, &resolved, &writable))
		write_pieces(doc, range, &writable, joins);
	else
		no_memory(doc->edits);
	piece_list_free(&resolved);
	piece_list_free(&writable);
}

void edit_write_operation(EditJournal *journal, EditOperation operation)
{
	close_run(journal);
	strbuf_add_char(&journal->ops, (char)operation);
}

/* ---- The whole state ---- */

static bool write_difference(void *context, const DocumentDifference *difference)
{
	Document *doc = context;
	PieceList pieces = {0};
	const Range range = {difference->mine.offset, difference->theirs.length};
	if (piece_tree_collect(&doc->now.tree, difference->mine, &pieces))
		edit_write_replaced(doc, range, pieces.items, pieces.count, false);
	else
		no_memory(doc->edits);
	piece_list_free(&pieces);
	return !doc->edits->ops.failed;
}

static void write_bases(Document *doc)
{
	uint8_t bytes[CHUNK], known[CHUNK];
	Range run = base_bytes_next(doc->base, 0);
	while (run.length > 0) {
		const size_t length = run.length < CHUNK ? (size_t)run.length : CHUNK;
		base_bytes_read(doc->base, run.offset, bytes, length, known);
		edit_write_base(doc->edits, run.offset, bytes, known, length);
		run = base_bytes_next(doc->base, run.offset + length);
	}
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
	for (size_t i = 0; !status && i < length;) {
		const size_t part = stored_stretch(known, i, length);
		if (part > 0)
			status = edit_write_live(doc->edits, chunk.offset + i, old + i,
						 bytes + i, part, err);
		i += part > 0 ? part : 1;
	}
	return status;
}

/* What live has stored and not synced. */
static void write_live_state(Document *doc)
{
	MhexError why;
	Range run = document_next_modified(doc, 0);
	while (run.length > 0) {
		if (run.length > EDIT_LIVE_CHUNK)
			run.length = EDIT_LIVE_CHUNK;
		if (write_live_chunk(doc, run, &why)) {
			edit_give_up(doc->edits, &why);
			return;
		}
		run = document_next_modified(doc, range_end(run));
	}
}

void edit_write_state(Document *doc)
{
	if (doc->edits->live) {
		write_live_state(doc);
		return;
	}
	edit_write_operation(doc->edits, EDIT_BEGIN);
	document_differences(doc, write_difference, doc);
	edit_write_operation(doc->edits, EDIT_END);
	write_bases(doc);
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

static MhexStatus write_stamp(Document *doc, MhexError *err)
{
	StrBuf bytes = {0};
	EditJournal *journal = doc->edits;
	if (!doc->has_stamp ||
	    (journal->has_stamp && file_stamp_equal(&doc->stamp, &journal->stamp)))
		return MHEX_OK;
	journal->has_stamp = true;
	journal->stamp = doc->stamp;
	edit_stamp_encode(&doc->stamp, &bytes);
	const MhexStatus status = append(journal, EDIT_RECORD_STAMP, &bytes, err);
	strbuf_free(&bytes);
	return status;
}

/* Bases first: what is torn behind them does no harm. */
MhexStatus edit_write_records(Document *doc, MhexError *err)
{
	EditJournal *journal = doc->edits;
	close_base(journal);
	close_run(journal);
	MhexStatus status = MHEX_OK;
	if (journal->bases.length > 0)
		status = append(journal, EDIT_RECORD_BASES, &journal->bases, err);
	if (!status)
		status = write_stamp(doc, err);
	strbuf_clear(&journal->bases);
	journal->base_next = 0;
	if (status || (journal->ops.length == 0 && !journal->ops.failed))
		return status;
	strbuf_add_char(&journal->ops, EDIT_SIZE);
	edit_put_difference(&journal->ops, document_size(doc), doc->now.covered);
	status = append(journal, EDIT_RECORD_COMMIT, &journal->ops, err);
	strbuf_clear(&journal->ops);
	return status;
}

MhexStatus edit_write_live(EditJournal *journal, uint64_t offset, const uint8_t *old,
			   const uint8_t *bytes, size_t length, MhexError *err)
{
	StrBuf record = {0};
	edit_put_number(&record, offset);
	edit_put_number(&record, length);
	strbuf_add(&record, old, length);
	strbuf_add(&record, bytes, length);
	const MhexStatus status = append(journal, EDIT_RECORD_LIVE, &record, err);
	strbuf_free(&record);
	return status;
}
