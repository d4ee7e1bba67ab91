/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_STAGES_H
#define MHEX_DOCUMENT_STAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document/difference.h"
#include "document/save_plan.h"

/*
 * A save that moves bytes within a file, cut into stages.
 *
 * Each byte that the save changes lies in the target of exactly one part, so at any time
 * it is the old one or the new one. Stages follow each other: between two of them all
 * before are wholly new, all behind wholly old. What a stage needs of the old bytes is
 * kept aside, or nothing before it has overwritten it; and what a stage overwrites is
 * kept aside, or it or a stage before it has moved it to where it can be had. So from
 * between two stages one can go on in both directions, and from within one when it is
 * known what it has overwritten.
 *
 * A file that becomes longer is zeroes there before; one that becomes shorter has stages
 * at the end that make zeroes of what is cut off.
 *
 * Pure: nothing is read or written here. Made for a save by begin, add, finish; or from
 * its journal.
 */
enum {
	STAGE_BYTES_MAX = 16 << 20,
	STAGE_PARTS_MAX = 4096,
};

typedef enum {
	STAGE_MOVED, /* the file had these bytes at `from` */
	STAGE_FRESH, /* it had them nowhere */
	STAGE_CUT,   /* zeroes: the file ends before */
} StagePartKind;

typedef struct {
	Range target;
	StagePartKind kind;
	uint64_t from; /* STAGE_MOVED */
	size_t at;     /* of its bytes among those of the stage */
} StagePart;

typedef struct {
	size_t first, count; /* of the parts; ascending by target */
	size_t bytes;        /* of all of them, one behind the other */
	uint64_t old_digest, new_digest;
} Stage;

/* Where old bytes are in the end. */
typedef struct {
	Range old;
	uint64_t target;
	size_t stage; /* that moves them there */
} StageHome;

typedef struct {
	uint64_t old_size, new_size;
	size_t limit; /* bytes of one stage */
	ARRAY(StagePart) parts;
	ARRAY(Stage) stages;
	FileRanges kept;        /* old bytes that must be kept aside; ascending */
	ARRAY(StageHome) homes; /* ascending, not overlapping */
	size_t first_cut;       /* the first stage of what is cut off, or how many */
	size_t largest;         /* bytes of a stage */
	uint64_t bytes;         /* of all stages */
} Stages;

/* Owned by the caller: stages_free(). */
void stages_begin(Stages *stages, uint64_t old_size, uint64_t new_size, size_t limit);
void stages_free(Stages *stages);

/* In the order in which it must be done; false when out of memory. `backwards`: when it
 * must be cut, its end comes first. */
bool stages_add(Stages *stages, StagePart part, bool backwards);
/* What is kept aside, in any order; ranges may overlap. */
bool stages_keep(Stages *stages, Range range);
/* All of it was added: cut off the rest, and put everything in order. */
bool stages_finish(Stages *stages);

/* The same for stages that are complete: put them in order. */
bool stages_order(Stages *stages);

/* Are the rules above kept? What a journal says may be anything. False also when out of
 * memory. */
bool stages_check(const Stages *stages);

typedef enum {
	STAGE_PLACE_FILE, /* none of the others */
	STAGE_PLACE_KEPT,
	STAGE_PLACE_STAGE,  /* the target of a part of the stage; `at`: in its bytes */
	STAGE_PLACE_HOME,   /* `at`: in the file */
	STAGE_PLACE_BEYOND, /* the file did not reach so far: zeroes */
} StagePlaceKind;

/* That of the first `length` bytes of a range. */
typedef struct {
	StagePlaceKind kind;
	uint64_t at, length;
} StagePlace;

/* Where to find old bytes while a stage is to be done, ... */
StagePlace stages_find_source(const Stages *stages, const Stage *stage, Range range);
/* ... and when it is to be taken back. FILE: the plan makes no sense. */
StagePlace stages_find_home(const Stages *stages, Range range);

/* Does one of count items at `items`, which begin with ascending ranges and are `size`
 * bytes each, hold the beginning of wanted? *index: which one; *length: how far it
 * reaches in wanted, or else how far none does. */
bool stages_is_in(const void *items, size_t count, size_t size, Range wanted,
		  size_t *index, uint64_t *length);

/* Tells bytes from others; not made against malice. */
uint64_t stage_digest(const uint8_t *bytes, size_t length);

#endif
