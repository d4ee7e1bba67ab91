/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_SCANNER_H
#define MHEX_ANALYSIS_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/matcher.h"
#include "analysis/regex.h"
#include "base/job.h"

/*
 * Finds matches in bytes that come in runs, also those that lie over the border
 * of two runs. Keeps at most two pattern lengths of bytes of its own, for an
 * expression four times what decides about a match.
 */

/* A match. False: that was enough. */
typedef bool (*ScannerFound)(void *context, uint64_t offset, uint64_t length);

typedef struct {
	const Matcher *matcher;
	uint64_t every; /* at least 1 */
	ScannerFound found;
	void *context;
	const Job
		*job; /* looked at now and then: when it was cancelled nothing is found */
	/* No match begins before it; moves behind each match, so they do not overlap. */
	uint64_t from;
	uint64_t to;    /* no match begins there or behind it */
	uint8_t *joint; /* owned */
	size_t carried; /* bytes at its beginning, those right before next */
	uint64_t next;  /* offset behind what was fed last */
	bool ended;     /* found() had enough, or stuck */
	/* Of an expression. */
	RegexRunner *runner; /* owned */
	uint64_t decided;    /* before it there is nothing more to find */
	bool stuck;          /* the expression takes too many steps at stuck_at */
	uint64_t stuck_at;
} Scanner;

/* False when memory is out. */
bool scanner_init(Scanner *scanner, const Matcher *matcher);
void scanner_free(Scanner *scanner);

/* What comes next has nothing to do with what was there: no match begins before from.
 * What is fed begins pattern->before bytes before it, or as many as there are. */
void scanner_restart(Scanner *scanner, uint64_t from);

/* The next run; bytes == NULL: it cannot be read. False once found() had enough. */
bool scanner_feed(Scanner *scanner, uint64_t offset, const uint8_t *bytes, size_t length);

/* Nothing follows what was fed: the matches of an expression that reach up to there. */
void scanner_finish(Scanner *scanner);

#endif
