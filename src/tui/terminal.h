/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_TERMINAL_H
#define MHEX_TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "mhex/error.h"
#include "mhex/grid.h"
#include "mhex/settings.h"
#include "mhex/theme.h"

/*
 * The terminal: found, switched to the full screen, drawn on, and given back as
 * it was. The only module that knows curses. There is one terminal, so there is
 * at most one Terminal at a time.
 *
 * While it is started the terminal is in raw mode: Ctrl-C, Ctrl-Z, Ctrl-S and
 * Ctrl-Q are keys. Pastes are bracketed. A crash gives the terminal back too
 * (rescue.h).
 */
typedef struct Terminal Terminal;

/* Find the terminal (standard input and output, else /dev/tty) and check that its
 * type is known and can be drawn on. Draws nothing yet. MHEX_E_NOTFOUND: there is no
 * terminal. On success *out is owned by the caller: terminal_close(). */
MhexStatus terminal_open(Terminal **out, MhexError *err);

/* Stop it, if it is started, and free it. */
void terminal_close(Terminal *terminal);

/* Borrowed; $TERM. */
const char *terminal_type(const Terminal *terminal);

/* Keys come from here. */
int terminal_input_fd(const Terminal *terminal);

/* Ask for the size; at least 1 x 1. */
void terminal_measure(const Terminal *terminal, int *rows, int *cols);

MhexStatus terminal_start(Terminal *terminal, MhexError *err);

/* Give the screen back for a while, and take it again; the next picture is drawn
 * whole. */
void terminal_suspend(Terminal *terminal);
void terminal_resume(Terminal *terminal);

/* The size changed; the next picture is drawn whole. */
void terminal_resize(Terminal *terminal, int rows, int cols);

/* Somebody else wrote on the screen: draw the next picture whole. */
void terminal_invalidate(Terminal *terminal);

/* Have the mouse reported? Off when it starts. */
void terminal_set_mouse(Terminal *terminal, bool on);

/* Show grid; sends only what changed since the last one. */
void terminal_present(Terminal *terminal, const Grid *grid, const Theme *theme,
		      ColourUse use);

/* Put bytes into the system's clipboard (OSC 52). False when there are too many, or
 * this terminal is known not to understand it. */
bool terminal_set_clipboard(Terminal *terminal, const char *bytes, size_t length);

#endif
