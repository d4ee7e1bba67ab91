/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SURVIVORS_H
#define MHEX_DOCUMENT_SURVIVORS_H

#include "base/array.h"
#include "document/snapshot.h"

/*
 * What of a snapshot its document still has, and where: told from the pieces of the two
 * versions, so an undo, whatever it undoes, brings back what it brings back. What other
 * processes or live edits do to the file does not show here.
 */
typedef struct {
	Range was;    /* of the snapshot */
	uint64_t now; /* where these bytes are in the document */
} Survivor;

typedef ARRAY(Survivor) Survivors;

/* *out, owned (ARRAY_FREE()), also on failure: ascending in both. Bytes that were moved
 * far may be missing. The cost is that of the pieces around the edits, of which there may
 * be 131072; MHEX_E_UNSUPPORTED: there are more. snapshot is of doc and no job's; it is
 * told anew after a save. */
MhexStatus snapshot_survivors(Snapshot *snapshot, Document *doc, Survivors *out,
			      MhexError *err);

#endif
