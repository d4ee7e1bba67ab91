/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_SEARCH_PRIVATE_H
#define MHEX_ANALYSIS_SEARCH_PRIVATE_H

#include <stdatomic.h>

#include "analysis/match_list.h"
#include "analysis/matcher.h"
#include "analysis/scanner.h"
#include "base/job.h"
#include "document/snapshot.h"
#include "mhex/search.h"

/*
 * The parts of a search: search.c is the owner's side, search_run.c starts the workers,
 * search_slice.c says what they look at, search_scan.c looks at it, search_merge.c puts
 * together what they found.
 *
 * A slice is a range of offsets where a match may begin; what is read reaches a pattern
 * further, and to what decides before it. Slices are taken by the workers in order, and
 * their results are merged in that order; a worker that is far ahead waits. Matches of a
 * slice do not overlap each other; where the last one of a slice overlaps the first one
 * of the next, that one is scanned again.
 */
enum {
	SEARCH_COPY_CHUNK = 64 << 10,
	SEARCH_WORKERS_MAX = 16,
	SEARCH_AHEAD = 3 * SEARCH_WORKERS_MAX, /* results that may wait to be merged */
};

typedef struct {
	uint64_t sequence;
	uint64_t begin, end;
	bool wrapped;
} SearchSlice;

typedef struct {
	SearchSlice slice;
	bool hit;
	uint64_t first;      /* match; SEARCH_BACKWARD: the last one */
	uint64_t length;     /* of that */
	uint64_t count;      /* COUNT, ALL */
	uint64_t next;       /* where a match behind the last one may begin */
	uint64_t unreadable; /* bytes */
	MatchList matches;   /* ALL */
	MhexStatus status;
	MhexError error;
} SearchResult;

typedef struct {
	Search *search;
	Job *job; /* NULL: the search's own */
	Reader *reader;
	Scanner scanner;
	SearchResult *result; /* of the slice at hand */
	uint64_t wanted_end;  /* of the match that is looked for backwards */
	uint64_t began_ms;    /* when it was taken */
	bool forget;          /* what was seen in this slice was not there */
	Range own;            /* what lies around it belongs to other slices */
	uint8_t *copy; /* owned; SEARCH_COPY_CHUNK bytes and as many flags, or NULL */
} SearchWorker;

/* Where matches may begin, still to be taken. */
typedef struct {
	uint64_t begin, end;
} SearchPart;

struct Search {
	/* These do not change once the workers run. */
	Pattern pattern;
	Matcher matcher;
	SearchRequest request;
	const struct Snapshot *snapshot; /* borrowed */
	Range limits;                    /* what is looked at */
	uint64_t begin, end;             /* of where matches may begin */
	Job *job;
	Job *self; /* the same, as the workers have it */

	SearchWorker workers[SEARCH_WORKERS_MAX];
	unsigned worker_count;

	JobLock *lock; /* for all below */
	SearchPart parts[2];
	unsigned part, part_count;
	uint64_t slice_length;
	uint64_t taken, merged; /* sequence numbers of the next slice */
	bool merging;           /* some worker is at it */
	bool ended;             /* no more slices are needed */
	bool finished;          /* nothing more is found, whatever the reason */
	uint64_t next;          /* where the next match may begin, over all slices */
	MhexStatus status;
	MhexError error;
	bool done[SEARCH_AHEAD];            /* the workers have let go of it: */
	SearchResult results[SEARCH_AHEAD]; /* only then may another look at it */
	MatchList matches;
	SearchProgress progress;

	/* Slices behind this one are of no use; looked at without the lock. */
	_Atomic uint64_t last_useful;
};

/* The job; context is the Search. */
MhexStatus search_run(Job *job, void *context, MhexError *err);

/* How many bytes behind its first one a match may have. */
static inline uint64_t search_reach(const Search *search)
{
	return search->pattern.length - 1;
}

/* list is empty: whether it keeps the length of each match. */
static inline void search_size_list(const Search *search, MatchList *list)
{
	list->sized = search->pattern.regex != NULL;
	list->length = search->pattern.length;
}

static inline bool search_wants_nearest(const Search *search)
{
	return search->request.kind == SEARCH_FORWARD ||
	       search->request.kind == SEARCH_BACKWARD;
}

/* search_slice.c: lay out what there is to look at, before the workers run; then the next
 * slice, in a result that has nothing in it, or NULL when there is none or the search is
 * over. */
void search_lay_out(Search *search);
SearchResult *search_take(SearchWorker *worker);
/* With the lock held: the slice has been looked at; shorter ones follow when that was
 * slow. */
void search_pace(SearchWorker *worker);

/* search_scan.c: fill worker->result; no match begins before from. */
void search_scan(SearchWorker *worker, uint64_t from);

/* search_merge.c: hand in worker->result. */
void search_hand_in(SearchWorker *worker);

#endif
