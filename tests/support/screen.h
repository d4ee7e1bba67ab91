/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_SCREEN_H
#define MHEX_TESTS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A program under test on a pseudo-terminal, and the picture it has drawn there as a
 * real terminal would show it (libvterm).
 *
 * Nothing sleeps and looks: one waits for what one expects, at most SCREEN_WAIT_MS.
 * The program is started with TERM=xterm-256color, LC_ALL=C.UTF-8 and HOME in an empty
 * folder; of the caller's environment it sees PATH, TMPDIR and the sanitizers' options.
 */
typedef struct Screen Screen;

enum {
	SCREEN_WAIT_MS = 15000
};

/* Run argv on a new rows x cols terminal. environment: "NAME=VALUE" texts that are
 * added or put in the place of the defaults, "NAME" removes one; NULL at the end. NULL:
 * as above. */
Screen *screen_open(int rows, int cols, char *const argv[]);
Screen *screen_open_with(int rows, int cols, char *const argv[],
			 const char *const environment[]);

/* Kill the program if it still runs, free everything. */
void screen_close(Screen *screen);

pid_t screen_pid(const Screen *screen);

/* --- what goes in --- */

/* Raw bytes, for example "\033[C" for the right arrow. */
void screen_type(Screen *screen, const char *bytes);
void screen_type_bytes(Screen *screen, const char *bytes, size_t length);

/* Keys in mhex's notation, one after the other: ":write<Enter>", "<C-f>", "<S-F3>". An
 * unknown name ends the test program. */
void screen_keys(Screen *screen, const char *keys);

/* Text between the marks of a bracketed paste. */
void screen_paste(Screen *screen, const char *bytes, size_t length);

/* A report of the mouse: button 0 left, 64 and 65 the wheel, + 32 while it moves. */
void screen_mouse(Screen *screen, int button, int row, int col, bool released);

void screen_resize(Screen *screen, int rows, int cols);

/* The descriptor behind all this, to write to it without reading. */
int screen_input(const Screen *screen);

/* The terminal goes away. */
void screen_hang_up(Screen *screen);

/* --- waiting --- */

/* Until the row reads text, trailing blanks ignored. */
bool screen_wait_row(Screen *screen, int row, const char *text);
/* Until some row contains text, or none does any more. */
bool screen_wait_text(Screen *screen, const char *text);
bool screen_wait_gone(Screen *screen, const char *text);
bool screen_wait_cursor(Screen *screen, int row, int col);
/* Until the program has sent these bytes, counted from byte number from on. */
bool screen_wait_bytes(Screen *screen, size_t from, const char *bytes);

/* Does the program send anything within so many milliseconds? For tests of silence,
 * which only time can show. */
bool screen_sends_within(Screen *screen, int milliseconds);

/* For the end of the program: its exit status, 128 and the signal's number when that
 * killed it, -1 when it does not end. */
int screen_wait_exit(Screen *screen);
/* The same while nobody reads what it writes. */
int screen_wait_exit_unread(Screen *screen);

/* --- what it shows --- */

/* The whole picture, rows ended by newlines; for messages and golden files. Borrowed
 * until the next call. */
const char *screen_text(Screen *screen);
const char *screen_row(Screen *screen, int row);
/* Does it stand on the screen now? */
bool screen_has(Screen *screen, const char *text);
/* Where text stands first; false when it does not. */
bool screen_find(Screen *screen, const char *text, int *row, int *col);

typedef struct {
	char text[32]; /* UTF-8; "" behind a wide one */
	bool bold, underline, reverse, blink;
	int foreground, background; /* 0 .. 255; -1: the terminal's own */
} ScreenCell;

/* Text and looks, for golden files: the rows, then under "-- colours" and
 * "-- attributes" a sign for each cell, trailing dots dropped. A colour is the
 * foreground's hexadecimal digit, where there is a background that one's as a letter from
 * "g" on; attributes are 1 bold, 2 underlined, 4 reverse, 8 blinking, added up. At
 * last the cursor. To be freed. */
char *screen_picture(Screen *screen);

ScreenCell screen_cell(Screen *screen, int row, int col);
void screen_cursor(Screen *screen, int *row, int *col, bool *visible);

/* --- what came over the line --- */

/* How many bytes the program has sent, and which. */
size_t screen_sent(const Screen *screen);
const char *screen_bytes(const Screen *screen);

/* Was the private mode ("2004": bracketed paste) switched on last, and not off? */
bool screen_mode(const Screen *screen, const char *number);

/* The terminal as a shell leaves it: lines, echo, signals. */
bool screen_is_cooked(const Screen *screen);

#endif
