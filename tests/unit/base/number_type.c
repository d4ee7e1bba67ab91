/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Numbers of a type, as bytes. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

TestSuite(number_type, .timeout = 100);

static NumberType type_of(const char *name)
{
	NumberType type = {0};
	size_t used = 0;
	cr_assert(number_type_parse(name, strlen(name), &type, &used), "%s", name);
	cr_assert(eq(sz, used, strlen(name)), "%s", name);
	return type;
}

Test(number_type, names_are_read)
{
	static const struct {
		const char *name;
		char kind;
		uint8_t size;
		bool big_endian;
	} cases[] = {
		{"u8", 'u', 1, false},    {"i8", 'i', 1, false},
		{"u16le", 'u', 2, false}, {"i16be", 'i', 2, true},
		{"u32le", 'u', 4, false}, {"i32be", 'i', 4, true},
		{"u64be", 'u', 8, true},  {"i64le", 'i', 8, false},
		{"f16le", 'f', 2, false}, {"f32be", 'f', 4, true},
		{"f64le", 'f', 8, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const NumberType type = type_of(cases[i].name);

		cr_expect(eq(chr, type.kind, cases[i].kind), "%s", cases[i].name);
		cr_expect(eq(u8, type.size, cases[i].size), "%s", cases[i].name);
		cr_expect(eq(int, type.big_endian, cases[i].big_endian), "%s",
			  cases[i].name);
	}
}

Test(number_type, other_names_are_none)
{
	static const char *const names[] = {"",      "u",     "u1",   "u16",  "u16l",
					    "u16xe", "u16le", "f8",   "f8le", "x32le",
					    "u24le", "U32le", "u32LE"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		NumberType type;
		size_t used = 0;
		const bool is_one = strcmp(names[i], "u16le") == 0; /* the control */

		cr_expect(eq(int,
			     number_type_parse(names[i], strlen(names[i]), &type, &used),
			     is_one),
			  "%s", names[i]);
	}
}

/* "00 01 ff", or the sentence. */
static const char *encode(const char *type, const char *text)
{
	static char shown[600];
	uint8_t bytes[8];
	MhexError err = {0};
	const NumberType number = type_of(type);
	if (number_encode(number, text, strlen(text), bytes, &err)) {
		(void)snprintf(shown, sizeof(shown), "%d: %s", err.caret, err.message);
		return shown;
	}
	size_t at = 0;
	for (size_t i = 0; i < number.size; i++)
		at += (size_t)snprintf(shown + at, sizeof(shown) - at,
				       i ? " %02x" : "%02x", bytes[i]);
	return shown;
}

Test(number_type, values_become_bytes)
{
	static const struct {
		const char *type, *text, *want;
	} cases[] = {
		{"u8", "255", "ff"},
		{"i8", "-128", "80"},
		{"i8", "127", "7f"},
		{"i8", "+5", "05"},
		{"u16le", "0x1234", "34 12"},
		{"u16be", "0x1234", "12 34"},
		{"i16be", "-5", "ff fb"},
		{"u32le", "1234", "d2 04 00 00"},
		{"u32be", "4k", "00 00 10 00"},
		{"i32le", "-2147483648", "00 00 00 80"},
		{"u64le", "18446744073709551615", "ff ff ff ff ff ff ff ff"},
		{"i64be", "-9223372036854775808", "80 00 00 00 00 00 00 00"},
		{"i64be", "0ffh", "00 00 00 00 00 00 00 ff"},
		{"f64be", "3.14", "40 09 1e b8 51 eb 85 1f"},
		{"f32le", "1", "00 00 80 3f"},
		{"f32be", "-0.0", "80 00 00 00"},
		{"f32be", "0.1", "3d cc cc cd"},
		{"f32be", "inf", "7f 80 00 00"},
		{"f64be", "-inf", "ff f0 00 00 00 00 00 00"},
		{"f16be", "1", "3c 00"},
		{"f16be", "-2.5", "c1 00"},
		{"f16be", "65504", "7b ff"},
		{"f16be", "65519.9", "7b ff"},
		{"f16be", "0.1", "2e 66"},
		{"f16be", "5.9604644775390625e-8", "00 01"},
		{"f16be", "2.98e-8", "00 00"},
		{"f16be", "6.103515625e-5", "04 00"},
		{"f16be", "1.00048828125", "3c 00"}, /* half way: to even */
		{"f16be", "1.00146484375", "3c 02"},
		{"f16be", "2047.9", "68 00"}, /* rounding carries */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = encode(cases[i].type, cases[i].text);
		cr_expect(zero(int, strcmp(got, cases[i].want)), "%s:%s is %s",
			  cases[i].type, cases[i].text, got);
	}
}

Test(number_type, what_does_not_fit_is_no_wrap)
{
	static const struct {
		const char *type, *text, *want;
	} cases[] = {
		{"u8", "256", "0: does not fit u8"},
		{"u8", "-1", "0: does not fit u8"},
		{"i8", "128", "0: does not fit i8"},
		{"i8", "-129", "0: does not fit i8"},
		{"u16le", "64k", "0: does not fit u16"},
		{"u64le", "18446744073709551616", "0: does not fit u64"},
		{"i64le", "9223372036854775808", "0: does not fit i64"},
		{"i64le", "-9223372036854775809", "0: does not fit i64"},
		{"f16le", "65520", "0: does not fit f16"},
		{"f32le", "1e39", "0: does not fit f32"},
		{"f64le", "1e309", "0: does not fit f64"},
		{"u8", "", "0: a number is missing"},
		{"u8", "-", "1: a number is missing"},
		{"u8", "--1", "1: a number is missing"},
		{"u8", "1 ", "1: not a part of a number"},
		{"f32le", "", "0: a number is missing"},
		{"f32le", "x", "0: not a number like 3.14"},
		{"f32le", "3.14x", "4: not a number like 3.14"},
		{"f32le", " 1", "0: not a number like 3.14"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = encode(cases[i].type, cases[i].text);
		cr_expect(zero(int, strcmp(got, cases[i].want)), "%s:%s is %s",
			  cases[i].type, cases[i].text, got);
	}
}

Test(number_type, bytes_become_values)
{
	const uint8_t bytes[8] = {0xfe, 0xff, 0x01, 0x80, 0, 0, 0, 0xff};

	cr_expect(eq(u64, number_decode_unsigned(type_of("u8"), bytes), 0xfe));
	cr_expect(eq(i64, number_decode_signed(type_of("i8"), bytes), -2));
	cr_expect(eq(u64, number_decode_unsigned(type_of("u16le"), bytes), 0xfffe));
	cr_expect(eq(i64, number_decode_signed(type_of("i16be"), bytes), -257));
	cr_expect(eq(u64, number_decode_unsigned(type_of("u32le"), bytes), 0x8001fffe));
	cr_expect(eq(i64, number_decode_signed(type_of("i32le"), bytes), -2147352578));
	cr_expect(eq(u64, number_decode_unsigned(type_of("u64be"), bytes),
		     0xfeff0180000000ffU));
	cr_expect(lt(i64, number_decode_signed(type_of("i64le"), bytes), 0));
}

Test(number_type, every_half_goes_there_and_back)
{
	const NumberType type = type_of("f16le");
	for (unsigned half = 0; half <= 0xffff; half++) {
		const uint8_t bytes[2] = {(uint8_t)half, (uint8_t)(half >> 8)};
		uint8_t again[2] = {0};
		char text[64];
		const double value = number_decode_float(type, bytes);
		if (isnan(value)) {
			cr_assert(eq(uint, half & 0x7c00, 0x7c00));
			cr_assert(ne(uint, half & 0x3ff, 0));
			continue;
		}
		(void)snprintf(text, sizeof(text), "%.20g", value);

		cr_assert(zero(int,
			       (int)number_encode(type, text, strlen(text), again, NULL)),
			  "%s", text);
		cr_assert(zero(int, memcmp(bytes, again, 2)), "%04x is %s", half, text);
	}
}

Test(number_type, floats_are_read)
{
	const uint8_t pi[] = {0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18};
	const uint8_t half[] = {0x00, 0x38};
	const uint8_t single[] = {0x00, 0x00, 0xc0, 0xbf};

	cr_expect(eq(dbl, number_decode_float(type_of("f64be"), pi), 3.141592653589793));
	cr_expect(eq(dbl, number_decode_float(type_of("f16le"), half), 0.5));
	cr_expect(eq(dbl, number_decode_float(type_of("f32le"), single), -1.5));
}
