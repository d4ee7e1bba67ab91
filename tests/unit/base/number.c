/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(number, .timeout = 100);

Test(number, literals_are_read)
{
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{"0", 0},
		{"31", 31},
		{"0x1f", 31},
		{"0X1F", 31},
		{"1fh", 31},
		{"1FH", 31},
		{"0ffh", 255},
		{"0o17", 15},
		{"0O17", 15},
		{"0b101", 5},
		{"0B101", 5},
		{"0b1h", 0xb1}, /* the h wins */
		{"0b101h", 0xb101},
		{"0bh", 0xb},
		{"1_000", 1000},
		{"0x_ff_ff", 0xffff},
		{"1_0h", 16},
		{"010", 10}, /* leading zeros mean nothing */
		{"000", 0},
		{"0008", 8},
		{"4k", 4096},
		{"4K", 4096},
		{"1m", 1 << 20},
		{"2g", (uint64_t)2 << 30},
		{"8t", (uint64_t)8 << 40},
		{"0x10k", 16384},
		{"10hk", 16384},
		{"0b11k", 3072},
		{"18446744073709551615", UINT64_MAX},
		{"0xffffffffffffffff", UINT64_MAX},
		{"0x0000000000000000000000000000000000000000001", 1},
		{"16777215t", (uint64_t)16777215 << 40},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t length = strlen(cases[i].text);
		uint64_t value = 99;
		size_t used = 0;
		MhexError err = {0};

		const MhexStatus status =
			number_parse_literal(cases[i].text, length, &value, &used, &err);

		cr_expect(zero(int, (int)status), "%s: %s", cases[i].text, err.message);
		cr_expect(eq(u64, value, cases[i].value), "%s", cases[i].text);
		cr_expect(eq(sz, used, length), "%s", cases[i].text);
	}
}

Test(number, what_is_no_literal_is_refused_at_its_fault)
{
	static const struct {
		const char *text;
		int caret;
		MhexStatus status;
	} cases[] = {
		{"", 0, MHEX_E_SYNTAX},
		{"x1f", 0, MHEX_E_SYNTAX},
		{"ffh", 0, MHEX_E_SYNTAX}, /* begins with no digit */
		{"k", 0, MHEX_E_SYNTAX},
		{"-1", 0, MHEX_E_SYNTAX},
		{"0x", 2, MHEX_E_SYNTAX},
		{"0b", 2, MHEX_E_SYNTAX},
		{"0o", 2, MHEX_E_SYNTAX},
		{"0xk", 2, MHEX_E_SYNTAX},
		{"1f", 1, MHEX_E_SYNTAX},
		{"0x1g2", 3, MHEX_E_SYNTAX},
		{"0b102", 4, MHEX_E_SYNTAX},
		{"0o18", 3, MHEX_E_SYNTAX},
		{"1__0", 1, MHEX_E_SYNTAX},
		{"10_", 2, MHEX_E_SYNTAX},
		{"0x1fh", 4, MHEX_E_SYNTAX},
		{"4kk", 1, MHEX_E_SYNTAX},
		{"18446744073709551616", 0, MHEX_E_RANGE},
		{"16777216t", 0, MHEX_E_RANGE},
		{"999999999999999999999999999999999999999999999", 0, MHEX_E_RANGE},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 99;
		size_t used = 9;
		MhexError err = {.caret = -1};

		const MhexStatus status = number_parse_literal(
			cases[i].text, strlen(cases[i].text), &value, &used, &err);

		cr_expect(eq(int, (int)status, (int)cases[i].status), "%s",
			  cases[i].text);
		cr_expect(eq(int, err.caret, cases[i].caret), "%s: %s", cases[i].text,
			  err.message);
		cr_expect(zero(sz, used), "%s", cases[i].text);
		cr_expect(eq(u64, value, 99), "%s", cases[i].text);
	}
}

Test(number, a_literal_ends_where_its_word_ends)
{
	uint64_t value = 0;
	size_t used = 0;

	cr_assert(zero(int, (int)number_parse_literal("12+3", 4, &value, &used, NULL)));
	cr_expect(eq(u64, value, 12));
	cr_expect(eq(sz, used, 2));
	cr_assert(zero(int, (int)number_parse_literal("1234", 2, &value, &used, NULL)));
	cr_expect(eq(u64, value, 12), "and where the text ends");
}

Test(number, wide_literals_go_beyond_64_bits)
{
	const Wide largest = {.high = INT64_MAX, .low = UINT64_MAX};
	Wide value = {0};
	size_t used = 0;
	const char *text = "0x7fffffffffffffffffffffffffffffff";

	cr_assert(zero(int,
		       (int)number_parse_wide(text, strlen(text), &value, &used, NULL)));
	cr_expect(eq(int, wide_compare(value, largest), 0));
	text = "0x80000000000000000000000000000000";
	cr_expect(eq(int, (int)number_parse_wide(text, strlen(text), &value, &used, NULL),
		     (int)MHEX_E_RANGE));
}

Test(number, a_hexadecimal_number_without_a_mark_comes_with_a_hint)
{
	uint64_t value = 0;
	size_t used = 0;
	MhexError err = {0};

	(void)number_parse_literal("1f", 2, &value, &used, &err);

	cr_expect(ne(ptr, strstr(err.message, "0x1f or 1fh"), NULL), "%s", err.message);
}
