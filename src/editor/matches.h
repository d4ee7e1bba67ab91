/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_MATCHES_H
#define MHEX_EDITOR_MATCHES_H

#include "analysis/match_list.h"
#include "base/array.h"
#include "mhex/document.h"
#include "mhex/pattern.h"
#include "mhex/search.h"

/*
 * All matches of one pattern in one document, while they are being found and afterwards,
 * through edits: those before an edit stay, those behind it move with their bytes, and
 * those that it touched stay as long as they match. Nothing that an edit makes match is
 * added.
 *
 * The list itself is that of the search and never changed. Runs of it that have moved by
 * the same distance are told from the versions of the document (survivors.h), so an edit
 * costs its places, not the matches.
 */
enum {
	MATCHES_PLACES_MAX = 2048, /* edited places that are followed */
	MATCHES_CHECKS_MAX = 4096, /* touched matches that are looked at; more are dropped
				    */
};

typedef struct {
	uint64_t first, count; /* of the list */
	uint64_t before;       /* how many matches the runs before have */
	uint64_t shift;        /* of their offsets, modulo 2^64 */
} MatchRun;

typedef struct {
	Document *doc; /* NULL: there are none, and nothing else counts */
	char *text;    /* of the pattern; owned */
	Pattern pattern;
	uint64_t every;
	bool whole;                /* the whole document was searched */
	Search *search;            /* while it runs; borrowed */
	MatchList list;            /* afterwards */
	struct Snapshot *snapshot; /* what was searched; owned */
	uint64_t searched;         /* generation of that */

	/* matches_update() */
	bool told;                   /* once at least */
	uint64_t generation, listed; /* of the document and in the list, at that time */
	ARRAY(MatchRun) runs;
	ARRAY(Range) touched; /* bytes of the document, ascending */
	uint64_t count;
} Matches;

/* Begin with those of a pattern in doc as it is now; older ones are dropped. */
MhexStatus matches_begin(Matches *matches, Document *doc, const char *pattern,
			 size_t length, uint64_t every, MhexError *err);
/* They come from search, a SEARCH_ALL begun at the same time, until it has ended. */
void matches_come_from(Matches *matches, Search *search);
void matches_settle(Matches *matches); /* after search_wait() */
void matches_drop(Matches *matches);

/* Take in what was found and edited since; before anything below. When it fails, as the
 * edits are too many to be followed, nothing is left to do but to drop the matches. */
MhexStatus matches_update(Matches *matches, MhexError *err);
/* Number first.. as they lie in the document now; returns how many. */
size_t matches_get(Matches *matches, uint64_t first, Range *ranges, size_t max);
/* How many begin before offset. */
uint64_t matches_rank(Matches *matches, uint64_t offset);
/* Nothing was changed since the search, which has ended and went over everything: these
 * are all there are. */
bool matches_are_all(const Matches *matches);
/* Does the pattern match there, as the document is now? */
bool matches_at(const Matches *matches, Range match);

#endif
