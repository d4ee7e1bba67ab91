/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One change of a file that is edited live: all of it is stored, or nothing. */

#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "document/edit_journal.h"
#include "document/live_private.h"
#include "document/succession.h"
#include "storage/file_lock.h"

enum {
	CHUNK = 16 << 10,
	LOCK_TRIES = 50
};

static bool cover(const Document *doc, PieceTree *tree)
{
	const uint64_t size = piece_tree_size(tree);
	const Piece tail =
		document_file_piece(doc, range_between(size, document_size(doc)));
	return piece_tree_replace(tree, (Range){size, 0}, &tail, tail.length > 0);
}

bool live_cover(Document *doc)
{
	return cover(doc, &doc->live->stored) && cover(doc, &doc->live->origin);
}

MhexStatus live_get_store(Document *doc, MhexError *err)
{
	Live *live = doc->live;
	if (live->store)
		return MHEX_OK;
	/* A handle of its own: the sync takes it to another thread. */
	MhexStatus status =
		storage_ref_clone(document_source(doc)->file, &live->storage, err);
	if (!status)
		status = store_open(&live->store, live->storage, err);
	if (status) {
		storage_close(live->storage);
		live->storage = NULL;
	}
	return status;
}

/* ---- One change ---- */

/* What is stored, and what is expected to be there. Both cover the same range. */
typedef struct {
	Document *doc;
	Range range;
	PieceTree from, to;
	Reader reader_from, reader_to;
	uint8_t *old, *new; /* CHUNK bytes each */
} Exchange;

static void exchange_free(Exchange *exchange)
{
	reader_free(&exchange->reader_from);
	reader_free(&exchange->reader_to);
	piece_tree_release(&exchange->from);
	piece_tree_release(&exchange->to);
	free(exchange->old);
	free(exchange->new);
}

/* Resolved, or an overlay made of them could lead back to itself. */
static bool build(const Document *doc, const PieceList *pieces, PieceTree *out)
{
	PieceList resolved = {0};
	const bool done = source_resolve_all(doc->stock->table, pieces->items,
					     pieces->count, &resolved) &&
			  piece_tree_build(out, &resolved);
	piece_list_free(&resolved);
	return done;
}

static bool exchange_init(Exchange *exchange, Document *doc, uint64_t offset,
			  const PieceList *from, const PieceList *to)
{
	PieceTree empty = piece_tree_empty(doc->stock->pool, doc->now.tree.file);
	SourceTable *const *table = &doc->stock->table;
	*exchange = (Exchange){.doc = doc, .from = empty, .to = empty};
	exchange->range = (Range){offset, pieces_length(to->items, to->count)};
	reader_init(&exchange->reader_from, table, &exchange->from, false);
	reader_init(&exchange->reader_to, table, &exchange->to, false);
	exchange->old = malloc(CHUNK);
	exchange->new = malloc(CHUNK);
	return exchange->old && exchange->new &&build(doc, from, &exchange->from) &&
	       build(doc, to, &exchange->to);
}

/* The bytes of both sides at done. */
static MhexStatus read_chunk(Exchange *exchange, uint64_t done, size_t length,
			     MhexError *err)
{
	const MhexStatus status = reader_read(&exchange->reader_from, done, exchange->old,
					      length, NULL, err);
	return status ? status
		      : reader_read(&exchange->reader_to, done, exchange->new, length,
				    NULL, err);
}

static size_t next_chunk(uint64_t rest)
{
	return rest < CHUNK ? (size_t)rest : CHUNK;
}

/* The first length bytes become what they were; nothing more can be done where that
 * fails. */
static bool take_back(Exchange *exchange, uint64_t length)
{
	bool all = true;
	for (uint64_t done = 0; done < length;) {
		const size_t part = next_chunk(length - done);
		size_t stored = 0;
		const Range range = {exchange->range.offset + done, part};
		all = !read_chunk(exchange, done, part, NULL) &&
		      !store_exchange(exchange->doc->live->store, range, exchange->new,
				      exchange->old, &stored, NULL) &&
		      all;
		done += part;
	}
	return all;
}

/* All of it or nothing. */
static MhexStatus store_bytes(Exchange *exchange, MhexError *err)
{
	Live *live = exchange->doc->live;
	uint64_t done = 0;
	MhexStatus status = store_reserve(live->store, exchange->range, err);
	while (!status && done < exchange->range.length) {
		const size_t part = next_chunk(exchange->range.length - done);
		size_t stored = 0;
		status = read_chunk(exchange, done, part, err);
		if (!status)
			edit_journal_live(exchange->doc, exchange->range.offset + done,
					  exchange->old, exchange->new, part);
		if (!status)
			status = store_exchange(
				live->store, (Range){exchange->range.offset + done, part},
				exchange->old, exchange->new, &stored, err);
		done += stored;
	}
	if (status && !take_back(exchange, done))
		mhex_error_prefix(
			err, "0x%" PRIx64 "..0x%" PRIx64 " is only partly as it was: ",
			exchange->range.offset, exchange->range.offset + done);
	return status;
}

/* A byte that is again what it was at the last sync is the file's, others are ours. */
static bool note_run(Exchange *exchange, uint64_t done, size_t at, size_t end, bool same)
{
	Document *doc = exchange->doc;
	const Range run = {exchange->range.offset + done + at, end - at};
	PieceList list = {0};
	const Piece file = document_file_piece(doc, run);
	bool noted = same ? piece_list_add(&list, file)
			  : piece_tree_collect(&exchange->to,
					       (Range){done + at, end - at}, &list);
	noted = noted &&
		piece_tree_replace(&doc->live->stored, run, list.items, list.count);
	piece_list_free(&list);
	return noted;
}

static bool note_chunk(Exchange *exchange, uint64_t done, size_t length)
{
	Live *live = exchange->doc->live;
	uint8_t first[CHUNK], known[CHUNK];
	const Range chunk = {exchange->range.offset + done, length};
	const uint64_t offset = chunk.offset;
	if (read_chunk(exchange, done, length, NULL))
		return false;
	base_bytes_read(live->old, offset, first, length, known);
	/* What is remembered of a byte that is the file's may be from long ago. */
	Range run = piece_tree_next_clean(&live->stored, offset);
	while (run.length > 0 && run.offset < range_end(chunk)) {
		run = range_intersect(run, chunk);
		memcpy(first + (run.offset - offset),
		       exchange->old + (run.offset - offset), (size_t)run.length);
		run = piece_tree_next_clean(&live->stored, range_end(run));
	}
	if (!base_bytes_put(live->old, offset, first, NULL, length))
		return false;
	for (size_t at = 0; at < length;) {
		const bool same = first[at] == exchange->new[at];
		size_t end = at + 1;
		while (end < length && (first[end] == exchange->new[end]) == same)
			end++;
		if (!note_run(exchange, done, at, end, same))
			return false;
		at = end;
	}
	return true;
}

/* The first time that bytes are stored over, the old ones are those of the origin. */
static bool note_origin(Exchange *exchange)
{
	PieceTree *origin = &exchange->doc->live->origin;
	const Range range = exchange->range;
	Range run = piece_tree_next_clean(origin, range.offset);
	bool noted = true;
	while (noted && run.length > 0 && run.offset < range_end(range)) {
		PieceList list = {0};
		run = range_intersect(run, range);
		const Range part = {run.offset - range.offset, run.length};
		noted = piece_tree_collect(&exchange->from, part, &list) &&
			piece_tree_replace(origin, run, list.items, list.count);
		piece_list_free(&list);
		run = piece_tree_next_clean(origin, range_end(run));
	}
	return noted;
}

/* The two trees, with what is going to be stored. */
static bool note_bytes(Exchange *exchange)
{
	Live *live = exchange->doc->live;
	const uint64_t length = exchange->range.length;
	bool noted = live_cover(exchange->doc) && note_origin(exchange) &&
		     (!live->sync || live_sync_touch(live->sync, exchange->range));
	for (uint64_t done = 0; noted && done < length;) {
		const size_t part = next_chunk(length - done);
		noted = note_chunk(exchange, done, part);
		done += part;
	}
	return noted;
}

/* Without waiting: that would be on the thread of the keys. Another mhex stores in no
 * time, so it is tried again at once. */
static MhexStatus lock_range(const Document *doc, FileLock *lock, Range range,
			     MhexError *err)
{
	if (doc->no_lock)
		return MHEX_OK;
	file_lock_init(lock, store_fd(doc->live->store), SIZE_MAX);
	if (!file_lock_add(lock, range))
		return document_no_memory(err);
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (file_lock_try(lock))
			return MHEX_OK;
		(void)sched_yield();
	}
	return file_lock_refused(lock, document_shown_name(doc),
				 "nothing is stored; :set nolock stores all the same",
				 err);
}

/* `to` in place of `from`, in the file. Noted first: then nothing can fail behind it. */
static MhexStatus exchange_locked(Document *doc, uint64_t offset, const PieceList *from,
				  const PieceList *to, MhexError *err)
{
	Exchange work;
	Live *live = doc->live;
	MhexStatus status = MHEX_OK;
	if (!exchange_init(&work, doc, offset, from, to)) {
		exchange_free(&work);
		return document_no_memory(err);
	}
	PieceTree stored = piece_tree_retain(&live->stored);
	PieceTree origin = piece_tree_retain(&live->origin);
	if (note_bytes(&work))
		status = store_bytes(&work, err);
	else
		status = document_no_memory(err);
	if (status) { /* as before */
		piece_tree_release(&live->stored);
		piece_tree_release(&live->origin);
		live->stored = stored;
		live->origin = origin;
	} else {
		piece_tree_release(&stored);
		piece_tree_release(&origin);
	}
	exchange_free(&work);
	return status;
}

MhexStatus live_exchange(Document *doc, uint64_t offset, const PieceList *from,
			 const PieceList *to, MhexError *err)
{
	FileLock lock = {0};
	const Range range = {offset, pieces_length(to->items, to->count)};
	MhexStatus status = live_get_store(doc, err);
	if (!status)
		status = lock_range(doc, &lock, range, err);
	if (!status)
		status = exchange_locked(doc, offset, from, to, err);
	file_lock_release(&lock);
	return status;
}
