/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/typed_text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(typed_text, .timeout = 100);

/* The only byte that text becomes, or -1. */
static int byte_of(TextCharset charset, const char *text)
{
	uint8_t bytes[TYPED_TEXT_MAX];
	size_t length = 0;
	return typed_text_encode(charset, text, bytes, &length) && length == 1 ? bytes[0]
									       : -1;
}

Test(typed_text, is_what_the_column_shows)
{
	cr_expect(eq(int, byte_of(TEXT_ASCII, "A"), 0x41));
	cr_expect(eq(int, byte_of(TEXT_LATIN1, "A"), 0x41));
	cr_expect(eq(int, byte_of(TEXT_LATIN1, "\xc3\xa4"), 0xe4));
	cr_expect(eq(int, byte_of(TEXT_CP437, "\xc3\xa4"), 0x84));
	cr_expect(eq(int, byte_of(TEXT_CP437, "\xe2\x96\x88"), 0xdb));
	cr_expect(eq(int, byte_of(TEXT_EBCDIC, "A"), 0xc1));
	cr_expect(eq(int, byte_of(TEXT_EBCDIC, " "), 0x40));
	cr_expect(eq(int, byte_of(TEXT_ASCII, "."), 0x2e));
	cr_expect(eq(int, byte_of(TEXT_LATIN1, "."), 0x2e));
	cr_expect(eq(int, byte_of(TEXT_EBCDIC, "."), 0x4b));
}

Test(typed_text, is_utf_8_where_the_column_is)
{
	uint8_t bytes[TYPED_TEXT_MAX];
	size_t length = 0;

	cr_assert(typed_text_encode(TEXT_UTF8, "\xe2\x82\xac", bytes, &length));

	cr_assert(eq(sz, length, 3));
	cr_expect(zero(int, memcmp(bytes, "\xe2\x82\xac", 3)));
}

Test(typed_text, is_refused_where_the_set_does_not_have_it)
{
	cr_expect(eq(int, byte_of(TEXT_LATIN1, "\xe2\x82\xac"), -1));
	cr_expect(eq(int, byte_of(TEXT_EBCDIC, "\xe2\x82\xac"), -1));
	cr_expect(eq(int, byte_of(TEXT_CP437, "\xf0\x9f\x98\x80"), -1));
}

Test(typed_text, that_is_no_utf_8_is_refused)
{
	cr_expect(eq(int, byte_of(TEXT_LATIN1, "\xff"), -1));
	cr_expect(eq(int, byte_of(TEXT_CP437, "\xc3"), -1));
}

Test(typed_text, longer_than_a_key_is_refused)
{
	uint8_t bytes[TYPED_TEXT_MAX];
	size_t length = 0;

	cr_expect(typed_text_encode(TEXT_UTF8, "0123456789abcdef", bytes, &length));
	cr_expect(not(typed_text_encode(TEXT_UTF8, "0123456789abcdefg", bytes, &length)));
}
