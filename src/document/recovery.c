/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an interrupted save has left: found, and told. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/packed.h"
#include "document/recovery_private.h"
#include "document/rollback_format.h"
#include "storage/system.h"

enum {
	READY_LENGTH = 16, /* bytes of that record */
};

/* ---- The journal ---- */

MhexStatus recovery_refuse(const Recovery *recovery, const char *reason, MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: %s", recovery->journal_path,
			 reason);
}

static MhexStatus read_identity(Recovery *recovery, MhexError *err)
{
	JournalRecord record;
	const MhexStatus status = journal_next(recovery->journal, &record, err);
	if (status)
		return status;
	if (record.kind != ROLLBACK_FILE)
		return recovery_refuse(recovery, "not the journal of a save", err);
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

/* Is it the record without which the save did not touch the file? */
static bool take_ready(Recovery *recovery, const JournalRecord *record)
{
	Unpack from = {.at = record->payload, .left = record->length};
	const uint64_t changes = unpack_u64(&from);
	const uint64_t size = unpack_u64(&from);
	if (record->kind != ROLLBACK_READY || from.failed)
		return false;
	recovery->changes = changes;
	recovery->size = size;
	return true;
}

static void tell_progress(const Recovery *recovery)
{
	if (recovery->to_pass > 0)
		job_progress(recovery->job,
			     recovery->passed + journal_position(recovery->journal),
			     recovery->to_pass);
}

static void count_pass(Recovery *recovery)
{
	recovery->passed += journal_position(recovery->journal) - recovery->first;
}

MhexStatus recovery_for_each_change(Recovery *recovery, ChangeVisitor visit,
				    void *context, MhexError *err)
{
	JournalRecord record;
	MhexStatus status = MHEX_OK;
	journal_seek(recovery->journal, recovery->first);
	for (uint64_t i = 0; !status && i < recovery->changes; i++) {
		Change change = {{0, 0}, NULL, NULL};
		status = journal_next(recovery->journal, &record, err);
		if (!status &&
		    (record.kind != ROLLBACK_CHANGE || !take_change(&record, &change)))
			status = recovery_refuse(recovery, "its records make no sense",
						 err);
		if (!status)
			status = visit(recovery, &change, context, err);
		tell_progress(recovery);
	}
	count_pass(recovery);
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

/* Without the last record the save did not touch the file. */
static MhexStatus read_changes(Recovery *recovery, MhexError *err)
{
	JournalRecord record;
	uint64_t changes = 0;
	RecoveryState *state = &recovery->state;
	journal_seek(recovery->journal, recovery->first);
	recovery->changes = recovery->end = state->bytes = 0;
	MhexStatus status = journal_next(recovery->journal, &record, err);
	for (; !status && record.kind == ROLLBACK_CHANGE;
	     status = journal_next(recovery->journal, &record, err)) {
		Change change;
		if (!take_change(&record, &change) || change.range.offset < recovery->end)
			return recovery_refuse(recovery, "its records make no sense",
					       err);
		recovery->end = range_end(change.range);
		state->bytes += change.range.length;
		changes++;
		tell_progress(recovery);
	}
	if (status == MHEX_E_NOTFOUND)
		return MHEX_OK;
	if (!status && !take_ready(recovery, &record))
		return recovery_refuse(recovery, "its records make no sense", err);
	if (status)
		return status;
	if (recovery->changes != changes ||
	    recovery->end > recovery_larger_size(recovery))
		return recovery_refuse(recovery, "its records make no sense", err);
	status = journal_next(recovery->journal, &record, err);
	recovery->failed = !status && record.kind == ROLLBACK_FAILED;
	return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
}

/* Its last record, or the last but one, says whether the save began to store. A mark
 * behind it may be torn. */
static MhexStatus look_at_end(Recovery *recovery, MhexError *err)
{
	JournalRecord record;
	const uint64_t size = journal_reader_size(recovery->journal);
	for (uint64_t behind = 0; behind <= JOURNAL_RECORD_SIZE; behind++) {
		journal_seek(recovery->journal,
			     size - behind - READY_LENGTH - JOURNAL_RECORD_SIZE);
		MhexStatus status = journal_next(recovery->journal, &record, err);
		if (!status && take_ready(recovery, &record)) {
			recovery->state.unread = size;
			status = journal_next(recovery->journal, &record, err);
			recovery->failed = !status && record.kind == ROLLBACK_FAILED;
		}
		if (status != MHEX_E_NOTFOUND || recovery->changes > 0)
			return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
	}
	return MHEX_OK;
}

static MhexStatus look_for_ready(Recovery *recovery, MhexError *err)
{
	JournalRecord record;
	const MhexStatus status = journal_next(recovery->journal, &record, err);
	if (!status && record.kind != ROLLBACK_CHANGE && record.kind != ROLLBACK_READY)
		return read_stages(recovery, err);
	const uint64_t size = journal_reader_size(recovery->journal);
	if (size <= RECOVERY_READ_MAX)
		return read_changes(recovery, err);
	if (!recovery->listed)
		return look_at_end(recovery, err);
	recovery->state.unread = size;
	return MHEX_OK;
}

/* It was known to be complete. */
static MhexStatus read_unread(Recovery *recovery, MhexError *err)
{
	const uint64_t changes = recovery->changes;
	MhexStatus status = read_changes(recovery, err);
	if (!status && recovery->changes != changes)
		status = recovery_refuse(recovery, "it is damaged", err);
	recovery->changes = changes;
	if (status)
		return status;
	recovery->state.unread = 0;
	count_pass(recovery);
	return MHEX_OK;
}

MhexStatus recovery_read_rest(Recovery *recovery, MhexError *err)
{
	StagePlanInfo info;
	if (recovery->state.unread > 0)
		return read_unread(recovery, err);
	if (recovery->state.stages == 0)
		return MHEX_OK;
	const MhexStatus status = stage_recovery_read_rest(recovery->staged, &info, err);
	if (!status)
		take_info(recovery, &info);
	return status;
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

MhexStatus recovery_count_change(Recovery *recovery, const Change *change, void *context,
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

MhexStatus recovery_examine(Recovery *recovery, MhexError *err)
{
	RecoveryState *state = &recovery->state;
	state->old = state->now = state->foreign = 0;
	MhexStatus status = storage_measure(recovery->file, err);
	if (status)
		return status;
	state->resized = !fits(recovery);
	if (state->resized || recovery->changes == 0 || state->stages > 0 ||
	    state->unread > 0)
		return MHEX_OK;
	return recovery->staged ? stage_recovery_examine(recovery->staged, recovery->file,
							 state, err)
				: recovery_for_each_change(
					  recovery, recovery_count_change, NULL, err);
}

static MhexStatus open_target(Recovery *recovery, const char *path, MhexError *err)
{
	const StorageOptions how = {.wanted = ACCESS_PREVIEW};
	MhexStatus status = storage_open(&recovery->file, path, how, err);
	return status ? status : recovery_examine(recovery, err);
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
	       state->unread == 0 && state->now == state->bytes &&
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
