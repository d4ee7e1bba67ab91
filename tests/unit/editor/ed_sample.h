/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_EDITOR_ED_SAMPLE_H
#define MHEX_TESTS_EDITOR_ED_SAMPLE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "mhex/editor.h"
#include "support/temp_file.h"

/*
 * An editor of 80 x 24 on a file of a test's own, driven by events only. One at a
 * time: each test runs in its own process. What fails here ends the test.
 */
extern Editor *editor;
extern TempFile file;
extern TempFile other; /* a second one, made by the test that wants it */
extern Frame frame;    /* as it was drawn last: draw() */

void ed_open(const void *bytes, size_t length, Access access);
void ed_open_text(const char *text, Access access);
/* size bytes: 00 01 02 ... ff and again. */
void ed_open_counting(size_t size);
/* An A and zeroes, size bytes in all, which are more than a test should write. */
void ed_open_large(size_t size);
/* One more document; shown. */
void ed_open_more(const TempFile *more);
void ed_close(void); /* for .fini; the files go as well */

/* Press keys in Vim notation, one behind the other ("R41<Esc>"); waits for the jobs
 * that they start. */
void keys(const char *keys);
/* The same, but jobs go on. */
void keys_only(const char *keys);
void wait_for_jobs(void);
/* Until one of them has something to tell. */
void wait_for_job(void);
/* Type a command line at the prompt and press Enter; from NORMAL. */
void command(const char *line);
/* "edit " and a path, until the next call. */
char *line_with(const char *command, const char *path);
void paste(const char *bytes);
void mouse(MouseKind kind, int row, int col);
void resize(int rows, int cols);
/* Time passes. */
void tick(uint64_t ms);

const Frame *draw(void);
/* Is text in what the status line says of a job that runs? */
bool progress_has(const char *text);
/* What is on the screen: bytes of the document as hex digits, "414243". */
char *hex(void);
/* Each byte's state: . clean, M modified, ? unreadable, F foreign, * matched, S selected,
 * h half typed; the last in this order that it has. */
char *states(void);
char *message(void);
uint64_t cursor(void);
/* The line of the prompt, or the question; "" when there is none. */
char *prompt(void);
/* Is a line with that text in the popup? */
bool popup_has(const char *text);

#define EXPECT_HEX(want)     cr_expect(eq(str, hex(), (char *)(want)))
#define EXPECT_STATES(want)  cr_expect(eq(str, states(), (char *)(want)))
#define EXPECT_MESSAGE(want) cr_expect(eq(str, message(), (char *)(want)))
#define EXPECT_CURSOR(want)  cr_expect(eq(u64, cursor(), (want)))
#define EXPECT_MODE(want)    cr_expect(eq(str, (char *)draw()->mode, (char *)(want)))
#define EXPECT_PROMPT(want)  cr_expect(eq(str, prompt(), (char *)(want)))
#define EXPECT_FILE(want)                                                                \
	cr_expect(temp_file_holds(file.path, want, strlen(want)), "%s", file.path)

#endif
