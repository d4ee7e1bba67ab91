/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	SIZE = 4096
};

static bool find_mark(void *context, const char *name, size_t length, uint64_t *offset)
{
	(void)context;
	*offset = 0x123;
	return length == 1 && name[0] == 'a';
}

static MhexStatus read_bytes(void *context, uint64_t offset, void *dst, size_t length,
			     MhexError *err)
{
	(void)context;
	(void)err;
	if (!range_fits(offset, length, SIZE))
		abort();
	memset(dst, (int)(offset & 0xff), length);
	return MHEX_OK;
}

/* Any text is an offset, a range within the document, or an error whose caret lies in
 * the text; the document is never read outside. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const ExprEnv env = {.cursor = 0x10,
			     .size = SIZE,
			     .has_selection = true,
			     .selection = {0x20, 8},
			     .mark = find_mark,
			     .read = read_bytes};
	const char *text = (const char *)data;
	uint64_t value = 0;
	Range range = {0, 0};
	MhexError err = {.caret = -1};

	MhexStatus status = expr_parse(text, size, &env, &value, &err);
	if (status && (err.caret < 0 || (size_t)err.caret > size || !err.message[0]))
		abort();
	err = (MhexError){.caret = -1};
	status = expr_parse_range(text, size, &env, &range, &err);
	if (status && (err.caret < 0 || (size_t)err.caret > size || !err.message[0]))
		abort();
	if (!status && !range_fits(range.offset, range.length, SIZE))
		abort();
	return 0;
}
