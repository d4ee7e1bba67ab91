/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_LEFTOVERS_H
#define MHEX_EDITOR_LEFTOVERS_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "mhex/document.h"
#include "mhex/error.h"
#include "mhex/recover.h"

/*
 * What a crash has left of a file that is opened, one row for each kind: it is found when
 * the file is opened, asked about, and settled by the command recover.
 */

/* The functions of a kind get what its find() has found. A row without a function cannot
 * do that. */
typedef struct {
	const char *apply_words, *revert_words; /* of the question: "finish it" */
	/* MHEX_E_NOTFOUND: nothing. What is found belongs to the caller: close(). */
	MhexStatus (*find)(void **found, const char *path, MhexError *err);
	void (*close)(void *found);
	/* "a save was interrupted, ..." */
	void (*describe)(const void *found, StrBuf *out);
	/* These close what was found when they succeed; *doc is the open document. */
	MhexStatus (*apply)(void *found, Document *doc, MhexError *err);
	MhexStatus (*revert)(void *found, Document *doc, MhexError *err);
	MhexStatus (*drop)(void *found, Document *doc, MhexError *err);
} LeftoverKind;

typedef struct {
	const LeftoverKind *kind; /* NULL: nothing is left */
	void *found;
	bool asked;
} Leftover;

void leftover_close(Leftover *leftover);

#endif
