/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_SCAN_VECTOR_H
#define MHEX_ANALYSIS_SCAN_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A vector of WIDTH bytes as scan_kernel.c needs it, for the processor that the file is
 * compiled for: MHEX_SCAN_AVX512, _AVX2, _SSE2, _NEON, or none of them.
 *
 * A Hit says for each byte whether it passed; what it looks like is the processor's
 * business.
 */
#if defined MHEX_SCAN_AVX512

#include <immintrin.h>

enum {
	WIDTH = 32
};

typedef __m256i Vector;
/* A byte that passed is zero: then one comparison does for four vectors. They are of 32
 * bytes, as loads of 64 that lie over the borders of lines are slower, not faster. */
typedef __m256i Hit;

static inline Vector vector_load(const uint8_t *bytes)
{
	return _mm256_loadu_si256((const __m256i_u *)bytes);
}

static inline Vector vector_all(uint8_t byte)
{
	return _mm256_set1_epi8((char)byte);
}

static inline Vector vector_and(Vector a, Vector b)
{
	return _mm256_and_si256(a, b);
}

static inline Hit vector_equal(Vector a, Vector b)
{
	return _mm256_xor_si256(a, b);
}

/* a - low <= span */
static inline Hit vector_within(Vector a, Vector low, Vector span)
{
	return _mm256_subs_epu8(_mm256_sub_epi8(a, low), span);
}

static inline Hit hit_and(Hit a, Hit b)
{
	return _mm256_or_si256(a, b);
}

static inline Hit hit_or(Hit a, Hit b)
{
	return _mm256_min_epu8(a, b);
}

static inline bool hit_any(Hit hit)
{
	return _mm256_testn_epi8_mask(hit, hit) != 0;
}

static inline size_t hit_first(Hit hit)
{
	return (size_t)__builtin_ctz(_mm256_testn_epi8_mask(hit, hit));
}

#elif defined MHEX_SCAN_AVX2

#include <immintrin.h>

enum {
	WIDTH = 32
};

typedef __m256i Vector;
typedef __m256i Hit;

static inline Vector vector_load(const uint8_t *bytes)
{
	return _mm256_loadu_si256((const __m256i_u *)bytes);
}

static inline Vector vector_all(uint8_t byte)
{
	return _mm256_set1_epi8((char)byte);
}

static inline Vector vector_and(Vector a, Vector b)
{
	return _mm256_and_si256(a, b);
}

static inline Hit vector_equal(Vector a, Vector b)
{
	return _mm256_cmpeq_epi8(a, b);
}

static inline Hit vector_within(Vector a, Vector low, Vector span)
{
	const Vector over = _mm256_sub_epi8(a, low);
	return _mm256_cmpeq_epi8(_mm256_min_epu8(over, span), over);
}

static inline Hit hit_and(Hit a, Hit b)
{
	return _mm256_and_si256(a, b);
}

static inline Hit hit_or(Hit a, Hit b)
{
	return _mm256_or_si256(a, b);
}

static inline bool hit_any(Hit hit)
{
	return _mm256_movemask_epi8(hit) != 0;
}

static inline size_t hit_first(Hit hit)
{
	return (size_t)__builtin_ctz((unsigned)_mm256_movemask_epi8(hit));
}

#elif defined MHEX_SCAN_SSE2

#include <emmintrin.h>

enum {
	WIDTH = 16
};

typedef __m128i Vector;
typedef __m128i Hit;

static inline Vector vector_load(const uint8_t *bytes)
{
	return _mm_loadu_si128((const __m128i_u *)bytes);
}

static inline Vector vector_all(uint8_t byte)
{
	return _mm_set1_epi8((char)byte);
}

static inline Vector vector_and(Vector a, Vector b)
{
	return _mm_and_si128(a, b);
}

static inline Hit vector_equal(Vector a, Vector b)
{
	return _mm_cmpeq_epi8(a, b);
}

static inline Hit vector_within(Vector a, Vector low, Vector span)
{
	const Vector over = _mm_sub_epi8(a, low);
	return _mm_cmpeq_epi8(_mm_min_epu8(over, span), over);
}

static inline Hit hit_and(Hit a, Hit b)
{
	return _mm_and_si128(a, b);
}

static inline Hit hit_or(Hit a, Hit b)
{
	return _mm_or_si128(a, b);
}

static inline bool hit_any(Hit hit)
{
	return _mm_movemask_epi8(hit) != 0;
}

static inline size_t hit_first(Hit hit)
{
	return (size_t)__builtin_ctz((unsigned)_mm_movemask_epi8(hit));
}

#elif defined MHEX_SCAN_NEON

#include <arm_neon.h>

enum {
	WIDTH = 16
};

typedef uint8x16_t Vector;
typedef uint8x16_t Hit;

static inline Vector vector_load(const uint8_t *bytes)
{
	return vld1q_u8(bytes);
}

static inline Vector vector_all(uint8_t byte)
{
	return vdupq_n_u8(byte);
}

static inline Vector vector_and(Vector a, Vector b)
{
	return vandq_u8(a, b);
}

static inline Hit vector_equal(Vector a, Vector b)
{
	return vceqq_u8(a, b);
}

static inline Hit vector_within(Vector a, Vector low, Vector span)
{
	return vcleq_u8(vsubq_u8(a, low), span);
}

static inline Hit hit_and(Hit a, Hit b)
{
	return vandq_u8(a, b);
}

static inline Hit hit_or(Hit a, Hit b)
{
	return vorrq_u8(a, b);
}

/* Four bits a byte: NEON has no instruction that gathers one of each. */
static inline uint64_t hit_nibbles(Hit hit)
{
	const uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(hit), 4);
	return vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
}

static inline bool hit_any(Hit hit)
{
	return hit_nibbles(hit) != 0;
}

static inline size_t hit_first(Hit hit)
{
	return (size_t)__builtin_ctzll(hit_nibbles(hit)) / 4;
}

#else /* eight bytes in a word; a Hit has the highest bit of each byte that passed */

enum {
	WIDTH = 8
};

typedef uint64_t Vector;
typedef uint64_t Hit;

#define SCAN_ONES  UINT64_C(0x0101010101010101)
#define SCAN_HIGHS (SCAN_ONES << 7)

static inline Vector vector_load(const uint8_t *bytes)
{
	Vector word = 0;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

static inline Vector vector_all(uint8_t byte)
{
	return SCAN_ONES * byte;
}

static inline Vector vector_and(Vector a, Vector b)
{
	return a & b;
}

static inline Hit vector_equal(Vector a, Vector b)
{
	const Vector differing = a ^ b;
	const Vector low = differing & ~SCAN_HIGHS;
	return ~((low + ~SCAN_HIGHS) | differing) & SCAN_HIGHS;
}

static inline Hit vector_within(Vector a, Vector low, Vector span)
{
	/* Byte by byte: over = a - low, then over <= span, without a borrow from one byte
	 * to the next. */
	const Vector over =
		((a | SCAN_HIGHS) - (low & ~SCAN_HIGHS)) ^ ((a ^ ~low) & SCAN_HIGHS);
	const Vector rest = (span | SCAN_HIGHS) - (over & ~SCAN_HIGHS);
	return ((span & ~over) | (~(span ^ over) & rest)) & SCAN_HIGHS;
}

static inline Hit hit_and(Hit a, Hit b)
{
	return a & b;
}

static inline Hit hit_or(Hit a, Hit b)
{
	return a | b;
}

static inline bool hit_any(Hit hit)
{
	return hit != 0;
}

static inline size_t hit_first(Hit hit)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (size_t)__builtin_clzll(hit) / 8;
#else
	return (size_t)__builtin_ctzll(hit) / 8;
#endif
}

#endif

#endif
