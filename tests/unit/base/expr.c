/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/expr.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(expr, .timeout = 100);

enum {
	CURSOR = 0x100,
	SIZE = 0x1000,
};

static bool find_mark(void *context, const char *name, size_t length, uint64_t *offset)
{
	(void)context;
	*offset = length == 1 ? 0x40 : 0x80;
	return name[0] == 'a';
}

/* The document holds its own offsets: 00 01 02 ... ff 00 ... */
static MhexStatus read_bytes(void *context, uint64_t offset, void *dst, size_t length,
			     MhexError *err)
{
	uint8_t *bytes = dst;
	(void)context;
	if (offset >= 0x800)
		return mhex_fail(err, MHEX_E_IO, "lost");
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(offset + i);
	return MHEX_OK;
}

static const ExprEnv env = {
	.cursor = CURSOR, .size = SIZE, .mark = find_mark, .read = read_bytes};

typedef struct {
	const char *text;
	uint64_t value;
} Case;

static void expect_values(const ExprEnv *with, const Case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		MhexError err = {0};
		uint64_t value = 99;
		const MhexStatus status = expr_parse(cases[i].text, strlen(cases[i].text),
						     with, &value, &err);
		cr_expect(zero(int, (int)status), "%s: %s", cases[i].text, err.message);
		cr_expect(eq(u64, value, cases[i].value), "%s", cases[i].text);
	}
}

#define EXPECT_VALUES(cases) expect_values(&env, (cases), sizeof(cases) / sizeof(Case))

Test(expr, names_of_places)
{
	static const Case cases[] = {
		{".", CURSOR},    {"$", SIZE},    {"'a", 0x40},   {"'ab", 0x80},
		{"0x1f", 0x1f},   {"1fh", 0x1f},  {" 5 ", 5},     {"\t5", 5},
		{"(5)", 5},       {"((.))", 256}, {"'a + 1", 65}, {". + 1", 257},
		{"$ - 1", 0xfff}, {"$-1", 0xfff}, {"0b1h", 0xb1}, {".+.", 512},
	};
	EXPECT_VALUES(cases);
}

Test(expr, the_precedence_is_that_of_c)
{
	static const Case cases[] = {
		{"1 + 2 * 3", 7},     {"(1 + 2) * 3", 9},    {"10 - 3 - 2", 5},
		{"100 / 10 / 5", 2},  {"1 << 2 + 1", 8},     {"6 & 3 << 1", 6},
		{"1 | 2 ^ 3 & 1", 3}, {"5 & 6 | 8", 12},     {"0x10 >> 1 << 2", 32},
		{"~0 & 0xff", 255},   {"2 * -3 + 10", 4},    {"2 - -3", 5},
		{"7 % 4 * 2", 6},     {"0xff ^ 0x0f", 0xf0}, {"1+2*3", 7},
	};
	EXPECT_VALUES(cases);
}

Test(expr, percent_and_remainder_are_told_apart_by_the_blank)
{
	static const Case cases[] = {
		{"50%", SIZE / 2},
		{"100%", SIZE},
		{"0%", 0},
		{"33%", SIZE * 33 / 100},
		{"0x10%", SIZE * 16 / 100},
		{"50% + 1", SIZE / 2 + 1},
		{"50%-1", SIZE / 2 - 1},
		{"(50%)", SIZE / 2},
		{"100 % 7", 2},
		{"100 %7", 2},
		{"(100)%7", 2},
		{"$%7", SIZE % 7},
		{".%7", CURSOR % 7},
		{"'a%7", 0x40 % 7},
		{"50% % 1000", SIZE / 2 % 1000},
		{"100 % 50%", 100},
	};
	EXPECT_VALUES(cases);
}

Test(expr, percent_of_the_largest_size_does_not_wrap)
{
	static const ExprEnv large = {.size = UINT64_MAX};
	static const Case cases[] = {
		{"100%", UINT64_MAX},
		{"50%", UINT64_MAX / 2},
		{"1%", UINT64_MAX / 100},
		{"$", UINT64_MAX},
	};
	expect_values(&large, cases, sizeof(cases) / sizeof(cases[0]));
}

Test(expr, a_leading_sign_is_relative_to_the_cursor)
{
	static const Case cases[] = {
		{"+16", CURSOR + 16}, {"-1", CURSOR - 1},     {" +1", CURSOR + 1},
		{"+ 1", CURSOR + 1},  {"+4k", CURSOR + 4096}, {"-1+3", CURSOR + 2},
		{"+2*3", CURSOR + 6}, {"-0x100", 0},          {"+0", CURSOR},
		{"+.", 2 * CURSOR},   {"(-1) + 5", 4},        {"~0 & 7", 7},
		{"- 1", CURSOR - 1},  {"+$", CURSOR + SIZE},  {"--1", CURSOR + 1},
	};
	EXPECT_VALUES(cases);
}

Test(expr, values_are_read_from_the_document)
{
	static const Case cases[] = {
		{"u8@0x3c", 0x3c},
		{"u16le@0x10", 0x1110},
		{"u16be@0x10", 0x1011},
		{"u32le@0x3c", 0x3f3e3d3c},
		{"u32le@0x3c + 0x18", 0x3f3e3d3c + 0x18},
		{"u8@(0x3c + 0x18)", 0x54},
		{"u8@.", 0},
		{"u8@'a", 0x40},
		{"i8@0x7f", 0x7f},
		{"u64be@0", 0x0001020304050607},
		{"i8@0xff + 1", 0},
		{"(u8@5) * 2", 10},
		{"u8@5 * 2", 10},
		{"+u8@5", CURSOR + 5},
		{"u8@(u8@7)", 7},
		{"u8@ 9", 9},
	};
	EXPECT_VALUES(cases);
}

Test(expr, intermediate_values_have_128_bits)
{
	static const Case cases[] = {
		{"0xffffffffffffffff * 16 / 16", UINT64_MAX},
		{"1 << 64 >> 1", (uint64_t)1 << 63},
		{"(1 << 64) - 1", UINT64_MAX},
		{"0xffffffffffffffff + 1 - 1", UINT64_MAX},
		{"0 - 5 + 7", 2},
		{"(0 - 16) >> 2 & 0xff", 0xfc},
		{"(0 - 7) / 2 + 10", 7},
		{"(0 - 7) % 3 + 10", 9},
		{"1 << 126 >> 120", 64},
	};
	EXPECT_VALUES(cases);
}

typedef struct {
	const char *text;
	MhexStatus status;
	int caret;
} Bad;

static void expect_refused(const ExprEnv *with, const Bad *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		MhexError err = {.caret = -1};
		uint64_t value = 99;
		const MhexStatus status = expr_parse(cases[i].text, strlen(cases[i].text),
						     with, &value, &err);
		cr_expect(eq(int, (int)status, (int)cases[i].status), "%s: %s",
			  cases[i].text, err.message);
		cr_expect(eq(int, err.caret, cases[i].caret), "%s: %s", cases[i].text,
			  err.message);
		cr_expect(eq(u64, value, 99), "%s", cases[i].text);
		cr_expect(ne(chr, err.message[0], '\0'), "%s", cases[i].text);
	}
}

#define EXPECT_REFUSED(cases) expect_refused(&env, (cases), sizeof(cases) / sizeof(Bad))

Test(expr, syntax_errors_have_a_caret)
{
	static const Bad cases[] = {
		{"", MHEX_E_SYNTAX, 0},        {"  ", MHEX_E_SYNTAX, 0},
		{"x", MHEX_E_SYNTAX, 0},       {"ff", MHEX_E_SYNTAX, 0},
		{"5 5", MHEX_E_SYNTAX, 2},     {"5 +", MHEX_E_SYNTAX, 3},
		{"(5", MHEX_E_SYNTAX, 0},      {"5)", MHEX_E_SYNTAX, 1},
		{"'", MHEX_E_SYNTAX, 0},       {"'z", MHEX_E_NOTFOUND, 0},
		{"5 > 4", MHEX_E_SYNTAX, 2},   {"5 < 4", MHEX_E_SYNTAX, 2},
		{"..", MHEX_E_SYNTAX, 0},      {"5..6", MHEX_E_SYNTAX, 1},
		{"50%3", MHEX_E_SYNTAX, 3},    {"1 + 0x", MHEX_E_SYNTAX, 6},
		{"1\n", MHEX_E_SYNTAX, 1},     {"u8@", MHEX_E_SYNTAX, 3},
		{"u8@-1", MHEX_E_SYNTAX, 3},   {"u8@u8@5", MHEX_E_SYNTAX, 3},
		{"f32le@0", MHEX_E_SYNTAX, 0}, {"u16@0", MHEX_E_SYNTAX, 0},
		{"5 !", MHEX_E_SYNTAX, 2},     {"\xff", MHEX_E_SYNTAX, 0},
	};
	EXPECT_REFUSED(cases);
}

Test(expr, values_that_are_none_are_no_wrap)
{
	static const Bad cases[] = {
		{"0 - 1", MHEX_E_RANGE, 0},
		{"-0x101", MHEX_E_RANGE, 0},
		{"18446744073709551616", MHEX_E_RANGE, 0},
		{"0xffffffffffffffff + 1", MHEX_E_RANGE, 0},
		{"+0xffffffffffffffff", MHEX_E_RANGE, 0},
		{"~0", MHEX_E_RANGE, 0},
		{"1 / 0", MHEX_E_RANGE, 2},
		{"1 % 0", MHEX_E_RANGE, 2},
		{"1 << 128", MHEX_E_RANGE, 2},
		{"1 << 127", MHEX_E_RANGE, 2},
		{"1 << (0 - 1)", MHEX_E_RANGE, 2},
		{"1 >> 128", MHEX_E_RANGE, 2},
		{"(1 << 126) * 2", MHEX_E_RANGE, 11},
		{"(1 << 126) + (1 << 126)", MHEX_E_RANGE, 11},
		{"0 - (1 << 126) - (1 << 126) - 1", MHEX_E_RANGE, 28},
		{"u16le@0xfff", MHEX_E_RANGE, 0},
		{"1 + u8@0x1000", MHEX_E_RANGE, 4},
		{"u8@(0 - 1)", MHEX_E_RANGE, 0},
		{"u8@0x900", MHEX_E_IO, 0},
	};
	EXPECT_REFUSED(cases);
}

Test(expr, the_most_negative_value_divided_by_minus_one_is_an_error)
{
	static const Bad cases[] = {
		{"(0 - (1 << 126) - (1 << 126)) / (0 - 1)", MHEX_E_RANGE, 30},
		{"(0 - (1 << 126) - (1 << 126)) % (0 - 1)", MHEX_E_RANGE, 30},
		{"0 + -(0 - (1 << 126) - (1 << 126))", MHEX_E_RANGE, 4},
	};
	EXPECT_REFUSED(cases);
}

Test(expr, without_a_document_there_are_no_marks_and_no_bytes)
{
	static const ExprEnv bare = {.size = 10};
	static const Bad cases[] = {
		{"'a", MHEX_E_NOTFOUND, 0},
		{"u8@0", MHEX_E_UNSUPPORTED, 0},
	};
	expect_refused(&bare, cases, 2);
}

Test(expr, any_depth_is_an_answer)
{
	char text[4000];
	const char *const repeated[] = {"(", "-", "~", "u8@("};
	for (size_t i = 0; i < 4; i++) {
		size_t length = 0;
		const size_t step = strlen(repeated[i]);
		uint64_t value = 0;
		MhexError err = {0};
		while (length + step < sizeof(text)) {
			memcpy(text + length, repeated[i], step);
			length += step;
		}

		const MhexStatus status = expr_parse(text, length, &env, &value, &err);

		cr_expect(eq(int, (int)status, (int)MHEX_E_SYNTAX));
		cr_expect(ne(ptr, strstr(err.message, "too deeply"), NULL), "%s",
			  err.message);
	}
}
