/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_BASE_BYTES_H
#define MHEX_DOCUMENT_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/range.h"

/*
 * What the file held under the bytes that were edited, by file offset.
 *
 * A save stores a byte only where the file still holds what is remembered here, so that
 * nobody else's change is overwritten without being named. Kept in blocks of 16 bytes
 * with a bit for each byte that is known; what came in ascending order, packed until it
 * changes.
 */
typedef struct BaseBytes BaseBytes;

BaseBytes *base_bytes_new(void); /* NULL: out of memory */
/* For a save, which runs on another thread; costs what it holds. */
BaseBytes *base_bytes_clone(const BaseBytes *store);
void base_bytes_free(BaseBytes *store);
void base_bytes_clear(BaseBytes *store);
uint64_t base_bytes_memory(const BaseBytes *store);

/* Remember bytes for [offset, offset + length). readable may be NULL; a byte whose
 * readable is 0 becomes unknown. False when out of memory. */
bool base_bytes_put(BaseBytes *store, uint64_t offset, const uint8_t *bytes,
		    const uint8_t *readable, size_t length);
/* Likewise, for very many bytes or runs one behind the other. */
bool base_bytes_append(BaseBytes *store, uint64_t offset, const uint8_t *bytes,
		       const uint8_t *readable, size_t length);
void base_bytes_forget(BaseBytes *store, uint64_t offset, uint64_t length);

/* The first stretch at or after offset in which bytes may be remembered; empty when there
 * is none. Nothing is remembered before it. */
Range base_bytes_next(const BaseBytes *store, uint64_t offset);
/* known[i] is 1 where dst[i] is what the file held, else 0. */
void base_bytes_read(const BaseBytes *store, uint64_t offset, uint8_t *dst, size_t length,
		     uint8_t *known);

#endif
