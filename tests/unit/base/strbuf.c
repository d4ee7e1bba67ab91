/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/strbuf.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>
#include <string.h>

static StrBuf buf;

static void tear_down(void)
{
	strbuf_free(&buf);
}

TestSuite(strbuf, .fini = tear_down, .timeout = 100);

static void expect_text(const char *want)
{
	cr_expect(zero(int, strcmp(strbuf_text(&buf), want)), "\"%s\", not \"%s\"",
		  strbuf_text(&buf), want);
	cr_expect(eq(sz, buf.length, strlen(want)));
	cr_expect(not(buf.failed));
}

Test(strbuf, is_empty_text_at_first)
{
	expect_text("");
	strbuf_truncate(&buf, 0);
	strbuf_erase(&buf, 0, 5);
	strbuf_clear(&buf);
	expect_text("");
	strbuf_add(&buf, "", 0);
	expect_text("");
	strbuf_printf(&buf, "%s", "");
	expect_text("");
}

Test(strbuf, grows_at_the_end)
{
	strbuf_add_text(&buf, "abc");
	strbuf_add_char(&buf, 'd');
	strbuf_add(&buf, "efgh", 2);
	strbuf_printf(&buf, "-%d-%s", 42, "x");

	expect_text("abcdef-42-x");
}

Test(strbuf, grows_to_any_length)
{
	for (int i = 0; i < 100000; i++)
		strbuf_add_char(&buf, (char)('a' + i % 26));
	strbuf_printf(&buf, "%*s", 50000, "");

	cr_expect(eq(sz, buf.length, 150000));
	cr_expect(eq(chr, buf.text[99999], (char)('a' + 99999 % 26)));
	cr_expect(eq(chr, buf.text[149999], ' '));
	cr_expect(eq(chr, buf.text[150000], '\0'));
}

Test(strbuf, every_length_around_the_first_allocation_is_right)
{
	for (size_t length = 0; length <= 70; length++) {
		char text[80];
		memset(text, 'x', sizeof(text));
		strbuf_clear(&buf);
		strbuf_add(&buf, text, length);
		strbuf_printf(&buf, "%.*s", (int)length, text);
		cr_assert(eq(sz, strlen(strbuf_text(&buf)), 2 * length));
		strbuf_free(&buf);
	}
}

Test(strbuf, is_inserted_into_and_erased_from)
{
	strbuf_add_text(&buf, "world");

	strbuf_insert(&buf, 0, "hello ", 6);
	expect_text("hello world");
	strbuf_insert(&buf, 11, "!", 1);
	expect_text("hello world!");
	strbuf_insert(&buf, 5, ",", 1);
	expect_text("hello, world!");
	strbuf_insert(&buf, 14, "?", 1);
	expect_text("hello, world!");
	strbuf_erase(&buf, 5, 1);
	expect_text("hello world!");
	strbuf_erase(&buf, 5, 1000);
	expect_text("hello");
	strbuf_erase(&buf, 5, 1);
	expect_text("hello");
	strbuf_truncate(&buf, 10);
	expect_text("hello");
	strbuf_truncate(&buf, 4);
	expect_text("hell");
}

Test(strbuf, holds_nul_bytes)
{
	strbuf_add(&buf, "a\0b", 3);

	cr_expect(eq(sz, buf.length, 3));
	cr_expect(zero(int, memcmp(strbuf_text(&buf), "a\0b", 4)));
}

Test(strbuf, out_of_memory_is_remembered_and_nothing_more_is_added)
{
	strbuf_add_text(&buf, "abc");
	strbuf_insert(&buf, 3, "x", SIZE_MAX / 2 + 1);

	strbuf_add_text(&buf, "def");

	cr_expect(buf.failed);
	cr_expect(zero(int, strcmp(strbuf_text(&buf), "abc")));
	strbuf_clear(&buf);
	strbuf_add_text(&buf, "again");
	expect_text("again");
}

Test(strbuf, escapes_what_a_terminal_would_obey)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *want;
	} cases[] = {
		{"plain text", 10, "plain text"},
		{"a\nb\rc\td", 7, "a\\nb\\rc\\td"},
		{"\033[31m", 5, "\\x1b[31m"},
		{"\0", 1, "\\x00"},
		{"\x7f", 1, "\\x7f"},
		{"\xff\xfe", 2, "\\xff\\xfe"},
		{"\xc3\xa9", 2, "\xc3\xa9"},
		{"\xc3", 1, "\\xc3"},
		{"\xc2\x9b"
		 "31m",
		 5, "\\xc2\\x9b31m"},                   /* CSI as one character */
		{"\xe2\x80\xae", 3, "\\xe2\\x80\\xae"}, /* right to left */
		{"\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strbuf_clear(&buf);
		strbuf_add_escaped(&buf, cases[i].bytes, cases[i].length);
		expect_text(cases[i].want);
	}
}
