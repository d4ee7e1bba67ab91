/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/inspect_format.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool inspect_unsigned(const InspectRow *row, const uint8_t *bytes, size_t length,
		      char text[INSPECT_TEXT])
{
	(void)length;
	(void)snprintf(text, INSPECT_TEXT, "%" PRIu64,
		       number_decode_unsigned(inspect_type(row, 'u'), bytes));
	return true;
}

bool inspect_signed(const InspectRow *row, const uint8_t *bytes, size_t length,
		    char text[INSPECT_TEXT])
{
	(void)length;
	(void)snprintf(text, INSPECT_TEXT, "%" PRId64,
		       number_decode_signed(inspect_type(row, 'i'), bytes));
	return true;
}

/* Would the text be read as this value again? */
static bool reads_back(const char *text, double value, size_t size)
{
	switch (size) {
	case 2: /* the caller gives as many digits as any of them needs */
		return false;
	case 4:
		return strtof(text, NULL) == (float)value;
	default:
		return strtod(text, NULL) == value;
	}
}

/* Whatever the locale's decimal point is, one '.' takes its place. */
static void use_decimal_point(char *text)
{
	char *out = text;
	for (const char *in = text; *in; in++) {
		const unsigned char c = (unsigned char)*in;
		if (c < 0x80 && (isalnum(c) || c == '-' || c == '+'))
			*out++ = *in;
		else if (out > text && out[-1] != '.')
			*out++ = '.';
	}
	*out = '\0';
}

/* The fewest digits that give the same number back. */
bool inspect_float(const InspectRow *row, const uint8_t *bytes, size_t length,
		   char text[INSPECT_TEXT])
{
	static const struct {
		int least, most;
	} digits[] = {[2] = {5, 5}, [4] = {6, 9}, [8] = {15, 17}};
	const NumberType type = inspect_type(row, 'f');
	const double value = number_decode_float(type, bytes);
	(void)length;
	if (isnan(value)) {
		(void)snprintf(text, INSPECT_TEXT, "nan");
		return true;
	}
	for (int precision = digits[type.size].least;; precision++) {
		(void)snprintf(text, INSPECT_TEXT, "%.*g", precision, value);
		if (precision == digits[type.size].most ||
		    reads_back(text, value, type.size))
			break;
	}
	use_decimal_point(text);
	return true;
}

/* The seven-bit groups of a LEB128, lowest first; bits from 64 on have to be copies of
 * fill. False when the bytes end first, or the value needs more than 64 bits. */
static bool decode_leb128(const uint8_t *bytes, size_t length, bool is_signed,
			  uint64_t *out)
{
	size_t last = 0;
	while (last < length && bytes[last] >= 0x80)
		last++;
	if (last == length)
		return false;
	const bool negative = is_signed && (bytes[last] & 0x40);
	uint64_t value = negative ? UINT64_MAX : 0;
	for (size_t i = 0; i <= last; i++) {
		const uint64_t group = bytes[i] & 0x7f;
		if (i < 9) {
			value &= ~((uint64_t)0x7f << 7 * i);
			value |= group << 7 * i;
			continue;
		}
		/* Of the tenth group one bit is left, of the others nothing. */
		const uint64_t fill = negative ? 0x7f : 0;
		if (i == 9) {
			value = (value & INT64_MAX) | group << 63;
			if (group >> 1 != fill >> 1)
				return false;
		} else if (group != fill) {
			return false;
		}
	}
	*out = value;
	return !is_signed || last < 9 || (value >> 63 != 0) == negative;
}

bool inspect_uleb128(const InspectRow *row, const uint8_t *bytes, size_t length,
		     char text[INSPECT_TEXT])
{
	uint64_t value = 0;
	(void)row;
	if (!decode_leb128(bytes, length, false, &value))
		return false;
	(void)snprintf(text, INSPECT_TEXT, "%" PRIu64, value);
	return true;
}

bool inspect_sleb128(const InspectRow *row, const uint8_t *bytes, size_t length,
		     char text[INSPECT_TEXT])
{
	uint64_t value = 0;
	(void)row;
	if (!decode_leb128(bytes, length, true, &value))
		return false;
	(void)snprintf(text, INSPECT_TEXT, "%" PRId64, (int64_t)value);
	return true;
}
