/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_RECOVERY_H
#define MHEX_DOCUMENT_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/job.h"
#include "mhex/error.h"

#define RECOVERY_JOURNAL_KIND "save" /* what journal_list() says of them */

enum {
	RECOVERY_READ_MAX = 4 << 20, /* bytes of a journal that is read for a list, or
				      * before one is asked */
};

/*
 * What a save in place that a crash has interrupted left behind, and what to do with it.
 *
 * A byte of the file is written only where it is exactly the one before or the one after
 * the save; any other is somebody else's, and then nothing is written at all. The journal
 * stays until the file is on disk, so a recovery may be interrupted as well.
 *
 * A Recovery has its journal locked. Belongs to one thread.
 */
typedef struct Recovery Recovery;

typedef enum {
	RECOVERY_BACK,    /* the file as it was before the save */
	RECOVERY_FORWARD, /* as the save wanted it */
} RecoveryWay;

typedef struct {
	const char *path;  /* of the file when it was saved; borrowed */
	uint64_t bytes;    /* that the save changes */
	uint64_t old, now; /* how many of them are as before, as after it ... */
	uint64_t foreign;  /* and neither; the first of these is at */
	uint64_t first_foreign;
	bool begun;          /* else the save did not touch the file */
	bool resized;        /* others have given the file a size that fits neither */
	const char *missing; /* why the file cannot be opened, or NULL; borrowed */
	/* A save with moves of which so much is left that recovery_run() reads it: the
	 * bytes are not counted, nor is it known whether it was complete. Else 0. */
	uint64_t stages;
	uint64_t under_way; /* the one of them that it was in, from 1 on; 0: not known */
	uint64_t unread; /* bytes of a longer journal than RECOVERY_READ_MAX: nothing else
			  * is known, but by recovery_find() whether it begun; else 0 */
} RecoveryState;

/* The oldest interrupted save of the file that path names, at once: recovery_run() reads
 * what is long. What turns out to be nothing
 * is cleared away meanwhile: a journal whose save never touched the file, or was
 * complete. MHEX_E_NOTFOUND: there is none, or no state folder. Owned:
 * recovery_close(). */
MhexStatus recovery_find(Recovery **out, const char *path, MhexError *err);

/* The one whose journal has this name, for lists, which are there at once; its file is
 * looked for where it was. Of a longer journal than RECOVERY_READ_MAX the path is known
 * and little else; it is not for recovery_run(). MHEX_E_BUSY: the save is still running;
 * MHEX_E_UNSUPPORTED: the journal cannot be trusted. */
MhexStatus recovery_open(Recovery **out, const char *name, MhexError *err);

void recovery_close(Recovery *recovery);

/* As it was found. */
void recovery_get_state(const Recovery *recovery, RecoveryState *state);

/* Heed the locks of others, as a save does (from the beginning on); with force, go on
 * where one is held. */
void recovery_set_lock(Recovery *recovery, bool lock, bool force);

/* Who wants to know how far recovery_run() is; NULL: nobody. */
void recovery_set_job(Recovery *recovery, Job *job);

/* Make the file one or the other, on disk, and remove the journal: then the recovery is
 * closed. After a failure it is not, and may be run again. MHEX_E_UNSUPPORTED:
 * the journal is damaged, MHEX_E_CONFLICT, naming the byte, and MHEX_E_BUSY, naming the
 * holder of a lock that was waited for: the file was left as it was found. */
MhexStatus recovery_run(Recovery *recovery, RecoveryWay way, MhexError *err);

/* Leave the file as it is and remove the journal. Closed when it succeeds. */
MhexStatus recovery_forget(Recovery *recovery, MhexError *err);

#endif
