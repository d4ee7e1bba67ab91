/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_TRANSFORM_H
#define MHEX_ANALYSIS_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What xor, add, shift-left and their like do to bytes. Pure: any thread, part by part.
 */
typedef enum {
	TRANSFORM_XOR, /* these five have an operand */
	TRANSFORM_AND,
	TRANSFORM_OR,
	TRANSFORM_ADD,
	TRANSFORM_SUBTRACT,
	TRANSFORM_SHIFT_LEFT, /* these three a count */
	TRANSFORM_SHIFT_RIGHT,
	TRANSFORM_ROTATE, /* to the left */
	TRANSFORM_NOT,
	TRANSFORM_REVERSE, /* the last byte first */
	TRANSFORM_SWAP,    /* the bytes of each word */
} TransformKind;

typedef struct {
	TransformKind kind;
	size_t width;    /* bytes of a word: 1, 2, 4, 8 */
	bool big_endian; /* how it lies there */
	bool has_sign;   /* SHIFT_RIGHT: the highest bit stays and is copied */
	uint64_t count;  /* bits */
	/* Repeats over the range. With a width above 1 it is one word. Borrowed. */
	const uint8_t *operand;
	size_t operand_length;
} Transform;

/* Change bytes, which lie at offset `at` of the range. at and length are whole words. A
 * part of a TRANSFORM_REVERSE is turned around in itself; that it comes from the other
 * end is up to the caller. */
void transform_apply(const Transform *how, uint64_t at, uint8_t *bytes, size_t length);

#endif
