/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/packed.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(packed, .timeout = 100);

Test(packed, numbers_and_bytes_come_out_as_they_went_in)
{
	StrBuf text = {0};
	packed_add_u32(&text, 0x12345678);
	packed_add_u64(&text, UINT64_MAX - 1);
	packed_add_bytes(&text, "a\0b", 3);
	packed_add_bytes(&text, "", 0);
	cr_assert(zero(int, memcmp(text.text, "\x78\x56\x34\x12", 4)));

	Unpack from = {.at = (const uint8_t *)text.text, .left = text.length};
	size_t length = 9;
	cr_expect(eq(u32, unpack_u32(&from), 0x12345678));
	cr_expect(eq(u64, unpack_u64(&from), UINT64_MAX - 1));
	const uint8_t *bytes = unpack_bytes(&from, &length);
	cr_assert(eq(sz, length, 3));
	cr_expect(zero(int, memcmp(bytes, "a\0b", 3)));
	cr_expect(ne(ptr, (void *)unpack_bytes(&from, &length), NULL));
	cr_expect(eq(sz, length, 0));
	cr_expect(eq(sz, from.left, 0));
	cr_expect(not(from.failed));
	strbuf_free(&text);
}

Test(packed, what_is_cut_or_lies_about_its_length_fails_once_and_for_all)
{
	StrBuf text = {0};
	packed_add_u64(&text, UINT64_MAX);
	packed_add_u32(&text, 7);
	size_t length = 9;
	Unpack from = {.at = (const uint8_t *)text.text, .left = text.length};
	cr_expect(eq(ptr, (void *)unpack_bytes(&from, &length), NULL));
	cr_expect(eq(sz, length, 0));
	cr_expect(from.failed);
	cr_expect(eq(u32, unpack_u32(&from), 0), "read on behind a fault");

	Unpack cut = {.at = (const uint8_t *)text.text, .left = 7};
	cr_expect(eq(u64, unpack_u64(&cut), 0));
	cr_expect(cut.failed);
	strbuf_free(&text);
}
