/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_MHEX_SCREEN_H
#define MHEX_TESTS_MHEX_SCREEN_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "support/screen.h"
#include "support/temp_file.h"

/*
 * mhex on a terminal of 80 x 24 with a file of its own: what most tests here need.
 * One at a time: each test runs in its own process.
 */
enum {
	ROWS = 24,
	COLS = 80,
	STATUS_ROW = ROWS - 1,
	OPTIONS_MAX = 8
};

extern Screen *screen; /* NULL: not opened */
extern TempFile file;

/* Options end with NULL; NULL: none. The hint line is switched off. Waits for the
 * first picture. */
void open_bytes(const void *bytes, size_t length, const char *const options[]);
void open_text(const char *text, const char *const options[]);
/* Bytes 00 01 02 ... ff and again, so that a byte tells its offset. */
void open_counting(size_t length, const char *const options[]);
/* A file that is there already; environment as in screen_open_with(). */
void open_path(const char *path, const char *const options[],
	       const char *const environment[]);
void close_all(void);

/* Leave by ":quit!", expect status 0 and the terminal whole. */
void expect_quits(void);
void expect_whole(void);

#define EXPECT_TEXT(text)                                                                \
	cr_expect(screen_wait_text(screen, text), "no \"%s\":\n%s", text,                \
		  screen_text(screen))
#define ASSERT_TEXT(text)                                                                \
	cr_assert(screen_wait_text(screen, text), "no \"%s\":\n%s", text,                \
		  screen_text(screen))
#define EXPECT_GONE(text)                                                                \
	cr_expect(screen_wait_gone(screen, text), "still \"%s\":\n%s", text,             \
		  screen_text(screen))
/* The place on the status line: "0x00000010". */
#define EXPECT_AT(offset) EXPECT_TEXT(place_text(offset))
#define EXPECT_FILE(bytes)                                                               \
	cr_expect(temp_file_holds(file.path, bytes, sizeof(bytes) - 1), "%s",            \
		  screen_text(screen))

/* Borrowed until the next call. */
const char *place_text(unsigned long offset);

#endif
