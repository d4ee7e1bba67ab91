/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_RESCUE_H
#define MHEX_TUI_RESCUE_H

#include <stddef.h>

/*
 * The terminal made whole again when the program cannot go the usual way: it
 * crashed, or it hangs while it is asked to end. Everything needed is prepared
 * beforehand, so that a signal handler can do it.
 */

/* Once, before guard_install(): after a crash signal the terminal is restored and the
 * signal takes the way it had before. */
void rescue_install(void);

/* From here on the terminal fd is to be put back as it is now (its termios), and sent
 * these bytes (cut at 512). */
void rescue_arm(int fd, const char *bytes, size_t length);

/* The terminal is whole by other means. */
void rescue_disarm(void);

/* Restore now, at most once. Safe in a signal handler; never waits for the terminal. */
void rescue_restore(void);

#endif
