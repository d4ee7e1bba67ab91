/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_INPUT_H
#define MHEX_TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/editor.h"
#include "mhex/error.h"

/*
 * Bytes of a terminal in, events out. Knows no file descriptor and no clock:
 * both are told, so that tests need neither.
 *
 * Every byte is either part of an event or swallowed. What stands between the
 * marks of a bracketed paste is kept as it came, NUL and control bytes too, and
 * is never taken for keys.
 */
typedef struct Input Input;

enum {
	INPUT_ESC_MS = 50,         /* then a lone Esc is the Esc key */
	INPUT_SEQUENCE_MS = 500,   /* then the begin of a sequence is given up */
	INPUT_PASTE_MS = 5000,     /* then a paste whose end never came is over */
	INPUT_PASTE_MAX = 64 << 20 /* bytes; a larger paste is refused */
};

/* term: the value of $TERM. On success *out is owned by the caller: input_close(). */
MhexStatus input_open(Input **out, const char *term, MhexError *err);
void input_close(Input *input);

/* Bytes that arrived at now_ms. */
MhexStatus input_push(Input *input, const uint8_t *bytes, size_t length, uint64_t now_ms,
		      MhexError *err);

/* The next event; false when there is none yet. event->key and event->bytes are
 * valid until the next call of a function of this module. */
bool input_next(Input *input, uint64_t now_ms, Event *event);

/* After how many milliseconds input_next() may give more without new bytes; -1: never. */
int input_wait_ms(const Input *input, uint64_t now_ms);

/* True once after a paste of more than INPUT_PASTE_MAX bytes was dropped. */
bool input_take_overflow(Input *input);

#endif
