/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/save_move.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "document/save_temp.h"
#include "storage/system.h"

/* What was written at offset, to be looked at again. */
typedef struct {
	uint64_t offset, digest;
	size_t length;
} Moved;

struct SaveMover {
	int fd;
	const SavePlan *plan;
	uint8_t *buffer;
	uint8_t *scratch; /* NULL when it is a file */
	int scratch_fd;
	size_t step;     /* the one to do next, or that is under way */
	uint64_t within; /* bytes of it that were moved, in whole chunks */
	uint64_t
		partly; /* bytes at the beginning of the next chunk that were moved too */
	uint64_t bytes;
	ARRAY(Moved) moved; /* what is in its place for good */
};

/* One end of a transfer. */
typedef struct {
	bool scratch;
	uint64_t offset;
} Place;

static MhexStatus open_scratch(SaveMover *mover, MhexError *err)
{
	const uint64_t size = mover->plan->scratch;
	if (size <= SAVE_MOVE_CHUNK) {
		mover->scratch = malloc(size ? (size_t)size : 1);
		return mover->scratch
			       ? MHEX_OK
			       : mhex_fail(err, MHEX_E_NOMEM, "save: out of memory");
	}
	return save_temp_open(&mover->scratch_fd, size, "that change places", err);
}

MhexStatus save_mover_open(SaveMover **out, int fd, const SavePlan *plan, MhexError *err)
{
	SaveMover *mover = calloc(1, sizeof(*mover));
	if (!mover)
		return mhex_fail(err, MHEX_E_NOMEM, "save: out of memory");
	*mover = (SaveMover){.fd = fd, .plan = plan, .scratch_fd = -1};
	mover->buffer = malloc(SAVE_MOVE_CHUNK);
	MhexStatus status = mover->buffer
				    ? open_scratch(mover, err)
				    : mhex_fail(err, MHEX_E_NOMEM, "save: out of memory");
	if (status) {
		save_mover_close(mover);
		return status;
	}
	*out = mover;
	return MHEX_OK;
}

void save_mover_close(SaveMover *mover)
{
	if (!mover)
		return;
	if (mover->scratch_fd >= 0)
		(void)system_close(mover->scratch_fd);
	ARRAY_FREE(&mover->moved);
	free(mover->scratch);
	free(mover->buffer);
	free(mover);
}

static MhexStatus fail_at(MhexError *err, const char *what, Place place, size_t length)
{
	return mhex_fail_errno(err, "save: cannot %s %s0x%" PRIx64 "..0x%" PRIx64, what,
			       place.scratch ? "temporary file at " : "", place.offset,
			       place.offset + length);
}

/* Fill the buffer. A file that ends early is one that another process has cut. */
static MhexStatus take(SaveMover *mover, Place from, size_t length, MhexError *err)
{
	if (from.scratch && mover->scratch) {
		memcpy(mover->buffer, mover->scratch + from.offset, length);
		return MHEX_OK;
	}
	const int fd = from.scratch ? mover->scratch_fd : mover->fd;
	for (size_t done = 0; done < length;) {
		const ssize_t got = system_pread(fd, mover->buffer + done, length - done,
						 (off_t)(from.offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_at(err, "read", from, length);
		if (got == 0)
			return mhex_fail(err, MHEX_E_SHRUNK,
					 "save: 0x%" PRIx64
					 ": the file became shorter meanwhile",
					 from.offset + done);
		done += (size_t)got;
	}
	return MHEX_OK;
}

/* Empty the buffer; *stored is how many bytes arrived. */
static MhexStatus put(SaveMover *mover, Place to, size_t length, uint64_t *stored,
		      MhexError *err)
{
	*stored = 0;
	if (to.scratch && mover->scratch) {
		memcpy(mover->scratch + to.offset, mover->buffer, length);
		*stored = length;
		return MHEX_OK;
	}
	const int fd = to.scratch ? mover->scratch_fd : mover->fd;
	while (*stored < length) {
		const ssize_t got =
			system_pwrite(fd, mover->buffer + *stored, length - *stored,
				      (off_t)(to.offset + *stored));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_at(err, "write", to, length);
		*stored += (uint64_t)got;
	}
	return MHEX_OK;
}

/* The chunk of step that begins after `within` bytes of work: from the front when the
 * bytes move towards the front, else from the back. */
static uint64_t chunk_at(const SaveStep *step, uint64_t within, uint64_t length)
{
	const bool backwards = step->kind == SAVE_STEP_COPY && step->to > step->from;
	return backwards ? step->length - within - length : within;
}

static void places(const SaveStep *step, uint64_t at, Place *from, Place *to)
{
	*from = (Place){step->kind == SAVE_STEP_RESTORE, step->from + at};
	*to = (Place){step->kind == SAVE_STEP_KEEP, step->to + at};
}

static size_t chunk_length(const SaveStep *step, uint64_t within)
{
	const uint64_t left = step->length - within;
	return left < SAVE_MOVE_CHUNK ? (size_t)left : SAVE_MOVE_CHUNK;
}

/* Tells bytes that were written from others; not made against malice. */
static uint64_t digest(const uint8_t *bytes, size_t length)
{
	uint64_t hash = length;
	while (length > 0) {
		uint64_t word = 0;
		const size_t part = length < sizeof(word) ? length : sizeof(word);
		memcpy(&word, bytes, part);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
		bytes += part;
		length -= part;
	}
	return hash;
}

static MhexStatus note(SaveMover *mover, Place to, size_t length, MhexError *err)
{
	const Moved moved = {to.offset, digest(mover->buffer, length), length};
	if (to.scratch || ARRAY_PUSH(&mover->moved, moved))
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_NOMEM, "save: out of memory");
}

MhexStatus save_mover_verify(SaveMover *mover, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < mover->moved.count; i++) {
		const Moved *moved = &mover->moved.items[i];
		status = take(mover, (Place){false, moved->offset}, moved->length, err);
		if (!status && digest(mover->buffer, moved->length) != moved->digest)
			status = mhex_fail(err, MHEX_E_CONFLICT,
					   "save: 0x%" PRIx64 "..0x%" PRIx64
					   ": written by another process meanwhile",
					   moved->offset, moved->offset + moved->length);
	}
	return status;
}

MhexStatus save_mover_run(SaveMover *mover, SaveMoveProgress progress, void *context,
			  MhexError *err)
{
	for (; mover->step < mover->plan->count; mover->step++) {
		const SaveStep *step = &mover->plan->steps[mover->step];
		for (mover->within = 0; mover->within < step->length;) {
			const size_t length = chunk_length(step, mover->within);
			Place from, to;
			places(step, chunk_at(step, mover->within, length), &from, &to);
			MhexStatus status = take(mover, from, length, err);
			if (!status)
				status = note(mover, to, length, err);
			if (!status)
				status = put(mover, to, length, &mover->partly, err);
			if (status)
				return status;
			mover->within += length;
			mover->partly = 0;
			mover->bytes += length;
			if (progress)
				progress(context, mover->bytes);
		}
	}
	mover->within = 0;
	return MHEX_OK;
}

static MhexStatus move_back(SaveMover *mover, uint64_t at, size_t length, MhexError *err)
{
	Place from, to;
	uint64_t stored;
	places(&mover->plan->steps[mover->step], at, &from, &to);
	const MhexStatus status = take(mover, to, length, err);
	return status ? status : put(mover, from, length, &stored, err);
}

/* Backwards through the chunks of the step under way. What a chunk has overwritten was
 * another chunk's or step's source, whose own way back follows, or nobody's. */
static MhexStatus undo_step(SaveMover *mover, MhexError *err)
{
	const SaveStep *step = &mover->plan->steps[mover->step];
	MhexStatus status = MHEX_OK;
	if (mover->partly) {
		const uint64_t at =
			chunk_at(step, mover->within, chunk_length(step, mover->within));
		status = move_back(mover, at, (size_t)mover->partly, err);
		mover->partly = 0;
	}
	while (!status && mover->within > 0) {
		const uint64_t last = mover->within % SAVE_MOVE_CHUNK;
		const size_t length = last ? (size_t)last : SAVE_MOVE_CHUNK;
		mover->within -= length;
		status = move_back(mover, chunk_at(step, mover->within, length), length,
				   err);
	}
	return status;
}

MhexStatus save_mover_undo(SaveMover *mover, MhexError *err)
{
	for (;;) {
		const MhexStatus status = mover->step < mover->plan->count
						  ? undo_step(mover, err)
						  : MHEX_OK;
		if (status || mover->step == 0)
			return status;
		mover->step--;
		mover->within = mover->plan->steps[mover->step].length;
	}
}
