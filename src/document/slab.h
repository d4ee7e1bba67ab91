/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SLAB_H
#define MHEX_DOCUMENT_SLAB_H

#include <stddef.h>
#include <stdint.h>

/*
 * Items of one size. The first half MiB of them are in the heap and go back there, the
 * next ones in chunks of plain memory; those beyond lie in file memory, so that the edits
 * of a document do not fill the RAM.
 */
typedef struct {
	size_t item;  /* bytes */
	size_t plain; /* chunks of plain memory at most */
	size_t heap;  /* how many are in the heap */
	uint8_t **chunks;
	size_t count; /* of chunks */
	size_t used;  /* bytes of the last one */
	void *spare;  /* items of chunks that were given back, one leads to the next */
} Slab;

/* item: at least the size of a pointer. plain: bytes of plain memory at most. */
void slab_init(Slab *slab, size_t item, size_t plain);
/* NULL: neither memory nor room. */
void *slab_take(Slab *slab);
void slab_give(Slab *slab, void *item);
/* After the last item of the heap was given back; others need not be. It is then as
 * slab_init() left it. */
void slab_free(Slab *slab);

#endif
