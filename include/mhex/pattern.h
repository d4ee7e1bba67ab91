/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_PATTERN_H
#define MHEX_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/error.h"

/*
 * The BYTES and PATTERN languages of mhex(1).
 *
 * Carets in errors are indexes into the text that was passed.
 */

enum {
	BYTES_MAX = 64 << 20
}; /* what "*N" may repeat to */

/* BYTES: owned memory of *length bytes in *out (free()). An empty text, or "" in
 * quotes, gives length 0. */
MhexStatus bytes_parse(const char *text, size_t text_length, uint8_t **out,
		       size_t *length, MhexError *err);

/* If the text is one typed number ("u16le:5"), its width in bytes and endianness: operand
 * of xor and friends. Otherwise width 1. */
void bytes_operand_type(const char *text, size_t text_length, size_t *width,
			bool *big_endian);

/* BYTES in which ?? stands for "leave alone": *keep has 1 where a byte is kept; both
 * owned. */
MhexStatus bytes_parse_masked(const char *text, size_t text_length, uint8_t **out,
			      uint8_t **keep, size_t *length, MhexError *err);

/* What one byte of a pattern accepts. */
typedef enum {
	ELEMENT_MASK,   /* (byte & mask) == value */
	ELEMENT_RANGE,  /* low <= byte <= high */
	ELEMENT_EITHER, /* value or other: letters ignoring case */
} ElementKind;

typedef struct {
	uint8_t kind; /* ElementKind */
	uint8_t value, mask;
	uint8_t low, high; /* ELEMENT_RANGE; ELEMENT_EITHER: the two bytes */
} PatternElement;

/* A number among the elements: u16le:A..B, f32le:X~EPS. Its elements accept every byte
 * that it may have and others; the number decides. Also a letter ignoring case whose two
 * spellings differ in several bytes. */
typedef struct {
	size_t at;
	char kind; /* 'u', 'i', 'f'; 't': the bytes are those of low or those of high */
	uint8_t size;
	bool big_endian;
	uint64_t low, high;    /* 'u', (as int64_t) 'i'; of 'f' the bits, or 0 */
	double value, epsilon; /* 'f' */
} PatternNumber;

enum {
	PATTERN_MAX = 1 << 20
}; /* bytes */

struct Regex;

/* Either all of one length, 1 ... PATTERN_MAX bytes, or a regular expression. */
typedef struct {
	/* Of a match; with an expression the most that one can have. */
	size_t length;
	size_t before;            /* bytes before a match that decide about it, too */
	struct Regex *regex;      /* owned; else NULL, and what follows counts */
	PatternElement *elements; /* length of them; owned */
	PatternNumber *numbers;   /* owned */
	size_t number_count;
} Pattern;

MhexStatus pattern_parse(Pattern *out, const char *text, size_t text_length,
			 MhexError *err);
void pattern_free(Pattern *pattern);

/* Does it match at bytes (pattern->length of them)? Not for an expression. */
bool pattern_matches(const Pattern *pattern, const uint8_t *bytes);

#endif
