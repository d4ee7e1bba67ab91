/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	PENDING_MAX = 64 << 10 /* bytes */
};

void output_free(Output *output)
{
	strbuf_free(&output->pending);
	strbuf_free(&output->prefix);
}

void output_set_name(Output *output, const char *name)
{
	strbuf_clear(&output->prefix);
	if (!name)
		return;
	strbuf_add_escaped(&output->prefix, name, strlen(name));
	strbuf_add_text(&output->prefix, ":");
}

static MhexStatus write_all(const char *bytes, size_t left, MhexError *err)
{
	while (left > 0) {
		const ssize_t written = write(STDOUT_FILENO, bytes, left);
		if (written >= 0) {
			bytes += written;
			left -= (size_t)written;
		} else if (errno != EINTR) {
			return mhex_fail_errno(err, "standard output");
		}
	}
	return MHEX_OK;
}

MhexStatus output_flush(Output *output, MhexError *err)
{
	const MhexStatus status =
		output->pending.failed
			? mhex_fail(err, MHEX_E_NOMEM, "standard output: out of memory")
			: write_all(strbuf_text(&output->pending), output->pending.length,
				    err);
	strbuf_clear(&output->pending);
	return status;
}

static void add_lines(Output *output, const char *bytes, size_t length)
{
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		const size_t count = end ? (size_t)(end - bytes) + 1 : length;
		if (!output->inside_line)
			strbuf_add_text(&output->pending, strbuf_text(&output->prefix));
		strbuf_add(&output->pending, bytes, count);
		output->inside_line = !end;
		bytes += count;
		length -= count;
	}
}

MhexStatus output_write(void *context, const char *bytes, size_t length, MhexError *err)
{
	Output *output = context;
	const bool waits = output->pending.length > 0 || output->pending.failed;
	/* What is large enough by itself is not copied. */
	if (length >= PENDING_MAX && !waits && output->prefix.length == 0)
		return write_all(bytes, length, err);
	if (output->prefix.length > 0)
		add_lines(output, bytes, length);
	else
		strbuf_add(&output->pending, bytes, length);
	if (length > 0 && output->pending.length < PENDING_MAX && !output->pending.failed)
		return MHEX_OK;
	return output_flush(output, err);
}
