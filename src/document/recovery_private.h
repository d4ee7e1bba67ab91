/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_RECOVERY_PRIVATE_H
#define MHEX_DOCUMENT_RECOVERY_PRIVATE_H

#include "document/recovery.h"
#include "document/stage_recovery.h"
#include "storage/file_identity.h"
#include "storage/journal_file.h"
#include "storage/storage.h"

/*
 *   recovery.c      an interrupted save is found: what is known of it
 *   recovery_run.c  the file becomes one or the other
 */
struct Recovery {
	StateFolder folder;
	JournalReader *journal;
	char *journal_path;
	FileIdentity identity;
	Storage *file; /* NULL: it cannot be opened, */
	MhexError why; /* for this reason */
	uint64_t first;
	Job *job;                 /* borrowed, or NULL */
	uint64_t passed, to_pass; /* bytes of the journal, in recovery_run() */
	StageRecovery *staged;    /* NULL: changes, not moves */
	uint64_t changes;         /* or stages; 0: the save had not begun to store */
	uint64_t end;             /* of the last of them, in the file; unread: 0 */
	bool failed;              /* see rollback_mark_failed() */
	uint64_t size;       /* of the file after the save; before it: identity.size */
	bool no_lock, force; /* recovery_set_lock() */
	bool listed;         /* recovery_open() */
	RecoveryState state;
	uint8_t *current; /* ROLLBACK_CHUNK_MAX bytes of the file */
};

/* One record: what lies at range, before and after the save. */
typedef struct {
	Range range;
	const uint8_t *old, *now; /* borrowed until the next record */
} Change;

MhexStatus recovery_refuse(const Recovery *recovery, const char *reason, MhexError *err);

/* Called with each change, ascending. */
typedef MhexStatus (*ChangeVisitor)(Recovery *recovery, const Change *change,
				    void *context, MhexError *err);
MhexStatus recovery_for_each_change(Recovery *recovery, ChangeVisitor visit,
				    void *context, MhexError *err);

/* Add what the file holds there to the counts of the state; it is in current, too. */
MhexStatus recovery_count_change(Recovery *recovery, const Change *change, void *context,
				 MhexError *err);
/* What was too much to be read before one was asked. */
MhexStatus recovery_read_rest(Recovery *recovery, MhexError *err);
/* How much of the save is in the file? */
MhexStatus recovery_examine(Recovery *recovery, MhexError *err);

/* While bytes are stored the file is the longer one. */
static inline uint64_t recovery_larger_size(const Recovery *recovery)
{
	const uint64_t old = recovery->identity.size;
	return old > recovery->size ? old : recovery->size;
}

#endif
