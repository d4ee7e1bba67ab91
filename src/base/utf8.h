/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_UTF8_H
#define MHEX_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
 * Independent of the locale.
 */
enum {
	UTF8_MAX = 4
}; /* bytes of one character */

/* How many bytes the character at bytes has; 0 when they are none. */
size_t utf8_decode(const void *bytes, size_t length, uint32_t *rune);

/* How many bytes were put into out; 0 when rune is no character. */
size_t utf8_encode(uint32_t rune, uint8_t out[UTF8_MAX]);

/* Would a terminal obey this character instead of showing it? C0, C1, line
 * separators and the marks that turn the writing direction. */
bool utf8_is_control(uint32_t rune);

#endif
