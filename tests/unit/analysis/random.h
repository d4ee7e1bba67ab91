/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_ANALYSIS_RANDOM_H
#define MHEX_TESTS_ANALYSIS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* splitmix64: the same numbers for the same seed everywhere. */
static inline uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static inline size_t random_below(uint64_t *state, size_t limit)
{
	return (size_t)(next_random(state) % limit);
}

#endif
