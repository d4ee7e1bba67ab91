/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/rune.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

TestSuite(rune, .timeout = 100);

struct width_case {
	uint32_t rune;
	int width;
};

static void check_width(const struct width_case *param)
{
	cr_expect(eq(int, rune_width(param->rune), param->width), "U+%04X", param->rune);
}

Test(rune, takes_as_many_cells)
{
	static const struct width_case cases[] = {
		{0, 0},      {0x1b, 0},   {0x7f, 0},    {0x9b, 0},     {' ', 1},
		{'~', 1},    {0xe9, 1},   {0xad, 0},    {0x301, 0},    {0x200b, 0},
		{0x202e, 0}, {0x2028, 0}, {0x2502, 1},  {0x20ac, 1},   {0x3042, 2},
		{0x6f22, 2}, {0xac00, 2}, {0xd800, 0},  {0xe000, 0},   {0xfeff, 0},
		{0xfffd, 1}, {0xfffe, 0}, {0x1f600, 2}, {0x10ffff, 0}, {0x110000, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_width(&cases[i]);
}

Test(rune, no_control_character_takes_a_cell)
{
	for (uint32_t rune = 0; rune <= 0x10ffff; rune++) {
		if (utf8_is_control(rune))
			cr_assert(eq(int, rune_width(rune), 0), "U+%04X", rune);
	}
}

/* curses counts cells with wcwidth(): where we show a character at all, it must agree,
 * or the rest of the row is shifted. */
Test(rune, agrees_with_the_c_library_about_what_it_shows)
{
	int shown = 0;
	if (!setlocale(LC_ALL, "C.UTF-8"))
		cr_skip("the locale C.UTF-8 is missing");
	for (uint32_t rune = 0; rune <= 0x10ffff; rune++) {
		const int width = rune_width(rune);
		const int library = wcwidth((wchar_t)rune);
		/* A library that is older than our table does not know some. */
		if (width == 0 || library < 0)
			continue;
		shown++;
		cr_assert(eq(int, width, library), "U+%04X", rune);
	}
	cr_expect(lt(int, 100000, shown));
}

Test(rune, reads_text_character_by_character)
{
	uint32_t rune = 0;

	cr_expect(eq(sz, rune_next("", &rune), 0));
	cr_expect(eq(sz, rune_next("\xc3\xa9x", &rune), 2));
	cr_expect(eq(u32, rune, 0xe9));
	cr_expect(eq(sz, rune_next("\033[", &rune), 1));
	cr_expect(eq(u32, rune, RUNE_REPLACEMENT));
	cr_expect(eq(sz, rune_next("\xc3", &rune), 1), "cut by the end");
	cr_expect(eq(u32, rune, RUNE_REPLACEMENT));
}

Test(rune, measures_text_up_to_a_byte)
{
	const char *text = "a\xc3\xa9\xe6\xbc\xa2\x01";

	cr_expect(eq(int, rune_text_width(text, strlen(text)), 5));
	cr_expect(eq(int, rune_text_width(text, 3), 2));
	cr_expect(eq(int, rune_text_width(text, 100), 5), "it ends before");
	cr_expect(eq(int, rune_text_width(text, 0), 0));
}
