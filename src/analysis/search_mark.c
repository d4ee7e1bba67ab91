/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/matcher.h"
#include "mhex/byte_state.h"
#include "mhex/search.h"

/* All bytes of [begin, end)? */
static bool is_readable(const uint8_t *states, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		if (states[i] & BYTE_UNREADABLE)
			return false;
	}
	return true;
}

/* What is searched for, what in, and where to put it: no two of them belong together. */
// NOLINTNEXTLINE(readability-function-size)
void search_mark(const Pattern *pattern, uint64_t every, uint64_t offset,
		 const uint8_t *bytes, size_t length, uint8_t *states, uint8_t flag)
{
	Matcher matcher;
	if (pattern->length == 0 || pattern->length > SEARCH_MARK_MAX)
		return;
	matcher_init(&matcher, pattern, NULL);
	size_t marked = 0; /* behind the last byte that has its flag */
	size_t at = matcher_find(&matcher, bytes, length, 0, NULL);
	while (at != SIZE_MAX) {
		const size_t end = at + pattern->length;
		const bool accepted = every <= 1 || (offset + at) % every == 0;
		if (accepted && is_readable(states, at, end)) {
			for (size_t i = at > marked ? at : marked; i < end; i++)
				states[i] |= flag;
			marked = end;
		}
		at = matcher_find(&matcher, bytes, length, at + 1, NULL);
	}
}
