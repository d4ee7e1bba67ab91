/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/match_list.h"

enum {
	DISTANCE_MAX = 10
}; /* bytes of a LEB128 of 64 bits */

void match_list_free(MatchList *list)
{
	ARRAY_FREE(&list->distances);
	ARRAY_FREE(&list->places);
	*list = (MatchList){0};
}

bool match_list_is_full(const MatchList *list)
{
	return list->distances.count > MATCH_LIST_BYTES_MAX - DISTANCE_MAX;
}

bool match_list_add(MatchList *list, uint64_t offset)
{
	const size_t begin = list->distances.count;
	const MatchPlace place = {list->last, begin};
	if (!ARRAY_RESERVE(&list->distances, begin + DISTANCE_MAX))
		return false;
	if (list->count % MATCH_LIST_STEP == 0 && !ARRAY_PUSH(&list->places, place))
		return false;
	uint64_t distance = offset - list->last;
	for (; distance >= 0x80; distance >>= 7)
		list->distances.items[list->distances.count++] =
			(uint8_t)(0x80 | (distance & 0x7f));
	list->distances.items[list->distances.count++] = (uint8_t)distance;
	list->last = offset;
	list->count++;
	return true;
}

MatchMark match_list_mark(const MatchList *list)
{
	return (MatchMark){list->distances.count, list->places.count, list->count,
			   list->last};
}

void match_list_rewind(MatchList *list, MatchMark mark)
{
	list->distances.count = mark.bytes;
	list->places.count = mark.places;
	list->count = mark.count;
	list->last = mark.last;
}

static uint64_t next_distance(const MatchList *list, size_t *at)
{
	uint64_t distance = 0;
	unsigned shift = 0;
	uint8_t byte = 0;
	do {
		byte = list->distances.items[(*at)++];
		distance |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte >= 0x80);
	return distance;
}

size_t match_list_get(const MatchList *list, uint64_t first, uint64_t *offsets,
		      size_t max)
{
	if (first >= list->count)
		return 0;
	const MatchPlace *place = &list->places.items[first / MATCH_LIST_STEP];
	uint64_t offset = place->offset;
	size_t at = place->byte;
	for (uint64_t skip = first % MATCH_LIST_STEP; skip > 0; skip--)
		offset += next_distance(list, &at);
	size_t copied = 0;
	while (copied < max && first + copied < list->count) {
		offset += next_distance(list, &at);
		offsets[copied++] = offset;
	}
	return copied;
}
