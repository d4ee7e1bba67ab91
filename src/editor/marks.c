/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/marks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void marks_free(Marks *marks)
{
	free(marks->entries);
	*marks = (Marks){0};
}

bool marks_is_name(const char *name, size_t length)
{
	if (length == 0 || length >= MARK_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		const unsigned char c = (unsigned char)name[i];
		if (c >= 0x80 || (!isalnum(c) && c != '_'))
			return false;
	}
	return true;
}

/* Index of the first entry that is not before name; *found when it is that. */
static size_t place(const Marks *marks, const char *name, size_t length, bool *found)
{
	size_t low = 0;
	size_t high = marks->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = strncmp(marks->entries[middle].name, name, length);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = low < marks->count &&
		 strncmp(marks->entries[low].name, name, length) == 0 &&
		 marks->entries[low].name[length] == '\0';
	return low;
}

static bool reserve(Marks *marks)
{
	if (marks->count < marks->capacity)
		return true;
	const size_t capacity = marks->capacity ? 2 * marks->capacity : 16;
	MarkEntry *entries = reallocarray(marks->entries, capacity, sizeof(*entries));
	if (!entries)
		return false;
	marks->entries = entries;
	marks->capacity = capacity;
	return true;
}

bool marks_set(Marks *marks, const char *name, size_t length, uint64_t offset)
{
	bool found = false;
	if (!marks_is_name(name, length))
		return false;
	const size_t at = place(marks, name, length, &found);
	if (!found) {
		if (!reserve(marks))
			return false;
		memmove(&marks->entries[at + 1], &marks->entries[at],
			(marks->count - at) * sizeof(marks->entries[0]));
		marks->count++;
		marks->entries[at] = (MarkEntry){0};
		memcpy(marks->entries[at].name, name, length);
	}
	marks->entries[at].offset = offset;
	return true;
}

bool marks_get(const Marks *marks, const char *name, size_t length, uint64_t *offset)
{
	bool found = false;
	if (!marks_is_name(name, length))
		return false;
	const size_t at = place(marks, name, length, &found);
	if (found)
		*offset = marks->entries[at].offset;
	return found;
}
