/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_MATCHER_H
#define MHEX_ANALYSIS_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/scan.h"
#include "base/job.h"
#include "mhex/pattern.h"

/*
 * A pattern made ready to be searched for in a run of bytes.
 *
 * The elements that are expected to match least often become the probes of a vector
 * scan; only where these match is the rest looked at, from the right, and a byte that the
 * pattern does not have lets it jump. Changes nothing after matcher_init(), so threads
 * may share one.
 */
enum {
	MATCHER_HEAD = 64 /* bytes that are compared a word at a time */
};

typedef struct {
	const Pattern *pattern; /* borrowed */
	ScanPlan plan;          /* count 0: no element says anything */
	/* The first elements as value and mask, where that is all they are: head bytes.
	 */
	uint8_t values[MATCHER_HEAD], masks[MATCHER_HEAD];
	size_t head;
	bool head_is_all; /* nothing is left to compare behind it */
	/* 1 + the last element that accepts a byte; 0 when none does. */
	uint32_t last[256];
} Matcher;

/* How often each byte was met where it will be searched; all zero: not known. */
typedef struct {
	uint32_t of[256];
} ByteCounts;

void byte_counts_add(ByteCounts *counts, const uint8_t *bytes, size_t length);

/* counts may be NULL. */
void matcher_init(Matcher *matcher, const Pattern *pattern, const ByteCounts *counts);

/* Where the first match at or after from begins; SIZE_MAX when there is none wholly
 * within bytes, or when the job, which may be NULL, was cancelled: a long pattern that
 * nearly matches everywhere takes its time. */
size_t matcher_find(const Matcher *matcher, const uint8_t *bytes, size_t length,
		    size_t from, const Job *job);

#endif
