/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_NUMBER_H
#define MHEX_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wide.h"
#include "mhex/error.h"

/*
 * Number literals and typed numbers, as section "numbers" of mhex(1) has them:
 * 0x1f 1fh 31 0o17 0b101 1_000, suffixes k m g t (times 1024).
 */

/* Read one literal at the beginning of text. *used is its length; 0 and
 * MHEX_E_SYNTAX when there is none. MHEX_E_RANGE when it is too large. Carets are indexes
 * into text. */
MhexStatus number_parse_wide(const char *text, size_t length, Wide *out, size_t *used,
			     MhexError *err);
MhexStatus number_parse_literal(const char *text, size_t length, uint64_t *out,
				size_t *used, MhexError *err);

/* How a number lies in memory: u8 i8 u16le ... i64be, f16le f32be f64le. */
typedef struct {
	char kind;    /* 'u', 'i' or 'f' */
	uint8_t size; /* bytes: 1, 2, 4, 8 */
	bool big_endian;
} NumberType;

/* "u32le" at the beginning of text; u8 and i8 need no endianness. False when
 * there is none; *used is its length. */
bool number_type_parse(const char *text, size_t length, NumberType *out, size_t *used);

/* Text such as "-5", "0x1f", "3.14" as bytes of a type; a value that does not fit
 * is MHEX_E_RANGE, never a wrap. dst has room for type.size bytes. */
MhexStatus number_encode(NumberType type, const char *text, size_t length, uint8_t *dst,
			 MhexError *err);

/* The integer at src, zero or sign extended ('u' and 'i' only). */
uint64_t number_decode_unsigned(NumberType type, const uint8_t *src);
int64_t number_decode_signed(NumberType type, const uint8_t *src);
double number_decode_float(NumberType type, const uint8_t *src); /* 'f' only */

#endif
