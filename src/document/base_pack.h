/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_BASE_PACK_H
#define MHEX_DOCUMENT_BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/range.h"

/*
 * Runs of bytes in the order of their offsets, coded: how far behind the one before, how
 * long, the bytes. Some hundreds of short ones; to be read, or added to at the end.
 */
enum {
	BASE_BLOCK = 16, /* bytes; what begins in one goes into one pack */
	PACK_CODES = 3136,
	PACK_STRIDE = 256, /* bytes of codes between two places where reading may begin */
	PACK_MARKS = (PACK_CODES + PACK_STRIDE - 1) / PACK_STRIDE,
};

typedef struct {
	uint64_t first, end;         /* the runs lie in [first, end) */
	uint64_t before[PACK_MARKS]; /* where the run before a mark ends */
	uint16_t marks[PACK_MARKS];  /* where in codes */
	uint16_t mark_count, used;
	uint8_t codes[PACK_CODES];
} BasePack;

typedef struct {
	Range range;
	const uint8_t *bytes; /* in the pack */
	size_t next;
} BaseRun;

/* Without runs; the first one begins at offset. */
void base_pack_init(BasePack *pack, uint64_t offset);
/* Add a run at offset, which is not before the end. How many of its bytes: 0 when the
 * pack is full; that is not so within the block of the last byte, nor at the first. */
size_t base_pack_add(BasePack *pack, uint64_t offset, const uint8_t *bytes,
		     size_t length);
/* The first run that reaches behind offset, and the one behind it. False: none. */
bool base_pack_seek(const BasePack *pack, uint64_t offset, BaseRun *run);
bool base_pack_next(const BasePack *pack, BaseRun *run);

#endif
