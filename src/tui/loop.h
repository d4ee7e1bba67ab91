/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_LOOP_H
#define MHEX_TUI_LOOP_H

#include "mhex/editor.h"
#include "mhex/error.h"
#include "tui/terminal.h"

/*
 * The one loop: waits for keys, signals, jobs and time, tells the editor, and
 * draws when nothing more is waiting. Nothing else in mhex waits for a key.
 */

/* How it ended. */
typedef struct {
	bool gone; /* the terminal went away */
	int signo; /* the signal that ended it, else 0 */
} LoopEnd;

/* Runs until the editor ends, the terminal is gone or a signal asks for it; the
 * terminal is started here and given back before it returns. */
MhexStatus loop_run(Editor *editor, Terminal *terminal, LoopEnd *end, MhexError *err);

#endif
