/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_REGEX_H
#define MHEX_ANALYSIS_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/job.h"
#include "mhex/error.h"

/*
 * Regular expressions on bytes, by PCRE2.
 *
 * Whether one matches at an offset depends only on the bytes around it: at most
 * regex_before() of them before it, and REGEX_REACH from it on, behind which there is
 * nothing for the expression. So it does not matter where a search begins or how what it
 * reads is cut. An empty match is none: then the expression looks for another one.
 */
enum {
	REGEX_REACH = 64 << 10
};

/* Changes nothing once it is there: threads may share one. */
typedef struct Regex Regex;

/* "/expression/flags"; carets are indexes into text. */
MhexStatus regex_parse(Regex **out, const char *text, size_t length, MhexError *err);
void regex_free(Regex *regex);
/* Bytes that decide about a match: before its beginning, and from there on. */
size_t regex_before(const Regex *regex);
size_t regex_sight(const Regex *regex);

/* What one thread needs to match. */
typedef struct RegexRunner RegexRunner;

/* NULL: out of memory. regex is borrowed. */
RegexRunner *regex_runner_new(const Regex *regex);
void regex_runner_free(RegexRunner *runner);

/* Up to an end that a person would not wait for, where job cannot be asked. */
void regex_runner_hurry(RegexRunner *runner);

typedef struct {
	const uint8_t *bytes; /* may change meanwhile: nothing of them is trusted */
	size_t length;
	bool is_end; /* nothing follows them; else a match sees REGEX_REACH of them */
} RegexSubject;

typedef enum {
	REGEX_NONE, /* also when job, which may be NULL, was cancelled */
	REGEX_FOUND,
	REGEX_STUCK, /* the expression takes too many steps at hit->at */
} RegexResult;

typedef struct {
	size_t at, length;
} RegexHit;

/* The first match that begins in [from, to). from is 0 at the beginning of all that can
 * be seen, else has regex_before() bytes before it. */
RegexResult regex_find(RegexRunner *runner, const RegexSubject *subject, size_t from,
		       size_t to, const Job *job, RegexHit *hit);

/* The match that begins at at. */
RegexResult regex_match_at(RegexRunner *runner, const RegexSubject *subject, size_t at,
			   const Job *job, RegexHit *hit);

#endif
