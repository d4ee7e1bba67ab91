/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_EDIT_RECOVERY_H
#define MHEX_DOCUMENT_EDIT_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "mhex/document.h"
#include "mhex/error.h"

/*
 * Edits that a program left in its journal when it died, and what to do with them.
 *
 * An EditRecovery has its journal locked. Belongs to one thread.
 */
typedef struct EditRecovery EditRecovery;

typedef struct {
	const char *path;    /* of the file; borrowed */
	bool live;           /* they are in the file; else in the journal only */
	uint64_t operations; /* how many edits, */
	uint64_t bytes;      /* of so many bytes typed, put or deleted */
	bool torn;           /* the journal has lost its end */
	bool damaged;        /* they make no sense: they can be dropped only */
	size_t later;        /* other programs that have left unsaved edits since */
	uint64_t unread; /* bytes of a journal of which a list says only these; else 0 */
} EditRecoveryState;

/* The oldest edits left of the file that path names. Journals without any are cleared
 * away meanwhile. MHEX_E_NOTFOUND: there are none, or no state folder. Owned:
 * edit_recovery_close(). */
MhexStatus edit_recovery_find(EditRecovery **out, const char *path, MhexError *err);

/* The journal of this name, for lists, which are there at once: the edits in one that is
 * longer than RECOVERY_READ_MAX are not looked at. MHEX_E_BUSY: its program lives;
 * MHEX_E_NOTFOUND: there are no edits in it. */
MhexStatus edit_recovery_open(EditRecovery **out, const char *name, MhexError *err);
void edit_recovery_close(EditRecovery *recovery);

void edit_recovery_get_state(const EditRecovery *recovery, EditRecoveryState *state);

/* Make the edits of a preview again, undoable as they were, in a document of the file
 * without unsaved edits. What the file held when they were made is remembered with them:
 * *conflicts is how many bytes it holds no more, and document_conflicts() names them.
 * Closed when it succeeds; the journal goes when another one has the edits, or when they
 * are saved. After a failure the document is as it was. */
MhexStatus edit_recovery_apply(EditRecovery *recovery, Document *doc, uint64_t *conflicts,
			       MhexError *err);

/* Store the old bytes of a live document back, each where the file still holds the one
 * that was put there. *kept is how many it holds no more, the first of them at *first:
 * they are others', and stay. Closed when it succeeds. */
MhexStatus edit_recovery_revert(EditRecovery *recovery, Document *doc, uint64_t *kept,
				uint64_t *first, MhexError *err);
/* What of that takes long, as it waits for locks, stores and syncs: in the file of doc,
 * on any thread. The rest is then quick. After a failure it may be called again. */
MhexStatus edit_recovery_aim(EditRecovery *recovery, const Document *doc, MhexError *err);
MhexStatus edit_recovery_put_back(EditRecovery *recovery, MhexError *err);
/* Heed the locks of others there (the default), and with force only try to. */
void edit_recovery_set_lock(EditRecovery *recovery, bool lock, bool force);

/* Forget them. Closed when it succeeds. */
MhexStatus edit_recovery_drop(EditRecovery *recovery, MhexError *err);

#endif
