/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_LEFTOVERS_H
#define MHEX_EDITOR_LEFTOVERS_H

#include <stdbool.h>

#include "base/job.h"
#include "base/strbuf.h"
#include "mhex/document.h"
#include "mhex/error.h"
#include "mhex/recover.h"

/*
 * What a crash has left of a file that is opened, one row for each kind: it is found when
 * the file is opened, asked about, and settled by the command recover.
 */

/* An answer to the question; without words it is none. */
typedef struct {
	const char *key, *words; /* "f", "finish it" */
	const char *said;        /* when it was done */
} LeftoverAnswer;

typedef struct {
	LeftoverAnswer apply, revert, drop;
} LeftoverAnswers;

/* How it is settled. */
typedef struct {
	Recover way;
	bool force; /* over the locks of others, */
	bool lock;  /* if they are heeded at all: the setting */
} Settling;

/* The functions of a kind get what its find() has found. */
typedef struct {
	bool blocks_save; /* a save before it is settled would destroy something */
	bool work_closes; /* what was found, when the work succeeds; else the rest does */
	const LeftoverAnswers *(*answers)(const void *found);
	/* MHEX_E_NOTFOUND: nothing. What is found belongs to the caller: close(). */
	MhexStatus (*find)(void **found, const char *path, MhexError *err);
	void (*close)(void *found);
	/* How many more of them there are that cannot be applied together with it; NULL:
	 * none, ever. */
	size_t (*later)(const void *found);
	/* "a save was interrupted, ..." */
	void (*describe)(const void *found, StrBuf *out);
	/* Is there work for this answer? What it needs of the open document is made
	 * ready. */
	MhexStatus (*prepare)(void *found, const Document *doc, Recover how,
			      bool *has_work, MhexError *err);
	/* What takes long, on any thread, which may be a job's. */
	MhexStatus (*work)(void *found, const Settling *how, Job *job, MhexError *err);
	/* The rest, with the open document. Closes what was found when it succeeds, if
	 * the work has not. note: what else there is to say. */
	MhexStatus (*apply)(void *found, Document *doc, StrBuf *note, MhexError *err);
	MhexStatus (*revert)(void *found, Document *doc, StrBuf *note, MhexError *err);
	MhexStatus (*drop)(void *found, Document *doc, StrBuf *note, MhexError *err);
} LeftoverKind;

typedef struct {
	const LeftoverKind *kind; /* NULL: nothing is left */
	void *found;
	bool asked;
} Leftover;

void leftover_close(Leftover *leftover);

#endif
