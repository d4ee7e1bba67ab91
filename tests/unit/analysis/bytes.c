/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mhex/pattern.h"

struct bytes_case {
	char text[64];
	char want[64]; /* hexadecimal; "!N": refused with the caret at N */
};

static void describe(MhexStatus status, const uint8_t *bytes, size_t length,
		     const MhexError *err, char out[64])
{
	size_t used = 0;
	out[0] = '\0';
	if (status) {
		(void)snprintf(out, 64, "!%d", err->caret);
		return;
	}
	for (size_t i = 0; i < length && used < 60; i++)
		used += (size_t)snprintf(out + used, 64 - used, "%02x", bytes[i]);
}

static void check_bytes(const struct bytes_case *c)
{
	uint8_t *bytes = NULL;
	size_t length = 0;
	MhexError err = {.caret = -1};
	char got[64];

	const MhexStatus status =
		bytes_parse(c->text, strlen(c->text), &bytes, &length, &err);
	describe(status, bytes, length, &err, got);

	const int differs = strcmp(got, c->want);
	cr_expect_eq(differs, 0, "%s: %s, not %s (%s)", c->text, got, c->want,
		     err.message);
	free(bytes);
}

Test(bytes, are_read_as_the_manual_says)
{
	static const struct bytes_case cases[] = {
		{"", ""},
		{"\"\"", ""},
		{"7f454c46", "7f454c46"},
		{"7f 45 4C 46", "7f454c46"},
		{"7f,45, 4c\t46", "7f454c46"},
		{"\\x7f\\x45", "7f45"},
		{"0x7f,0x45", "7f45"},
		{"0X7F45", "7f45"},
		{"7fh 45H", "7f45"},
		{"0b10", "0b10"},
		{"00*16", "00000000000000000000000000000000"},
		{"7f45*2", "7f457f45"},
		{"00*0x3 01", "00000001"},
		{"00*0", ""},
		{"\"ELF\\0\"", "454c4600"},
		{"\"a b,c\"", "6120622c63"},
		{"\"\\xff\\\"\"*2", "ff22ff22"},
		{"utf16le\"MZ\"", "4d005a00"},
		{"utf16be\"MZ\"", "004d005a"},
		{"latin1\"\xc3\xa9\"", "e9"},
		{"cp437\"\xc3\xa9\"", "82"},
		{"ebcdic\"A\"", "c1"},
		{"u32le:1234", "d2040000"},
		{"u32be:0x1234", "00001234"},
		{"i16be:-5", "fffb"},
		{"i8:-128", "80"},
		{"u8:255", "ff"},
		{"f32le:1.5", "0000c03f"},
		{"f64be:-2", "c000000000000000"},
		{"u16le:5*2 ff", "05000500ff"},
		/* Refused. */
		{"7", "!1"},
		{"7f4", "!3"},
		{"7f zz", "!3"},
		{"0x", "!2"},
		{"7f 4g", "!4"},
		{"u8:256", "!3"},
		{"u16le:", "!6"},
		{"7f \"abc", "!3"},
		{"nosuch\"a\"", "!0"},
		{"latin1\"\xe2\x82\xac\"", "!6"},
		{"7f ??", "!3"},
		{"4?", "!0"},
		{"\"a\"i", "!0"},
		{"7f [30-39]", "!3"},
		{"u16le:1..2", "!0"},
		{"00*", "!3"},
		{"00*65m", "!0"},
		{"7f45*2x", "!6"},
		{"\"a\"\"b\"", "!3"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_bytes(&cases[i]);
}

Test(bytes, may_leave_whole_bytes_alone_in_a_replacement)
{
	uint8_t *bytes = NULL;
	uint8_t *keep = NULL;
	size_t length = 0;
	MhexError err;

	cr_assert(eq(int,
		     bytes_parse_masked("90 ??*2 41", 10, &bytes, &keep, &length, &err),
		     MHEX_OK));

	cr_assert(eq(sz, length, 4));
	cr_expect(eq(int, memcmp(keep, "\0\1\1\0", 4), 0));
	cr_expect(eq(int, bytes[0], 0x90));
	cr_expect(eq(int, bytes[3], 0x41));
	free(bytes);
	free(keep);
}

Test(bytes, may_not_leave_half_a_byte_alone)
{
	uint8_t *bytes = NULL;
	uint8_t *keep = NULL;
	size_t length = 0;
	MhexError err = {.caret = -1};

	cr_expect(eq(int, bytes_parse_masked("90 4?", 5, &bytes, &keep, &length, &err),
		     MHEX_E_SYNTAX));

	cr_expect(eq(int, err.caret, 3));
}

Test(bytes, refuses_more_than_memory_should_hold)
{
	uint8_t *bytes = NULL;
	size_t length = 0;

	cr_expect(eq(int,
		     bytes_parse("00*18446744073709551615", 23, &bytes, &length, NULL),
		     MHEX_E_RANGE));
	cr_expect(eq(int, bytes_parse("00*40m 00*40m", 13, &bytes, &length, NULL),
		     MHEX_E_RANGE));
}

struct operand_case {
	char text[24];
	size_t width;
	bool big_endian;
};

static void check_operand(const struct operand_case *c)
{
	size_t width = 0;
	bool big_endian = true;

	bytes_operand_type(c->text, strlen(c->text), &width, &big_endian);

	cr_expect_eq(width, c->width, "%s: %zu", c->text, width);
	cr_expect_eq(big_endian, c->big_endian, "%s", c->text);
}

Test(bytes, give_an_operand_its_width)
{
	static const struct operand_case cases[] = {
		{"u16le:1", 2, false},
		{"u32be:7", 4, true},
		{"f64be:1", 8, true},
		{"u8:5", 1, false},
		{"01 02", 1, false},
		{"u16le:1*2", 1, false},
		{"", 1, false},
		{"u16le:1 00", 1, false},
		{"zz", 1, false},
		{"00 u16le:1", 1, false},
		{"u16be:1 u16be:2", 1, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_operand(&cases[i]);
}
