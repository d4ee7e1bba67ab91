/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/transform.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "random.h"

enum {
	LENGTH_MAX = 3 * 8192,
	ROUNDS = 2000
};

static const TransformKind all_kinds[] = {
	TRANSFORM_XOR,      TRANSFORM_AND,        TRANSFORM_OR,          TRANSFORM_ADD,
	TRANSFORM_SUBTRACT, TRANSFORM_SHIFT_LEFT, TRANSFORM_SHIFT_RIGHT, TRANSFORM_ROTATE,
	TRANSFORM_NOT,      TRANSFORM_REVERSE,    TRANSFORM_SWAP,
};

/* ---- The same, bit by bit and byte by byte ---- */

/* Bit i of the word at bytes, 0 the lowest. */
static bool get_bit(const Transform *how, const uint8_t *bytes, size_t i)
{
	const size_t byte = how->big_endian ? how->width - 1 - i / 8 : i / 8;
	return bytes[byte] >> i % 8 & 1;
}

static void set_bit(const Transform *how, uint8_t *bytes, size_t i, bool on)
{
	const size_t byte = how->big_endian ? how->width - 1 - i / 8 : i / 8;
	bytes[byte] = (uint8_t)((bytes[byte] & ~(1U << i % 8)) | (unsigned)on << i % 8);
}

/* Where bit i of the result comes from; false: from nowhere. */
static bool bit_source(const Transform *how, size_t i, size_t *from)
{
	const size_t bits = how->width * 8;
	if (how->kind == TRANSFORM_ROTATE) {
		*from = (size_t)((i + bits - how->count % bits) % bits);
		return true;
	}
	if (how->kind == TRANSFORM_SHIFT_LEFT) {
		*from = i - (size_t)how->count;
		return how->count <= i;
	}
	*from = i + (size_t)how->count;
	if (how->count < bits - i)
		return true;
	*from = bits - 1;
	return how->has_sign;
}

static void move_bits(const Transform *how, uint8_t *word)
{
	uint8_t old[8];
	memcpy(old, word, how->width);
	for (size_t i = 0; i < how->width * 8; i++) {
		size_t from = 0;
		const bool there = bit_source(how, i, &from);
		set_bit(how, word, i, there && get_bit(how, old, from));
	}
}

/* As on paper: from the lowest byte, with a carry. */
static void reckon(const Transform *how, const uint8_t *operand, uint8_t *word)
{
	int carry = 0;
	for (size_t i = 0; i < how->width; i++) {
		const size_t at = how->big_endian ? how->width - 1 - i : i;
		const int sum = how->kind == TRANSFORM_ADD
					? word[at] + operand[at] + carry
					: word[at] - operand[at] + carry;
		word[at] = (uint8_t)sum;
		carry = sum > 255 ? 1 : sum < 0 ? -1 : 0;
	}
}

static uint8_t combine(TransformKind kind, uint8_t a, uint8_t b)
{
	switch (kind) {
	case TRANSFORM_XOR:
		return a ^ b;
	case TRANSFORM_AND:
		return a & b;
	case TRANSFORM_OR:
		return a | b;
	default:
		return (uint8_t)(255 - a);
	}
}

static void apply_slowly(const Transform *how, uint64_t at, uint8_t *bytes, size_t length)
{
	uint8_t old[LENGTH_MAX];
	memcpy(old, bytes, length);
	for (size_t i = 0; i < length; i += how->width) {
		uint8_t operand[8] = {0};
		for (size_t k = 0; how->operand_length && k < how->width; k++)
			operand[k] = how->operand[(at + i + k) % how->operand_length];
		for (size_t k = 0; k < how->width; k++) {
			if (how->kind == TRANSFORM_REVERSE)
				bytes[i + k] = old[length - 1 - i - k];
			else if (how->kind == TRANSFORM_SWAP)
				bytes[i + k] = old[i + how->width - 1 - k];
			else
				bytes[i + k] = combine(how->kind, old[i + k], operand[k]);
		}
		if (how->kind >= TRANSFORM_SHIFT_LEFT && how->kind <= TRANSFORM_ROTATE) {
			memcpy(bytes + i, old + i, how->width);
			move_bits(how, bytes + i);
		} else if (how->kind == TRANSFORM_ADD ||
			   how->kind == TRANSFORM_SUBTRACT) {
			memcpy(bytes + i, old + i, how->width);
			reckon(how, operand, bytes + i);
		}
	}
}

/* ---- Any of them ---- */

static uint64_t random_count(uint64_t *seed, size_t width)
{
	static const uint64_t odd[] = {0, 1, 63, 64, 65, UINT64_MAX};
	if (random_below(seed, 4) == 0)
		return odd[random_below(seed, sizeof(odd) / sizeof(odd[0]))];
	return random_below(seed, width * 8 + 2);
}

static Transform random_transform(uint64_t *seed, const uint8_t *operand,
				  size_t operand_max)
{
	const size_t kinds = sizeof(all_kinds) / sizeof(all_kinds[0]);
	Transform how = {.kind = all_kinds[random_below(seed, kinds)],
			 .width = (size_t)1 << random_below(seed, 4)};
	how.big_endian = random_below(seed, 2);
	how.has_sign = random_below(seed, 2);
	how.count = random_count(seed, how.width);
	if (how.kind <= TRANSFORM_SUBTRACT) {
		how.operand = operand;
		how.operand_length =
			how.width > 1 ? how.width : 1 + random_below(seed, operand_max);
	}
	return how;
}

Test(transform, does_what_bits_on_paper_do)
{
	uint64_t seed = 20;
	uint8_t bytes[LENGTH_MAX], want[LENGTH_MAX], operand[4000];
	for (size_t i = 0; i < sizeof(operand); i++)
		operand[i] = (uint8_t)next_random(&seed);
	for (int round = 0; round < ROUNDS; round++) {
		const Transform how = random_transform(&seed, operand,
						       round % 8 ? 20 : sizeof(operand));
		const size_t most = round % 50 ? 64 : LENGTH_MAX / how.width;
		const size_t length = how.width * random_below(&seed, most);
		const uint64_t at = how.width * (next_random(&seed) >> 20);
		for (size_t i = 0; i < length; i++)
			bytes[i] = want[i] = (uint8_t)next_random(&seed);
		transform_apply(&how, at, bytes, length);
		apply_slowly(&how, at, want, length);
		cr_assert(eq(int, memcmp(bytes, want, length), 0),
			  "round %d: kind %d, width %zu, count %d, %zu bytes", round,
			  (int)how.kind, how.width, (int)how.count, length);
	}
}

Test(transform, is_the_same_in_parts)
{
	uint64_t seed = 21;
	uint8_t whole[4096], parts[4096];
	const uint8_t operand[] = {1, 2, 3, 4, 5, 6, 7};
	const Transform how = {.kind = TRANSFORM_ADD,
			       .width = 1,
			       .operand = operand,
			       .operand_length = sizeof(operand)};
	for (size_t i = 0; i < sizeof(whole); i++)
		whole[i] = parts[i] = (uint8_t)next_random(&seed);

	transform_apply(&how, 0, whole, sizeof(whole));
	for (size_t at = 0; at < sizeof(parts); at += 512)
		transform_apply(&how, at, parts + at, 512);

	cr_expect(eq(int, memcmp(whole, parts, sizeof(whole)), 0));
}

Test(transform, undoes_itself_where_it_can)
{
	const uint8_t text[] = "Hello, world! 12";
	uint8_t bytes[16];
	memcpy(bytes, text, sizeof(bytes));
	Transform how = {.kind = TRANSFORM_ROTATE, .width = 4, .count = 5};

	transform_apply(&how, 0, bytes, sizeof(bytes));
	cr_expect(ne(int, memcmp(bytes, text, sizeof(bytes)), 0));
	how.count = 27;
	transform_apply(&how, 0, bytes, sizeof(bytes));

	cr_expect(eq(int, memcmp(bytes, text, sizeof(bytes)), 0));
}

Test(transform, keeps_the_sign_of_a_signed_word)
{
	uint8_t bytes[4] = {0x80, 0x00, 0x40, 0x00};
	const Transform how = {.kind = TRANSFORM_SHIFT_RIGHT,
			       .width = 2,
			       .big_endian = true,
			       .has_sign = true,
			       .count = 4};

	transform_apply(&how, 0, bytes, sizeof(bytes));

	const uint8_t want[4] = {0xf8, 0x00, 0x04, 0x00};
	cr_expect(eq(int, memcmp(bytes, want, sizeof(want)), 0));
}
