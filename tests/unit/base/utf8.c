/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(utf8, .timeout = 100);

Test(utf8, every_character_goes_there_and_back)
{
	for (uint32_t rune = 0; rune <= 0x10ffff; rune++) {
		uint8_t bytes[UTF8_MAX];
		uint32_t back = 0;
		const size_t count = utf8_encode(rune, bytes);
		if (rune >= 0xd800 && rune <= 0xdfff) {
			cr_assert(zero(sz, count), "U+%04X", rune);
			continue;
		}
		const size_t want = rune < 0x80      ? 1
				    : rune < 0x800   ? 2
				    : rune < 0x10000 ? 3
						     : 4;
		bool right = count == want;
		right = right && utf8_decode(bytes, count, &back) == count;
		right = right && back == rune;
		right = right && utf8_decode(bytes, count - 1, &back) == 0;
		if (!right)
			cr_assert(right, "U+%04X in %zu bytes", rune, count);
	}
}

Test(utf8, what_is_no_character_is_not_encoded)
{
	uint8_t bytes[UTF8_MAX];

	cr_expect(zero(sz, utf8_encode(0x110000, bytes)));
	cr_expect(zero(sz, utf8_encode(UINT32_MAX, bytes)));
}

Test(utf8, what_is_no_character_is_not_decoded)
{
	static const char *const texts[] = {
		"\x80",     /* a continuation alone */
		"\xc0\x80", /* overlong */
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80", /* surrogates */
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80", /* above U+10FFFF */
		"\xf5\x80\x80\x80",
		"\xff",
		"\xfe",
		"\xc3",
		"\xc3(",
		"\xe2\x82",
		"\xe2\x82(",
		"\xf0\x9f\x98",
		"\xf0\x9f(\x80",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint32_t rune = 99;
		cr_expect(zero(sz, utf8_decode(texts[i], strlen(texts[i]), &rune)), "%zu",
			  i);
		cr_expect(eq(u32, rune, 99));
	}
	cr_expect(zero(sz, utf8_decode("", 0, &(uint32_t){0})));
}

Test(utf8, only_the_first_character_is_read)
{
	uint32_t rune = 0;

	cr_expect(eq(sz, utf8_decode("\xe2\x82\xac rest", 8, &rune), 3));
	cr_expect(eq(u32, rune, 0x20ac));
	cr_expect(eq(sz, utf8_decode("\0x", 2, &rune), 1));
	cr_expect(zero(u32, rune));
}

Test(utf8, controls_are_known)
{
	static const uint32_t controls[] = {
		0,      7,      0x1b,   0x1f,   0x7f,   0x80,   0x9b,   0x9f, 0x200e,
		0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0x61c};
	static const uint32_t others[] = {' ',    'A',    '~',    0xa0,    0xe9,  0x200d,
					  0x2027, 0x202f, 0x20ac, 0x1f600, 0xfffd};
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		cr_expect(utf8_is_control(controls[i]), "U+%04X", controls[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		cr_expect(not(utf8_is_control(others[i])), "U+%04X", others[i]);
}
