/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/clipboard.h"

#include <stdint.h>

static void add_base64(StrBuf *out, const char *bytes, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < length; i += 3) {
		const size_t count = length - i < 3 ? length - i : 3;
		uint32_t group = 0;
		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (k < count ? (uint8_t)bytes[i + k] : 0U);
		for (size_t k = 0; k < 4; k++)
			strbuf_add_char(out, k <= count
						     ? digits[group >> (18 - 6 * k) & 63]
						     : '=');
	}
}

bool clipboard_sequence(StrBuf *out, const char *bytes, size_t length)
{
	if (length > CLIPBOARD_MAX)
		return false;
	strbuf_add_text(out, "\033]52;c;");
	add_base64(out, bytes, length);
	strbuf_add_text(out, "\a");
	return !out->failed;
}
