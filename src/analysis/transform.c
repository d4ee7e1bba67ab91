/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/transform.h"

#include <string.h>

enum {
	STRETCH = 4096 /* bytes of a short operand, repeated */
};

/* ---- Byte by byte, with an operand as long as the bytes ---- */

typedef void (*WithBytes)(uint8_t *restrict bytes, const uint8_t *restrict operand,
			  size_t length);

static void xor_bytes(uint8_t *restrict bytes, const uint8_t *restrict operand,
		      size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(bytes[i] ^ operand[i]);
}

static void and_bytes(uint8_t *restrict bytes, const uint8_t *restrict operand,
		      size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(bytes[i] & operand[i]);
}

static void or_bytes(uint8_t *restrict bytes, const uint8_t *restrict operand,
		     size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(bytes[i] | operand[i]);
}

static void add_bytes(uint8_t *restrict bytes, const uint8_t *restrict operand,
		      size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(bytes[i] + operand[i]);
}

static void subtract_bytes(uint8_t *restrict bytes, const uint8_t *restrict operand,
			   size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(bytes[i] - operand[i]);
}

static const WithBytes with_bytes[] = {
	[TRANSFORM_XOR] = xor_bytes,
	[TRANSFORM_AND] = and_bytes,
	[TRANSFORM_OR] = or_bytes,
	[TRANSFORM_ADD] = add_bytes,
	[TRANSFORM_SUBTRACT] = subtract_bytes,
};

/* A long operand lies there as it is used. */
static void apply_long(const Transform *how, uint64_t at, uint8_t *bytes, size_t length)
{
	while (length > 0) {
		const size_t phase = (size_t)(at % how->operand_length);
		const size_t rest = how->operand_length - phase;
		const size_t part = length < rest ? length : rest;
		with_bytes[how->kind](bytes, how->operand + phase, part);
		at += part;
		bytes += part;
		length -= part;
	}
}

static void apply_operand(const Transform *how, uint64_t at, uint8_t *bytes,
			  size_t length)
{
	uint8_t stretch[STRETCH];
	const size_t turn = how->operand_length;
	if (turn > STRETCH / 2) {
		apply_long(how, at, bytes, length);
		return;
	}
	const size_t whole = STRETCH - STRETCH % turn;
	const size_t used = length < whole ? length : whole;
	for (size_t i = 0, phase = (size_t)(at % turn); i < used; i++) {
		stretch[i] = how->operand[phase];
		phase = phase + 1 < turn ? phase + 1 : 0;
	}
	for (size_t done = 0; done < length; done += used) {
		const size_t part = length - done < used ? length - done : used;
		with_bytes[how->kind](bytes + done, stretch, part);
	}
}

/* ---- Word by word ---- */

static uint8_t swap8(uint8_t word)
{
	return word;
}

#define SWAP8(word)  swap8(word)
#define SWAP16(word) __builtin_bswap16(word)
#define SWAP32(word) __builtin_bswap32(word)
#define SWAP64(word) __builtin_bswap64(word)

/* What one operation does to all words of a width, in a loop that a compiler can make
 * wide. flip: the words do not lie as this machine's do. */
#define LOOP(bits, expression)                                                           \
	for (size_t i = 0; i < length; i += (bits) / 8) {                                \
		uint##bits##_t word;                                                     \
		memcpy(&word, bytes + i, sizeof(word));                                  \
		word = (uint##bits##_t)(flip ? SWAP##bits(word) : word);                 \
		word = (uint##bits##_t)(expression);                                     \
		word = (uint##bits##_t)(flip ? SWAP##bits(word) : word);                 \
		memcpy(bytes + i, &word, sizeof(word));                                  \
	}

#define DEFINE_WORDS(bits)                                                               \
	static void add_##bits(uint8_t *bytes, size_t length, bool flip,                 \
			       uint64_t number)                                          \
	{                                                                                \
		LOOP(bits, word + number)                                                \
	}                                                                                \
                                                                                         \
	static void left_##bits(uint8_t *bytes, size_t length, bool flip,                \
				unsigned count)                                          \
	{                                                                                \
		LOOP(bits, (uint64_t)word << count)                                      \
	}                                                                                \
                                                                                         \
	/* filling is ~0 where the highest bit is to be copied. */                       \
	static void right_##bits(uint8_t *bytes, size_t length, bool flip,               \
				 unsigned count, uint64_t filling)                       \
	{                                                                                \
		const uint64_t all = UINT##bits##_MAX;                                   \
		const uint64_t top = all & ~(all >> count) & filling;                    \
		LOOP(bits, (word >> count) | (word >> ((bits)-1) ? top : 0))             \
	}                                                                                \
                                                                                         \
	/* 0 < count < bits */                                                           \
	static void rotate_##bits(uint8_t *bytes, size_t length, bool flip,              \
				  unsigned count)                                        \
	{                                                                                \
		LOOP(bits, ((uint64_t)word << count) | (word >> ((bits)-count)))         \
	}                                                                                \
                                                                                         \
	static void swap_##bits(uint8_t *bytes, size_t length)                           \
	{                                                                                \
		const bool flip = false;                                                 \
		LOOP(bits, SWAP##bits(word))                                             \
	}

DEFINE_WORDS(8)
DEFINE_WORDS(16)
DEFINE_WORDS(32)
DEFINE_WORDS(64)

typedef struct {
	void (*add)(uint8_t *bytes, size_t length, bool flip, uint64_t number);
	void (*left)(uint8_t *bytes, size_t length, bool flip, unsigned count);
	void (*right)(uint8_t *bytes, size_t length, bool flip, unsigned count,
		      uint64_t filling);
	void (*rotate)(uint8_t *bytes, size_t length, bool flip, unsigned count);
	void (*swap)(uint8_t *bytes, size_t length);
} Words;

#define WORDS(bits)                                                                      \
	{                                                                                \
		add_##bits, left_##bits, right_##bits, rotate_##bits, swap_##bits        \
	}

static const Words *words_of(size_t width)
{
	static const Words words[] = {WORDS(8), WORDS(16), WORDS(32), WORDS(64)};
	return &words[width == 8 ? 3 : width / 2];
}

static uint64_t operand_number(const Transform *how)
{
	uint64_t number = 0;
	for (size_t i = 0; i < how->width; i++) {
		const size_t at = how->big_endian ? i : how->width - 1 - i;
		number = number << 8 | how->operand[at];
	}
	return number;
}

/* A count that leaves nothing of the word. */
static void shift_out(const Transform *how, uint8_t *bytes, size_t length)
{
	const unsigned last = (unsigned)how->width * 8 - 1;
	const bool flip = how->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	if (how->kind == TRANSFORM_SHIFT_RIGHT && how->has_sign)
		words_of(how->width)->right(bytes, length, flip, last, UINT64_MAX);
	else
		memset(bytes, 0, length);
}

static void apply_words(const Transform *how, uint8_t *bytes, size_t length)
{
	const Words *words = words_of(how->width);
	const bool flip = how->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	const uint64_t bits = how->width * 8;
	const unsigned turned = (unsigned)(how->count % bits);
	const bool shifts =
		how->kind == TRANSFORM_SHIFT_LEFT || how->kind == TRANSFORM_SHIFT_RIGHT;
	if (shifts && how->count >= bits)
		shift_out(how, bytes, length);
	else if (how->kind == TRANSFORM_SHIFT_LEFT)
		words->left(bytes, length, flip, turned);
	else if (how->kind == TRANSFORM_SHIFT_RIGHT)
		words->right(bytes, length, flip, turned, how->has_sign ? UINT64_MAX : 0);
	else if (how->kind == TRANSFORM_ROTATE && turned > 0)
		words->rotate(bytes, length, flip, turned);
	else if (how->kind == TRANSFORM_SWAP)
		words->swap(bytes, length);
}

static void add_number(const Transform *how, uint8_t *bytes, size_t length)
{
	const bool flip = how->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	const uint64_t number = operand_number(how);
	words_of(how->width)
		->add(bytes, length, flip,
		      how->kind == TRANSFORM_ADD ? number : 0 - number);
}

/* ---- The others ---- */

static void reverse(uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length / 2; i++) {
		const uint8_t byte = bytes[i];
		bytes[i] = bytes[length - 1 - i];
		bytes[length - 1 - i] = byte;
	}
}

void transform_apply(const Transform *how, uint64_t at, uint8_t *bytes, size_t length)
{
	switch (how->kind) {
	case TRANSFORM_ADD:
	case TRANSFORM_SUBTRACT:
		if (how->width > 1)
			add_number(how, bytes, length);
		else
			apply_operand(how, at, bytes, length);
		break;
	case TRANSFORM_XOR:
	case TRANSFORM_AND:
	case TRANSFORM_OR:
		apply_operand(how, at, bytes, length);
		break;
	case TRANSFORM_SHIFT_LEFT:
	case TRANSFORM_SHIFT_RIGHT:
	case TRANSFORM_ROTATE:
	case TRANSFORM_SWAP:
		apply_words(how, bytes, length);
		break;
	case TRANSFORM_NOT:
		for (size_t i = 0; i < length; i++)
			bytes[i] = (uint8_t)~bytes[i];
		break;
	case TRANSFORM_REVERSE:
		reverse(bytes, length);
		break;
	}
}
