/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

/* Length of the sequence that begins with lead, and the bits it carries. */
static size_t sequence_length(uint8_t lead, uint32_t *bits)
{
	if (lead < 0x80) {
		*bits = lead;
		return 1;
	}
	if (lead >= 0xc2 && lead <= 0xdf) {
		*bits = lead & 0x1fU;
		return 2;
	}
	if (lead >= 0xe0 && lead <= 0xef) {
		*bits = lead & 0x0fU;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*bits = lead & 0x07U;
		return 4;
	}
	return 0;
}

static bool is_surrogate(uint32_t rune)
{
	return rune >= 0xd800 && rune <= 0xdfff;
}

size_t utf8_decode(const void *bytes, size_t length, uint32_t *rune)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t *at = bytes;
	uint32_t value = 0;
	const size_t count = length > 0 ? sequence_length(at[0], &value) : 0;
	if (count == 0 || count > length)
		return 0;
	for (size_t i = 1; i < count; i++) {
		if ((at[i] & 0xc0U) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3fU);
	}
	if (value < least[count] || value > 0x10ffff || is_surrogate(value))
		return 0;
	*rune = value;
	return count;
}

size_t utf8_encode(uint32_t rune, uint8_t out[UTF8_MAX])
{
	if (rune < 0x80) {
		out[0] = (uint8_t)rune;
		return 1;
	}
	if (rune < 0x800) {
		out[0] = (uint8_t)(0xc0 | rune >> 6);
		out[1] = (uint8_t)(0x80 | (rune & 0x3f));
		return 2;
	}
	if (is_surrogate(rune) || rune > 0x10ffff)
		return 0;
	if (rune < 0x10000) {
		out[0] = (uint8_t)(0xe0 | rune >> 12);
		out[1] = (uint8_t)(0x80 | (rune >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (rune & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | rune >> 18);
	out[1] = (uint8_t)(0x80 | (rune >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (rune >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (rune & 0x3f));
	return 4;
}

bool utf8_is_control(uint32_t rune)
{
	return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x61c ||
	       rune == 0x200e || rune == 0x200f || (rune >= 0x2028 && rune <= 0x202e) ||
	       (rune >= 0x2066 && rune <= 0x2069);
}
