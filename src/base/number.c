/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include <ctype.h>
#include <string.h>

#include "base/digit.h"

/* Independent of the locale, as isalnum() is not. */
static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

static int suffix_shift(char c)
{
	switch (c) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	case 't':
	case 'T':
		return 40;
	default:
		return 0;
	}
}

/* The digits of a literal, without prefix and suffix. */
typedef struct {
	size_t begin, end;
	int base;
	int shift; /* of the suffix */
} Digits;

static Digits split_literal(const char *text, size_t used)
{
	Digits digits = {0, used, 10, suffix_shift(text[used - 1])};
	if (digits.shift > 0)
		digits.end--;
	const char second = digits.end > 1 ? text[1] : '\0';
	const bool zero = text[0] == '0';
	if (zero && (second == 'x' || second == 'X')) {
		digits.base = 16;
		digits.begin = 2;
	} else if (text[digits.end - 1] == 'h' || text[digits.end - 1] == 'H') {
		digits.base = 16; /* also of 0b1h: the h wins */
		digits.end--;
	} else if (zero && (second == 'b' || second == 'B')) {
		digits.base = 2;
		digits.begin = 2;
	} else if (zero && (second == 'o' || second == 'O')) {
		digits.base = 8;
		digits.begin = 2;
	}
	return digits;
}

static MhexStatus bad_digit(const char *text, size_t at, int base, MhexError *err)
{
	if (base == 10 && digit_value(text[at]) >= 0)
		return mhex_fail_at(err, at,
				    "'%c' is no decimal digit; hexadecimal numbers are "
				    "written 0x1f or 1fh",
				    text[at]);
	return mhex_fail_at(err, at, "'%c' is no digit of a number of base %d", text[at],
			    base);
}

static MhexStatus too_large(MhexError *err)
{
	const MhexStatus status = mhex_fail(err, MHEX_E_RANGE, "the number is too large");
	if (err)
		err->caret = 0;
	return status;
}

MhexStatus number_parse_wide(const char *text, size_t length, Wide *out, size_t *used,
			     MhexError *err)
{
	*used = 0;
	size_t end = 0;
	while (end < length && is_word(text[end]))
		end++;
	if (end == 0 || !(text[0] >= '0' && text[0] <= '9'))
		return mhex_fail_at(err, 0, "a number is missing");
	const Digits digits = split_literal(text, end);
	Wide value = {0};
	bool overflow = false;
	if (digits.begin == digits.end)
		return mhex_fail_at(err, digits.begin, "digits are missing");
	for (size_t i = digits.begin; i < digits.end; i++) {
		if (text[i] == '_' && i + 1 < digits.end && text[i + 1] != '_')
			continue;
		const int digit = digit_value_in(text[i], digits.base);
		if (digit < 0)
			return bad_digit(text, i, digits.base, err);
		overflow = overflow ||
			   !wide_multiply(value, wide_from_signed(digits.base), &value) ||
			   !wide_add(value, wide_from_signed(digit), &value);
	}
	overflow = overflow || !wide_shift_left(value, (unsigned)digits.shift, &value);
	if (overflow)
		return too_large(err);
	*out = value;
	*used = end;
	return MHEX_OK;
}

MhexStatus number_parse_literal(const char *text, size_t length, uint64_t *out,
				size_t *used, MhexError *err)
{
	Wide value = {0};
	const MhexStatus status = number_parse_wide(text, length, &value, used, err);
	if (status)
		return status;
	if (!wide_to_unsigned(value, out)) {
		*used = 0;
		return too_large(err);
	}
	return MHEX_OK;
}
