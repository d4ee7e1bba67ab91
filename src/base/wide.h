/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_WIDE_H
#define MHEX_BASE_WIDE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Signed integers of 128 bits, for what expressions reckon in, so that nothing wraps
 * on the way to 64 bits. Compilers have such a type on machines of 64 bits only; this
 * is the same on all.
 *
 * Two's complement. What can overflow returns false then and leaves *out as it was.
 */
typedef struct {
	uint64_t high;
	uint64_t low;
} Wide;

enum {
	WIDE_BITS = 128,
};

Wide wide_from_unsigned(uint64_t value);
Wide wide_from_signed(int64_t value);

/* False when it is negative or needs more than 64 bits. */
bool wide_to_unsigned(Wide value, uint64_t *out);

bool wide_is_negative(Wide value);

/* Less than, equal to or greater than 0, as a is to b. */
int wide_compare(Wide a, Wide b);

Wide wide_and(Wide a, Wide b);
Wide wide_or(Wide a, Wide b);
Wide wide_xor(Wide a, Wide b);
Wide wide_not(Wide value);

bool wide_add(Wide a, Wide b, Wide *out);
bool wide_subtract(Wide a, Wide b, Wide *out);
bool wide_multiply(Wide a, Wide b, Wide *out);

/* Towards zero, as C divides; the remainder has the sign of a. b is not 0. */
bool wide_divide(Wide a, Wide b, Wide *quotient, Wide *remainder);

/* bits < WIDE_BITS. Right keeps the sign; left fails where a bit that counts is lost. */
Wide wide_shift_right(Wide value, unsigned bits);
bool wide_shift_left(Wide value, unsigned bits, Wide *out);

#endif
