/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_ARRAY_H
#define MHEX_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * A growing array of any type:
 *
 *	typedef ARRAY(uint64_t) Offsets;
 *	Offsets offsets = {0};
 *	if (!ARRAY_PUSH(&offsets, 42))
 *		... out of memory, offsets is as before ...
 *	ARRAY_FREE(&offsets);
 */
#define ARRAY(type)                                                                      \
	struct {                                                                         \
		type *items; /* owned */                                                 \
		size_t count;                                                            \
		size_t capacity;                                                         \
	}

/* Room for want items; *items is a pointer to any object type. False when
 * memory is out. */
static inline bool array_grow(void *items, size_t *capacity, size_t want, size_t size)
{
	if (want <= *capacity)
		return true;
	size_t room = *capacity < 8 ? 8 : *capacity;
	while (room < want) {
		if (room > SIZE_MAX / 2)
			return false;
		room *= 2;
	}
	if (room > SIZE_MAX / size)
		return false;
	void *old = NULL;
	memcpy(&old, items, sizeof(old));
	void *grown = realloc(old, room * size);
	if (!grown)
		return false;
	memcpy(items, &grown, sizeof(grown));
	*capacity = room;
	return true;
}

/* True when there is room for want items. */
#define ARRAY_RESERVE(array, want)                                                       \
	array_grow(&(array)->items, &(array)->capacity, (want), sizeof(*(array)->items))

/* True when value was added. */
#define ARRAY_PUSH(array, value)                                                         \
	(ARRAY_RESERVE((array), (array)->count + 1)                                      \
		 ? ((array)->items[(array)->count++] = (value), true)                    \
		 : false)

/* Give the memory back; the array is empty and usable afterwards. */
#define ARRAY_FREE(array)                                                                \
	(free((array)->items), (array)->items = NULL, (array)->count = 0,                \
	 (array)->capacity = 0)

#endif
