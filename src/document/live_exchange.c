/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Changes of a file that is edited live: all of them are stored, or nothing. */

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
	LOCK_TRIES = 50,
	LOCK_WINDOW = 1 << 20, /* what lies together is locked together */
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

/* ---- Parts ---- */

/* What is stored, and what is expected to be there: the bytes of all parts, one behind
 * the other. */
typedef struct {
	Document *doc;
	const Range *parts; /* of the file, ascending */
	size_t count;
	uint64_t length; /* of all */
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

static bool exchange_init(Exchange *exchange, Document *doc, const Range *parts,
			  size_t count, const PieceList *from, const PieceList *to)
{
	PieceTree empty = piece_tree_empty(doc->stock->pool, doc->now.tree.file);
	SourceTable *const *table = &doc->stock->table;
	*exchange = (Exchange){.doc = doc, .from = empty, .to = empty};
	exchange->parts = parts;
	exchange->count = count;
	exchange->length = pieces_length(to->items, to->count);
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

/* Goes over the parts: {0} before the first. */
typedef struct {
	size_t part;
	uint64_t begin; /* of that part among the bytes of all */
} PartPlace;

/* Where bytes [done, end) lie in the file, as far as they lie together. */
static Range stretch_at(const Exchange *exchange, PartPlace *place, uint64_t done,
			uint64_t end)
{
	while (done - place->begin >= exchange->parts[place->part].length)
		place->begin += exchange->parts[place->part++].length;
	const Range *part = &exchange->parts[place->part];
	const uint64_t skip = done - place->begin;
	const uint64_t rest = part->length - skip;
	return (Range){part->offset + skip, rest < end - done ? rest : end - done};
}

/* Of the bytes of all, what is in old and new. */
typedef struct {
	PartPlace place;
	uint64_t begin;
	size_t length;
} Chunk;

/* back: the old bytes in place of the new ones. */
static MhexStatus store_chunk(Exchange *exchange, const Chunk *chunk, bool back,
			      size_t *stored, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	PartPlace place = chunk->place;
	const uint8_t *from = back ? exchange->new : exchange->old;
	const uint8_t *to = back ? exchange->old : exchange->new;
	*stored = 0;
	while (!status && *stored < chunk->length) {
		size_t part = 0;
		const Range range = stretch_at(exchange, &place, chunk->begin + *stored,
					       chunk->begin + chunk->length);
		status = store_exchange(exchange->doc->live->store, range, from + *stored,
					to + *stored, &part, err);
		*stored += part;
	}
	return status;
}

/* The first length bytes become what they were; nothing more can be done where that
 * fails. */
static bool take_back(Exchange *exchange, uint64_t length)
{
	bool all = true;
	for (uint64_t done = 0; done < length;) {
		const Chunk chunk = {.begin = done, .length = next_chunk(length - done)};
		size_t stored = 0;
		all = !read_chunk(exchange, done, chunk.length, NULL) &&
		      !store_chunk(exchange, &chunk, true, &stored, NULL) && all;
		done += chunk.length;
	}
	return all;
}

/* Told to the journal before it is stored. */
static void tell_chunk(Exchange *exchange, const Chunk *chunk)
{
	StrBuf runs = {0};
	PartPlace place = chunk->place;
	if (!exchange->doc->edits)
		return;
	for (size_t at = 0; at < chunk->length;) {
		const Range range = stretch_at(exchange, &place, chunk->begin + at,
					       chunk->begin + chunk->length);
		edit_put_live(&runs, range.offset, exchange->old + at, exchange->new + at,
			      (size_t)range.length);
		at += (size_t)range.length;
	}
	edit_journal_live(exchange->doc, &runs);
	strbuf_free(&runs);
}

static MhexStatus reserve(const Exchange *exchange, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	Store *store = exchange->doc->live->store;
	for (size_t i = 0; !status && i < exchange->count; i++)
		status = store_reserve(store, exchange->parts[i], err);
	return status;
}

/* All of it or nothing. */
static MhexStatus store_bytes(Exchange *exchange, MhexError *err)
{
	uint64_t done = 0;
	PartPlace place = {0};
	MhexStatus status = reserve(exchange, err);
	while (!status && done < exchange->length) {
		size_t stored = 0;
		(void)stretch_at(exchange, &place, done, exchange->length);
		const Chunk chunk = {place, done, next_chunk(exchange->length - done)};
		status = read_chunk(exchange, done, chunk.length, err);
		if (!status) {
			tell_chunk(exchange, &chunk);
			status = store_chunk(exchange, &chunk, false, &stored, err);
		}
		done += stored;
	}
	if (!status || take_back(exchange, done))
		return status;
	const Range *last = &exchange->parts[exchange->count - 1];
	mhex_error_prefix(err, "0x%" PRIx64 "..0x%" PRIx64 " is only partly as it was: ",
			  exchange->parts[0].offset, range_end(*last));
	return status;
}

/* ---- What was stored ---- */

/* A byte that is again what it was at the last sync is the file's, others are ours. */
static bool note_run(Exchange *exchange, uint64_t done, Range run, bool same)
{
	Document *doc = exchange->doc;
	PieceList list = {0};
	const Piece file = document_file_piece(doc, run);
	bool noted = same ? piece_list_add(&list, file)
			  : piece_tree_collect(&exchange->to, (Range){done, run.length},
					       &list);
	noted = noted &&
		piece_tree_replace(&doc->live->stored, run, list.items, list.count);
	piece_list_free(&list);
	return noted;
}

/* Bytes of all from done on, which lie in chunk and are at old and new. */
static bool note_stretch(Exchange *exchange, uint64_t done, Range chunk,
			 const uint8_t *old, const uint8_t *new)
{
	Live *live = exchange->doc->live;
	uint8_t first[CHUNK], known[CHUNK];
	const uint64_t offset = chunk.offset;
	const size_t length = (size_t)chunk.length;
	base_bytes_read(live->old, offset, first, length, known);
	/* What is remembered of a byte that is the file's may be from long ago. */
	Range run = piece_tree_next_clean(&live->stored, offset);
	while (run.length > 0 && run.offset < range_end(chunk)) {
		run = range_intersect(run, chunk);
		memcpy(first + (run.offset - offset), old + (run.offset - offset),
		       (size_t)run.length);
		run = piece_tree_next_clean(&live->stored, range_end(run));
	}
	if (!base_bytes_put(live->old, offset, first, NULL, length))
		return false;
	for (size_t at = 0; at < length;) {
		const bool same = first[at] == new[at];
		size_t end = at + 1;
		while (end < length && (first[end] == new[end]) == same)
			end++;
		if (!note_run(exchange, done + at, (Range){offset + at, end - at}, same))
			return false;
		at = end;
	}
	return true;
}

static bool note_chunk(Exchange *exchange, PartPlace *place, uint64_t done, size_t length)
{
	bool noted = !read_chunk(exchange, done, length, NULL);
	for (size_t at = 0; noted && at < length;) {
		const Range range = stretch_at(exchange, place, done + at, done + length);
		noted = note_stretch(exchange, done + at, range, exchange->old + at,
				     exchange->new + at);
		at += (size_t)range.length;
	}
	return noted;
}

/* The first time that bytes are stored over, the old ones are those of the origin. range
 * begins with byte done of all. */
static bool note_origin(Exchange *exchange, uint64_t done, Range range)
{
	PieceTree *origin = &exchange->doc->live->origin;
	Range run = piece_tree_next_clean(origin, range.offset);
	bool noted = true;
	while (noted && run.length > 0 && run.offset < range_end(range)) {
		PieceList list = {0};
		run = range_intersect(run, range);
		const Range part = {done + (run.offset - range.offset), run.length};
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
	const uint64_t length = exchange->length;
	PartPlace place = {0};
	uint64_t begin = 0;
	bool noted = live_cover(exchange->doc);
	for (size_t i = 0; noted && i < exchange->count; i++) {
		const Range range = exchange->parts[i];
		noted = note_origin(exchange, begin, range) &&
			(!live->sync || live_sync_touch(live->sync, range));
		begin += range.length;
	}
	for (uint64_t done = 0; noted && done < length;) {
		const size_t part = next_chunk(length - done);
		noted = note_chunk(exchange, &place, done, part);
		done += part;
	}
	return noted;
}

/* Without waiting: that would be on the thread of the keys. Another mhex stores in no
 * time, so it is tried again at once. */
static MhexStatus lock_parts(const Document *doc, FileLock *lock, const Range *parts,
			     size_t count, MhexError *err)
{
	if (doc->no_lock)
		return MHEX_OK;
	file_lock_init(lock, store_fd(doc->live->store),
		       count > 1 ? LOCK_WINDOW : SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!file_lock_add(lock, parts[i]))
			return document_no_memory(err);
	}
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
static MhexStatus exchange_locked(Document *doc, const Range *parts, size_t count,
				  const PieceList *from, const PieceList *to,
				  MhexError *err)
{
	Exchange work;
	Live *live = doc->live;
	MhexStatus status = MHEX_OK;
	if (!exchange_init(&work, doc, parts, count, from, to)) {
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

MhexStatus live_exchange_parts(Document *doc, const Range *parts, size_t count,
			       const PieceList *from, const PieceList *to, MhexError *err)
{
	FileLock lock = {0};
	MhexStatus status = live_get_store(doc, err);
	if (!status)
		status = lock_parts(doc, &lock, parts, count, err);
	if (!status)
		status = exchange_locked(doc, parts, count, from, to, err);
	file_lock_release(&lock);
	return status;
}

MhexStatus live_exchange(Document *doc, uint64_t offset, const PieceList *from,
			 const PieceList *to, MhexError *err)
{
	const Range range = {offset, pieces_length(to->items, to->count)};
	return live_exchange_parts(doc, &range, 1, from, to, err);
}
