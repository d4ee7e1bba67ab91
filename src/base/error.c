/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
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

MhexStatus mhex_fail(MhexError *err, MhexStatus status, const char *format, ...)
{
	if (!err)
		return status;
	va_list args;
	va_start(args, format);
	fill(err, status, 0, -1);
	(void)vsnprintf(err->message, sizeof(err->message), format, args);
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
	(void)vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	const size_t used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %s",
		       strerror(code));
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
	(void)vsnprintf(err->message, sizeof(err->message), format, args);
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
	char text[sizeof(err->message)];
	va_list args;
	va_start(args, format);
	const int used = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (used < 0 || (size_t)used >= sizeof(text))
		return;
	(void)snprintf(text + used, sizeof(text) - (size_t)used, "%s", err->message);
	memcpy(err->message, text, sizeof(text));
}
