/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_FILE_MEMORY_H
#define MHEX_STORAGE_FILE_MEMORY_H

#include <stddef.h>

/*
 * Memory that need not stay in RAM: a mapped file of ours without a name, in $TMPDIR,
 * /var/tmp or /tmp, with its blocks taken beforehand. For what grows with the edits of a
 * document; as with swap, a disk that cannot give it back ends the program.
 */

/* size bytes, zero; NULL with errno. Where no file can be made at all (a system that is
 * read-only) it is plain memory; a disk without room is a refusal. */
void *file_memory_take(size_t size);
void file_memory_give(void *memory, size_t size);

enum {
	LARGE_MEMORY = 2 << 20 /* bytes: a huge page, where there are any */
};

/* LARGE_MEMORY bytes of plain memory, in one step where the kernel can: page by page it
 * may cost more than what is done with it. NULL: none; given back by free(). */
void *large_memory_take(void);

#endif
