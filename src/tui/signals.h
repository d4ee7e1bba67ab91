/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_SIGNALS_H
#define MHEX_TUI_SIGNALS_H

#include <stdbool.h>

#include "mhex/error.h"

/*
 * Signals as something to poll() for.
 *
 * A handler only notes the signal and writes a byte into a pipe. Ignored signals
 * stay ignored where the caller of the program wished so (nohup, a shell without
 * job control). A second request to end, or one that is not heard within two
 * seconds, ends the program at once, with the terminal restored.
 */
typedef struct {
	bool resized;   /* SIGWINCH */
	bool stop;      /* SIGTSTP */
	bool continued; /* SIGCONT */
	bool interrupt; /* SIGINT, from another process: the keyboard's is off */
	int end;        /* SIGTERM or SIGHUP: its number; else 0 */
} SignalSet;

/* A closed pipe is an error of write() from here on, not the end. */
void signals_ignore_pipe(void);

/* For work before the screen is there: SIGINT only sets a mark, and interrupts a
 * system call that waits. */
void signals_watch_interrupt(void);
bool signals_interrupted(void);
void signals_unwatch_interrupt(void);

MhexStatus signals_open(MhexError *err);
void signals_close(void);

/* Readable when a signal came. */
int signals_fd(void);

/* What came since the last call. */
SignalSet signals_take(void);

/* Stop as Ctrl-Z would, the whole job when group is true, until SIGCONT. Returns at
 * once where nobody could continue us. */
void signals_stop(bool group);

/* End by the signal, so that the parent sees what it was. Returns only if it is
 * blocked or ignored. */
void signals_die(int signo);

#endif
