/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_SEARCH_PRIVATE_H
#define MHEX_ANALYSIS_SEARCH_PRIVATE_H

#include "analysis/match_list.h"
#include "analysis/matcher.h"
#include "analysis/scanner.h"
#include "base/job.h"
#include "document/snapshot.h"
#include "mhex/search.h"

/*
 * What search.c, the owner's side, and search_run.c, the worker's, have in common.
 *
 * The pattern, the matcher, the request and the limits do not change once the job
 * runs; the lock is for the rest that both sides look at.
 */
enum {
	SEARCH_COPY_CHUNK = 64 << 10
};

struct Search {
	Pattern pattern;
	Matcher matcher;
	SearchRequest request;
	Reader *reader;
	Job *job;
	Job *self; /* the same, as the worker has it */
	JobLock *lock;

	/* The worker's. */
	Scanner scanner;
	uint64_t begin, end; /* of where matches may begin */
	uint64_t slice_end;
	uint64_t from; /* where the next match may begin, over all slices */
	uint64_t count;
	bool hit; /* FORWARD, BACKWARD: in this slice */
	uint64_t hit_offset;
	uint64_t unreadable; /* in this slice */
	bool forget;         /* what was seen in this slice was not there */
	MhexStatus trouble;  /* in a callback */
	uint8_t *copy;       /* owned; SEARCH_COPY_CHUNK bytes and as many flags */

	/* Under the lock. */
	MatchList matches;
	SearchProgress progress;
};

/* The job; context is the Search. */
MhexStatus search_run(Job *job, void *context, MhexError *err);

#endif
