/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/change.h"

void change_free(Change *change)
{
	piece_list_free(&change->removed);
	piece_list_free(&change->inserted);
}

static uint64_t list_length(const PieceList *list)
{
	return pieces_length(list->items, list->count);
}

bool changes_touch(const Change *first, const Change *second)
{
	return second->offset <= first->offset + list_length(&first->inserted) &&
	       second->offset + list_length(&second->removed) >= first->offset;
}

/* Add [begin, end) of what from holds. */
static bool add_part(PieceList *to, const PieceList *from, uint64_t begin, uint64_t end)
{
	uint64_t at = 0;
	for (size_t i = 0; i < from->count && at < end; i++) {
		const Range piece = {at, from->items[i].length};
		const Range part = range_intersect(piece, range_between(begin, end));
		if (!piece_list_add(to, piece_part(&from->items[i], part.offset - at,
						   part.length)))
			return false;
		at += piece.length;
	}
	return true;
}

static uint64_t above(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

bool changes_merge(const Change *first, const Change *second, Change *out)
{
	const uint64_t put = list_length(&first->inserted);
	const uint64_t taken = list_length(&second->removed);
	/* In offsets as they were between the two. */
	const uint64_t first_end = first->offset + put;
	const uint64_t second_end = second->offset + taken;
	const uint64_t before = above(first->offset, second->offset);
	const uint64_t behind = above(second_end, first_end);
	const uint64_t kept_before = above(second->offset, first->offset);
	const uint64_t kept_behind = above(first_end, second_end);
	const PieceList *old = &second->removed;
	const PieceList *new = &first->inserted;
	*out = (Change){.offset = first->offset - before};
	if (add_part(&out->removed, old, 0, before) &&
	    add_part(&out->removed, &first->removed, 0, UINT64_MAX) &&
	    add_part(&out->removed, old, taken - behind, taken) &&
	    add_part(&out->inserted, new, 0, kept_before) &&
	    add_part(&out->inserted, &second->inserted, 0, UINT64_MAX) &&
	    add_part(&out->inserted, new, put - kept_behind, put))
		return true;
	change_free(out);
	return false;
}
