/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_SEARCH_H
#define MHEX_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "mhex/pattern.h"
#include "mhex/range.h"

struct MatchList;
struct Snapshot;

/*
 * A search over one version of a document, running as a job on all processors.
 *
 * Unreadable bytes never match; how many there were is in the progress. Results come in
 * order, whichever thread found them.
 */
typedef struct Search Search;

typedef enum {
	SEARCH_FORWARD,  /* the first match that begins at or after start */
	SEARCH_BACKWARD, /* the last match that begins before start */
	SEARCH_COUNT,    /* number of matches that do not overlap */
	SEARCH_ALL,      /* all of those, in order */
} SearchKind;

typedef struct {
	SearchKind kind;
	Range range; /* matches lie within it wholly; an expression sees nothing else */
	uint64_t start;   /* FORWARD, BACKWARD: where to begin */
	bool wrap;        /* FORWARD, BACKWARD: go on at the other end */
	uint64_t every;   /* matches at multiples of this only; 0 or 1: anywhere */
	uint64_t limit;   /* SEARCH_ALL: stop after so many matches; 0: no limit */
	unsigned workers; /* threads; 0: as many as there are processors */
	uint64_t slice;   /* bytes that a thread takes at once; 0: the default */
} SearchRequest;

typedef struct {
	bool done;
	bool found; /* FORWARD, BACKWARD */
	bool wrapped;
	uint64_t offset, length; /* of the match */
	uint64_t count;          /* COUNT, ALL: so far */
	uint64_t scanned, total; /* bytes */
	uint64_t unreadable;     /* bytes skipped */
} SearchProgress;

/* pattern is taken over (emptied), also on failure; snapshot must outlive the search. */
MhexStatus search_start(Search **out, const struct Snapshot *snapshot, Pattern *pattern,
			const SearchRequest *request, int wake_fd, MhexError *err);

void search_cancel(Search *search);
void search_get_progress(Search *search, SearchProgress *progress);
/* SEARCH_ALL: copy matches number first.. into offsets; returns how many. Also while it
 * runs. */
size_t search_matches(Search *search, uint64_t first, uint64_t *offsets, size_t max);
/* Likewise with their lengths. */
size_t search_ranges(Search *search, uint64_t first, Range *ranges, size_t max);
/* Wait until there are more matches than count; false: it has ended, with no more. */
bool search_wait_more(Search *search, uint64_t count);
/* Look at the list itself, whose first *count matches are there to stay; between the two
 * the search waits when it has found another one. */
const struct MatchList *search_lock_matches(Search *search, uint64_t *count);
void search_unlock_matches(Search *search);
/* Wait for the end; progress and matches can be read still, so search_finish() has to
 * follow. MHEX_E_NOSPACE: the disk is too full for the list of matches, which ends there.
 */
MhexStatus search_wait(Search *search, MhexError *err);
/* The list is the caller's from now on; only after search_wait(). */
void search_take_matches(Search *search, struct MatchList *out);
/* Wait for the end and free it. MHEX_E_CANCELLED when it was. progress may be NULL. */
MhexStatus search_finish(Search *search, SearchProgress *progress, MhexError *err);

enum {
	SEARCH_MARK_MAX = 4096
}; /* longer ones are not marked: that would take too long for a screen */

/* What is on the screen, and around it. */
typedef struct {
	uint64_t offset;
	const uint8_t *bytes;
	uint8_t *states; /* those of BYTE_UNREADABLE never match */
	size_t length;
	bool is_end; /* the document ends with it */
} SearchView;

/* All matches within view: sets flag in the state of each byte that is part of one. With
 * those of an expression that overlap, only the first counts, and one that takes many
 * steps is not marked to the end. */
void search_mark(const Pattern *pattern, uint64_t every, const SearchView *view,
		 uint8_t flag);

#endif
