/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/wide.h"

#include <assert.h>

enum {
	HALF = 64,
	QUARTER = 32,
};

static const uint64_t sign_bit = (uint64_t)1 << (HALF - 1);

Wide wide_from_unsigned(uint64_t value)
{
	return (Wide){.high = 0, .low = value};
}

Wide wide_from_signed(int64_t value)
{
	return (Wide){.high = value < 0 ? UINT64_MAX : 0, .low = (uint64_t)value};
}

bool wide_to_unsigned(Wide value, uint64_t *out)
{
	if (value.high)
		return false;
	*out = value.low;
	return true;
}

bool wide_is_negative(Wide value)
{
	return (value.high & sign_bit) != 0;
}

static int compare_unsigned(Wide a, Wide b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	if (a.low != b.low)
		return a.low < b.low ? -1 : 1;
	return 0;
}

int wide_compare(Wide a, Wide b)
{
	a.high ^= sign_bit;
	b.high ^= sign_bit;
	return compare_unsigned(a, b);
}

Wide wide_and(Wide a, Wide b)
{
	return (Wide){.high = a.high & b.high, .low = a.low & b.low};
}

Wide wide_or(Wide a, Wide b)
{
	return (Wide){.high = a.high | b.high, .low = a.low | b.low};
}

Wide wide_xor(Wide a, Wide b)
{
	return (Wide){.high = a.high ^ b.high, .low = a.low ^ b.low};
}

Wide wide_not(Wide value)
{
	return (Wide){.high = ~value.high, .low = ~value.low};
}

static Wide add_wrapping(Wide a, Wide b)
{
	const uint64_t low = a.low + b.low;
	return (Wide){.high = a.high + b.high + (low < a.low), .low = low};
}

static Wide negate_wrapping(Wide value)
{
	return add_wrapping(wide_not(value), wide_from_unsigned(1));
}

bool wide_add(Wide a, Wide b, Wide *out)
{
	const Wide sum = add_wrapping(a, b);
	if (wide_is_negative(a) == wide_is_negative(b) &&
	    wide_is_negative(sum) != wide_is_negative(a))
		return false;
	*out = sum;
	return true;
}

bool wide_subtract(Wide a, Wide b, Wide *out)
{
	const Wide difference = add_wrapping(a, negate_wrapping(b));
	if (wide_is_negative(a) != wide_is_negative(b) &&
	    wide_is_negative(difference) != wide_is_negative(a))
		return false;
	*out = difference;
	return true;
}

/* --- by magnitudes, which are unsigned: that of the least value is 2^127 --- */

static Wide magnitude(Wide value)
{
	return wide_is_negative(value) ? negate_wrapping(value) : value;
}

static bool with_sign(Wide size, bool negative, Wide *out)
{
	const Wide value = negative ? negate_wrapping(size) : size;
	const bool is_zero = !size.high && !size.low;
	if (!is_zero && wide_is_negative(value) != negative)
		return false;
	*out = value;
	return true;
}

static Wide multiply_halves(uint64_t a, uint64_t b)
{
	const uint64_t a_high = a >> QUARTER, a_low = a & UINT32_MAX;
	const uint64_t b_high = b >> QUARTER, b_low = b & UINT32_MAX;
	const uint64_t low = a_low * b_low;
	const uint64_t first = a_high * b_low + (low >> QUARTER);
	const uint64_t second = a_low * b_high + (first & UINT32_MAX);
	return (Wide){
		.high = a_high * b_high + (first >> QUARTER) + (second >> QUARTER),
		.low = second << QUARTER | (low & UINT32_MAX),
	};
}

bool wide_multiply(Wide a, Wide b, Wide *out)
{
	const bool negative = wide_is_negative(a) != wide_is_negative(b);
	const Wide x = magnitude(a), y = magnitude(b);
	if (x.high && y.high)
		return false;
	Wide product = multiply_halves(x.low, y.low);
	const Wide cross =
		x.high ? multiply_halves(x.high, y.low) : multiply_halves(x.low, y.high);
	if (cross.high || cross.low > UINT64_MAX - product.high)
		return false;
	product.high += cross.low;
	return with_sign(product, negative, out);
}

/* One bit after the other, the highest first. */
bool wide_divide(Wide a, Wide b, Wide *quotient, Wide *remainder)
{
	const Wide divisor = magnitude(b);
	const Wide dividend = magnitude(a);
	Wide whole = {0}, rest = {0};
	assert(b.high || b.low);
	for (unsigned bit = WIDE_BITS; bit-- > 0;) {
		const uint64_t half = bit >= HALF ? dividend.high : dividend.low;
		/* rest < divisor <= 2^127, so the sum below does not wrap. */
		rest = add_wrapping(rest, rest);
		rest.low |= half >> bit % HALF & 1;
		whole = add_wrapping(whole, whole);
		if (compare_unsigned(rest, divisor) >= 0) {
			rest = add_wrapping(rest, negate_wrapping(divisor));
			whole.low |= 1;
		}
	}
	return with_sign(whole, wide_is_negative(a) != wide_is_negative(b), quotient) &&
	       with_sign(rest, wide_is_negative(a), remainder);
}

Wide wide_shift_right(Wide value, unsigned bits)
{
	const uint64_t sign = wide_is_negative(value) ? UINT64_MAX : 0;
	assert(bits < WIDE_BITS);
	if (bits >= HALF) {
		value = (Wide){.high = sign, .low = value.high};
		bits -= HALF;
	}
	if (bits == 0)
		return value;
	return (Wide){
		.high = value.high >> bits | sign << (HALF - bits),
		.low = value.low >> bits | value.high << (HALF - bits),
	};
}

bool wide_shift_left(Wide value, unsigned bits, Wide *out)
{
	Wide shifted = value;
	const unsigned left = bits % HALF;
	assert(bits < WIDE_BITS);
	if (bits >= HALF)
		shifted = (Wide){.high = value.low, .low = 0};
	if (left > 0)
		shifted = (Wide){
			.high = shifted.high << left | shifted.low >> (HALF - left),
			.low = shifted.low << left,
		};
	if (wide_compare(wide_shift_right(shifted, bits), value) != 0)
		return false;
	*out = shifted;
	return true;
}
