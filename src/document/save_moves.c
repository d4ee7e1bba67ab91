/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A save in place whose bytes change places, or that changes the file's size, for files
 * that no other file may replace.
 *
 * Room is made for everything before anything is touched, and what will be gone is kept.
 * Then the stages are carried out. When one fails, all of them are taken back.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "document/save_io.h"
#include "document/save_private.h"
#include "document/stage_journal.h"
#include "document/stage_run.h"
#include "storage/system.h"

typedef struct {
	Save *save;
	Store *store;
	Rollback *guard; /* NULL: none */
	StageSlot slot;  /* of the guard */
	int fd;
	Stages stages;
	FileRanges fresh; /* what does not come from the file, ascending */
	FileRanges lost;  /* what the new version does not have */
	SaveKept aside;   /* what else must be kept aside until it has its place */
	StageRun *run;
	bool committed;
	bool lost_some; /* bytes that had been moved are gone */
	uint64_t done;  /* bytes of work */
} Moves;

/* Called with each chunk of some ranges, of at most SAVE_CHUNK bytes. */
typedef MhexStatus (*ChunkVisitor)(Moves *work, Range chunk, MhexError *err);

static MhexStatus for_each_chunk(Moves *work, Range range, ChunkVisitor visit,
				 MhexError *err)
{
	MhexStatus status = MHEX_OK;
	while (!status && range.length > 0) {
		const Range chunk = save_chunk(range);
		status = save_go_on(work->save, err);
		if (!status)
			status = visit(work, chunk, err);
		range = range_between(range_end(chunk), range_end(range));
	}
	return status;
}

static MhexStatus for_all(Moves *work, const FileRanges *ranges, ChunkVisitor visit,
			  MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < ranges->count; i++)
		status = for_each_chunk(work, ranges->items[i], visit, err);
	return status;
}

static uint64_t total(const FileRanges *ranges)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < ranges->count; i++)
		bytes += ranges->items[i].length;
	return bytes;
}

static uint64_t cut_bytes(const Moves *work)
{
	return range_between(work->stages.new_size, work->stages.old_size).length;
}

static MhexStatus read_old(Moves *work, Range chunk, MhexError *err)
{
	return storage_read(work->save->file, chunk.offset,
			    save_buffer(work->save, SAVE_OLD_BYTES), (size_t)chunk.length,
			    NULL, err);
}

/* ---- What is kept ---- */

static MhexStatus keep_chunk(Moves *work, Range chunk, SaveKept *kept, MhexError *err)
{
	const MhexStatus status = read_old(work, chunk, err);
	return status ? status
		      : save_kept_add(kept, chunk.offset,
				      save_buffer(work->save, SAVE_OLD_BYTES),
				      (size_t)chunk.length, err);
}

static MhexStatus keep_lost(Moves *work, Range chunk, MhexError *err)
{
	return keep_chunk(work, chunk, &work->save->kept, err);
}

static MhexStatus keep_aside(Moves *work, Range chunk, MhexError *err)
{
	return keep_chunk(work, chunk, &work->aside, err);
}

/* Of what must be kept, that which is not lost. */
static bool find_aside(const Moves *work, FileRanges *aside)
{
	const FileRanges *kept = &work->stages.kept;
	const FileRanges *lost = &work->lost;
	for (size_t i = 0; i < kept->count; i++) {
		Range rest = kept->items[i];
		while (rest.length > 0) {
			uint64_t length = 0;
			size_t index = 0;
			if (!stages_is_in(lost->items, lost->count, sizeof(Range), rest,
					  &index, &length) &&
			    !file_ranges_add(aside, rest.offset, rest.offset + length))
				return false;
			rest = range_between(rest.offset + length, range_end(rest));
		}
	}
	return true;
}

static MhexStatus keep_old(Moves *work, MhexError *err)
{
	Save *save = work->save;
	FileRanges aside = {0};
	const uint64_t lost = total(&work->lost);
	const uint64_t room = lost < save->room ? save->room - lost : 0;
	MhexStatus status =
		save_kept_open(&save->kept, lost, save->room, save->force, err);
	if (!status)
		status = for_all(work, &work->lost, keep_lost, err);
	if (!status && !find_aside(work, &aside))
		status = mhex_fail(err, MHEX_E_NOMEM, "no memory for the moves");
	if (!status)
		status = save_kept_begin(&work->aside, total(&aside), room,
					 "that change places", err);
	if (!status)
		status = for_all(work, &aside, keep_aside, err);
	ARRAY_FREE(&aside);
	return status;
}

/* *length is how much of the beginning of range is there; 0: nothing. */
static MhexStatus read_kept_part(const SaveKept *kept, Range range, uint8_t *dst,
				 uint64_t *length, MhexError *err)
{
	size_t index = 0;
	if (!stages_is_in(kept->ranges.items, kept->ranges.count, sizeof(KeptBytes),
			  range, &index, length)) {
		*length = 0;
		return MHEX_OK;
	}
	if (kept->dropped)
		return mhex_fail(err, MHEX_E_NOSPACE, "there was no room to keep them");
	const KeptBytes *found = &kept->ranges.items[index];
	return save_kept_read(kept, found->at + (range.offset - found->range.offset), dst,
			      (size_t)*length, err);
}

static MhexStatus read_kept(void *context, Range range, uint8_t *dst, MhexError *err)
{
	const Moves *work = context;
	MhexStatus status = MHEX_OK;
	while (!status && range.length > 0) {
		uint64_t length = 0;
		status = read_kept_part(&work->save->kept, range, dst, &length, err);
		if (!status && length == 0)
			status = read_kept_part(&work->aside, range, dst, &length, err);
		dst += length;
		range = range_between(range.offset + length, range_end(range));
	}
	return status;
}

static MhexStatus read_fresh(void *context, Range range, uint8_t *dst, MhexError *err)
{
	const Moves *work = context;
	return reader_read(work->save->reader, range.offset, dst, (size_t)range.length,
			   NULL, err);
}

/* ---- The journal ---- */

static MhexStatus record_stage(void *context, size_t stage, const uint8_t *old,
			       size_t length, MhexError *err)
{
	Moves *work = context;
	MhexError why = {0};
	if (!work->guard)
		return MHEX_OK;
	const MhexStatus status = stage_slot_put(&work->slot, stage, old, length, &why);
	if (status && !work->committed)
		return save_guard_fail(work->save, &work->guard, status, &why, err);
	if (status && err)
		*err = why;
	return status;
}

static MhexStatus guard_add(Moves *work, Range chunk, bool fresh, MhexError *err)
{
	const uint8_t *bytes =
		save_buffer(work->save, fresh ? SAVE_NEW_BYTES : SAVE_OLD_BYTES);
	MhexError why = {0};
	if (!work->guard)
		return MHEX_OK;
	const MhexStatus status =
		stage_journal_add(rollback_writer(work->guard), fresh, chunk.offset,
				  bytes, (size_t)chunk.length, &why);
	return status ? save_guard_fail(work->save, &work->guard, status, &why, err)
		      : MHEX_OK;
}

static MhexStatus guard_kept(Moves *work, Range chunk, MhexError *err)
{
	const MhexStatus status = read_old(work, chunk, err);
	return status ? status : guard_add(work, chunk, false, err);
}

static MhexStatus guard_fresh(Moves *work, Range chunk, MhexError *err)
{
	const MhexStatus status =
		read_fresh(work, chunk, save_buffer(work->save, SAVE_NEW_BYTES), err);
	return status ? status : guard_add(work, chunk, true, err);
}

static MhexStatus guard_plan(Moves *work, MhexError *err)
{
	MhexError why = {0};
	if (!work->guard)
		return MHEX_OK;
	const MhexStatus status = stage_journal_plan(rollback_writer(work->guard),
						     &work->stages, &work->slot, &why);
	if (status)
		return save_guard_fail(work->save, &work->guard, status, &why, err);
	rollback_set_mark(work->guard, work->slot.end);
	return MHEX_OK;
}

/* Where nothing is moved or overwritten only the size changes, and that does by itself.
 */
static MhexStatus guard_all(Moves *work, MhexError *err)
{
	if (work->stages.stages.count == 0)
		return MHEX_OK;
	MhexStatus status = save_guard_open(
		work->save, stage_journal_room(&work->stages, total(&work->fresh)),
		&work->guard, err);
	if (!status && work->guard)
		status = for_all(work, &work->stages.kept, guard_kept, err);
	if (!status && work->guard)
		status = for_all(work, &work->fresh, guard_fresh, err);
	return status ? status : guard_plan(work, err);
}

/* ---- Before anything is touched ---- */

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

/* Each byte is looked at; what is not cut off is moved and looked at again. */
static MhexStatus count(void *context, uint64_t bytes, MhexError *err)
{
	Moves *work = context;
	work->done += bytes;
	job_progress(work->save->worker, work->done,
		     3 * work->stages.bytes - 2 * cut_bytes(work));
	return work->committed ? MHEX_OK : save_go_on(work->save, err);
}

static MhexStatus open_run(Moves *work, MhexError *err)
{
	const StageAccess access = {
		.kept = read_kept,
		.fresh = read_fresh,
		.record = record_stage,
		.progress = count,
		.context = work,
		.sized = storage_kind(work->save->file) != STORAGE_DEVICE,
	};
	return stage_run_open(&work->run, work->fd, work->save->path, &work->stages,
			      &access, err);
}

static MhexStatus prepare(Moves *work, MhexError *err)
{
	Save *save = work->save;
	MhexStatus status = save_check_file(save, err);
	if (!status)
		status = save_make_stages(save, &work->stages, &work->fresh, &work->lost,
					  err);
	if (!status)
		status = keep_old(work, err);
	if (!status)
		status = open_run(work, err);
	if (!status)
		status = stage_run_measure(work->run, err);
	if (!status)
		status = guard_all(work, err);
	if (!status)
		status = check_unchanged(work, err);
	if (!status)
		status = stage_run_begin(work->run, err);
	if (!status)
		status = save_commit(save, err);
	work->committed = !status;
	return status;
}

/* Blocks for range, whose part beyond the end is not in the file yet. */
static MhexStatus reserve(Moves *work, Range range, MhexError *err)
{
	const uint64_t old_size = work->stages.old_size;
	const Range inside = range_intersect(range, (Range){0, old_size});
	if (inside.length > 0) {
		const MhexStatus status = store_reserve(work->store, inside, err);
		if (status)
			return status;
	}
	const uint64_t begin = range.offset > old_size ? range.offset : old_size;
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
	for (size_t i = 0; !status && i < work->stages.parts.count; i++) {
		const StagePart *part = &work->stages.parts.items[i];
		if (part->kind != STAGE_CUT)
			status = reserve(work, part->target, err);
	}
	return status;
}

/* ---- There and back ---- */

static MhexStatus look_again(Moves *work, MhexError *err)
{
	MhexStatus status = stage_run_verify(work->run, err);
	work->lost_some = status != MHEX_OK;
	if (!status)
		status = storage_measure(work->save->file, err);
	const uint64_t size = storage_size(work->save->file);
	if (status || size == work->stages.new_size)
		return status;
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: another process has made the file 0x%" PRIx64
			 " bytes long during the save, not 0x%" PRIx64,
			 work->save->path, size, work->stages.new_size);
}

static MhexStatus forward(Moves *work, MhexError *err)
{
	MhexStatus status = reserve_all(work, err);
	if (!status)
		status = stage_run_forward(work->run, err);
	return status ? status : look_again(work, err);
}

/* To set the size also gives back the blocks that were reserved beyond the end. */
static MhexStatus backward(Moves *work, MhexError *err)
{
	const bool sized = storage_kind(work->save->file) != STORAGE_DEVICE;
	const uint64_t size = work->stages.old_size;
	const MhexStatus status = stage_run_back(work->run, false, err);
	if (status)
		return status;
	if (sized && system_ftruncate(work->fd, (off_t)size) < 0)
		return mhex_fail_errno(
			err, "cannot make the file 0x%" PRIx64 " bytes long", size);
	return storage_measure(work->save->file, err);
}

static void put_back(Moves *work, MhexError *err)
{
	Save *save = work->save;
	MhexError why = {0};
	const bool touched = stage_run_touched(work->run);
	save->put_back = backward(work, &why) == MHEX_OK;
	save->back_stamp = storage_stamp(save->file);
	if (save->put_back && !touched)
		save->touched = false;
	else if (save->put_back)
		save_error_add(err, work->lost_some ? "; all other bytes were put back"
						    : "; the old bytes were put back");
	else
		save_error_add(err, "; not all old bytes could be put back: ");
	if (!save->put_back) {
		save_error_add(err, why.message);
		save_guard_leave(&work->guard, err);
	}
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
		work->save->result.bytes_changed = work->stages.bytes;
	return status;
}

MhexStatus save_moves(Save *save, MhexError *err)
{
	Moves work = {.save = save, .aside = {.spill = -1}};
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
	stage_run_close(work.run);
	stages_free(&work.stages);
	save_kept_free(&work.aside);
	store_close(work.store);
	ARRAY_FREE(&work.fresh);
	ARRAY_FREE(&work.lost);
	return status;
}
