/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mhex/access.h"

const char *access_name(Access access)
{
	static const char *const names[] = {"view", "preview", "live"};
	return names[access];
}

const char *mhex_status_text(MhexStatus status)
{
	static const char *const texts[] = {
#define X(id, text) [id] = (text),
		MHEX_STATUS_LIST(X)
#undef X
	};
	return texts[status];
}

static void fill(MhexError *err, MhexStatus status, int sys_errno, int caret)
{
	err->status = status;
	err->sys_errno = sys_errno;
	err->caret = caret;
}

static bool continues_rune(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* What is too long is a path, and the reason stands behind it: leave out the middle. */
static void fit(char *message, size_t size, const char *text, size_t length)
{
	static const char gap[] = "...";
	if (length < size) {
		memcpy(message, text, length + 1);
		return;
	}
	const size_t room = size - sizeof(gap);
	size_t head = room / 3;
	size_t tail = length - (room - head);
	while (head > 0 && continues_rune(text[head]))
		head--;
	while (continues_rune(text[tail]))
		tail++;
	memcpy(message, text, head);
	memcpy(message + head, gap, sizeof(gap) - 1);
	memcpy(message + head + sizeof(gap) - 1, text + tail, length - tail + 1);
}

/* Owned by the caller; NULL without memory for it. */
static char *__attribute__((format(printf, 1, 0)))
format_text(const char *format, va_list args)
{
	char *text = NULL;
	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

/* The message is two texts, one behind the other; first may be NULL. */
static void join(MhexError *err, const char *first, const char *second)
{
	char *whole = NULL;
	const int length = first ? asprintf(&whole, "%s%s", first, second) : -1;
	if (length >= 0) {
		fit(err->message, sizeof(err->message), whole, (size_t)length);
		free(whole);
	} else if (second != err->message) {
		fit(err->message, sizeof(err->message), second, strlen(second));
	}
}

static void __attribute__((format(printf, 2, 0)))
say(MhexError *err, const char *format, va_list args)
{
	char *text = format_text(format, args);
	join(err, text, text ? "" : mhex_status_text(err->status));
	free(text);
}

MhexStatus mhex_fail(MhexError *err, MhexStatus status, const char *format, ...)
{
	if (!err)
		return status;
	va_list args;
	va_start(args, format);
	fill(err, status, 0, -1);
	say(err, format, args);
	va_end(args);
	return status;
}

static MhexStatus status_of_errno(int code)
{
	switch (code) {
	case ENOMEM:
		return MHEX_E_NOMEM;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return MHEX_E_NOSPACE;
	case EROFS:
	case EACCES:
	case EPERM:
		return MHEX_E_READONLY;
	case ETXTBSY:
		return MHEX_E_BUSY;
	default:
		return MHEX_E_IO;
	}
}

MhexStatus mhex_fail_errno(MhexError *err, const char *format, ...)
{
	const int code = errno;
	const MhexStatus status = status_of_errno(code);
	if (!err)
		return status;
	va_list args;
	va_start(args, format);
	fill(err, status, code, -1);
	say(err, format, args);
	va_end(args);
	join(err, err->message, ": ");
	join(err, err->message, strerror(code));
	errno = code;
	return status;
}

MhexStatus mhex_fail_at(MhexError *err, size_t caret, const char *format, ...)
{
	if (!err)
		return MHEX_E_SYNTAX;
	va_list args;
	va_start(args, format);
	fill(err, MHEX_E_SYNTAX, 0, (int)caret);
	say(err, format, args);
	va_end(args);
	return MHEX_E_SYNTAX;
}

MhexStatus mhex_error_shift(MhexStatus status, size_t by, MhexError *err)
{
	if (status && err && err->caret >= 0)
		err->caret += (int)by;
	return status;
}

void mhex_error_prefix(MhexError *err, const char *format, ...)
{
	if (!err)
		return;
	va_list args;
	va_start(args, format);
	char *text = format_text(format, args);
	va_end(args);
	join(err, text, err->message);
	free(text);
}
