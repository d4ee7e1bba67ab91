/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SAVE_PLAN_H
#define MHEX_DOCUMENT_SAVE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "mhex/error.h"

/*
 * In which order ranges of a file can be moved within it.
 *
 * A new version of a file wants some of the old bytes at other offsets. Writing
 * a target destroys what lay there, so whatever still has to be read from it is
 * read before. Where moves wait for each other in a circle, the smaller of two
 * overlapping parts is kept aside and put in place afterwards.
 *
 * Pure: nothing is read or written here; stages.h cuts a plan into what is carried out.
 */

/* Sources may overlap each other (a range may have been pasted twice), targets do
 * not. A range that stays where it is needs no move. */
typedef struct {
	uint64_t source, target, length;
} SaveMove;

typedef enum {
	SAVE_STEP_COPY,    /* from, to: offsets in the file; the two may overlap */
	SAVE_STEP_KEEP,    /* put what lies at from aside; to is the same */
	SAVE_STEP_RESTORE, /* from: where it lay, to: where it is to be */
} SaveStepKind;

typedef struct {
	SaveStepKind kind;
	uint64_t from, to, length;
} SaveStep;

typedef struct {
	SaveStep *steps; /* owned */
	size_t count;
	uint64_t kept; /* bytes that are put aside */
} SavePlan;

/* moves are sorted by target. Takes O(n log n) for n moves that share no source.
 * Owned by the caller: save_plan_free(). */
MhexStatus save_plan_make(SavePlan *out, const SaveMove *moves, size_t count,
			  MhexError *err);

void save_plan_free(SavePlan *plan);

#endif
