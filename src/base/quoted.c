/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/quoted.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/digit.h"
#include "base/utf8.h"

/* At most max digits of base; how many there were. */
static size_t read_digits(const char *text, size_t length, int base, size_t max,
			  uint32_t *value)
{
	size_t count = 0;
	*value = 0;
	while (count < max && count < length && digit_value_in(text[count], base) >= 0) {
		*value = *value * (uint32_t)base + (uint32_t)digit_value(text[count]);
		count++;
	}
	return count;
}

static char simple_escape(char c)
{
	static const char letters[] = "abefnrtv\\\"'?";
	static const char values[] = "\a\b\033\f\n\r\t\v\\\"'?";
	const char *found = c ? strchr(letters, c) : NULL;
	return found ? values[found - letters] : '\0';
}

static MhexStatus add_rune(StrBuf *out, uint32_t rune, size_t caret, MhexError *err)
{
	uint8_t bytes[UTF8_MAX];
	const size_t count = utf8_encode(rune, bytes);
	if (count == 0)
		return mhex_fail_at(err, caret, "U+%04X is no character", rune);
	strbuf_add(out, bytes, count);
	return MHEX_OK;
}

/* text[*at] is the character behind a backslash. */
static MhexStatus parse_escape(const char *text, size_t length, size_t *at, StrBuf *out,
			       MhexError *err)
{
	const size_t backslash = *at - 1;
	const char c = text[*at];
	const char simple = simple_escape(c);
	uint32_t value = 0;
	if (simple) {
		strbuf_add_char(out, simple);
		*at += 1;
		return MHEX_OK;
	}
	if (c >= '0' && c <= '7') {
		*at += read_digits(text + *at, length - *at, 8, 3, &value);
		if (value > 0xff)
			return mhex_fail_at(err, backslash,
					    "an octal escape above \\377");
		strbuf_add_char(out, (char)value);
		return MHEX_OK;
	}
	if (c != 'x' && c != 'u' && c != 'U')
		return mhex_fail_at(err, backslash, "no such escape in quotes");
	*at += 1;
	const size_t width = c == 'x' ? 2 : c == 'u' ? 4 : 8;
	const size_t count = read_digits(text + *at, length - *at, 16, width, &value);
	*at += count;
	if (count == 0 || (c != 'x' && count < width))
		return mhex_fail_at(err, backslash, "\\%c needs %zu hexadecimal digits",
				    c, width);
	if (c != 'x')
		return add_rune(out, value, backslash, err);
	strbuf_add_char(out, (char)value);
	return MHEX_OK;
}

MhexStatus quoted_parse(const char *text, size_t length, StrBuf *out, size_t *used,
			MhexError *err)
{
	if (length == 0 || text[0] != '"')
		return mhex_fail_at(err, 0, "a double quote is missing");
	size_t at = 1;
	while (at < length && text[at] != '"') {
		if (text[at] != '\\') {
			strbuf_add_char(out, text[at++]);
			continue;
		}
		if (++at == length)
			break;
		const MhexStatus status = parse_escape(text, length, &at, out, err);
		if (status)
			return status;
	}
	if (at >= length)
		return mhex_fail_at(err, 0, "the closing quote is missing");
	if (out->failed)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	*used = at + 1;
	return MHEX_OK;
}

void quoted_add(StrBuf *out, const char *bytes, size_t length)
{
	strbuf_add_char(out, '"');
	size_t begin = 0;
	for (size_t i = 0; i <= length; i++) {
		const bool special = i < length && (bytes[i] == '"' || bytes[i] == '\\');
		if (i < length && !special)
			continue;
		strbuf_add_escaped(out, bytes + begin, i - begin);
		if (special) {
			strbuf_add_char(out, '\\');
			strbuf_add_char(out, bytes[i]);
		}
		begin = i + 1;
	}
	strbuf_add_char(out, '"');
}
