/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_PATTERN_MAKER_PARTS_H
#define MHEX_TESTS_PATTERN_MAKER_PARTS_H

#include "e2e/pattern_maker.h"

/* A pattern in the making. Each part takes at least one of the bytes that are left. */
typedef struct {
	uint64_t *state;
	const uint8_t *bytes; /* what the pattern is to match */
	size_t left;
	MadePattern *made;
	size_t text_length, expression_length;
} Maker;

size_t maker_below(const Maker *maker, size_t limit); /* a random number */
uint8_t maker_take(Maker *maker);

/* The next part of the pattern as mhex reads it, and of the expression. */
void maker_put(Maker *maker, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void maker_say(Maker *maker, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* One byte of [low, high], of the expression. */
void maker_say_range(Maker *maker, unsigned low, unsigned high);

void make_byte(Maker *maker);
/* A byte where a number would be too long. */
void make_number(Maker *maker);

#endif
