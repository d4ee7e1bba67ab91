/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/slab.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "storage/file_memory.h"

enum {
	HEAP_BYTES = 512 << 10,
	CHUNK_FIRST = 4 << 20,
	CHUNK_DOUBLINGS = 6, /* then all have 256 MiB */
};

void slab_init(Slab *slab, size_t item, size_t plain)
{
	assert(item >= sizeof(void *));
	*slab = (Slab){.item = item, .plain = plain / LARGE_MEMORY};
}

static size_t chunk_size(const Slab *slab, size_t index)
{
	if (index < slab->plain)
		return LARGE_MEMORY;
	index -= slab->plain;
	return (size_t)CHUNK_FIRST << (index < CHUNK_DOUBLINGS ? index : CHUNK_DOUBLINGS);
}

static void *take_chunk(const Slab *slab, size_t index)
{
	return index < slab->plain ? large_memory_take()
				   : file_memory_take(chunk_size(slab, index));
}

static void give_chunk(const Slab *slab, size_t index)
{
	if (index < slab->plain)
		free(slab->chunks[index]);
	else
		file_memory_give(slab->chunks[index], chunk_size(slab, index));
}

static bool add_chunk(Slab *slab)
{
	uint8_t **chunks = reallocarray(slab->chunks, slab->count + 1, sizeof(*chunks));
	if (!chunks)
		return false;
	slab->chunks = chunks;
	chunks[slab->count] = take_chunk(slab, slab->count);
	if (!chunks[slab->count])
		return false;
	slab->count++;
	slab->used = 0;
	return true;
}

static void *take_from_chunk(Slab *slab)
{
	void *item = slab->spare;
	if (item) {
		memcpy(&slab->spare, item, sizeof(slab->spare));
		return item;
	}
	if ((slab->count == 0 ||
	     chunk_size(slab, slab->count - 1) - slab->used < slab->item) &&
	    !add_chunk(slab))
		return NULL;
	item = slab->chunks[slab->count - 1] + slab->used;
	slab->used += slab->item;
	return item;
}

void *slab_take(Slab *slab)
{
	if (slab->heap >= HEAP_BYTES / slab->item)
		return take_from_chunk(slab);
	void *item = malloc(slab->item);
	slab->heap += item != NULL;
	return item;
}

static bool is_in_chunk(const Slab *slab, const void *item)
{
	const uintptr_t at = (uintptr_t)item;
	for (size_t i = 0; i < slab->count; i++) {
		const uintptr_t begin = (uintptr_t)slab->chunks[i];
		if (at >= begin && at - begin < chunk_size(slab, i))
			return true;
	}
	return false;
}

void slab_give(Slab *slab, void *item)
{
	if (is_in_chunk(slab, item)) {
		memcpy(item, &slab->spare, sizeof(slab->spare));
		slab->spare = item;
		return;
	}
	free(item);
	slab->heap--;
}

void slab_free(Slab *slab)
{
	assert(slab->heap == 0);
	for (size_t i = 0; i < slab->count; i++)
		give_chunk(slab, i);
	free(slab->chunks);
	slab_init(slab, slab->item, slab->plain * LARGE_MEMORY);
}
