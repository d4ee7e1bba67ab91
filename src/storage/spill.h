/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_SPILL_H
#define MHEX_STORAGE_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes that are appended, read anywhere and cut at the end, however many there are: the
 * last ones are in memory, those before in a file without a name in $TMPDIR or /var/tmp
 * once they do not fit. {0} is an empty one. No lock of its own.
 *
 * For what can be made again: of the disk a reserve is left to others, among them edits
 * and saves of ours, which take what they need. One of 5 %, as file systems keep for the
 * superuser, and of a large disk a gigabyte.
 */
enum {
	SPILL_MEMORY_MAX = 8 << 20, /* bytes */
	SPILL_RESERVE_MAX = 1 << 30,
	SPILL_RESERVE_PART = 20, /* of the disk one such part */
};

typedef struct {
	uint64_t size;
	uint64_t stored; /* of these are in the file; the rest is in tail */
	uint8_t *tail;   /* owned */
	size_t capacity; /* of tail */
	bool has_file;
	int fd;         /* owned, with has_file */
	bool held_back; /* the last failure: no room but for the reserve */
} Spill;

void spill_free(Spill *spill);

/* length is at most SPILL_MEMORY_MAX. False with errno when there is no memory or no room
 * on disk: nothing was appended, what was there can be read still. */
bool spill_append(Spill *spill, const void *bytes, size_t length);

/* Copy up to length bytes at offset, as far as there are any; returns how many. Fewer
 * than there are: errno says why. */
size_t spill_read(const Spill *spill, uint64_t offset, void *dst, size_t length);

/* Forget everything from size on. */
void spill_cut(Spill *spill, uint64_t size);

#endif
