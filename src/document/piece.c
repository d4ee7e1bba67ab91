/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/piece.h"

#include <stdlib.h>

bool piece_list_add(PieceList *list, Piece piece)
{
	if (piece.length == 0)
		return true;
	if (list->count > 0 && piece_continues(&list->items[list->count - 1], &piece)) {
		list->items[list->count - 1].length += piece.length;
		return true;
	}
	if (list->count == list->capacity) {
		const size_t capacity = list->capacity ? 2 * list->capacity : 4;
		Piece *items = realloc(list->items, capacity * sizeof(*items));
		if (!items)
			return false;
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = piece;
	return true;
}

bool piece_list_add_all(PieceList *list, const Piece *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!piece_list_add(list, pieces[i]))
			return false;
	return true;
}

void piece_list_free(PieceList *list)
{
	free(list->items);
	*list = (PieceList){0};
}

uint64_t pieces_length(const Piece *pieces, size_t count)
{
	uint64_t length = 0;
	for (size_t i = 0; i < count; i++)
		length += pieces[i].length;
	return length;
}
