/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/add_buffer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/file_memory.h"

enum {
	CHUNK_SHIFT = 16, /* the first chunk has 64 KiB */
	CHUNKS = 47,      /* up to 2^62 bytes */
	HEAP_CHUNKS = 8,  /* 8 MiB; larger ones are file memory */
};

struct AddBuffer {
	uint64_t size;
	uint8_t *chunks[CHUNKS];
};

/* Chunk 0 holds [0, 64 KiB), chunk i > 0 holds [64 KiB << (i - 1), 64 KiB << i): the
 * number of a chunk is that of the highest bit of what lies before it. */
static unsigned chunk_of(uint64_t offset)
{
	const uint64_t units = offset >> CHUNK_SHIFT;
	return units == 0 ? 0 : 64 - (unsigned)__builtin_clzll(units);
}

static uint64_t chunk_begin(unsigned chunk)
{
	return chunk == 0 ? 0 : (uint64_t)1 << (CHUNK_SHIFT + chunk - 1);
}

static uint64_t chunk_end(unsigned chunk)
{
	return (uint64_t)1 << (CHUNK_SHIFT + chunk);
}

AddBuffer *add_buffer_new(void)
{
	return calloc(1, sizeof(AddBuffer));
}

void add_buffer_free(AddBuffer *buffer)
{
	if (!buffer)
		return;
	for (unsigned i = 0; i < CHUNKS; i++)
		if (i < HEAP_CHUNKS)
			free(buffer->chunks[i]);
		else
			file_memory_give(buffer->chunks[i],
					 (size_t)(chunk_end(i) - chunk_begin(i)));
	free(buffer);
}

uint64_t add_buffer_size(const AddBuffer *buffer)
{
	return buffer->size;
}

uint64_t add_buffer_memory(const AddBuffer *buffer)
{
	uint64_t bytes = sizeof(*buffer);
	for (unsigned i = 0; i < CHUNKS; i++)
		if (buffer->chunks[i])
			bytes += chunk_end(i) - chunk_begin(i);
	return bytes;
}

static bool reserve(AddBuffer *buffer, size_t length)
{
	if (length > chunk_end(CHUNKS - 1) - buffer->size)
		return false;
	const unsigned last = chunk_of(buffer->size + length - 1);
	for (unsigned i = chunk_of(buffer->size); i <= last; i++) {
		if (buffer->chunks[i])
			continue;
		const size_t size = (size_t)(chunk_end(i) - chunk_begin(i));
		buffer->chunks[i] =
			i < HEAP_CHUNKS ? malloc(size) : file_memory_take(size);
		if (!buffer->chunks[i])
			return false;
	}
	return true;
}

bool add_buffer_append(AddBuffer *buffer, const void *bytes, size_t length,
		       uint64_t *offset)
{
	*offset = buffer->size;
	if (length == 0)
		return true;
	if (!reserve(buffer, length))
		return false;
	const uint8_t *from = bytes;
	uint64_t to = buffer->size;
	while (length > 0) {
		const unsigned chunk = chunk_of(to);
		const uint64_t room = chunk_end(chunk) - to;
		const size_t part = length < room ? length : (size_t)room;
		memcpy(buffer->chunks[chunk] + (to - chunk_begin(chunk)), from, part);
		from += part;
		to += part;
		length -= part;
	}
	buffer->size = to;
	return true;
}

void add_buffer_cut(AddBuffer *buffer, uint64_t size)
{
	assert(size <= buffer->size);
	buffer->size = size;
}

uint8_t add_buffer_amend(AddBuffer *buffer, uint8_t byte)
{
	assert(buffer->size > 0);
	const uint64_t last = buffer->size - 1;
	const unsigned chunk = chunk_of(last);
	uint8_t *place = buffer->chunks[chunk] + (last - chunk_begin(chunk));
	const uint8_t old = *place;
	*place = byte;
	return old;
}

const uint8_t *add_buffer_at(const AddBuffer *buffer, uint64_t offset, uint64_t *run)
{
	const unsigned chunk = chunk_of(offset);
	*run = chunk_end(chunk) - offset;
	return buffer->chunks[chunk] + (offset - chunk_begin(chunk));
}

void add_buffer_read(const AddBuffer *buffer, uint64_t offset, void *dst, size_t length)
{
	uint8_t *to = dst;
	while (length > 0) {
		uint64_t run = 0;
		const uint8_t *from = add_buffer_at(buffer, offset, &run);
		const size_t part = length < run ? length : (size_t)run;
		memcpy(to, from, part);
		to += part;
		offset += part;
		length -= part;
	}
}
