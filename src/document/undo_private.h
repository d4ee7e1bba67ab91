/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_UNDO_PRIVATE_H
#define MHEX_DOCUMENT_UNDO_PRIVATE_H

#include "base/array.h"
#include "document/document_private.h"
#include "document/edit_private.h"
#include "document/undo_file.h"

/*
 * Inside of a history that is kept.
 *
 *   undo_file.c     its life; which file it belongs to
 *   undo_steps.c    from and to the history of a document
 *   undo_format.c   from and to bytes
 *   undo_check.c    do the steps fit the file?
 */

/* The same changes, whatever the document has them as: pieces are bytes, fills or parts
 * of the file as it is now. */
typedef struct {
	Change *changes; /* owned, at least one, in the order they were made */
	size_t count, capacity;
} UndoStep;

typedef struct {
	ARRAY(UndoStep) steps; /* oldest first */
	size_t undo;           /* so many can be undone, the others redone */
} UndoSteps;

void undo_step_free(UndoStep *step);
void undo_steps_free(UndoSteps *steps);

/* What there is room for, where it stands, and what comes of it. */
typedef struct {
	Document *doc;
	uint64_t bytes;
	size_t changes;
	bool stopped; /* a step does not fit, or cannot be told */
	size_t middle, place;
	bool redo; /* those to undo are all there */
} UndoCollection;

/* As many of the document's as there is room for, nearest first. Steps that need bytes
 * which nobody has, and those beyond, are left out. Empty at first. False when out of
 * memory. */
bool undo_steps_collect(Document *doc, UndoSteps *out);
/* The same, so many steps at a time; meanwhile the document must stay as it is. *all:
 * there are no more. */
bool undo_collection_begin(UndoCollection *work, Document *doc);
bool undo_steps_collect_some(UndoCollection *work, UndoSteps *out, size_t steps,
			     bool *all);
/* Become the history of a document without one. False when out of memory: it has none. */
bool undo_steps_adopt(Document *doc, UndoSteps *steps);

/* Of one step, behind out. */
MhexStatus undo_step_encode(Document *doc, const UndoStep *step, StrBuf *out,
			    MhexError *err);
/* MHEX_E_UNSUPPORTED: these bytes are none. Empty at first; free it in any case. */
MhexStatus undo_step_decode(Document *doc, Unpack *from, UndoStep *out, MhexError *err);

/* *sum tells the file's bytes in the places that the steps have changed, and next to
 * them. MHEX_E_UNSUPPORTED: the steps cannot be of this document. */
MhexStatus undo_check(Document *doc, const UndoSteps *steps, uint32_t *sum,
		      MhexError *err);

#endif
