/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_FILE_LOCK_H
#define MHEX_STORAGE_FILE_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "mhex/error.h"
#include "mhex/range.h"

/*
 * Cooperation with programs that lock what they write: for the time of a store mhex holds
 * flock(LOCK_EX) on the file and write locks (of the open file description) on what is
 * stored.
 *
 * One lock spans everything in one window, not one each range, as the kernel looks
 * through all locks of a file for each that is added. A descriptor that is open for
 * reading only cannot hold the second kind: then it is only asked whether another has
 * one. Where a file system has no locks, there are none.
 */
typedef struct {
	int fd; /* borrowed */
	uint64_t window;
	ARRAY(Range) spans; /* ascending; at most one a window */
	int64_t holder;     /* after a refusal: its process, 0: not known yet */
} FileLock;

/* window: in bytes; SIZE_MAX for one lock on everything. Owned: file_lock_release(). */
void file_lock_init(FileLock *lock, int fd, size_t window);

/* What will be stored; in order of offset. False when out of memory. */
bool file_lock_add(FileLock *lock, Range range);

/* Take all, or none: false when another process holds one of them. Does not wait. */
bool file_lock_try(FileLock *lock);

/* Why it was refused: MHEX_E_BUSY with the holder's name, as far as it can be seen.
 * instead: what one can do all the same ("! stores anyway"). */
MhexStatus file_lock_refused(const FileLock *lock, const char *path, const char *instead,
			     MhexError *err);

/* Give back what is held, and free what was added; also when nothing is held. */
void file_lock_release(FileLock *lock);

#endif
