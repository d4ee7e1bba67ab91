/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an interrupted save has left: the file becomes as it was before, or after it. */

#include <inttypes.h>

#include "document/lock_wait.h"
#include "document/recovery_private.h"
#include "storage/store.h"
#include "storage/system.h"

void recovery_set_job(Recovery *recovery, Job *job)
{
	recovery->job = job;
}

static MhexStatus check_possible(const Recovery *recovery, MhexError *err)
{
	const RecoveryState *state = &recovery->state;
	const char *path = storage_path(recovery->file);
	if (state->resized)
		return mhex_fail(
			err, MHEX_E_CONFLICT,
			"%s: the file had 0x%" PRIx64 " bytes before the save, 0x%" PRIx64
			" after it, and has 0x%" PRIx64 " now; it was left as it is",
			path, recovery->identity.size, recovery->size,
			storage_size(recovery->file));
	if (state->foreign > 0)
		return mhex_fail(
			err, MHEX_E_CONFLICT,
			"%s: %" PRIu64 " bytes, the first at 0x%" PRIx64
			", are neither those before the save nor those after it; "
			"the file was left as it is",
			path, state->foreign, state->first_foreign);
	return MHEX_OK;
}

typedef struct {
	Store *store;
	RecoveryWay way;
} Work;

static const uint8_t *wanted_bytes(const Work *work, const Change *change)
{
	return work->way == RECOVERY_FORWARD ? change->now : change->old;
}

static MhexStatus reserve_change(Recovery *recovery, const Change *change, void *context,
				 MhexError *err)
{
	const Work *work = context;
	(void)recovery;
	return store_reserve(work->store, change->range, err);
}

static MhexStatus exchange(const Work *work, Range range, const uint8_t *base,
			   const uint8_t *bytes, MhexError *err)
{
	size_t stored = 0;
	return store_exchange(work->store, range, base, bytes, &stored, err);
}

/* Exchanged against what has just been found to be one of the two. After a failure of the
 * disk the kernel takes pages for written that are not, so each byte is changed there and
 * back, and will be written again. */
static MhexStatus store_change(Recovery *recovery, const Change *change, void *context,
			       MhexError *err)
{
	const Work *work = context;
	RecoveryState *state = &recovery->state;
	const uint8_t *wanted = wanted_bytes(work, change);
	const uint8_t *other = wanted == change->now ? change->old : change->now;
	const uint8_t *current = recovery->current;
	MhexStatus status = recovery_count_change(recovery, change, NULL, err);
	if (status)
		return status;
	if (state->foreign > 0)
		return mhex_fail(err, MHEX_E_CONFLICT,
				 "%s: the byte at 0x%" PRIx64
				 " was changed by another process meanwhile",
				 storage_path(recovery->file), state->first_foreign);
	if (recovery->failed) {
		status = exchange(work, change->range, current, other, err);
		current = other;
	}
	return status ? status : exchange(work, change->range, current, wanted, err);
}

static MhexStatus verify_change(Recovery *recovery, const Change *change, void *context,
				MhexError *err)
{
	const Work *work = context;
	(void)recovery;
	return store_verify(work->store, change->range.offset, wanted_bytes(work, change),
			    (size_t)change->range.length, err);
}

/* Only a save that changes the size does so here. */
static MhexStatus set_size(Recovery *recovery, const Work *work, uint64_t size,
			   MhexError *err)
{
	if (recovery->size == recovery->identity.size ||
	    size == storage_size(recovery->file))
		return MHEX_OK;
	if (system_ftruncate(store_fd(work->store), (off_t)size) < 0)
		return mhex_fail_errno(err, "%s: cannot make it 0x%" PRIx64 " bytes long",
				       storage_path(recovery->file), size);
	return storage_measure(recovery->file, err);
}

static MhexStatus store_all(Recovery *recovery, Work *work, MhexError *err)
{
	const uint64_t size =
		work->way == RECOVERY_FORWARD ? recovery->size : recovery->identity.size;
	MhexStatus status = set_size(recovery, work, recovery_larger_size(recovery), err);
	if (!status)
		status = recovery_for_each_change(recovery, reserve_change, work, err);
	if (!status)
		status = recovery_for_each_change(recovery, store_change, work, err);
	if (!status)
		status = store_sync(work->store, err);
	if (!status)
		status = recovery_for_each_change(recovery, verify_change, work, err);
	if (!status)
		status = set_size(recovery, work, size, err);
	/* What the interrupted save had stored itself may not be on disk either. */
	if (!status && system_fsync(store_fd(work->store)) < 0)
		status = mhex_fail_errno(err, "%s: the file may not be on disk",
					 storage_path(recovery->file));
	return status;
}

/* ---- Locks, the same as those of the save ---- */

static MhexStatus lock_change(Recovery *recovery, const Change *change, void *context,
			      MhexError *err)
{
	FileLock *lock = context;
	(void)recovery;
	return file_lock_add(lock, change->range)
		       ? MHEX_OK
		       : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
}

static MhexStatus take_lock(Recovery *recovery, int fd, FileLock *lock, MhexError *err)
{
	const bool in_place =
		!recovery->staged && recovery->size == recovery->identity.size;
	const LockWait how = {.path = storage_path(recovery->file),
			      .instead = "recover! and --set=nolock do it all the same; "
					 "nothing was changed",
			      .force = recovery->force};
	const Change all = {{0, UINT64_MAX}, NULL, NULL};
	if (recovery->no_lock)
		return MHEX_OK;
	file_lock_init(lock, fd, in_place ? storage_window(recovery->file) : SIZE_MAX);
	const MhexStatus status =
		in_place ? recovery_for_each_change(recovery, lock_change, lock, err)
			 : lock_change(recovery, &all, lock, err);
	return status ? status : lock_wait(lock, &how, err);
}

void recovery_set_lock(Recovery *recovery, bool lock, bool force)
{
	recovery->no_lock = !lock;
	recovery->force = force;
}

/* ---- The whole ---- */

/* How often the journal is read: to find what was not read before, to lock, to examine,
 * to reserve, to store, to verify. */
static void expect_passes(Recovery *recovery)
{
	const uint64_t size = journal_reader_size(recovery->journal);
	uint64_t passes = 4;
	if (recovery->staged)
		return; /* it tells by itself */
	passes += recovery->state.unread > 0;
	passes += !recovery->no_lock && recovery->size == recovery->identity.size;
	recovery->passed = 0;
	recovery->to_pass = passes * size;
}

static MhexStatus run(Recovery *recovery, RecoveryWay way, MhexError *err)
{
	Work work = {.way = way};
	FileLock lock = {0};
	expect_passes(recovery);
	MhexStatus status = recovery_read_rest(recovery, err);
	if (!status)
		status = store_open(&work.store, recovery->file, err);
	if (!status)
		status = take_lock(recovery, store_fd(work.store), &lock, err);
	if (!status)
		status = recovery_examine(recovery, err);
	if (!status)
		status = check_possible(recovery, err);
	if (!status)
		status = recovery->staged
				 ? stage_recovery_run(recovery->staged, recovery->file,
						      work.store, way, recovery->job, err)
				 : store_all(recovery, &work, err);
	file_lock_release(&lock);
	store_close(work.store);
	return status;
}

MhexStatus recovery_run(Recovery *recovery, RecoveryWay way, MhexError *err)
{
	if (!recovery->file) {
		if (err)
			*err = recovery->why;
		return recovery->why.status;
	}
	const MhexStatus status = run(recovery, way, err);
	return status ? status : recovery_forget(recovery, err);
}

MhexStatus recovery_forget(Recovery *recovery, MhexError *err)
{
	const MhexStatus status = journal_reader_unlink(recovery->journal, err);
	if (!status)
		recovery_close(recovery);
	return status;
}
