/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/clipboard.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static void expect(const char *bytes, size_t length, const char *want)
{
	StrBuf got = {0};

	cr_assert(clipboard_sequence(&got, bytes, length));

	cr_expect(zero(int, strcmp(strbuf_text(&got), want)), "%s", strbuf_text(&got));
	strbuf_free(&got);
}

/* The examples of RFC 4648. */
Test(clipboard, bytes_are_sent_in_base64)
{
	expect("", 0, "\033]52;c;\a");
	expect("f", 1, "\033]52;c;Zg==\a");
	expect("fo", 2, "\033]52;c;Zm8=\a");
	expect("foo", 3, "\033]52;c;Zm9v\a");
	expect("foob", 4, "\033]52;c;Zm9vYg==\a");
	expect("fooba", 5, "\033]52;c;Zm9vYmE=\a");
	expect("foobar", 6, "\033]52;c;Zm9vYmFy\a");
	expect("\0\xff\xfe", 3, "\033]52;c;AP/+\a");
}

Test(clipboard, more_than_100_KiB_is_refused)
{
	StrBuf got = {0};
	char *bytes = calloc(1, CLIPBOARD_MAX + 1);

	cr_expect(clipboard_sequence(&got, bytes, CLIPBOARD_MAX));
	strbuf_clear(&got);
	cr_expect(not(clipboard_sequence(&got, bytes, CLIPBOARD_MAX + 1)));
	cr_expect(zero(sz, got.length));

	free(bytes);
	strbuf_free(&got);
}
