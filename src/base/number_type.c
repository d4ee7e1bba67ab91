/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

enum {
	FLOAT_TEXT = 128
}; /* characters of a number that is not whole */

bool number_type_parse(const char *text, size_t length, NumberType *out, size_t *used)
{
	static const struct {
		char digits[3];
		uint8_t size;
	} sizes[] = {{"8", 1}, {"16", 2}, {"32", 4}, {"64", 8}};

	if (length < 2 || (text[0] != 'u' && text[0] != 'i' && text[0] != 'f'))
		return false;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const size_t width = strlen(sizes[i].digits);
		if (length < 1 + width || memcmp(text + 1, sizes[i].digits, width) != 0)
			continue;
		*out = (NumberType){text[0], sizes[i].size, false};
		*used = 1 + width;
		if (sizes[i].size == 1)
			return text[0] != 'f';
		if (length < *used + 2 || text[*used + 1] != 'e')
			return false;
		out->big_endian = text[*used] == 'b';
		*used += 2;
		return text[*used - 2] == 'b' || text[*used - 2] == 'l';
	}
	return false;
}

static void put_bytes(NumberType type, uint64_t value, uint8_t *dst)
{
	for (size_t i = 0; i < type.size; i++) {
		const size_t at = type.big_endian ? type.size - 1U - i : i;
		dst[at] = (uint8_t)(value >> 8 * i);
	}
}

uint64_t number_decode_unsigned(NumberType type, const uint8_t *src)
{
	uint64_t value = 0;
	for (size_t i = 0; i < type.size; i++) {
		const size_t at = type.big_endian ? i : type.size - 1U - i;
		value = value << 8 | src[at];
	}
	return value;
}

int64_t number_decode_signed(NumberType type, const uint8_t *src)
{
	const uint64_t value = number_decode_unsigned(type, src);
	const uint64_t sign = (uint64_t)1 << (8 * type.size - 1);
	return (int64_t)((value ^ sign) - sign);
}

/* Exact, and without the mathematics library, whose loading costs more than all the rest
 * that mhex would use of it. -1022 <= exponent <= 1023. */
static double power_of_two(int exponent)
{
	const uint64_t bits = (uint64_t)(exponent + 1023) << 52;
	double value = 0;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* The least exponent with value < 2^exponent; of a value below all halves, some
 * exponent below theirs. */
static int exponent_above(double value)
{
	uint64_t bits = 0;
	memcpy(&bits, &value, sizeof(bits));
	return (int)(bits >> 52 & 0x7ff) - 1022;
}

/* To nearest, ties to even; 0 <= value < 2^51. Beyond 2^52 a double has no fraction. */
static double rounded(double value)
{
	const double no_fraction = 0x1p52;
	return value + no_fraction - no_fraction;
}

static double half_to_double(uint16_t half)
{
	const int exponent = half >> 10 & 0x1f;
	const int mantissa = half & 0x3ff;
	double value = 0;
	if (exponent == 0x1f)
		value = mantissa ? NAN : INFINITY;
	else if (exponent == 0)
		value = mantissa * power_of_two(-24);
	else
		value = (mantissa + 0x400) * power_of_two(exponent - 25);
	return half & 0x8000 ? -value : value;
}

/* Rounds to nearest, ties to even, as the processor does; too large becomes infinite. */
static uint16_t double_to_half(double value)
{
	const uint16_t sign = signbit(value) ? 0x8000 : 0;
	const double size = fabs(value);
	if (isnan(value))
		return sign | 0x7e00;
	if (size >= 65520) /* half way from the largest half to the next */
		return sign | 0x7c00;
	const int exponent = exponent_above(size);
	/* size lies in [2^(exponent-1), 2^exponent): 11 bits of it are kept, fewer
	 * below 2^-14. Carrying into the exponent is what rounding up means. */
	const int unit = size > 0 && exponent - 11 > -24 ? exponent - 11 : -24;
	const int kept = (int)rounded(size * power_of_two(-unit));
	return (uint16_t)(sign | (((unit + 24) << 10) + kept));
}

double number_decode_float(NumberType type, const uint8_t *src)
{
	const uint64_t bits = number_decode_unsigned(type, src);
	if (type.size == 2)
		return half_to_double((uint16_t)bits);
	if (type.size == 4) {
		const uint32_t low = (uint32_t)bits;
		float value = 0;
		memcpy(&value, &low, sizeof(value));
		return value;
	}
	double value = 0;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static MhexStatus too_large_for(NumberType type, MhexError *err)
{
	const MhexStatus status = mhex_fail(err, MHEX_E_RANGE, "does not fit %c%d",
					    type.kind, 8 * type.size);
	if (err)
		err->caret = 0;
	return status;
}

static MhexStatus encode_integer(NumberType type, const char *text, size_t length,
				 uint8_t *dst, MhexError *err)
{
	const bool negative = length > 0 && text[0] == '-';
	const size_t sign = negative || (length > 0 && text[0] == '+') ? 1 : 0;
	size_t used = 0;
	Wide value = {0};
	const MhexStatus status =
		number_parse_wide(text + sign, length - sign, &value, &used, err);
	if (status) {
		if (err && err->caret >= 0)
			err->caret += (int)sign;
		return status;
	}
	if (sign + used != length)
		return mhex_fail_at(err, sign + used, "not a part of a number");
	if (negative)
		(void)wide_subtract(wide_from_unsigned(0), value, &value);
	/* All above the bits that count is the sign. */
	const unsigned bits = 8U * type.size - (type.kind == 'i' ? 1 : 0);
	const bool ones = type.kind == 'i' && wide_is_negative(value);
	const Wide above = wide_shift_right(value, bits);
	if (wide_compare(above, wide_from_signed(ones ? -1 : 0)) != 0)
		return too_large_for(type, err);
	put_bytes(type, value.low, dst);
	return MHEX_OK;
}

/* strtod() with a point for the decimal point, whatever the locale. */
static MhexStatus parse_float(const char *text, size_t length, double *out, float *single,
			      MhexError *err)
{
	char copy[FLOAT_TEXT];
	if (length == 0 || length >= sizeof(copy) || memchr(text, '\0', length))
		return mhex_fail_at(err, 0, "a number is missing");
	memcpy(copy, text, length);
	copy[length] = '\0';
	const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!plain)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	char *end = copy;
	if (!strchr(" \t\n\v\f\r", copy[0]))
		*out = strtod_l(copy, &end, plain);
	*single = strtof_l(copy, NULL, plain);
	freelocale(plain);
	if (end == copy || *end)
		return mhex_fail_at(err, (size_t)(end - copy), "not a number like 3.14");
	return MHEX_OK;
}

static MhexStatus encode_float(NumberType type, const char *text, size_t length,
			       uint8_t *dst, MhexError *err)
{
	double value = 0;
	float single = 0;
	uint64_t bits = 0;
	const MhexStatus status = parse_float(text, length, &value, &single, err);
	if (status)
		return status;
	/* Written as infinite it is meant so; become infinite it does not fit. */
	const bool infinite = memchr(text, 'n', length) || memchr(text, 'N', length);
	if (type.size == 2) {
		bits = double_to_half(value);
		if ((bits & 0x7fff) == 0x7c00 && !infinite)
			return too_large_for(type, err);
	} else if (type.size == 4) {
		uint32_t low = 0;
		memcpy(&low, &single, sizeof(low));
		bits = low;
		if (isinf(single) && !infinite)
			return too_large_for(type, err);
	} else {
		memcpy(&bits, &value, sizeof(bits));
		if (isinf(value) && !infinite)
			return too_large_for(type, err);
	}
	put_bytes(type, bits, dst);
	return MHEX_OK;
}

MhexStatus number_encode(NumberType type, const char *text, size_t length, uint8_t *dst,
			 MhexError *err)
{
	return type.kind == 'f' ? encode_float(type, text, length, dst, err)
				: encode_integer(type, text, length, dst, err);
}
