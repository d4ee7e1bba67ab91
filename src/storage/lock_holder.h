/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_LOCK_HOLDER_H
#define MHEX_STORAGE_LOCK_HOLDER_H

#include <stdint.h>

/*
 * Who holds a lock on a file, for a sentence. The kernel tells it of a lock of a process;
 * one of an open file description belongs to nobody, and the descriptors of all processes
 * that may be looked at are searched for it. That takes a while: it is for refusals.
 */
enum {
	LOCK_HOLDER_SIZE = 64
};

/* "process 1234 (postgres)"; "another process" when it cannot be seen. fd: of the file;
 * known: the process, 0 when it is to be found. */
void lock_holder_name(int fd, int64_t known, char text[LOCK_HOLDER_SIZE]);

#endif
