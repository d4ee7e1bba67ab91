/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/rune.h"

#include <string.h>

#include "base/utf8.h"

size_t rune_next(const char *text, uint32_t *rune)
{
	if (!*text)
		return 0;
	const size_t length = utf8_decode(text, strnlen(text, UTF8_MAX), rune);
	if (length == 0) {
		*rune = RUNE_REPLACEMENT;
		return 1;
	}
	if (rune_width(*rune) == 0)
		*rune = RUNE_REPLACEMENT;
	return length;
}

int rune_text_width(const char *text, size_t length)
{
	int width = 0;
	uint32_t rune = 0;
	for (size_t at = 0, size = 0; at < length; at += size) {
		size = rune_next(text + at, &rune);
		if (size == 0)
			break;
		width += rune_width(rune);
	}
	return width;
}
