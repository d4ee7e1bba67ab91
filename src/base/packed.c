/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/packed.h"

#include <string.h>

static void add_number(StrBuf *out, uint64_t value, size_t size)
{
	uint8_t bytes[sizeof(value)];
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	strbuf_add(out, bytes, size);
}

void packed_add_u32(StrBuf *out, uint32_t value)
{
	add_number(out, value, sizeof(value));
}

void packed_add_u64(StrBuf *out, uint64_t value)
{
	add_number(out, value, sizeof(value));
}

void packed_add_bytes(StrBuf *out, const void *bytes, size_t length)
{
	packed_add_u64(out, length);
	strbuf_add(out, bytes, length);
}

/* NULL when they are not there. */
static const uint8_t *take(Unpack *from, uint64_t length)
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

static uint64_t take_number(Unpack *from, size_t size)
{
	const uint8_t *bytes = take(from, size);
	uint64_t value = 0;
	for (size_t i = 0; bytes && i < size; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

uint32_t unpack_u32(Unpack *from)
{
	return (uint32_t)take_number(from, sizeof(uint32_t));
}

uint64_t unpack_u64(Unpack *from)
{
	return take_number(from, sizeof(uint64_t));
}

const uint8_t *unpack_bytes(Unpack *from, size_t *length)
{
	const uint64_t wanted = unpack_u64(from);
	const uint8_t *bytes = take(from, wanted);
	*length = bytes ? (size_t)wanted : 0;
	return bytes;
}
