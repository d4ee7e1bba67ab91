/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_MATCH_LIST_H
#define MHEX_ANALYSIS_MATCH_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/error.h"
#include "mhex/range.h"
#include "storage/spill.h"

/*
 * Ascending matches in little memory: distances as LEB128, one byte for most, and a whole
 * offset now and then to find a place quickly. A hundred million take 100 MB, of which
 * 8 MiB are in memory (spill.h). {0} is an empty one.
 */
enum {
	MATCH_LIST_STEP = 1024, /* to twice as many matches lie between two places */
};

typedef struct MatchList {
	/* Set before the first is added. The matches differ in length, and each is kept
	 * with its own; else all have this one. */
	bool sized;
	uint64_t length;

	uint64_t count;
	uint64_t last; /* offset; 0 while empty */
	int trouble;   /* errno of what could not be added; 0: nothing */

	Spill codes;         /* of each: distance from the one before, and its length */
	Spill places;        /* MatchPlace, of match 0 first */
	uint64_t last_place; /* its index */
} MatchList;

/* What to go back to. */
typedef struct {
	uint64_t codes, places;
	uint64_t count, last, last_place;
} MatchMark;

void match_list_free(MatchList *list);

/* False when memory is out or the disk is full: see match_list_trouble(). length counts
 * in a sized list only. */
bool match_list_add_sized(MatchList *list, uint64_t offset, uint64_t length);
bool match_list_add(MatchList *list, uint64_t offset);
/* Add all matches of slice, which is sized as list is and lies behind it; costs what its
 * bytes cost to copy. False likewise: none of it was added. */
bool match_list_append(MatchList *list, const MatchList *slice);
/* Why an addition failed, and where the list ends therefore; MHEX_OK: none did. */
MhexStatus match_list_trouble(const MatchList *list, MhexError *err);

MatchMark match_list_mark(const MatchList *list);
void match_list_rewind(MatchList *list, MatchMark mark);

/* Copy number first.. into offsets (or into ranges); returns how many there were. */
size_t match_list_get(const MatchList *list, uint64_t first, uint64_t *offsets,
		      size_t max);
size_t match_list_get_ranges(const MatchList *list, uint64_t first, Range *ranges,
			     size_t max);
/* How many begin before offset. */
uint64_t match_list_rank(const MatchList *list, uint64_t offset);

#endif
