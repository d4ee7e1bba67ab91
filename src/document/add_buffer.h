/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_ADD_BUFFER_H
#define MHEX_DOCUMENT_ADD_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes that were typed or pasted: appended, never changed, never moved.
 *
 * Chunks of 64 KiB, 64 KiB, 128 KiB, 256 KiB ... in an array that does not grow: other
 * threads may read what was there when they got to know of it, while the document's
 * thread appends.
 */
typedef struct AddBuffer AddBuffer;

AddBuffer *add_buffer_new(void); /* NULL: out of memory */
void add_buffer_free(AddBuffer *buffer);

uint64_t add_buffer_size(const AddBuffer *buffer);
/* Bytes of memory. */
uint64_t add_buffer_memory(const AddBuffer *buffer);

/* *offset is where they lie. False when out of memory: nothing was appended. */
bool add_buffer_append(AddBuffer *buffer, const void *bytes, size_t length,
		       uint64_t *offset);
/* Forget everything from size on; only what nobody has been told of. */
void add_buffer_cut(AddBuffer *buffer, uint64_t size);

/* Change the last byte; only while nobody has been told of it. Returns what it was. */
uint8_t add_buffer_amend(AddBuffer *buffer, uint8_t byte);

/* The bytes at offset; *run is how far they lie in one run, which may be beyond what was
 * appended (its size is not for other threads to ask). */
const uint8_t *add_buffer_at(const AddBuffer *buffer, uint64_t offset, uint64_t *run);
void add_buffer_read(const AddBuffer *buffer, uint64_t offset, void *dst, size_t length);

#endif
