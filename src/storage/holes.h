/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_HOLES_H
#define MHEX_STORAGE_HOLES_H

#include <stdbool.h>
#include <stdint.h>

#include "mhex/error.h"
#include "mhex/range.h"

/*
 * Blocks under bytes that are going to be stored through a mapping: a store into a
 * hole of a full file system is a SIGBUS, and this makes it ENOSPC beforehand.
 *
 * What is known to have blocks is remembered, because ext4 goes on reporting an
 * allocated range as a hole until it is written, and because edits come in order.
 */
typedef struct {
	int fd; /* borrowed, writable */
	Range known;
} Holes;

/* range lies within size, the file's. *possible is false when the file system cannot
 * allocate in advance; nothing is touched then. errno on failure. */
bool holes_fill(Holes *holes, Range range, uint64_t size, bool *possible);

/* The beginning of range, not empty, in which all pages lack blocks (*lacking), or none
 * does. A page of which a part is a hole lacks them. */
Range holes_run(int fd, Range range, uint64_t size, bool *lacking);

#endif
