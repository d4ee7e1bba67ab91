/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_STAGE_RUN_H
#define MHEX_DOCUMENT_STAGE_RUN_H

#include "document/stages.h"
#include "mhex/error.h"

/*
 * Carries stages out in a file, forwards or backwards, from wherever they are.
 *
 * What a stage overwrites is recorded before its first byte is stored, and the stage is
 * on disk before the next one is recorded. Before a stage is stored the bytes that it
 * reads and overwrites are compared with their digests.
 *
 * Memory is two buffers of the largest stage. Belongs to one thread.
 */
typedef struct StageRun StageRun;

/* Where a stage has from what the file has not, and what it tells. */
typedef struct {
	/* Old bytes that were kept aside; fresh ones. */
	MhexStatus (*kept)(void *context, Range range, uint8_t *dst, MhexError *err);
	MhexStatus (*fresh)(void *context, Range range, uint8_t *dst, MhexError *err);
	/* Have on disk what the file holds where the stage lies. NULL: no journal, and no
	 * sync but the last. */
	MhexStatus (*record)(void *context, size_t stage, const uint8_t *old,
			     size_t length, MhexError *err);
	/* Called after so many more bytes of work, but for those of a save that is taken
	 * back; a failure ends it. */
	MhexStatus (*progress)(void *context, uint64_t bytes, MhexError *err);
	void *context;
	bool sized; /* the file is no device: it can be made longer and shorter */
} StageAccess;

/* fd is readable and writable and, like stages and path (for sentences), stays the
 * caller's. Owned: stage_run_close(). */
MhexStatus stage_run_open(StageRun **out, int fd, const char *path, Stages *stages,
			  const StageAccess *access, MhexError *err);
void stage_run_close(StageRun *run); /* NULL is allowed */

/* ---- A save ---- */

/* Nothing was touched yet: fill in the digests of the stages. */
MhexStatus stage_run_measure(StageRun *run, MhexError *err);
/* Record the first stage: the file may be touched from here on. */
MhexStatus stage_run_begin(StageRun *run, MhexError *err);
/* To the end, the file's size and a sync included. MHEX_E_CONFLICT: others have written
 * where bytes are moved from or to. */
MhexStatus stage_run_forward(StageRun *run, MhexError *err);
/* To the beginning; with strict, as carefully as forwards, else as far as it goes. */
MhexStatus stage_run_back(StageRun *run, bool strict, MhexError *err);
/* Has anything been stored? */
bool stage_run_touched(const StageRun *run);
/* All of it is done: is it there still? MHEX_E_CONFLICT, naming the place. */
MhexStatus stage_run_verify(StageRun *run, MhexError *err);

/* ---- A recovery ---- */

/* The file has this size now. */
void stage_run_set_size(StageRun *run, uint64_t size);
/* What is where the stage is; both when it changes nothing. */
MhexStatus stage_run_look(StageRun *run, size_t index, bool *is_old, bool *is_new,
			  MhexError *err);

/* Bytes of a stage: as before it (old), as after it (now), or neither. */
typedef struct {
	uint64_t old, now, foreign;
	uint64_t first_foreign; /* its offset in the file */
} StageBytes;

/* So many stages are done, and the next one is not begun, ... */
void stage_run_place(StageRun *run, size_t done);
/* ... or may be: `old` is what its record says. MHEX_E_CONFLICT: what the stage needs is
 * not there any more. */
MhexStatus stage_run_place_within(StageRun *run, size_t done, const uint8_t *old,
				  StageBytes *bytes, MhexError *err);
/* Can all other stages be done, or taken back? Nothing is written; MHEX_E_CONFLICT names
 * the place. What was placed must be placed again. */
MhexStatus stage_run_rehearse(StageRun *run, bool forward, MhexError *err);
/* Make the file as long as any stage needs it. */
MhexStatus stage_run_stretch(StageRun *run, MhexError *err);

#endif
