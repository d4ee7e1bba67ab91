/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Room for add more bytes and the NUL behind them. */
static bool reserve(StrBuf *buf, size_t add)
{
	if (buf->failed)
		return false;
	if (add < buf->capacity - buf->length)
		return true;
	size_t capacity = buf->capacity < 32 ? 32 : buf->capacity;
	while (capacity - buf->length <= add) {
		if (capacity > SIZE_MAX / 2) {
			buf->failed = true;
			return false;
		}
		capacity *= 2;
	}
	char *text = realloc(buf->text, capacity);
	if (!text) {
		buf->failed = true;
		return false;
	}
	buf->text = text;
	buf->capacity = capacity;
	return true;
}

void strbuf_free(StrBuf *buf)
{
	free(buf->text);
	*buf = (StrBuf){0};
}

void strbuf_clear(StrBuf *buf)
{
	buf->failed = false;
	strbuf_truncate(buf, 0);
}

void strbuf_truncate(StrBuf *buf, size_t length)
{
	if (!buf->text || length > buf->length)
		return;
	buf->length = length;
	buf->text[length] = '\0';
}

void strbuf_add(StrBuf *buf, const void *bytes, size_t length)
{
	strbuf_insert(buf, buf->length, bytes, length);
}

void strbuf_add_text(StrBuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_add_char(StrBuf *buf, char c)
{
	strbuf_add(buf, &c, 1);
}

void strbuf_insert(StrBuf *buf, size_t at, const void *bytes, size_t length)
{
	if (at > buf->length || !reserve(buf, length))
		return;
	memmove(buf->text + at + length, buf->text + at, buf->length - at);
	if (length > 0)
		memcpy(buf->text + at, bytes, length);
	buf->length += length;
	buf->text[buf->length] = '\0';
}

void strbuf_erase(StrBuf *buf, size_t at, size_t length)
{
	if (!buf->text || at >= buf->length)
		return;
	const size_t rest = buf->length - at;
	const size_t gone = length < rest ? length : rest;
	memmove(buf->text + at, buf->text + at + gone, rest - gone + 1);
	buf->length -= gone;
}

void strbuf_printf(StrBuf *buf, const char *format, ...)
{
	va_list args;
	va_list again;
	va_start(args, format);
	va_copy(again, args);
	const int length = vsnprintf(NULL, 0, format, args);
	if (length < 0)
		buf->failed = true;
	else if (reserve(buf, (size_t)length)) {
		(void)vsnprintf(buf->text + buf->length, (size_t)length + 1, format,
				again);
		buf->length += (size_t)length;
	}
	va_end(again);
	va_end(args);
}

static void add_escape(StrBuf *buf, uint8_t byte)
{
	switch (byte) {
	case '\n':
		strbuf_add_text(buf, "\\n");
		break;
	case '\r':
		strbuf_add_text(buf, "\\r");
		break;
	case '\t':
		strbuf_add_text(buf, "\\t");
		break;
	default:
		strbuf_printf(buf, "\\x%02x", byte);
		break;
	}
}

void strbuf_add_escaped(StrBuf *buf, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length;) {
		uint32_t rune = 0;
		const size_t used = utf8_decode(bytes + i, length - i, &rune);
		if (used > 0 && !utf8_is_control(rune)) {
			strbuf_add(buf, bytes + i, used);
			i += used;
			continue;
		}
		const size_t end = i + (used > 0 ? used : 1);
		while (i < end)
			add_escape(buf, (uint8_t)bytes[i++]);
	}
}

const char *strbuf_text(const StrBuf *buf)
{
	return buf->text ? buf->text : "";
}
