/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/stage_recovery.h"

#include <inttypes.h>
#include <stdlib.h>

#include "document/rollback_format.h"
#include "document/stage_journal.h"
#include "document/stage_run.h"
#include "storage/store.h"
#include "storage/system.h"

/* Of journal and file: as much is read before anybody is asked, more only afterwards. */
enum {
	READ_AT_ONCE = 4 << 20
};

struct StageRecovery {
	JournalReader *reader; /* borrowed */
	uint64_t begin;        /* of the journal, behind the identity */
	uint64_t old_size;     /* of the file */
	StageJournal journal;
	bool failed;           /* the save found out that the disk fails */
	size_t done;           /* stages; as examined */
	bool within;           /* the next one may have begun: */
	Job *job;              /* for the progress of a run */
	uint64_t worked, work; /* bytes of it */
	uint8_t *recorded;     /* what its record says; room for the largest stage */
};

/* ---- The journal ---- */

static MhexStatus look_for_mark(StageRecovery *recovery, MhexError *err)
{
	JournalRecord record;
	journal_seek(recovery->reader, recovery->journal.slot.end);
	const MhexStatus status = journal_next(recovery->reader, &record, err);
	recovery->failed = !status && record.kind == ROLLBACK_FAILED;
	return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
}

static void describe(const StageRecovery *recovery, StagePlanInfo *info)
{
	const Stages *stages = &recovery->journal.stages;
	*info = (StagePlanInfo){.new_size = stages->new_size, .failed = recovery->failed};
	if (!recovery->journal.ready)
		return;
	info->stages = stages->stages.count;
	info->bytes = stages->bytes;
	for (size_t i = 0; i < stages->parts.count; i++) {
		const StagePart *part = &stages->parts.items[i];
		const uint64_t from = part->from + part->target.length;
		if (range_end(part->target) > info->reach)
			info->reach = range_end(part->target);
		if (part->kind == STAGE_MOVED && from > info->reach)
			info->reach = from;
	}
}

static void forget_all(StageRecovery *recovery)
{
	stage_journal_free(&recovery->journal);
	free(recovery->recorded);
	recovery->recorded = NULL;
}

static MhexStatus read_all(StageRecovery *recovery, MhexError *err)
{
	forget_all(recovery);
	journal_seek(recovery->reader, recovery->begin);
	const MhexStatus status = stage_journal_read(&recovery->journal, recovery->reader,
						     recovery->old_size, err);
	if (status || !recovery->journal.ready)
		return status;
	recovery->recorded = malloc(recovery->journal.stages.largest + 1);
	if (!recovery->recorded)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	return look_for_mark(recovery, err);
}

/* The digests of all stages are compared with what the file holds. */
static bool is_much(const StageGlance *glance, uint64_t old_size)
{
	const uint64_t size = old_size > glance->new_size ? old_size : glance->new_size;
	return size > READ_AT_ONCE || glance->size > READ_AT_ONCE - size;
}

static MhexStatus begin(StageRecovery *recovery, StagePlanInfo *info, MhexError *err)
{
	StageGlance glance;
	MhexStatus status = stage_journal_glance(&glance, recovery->reader, err);
	*info = (StagePlanInfo){.stages = glance.stages,
				.new_size = glance.new_size,
				.brief = glance.stages > 0,
				.under_way = glance.under_way};
	if (status || glance.stages == 0 || is_much(&glance, recovery->old_size))
		return status;
	status = read_all(recovery, err);
	if (!status)
		describe(recovery, info);
	return status;
}

MhexStatus stage_recovery_open(StageRecovery **out, JournalReader *reader,
			       uint64_t old_size, StagePlanInfo *info, MhexError *err)
{
	*out = NULL;
	StageRecovery *recovery = calloc(1, sizeof(*recovery));
	if (!recovery)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	recovery->reader = reader;
	recovery->begin = journal_position(reader);
	recovery->old_size = old_size;
	const MhexStatus status = begin(recovery, info, err);
	if (status)
		stage_recovery_free(recovery);
	else
		*out = recovery;
	return status;
}

MhexStatus stage_recovery_read_rest(StageRecovery *recovery, StagePlanInfo *info,
				    MhexError *err)
{
	const MhexStatus status = read_all(recovery, err);
	if (status)
		return status;
	if (!recovery->journal.ready)
		return stage_journal_refuse(recovery->reader, err);
	describe(recovery, info);
	return MHEX_OK;
}

void stage_recovery_free(StageRecovery *recovery)
{
	if (!recovery)
		return;
	forget_all(recovery);
	free(recovery);
}

static MhexStatus get_kept(void *context, Range range, uint8_t *dst, MhexError *err)
{
	StageRecovery *recovery = context;
	return stage_journal_get(&recovery->journal, false, range, dst, err);
}

static MhexStatus get_fresh(void *context, Range range, uint8_t *dst, MhexError *err)
{
	StageRecovery *recovery = context;
	return stage_journal_get(&recovery->journal, true, range, dst, err);
}

static MhexStatus put_record(void *context, size_t stage, const uint8_t *old,
			     size_t length, MhexError *err)
{
	const StageRecovery *recovery = context;
	return stage_slot_put(&recovery->journal.slot, stage, old, length, err);
}

static MhexStatus count(void *context, uint64_t bytes, MhexError *err)
{
	StageRecovery *recovery = context;
	(void)err;
	recovery->worked += bytes;
	job_progress(recovery->job, recovery->worked, recovery->work);
	return MHEX_OK;
}

static MhexStatus open_run(StageRecovery *recovery, const Storage *file, int fd,
			   StageRun **out, MhexError *err)
{
	StageJournal *journal = &recovery->journal;
	const StageAccess access = {
		.kept = get_kept,
		.fresh = get_fresh,
		.record = put_record,
		.progress = count,
		.context = recovery,
		.sized = storage_kind(file) != STORAGE_DEVICE,
	};
	const MhexStatus status = stage_run_open(out, fd, storage_path(file),
						 &journal->stages, &access, err);
	if (!status)
		stage_run_set_size(*out, storage_size(file));
	return status;
}

/* ---- Where it stands ---- */

typedef struct {
	StageRecovery *recovery;
	StageRun *run;
	RecoveryState *state;
	bool found; /* the first stage that is not done, ... */
	bool mixed; /* and that it is not what it was before either */
} Examination;

static const Stage *stage_at(const StageRecovery *recovery, size_t index)
{
	return &recovery->journal.stages.stages.items[index];
}

static void add_foreign(const Examination *work, size_t index)
{
	const Stages *stages = &work->recovery->journal.stages;
	const Stage *stage = stage_at(work->recovery, index);
	if (work->state->foreign == 0)
		work->state->first_foreign =
			stages->parts.items[stage->first].target.offset;
	work->state->foreign += stage->bytes;
}

/* New ones come first, then one that may be in between, then old ones. */
static MhexStatus look_at_stage(Examination *work, size_t index, MhexError *err)
{
	StageRecovery *recovery = work->recovery;
	const uint64_t bytes = stage_at(recovery, index)->bytes;
	bool is_old = false, is_new = false;
	const MhexStatus status = stage_run_look(work->run, index, &is_old, &is_new, err);
	if (status)
		return status;
	if (is_old)
		work->state->old += bytes;
	if (is_new && (is_old || !work->found))
		work->state->now += bytes;
	if (work->found && !is_old) {
		add_foreign(work, index);
	} else if (!work->found && !is_new) {
		work->found = true;
		work->mixed = !is_old;
		recovery->done = index;
	}
	return MHEX_OK;
}

/* Is the stage at hand the one that was recorded? After a failure of the disk what seems
 * to be stored may not be there, so the last one that was is stored again. */
static bool is_recorded(const Examination *work, size_t stage)
{
	const StageRecovery *recovery = work->recovery;
	if (work->mixed)
		return stage == recovery->done;
	return recovery->failed &&
	       (stage == recovery->done || stage + 1 == recovery->done);
}

static MhexStatus look_within(Examination *work, MhexError *err)
{
	StageRecovery *recovery = work->recovery;
	RecoveryState *state = work->state;
	StageBytes bytes;
	size_t stage = 0;
	recovery->within =
		stage_slot_get(&recovery->journal, &stage, recovery->recorded) &&
		is_recorded(work, stage);
	if (recovery->within)
		recovery->done = stage;
	if (!work->mixed)
		return MHEX_OK;
	MhexStatus status = MHEX_E_CONFLICT;
	if (recovery->within)
		status = stage_run_place_within(work->run, stage, recovery->recorded,
						&bytes, err);
	if (status == MHEX_E_CONFLICT) {
		add_foreign(work, recovery->done);
		return MHEX_OK;
	}
	if (status)
		return status;
	state->old += bytes.old;
	state->now += bytes.now;
	if (bytes.foreign > 0 && state->foreign == 0)
		state->first_foreign = bytes.first_foreign;
	state->foreign += bytes.foreign;
	return MHEX_OK;
}

MhexStatus stage_recovery_examine(StageRecovery *recovery, const Storage *file,
				  RecoveryState *state, MhexError *err)
{
	Examination work = {.recovery = recovery, .state = state};
	const size_t count = recovery->journal.stages.stages.count;
	MhexStatus status = open_run(recovery, file, storage_fd(file), &work.run, err);
	recovery->done = count;
	for (size_t i = 0; !status && i < count; i++)
		status = look_at_stage(&work, i, err);
	if (!status)
		status = look_within(&work, err);
	stage_run_close(work.run);
	return status;
}

/* ---- From there on ---- */

static MhexStatus place(const StageRecovery *recovery, StageRun *run, MhexError *err)
{
	StageBytes bytes;
	if (!recovery->within) {
		stage_run_place(run, recovery->done);
		return MHEX_OK;
	}
	const MhexStatus status = stage_run_place_within(run, recovery->done,
							 recovery->recorded, &bytes, err);
	if (status || bytes.foreign == 0)
		return status;
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "the byte at 0x%" PRIx64
			 " was changed by another process meanwhile",
			 bytes.first_foreign);
}

/* Is there something to be stored, and not only the size to be set? */
static bool has_work(const StageRecovery *recovery, RecoveryWay way)
{
	if (way == RECOVERY_FORWARD)
		return recovery->done < recovery->journal.stages.first_cut;
	return recovery->done > 0 || recovery->within;
}

/* Blocks under all of it. */
static MhexStatus reserve(const StageRecovery *recovery, StageRun *run, Store *store,
			  RecoveryWay way, MhexError *err)
{
	const Stages *stages = &recovery->journal.stages;
	if (!has_work(recovery, way))
		return MHEX_OK;
	MhexStatus status = stage_run_stretch(run, err);
	for (size_t i = 0; !status && i < stages->parts.count; i++) {
		const StagePart *part = &stages->parts.items[i];
		if (way == RECOVERY_BACK || part->kind != STAGE_CUT)
			status = store_reserve(store, part->target, err);
	}
	return status;
}

static MhexStatus verify(StageRecovery *recovery, StageRun *run, RecoveryWay way,
			 MhexError *err)
{
	MhexStatus status = MHEX_OK;
	if (way == RECOVERY_FORWARD)
		return stage_run_verify(run, err);
	for (size_t i = 0; !status && i < recovery->journal.stages.stages.count; i++) {
		bool is_old = false, is_new = false;
		status = stage_run_look(run, i, &is_old, &is_new, err);
		if (!status && !is_old)
			status = mhex_fail(err, MHEX_E_CONFLICT,
					   "stage %zu was changed by another process "
					   "meanwhile",
					   i);
		if (!status)
			status = count(recovery, stage_at(recovery, i)->bytes, err);
	}
	return status;
}

/* The stages that are left are made in memory and stored; all are looked at. */
static uint64_t measure_work(const StageRecovery *recovery, RecoveryWay way)
{
	const Stages *stages = &recovery->journal.stages;
	const bool forward = way == RECOVERY_FORWARD;
	const size_t end = forward ? stages->first_cut : stages->stages.count;
	uint64_t work = 0;
	for (size_t i = 0; i < end; i++) {
		const bool left = forward ? i >= recovery->done : i < recovery->done;
		work += stages->stages.items[i].bytes * (left ? 3 : 1);
	}
	return work;
}

static MhexStatus carry_out(StageRecovery *recovery, StageRun *run, Store *store,
			    RecoveryWay way, MhexError *err)
{
	MhexStatus status = place(recovery, run, err);
	if (!status)
		status = stage_run_rehearse(run, way == RECOVERY_FORWARD, err);
	if (!status)
		status = reserve(recovery, run, store, way, err);
	if (!status)
		status = place(recovery, run, err);
	if (!status)
		status = way == RECOVERY_FORWARD ? stage_run_forward(run, err)
						 : stage_run_back(run, true, err);
	if (!status)
		status = verify(recovery, run, way, err);
	/* What the interrupted save had stored itself may not be on disk either. */
	if (!status && system_fsync(store_fd(store)) < 0)
		status = mhex_fail_errno(err, "the file may not be on disk");
	return status;
}

MhexStatus stage_recovery_run(StageRecovery *recovery, const Storage *file, Store *store,
			      RecoveryWay way, Job *job, MhexError *err)
{
	StageJournal *journal = &recovery->journal;
	StageRun *run = NULL;
	recovery->job = job;
	recovery->worked = 0;
	recovery->work = measure_work(recovery, way);
	MhexStatus status = open_run(recovery, file, store_fd(store), &run, err);
	if (!status)
		status = journal_write_into(&journal->slot.journal, journal->reader,
					    journal->slot.begin, err);
	if (!status)
		status = carry_out(recovery, run, store, way, err);
	journal_close(journal->slot.journal);
	journal->slot.journal = NULL;
	stage_run_close(run);
	return status;
}
