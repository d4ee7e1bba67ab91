/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/recovery.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/packed.h"
#include "document/lock_wait.h"
#include "document/rollback_format.h"
#include "document/stage_recovery.h"
#include "storage/file_identity.h"
#include "storage/store.h"
#include "storage/system.h"

struct Recovery {
	StateFolder folder;
	JournalReader *journal;
	char *journal_path;
	FileIdentity identity;
	Storage *file; /* NULL: it cannot be opened, */
	MhexError why; /* for this reason */
	uint64_t first;
	Job *job;              /* borrowed, or NULL */
	StageRecovery *staged; /* NULL: changes, not moves */
	uint64_t changes;      /* or stages; 0: the save had not begun to store */
	uint64_t end;          /* of the last of them, in the file */
	bool failed;           /* see rollback_mark_failed() */
	uint64_t size;         /* of the file after the save; before it: identity.size */
	bool no_lock, force;   /* recovery_set_lock() */
	bool listed;           /* recovery_open() */
	RecoveryState state;
	uint8_t *current; /* ROLLBACK_CHUNK_MAX bytes of the file */
};

/* One record: what lies at range, before and after the save. */
typedef struct {
	Range range;
	const uint8_t *old, *now; /* borrowed until the next record */
} Change;

/* ---- The journal ---- */

static MhexStatus refuse(const Recovery *recovery, const char *reason, MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: %s", recovery->journal_path,
			 reason);
}

static uint64_t larger_size(const Recovery *recovery)
{
	const uint64_t old = recovery->identity.size;
	return old > recovery->size ? old : recovery->size;
}

static MhexStatus read_identity(Recovery *recovery, MhexError *err)
{
	JournalRecord record;
	const MhexStatus status = journal_next(recovery->journal, &record, err);
	if (status)
		return status;
	if (record.kind != ROLLBACK_FILE)
		return refuse(recovery, "not the journal of a save", err);
	recovery->first = journal_position(recovery->journal);
	return file_identity_decode(&recovery->identity, record.payload, record.length,
				    err);
}

/* False: it makes no sense. */
static bool take_change(const JournalRecord *record, Change *change)
{
	Unpack from = {.at = record->payload, .left = record->length};
	const uint64_t offset = unpack_u64(&from);
	const size_t length = from.left / 2;
	*change = (Change){{offset, length}, from.at, from.at + length};
	return !from.failed && length > 0 && from.left % 2 == 0 &&
	       length <= ROLLBACK_CHUNK_MAX && length <= UINT64_MAX - offset;
}

/* Called with each change, ascending. */
typedef MhexStatus (*ChangeVisitor)(Recovery *recovery, const Change *change,
				    void *context, MhexError *err);

static MhexStatus for_each_change(Recovery *recovery, ChangeVisitor visit, void *context,
				  MhexError *err)
{
	JournalRecord record;
	MhexStatus status = MHEX_OK;
	journal_seek(recovery->journal, recovery->first);
	for (uint64_t i = 0; !status && i < recovery->changes; i++) {
		Change change = {{0, 0}, NULL, NULL};
		status = journal_next(recovery->journal, &record, err);
		if (!status &&
		    (record.kind != ROLLBACK_CHANGE || !take_change(&record, &change)))
			status = refuse(recovery, "its records make no sense", err);
		if (!status)
			status = visit(recovery, &change, context, err);
	}
	return status;
}

static void take_info(Recovery *recovery, const StagePlanInfo *info)
{
	recovery->changes = info->stages;
	recovery->state.bytes = info->bytes;
	recovery->state.stages = info->brief ? info->stages : 0;
	recovery->state.under_way = info->under_way;
	recovery->size = info->new_size;
	recovery->end = info->reach;
	recovery->failed = info->failed;
}

static MhexStatus read_stages(Recovery *recovery, MhexError *err)
{
	StagePlanInfo info = {0};
	journal_seek(recovery->journal, recovery->first);
	const MhexStatus status =
		stage_recovery_open(&recovery->staged, recovery->journal,
				    recovery->identity.size, &info, err);
	take_info(recovery, &info);
	return status;
}

static MhexStatus read_rest(Recovery *recovery, MhexError *err)
{
	StagePlanInfo info;
	if (recovery->state.stages == 0)
		return MHEX_OK;
	const MhexStatus status = stage_recovery_read_rest(recovery->staged, &info, err);
	if (!status)
		take_info(recovery, &info);
	return status;
}

/* Without the last record the save did not touch the file. */
static MhexStatus look_for_ready(Recovery *recovery, MhexError *err)
{
	JournalRecord record;
	uint64_t changes = 0;
	MhexStatus status = journal_next(recovery->journal, &record, err);
	if (!status && record.kind != ROLLBACK_CHANGE && record.kind != ROLLBACK_READY)
		return read_stages(recovery, err);
	const uint64_t size = journal_reader_size(recovery->journal);
	if (!status && recovery->listed && size > RECOVERY_LIST_MAX) {
		recovery->state.unread = size;
		return MHEX_OK;
	}
	for (; !status && record.kind == ROLLBACK_CHANGE;
	     status = journal_next(recovery->journal, &record, err)) {
		Change change;
		if (!take_change(&record, &change) || change.range.offset < recovery->end)
			return refuse(recovery, "its records make no sense", err);
		recovery->end = range_end(change.range);
		recovery->state.bytes += change.range.length;
		changes++;
	}
	if (status == MHEX_E_NOTFOUND)
		return MHEX_OK;
	if (status)
		return status;
	Unpack from = {.at = record.payload, .left = record.length};
	const bool all = unpack_u64(&from) == changes;
	recovery->size = unpack_u64(&from);
	if (record.kind != ROLLBACK_READY || from.failed || !all ||
	    recovery->end > larger_size(recovery))
		return refuse(recovery, "its records make no sense", err);
	recovery->changes = changes;
	status = journal_next(recovery->journal, &record, err);
	recovery->failed = !status && record.kind == ROLLBACK_FAILED;
	return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
}

/* ---- The file ---- */

static void count_bytes(RecoveryState *state, const Change *change,
			const uint8_t *current)
{
	for (size_t i = 0; i < change->range.length; i++) {
		const bool is_old = current[i] == change->old[i];
		const bool is_new = current[i] == change->now[i];
		state->old += is_old;
		state->now += is_new;
		if (!is_old && !is_new && state->foreign++ == 0)
			state->first_foreign = change->range.offset + i;
	}
}

/* A file that is still, or already, the shorter one has zeroes behind its end. */
static MhexStatus read_current(Recovery *recovery, Range range, MhexError *err)
{
	const Range inside =
		range_intersect(range, (Range){0, storage_size(recovery->file)});
	memset(recovery->current, 0, (size_t)range.length);
	return storage_read(recovery->file, range.offset, recovery->current,
			    (size_t)inside.length, NULL, err);
}

static MhexStatus count_change(Recovery *recovery, const Change *change, void *context,
			       MhexError *err)
{
	(void)context;
	const MhexStatus status = read_current(recovery, change->range, err);
	if (!status)
		count_bytes(&recovery->state, change, recovery->current);
	return status;
}

/* Has the file a size that it can have? What others have added to one that keeps its size
 * is no matter. */
static bool fits(const Recovery *recovery)
{
	const uint64_t size = storage_size(recovery->file);
	if (recovery->size == recovery->identity.size)
		return size >= recovery->end;
	return size == recovery->size || size == recovery->identity.size;
}

/* How much of the save is in the file? */
static MhexStatus examine(Recovery *recovery, MhexError *err)
{
	RecoveryState *state = &recovery->state;
	state->old = state->now = state->foreign = 0;
	MhexStatus status = storage_measure(recovery->file, err);
	if (status)
		return status;
	state->resized = !fits(recovery);
	if (state->resized || recovery->changes == 0 || state->stages > 0)
		return MHEX_OK;
	return recovery->staged ? stage_recovery_examine(recovery->staged, recovery->file,
							 state, err)
				: for_each_change(recovery, count_change, NULL, err);
}

static MhexStatus open_target(Recovery *recovery, const char *path, MhexError *err)
{
	const StorageOptions how = {.wanted = ACCESS_PREVIEW};
	MhexStatus status = storage_open(&recovery->file, path, how, err);
	return status ? status : examine(recovery, err);
}

/* ---- Finding ---- */

void recovery_close(Recovery *recovery)
{
	if (!recovery)
		return;
	stage_recovery_free(recovery->staged);
	journal_reader_close(recovery->journal);
	storage_close(recovery->file);
	file_identity_free(&recovery->identity);
	state_folder_close(&recovery->folder);
	free(recovery->journal_path);
	free(recovery->current);
	free(recovery);
}

static MhexStatus read_journal(Recovery *recovery, const char *name, MhexError *err)
{
	MhexStatus status = state_folder_open(&recovery->folder, false, err);
	if (status)
		return status;
	if (asprintf(&recovery->journal_path, "%s/%s", recovery->folder.path, name) < 0) {
		recovery->journal_path = NULL;
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	status = journal_open(&recovery->journal, &recovery->folder, name, err);
	if (!status)
		status = read_identity(recovery, err);
	if (!status)
		status = look_for_ready(recovery, err);
	return status;
}

/* Its file is not opened yet. */
static MhexStatus open_journal(Recovery **out, const char *name, bool listed,
			       MhexError *err)
{
	*out = NULL;
	Recovery *recovery = calloc(1, sizeof(*recovery));
	if (!recovery)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	recovery->folder.fd = -1;
	recovery->listed = listed;
	recovery->current = malloc(ROLLBACK_CHUNK_MAX);
	const MhexStatus status = recovery->current
					  ? read_journal(recovery, name, err)
					  : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	if (status)
		recovery_close(recovery);
	else
		*out = recovery;
	return status;
}

MhexStatus recovery_open(Recovery **out, const char *name, MhexError *err)
{
	const MhexStatus status = open_journal(out, name, true, err);
	Recovery *recovery = *out;
	if (recovery && open_target(recovery, recovery->identity.path, &recovery->why))
		recovery->state.missing = recovery->why.message;
	return status;
}

/* Nothing is left to be done: the save did not begin, or is complete and on disk now. */
static bool is_settled(const Recovery *recovery)
{
	const RecoveryState *state = &recovery->state;
	if (recovery->changes == 0)
		return true;
	const uint64_t size = storage_size(recovery->file);
	const bool sized =
		recovery->size == recovery->identity.size || size == recovery->size;
	return !recovery->failed && !state->resized && sized && state->stages == 0 &&
	       state->now == state->bytes &&
	       system_fsync(storage_fd(recovery->file)) == 0;
}

/* The journal of this name, if it is one of the file at path that matters. */
static MhexStatus try_journal(Recovery **out, const char *name, const char *path,
			      const FileIdentity *wanted, MhexError *err)
{
	Recovery *recovery = NULL;
	*out = NULL;
	MhexStatus status = open_journal(&recovery, name, false, err);
	if (!recovery)
		return status == MHEX_E_NOMEM ? status : MHEX_OK;
	if (!file_identity_matches(&recovery->identity, wanted)) {
		recovery_close(recovery);
		return MHEX_OK;
	}
	status = open_target(recovery, path, err);
	if (!status && !is_settled(recovery)) {
		*out = recovery;
		return MHEX_OK;
	}
	/* One that cannot be removed now will be another time. */
	if (status || recovery_forget(recovery, NULL))
		recovery_close(recovery);
	return status;
}

static MhexStatus none(const char *path, MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOTFOUND, "%s: no save was interrupted", path);
}

static MhexStatus search(Recovery **out, const StateFolder *folder, const char *path,
			 const FileIdentity *wanted, MhexError *err)
{
	JournalList list;
	MhexStatus status = journal_list(&list, folder, err);
	for (size_t i = 0; !status && !*out && i < list.count; i++) {
		if (strcmp(list.items[i].kind, RECOVERY_JOURNAL_KIND) == 0)
			status = try_journal(out, list.items[i].name, path, wanted, err);
	}
	ARRAY_FREE(&list);
	return !status && !*out ? none(path, err) : status;
}

/* Of a file that can be saved in place. */
static MhexStatus identify(FileIdentity *out, const char *path, MhexError *err)
{
	struct stat st;
	if (stat(path, &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)))
		return none(path, err);
	const int fd = system_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return mhex_fail_errno(err, "%s", path);
	const MhexStatus status = file_identity_get(out, fd, path, err);
	(void)system_close(fd);
	return status;
}

MhexStatus recovery_find(Recovery **out, const char *path, MhexError *err)
{
	StateFolder folder;
	FileIdentity wanted = {.path = NULL};
	*out = NULL;
	if (state_folder_open(&folder, false, err))
		return none(path, err);
	MhexStatus status = identify(&wanted, path, err);
	if (!status)
		status = search(out, &folder, path, &wanted, err);
	file_identity_free(&wanted);
	state_folder_close(&folder);
	return status;
}

void recovery_get_state(const Recovery *recovery, RecoveryState *state)
{
	*state = recovery->state;
	state->path = recovery->identity.path;
	state->begun = recovery->changes > 0;
}

/* ---- Doing something about it ---- */

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
	MhexStatus status = count_change(recovery, change, NULL, err);
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

/* While bytes are stored the file is the longer one. */
static MhexStatus store_all(Recovery *recovery, Work *work, MhexError *err)
{
	const uint64_t size =
		work->way == RECOVERY_FORWARD ? recovery->size : recovery->identity.size;
	MhexStatus status = set_size(recovery, work, larger_size(recovery), err);
	if (!status)
		status = for_each_change(recovery, reserve_change, work, err);
	if (!status)
		status = for_each_change(recovery, store_change, work, err);
	if (!status)
		status = store_sync(work->store, err);
	if (!status)
		status = for_each_change(recovery, verify_change, work, err);
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
		in_place ? for_each_change(recovery, lock_change, lock, err)
			 : lock_change(recovery, &all, lock, err);
	return status ? status : lock_wait(lock, &how, err);
}

void recovery_set_lock(Recovery *recovery, bool lock, bool force)
{
	recovery->no_lock = !lock;
	recovery->force = force;
}

/* ---- The whole ---- */

static MhexStatus run(Recovery *recovery, RecoveryWay way, MhexError *err)
{
	Work work = {.way = way};
	FileLock lock = {0};
	MhexStatus status = read_rest(recovery, err);
	if (!status)
		status = store_open(&work.store, recovery->file, err);
	if (!status)
		status = take_lock(recovery, store_fd(work.store), &lock, err);
	if (!status)
		status = examine(recovery, err);
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
