/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_REGEX_SHAPE_H
#define MHEX_ANALYSIS_REGEX_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/pattern.h"

/*
 * What can be said of a regular expression without running it.
 *
 * Reads only what it is sure of. All that it says holds for every match, so that a
 * search may rely on it; where it is not sure it says less.
 */
enum {
	REGEX_LITERAL_MAX = 256
};

/* As a length: there is no limit, or none is known. */
#define REGEX_UNBOUNDED SIZE_MAX

typedef struct {
	/* Bytes from where a match begins to the last that is looked at, at most. */
	size_t reach;
	/* Bytes that are in every match, literal_length of them, none when 0 ... */
	PatternElement literal[REGEX_LITERAL_MAX];
	size_t literal_length;
	/* ... and what stands between its beginning and them. */
	size_t lead_min, lead_max;
	bool lead[256]; /* the bytes that may stand there */
} RegexShape;

/* The expression, which pcre2_compile() has accepted with these options. */
void regex_shape(RegexShape *out, const char *text, size_t length, uint32_t options);

#endif
