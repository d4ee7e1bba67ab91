/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A literal is read wholly or not at all, and printed in hexadecimal it is the same
 * number again. An encoded number decodes to what encodes to the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	uint64_t value = 0;
	uint64_t again = 0;
	size_t used = 0;
	char printed[32];
	MhexError err = {.caret = -1};

	if (number_parse_literal(text, size, &value, &used, &err)) {
		if (used != 0 || err.caret < -1 || err.caret > (int)size)
			abort();
	} else {
		const int length =
			snprintf(printed, sizeof(printed), "0x%" PRIx64, value);
		if (used == 0 || used > size ||
		    number_parse_literal(printed, (size_t)length, &again, &used, NULL) ||
		    again != value)
			abort();
	}

	NumberType type;
	if (!number_type_parse(text, size, &type, &used) || type.kind == 'f')
		return 0;
	uint8_t bytes[8] = {0};
	uint8_t second[8] = {0};
	if (number_encode(type, text + used, size - used, bytes, NULL))
		return 0;
	const int length = type.kind == 'u'
				   ? snprintf(printed, sizeof(printed), "%" PRIu64,
					      number_decode_unsigned(type, bytes))
				   : snprintf(printed, sizeof(printed), "%" PRId64,
					      number_decode_signed(type, bytes));
	if (number_encode(type, printed, (size_t)length, second, NULL) ||
	    memcmp(bytes, second, sizeof(bytes)) != 0)
		abort();
	return 0;
}
