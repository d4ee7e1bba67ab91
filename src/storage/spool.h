/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_SPOOL_H
#define MHEX_STORAGE_SPOOL_H

#include <stdint.h>

#include "storage/storage.h"

/*
 * Input without a size (standard input, a FIFO) copied to where it can be
 * mapped: a memfd up to 64 MiB, beyond that an unlinked file in $TMPDIR or
 * /var/tmp.
 */
enum {
	SPOOL_MEMORY_MAX = 64 << 20
}; /* bytes */

/* Read fd to its end; of the options window, progress and context count. On a read or
 * write error (full disk) the status says so, with the number of bytes read in the
 * sentence, and *out is still what came (NULL only when nothing could be set up). fd
 * stays open. */
MhexStatus spool_fd(Storage **out, int fd, const char *name, StorageOptions options,
		    MhexError *err);

/* Open path for spooling when it is a FIFO; waits for a writer. */
MhexStatus spool_open_fifo(int *fd, const char *path, MhexError *err);
#endif
