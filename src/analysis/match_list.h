/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_MATCH_LIST_H
#define MHEX_ANALYSIS_MATCH_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"

/*
 * Ascending offsets in little memory: distances as LEB128, one byte for most, and
 * one whole offset for each MATCH_LIST_STEP of them to find a place quickly.
 */
enum {
	MATCH_LIST_STEP = 1024,
	MATCH_LIST_BYTES_MAX = 64 << 20,
};

typedef struct {
	uint64_t offset; /* of the match before */
	size_t byte;     /* where its distance begins */
} MatchPlace;

typedef struct {
	ARRAY(uint8_t) distances;
	ARRAY(MatchPlace) places;
	uint64_t count;
	uint64_t last; /* offset; 0 while empty */
} MatchList;

/* What to go back to. */
typedef struct {
	size_t bytes, places;
	uint64_t count, last;
} MatchMark;

void match_list_free(MatchList *list);
/* False when memory is out. */
bool match_list_add(MatchList *list, uint64_t offset);
bool match_list_is_full(const MatchList *list);

MatchMark match_list_mark(const MatchList *list);
void match_list_rewind(MatchList *list, MatchMark mark);

/* Copy number first.. into offsets; returns how many there were. */
size_t match_list_get(const MatchList *list, uint64_t first, uint64_t *offsets,
		      size_t max);

#endif
