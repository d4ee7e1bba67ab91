/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_LOCK_WAIT_H
#define MHEX_DOCUMENT_LOCK_WAIT_H

#include <stdbool.h>

#include "mhex/error.h"
#include "storage/file_lock.h"

/*
 * Waiting for others' locks, as whatever stores on a job does.
 */
typedef struct {
	const char *path;    /* for the sentence, */
	const char *instead; /* and what can be done all the same */
	bool force;          /* try once, and go on without */
	/* Asked between two tries, it ends the wait by an error. NULL: nothing does. */
	MhexStatus (*go_on)(const void *context, MhexError *err);
	const void *context;
} LockWait;

/* Take all of lock, a second being time enough for another process to end its store.
 * MHEX_E_BUSY names who holds it. Sleeps: not for the thread of the keys. */
MhexStatus lock_wait(FileLock *lock, const LockWait *how, MhexError *err);

#endif
