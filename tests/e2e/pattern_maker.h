/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_PATTERN_MAKER_H
#define MHEX_TESTS_PATTERN_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Random patterns of every kind, and the expression that says the same to grep -P.
 *
 * Each is made from bytes of a file, so that it is met there. The expression is put
 * together here, from the values that the pattern means: nothing of mhex is asked.
 */
enum {
	MADE_MAX = 16 << 10
};

typedef struct {
	char text[MADE_MAX]; /* as mhex reads it, with "every N" */
	char expression[MADE_MAX];
	size_t every;   /* 1: anywhere */
	bool may_break; /* may match a line break, which grep does not see */
} MadePattern;

/* The words that a file of text in all charsets consists of, a random one at a time;
 * returns its length, at most 32. */
size_t make_word(uint64_t *state, uint8_t *bytes);

void make_pattern(uint64_t *state, const uint8_t *bytes, size_t length, MadePattern *out);

#endif
