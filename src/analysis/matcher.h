/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_MATCHER_H
#define MHEX_ANALYSIS_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/job.h"
#include "mhex/pattern.h"

/*
 * A pattern made ready to be searched for in a run of bytes.
 *
 * The element that is expected to match least often is the anchor: only where it
 * matches is the rest looked at, from the right, and a byte that the pattern does
 * not have lets it jump. Changes nothing after matcher_init(), so threads may share one.
 */
enum {
	MATCHER_GUARDS = 8
};

typedef enum {
	ANCHOR_BYTE, /* one value: memchr */
	ANCHOR_MASK, /* some bits: eight bytes at a time */
	ANCHOR_SET,  /* anything else: a table */
} AnchorKind;

typedef struct {
	const Pattern *pattern; /* borrowed */
	size_t anchor;          /* index of the element */
	AnchorKind kind;
	uint8_t value, mask;
	bool accepts[256]; /* by the anchor */
	/* Elements of different values, looked at first: they end most tries. */
	size_t guards[MATCHER_GUARDS];
	size_t guard_count;
	/* 1 + the last element that accepts a byte; 0 when none does. */
	uint32_t last[256];
} Matcher;

void matcher_init(Matcher *matcher, const Pattern *pattern);

/* Where the first match at or after from begins; SIZE_MAX when there is none wholly
 * within bytes, or when the job, which may be NULL, was cancelled: a long pattern that
 * nearly matches everywhere takes its time. */
size_t matcher_find(const Matcher *matcher, const uint8_t *bytes, size_t length,
		    size_t from, const Job *job);

#endif
