/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RANGE_H
#define MHEX_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* length bytes from offset. Always offset + length <= UINT64_MAX: the functions
 * below never make another one. */
typedef struct {
	uint64_t offset;
	uint64_t length;
} Range;

static inline uint64_t range_end(Range range)
{
	return range.offset + range.length;
}

/* [begin, end); empty when end lies before begin. */
static inline Range range_between(uint64_t begin, uint64_t end)
{
	return (Range){begin, end > begin ? end - begin : 0};
}

static inline bool range_contains(Range range, uint64_t offset)
{
	return offset >= range.offset && offset - range.offset < range.length;
}

/* Does [offset, offset + length) lie within [0, size)? Never overflows. */
static inline bool range_fits(uint64_t offset, uint64_t length, uint64_t size)
{
	return offset <= size && length <= size - offset;
}

/* What the two have in common; empty (at a's offset) when that is nothing. */
static inline Range range_intersect(Range a, Range b)
{
	const uint64_t begin = a.offset > b.offset ? a.offset : b.offset;
	const uint64_t end = range_end(a) < range_end(b) ? range_end(a) : range_end(b);
	return end > begin ? range_between(begin, end) : (Range){a.offset, 0};
}

#endif
