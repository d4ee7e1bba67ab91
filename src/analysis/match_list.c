/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/match_list.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum {
	NUMBER_MAX = 10, /* bytes of a LEB128 of 64 bits */
	COPY_MAX = 1 << 20,
};

typedef struct {
	uint64_t index;  /* of a match */
	uint64_t before; /* offset of the match before it */
	uint64_t code;   /* where its code begins */
} MatchPlace;

void match_list_free(MatchList *list)
{
	spill_free(&list->codes);
	spill_free(&list->places);
	*list = (MatchList){0};
}

/* ---- adding ---- */

static size_t put_number(uint8_t *to, uint64_t number)
{
	size_t used = 0;
	for (; number >= 0x80; number >>= 7)
		to[used++] = (uint8_t)(0x80 | (number & 0x7f));
	to[used++] = (uint8_t)number;
	return used;
}

static bool is_place_due(const MatchList *list, uint64_t index)
{
	return index == 0 || index - list->last_place >= MATCH_LIST_STEP;
}

static bool add_place(MatchList *list, MatchPlace place)
{
	if (!spill_append(&list->places, &place, sizeof(place)))
		return false;
	list->last_place = place.index;
	return true;
}

static bool failed(MatchList *list, MatchMark before)
{
	const int code = errno;
	match_list_rewind(list, before);
	list->trouble = code;
	return false;
}

bool match_list_add_sized(MatchList *list, uint64_t offset, uint64_t length)
{
	uint8_t code[2 * NUMBER_MAX];
	const MatchMark before = match_list_mark(list);
	const MatchPlace place = {list->count, list->last, list->codes.size};
	size_t used = put_number(code, offset - list->last);
	if (list->sized)
		used += put_number(code + used, length);
	if ((is_place_due(list, list->count) && !add_place(list, place)) ||
	    !spill_append(&list->codes, code, used))
		return failed(list, before);
	list->last = offset;
	list->count++;
	return true;
}

bool match_list_add(MatchList *list, uint64_t offset)
{
	return match_list_add_sized(list, offset, list->length);
}

/* ---- reading ---- */

/* Walks over matches from a place on. */
typedef struct {
	const MatchList *list;
	uint64_t index;  /* of the next match */
	uint64_t offset; /* of the one before */
	uint64_t code;   /* behind what is in bytes */
	uint8_t bytes[1024];
	size_t at, have;
} Walk;

static bool next_number(Walk *walk, uint64_t *number)
{
	unsigned shift = 0;
	uint8_t byte = 0;
	*number = 0;
	do {
		if (walk->at == walk->have) {
			walk->have = spill_read(&walk->list->codes, walk->code,
						walk->bytes, sizeof(walk->bytes));
			walk->at = 0;
			walk->code += walk->have;
			if (walk->have == 0)
				return false;
		}
		byte = walk->bytes[walk->at++];
		*number |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte >= 0x80 && shift < 64);
	return true;
}

/* False at the end, also that of a file that cannot be read any more. */
static bool next_match(Walk *walk, Range *match)
{
	uint64_t distance = 0;
	uint64_t length = walk->list->length;
	if (walk->index >= walk->list->count || !next_number(walk, &distance) ||
	    (walk->list->sized && !next_number(walk, &length)))
		return false;
	walk->index++;
	walk->offset += distance;
	*match = (Range){walk->offset, length};
	return true;
}

static bool get_place(const MatchList *list, uint64_t number, MatchPlace *place)
{
	return spill_read(&list->places, number * sizeof(*place), place,
			  sizeof(*place)) == sizeof(*place);
}

/* At the last place that lies before a match: number limit, or the first one that begins
 * at offset limit or behind. */
static bool begin_walk(Walk *walk, const MatchList *list, bool by_offset, uint64_t limit)
{
	uint64_t low = 0;
	uint64_t high = list->places.size / sizeof(MatchPlace);
	MatchPlace found;
	if (high == 0 || !get_place(list, 0, &found))
		return false;
	while (high - low > 1) {
		const uint64_t middle = low + (high - low) / 2;
		MatchPlace place;
		if (!get_place(list, middle, &place))
			return false;
		if (by_offset ? place.before < limit : place.index <= limit) {
			low = middle;
			found = place;
		} else {
			high = middle;
		}
	}
	walk->list = list;
	walk->index = found.index;
	walk->offset = found.before;
	walk->code = found.code;
	walk->at = walk->have = 0;
	return true;
}

size_t match_list_get_ranges(const MatchList *list, uint64_t first, Range *ranges,
			     size_t max)
{
	Walk walk;
	Range skipped;
	size_t copied = 0;
	if (first >= list->count || !begin_walk(&walk, list, false, first))
		return 0;
	while (walk.index < first) {
		if (!next_match(&walk, &skipped))
			return 0;
	}
	while (copied < max && next_match(&walk, &ranges[copied]))
		copied++;
	return copied;
}

size_t match_list_get(const MatchList *list, uint64_t first, uint64_t *offsets,
		      size_t max)
{
	Range ranges[256];
	size_t copied = 0;
	while (copied < max) {
		const size_t room = sizeof(ranges) / sizeof(ranges[0]);
		const size_t want = max - copied < room ? max - copied : room;
		const size_t got =
			match_list_get_ranges(list, first + copied, ranges, want);
		for (size_t i = 0; i < got; i++)
			offsets[copied + i] = ranges[i].offset;
		copied += got;
		if (got < want)
			break;
	}
	return copied;
}

uint64_t match_list_rank(const MatchList *list, uint64_t offset)
{
	Walk walk;
	Range match;
	if (list->count == 0 || !begin_walk(&walk, list, true, offset))
		return 0;
	while (next_match(&walk, &match)) {
		if (match.offset >= offset)
			return walk.index - 1;
	}
	return walk.index;
}

/* ---- another list behind it ---- */

static bool append_codes(MatchList *list, const Spill *from, uint64_t at)
{
	uint8_t bytes[4096];
	size_t got = 0;
	for (; at < from->size; at += got) {
		if (at >= from->stored) { /* as it lies in memory */
			const size_t left = (size_t)(from->size - at);
			got = left < COPY_MAX ? left : COPY_MAX;
			if (!spill_append(&list->codes, from->tail + (at - from->stored),
					  got))
				return false;
			continue;
		}
		got = spill_read(from, at, bytes, sizeof(bytes));
		if (got == 0 || !spill_append(&list->codes, bytes, got))
			return false;
	}
	return true;
}

/* Those of slice that are due here. base: of its match 0 here; shift: of its codes. */
static bool append_places(MatchList *list, const MatchList *slice, uint64_t base,
			  uint64_t shift)
{
	const uint64_t count = slice->places.size / sizeof(MatchPlace);
	for (uint64_t i = 1; i < count; i++) {
		MatchPlace place;
		if (!get_place(slice, i, &place))
			return false;
		place.index += base;
		place.code += shift;
		if (is_place_due(list, place.index) && !add_place(list, place))
			return false;
	}
	return true;
}

bool match_list_append(MatchList *list, const MatchList *slice)
{
	Walk walk;
	Range match;
	const MatchMark before = match_list_mark(list);
	assert(list->sized == slice->sized);
	if (slice->count == 0)
		return true;
	/* The first of them is coded anew, as another one is before it here. */
	if (!begin_walk(&walk, slice, false, 0) || !next_match(&walk, &match))
		return failed(list, before);
	if (!match_list_add_sized(list, match.offset, match.length))
		return false;
	const uint64_t rest = walk.code - (walk.have - walk.at);
	const uint64_t shift = list->codes.size - rest;
	if (!append_codes(list, &slice->codes, rest) ||
	    !append_places(list, slice, before.count, shift))
		return failed(list, before);
	list->count = before.count + slice->count;
	list->last = slice->last;
	return true;
}

MhexStatus match_list_trouble(const MatchList *list, MhexError *err)
{
	if (!list->trouble)
		return MHEX_OK;
	if (list->trouble == ENOMEM)
		return mhex_fail(err, MHEX_E_NOMEM,
				 "out of memory for the list of matches");
	if (list->codes.held_back || list->places.held_back)
		return mhex_fail(
			err, MHEX_E_NOSPACE,
			"no room for the list of matches beside 5 %% of the disk "
			"(1 GiB at most), which others may need: it ends with "
			"number %" PRIu64 ", at 0x%" PRIx64,
			list->count, list->last);
	return mhex_fail(err, MHEX_E_NOSPACE,
			 "no room for the list of matches (%s): it ends with number "
			 "%" PRIu64 ", at 0x%" PRIx64,
			 strerror(list->trouble), list->count, list->last);
}

/* ---- taking back ---- */

MatchMark match_list_mark(const MatchList *list)
{
	return (MatchMark){list->codes.size, list->places.size, list->count, list->last,
			   list->last_place};
}

void match_list_rewind(MatchList *list, MatchMark mark)
{
	spill_cut(&list->codes, mark.codes);
	spill_cut(&list->places, mark.places);
	list->count = mark.count;
	list->last = mark.last;
	list->last_place = mark.last_place;
	list->trouble = 0;
}
