/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mhex/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	SHOWN_MAX = 1 << 16 /* bytes that are written out and read again */
};

static void check(bool condition)
{
	if (!condition)
		abort();
}

static void check_error(MhexStatus status, const MhexError *err, size_t size)
{
	check(err->status == status && err->message[0]);
	check(err->caret >= 0 && (size_t)err->caret <= size);
}

/* Written in hexadecimal they are read as the same bytes. */
static void check_bytes(const uint8_t *bytes, size_t length)
{
	char *text = malloc(2 * length + 1);
	uint8_t *again = NULL;
	size_t count = 0;
	check(text != NULL);
	for (size_t i = 0; i < length; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	check(!bytes_parse(text, 2 * length, &again, &count, NULL));
	check(count == length && memcmp(again, bytes, length) == 0);
	free(again);
	free(text);
}

/* Any text is bytes, or an error whose caret lies in the text. Where bytes may be left
 * alone, those without ?? are the same and none is left alone. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	uint8_t *bytes = NULL;
	uint8_t *masked = NULL;
	uint8_t *keep = NULL;
	size_t length = 0;
	size_t masked_length = 0;
	MhexError err = {.caret = -1};
	size_t width = 0;
	bool big_endian = false;

	bytes_operand_type(text, size, &width, &big_endian);
	check(width == 1 || width == 2 || width == 4 || width == 8);

	const MhexStatus masked_status =
		bytes_parse_masked(text, size, &masked, &keep, &masked_length, &err);
	if (masked_status)
		check_error(masked_status, &err, size);
	err = (MhexError){.caret = -1};
	const MhexStatus status = bytes_parse(text, size, &bytes, &length, &err);
	if (status) {
		check_error(status, &err, size);
	} else {
		check(!masked_status && masked_length == length && length <= BYTES_MAX);
		check(memcmp(bytes, masked, length) == 0 && !memchr(keep, 1, length));
		if (length <= SHOWN_MAX)
			check_bytes(bytes, length);
		free(bytes);
	}
	if (!masked_status) {
		free(masked);
		free(keep);
	}
	return 0;
}
