/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What was stored in a file that is edited live reaches the disk. */

#include <assert.h>
#include <stdlib.h>

#include "document/live_private.h"

enum {
	CHUNK = 4 << 10
};

/* ---- Begin ---- */

static void sync_free(LiveSync *sync)
{
	store_close(sync->store);
	storage_close(sync->storage);
	snapshot_release(sync->snapshot);
	if (sync->old)
		base_bytes_free(sync->old);
	if (sync->lock)
		job_lock_free(sync->lock);
	ARRAY_FREE(&sync->touched);
	free(sync);
}

MhexStatus live_sync_begin(Document *doc, LiveSync **out, MhexError *err)
{
	Live *live = doc->live;
	assert(live && !live->sync);
	*out = NULL;
	if (!live_cover(doc))
		return document_no_memory(err);
	const uint64_t bytes = piece_tree_modified(&live->stored);
	/* After a failure nothing is open, but there is something to look at again. */
	MhexStatus status = bytes > 0 ? live_get_store(doc, err) : MHEX_OK;
	if (status)
		return status;
	LiveSync *sync = calloc(1, sizeof(*sync));
	if (!sync)
		return document_no_memory(err);
	*sync = (LiveSync){.bytes = bytes, .failed = live->failed};
	Version version = {piece_tree_retain(&live->stored), doc->now.covered};
	status = document_snapshot_version(doc, &version, &sync->snapshot, err);
	sync->lock = job_lock_new();
	PieceTree stored = live->stored;
	BaseBytes *old = live->old;
	if (!status && (!sync->lock || !live_forget_stored(doc)))
		status = document_no_memory(err);
	if (status) {
		sync_free(sync);
		return status;
	}
	piece_tree_release(&stored);
	sync->old = old;
	sync->store = live->store;
	sync->storage = live->storage;
	live->store = NULL;
	live->storage = NULL;
	live->sync = sync;
	history_break(doc->history);
	*out = sync;
	return MHEX_OK;
}

uint64_t live_sync_bytes(const LiveSync *sync)
{
	return sync->bytes;
}

/* ---- On another thread ---- */

bool live_sync_touch(LiveSync *sync, Range range)
{
	job_lock(sync->lock);
	const bool done = ARRAY_PUSH(&sync->touched, range);
	job_unlock(sync->lock);
	return done;
}

static bool was_touched(LiveSync *sync, uint64_t offset)
{
	bool touched = false;
	job_lock(sync->lock);
	for (size_t i = 0; i < sync->touched.count && !touched; i++)
		touched = range_contains(sync->touched.items[i], offset);
	job_unlock(sync->lock);
	return touched;
}

/* A byte that differs is another process's, unless it was edited again here. */
static MhexStatus verify(LiveSync *sync, uint64_t offset, const uint8_t *bytes,
			 size_t length, MhexError *err)
{
	MhexStatus status = store_verify(sync->store, offset, bytes, length, err);
	if (status != MHEX_E_CONFLICT)
		return status;
	status = MHEX_OK;
	for (size_t i = 0; i < length && !status; i++) {
		status = store_verify(sync->store, offset + i, &bytes[i], 1, err);
		if (status == MHEX_E_CONFLICT && was_touched(sync, offset + i))
			status = MHEX_OK;
	}
	return status;
}

static MhexStatus verify_run(LiveSync *sync, Reader *reader, Range run, MhexError *err)
{
	uint8_t bytes[CHUNK];
	MhexStatus status = MHEX_OK;
	while (!status && run.length > 0) {
		const size_t part = run.length < CHUNK ? (size_t)run.length : CHUNK;
		status = reader_read(reader, run.offset, bytes, part, NULL, err);
		if (!status)
			status = verify(sync, run.offset, bytes, part, err);
		run = (Range){run.offset + part, run.length - part};
	}
	return status;
}

static MhexStatus verify_all(LiveSync *sync, MhexError *err)
{
	const PieceTree *stored = &sync->snapshot->version.tree;
	Reader *reader = NULL;
	MhexStatus status = reader_open(&reader, sync->snapshot, err);
	if (status)
		return status;
	MhexStatus conflict = MHEX_OK;
	MhexError reason = {.status = MHEX_OK};
	Range run = piece_tree_next_modified(stored, 0);
	while (!status && run.length > 0) {
		/* The first conflict is told, when there is nothing worse behind it. */
		status = verify_run(sync, reader, run, conflict ? &reason : err);
		if (status == MHEX_E_CONFLICT) {
			conflict = status;
			status = MHEX_OK;
		}
		run = piece_tree_next_modified(stored, range_end(run));
	}
	reader_close(reader);
	if (status && conflict && err)
		*err = reason;
	return status ? status : conflict;
}

MhexStatus live_sync_run(LiveSync *sync, MhexError *err)
{
	if (sync->failed)
		return mhex_fail(
			err, MHEX_E_IO,
			"a write to the disk has failed before, and what was "
			"stored since may not be on it; save a copy (:write FILE)");
	if (!sync->store)
		return MHEX_OK;
	const MhexStatus status = store_sync(sync->store, err);
	/* The kernel forgets a failure once it has told it. A file that was cut can be
	 * looked at again. */
	sync->failed = status && status != MHEX_E_SHRUNK;
	return status ? status : verify_all(sync, err);
}

/* ---- End ---- */

/* The bytes that were there at the sync before, again. */
static bool merge_old(Live *live, const LiveSync *sync, Range run)
{
	uint8_t bytes[CHUNK], known[CHUNK];
	while (run.length > 0) {
		const size_t part = run.length < CHUNK ? (size_t)run.length : CHUNK;
		base_bytes_read(sync->old, run.offset, bytes, part, known);
		if (!base_bytes_put(live->old, run.offset, bytes, known, part))
			return false;
		run = (Range){run.offset + part, run.length - part};
	}
	return true;
}

/* Bytes that were not edited since are not synced still. */
static bool merge_run(Live *live, const LiveSync *sync, Range run)
{
	Range clean = piece_tree_next_clean(&live->stored, run.offset);
	bool done = true;
	while (done && clean.length > 0 && clean.offset < range_end(run)) {
		PieceList list = {0};
		clean = range_intersect(clean, run);
		done = piece_tree_collect(&sync->snapshot->version.tree, clean, &list) &&
		       piece_tree_replace(&live->stored, clean, list.items, list.count);
		piece_list_free(&list);
		clean = piece_tree_next_clean(&live->stored, range_end(clean));
	}
	return done && merge_old(live, sync, run);
}

static bool merge(Document *doc, const LiveSync *sync)
{
	const PieceTree *stored = &sync->snapshot->version.tree;
	bool done = live_cover(doc);
	Range run = piece_tree_next_modified(stored, 0);
	while (done && run.length > 0) {
		done = merge_run(doc->live, sync, run);
		run = piece_tree_next_modified(stored, range_end(run));
	}
	return done;
}

void live_sync_end(Document *doc, LiveSync *sync, MhexStatus status)
{
	Live *live = doc->live;
	assert(live && live->sync == sync);
	live->sync = NULL;
	live->failed = sync->failed;
	/* Without memory for what is not on the disk, no later sync may claim that it is.
	 */
	if (status && status != MHEX_E_CONFLICT && !merge(doc, sync))
		live->failed = true;
	sync_free(sync);
	live_edited(doc);
}
