/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A save in place whose bytes change places, or that changes the file's size, for files
 * that no other file may replace.
 *
 * Room is made for everything before anything is touched, and what will be gone is kept.
 * Then: extend, move, write what is new, cut. When it fails, all of it is taken back.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "document/save_io.h"
#include "document/save_move.h"
#include "document/save_private.h"
#include "storage/system.h"

typedef struct {
	Save *save;
	Store *store;
	Rollback *guard; /* NULL: none */
	int fd;
	uint64_t old_size, new_size;
	ARRAY(SaveMove) moves; /* ascending by target */
	FileRanges fresh;      /* what does not come from the file */
	SavePlan plan;
	SaveMover *mover;
	bool moving;      /* bytes may have been overwritten */
	bool lost;        /* some that had been moved were */
	uint64_t written; /* of fresh, for the progress */
} Moves;

/* ---- What is to be done ---- */

static MhexStatus no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the order of the moves");
}

static bool add_part(Moves *work, const Piece *part, uint64_t at)
{
	const uint64_t end = at + part->length;
	if (save_is_own(work->save, part)) {
		const SaveMove move = {part->offset, at, part->length};
		return part->offset == at || ARRAY_PUSH(&work->moves, move);
	}
	/* The file is zeroes there when it has been made longer. */
	if (part->source == SOURCE_ID_ZERO)
		return file_ranges_add(&work->fresh, at,
				       end < work->old_size ? end : work->old_size);
	return file_ranges_add(&work->fresh, at, end);
}

static MhexStatus sort_out(Moves *work, MhexError *err)
{
	const SourceTable *table = work->save->snapshot->table;
	PieceCursor cursor;
	bool more = piece_cursor_seek(&cursor, save_tree(work->save), 0);
	for (; more; more = piece_cursor_next(&cursor)) {
		for (uint64_t done = 0; done < cursor.piece.length;) {
			const Piece rest = piece_part(&cursor.piece, done,
						      cursor.piece.length - done);
			const Piece part = source_resolve(table, &rest);
			if (!add_part(work, &part, cursor.offset + done))
				return no_memory(err);
			done += part.length;
		}
	}
	return MHEX_OK;
}

static MhexStatus keep_range(Save *save, Range range, MhexError *err)
{
	uint8_t *old = save_buffer(save, SAVE_OLD_BYTES);
	MhexStatus status = MHEX_OK;
	while (!status && range.length > 0) {
		const Range part = save_chunk(range);
		const size_t length = (size_t)part.length;
		status = storage_read(save->file, part.offset, old, length, NULL, err);
		if (!status)
			status =
				save_kept_add(&save->kept, part.offset, old, length, err);
		if (!status)
			status = save_go_on(save, err);
		range = range_between(range_end(part), range_end(range));
	}
	return status;
}

static MhexStatus keep_old(Moves *work, MhexError *err)
{
	FileRanges lost = {0};
	uint64_t bytes = 0;
	MhexStatus status = save_find_lost(work->save, &lost, err);
	for (size_t i = 0; i < lost.count; i++)
		bytes += lost.items[i].length;
	if (!status)
		status = save_kept_open(&work->save->kept, bytes, work->save->room,
					work->save->force, err);
	for (size_t i = 0; !status && i < lost.count; i++)
		status = keep_range(work->save, lost.items[i], err);
	ARRAY_FREE(&lost);
	return status;
}

static uint64_t total(const Moves *work)
{
	uint64_t bytes = work->plan.bytes;
	for (size_t i = 0; i < work->fresh.count; i++)
		bytes += work->fresh.items[i].length;
	return bytes;
}

/* Into the journal what chunk holds and will hold; zeroes where the file does not reach.
 */
static MhexStatus guard_chunk(Moves *work, Range chunk, MhexError *err)
{
	Save *save = work->save;
	uint8_t *old = save_buffer(save, SAVE_OLD_BYTES);
	uint8_t *now = save_buffer(save, SAVE_NEW_BYTES);
	const Range before = range_intersect(chunk, (Range){0, work->old_size});
	const Range after = range_intersect(chunk, (Range){0, work->new_size});
	MhexStatus status = save_go_on(save, err);
	memset(old, 0, (size_t)chunk.length);
	memset(now, 0, (size_t)chunk.length);
	if (!status)
		status = storage_read(save->file, chunk.offset, old,
				      (size_t)before.length, NULL, err);
	if (!status && after.length > 0)
		status = reader_read(save->reader, chunk.offset, now,
				     (size_t)after.length, NULL, err);
	if (status || memcmp(old, now, (size_t)chunk.length) == 0)
		return status;
	return save_guard_add(save, &work->guard, chunk, err);
}

static MhexStatus guard_range(Moves *work, Range range, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	while (!status && range.length > 0 && work->guard) {
		const Range chunk = save_chunk(range);
		status = guard_chunk(work, chunk, err);
		range = range_between(range_end(chunk), range_end(range));
	}
	return status;
}

static uint64_t cut_bytes(const Moves *work)
{
	return work->new_size < work->old_size ? work->old_size - work->new_size : 0;
}

static MhexStatus guard_all(Moves *work, MhexError *err)
{
	const PieceTree *tree = save_tree(work->save);
	MhexStatus status = save_guard_open(work->save, total(work) + cut_bytes(work),
					    &work->guard, err);
	Range run = piece_tree_next_modified(tree, 0);
	for (; !status && run.length > 0;
	     run = piece_tree_next_modified(tree, range_end(run)))
		status = guard_range(work, run, err);
	if (!status)
		status = guard_range(work, (Range){work->new_size, cut_bytes(work)}, err);
	return status;
}

/* Nothing may have come between: moves overwrite without looking. */
static MhexStatus check_unchanged(Moves *work, MhexError *err)
{
	const FileStamp before = storage_stamp(work->save->file);
	const MhexStatus status = storage_measure(work->save->file, err);
	const FileStamp now = storage_stamp(work->save->file);
	if (status || file_stamp_equal(&before, &now))
		return status;
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: changed by another process during the save",
			 work->save->path);
}

/* Blocks for range, whose part beyond the end is not in the file yet. */
static MhexStatus reserve(Moves *work, Range range, MhexError *err)
{
	const Range inside = range_intersect(range, (Range){0, work->old_size});
	if (inside.length > 0) {
		const MhexStatus status = store_reserve(work->store, inside, err);
		if (status)
			return status;
	}
	const uint64_t begin =
		range.offset > work->old_size ? range.offset : work->old_size;
	if (range_end(range) <= begin)
		return MHEX_OK;
	int failed = 0;
	do {
		failed = system_fallocate(work->fd, FALLOC_FL_KEEP_SIZE, (off_t)begin,
					  (off_t)(range_end(range) - begin));
	} while (failed && errno == EINTR);
	if (!failed || errno == EOPNOTSUPP || errno == ENOSYS)
		return MHEX_OK;
	return mhex_fail_errno(err, "%s: no blocks for 0x%" PRIx64 "..0x%" PRIx64,
			       work->save->path, begin, range_end(range));
}

static MhexStatus reserve_all(Moves *work, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < work->moves.count; i++) {
		const SaveMove *move = &work->moves.items[i];
		status = reserve(work, (Range){move->target, move->length}, err);
	}
	for (size_t i = 0; !status && i < work->fresh.count; i++)
		status = reserve(work, work->fresh.items[i], err);
	return status;
}

static MhexStatus prepare(Moves *work, MhexError *err)
{
	MhexStatus status = save_check_file(work->save, err);
	if (!status)
		status = sort_out(work, err);
	if (!status)
		status = save_plan_make(&work->plan, work->moves.items, work->moves.count,
					err);
	if (!status)
		status = keep_old(work, err);
	if (!status)
		status = guard_all(work, err);
	if (!status)
		status = check_unchanged(work, err);
	if (!status)
		status = save_mover_open(&work->mover, work->fd, &work->plan, err);
	if (!status)
		status = save_guard_ready(work->save, &work->guard, work->new_size, err);
	return status ? status : save_commit(work->save, err);
}

/* ---- Forward ---- */

static void on_moved(void *context, uint64_t bytes)
{
	const Moves *work = context;
	job_progress(work->save->worker, bytes, total(work));
}

static MhexStatus set_size(const Moves *work, uint64_t size, MhexError *err)
{
	if (system_ftruncate(work->fd, (off_t)size) == 0)
		return MHEX_OK;
	return mhex_fail_errno(err, "%s: cannot make the file 0x%" PRIx64 " bytes long",
			       work->save->path, size);
}

/* Called with each chunk of what is fresh, its bytes in SAVE_NEW_BYTES. */
typedef MhexStatus (*FreshVisitor)(Moves *work, Range chunk, MhexError *err);

static MhexStatus for_fresh(Moves *work, FreshVisitor visit, MhexError *err)
{
	uint8_t *bytes = save_buffer(work->save, SAVE_NEW_BYTES);
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < work->fresh.count; i++) {
		Range rest = work->fresh.items[i];
		while (!status && rest.length > 0) {
			const Range chunk = save_chunk(rest);
			status = reader_read(work->save->reader, chunk.offset, bytes,
					     (size_t)chunk.length, NULL, err);
			if (!status)
				status = visit(work, chunk, err);
			rest = range_between(range_end(chunk), range_end(rest));
		}
	}
	return status;
}

static MhexStatus write_fresh(Moves *work, Range chunk, MhexError *err)
{
	const size_t length = (size_t)chunk.length;
	if (save_write(work->fd, save_buffer(work->save, SAVE_NEW_BYTES), length,
		       chunk.offset) < length)
		return mhex_fail_errno(err, "%s: cannot write at 0x%" PRIx64,
				       work->save->path, chunk.offset);
	work->written += length;
	on_moved(work, work->plan.bytes + work->written);
	return MHEX_OK;
}

static MhexStatus look_at_fresh(Moves *work, Range chunk, MhexError *err)
{
	uint8_t *there = save_buffer(work->save, SAVE_OLD_BYTES);
	const uint8_t *wanted = save_buffer(work->save, SAVE_NEW_BYTES);
	const size_t got = save_read(work->fd, there, (size_t)chunk.length, chunk.offset);
	for (size_t i = 0; i < chunk.length; i++) {
		if (i < got && there[i] == wanted[i])
			continue;
		return mhex_fail(err, MHEX_E_CONFLICT,
				 "%s: the byte at 0x%" PRIx64
				 " was changed by another process during the save",
				 work->save->path, chunk.offset + i);
	}
	return MHEX_OK;
}

static MhexStatus look_again(Moves *work, MhexError *err)
{
	const MhexStatus status = storage_measure(work->save->file, err);
	const uint64_t size = storage_size(work->save->file);
	if (status || size == work->new_size)
		return status ? status : for_fresh(work, look_at_fresh, err);
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: another process has made the file 0x%" PRIx64
			 " bytes long during the save, not 0x%" PRIx64,
			 work->save->path, size, work->new_size);
}

static MhexStatus forward(Moves *work, MhexError *err)
{
	MhexStatus status = reserve_all(work, err);
	if (!status && work->new_size > work->old_size)
		status = set_size(work, work->new_size, err);
	if (status)
		return status;
	work->moving = true;
	status = save_mover_run(work->mover, on_moved, work, err);
	if (!status)
		status = for_fresh(work, write_fresh, err);
	if (!status && work->new_size < work->old_size)
		status = set_size(work, work->new_size, err);
	if (!status && system_fsync(work->fd) < 0)
		status = mhex_fail_errno(err, "%s: the file may not be on disk",
					 work->save->path);
	if (status)
		return status;
	status = save_mover_verify(work->mover, err);
	work->lost = status != MHEX_OK;
	return status ? status : look_again(work, err);
}

/* ---- Back ---- */

static MhexStatus put_back_kept(Moves *work, MhexError *err)
{
	const Save *save = work->save;
	uint8_t *old = save_buffer(save, SAVE_OLD_BYTES);
	MhexStatus status = MHEX_OK;
	if (save->kept.dropped)
		return mhex_fail(err, MHEX_E_NOSPACE, "there was no room to keep them");
	for (size_t i = 0; !status && i < save->kept.ranges.count; i++) {
		Range rest = save->kept.ranges.items[i].range;
		uint64_t at = save->kept.ranges.items[i].at;
		while (!status && rest.length > 0) {
			const Range chunk = save_chunk(rest);
			const size_t length = (size_t)chunk.length;
			status = save_kept_read(&save->kept, at, old, length, err);
			if (!status &&
			    save_write(work->fd, old, length, chunk.offset) < length)
				status = mhex_fail_errno(
					err, "cannot write at 0x%" PRIx64, chunk.offset);
			at += length;
			rest = range_between(range_end(chunk), range_end(rest));
		}
	}
	return status;
}

/* Setting the size also gives back the blocks that were reserved beyond the end. */
static MhexStatus backward(Moves *work, MhexError *err)
{
	const bool sized = storage_kind(work->save->file) != STORAGE_DEVICE;
	MhexStatus status = storage_measure(work->save->file, err);
	if (!status && storage_size(work->save->file) < work->old_size)
		status = set_size(work, work->old_size, err);
	if (!status && work->moving)
		status = save_mover_undo(work->mover, err);
	if (!status && work->moving)
		status = put_back_kept(work, err);
	if (!status && sized)
		status = set_size(work, work->old_size, err);
	if (!status && (work->moving || work->guard) && system_fsync(work->fd) < 0)
		status = mhex_fail_errno(err, "%s: the file may not be on disk",
					 work->save->path);
	return status ? status : storage_measure(work->save->file, err);
}

static void put_back(Moves *work, MhexError *err)
{
	Save *save = work->save;
	MhexError why = {0};
	save->put_back = backward(work, &why) == MHEX_OK;
	save->back_stamp = storage_stamp(save->file);
	if (save->put_back && !work->moving)
		save->touched = false;
	else if (save->put_back)
		save_error_add(err, work->lost ? "; all other bytes were put back"
					       : "; the old bytes were put back");
	else
		save_error_add(err, "; not all old bytes could be put back: ");
	save_error_add(err, why.message);
	if (!save->put_back)
		save_guard_leave(&work->guard, err);
}

static MhexStatus run(Moves *work, MhexError *err)
{
	MhexStatus status = prepare(work, err);
	if (status)
		return status;
	work->save->touched = true;
	status = forward(work, err);
	if (status)
		put_back(work, err);
	else
		work->save->result.bytes_changed = total(work);
	return status;
}

MhexStatus save_moves(Save *save, MhexError *err)
{
	Moves work = {.save = save,
		      .old_size = storage_size(save->file),
		      .new_size = piece_tree_size(save_tree(save))};
	FileLock lock = {0};
	save->outcome = SAVED_IN_PLACE;
	save->result.in_place = true;
	MhexStatus status = store_open(&work.store, save->file, err);
	if (!status) {
		work.fd = store_fd(work.store);
		status = save_lock_all(save, work.fd, &lock, err);
	}
	if (!status)
		status = run(&work, err);
	save_guard_end(save, work.guard);
	file_lock_release(&lock);
	save_mover_close(work.mover);
	save_plan_free(&work.plan);
	store_close(work.store);
	ARRAY_FREE(&work.moves);
	ARRAY_FREE(&work.fresh);
	return status;
}
