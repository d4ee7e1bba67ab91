/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/edit_format.h"

enum {
	BITS = 7,
	MORE = 0x80,
};

void edit_put_number(StrBuf *out, uint64_t value)
{
	while (value >= MORE) {
		strbuf_add_char(out, (char)(uint8_t)(value | MORE));
		value >>= BITS;
	}
	strbuf_add_char(out, (char)(uint8_t)value);
}

/* Small ones, of either sign, are short. */
void edit_put_difference(StrBuf *out, uint64_t value, uint64_t from)
{
	const uint64_t difference = value - from;
	const bool below = difference >> 63;
	edit_put_number(out, below ? ~difference << 1 | 1 : difference << 1);
}

uint64_t edit_get_number(Unpack *from)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += BITS) {
		const uint8_t *byte = edit_get_bytes(from, 1);
		if (!byte)
			return 0;
		const uint64_t bits = *byte & (MORE - 1U);
		if (bits << shift >> shift != bits)
			break;
		value |= bits << shift;
		if (!(*byte & MORE))
			return value;
	}
	from->failed = true;
	return 0;
}

uint64_t edit_get_difference(Unpack *from, uint64_t to)
{
	const uint64_t number = edit_get_number(from);
	return to + (number & 1 ? ~(number >> 1) : number >> 1);
}

const uint8_t *edit_get_bytes(Unpack *from, uint64_t length)
{
	if (from->failed || length > from->left) {
		from->failed = true;
		return NULL;
	}
	const uint8_t *bytes = from->at;
	from->at += length;
	from->left -= (size_t)length;
	return bytes;
}
