/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SAVE_MOVE_H
#define MHEX_DOCUMENT_SAVE_MOVE_H

#include <stdint.h>

#include "document/save_plan.h"
#include "mhex/error.h"

/*
 * Carries out a plan of moves within a file, and takes it back.
 *
 * Memory is one buffer of SAVE_MOVE_CHUNK and a scratch of at most as much; a larger
 * scratch is an unlinked file in $TMPDIR or /var/tmp, allocated when it is opened.
 * Belongs to one thread.
 */
typedef struct SaveMover SaveMover;

enum {
	SAVE_MOVE_CHUNK = 1 << 20
};

/* Called after each chunk with the bytes moved so far; may be NULL. */
typedef void (*SaveMoveProgress)(void *context, uint64_t bytes);

/* fd is readable and writable and stays the caller's; plan must outlive the mover.
 * Whatever can fail for lack of memory or of space for the scratch, fails here. */
MhexStatus save_mover_open(SaveMover **out, int fd, const SavePlan *plan, MhexError *err);
void save_mover_close(SaveMover *mover);

/* Once. After a failure save_mover_undo() takes back what was done. */
MhexStatus save_mover_run(SaveMover *mover, SaveMoveProgress progress, void *context,
			  MhexError *err);

/* After a sync: are the bytes where they were moved to? MHEX_E_CONFLICT, naming the
 * place, where another process has cut the file meanwhile or written there; they are
 * lost. */
MhexStatus save_mover_verify(SaveMover *mover, MhexError *err);

/* Move everything back that save_mover_run() has moved. Old bytes that were no
 * move's source have been overwritten and are put back by the caller, afterwards. */
MhexStatus save_mover_undo(SaveMover *mover, MhexError *err);

#endif
