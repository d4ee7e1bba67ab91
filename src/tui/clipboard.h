/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_CLIPBOARD_H
#define MHEX_TUI_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

enum {
	CLIPBOARD_MAX = 100 << 10 /* bytes; more is refused by many terminals */
};

/* The sequence (OSC 52) that puts bytes into the system's clipboard. False when
 * they are too many. */
bool clipboard_sequence(StrBuf *out, const char *bytes, size_t length);

#endif
