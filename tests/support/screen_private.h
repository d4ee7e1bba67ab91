/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_SCREEN_PRIVATE_H
#define MHEX_TESTS_SCREEN_PRIVATE_H

#include <vterm.h>

#include "support/screen.h"
#include "support/temp_file.h"

/* What the modules of the screen share. */
struct Screen {
	int pty; /* -1: hung up */
	pid_t pid;
	bool ended;
	int exit_status;
	TempFile home;
	VTerm *vt;
	VTermScreen *cells;
	int rows, cols;
	VTermPos cursor;
	bool cursor_visible;
	char *text; /* for screen_text() */
	char *row;  /* for screen_row() */
	char *sent; /* everything that came, NUL-terminated */
	size_t sent_length, sent_capacity;
};

/* Feed what the program has written to the terminal, and the terminal's own answers
 * back to the program. False at the end of output or after timeout_ms. */
bool screen_pump(Screen *screen, int timeout_ms);

long screen_now_ms(void);

/* What a key sends on xterm; the length, 0 for an unknown name. *used: bytes of keys. */
size_t screen_key_bytes(const char *keys, size_t *used, char *bytes, size_t size);

#endif
