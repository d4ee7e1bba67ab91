/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_STAGE_RECOVERY_H
#define MHEX_DOCUMENT_STAGE_RECOVERY_H

#include "document/recovery.h"
#include "storage/journal_file.h"
#include "storage/storage.h"
#include "storage/store.h"

/*
 * The part of a recovery that knows of stages: where an interrupted save with moves
 * stands, and how to go on from there.
 *
 * Where it stands is not written down anywhere: stages that are done are told from others
 * by what the file holds.
 */
typedef struct StageRecovery StageRecovery;

typedef struct {
	uint64_t stages;   /* 0: the save did not touch the file */
	uint64_t bytes;    /* that it changes */
	uint64_t new_size; /* of the file */
	uint64_t reach;    /* the file must be so long when its size does not change */
	bool failed;       /* the disk did */
	/* There is much to be read, which was not yet: bytes, reach and failed are not
	 * known. */
	bool brief;
	uint64_t under_way; /* then: the stage that it was in, from 1 on; 0: not known */
} StagePlanInfo;

/* What is left of a journal whose next record is the first behind the identity. reader
 * must outlive it. Owned: stage_recovery_free(), NULL is allowed. */
MhexStatus stage_recovery_open(StageRecovery **out, JournalReader *reader,
			       uint64_t old_size, StagePlanInfo *info, MhexError *err);
void stage_recovery_free(StageRecovery *recovery);

/* After a brief look, before all that follows; on any thread. MHEX_E_UNSUPPORTED: it is
 * damaged, which the look did not see. May be called again. */
MhexStatus stage_recovery_read_rest(StageRecovery *recovery, StagePlanInfo *info,
				    MhexError *err);

/* Where does it stand? The counts of *state are filled in; of a stage that is neither,
 * all bytes count as foreign. The file was measured and has a size that fits. */
MhexStatus stage_recovery_examine(StageRecovery *recovery, const Storage *file,
				  RecoveryState *state, MhexError *err);

/* After that: go on or take back, to the disk. store is of file; job, or NULL, is told
 * how far it is. */
MhexStatus stage_recovery_run(StageRecovery *recovery, const Storage *file, Store *store,
			      RecoveryWay way, Job *job, MhexError *err);

#endif
