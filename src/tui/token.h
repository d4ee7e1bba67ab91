/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_TOKEN_H
#define MHEX_TUI_TOKEN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Where one key press ends in the bytes of a terminal: a character, a control
 * byte, Alt and a character, or an escape sequence of whatever kind. What the
 * sequence means is libtermkey's business; that an unknown one is swallowed
 * whole, and never typed as text, is decided here.
 */
typedef enum {
	TOKEN_COMPLETE, /* length bytes are one key */
	TOKEN_PARTIAL,  /* the bytes may go on; only time tells */
	TOKEN_STRING,   /* begin of a string (OSC, DCS ...), which ends with BEL or ST */
	TOKEN_INVALID,  /* length bytes are no key at all */
} TokenKind;

typedef struct {
	TokenKind kind;
	size_t length;
} Token;

/* length > 0. Esc Esc is two keys, so that Esc and then an arrow key leaves a mode
 * and moves, however fast they come. */
Token token_scan(const uint8_t *bytes, size_t length);

#endif
