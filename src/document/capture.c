/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the file holds under an edit: remembered for the save, and compared with what is
 * typed. */

#include <string.h>

#include "document/document_private.h"
#include "document/edit_journal.h"

enum {
	CHUNK = 8 << 10,
	/* In longer edits only runs of SETTLE_RUN bytes and more become the file's, so
	 * that a large paste does not fall apart into as many pieces as it has chance
	 * hits. */
	SETTLE_ALL_MAX = 64 << 10,
	SETTLE_RUN = 256,
};

static size_t chunk_of(uint64_t length)
{
	return length < CHUNK ? (size_t)length : CHUNK;
}

/* ---- Typed the same ---- */

/* One piece that is being compared with the file. */
typedef struct {
	Document *doc;
	PieceList *out;
	size_t run_min;
	uint8_t *mine, *theirs, *readable; /* CHUNK bytes each */
} Settling;

static size_t run_length(const uint8_t *flags, size_t at, size_t length)
{
	size_t end = at + 1;
	while (end < length && flags[end] == flags[at])
		end++;
	return end - at;
}

/* readable[i] becomes: the byte is the file's. */
static MhexStatus compare(Settling *settling, uint64_t offset, const Piece *part)
{
	const size_t length = (size_t)part->length;
	Storage *storage = document_storage(settling->doc);
	uint8_t *same = settling->readable;
	MhexStatus status =
		storage_read(storage, offset, settling->theirs, length, same, NULL);
	if (status)
		return status;
	/* A byte of ours that cannot be read equals nothing; rare enough to ask for all.
	 */
	status = reader_read_piece(&settling->doc->reader, part, offset, settling->mine,
				   NULL, NULL);
	if (status)
		return status;
	for (size_t i = 0; i < length; i++)
		same[i] = same[i] & (settling->mine[i] == settling->theirs[i]);
	return MHEX_OK;
}

static bool settle_part(Settling *settling, uint64_t offset, const Piece *part)
{
	const uint32_t file = settling->doc->now.tree.file;
	const size_t length = (size_t)part->length;
	if (part->source == file && part->offset == offset)
		return piece_list_add(settling->out, *part);
	if (compare(settling, offset, part) != MHEX_OK)
		return piece_list_add(settling->out, *part);
	for (size_t at = 0; at < length;) {
		const size_t run = run_length(settling->readable, at, length);
		const bool same = settling->readable[at] && run >= settling->run_min;
		const Piece piece = same ? (Piece){offset + at, run, file}
					 : piece_part(part, at, run);
		if (!piece_list_add(settling->out, piece))
			return false;
		at += run;
	}
	return true;
}

bool document_settle(Document *doc, uint64_t offset, const PieceList *pieces,
		     PieceList *out)
{
	const uint64_t length = pieces_length(pieces->items, pieces->count);
	const uint64_t size = storage_size(document_storage(doc));
	uint64_t known = doc->now.covered < size ? doc->now.covered : size;
	if (length > BASE_BYTES_MAX)
		known = 0;
	uint8_t mine[CHUNK], theirs[CHUNK], readable[CHUNK];
	Settling settling = {
		.doc = doc,
		.out = out,
		.run_min = length > SETTLE_ALL_MAX ? SETTLE_RUN : 1,
		.mine = mine,
		.theirs = theirs,
		.readable = readable,
	};
	for (size_t i = 0; i < pieces->count; i++) {
		Piece rest = pieces->items[i];
		while (rest.length > 0 && offset < known) {
			const uint64_t room = known - offset;
			const size_t length_now =
				chunk_of(rest.length < room ? rest.length : room);
			const Piece part = piece_part(&rest, 0, length_now);
			if (!settle_part(&settling, offset, &part))
				return false;
			rest = piece_part(&rest, part.length, rest.length - part.length);
			offset += part.length;
		}
		if (!piece_list_add(out, rest))
			return false;
		offset += rest.length;
	}
	return true;
}

/* ---- Remembered for the save ---- */

/* The file as it is now stands for all bytes that are not remembered one by one. */
void document_capture_stamp(Document *doc)
{
	if (doc->has_stamp)
		return;
	Storage *storage = document_storage(doc);
	/* When it cannot be measured any more, the save will say so. */
	(void)storage_measure(storage, NULL);
	doc->stamp = storage_stamp(storage);
	doc->has_stamp = true;
}

static bool remember(Document *doc, Range range)
{
	uint8_t bytes[CHUNK], readable[CHUNK];
	Storage *storage = document_storage(doc);
	while (range.length > 0) {
		const size_t part = chunk_of(range.length);
		if (storage_read(storage, range.offset, bytes, part, readable, NULL))
			memset(readable, 0, part);
		if (!base_bytes_append(doc->base, range.offset, bytes, readable, part))
			return false;
		edit_journal_base(doc, range.offset, bytes, readable, part);
		range = (Range){range.offset + part, range.length - part};
	}
	return true;
}

/* The bytes of the file in range of the current version, wherever they lie in it; stays:
 * but for those that are clean. */
static bool remember_files(Document *doc, Range range, bool stays, uint64_t *budget)
{
	PieceCursor cursor;
	bool more = range.length > 0 &&
		    piece_cursor_seek(&cursor, &doc->now.tree, range.offset);
	for (; more && cursor.offset < range_end(range);
	     more = piece_cursor_next(&cursor)) {
		uint64_t at = 0;
		const Piece piece = piece_cursor_clip(&cursor, range, &at);
		if (piece.source != doc->now.tree.file || (stays && piece.offset == at))
			continue;
		if (piece.length > *budget) {
			document_capture_stamp(doc);
			return true;
		}
		*budget -= piece.length;
		if (!remember(doc, (Range){piece.offset, piece.length}))
			return false;
	}
	return true;
}

bool document_capture(Document *doc, Range range, const Piece *pieces, size_t count)
{
	uint64_t budget = BASE_BYTES_MAX;
	uint64_t at = range.offset;
	const uint64_t end = range_end(range);
	for (size_t i = 0; i < count && at < end; i++) {
		const Piece *piece = &pieces[i];
		const bool clean =
			piece->source == doc->now.tree.file && piece->offset == at;
		const Range under = range_intersect((Range){at, piece->length}, range);
		if (!remember_files(doc, under, clean, &budget))
			return false;
		if (clean)
			base_bytes_forget(doc->base, under.offset, under.length);
		at += piece->length;
	}
	/* What follows is at other offsets then, and is not remembered. */
	if (range.offset + pieces_length(pieces, count) != end)
		document_capture_stamp(doc);
	return at >= end || remember_files(doc, range_between(at, end), false, &budget);
}

/* What is modified now and will be clean: when it is edited again, the file may hold
 * something else. */
static void forget_cleaned(Document *doc, const PieceTree *to)
{
	const Range all = {0, piece_tree_size(to)};
	Range run = piece_tree_next_modified(&doc->now.tree, 0);
	while (run.length > 0 && run.offset < all.length) {
		Range clean = piece_tree_next_clean(to, run.offset);
		for (; clean.length > 0 && clean.offset < range_end(run);
		     clean = piece_tree_next_clean(to, range_end(clean))) {
			const Range both = range_intersect(clean, run);
			base_bytes_forget(doc->base, both.offset, both.length);
		}
		run = piece_tree_next_modified(&doc->now.tree, range_end(run));
	}
}

/* Are there bytes of the file at other offsets than their own? */
static bool is_shifted(const PieceTree *tree)
{
	const PieceSummary *sum = &tree->sum;
	return sum->file_bytes > 0 && (sum->low != 0 || sum->high != 0);
}

void document_capture_moved(Document *doc, const PieceTree *to)
{
	/* What of the file is lost cannot be told from offsets alone. */
	if (piece_tree_size(to) != document_size(doc) || is_shifted(to) ||
	    is_shifted(&doc->now.tree))
		document_capture_stamp(doc);
}

bool document_capture_switch(Document *doc, const PieceTree *to)
{
	forget_cleaned(doc, to);
	uint64_t budget = BASE_BYTES_MAX;
	document_capture_moved(doc, to);
	const Range all = {0, document_size(doc)};
	Range run = piece_tree_next_modified(to, 0);
	while (run.length > 0 && run.offset < all.length) {
		if (!remember_files(doc, range_intersect(run, all), false, &budget))
			return false;
		run = piece_tree_next_modified(to, range_end(run));
	}
	return true;
}

/* ---- What a step of undo expects ---- */

/* The file's own bytes from file_offset on are shown where part was put. */
static bool expect_in_file(Document *doc, uint64_t file_offset, const Piece *part,
			   uint64_t at)
{
	uint8_t bytes[CHUNK], readable[CHUNK];
	for (uint64_t done = 0; done < part->length;) {
		const size_t length = chunk_of(part->length - done);
		const Piece piece = piece_part(part, done, length);
		if (reader_read_piece(&doc->reader, &piece, at + done, bytes, readable,
				      NULL))
			return true; /* what cannot be read is not expected */
		for (size_t i = 0; i < length; i++) {
			if (readable[i] &&
			    !base_bytes_put(doc->base, file_offset + done + i, &bytes[i],
					    NULL, 1))
				return false;
		}
		edit_journal_base(doc, file_offset + done, bytes, readable, length);
		done += length;
	}
	return true;
}

/* part, resolved, was put at offset by the step; where the file's bytes are shown there
 * now, wherever they lie in it, it has become the file's. */
static bool expect_part(Document *doc, uint64_t offset, const Piece *part)
{
	const Range range = {offset, part->length};
	PieceCursor cursor;
	bool more =
		range.length > 0 && piece_cursor_seek(&cursor, &doc->now.tree, offset);
	for (; more && cursor.offset < range_end(range);
	     more = piece_cursor_next(&cursor)) {
		uint64_t at = 0;
		const Piece shown = piece_cursor_clip(&cursor, range, &at);
		const Piece put = piece_part(part, at - offset, shown.length);
		if (shown.source == doc->now.tree.file &&
		    !expect_in_file(doc, shown.offset, &put, at))
			return false;
	}
	return true;
}

bool document_expect(Document *doc, uint64_t offset, const PieceList *pieces)
{
	uint64_t budget = BASE_BYTES_MAX;
	for (size_t i = 0; i < pieces->count; i++) {
		const Piece *piece = &pieces->items[i];
		const bool ours = piece->source != doc->now.tree.file &&
				  piece->source != SOURCE_ID_LOST;
		if (piece->length > budget)
			break;
		if (ours && !expect_part(doc, offset, piece))
			return false;
		budget -= piece->length;
		offset += piece->length;
	}
	return true;
}

bool document_expect_version(Document *doc, const PieceTree *tree)
{
	Range run = piece_tree_next_modified(tree, 0);
	bool done = true;
	if (piece_tree_size(tree) != document_size(doc))
		return true;
	while (done && run.length > 0 && run.length <= BASE_BYTES_MAX) {
		PieceList pieces = {0};
		done = piece_tree_collect(tree, run, &pieces) &&
		       document_expect(doc, run.offset, &pieces);
		piece_list_free(&pieces);
		run = piece_tree_next_modified(tree, range_end(run));
	}
	return done;
}
