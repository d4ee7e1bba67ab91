/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RENDER_CHARSET_H
#define MHEX_RENDER_CHARSET_H

#include <stdint.h>

#include "mhex/frame.h"

enum {
	CHARSET_NONE = '.'
}; /* for a byte that is no character */

/* The character that one byte is in the text column; it takes one cell. For TEXT_UTF8
 * what a byte is by itself. */
uint32_t charset_rune(TextCharset charset, uint8_t byte);

#endif
