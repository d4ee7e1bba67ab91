/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/glyph.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>

static void use_utf8(void)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		cr_skip_test("no locale C.UTF-8");
}

Test(glyph, ascii_is_itself)
{
	for (uint32_t rune = ' '; rune < 0x7f; rune++)
		cr_expect(eq(u32, (uint32_t)glyph_for(rune, 1), rune));
}

Test(glyph, control_characters_never_get_through)
{
	use_utf8();
	for (uint32_t rune = 0; rune < 0xa0; rune++) {
		if (rune < 0x20 || rune >= 0x7f)
			cr_expect(eq(u32, (uint32_t)glyph_for(rune, 1), '.'));
	}
}

Test(glyph, what_utf8_has_is_itself)
{
	use_utf8();
	cr_expect(eq(u32, (uint32_t)glyph_for(0x2502, 1), 0x2502));
	cr_expect(eq(u32, (uint32_t)glyph_for(0xe9, 1), 0xe9));
	cr_expect(eq(u32, (uint32_t)glyph_for(0x4e2d, 2), 0x4e2d));
}

Test(glyph, what_moves_the_cursor_by_another_width_is_a_dot)
{
	use_utf8();
	cr_expect(eq(u32, (uint32_t)glyph_for(0x4e2d, 1), '.'), "wide in one column");
	cr_expect(eq(u32, (uint32_t)glyph_for(0xe9, 2), '.'), "narrow in two");
	cr_expect(eq(u32, (uint32_t)glyph_for(0x301, 1), '.'), "a combining accent");
	cr_expect(eq(u32, (uint32_t)glyph_for(0x200b, 1), '.'), "no width");
	cr_expect(eq(u32, (uint32_t)glyph_for(0xd800, 1), '.'), "a surrogate");
	cr_expect(eq(u32, (uint32_t)glyph_for(0x110000, 1), '.'), "beyond Unicode");
}

Test(glyph, a_locale_without_utf8_gets_look_alikes)
{
	setlocale(LC_CTYPE, "C");
	cr_expect(eq(u32, (uint32_t)glyph_for(0x2502, 1), '|'));
	cr_expect(eq(u32, (uint32_t)glyph_for(0x2500, 1), '-'));
	cr_expect(eq(u32, (uint32_t)glyph_for(0x253c, 1), '+'));
	cr_expect(eq(u32, (uint32_t)glyph_for(0xb7, 1), '.'));
	cr_expect(eq(u32, (uint32_t)glyph_for(0xfffd, 1), '?'));
	cr_expect(eq(u32, (uint32_t)glyph_for(0xe9, 1), '.'));
}
