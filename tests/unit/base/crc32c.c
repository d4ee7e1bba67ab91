/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/crc32c.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(crc32c, .timeout = 100);

/* RFC 3720, B.4. */
Test(crc32c, gives_the_published_values)
{
	uint8_t bytes[32] = {0};
	cr_expect(eq(u32, crc32c(0, bytes, sizeof(bytes)), 0x8a9136aa));
	memset(bytes, 0xff, sizeof(bytes));
	cr_expect(eq(u32, crc32c(0, bytes, sizeof(bytes)), 0x62a8ab43));
	cr_expect(eq(u32, crc32c(crc32c(0, "1234", 4), "56789", 5), 0xe3069283));
	cr_expect(eq(u32, crc32c(0, "", 0), 0));
}

/* However many at once: by words, by bytes, from any address. */
Test(crc32c, is_the_same_for_all_and_for_one_byte_after_the_other)
{
	uint8_t bytes[100];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (size_t from = 0; from < 9; from++) {
		uint32_t by_bytes = 0;
		for (size_t end = from; end < sizeof(bytes); end++) {
			cr_assert(eq(u32, crc32c(0, bytes + from, end - from), by_bytes));
			by_bytes = crc32c(by_bytes, bytes + end, 1);
		}
	}
}
