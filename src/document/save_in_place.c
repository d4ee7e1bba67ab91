/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A save of the same size: what changed is stored where it lies, and nothing else.
 *
 * Everything is checked before anything is touched. What the file holds is kept, and
 * each byte is exchanged against what was kept, so a byte that another process changes
 * in between ends the save; then, and when the disk fails, the old bytes are put back.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "document/save_io.h"
#include "document/save_private.h"

typedef struct {
	Save *save;
	Store *store;
	Rollback *guard;         /* NULL: none */
	uint64_t stored;         /* bytes, counted as they were kept */
	uint64_t done, progress; /* of the work as a whole */
	uint64_t theirs;       /* bytes that are another process's on the way back, ... */
	uint64_t first_theirs; /* and the first of them */
} InPlace;

/* Called with each chunk of what was kept, of at most SAVE_CHUNK bytes. at: as in
 * KeptBytes. */
typedef MhexStatus (*ChunkVisitor)(InPlace *work, Range chunk, uint64_t at,
				   MhexError *err);

static MhexStatus for_each_chunk(InPlace *work, ChunkVisitor visit, MhexError *err)
{
	const SaveKept *kept = &work->save->kept;
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < kept->ranges.count; i++) {
		Range rest = kept->ranges.items[i].range;
		uint64_t at = kept->ranges.items[i].at;
		while (!status && rest.length > 0) {
			const Range chunk = save_chunk(rest);
			status = visit(work, chunk, at, err);
			at += chunk.length;
			rest = range_between(range_end(chunk), range_end(rest));
		}
	}
	return status;
}

static MhexStatus read_new(const InPlace *work, Range chunk, MhexError *err)
{
	return reader_read(work->save->reader, chunk.offset,
			   save_buffer(work->save, SAVE_NEW_BYTES), (size_t)chunk.length,
			   NULL, err);
}

static MhexStatus read_old(const InPlace *work, Range chunk, uint64_t at, MhexError *err)
{
	Save *save = work->save;
	uint8_t *old = save_buffer(save, SAVE_OLD_BYTES);
	const size_t length = (size_t)chunk.length;
	if (save->kept.dropped)
		return storage_read(save->file, chunk.offset, old, length, NULL, err);
	return save_kept_read(&save->kept, at, old, length, err);
}

/* Each byte is kept, stored and looked at. */
static void count(InPlace *work, uint64_t bytes)
{
	work->done += bytes;
	job_progress(work->save->worker, work->done,
		     3 * piece_tree_modified(save_tree(work->save)));
}

/* ---- Before anything is touched ---- */

static MhexStatus keep_chunk(InPlace *work, Range chunk, MhexError *err)
{
	Save *save = work->save;
	uint8_t *old = save_buffer(save, SAVE_OLD_BYTES);
	const size_t length = (size_t)chunk.length;
	MhexStatus status = save_go_on(save, err);
	if (!status)
		status = read_new(work, chunk, err);
	if (!status)
		status = storage_read(save->file, chunk.offset, old, length, NULL, err);
	if (!status)
		status = save_check_bytes(save, chunk.offset, old,
					  save_buffer(save, SAVE_NEW_BYTES), length, err);
	if (!status)
		status = save_kept_add(&save->kept, chunk.offset, old, length, err);
	if (!status)
		status = save_guard_add(save, &work->guard, chunk, err);
	count(work, chunk.length);
	return status;
}

static MhexStatus keep_old(InPlace *work, MhexError *err)
{
	const PieceTree *tree = save_tree(work->save);
	const uint64_t bytes = piece_tree_modified(tree);
	MhexStatus status = save_kept_open(&work->save->kept, bytes, work->save->room,
					   work->save->force, err);
	if (!status)
		status = save_guard_open(work->save, rollback_room(bytes), &work->guard,
					 err);
	Range run = piece_tree_next_modified(tree, 0);
	while (!status && run.length > 0) {
		Range rest = run;
		while (!status && rest.length > 0) {
			const Range chunk = save_chunk(rest);
			status = keep_chunk(work, chunk, err);
			rest = range_between(range_end(chunk), range_end(rest));
		}
		run = piece_tree_next_modified(tree, range_end(run));
	}
	return status ? status
		      : save_guard_ready(work->save, &work->guard,
					 storage_size(work->save->file), err);
}

static MhexStatus reserve(InPlace *work, MhexError *err)
{
	const SaveKept *kept = &work->save->kept;
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < kept->ranges.count; i++)
		status = store_reserve(work->store, kept->ranges.items[i].range, err);
	return status;
}

/* ---- Forward ---- */

static MhexStatus store_chunk(InPlace *work, Range chunk, uint64_t at, MhexError *err)
{
	size_t stored = 0;
	MhexStatus status = read_new(work, chunk, err);
	if (!status)
		status = read_old(work, chunk, at, err);
	if (!status)
		status = store_exchange(
			work->store, chunk, save_buffer(work->save, SAVE_OLD_BYTES),
			save_buffer(work->save, SAVE_NEW_BYTES), &stored, err);
	work->stored += stored;
	count(work, stored);
	return status;
}

static MhexStatus verify_chunk(InPlace *work, Range chunk, uint64_t at, MhexError *err)
{
	(void)at;
	MhexStatus status = read_new(work, chunk, err);
	if (!status)
		status = store_verify(work->store, chunk.offset,
				      save_buffer(work->save, SAVE_NEW_BYTES),
				      (size_t)chunk.length, err);
	count(work, chunk.length);
	return status;
}

static MhexStatus store_all(InPlace *work, MhexError *err)
{
	MhexStatus status = for_each_chunk(work, store_chunk, err);
	if (!status)
		status = store_sync(work->store, err);
	return status ? status : for_each_chunk(work, verify_chunk, err);
}

/* ---- Back ---- */

/* What is still there of a chunk; a byte that somebody else has changed after us is
 * theirs. */
static MhexStatus put_back_chunk(InPlace *work, Range chunk, uint64_t at, MhexError *err)
{
	Save *save = work->save;
	const uint8_t *new_bytes = save_buffer(save, SAVE_NEW_BYTES);
	const uint8_t *old_bytes = save_buffer(save, SAVE_OLD_BYTES);
	if (at >= work->stored)
		return MHEX_OK;
	if (chunk.length > work->stored - at)
		chunk.length = work->stored - at;
	MhexStatus status = read_new(work, chunk, err);
	if (!status)
		status = read_old(work, chunk, at, err);
	if (!status)
		status = storage_measure(save->file, err);
	if (status)
		return status;
	chunk = range_intersect(chunk, (Range){0, storage_size(save->file)});
	for (size_t done = 0; !status && done < chunk.length;) {
		size_t stored = 0;
		status = store_exchange(
			work->store, range_between(chunk.offset + done, range_end(chunk)),
			new_bytes + done, old_bytes + done, &stored, err);
		done += stored;
		if (status == MHEX_E_CONFLICT) {
			status = MHEX_OK;
			if (work->theirs++ == 0)
				work->first_theirs = chunk.offset + done;
			done++;
		}
	}
	return status;
}

static void name_theirs(const InPlace *work, MhexError *err)
{
	char text[120];
	(void)snprintf(text, sizeof(text),
		       ", but %" PRIu64 " that another process has changed since, from "
		       "0x%" PRIx64 " on",
		       work->theirs, work->first_theirs);
	if (work->theirs > 0)
		save_error_add(err, text);
}

/* Say behind the sentence in err what the file holds now. */
static void put_back(InPlace *work, MhexError *err)
{
	Save *save = work->save;
	MhexError why = {0};
	if (work->stored == 0) {
		save->put_back = storage_measure(save->file, NULL) == MHEX_OK;
		save->touched = false;
	} else if (save->kept.dropped) {
		save_error_add(err, "; there was no room to keep the old bytes");
	} else if (for_each_chunk(work, put_back_chunk, &why) == MHEX_OK &&
		   store_sync(work->store, &why) == MHEX_OK) {
		save->put_back = storage_measure(save->file, NULL) == MHEX_OK;
		save_error_add(err, "; the old bytes were put back");
		name_theirs(work, err);
	} else {
		save_error_add(err, "; not all old bytes could be put back: ");
		save_error_add(err, why.message);
	}
	if (save->touched && !save->put_back)
		save_guard_leave(&work->guard, err);
	save->back_stamp = storage_stamp(save->file);
}

static MhexStatus run(InPlace *work, MhexError *err)
{
	MhexStatus status = keep_old(work, err);
	if (!status)
		status = save_commit(work->save, err);
	if (status)
		return status;
	work->save->touched = true;
	status = reserve(work, err);
	if (!status)
		status = store_all(work, err);
	if (status)
		put_back(work, err);
	return status;
}

MhexStatus save_in_place(Save *save, MhexError *err)
{
	InPlace work = {.save = save};
	FileLock lock = {0};
	save->result.in_place = true;
	if (piece_tree_modified(save_tree(save)) == 0)
		return MHEX_OK;
	save->outcome = SAVED_IN_PLACE;
	MhexStatus status = store_open(&work.store, save->file, err);
	if (!status)
		status = save_lock_modified(save, store_fd(work.store), &lock, err);
	if (!status)
		status = run(&work, err);
	save_guard_end(save, work.guard);
	if (!status)
		save->result.bytes_changed = save->kept.size;
	file_lock_release(&lock);
	store_close(work.store);
	return status;
}
