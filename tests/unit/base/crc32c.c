/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/crc32c.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(crc32c, .timeout = 30);

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
