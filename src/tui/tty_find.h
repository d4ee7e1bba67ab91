/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_TTY_FIND_H
#define MHEX_TUI_TTY_FIND_H

#include <stdbool.h>

/*
 * Where the person sits: keys from standard input and the picture to standard
 * output where these are the terminal, else both through /dev/tty, so that a
 * redirected or closed standard stream does not matter.
 */
typedef struct {
	int input, output; /* owned; close() both */
} TtyFds;

/* False when there is no terminal. */
bool tty_find(TtyFds *fds);

#endif
