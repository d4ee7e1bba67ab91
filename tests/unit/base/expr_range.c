/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Ranges. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/expr.h"

TestSuite(expr_range, .timeout = 100);

enum {
	CURSOR = 0x100,
	SIZE = 0x1000,
};

static const ExprEnv env = {
	.cursor = CURSOR, .size = SIZE, .has_selection = true, .selection = {0x20, 8}};

Test(expr_range, every_form_is_read)
{
	static const struct {
		const char *text;
		Range range;
	} cases[] = {
		{"0..16", {0, 16}},
		{"0x10 .. 0x20", {16, 16}},
		{"5..5", {5, 0}},
		{"..16", {0, 16}},
		{"5..", {5, SIZE - 5}},
		{"5 ..", {5, SIZE - 5}},
		{"..", {0, SIZE}},
		{" .. ", {0, SIZE}},
		{"0..$", {0, SIZE}},
		{"$..", {SIZE, 0}},
		{"$..$", {SIZE, 0}},
		{"5,+3", {5, 3}},
		{"5 , + 3", {5, 3}},
		{"5,+0", {5, 0}},
		{"0,+4k", {0, SIZE}},
		{"1+1,+1+1", {2, 2}},
		{".,+16", {CURSOR, 16}},
		{"%", {0, SIZE}},
		{" % ", {0, SIZE}},
		{".", {CURSOR, 1}},
		{"sel", {0x20, 8}},
		{" sel ", {0x20, 8}},
		{"...", {0, CURSOR}}, /* ".." is read before "." */
		{". ..$", {CURSOR, SIZE - CURSOR}},
		{".+1..$", {CURSOR + 1, SIZE - CURSOR - 1}},
		{".+1...+5", {CURSOR + 1, 4}},
		{"+4..+8", {CURSOR + 4, 4}},
		{"-4..+4", {CURSOR - 4, 8}},
		{"25%..50%", {SIZE / 4, SIZE / 4}},
		{"10%,+10%", {SIZE / 10, SIZE / 10}},
		{"(1)..(2)", {1, 1}},
		{"1fh..2fh", {0x1f, 16}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		MhexError err = {0};
		Range range = {99, 99};

		const MhexStatus status = expr_parse_range(
			cases[i].text, strlen(cases[i].text), &env, &range, &err);

		cr_expect(zero(int, (int)status), "%s: %s", cases[i].text, err.message);
		cr_expect(eq(u64, range.offset, cases[i].range.offset), "%s",
			  cases[i].text);
		cr_expect(eq(u64, range.length, cases[i].range.length), "%s",
			  cases[i].text);
	}
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
		Range range = {99, 99};
		const MhexStatus status = expr_parse_range(
			cases[i].text, strlen(cases[i].text), with, &range, &err);
		cr_expect(eq(int, (int)status, (int)cases[i].status), "%s: %s",
			  cases[i].text, err.message);
		cr_expect(eq(int, err.caret, cases[i].caret), "%s: %s", cases[i].text,
			  err.message);
		cr_expect(eq(u64, range.offset, 99), "%s", cases[i].text);
		cr_expect(eq(u64, range.length, 99), "%s", cases[i].text);
	}
}

Test(expr_range, what_is_none_is_refused_at_its_fault)
{
	static const Bad cases[] = {
		{"", MHEX_E_SYNTAX, 0},
		{"5", MHEX_E_SYNTAX, 1},
		{"5,3", MHEX_E_SYNTAX, 2},
		{"5,-3", MHEX_E_SYNTAX, 2},
		{"5,+-3", MHEX_E_SYNTAX, 3},
		{"5,++3", MHEX_E_SYNTAX, 3},
		{"5,+", MHEX_E_SYNTAX, 3},
		{"5,", MHEX_E_SYNTAX, 2},
		{"1..2..3", MHEX_E_SYNTAX, 4},
		{"1..2 3", MHEX_E_SYNTAX, 5},
		{"...5", MHEX_E_SYNTAX, 3},
		{"sel..5", MHEX_E_SYNTAX, 0},
		{"%..5", MHEX_E_SYNTAX, 0},
		{"selx", MHEX_E_SYNTAX, 0},
		{"5..4", MHEX_E_RANGE, 3},
		{"0..0x1001", MHEX_E_RANGE, 0},
		{"0x1001..", MHEX_E_RANGE, 0},
		{"0xfff,+2", MHEX_E_RANGE, 0},
		{"1,+0xffffffffffffffff", MHEX_E_RANGE, 3},
		{"0xffffffffffffffff,+0xffffffffffffffff", MHEX_E_RANGE, 20},
		{"-0x101..5", MHEX_E_RANGE, 0},
	};
	expect_refused(&env, cases, sizeof(cases) / sizeof(cases[0]));
}

Test(expr_range, what_is_not_there_is_refused)
{
	static const ExprEnv empty = {.cursor = 0, .size = 0};
	static const Bad cases[] = {
		{"sel", MHEX_E_NOTFOUND, 0},
		{".", MHEX_E_RANGE, 0},
		{"0,+1", MHEX_E_RANGE, 0},
	};
	Range range = {99, 99};

	expect_refused(&empty, cases, 3);
	cr_expect(zero(int, (int)expr_parse_range("%", 1, &empty, &range, NULL)));
	cr_expect(zero(u64, range.length));
	cr_expect(zero(int, (int)expr_parse_range("..", 2, &empty, &range, NULL)));
	cr_expect(zero(u64, range.length));
}

Test(expr_range, a_selection_past_the_end_is_an_error)
{
	static const ExprEnv cut = {
		.size = 0x24, .has_selection = true, .selection = {0x20, 8}};
	static const Bad cases[] = {{"sel", MHEX_E_RANGE, 0}};

	expect_refused(&cut, cases, 1);
}

Test(expr_range, the_sentence_names_both_ends)
{
	MhexError err = {0};
	Range range;

	(void)expr_parse_range("16..0x2000", 10, &env, &range, &err);

	cr_expect(ne(ptr, strstr(err.message, "0x10..0x2000"), NULL), "%s", err.message);
	cr_expect(ne(ptr, strstr(err.message, "0x1000"), NULL), "%s", err.message);
}
