/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/quoted.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>
#include <string.h>

TestSuite(quoted, .timeout = 100);

Test(quoted, escapes_are_those_of_c)
{
	static const struct {
		const char *text, *bytes;
		size_t length;
	} cases[] = {
		{"\"\"", "", 0},
		{"\"abc\"", "abc", 3},
		{"\"a b\"", "a b", 3},
		{"\"\\n\\t\\r\\a\\b\\f\\v\"", "\n\t\r\a\b\f\v", 7},
		{"\"\\e\"", "\033", 1},
		{"\"\\\"\\\\\\'\\?\"", "\"\\'?", 4},
		{"\"\\0\"", "\0", 1},
		{"\"ELF\\0\"", "ELF\0", 4},
		{"\"\\0011\"", "\0011", 2}, /* three digits at most */
		{"\"\\101\"", "A", 1},
		{"\"\\377\"", "\xff", 1},
		{"\"\\xff\"", "\xff", 1},
		{"\"\\x41B\"", "AB", 2}, /* two digits at most */
		{"\"\\x4\"", "\x04", 1},
		{"\"\\x4g\"", "\x04g", 2},
		{"\"\\u00e9\"", "\xc3\xa9", 2},
		{"\"\\U0001F600\"", "\xf0\x9f\x98\x80", 4},
		{"\"\xc3\xa9\xff\"", "\xc3\xa9\xff", 3},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		StrBuf out = {0};
		size_t used = 0;
		MhexError err = {0};

		const MhexStatus status = quoted_parse(
			cases[i].text, strlen(cases[i].text), &out, &used, &err);

		cr_expect(zero(int, (int)status), "%s: %s", cases[i].text, err.message);
		cr_expect(eq(sz, used, strlen(cases[i].text)), "%s", cases[i].text);
		cr_expect(eq(sz, out.length, cases[i].length), "%s", cases[i].text);
		cr_expect(zero(int, memcmp(strbuf_text(&out), cases[i].bytes,
					   cases[i].length)),
			  "%s", cases[i].text);
		strbuf_free(&out);
	}
}

Test(quoted, what_follows_is_left_alone)
{
	StrBuf out = {0};
	size_t used = 0;

	cr_assert(zero(int, (int)quoted_parse("\"ab\"i rest", 10, &out, &used, NULL)));

	cr_expect(eq(sz, used, 4));
	cr_expect(zero(int, strcmp(strbuf_text(&out), "ab")));
	strbuf_free(&out);
}

Test(quoted, faults_have_a_caret)
{
	static const struct {
		const char *text;
		int caret;
	} cases[] = {
		{"", 0},
		{"abc", 0},
		{"\"abc", 0},
		{"\"abc\\", 0},
		{"\"abc\\\"", 0},
		{"\"a\\q\"", 2},
		{"\"a\\9\"", 2},
		{"\"\\400\"", 1},
		{"\"\\x\"", 1},
		{"\"\\xg\"", 1},
		{"\"\\u12\"", 1},
		{"\"\\ud800\"", 1},
		{"\"\\U00110000\"", 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		StrBuf out = {0};
		size_t used = 0;
		MhexError err = {.caret = -1};

		const MhexStatus status = quoted_parse(
			cases[i].text, strlen(cases[i].text), &out, &used, &err);

		cr_expect(eq(int, (int)status, (int)MHEX_E_SYNTAX), "%s", cases[i].text);
		cr_expect(eq(int, err.caret, cases[i].caret), "%s: %s", cases[i].text,
			  err.message);
		strbuf_free(&out);
	}
}

Test(quoted, the_text_ends_where_its_length_says)
{
	StrBuf out = {0};
	size_t used = 0;

	cr_expect(eq(int, (int)quoted_parse("\"ab\"", 3, &out, &used, NULL),
		     (int)MHEX_E_SYNTAX));
	strbuf_free(&out);
}

Test(quoted, any_bytes_go_there_and_back)
{
	char bytes[256 * 4];
	StrBuf text = {0};
	StrBuf back = {0};
	size_t used = 0;
	/* Each byte before a digit, a letter and a quote, which an escape might eat. */
	for (size_t i = 0; i < 256; i++) {
		bytes[4 * i] = (char)i;
		bytes[4 * i + 1] = '1';
		bytes[4 * i + 2] = (char)i;
		bytes[4 * i + 3] = i % 2 ? 'a' : '"';
	}

	quoted_add(&text, bytes, sizeof(bytes));
	cr_assert(zero(int, (int)quoted_parse(strbuf_text(&text), text.length, &back,
					      &used, NULL)));

	cr_expect(eq(sz, used, text.length));
	cr_expect(eq(sz, back.length, sizeof(bytes)));
	cr_expect(zero(int, memcmp(strbuf_text(&back), bytes, sizeof(bytes))));
	for (size_t i = 0; i < text.length; i++)
		cr_assert(ge(int, (unsigned char)text.text[i], 0x20));
	strbuf_free(&back);
	strbuf_free(&text);
}
