/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/stage_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "document/save_io.h"
#include "storage/system.h"

struct StageRun {
	int fd;
	const char *path;
	Stages *stages;
	StageAccess access;
	uint64_t size;      /* that the file has */
	size_t done;        /* stages */
	bool loaded;        /* `old` and `now` are those of the stage behind them, ... */
	bool within;        /* and some of it may be stored */
	bool touched;       /* something was stored */
	bool dirty;         /* and not synced */
	uint8_t *old, *now; /* of a stage */
};

static Stage *stage_at(const StageRun *run, size_t index)
{
	return &run->stages->stages.items[index];
}

static const StagePart *parts_of(const StageRun *run, const Stage *stage)
{
	return &run->stages->parts.items[stage->first];
}

MhexStatus stage_run_open(StageRun **out, int fd, const char *path, Stages *stages,
			  const StageAccess *access, MhexError *err)
{
	StageRun *run = calloc(1, sizeof(*run));
	if (run) {
		*run = (StageRun){.fd = fd,
				  .path = path,
				  .stages = stages,
				  .access = *access,
				  .size = stages->old_size};
		run->old = malloc(stages->largest + 1);
		run->now = malloc(stages->largest + 1);
		*out = run;
		if (run->old && run->now)
			return MHEX_OK;
	}
	stage_run_close(run);
	*out = NULL;
	return mhex_fail(err, MHEX_E_NOMEM, "%s: no memory for the moves", path);
}

void stage_run_close(StageRun *run)
{
	if (!run)
		return;
	free(run->old);
	free(run->now);
	free(run);
}

static MhexStatus count(StageRun *run, uint64_t bytes, MhexError *err)
{
	return run->access.progress
		       ? run->access.progress(run->access.context, bytes, err)
		       : MHEX_OK;
}

/* ---- Reading ---- */

static MhexStatus read_file(StageRun *run, Range range, uint8_t *dst, MhexError *err)
{
	const Range inside = range_intersect(range, (Range){0, run->size});
	const size_t length = (size_t)inside.length;
	const size_t got = save_read(run->fd, dst, length, range.offset);
	memset(dst + length, 0, (size_t)range.length - length);
	if (got == length)
		return MHEX_OK;
	if (errno)
		return mhex_fail_errno(err, "%s: cannot read 0x%" PRIx64 "..0x%" PRIx64,
				       run->path, range.offset, range_end(inside));
	return mhex_fail(err, MHEX_E_SHRUNK,
			 "%s: 0x%" PRIx64 ": the file became shorter meanwhile",
			 run->path, range.offset + got);
}

/* What the file holds where the stage lies; parts that adjoin in one piece. */
static MhexStatus read_stage(StageRun *run, const Stage *stage, uint8_t *dst,
			     MhexError *err)
{
	const StagePart *parts = parts_of(run, stage);
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < stage->count;) {
		const size_t first = i;
		Range range = parts[i++].target;
		while (i < stage->count && parts[i].target.offset == range_end(range))
			range.length += parts[i++].target.length;
		status = read_file(run, range, dst + parts[first].at, err);
	}
	return status;
}

static MhexStatus read_place(StageRun *run, StagePlace place, uint64_t offset,
			     uint8_t *dst, MhexError *err)
{
	const Range at = {place.at, place.length};
	switch (place.kind) {
	case STAGE_PLACE_KEPT:
		return run->access.kept(run->access.context, at, dst, err);
	case STAGE_PLACE_STAGE:
		memcpy(dst, run->old + place.at, (size_t)place.length);
		return MHEX_OK;
	case STAGE_PLACE_BEYOND:
		memset(dst, 0, (size_t)place.length);
		return MHEX_OK;
	case STAGE_PLACE_FILE:
	case STAGE_PLACE_HOME:
		return read_file(run, at, dst, err);
	}
	return mhex_fail(err, MHEX_E_CONFLICT, "%s: nothing is known of 0x%" PRIx64,
			 run->path, offset);
}

/* Old bytes for a stage that is to be done; what it overwrites is in run->old. */
static MhexStatus read_source(StageRun *run, const Stage *stage, Range range,
			      uint8_t *dst, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	while (!status && range.length > 0) {
		const StagePlace place = stages_find_source(run->stages, stage, range);
		status = read_place(run, place, range.offset, dst, err);
		dst += place.length;
		range = range_between(range.offset + place.length, range_end(range));
	}
	return status;
}

/* Into run->now, what the stage makes of run->old. */
static MhexStatus make_new(StageRun *run, const Stage *stage, MhexError *err)
{
	const StagePart *parts = parts_of(run, stage);
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < stage->count; i++) {
		const StagePart *part = &parts[i];
		const Range from = {part->from, part->target.length};
		uint8_t *dst = run->now + part->at;
		switch (part->kind) {
		case STAGE_MOVED:
			status = read_source(run, stage, from, dst, err);
			break;
		case STAGE_FRESH:
			status = run->access.fresh(run->access.context, part->target, dst,
						   err);
			break;
		case STAGE_CUT:
			memset(dst, 0, (size_t)part->target.length);
			break;
		}
	}
	return status;
}

/* Into run->old, what lay where the stage is that was the last to be done. */
static MhexStatus make_old(StageRun *run, const Stage *stage, MhexError *err)
{
	const StagePart *parts = parts_of(run, stage);
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < stage->count; i++) {
		Range range = parts[i].target;
		uint8_t *dst = run->old + parts[i].at;
		while (!status && range.length > 0) {
			const StagePlace place = stages_find_home(run->stages, range);
			status = read_place(run, place, range.offset, dst, err);
			dst += place.length;
			range = range_between(range.offset + place.length,
					      range_end(range));
		}
	}
	return status;
}

static bool has_old(const Stage *stage, const uint8_t *bytes)
{
	return stage_digest(bytes, stage->bytes) == stage->old_digest;
}

static bool has_new(const Stage *stage, const uint8_t *bytes)
{
	return stage_digest(bytes, stage->bytes) == stage->new_digest;
}

static MhexStatus conflict(const StageRun *run, const Stage *stage, MhexError *err)
{
	const StagePart *parts = parts_of(run, stage);
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: 0x%" PRIx64 "..0x%" PRIx64
			 ": written by another process meanwhile",
			 run->path, parts[0].target.offset,
			 range_end(parts[stage->count - 1].target));
}

static MhexStatus load(StageRun *run, size_t index, bool forward, bool strict,
		       MhexError *err)
{
	Stage *stage = stage_at(run, index);
	MhexStatus status = read_stage(run, stage, forward ? run->old : run->now, err);
	if (!status)
		status = forward ? make_new(run, stage, err) : make_old(run, stage, err);
	if (!status && strict && (!has_old(stage, run->old) || !has_new(stage, run->now)))
		status = conflict(run, stage, err);
	return status;
}

MhexStatus stage_run_measure(StageRun *run, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < run->stages->stages.count; i++) {
		Stage *stage = stage_at(run, i);
		status = load(run, i, true, false, err);
		stage->old_digest = stage_digest(run->old, stage->bytes);
		stage->new_digest = stage_digest(run->now, stage->bytes);
		if (!status)
			status = count(run, stage->bytes, err);
	}
	return status;
}

/* ---- Writing ---- */

static MhexStatus resize(StageRun *run, uint64_t size, MhexError *err)
{
	if (!run->access.sized || size == run->size)
		return MHEX_OK;
	if (system_ftruncate(run->fd, (off_t)size) < 0)
		return mhex_fail_errno(
			err, "%s: cannot make the file 0x%" PRIx64 " bytes long",
			run->path, size);
	run->size = size;
	run->touched = run->dirty = true;
	return MHEX_OK;
}

/* What others have added to a file that keeps its size is theirs. */
static MhexStatus set_size(StageRun *run, uint64_t size, MhexError *err)
{
	const Stages *stages = run->stages;
	return stages->old_size == stages->new_size ? MHEX_OK : resize(run, size, err);
}

static uint64_t larger_size(const Stages *stages)
{
	return stages->old_size > stages->new_size ? stages->old_size : stages->new_size;
}

/* As long as any stage needs it. */
MhexStatus stage_run_stretch(StageRun *run, MhexError *err)
{
	const uint64_t size = larger_size(run->stages);
	return run->size < size ? resize(run, size, err) : MHEX_OK;
}

static MhexStatus write_run(StageRun *run, Range range, const uint8_t *bytes,
			    MhexError *err)
{
	const size_t length = (size_t)range.length;
	if (save_write(run->fd, bytes, length, range.offset) == length)
		return MHEX_OK;
	return mhex_fail_errno(err, "%s: cannot write 0x%" PRIx64 "..0x%" PRIx64,
			       run->path, range.offset, range_end(range));
}

static MhexStatus write_stage(StageRun *run, const Stage *stage, const uint8_t *bytes,
			      MhexError *err)
{
	const StagePart *parts = parts_of(run, stage);
	MhexStatus status = stage_run_stretch(run, err);
	if (status)
		return status;
	run->within = run->touched = run->dirty = true;
	for (size_t i = 0; !status && i < stage->count;) {
		const size_t first = i;
		Range range = parts[i++].target;
		while (i < stage->count && parts[i].target.offset == range_end(range))
			range.length += parts[i++].target.length;
		status = write_run(run, range, bytes + parts[first].at, err);
	}
	return status;
}

static MhexStatus sync_file(StageRun *run, MhexError *err)
{
	if (run->dirty && system_fsync(run->fd) < 0)
		return mhex_fail_errno(err, "%s: the file may not be on disk", run->path);
	run->dirty = false;
	return MHEX_OK;
}

static MhexStatus record(StageRun *run, size_t index, MhexError *err)
{
	const Stage *stage = stage_at(run, index);
	if (!run->access.record)
		return MHEX_OK;
	return run->access.record(run->access.context, index, run->old, stage->bytes,
				  err);
}

/* Of the stage that is loaded; then it is done, or not begun. */
static MhexStatus store(StageRun *run, const uint8_t *bytes, MhexError *err)
{
	const Stage *stage = stage_at(run, run->done);
	MhexStatus status = write_stage(run, stage, bytes, err);
	if (!status && run->access.record)
		status = sync_file(run, err);
	if (status)
		return status;
	run->loaded = run->within = false;
	return count(run, stage->bytes, err);
}

/* ---- Forward ---- */

MhexStatus stage_run_begin(StageRun *run, MhexError *err)
{
	if (run->loaded || run->done == run->stages->stages.count)
		return MHEX_OK;
	MhexStatus status = load(run, run->done, true, true, err);
	if (!status)
		status = record(run, run->done, err);
	run->loaded = !status;
	return status;
}

/* All that is cut off goes at once. Its first stage is recorded, because the block that
 * is cut in two may be stored before the size is. */
static MhexStatus cut(StageRun *run, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	if (run->done == run->stages->first_cut && !run->within)
		status = stage_run_begin(run, err);
	if (!status)
		status = set_size(run, run->stages->new_size, err);
	if (status)
		return status;
	run->loaded = run->within = false;
	run->done = run->stages->stages.count;
	return MHEX_OK;
}

MhexStatus stage_run_forward(StageRun *run, MhexError *err)
{
	const Stages *stages = run->stages;
	MhexStatus status = MHEX_OK;
	while (!status && run->done < stages->first_cut) {
		status = stage_run_begin(run, err);
		if (!status)
			status = store(run, run->now, err);
		if (!status)
			run->done++;
	}
	if (!status && run->done < stages->stages.count)
		status = cut(run, err);
	if (!status)
		status = set_size(run, stages->new_size, err);
	return status ? status : sync_file(run, err);
}

MhexStatus stage_run_verify(StageRun *run, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < run->stages->first_cut; i++) {
		const Stage *stage = stage_at(run, i);
		status = read_stage(run, stage, run->now, err);
		if (!status && !has_new(stage, run->now))
			status = conflict(run, stage, err);
		if (!status)
			status = count(run, stage->bytes, err);
	}
	return status;
}

/* ---- Back ---- */

/* The last stage that was done is the one under way. A journal that cannot be written any
 * more does not keep a save from putting the file right. */
static MhexStatus load_back(StageRun *run, bool strict, MhexError *err)
{
	MhexStatus status = load(run, run->done - 1, false, strict, err);
	if (!status)
		status = record(run, run->done - 1, err);
	if (status && (strict || !run->access.record))
		return status;
	if (status)
		run->access.record = NULL;
	run->done--;
	run->loaded = true;
	return MHEX_OK;
}

/* What others have cut off meanwhile is zeroes. */
static MhexStatus measure_size(StageRun *run, MhexError *err)
{
	struct stat st;
	if (!run->access.sized)
		return MHEX_OK;
	if (fstat(run->fd, &st) < 0)
		return mhex_fail_errno(err, "%s", run->path);
	run->size = (uint64_t)st.st_size;
	return MHEX_OK;
}

MhexStatus stage_run_back(StageRun *run, bool strict, MhexError *err)
{
	if (!strict)
		run->access.progress = NULL;
	MhexStatus status = measure_size(run, err);
	if (!status && (run->done > 0 || run->within))
		status = stage_run_stretch(run, err);
	if (!status && run->within)
		status = store(run, run->old, err);
	run->loaded = false;
	while (!status && run->done > 0) {
		status = load_back(run, strict, err);
		if (!status)
			status = store(run, run->old, err);
	}
	if (!status)
		status = set_size(run, run->stages->old_size, err);
	return status ? status : sync_file(run, err);
}

bool stage_run_touched(const StageRun *run)
{
	return run->touched;
}

/* ---- For a recovery ---- */

void stage_run_set_size(StageRun *run, uint64_t size)
{
	run->size = size;
}

MhexStatus stage_run_look(StageRun *run, size_t index, bool *is_old, bool *is_new,
			  MhexError *err)
{
	const Stage *stage = stage_at(run, index);
	const MhexStatus status = read_stage(run, stage, run->now, err);
	*is_old = has_old(stage, run->now);
	*is_new = has_new(stage, run->now);
	return status;
}

void stage_run_place(StageRun *run, size_t done)
{
	run->done = done;
	run->loaded = run->within = false;
}

static void compare(const StageRun *run, const Stage *stage, const uint8_t *current,
		    StageBytes *bytes)
{
	const StagePart *parts = parts_of(run, stage);
	for (size_t p = 0; p < stage->count; p++) {
		for (size_t i = 0; i < parts[p].target.length; i++) {
			const size_t at = parts[p].at + i;
			const bool before = current[at] == run->old[at];
			const bool after = current[at] == run->now[at];
			bytes->old += before;
			bytes->now += after;
			if (!before && !after && bytes->foreign++ == 0)
				bytes->first_foreign = parts[p].target.offset + i;
		}
	}
}

MhexStatus stage_run_place_within(StageRun *run, size_t done, const uint8_t *old,
				  StageBytes *bytes, MhexError *err)
{
	const Stage *stage = stage_at(run, done);
	uint8_t *current = malloc(stage->bytes + 1);
	*bytes = (StageBytes){0};
	if (!current)
		return mhex_fail(err, MHEX_E_NOMEM, "%s: no memory for the moves",
				 run->path);
	memcpy(run->old, old, stage->bytes);
	MhexStatus status = make_new(run, stage, err);
	if (!status && (!has_old(stage, run->old) || !has_new(stage, run->now)))
		status = conflict(run, stage, err);
	if (!status)
		status = read_stage(run, stage, current, err);
	if (!status)
		compare(run, stage, current, bytes);
	free(current);
	run->done = done;
	run->loaded = run->within = !status;
	return status;
}

MhexStatus stage_run_rehearse(StageRun *run, bool forward, MhexError *err)
{
	const size_t first = forward ? run->done + run->within : 0;
	const size_t end = forward ? run->stages->first_cut : run->done;
	MhexStatus status = MHEX_OK;
	for (size_t i = first; !status && i < end; i++) {
		status = load(run, i, forward, true, err);
		if (!status)
			status = count(run, stage_at(run, i)->bytes, err);
	}
	run->loaded = run->within = false;
	return status;
}
