/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/charset.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static Charset *open_charset(const char *name)
{
	Charset *charset = NULL;
	MhexError err;
	cr_assert_eq(charset_open(&charset, name, strlen(name), &err), MHEX_OK, "%s",
		     err.message);
	return charset;
}

Test(charset, without_a_name_takes_any_bytes_as_they_are)
{
	Charset *charset = open_charset("");
	StrBuf out = {0};

	cr_assert(eq(int, charset_encode(charset, "\xff\0a", 3, &out, NULL), MHEX_OK));

	cr_assert(eq(sz, out.length, 3));
	cr_expect(eq(int, memcmp(out.text, "\xff\0a", 3), 0));
	strbuf_free(&out);
	charset_close(charset);
}

Test(charset, never_puts_a_byte_order_mark_in_front)
{
	Charset *charset = NULL;

	cr_expect(eq(int, charset_open(&charset, "utf16", 5, NULL), MHEX_E_SYNTAX));
	cr_expect(eq(int, charset_open(&charset, "UTF32", 5, NULL), MHEX_E_SYNTAX));
	charset = open_charset("UTF16LE");
	StrBuf out = {0};
	cr_assert(eq(int, charset_encode(charset, "\xf0\x9f\x98\x80", 4, &out, NULL),
		     MHEX_OK));
	cr_assert(eq(sz, out.length, 4));
	cr_expect(eq(int, memcmp(out.text, "\x3d\xd8\x00\xde", 4), 0));
	strbuf_free(&out);
	charset_close(charset);
}

Test(charset, names_the_character_it_does_not_have)
{
	Charset *charset = open_charset("latin1");
	StrBuf out = {0};
	MhexError err;

	cr_assert(eq(int, charset_encode(charset, "a\xe2\x82\xac", 4, &out, &err),
		     MHEX_E_SYNTAX));

	const char *named = strstr(err.message, "U+20AC");
	cr_expect(named != NULL, "%s", err.message);
	strbuf_free(&out);
	charset_close(charset);
}

Test(charset, refuses_bytes_that_are_no_text)
{
	Charset *charset = open_charset("cp437");
	StrBuf out = {0};

	cr_expect(
		eq(int, charset_encode(charset, "a\xff", 2, &out, NULL), MHEX_E_SYNTAX));
	cr_expect(eq(int, charset_encode(charset, "a\xe2\x82", 3, &out, NULL),
		     MHEX_E_SYNTAX));

	strbuf_free(&out);
	charset_close(charset);
}

Test(charset, gives_both_cases_the_same_length)
{
	Charset *charset = open_charset("utf8");
	StrBuf lower = {0};
	StrBuf upper = {0};
	StrBuf widths = {0};
	const CharsetCases cases = {&lower, &upper, &widths};

	/* U+0131 is two bytes, its capital I one. */
	cr_assert(eq(int, charset_encode_cases(charset, "aB\xc4\xb1", 4, cases, NULL),
		     MHEX_OK));

	cr_assert(eq(sz, lower.length, 4));
	cr_assert(eq(sz, upper.length, 4));
	cr_assert(eq(sz, widths.length, 4));
	cr_expect(eq(int, memcmp(lower.text, "ab\xc4\xb1", 4), 0));
	cr_expect(eq(int, memcmp(upper.text, "AB\xc4\xb1", 4), 0));
	cr_expect(eq(int, memcmp(widths.text, "\1\1\2\0", 4), 0));
	strbuf_free(&lower);
	strbuf_free(&upper);
	strbuf_free(&widths);
	charset_close(charset);
}
