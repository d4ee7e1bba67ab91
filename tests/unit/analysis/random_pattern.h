/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_ANALYSIS_RANDOM_PATTERN_H
#define MHEX_TESTS_ANALYSIS_RANDOM_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/pattern.h"

/*
 * Patterns and bytes made up from few values, so that there are matches, near misses
 * and repeats; and a matcher that is too simple to be wrong.
 */

/* From 1 to most bytes; pattern_free(). description has what was parsed. */
Pattern random_pattern(uint64_t *state, size_t most, char *description, size_t size);
void random_bytes(uint64_t *state, uint8_t *bytes, size_t length);

/* Does the pattern match at bytes? Shares no code with the library. */
bool naive_matches(const Pattern *pattern, const uint8_t *bytes);

#endif
