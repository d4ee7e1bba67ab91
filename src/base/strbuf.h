/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_STRBUF_H
#define MHEX_BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Growing text. Always NUL-terminated once something was added; may hold NUL
 * bytes. A failed allocation sets failed and drops what follows, so that a
 * caller may check once at the end.
 */
typedef struct {
	char *text; /* owned; NULL while empty */
	size_t length;
	size_t capacity;
	bool failed;
} StrBuf;

void strbuf_free(StrBuf *buf);
void strbuf_clear(StrBuf *buf); /* keeps the memory */
void strbuf_truncate(StrBuf *buf, size_t length);
void strbuf_add(StrBuf *buf, const void *bytes, size_t length);
void strbuf_add_text(StrBuf *buf, const char *text);
void strbuf_add_char(StrBuf *buf, char c);
void strbuf_insert(StrBuf *buf, size_t at, const void *bytes, size_t length);
void strbuf_erase(StrBuf *buf, size_t at, size_t length);
void strbuf_printf(StrBuf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Text for a terminal: control bytes and invalid UTF-8 become \n, \x1b... */
void strbuf_add_escaped(StrBuf *buf, const char *bytes, size_t length);

/* The text, "" when empty. Borrowed; valid until the next change. */
const char *strbuf_text(const StrBuf *buf);

#endif
