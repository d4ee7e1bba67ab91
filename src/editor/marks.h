/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_MARKS_H
#define MHEX_EDITOR_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Named offsets of one document, sorted by name.

 */
enum {
	MARK_NAME_MAX = 32
};

typedef struct {
	char name[MARK_NAME_MAX];
	uint64_t offset;
} MarkEntry;

typedef struct {
	MarkEntry *entries; /* owned */
	size_t count, capacity;
} Marks;

void marks_free(Marks *marks);
/* Letters, digits and _; false: not a name, or no memory. */
bool marks_set(Marks *marks, const char *name, size_t length, uint64_t offset);
bool marks_get(const Marks *marks, const char *name, size_t length, uint64_t *offset);
bool marks_is_name(const char *name, size_t length);

#endif
