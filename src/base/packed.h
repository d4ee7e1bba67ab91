/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_PACKED_H
#define MHEX_BASE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/*
 * Numbers and texts one behind the other in records of a file, little-endian on every
 * machine.
 */
void packed_add_u32(StrBuf *out, uint32_t value);
void packed_add_u64(StrBuf *out, uint64_t value);
/* With its length in front. */
void packed_add_bytes(StrBuf *out, const void *bytes, size_t length);

/* Taking apart what may be damaged: behind the end all is 0 and failed is set, so that a
 * caller may check once. */
typedef struct {
	const uint8_t *at; /* borrowed */
	size_t left;
	bool failed;
} Unpack;

uint32_t unpack_u32(Unpack *from);
uint64_t unpack_u64(Unpack *from);
/* Borrowed from what is unpacked; NULL when failed. */
const uint8_t *unpack_bytes(Unpack *from, size_t *length);

#endif
