/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_CHARSET_H
#define MHEX_ANALYSIS_CHARSET_H

#include <stddef.h>

#include "base/strbuf.h"
#include "mhex/error.h"

/*
 * Text as a person types it (UTF-8) in the bytes of a character set: utf16le,
 * latin1, cp437, ebcdic, or any that iconv knows. Independent of the locale.
 */
typedef struct Charset Charset;

/* length 0: the bytes as they are. Owned by the caller: charset_close(). */
MhexStatus charset_open(Charset **out, const char *name, size_t length, MhexError *err);
void charset_close(Charset *charset);

/* Add text to out. */
MhexStatus charset_encode(Charset *charset, const char *text, size_t length, StrBuf *out,
			  MhexError *err);

/* Text in both cases. lower and upper have the same length; widths has one byte for each
 * of theirs: how long the character is that begins there, 0 inside a character. */
typedef struct {
	StrBuf *lower, *upper, *widths; /* borrowed */
} CharsetCases;

/* Add text to all three. A letter whose two cases have different lengths is taken as it
 * stands. */
MhexStatus charset_encode_cases(Charset *charset, const char *text, size_t length,
				CharsetCases out, MhexError *err);

#endif
