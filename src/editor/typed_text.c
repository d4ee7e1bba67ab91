/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/typed_text.h"

#include <string.h>

#include "base/utf8.h"
#include "render/charset.h"

enum {
	EBCDIC_FULL_STOP = 0x4b
};

/* The byte that shows as rune. A byte that is no character shows as a full stop too,
 * so that one is known beforehand. */
static bool find_byte(TextCharset charset, uint32_t rune, uint8_t *byte)
{
	if (rune == CHARSET_NONE) {
		*byte = charset == TEXT_EBCDIC ? EBCDIC_FULL_STOP : '.';
		return true;
	}
	for (unsigned i = 0; i < 256; i++) {
		if (charset_rune(charset, (uint8_t)i) == rune) {
			*byte = (uint8_t)i;
			return true;
		}
	}
	return false;
}

bool typed_text_encode(TextCharset charset, const char *text, uint8_t out[TYPED_TEXT_MAX],
		       size_t *length)
{
	const bool as_it_is = charset == TEXT_UTF8 || charset == TEXT_ASCII;
	const size_t size = strlen(text);
	*length = 0;
	if (size > TYPED_TEXT_MAX)
		return false;
	for (size_t at = 0; at < size;) {
		uint32_t rune = 0;
		size_t used = 1;
		if (as_it_is)
			out[*length] = (uint8_t)text[at];
		else
			used = utf8_decode(text + at, size - at, &rune);
		if (used == 0 || (!as_it_is && !find_byte(charset, rune, &out[*length])))
			return false;
		at += used;
		(*length)++;
	}
	return true;
}
