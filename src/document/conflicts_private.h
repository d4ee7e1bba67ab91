/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_CONFLICTS_PRIVATE_H
#define MHEX_DOCUMENT_CONFLICTS_PRIVATE_H

#include "base/array.h"
#include "base/job.h"
#include "document/conflict.h"
#include "document/document_private.h"

/*
 * Conflicts that a job has found, until they are shown or decided.
 *
 *   conflict.c   the scan
 *   conflicts.c  the job, and what it has found
 *   take.c       the decision
 */

/* Conflicting bytes that lie side by side in the file and in one difference; where they
 * are known, not too many to be decided in no time. */
typedef struct {
	Range in_file;
	Difference where;
	bool known;  /* what they were, and are, is in sides ... */
	size_t from; /* ... from here on */
} ConflictRun;

typedef struct {
	uint8_t was, theirs, mine;
	bool has_was, has_theirs, has_mine;
} ConflictSides;

typedef struct {
	Range range; /* of the document: those that begin outside are left out */
	ARRAY(ConflictRun) runs;
	ARRAY(ConflictSides) sides;
	ConflictCount count;
	uint64_t unknown; /* bytes */
	bool in_place;    /* as in DifferenceWalk; if not, */
	FileRanges lost;  /* as difference_find_lost() has it */
	bool no_memory;
} FoundConflicts;

void found_conflicts_free(FoundConflicts *found);

struct Conflicts {
	Job *job;

	/* What it looks at; fixed when it starts. */
	Snapshot *snapshot;
	BaseBytes *base; /* a copy of the document's; NULL: nothing can be a conflict */
	bool has_stamp;
	FileStamp stamp;   /* as in Document */
	uint64_t revision; /* of the history */
	uint32_t file;     /* the current source */

	FoundConflicts found; /* the worker's until it has ended */
};

/* When the job has ended. */
void conflicts_free(Conflicts *conflicts);

#endif
