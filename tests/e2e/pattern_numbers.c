/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Numbers of every type and in ranges; to grep a range is alternatives of ranges of
 * bytes. */

#include <math.h>
#include <string.h>

#include "e2e/pattern_maker_parts.h"
#include "unit/analysis/random.h"

typedef struct {
	unsigned size;
	bool big_endian;
	bool several; /* something has been said */
	uint64_t low, high;
	uint8_t from[8], to[8]; /* of each byte, the highest first */
} Span;

static void say_bytes(Maker *maker, Span *span)
{
	maker_say(maker, span->several ? "|" : "");
	span->several = true;
	for (unsigned i = 0; i < span->size; i++) {
		const unsigned at = span->big_endian ? i : span->size - 1 - i;
		maker_say_range(maker, span->from[at], span->to[at]);
	}
}

/* The numbers of a span whose first bytes are those of both limits, of one, or neither.
 */
static void say_span(Maker *maker, Span *span, unsigned at, bool at_low, bool at_high)
{
	if (at == span->size) {
		say_bytes(maker, span);
		return;
	}
	const unsigned shift = 8 * (span->size - 1 - at);
	unsigned low = at_low ? span->low >> shift & 0xff : 0;
	unsigned high = at_high ? span->high >> shift & 0xff : 0xff;
	const unsigned first = low;
	const unsigned last = high;
	const bool one = at_low && at_high && first == last;
	low += at_low ? 1 : 0;
	high -= at_high ? 1 : 0;
	if (at_low) {
		span->from[at] = span->to[at] = (uint8_t)first;
		say_span(maker, span, at + 1, true, one);
	}
	if (at_high && !one) {
		span->from[at] = span->to[at] = (uint8_t)last;
		say_span(maker, span, at + 1, false, true);
	}
	if (!one && low <= high && high < 256) {
		span->from[at] = (uint8_t)low;
		span->to[at] = (uint8_t)high;
		say_span(maker, span, at + 1, false, false);
	}
}

static uint64_t ones(unsigned size)
{
	return size == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * size) - 1;
}

static void add_span(Maker *maker, Span *span, uint64_t low, uint64_t high)
{
	span->low = low & ones(span->size);
	span->high = high & ones(span->size);
	say_span(maker, span, 0, true, true);
}

static uint64_t take_bits(Maker *maker, const Span *span)
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < span->size; i++) {
		const unsigned rank = span->big_endian ? span->size - 1 - i : i;
		bits |= (uint64_t)maker_take(maker) << 8 * rank;
	}
	return bits;
}

static const char *endian(const Span *span)
{
	if (span->size == 1)
		return "";
	return span->big_endian ? "be" : "le";
}

static uint64_t some_distance(const Maker *maker, unsigned size)
{
	return (next_random(maker->state) & ones(size)) >>
	       maker_below(maker, 8 * (size_t)size);
}

static void make_unsigned(Maker *maker, Span *span)
{
	const uint64_t bits = take_bits(maker, span);
	const uint64_t under = some_distance(maker, span->size);
	const uint64_t over = some_distance(maker, span->size);
	const uint64_t low =
		maker_below(maker, 4) == 0 || under > bits ? bits : bits - under;
	const uint64_t high = maker_below(maker, 4) == 0 || over > ones(span->size) - bits
				      ? bits
				      : bits + over;
	maker_put(maker, "u%u%s:%llu", 8 * span->size, endian(span),
		  (unsigned long long)low);
	maker_put(maker, low == high ? " " : "..%llu ", (unsigned long long)high);
	add_span(maker, span, low, high);
}

static void make_signed(Maker *maker, Span *span)
{
	const unsigned shift = 64 - 8 * span->size;
	const int64_t value = (int64_t)(take_bits(maker, span) << shift) >> shift;
	const int64_t most = (int64_t)(ones(span->size) >> 1);
	const int64_t under = (int64_t)(some_distance(maker, span->size) >> 1);
	const int64_t over = (int64_t)(some_distance(maker, span->size) >> 1);
	const int64_t low = value < -most - 1 + under ? value : value - under;
	const int64_t high = value > most - over ? value : value + over;
	maker_put(maker, "i%u%s:%lld..%lld ", 8 * span->size, endian(span),
		  (long long)low, (long long)high);
	if (low < 0)
		add_span(maker, span, (uint64_t)low,
			 high < 0 ? (uint64_t)high : UINT64_MAX);
	if (high >= 0)
		add_span(maker, span, low < 0 ? 0 : (uint64_t)low, (uint64_t)high);
}

static double decode_float(unsigned size, uint64_t bits)
{
	double value = 0;
	float narrow = 0;
	const uint32_t low = (uint32_t)bits;
	if (size == 8) {
		memcpy(&value, &bits, sizeof(value));
		return value;
	}
	if (size == 4) {
		memcpy(&narrow, &low, sizeof(narrow));
		return narrow;
	}
	const int exponent = low >> 10 & 0x1f;
	const int fraction = low & 0x3ff;
	if (exponent == 0x1f)
		return fraction ? NAN : INFINITY;
	return exponent ? ldexp(fraction + 0x400, exponent - 25) : ldexp(fraction, -24);
}

/* Of the numbers without a sign, which ascend with their bits, the first that is at least
 * (or beyond) limit. */
static uint64_t first_float(unsigned size, double value, double sign, double limit,
			    bool beyond)
{
	const uint64_t end[] = {[2] = 0x7c00, [4] = 0x7f800000, [8] = 0x7ff0000000000000};
	uint64_t low = 0;
	uint64_t high = end[size] + 1;
	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;
		const double distance =
			sign * (sign * decode_float(size, middle) - value);
		if (beyond ? distance > limit : distance >= limit)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void make_float(Maker *maker, Span *span)
{
	const uint64_t sign_bit = (uint64_t)1 << (8 * span->size - 1);
	const uint64_t bits = take_bits(maker, span);
	double value = decode_float(span->size, bits & ~sign_bit);
	if (!isfinite(value) || value > 1e300)
		value = 1.5;
	value = bits & sign_bit ? -value : value;
	const double part =
		ldexp(1 + (double)maker_below(maker, 100), -(int)maker_below(maker, 40));
	const double epsilon = maker_below(maker, 8) == 0 ? 0 : fabs(value) * part;
	maker_put(maker, "f%u%s:%.17g~%.17g ", 8 * span->size, endian(span), value,
		  epsilon);
	for (int i = 0; i < 2; i++) {
		const double sign = i ? -1 : 1;
		const uint64_t low =
			first_float(span->size, value, sign, -epsilon, false);
		const uint64_t end = first_float(span->size, value, sign, epsilon, true);
		if (low < end)
			add_span(maker, span, low | (i ? sign_bit : 0),
				 (end - 1) | (i ? sign_bit : 0));
	}
}

void make_number(Maker *maker)
{
	static const unsigned sizes[] = {1, 2, 4, 8, 2, 4, 8};
	Span span = {.size = sizes[maker_below(maker, 7)],
		     .big_endian = maker_below(maker, 2) == 0};
	if (maker->left < span.size) {
		make_byte(maker);
		return;
	}
	maker_say(maker, "(?:");
	switch (maker_below(maker, span.size > 1 ? 3 : 2)) {
	case 0:
		make_unsigned(maker, &span);
		break;
	case 1:
		make_signed(maker, &span);
		break;
	default:
		make_float(maker, &span);
		break;
	}
	maker_say(maker, ")");
}
