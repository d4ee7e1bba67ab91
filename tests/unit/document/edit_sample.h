/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_DOCUMENT_EDIT_SAMPLE_H
#define MHEX_TESTS_DOCUMENT_EDIT_SAMPLE_H

#include "document/edit_journal.h"
#include "document/edit_recovery.h"
#include "save_sample.h"

/* A document with a journal of edits in a state folder of its own. Whatever fails here
 * ends the test. */
enum {
	SIZE = 300000
};

extern SaveSample sample;
extern EditRecovery *recovery; /* what find() has found */
extern MhexError err;

void edits_set_up(void);
void edits_tear_down(void);
void expect_ok(MhexStatus status);
/* The journal of the document. */
void start(void);
void flush(void);
/* The program dies, and another one opens the file. */
void crash_with(Access access);
void crash(void);
MhexStatus find(void);
/* Find and apply; how many conflicts. */
uint64_t apply(void);
/* How many there are. */
size_t journals(void);
void expect_nothing_left(void);
/* What is applied after a crash is what was there before it. */
void expect_survives(void);
void undo(void);
void redo(void);

#endif
