/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

void report(const char *format, ...)
{
	char text[2048];
	StrBuf line = {0};
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	strbuf_add_text(&line, "mhex: ");
	strbuf_add_escaped(&line, text, strlen(text));
	/* One write, so that it is not mixed with what others write. */
	strbuf_add_text(&line, "\n");
	(void)fputs(strbuf_text(&line), stderr);
	strbuf_free(&line);
}
