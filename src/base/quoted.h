/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_QUOTED_H
#define MHEX_BASE_QUOTED_H

#include <stddef.h>

#include "base/strbuf.h"
#include "mhex/error.h"

/* Double-quoted text with C escapes (\n \t \0 \x41 \101 \" \\). text[0] must be
 * the opening quote; *used becomes the length up to and with the closing one. */
MhexStatus quoted_parse(const char *text, size_t length, StrBuf *out, size_t *used,
			MhexError *err);

/* The opposite: add bytes to out between quotes, escaped so that quoted_parse()
 * gives them back. */
void quoted_add(StrBuf *out, const char *bytes, size_t length);

#endif
