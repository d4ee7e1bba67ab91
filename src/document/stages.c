/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/stages.h"

#include <stdlib.h>
#include <string.h>

void stages_begin(Stages *stages, uint64_t old_size, uint64_t new_size, size_t limit)
{
	*stages = (Stages){.old_size = old_size, .new_size = new_size, .limit = limit};
}

void stages_free(Stages *stages)
{
	ARRAY_FREE(&stages->parts);
	ARRAY_FREE(&stages->stages);
	ARRAY_FREE(&stages->kept);
	ARRAY_FREE(&stages->homes);
}

/* ---- Making them ---- */

static Stage *last_stage(const Stages *stages)
{
	return &stages->stages.items[stages->stages.count - 1];
}

/* What is cut off has stages of its own. */
static bool fits_last(const Stages *stages, StagePartKind kind)
{
	if (stages->stages.count == 0)
		return false;
	const Stage *last = last_stage(stages);
	const StagePartKind before = stages->parts.items[last->first].kind;
	return last->bytes < stages->limit && last->count < STAGE_PARTS_MAX &&
	       (before == STAGE_CUT) == (kind == STAGE_CUT);
}

static bool add_whole(Stages *stages, StagePart part)
{
	if (!ARRAY_PUSH(&stages->parts, part))
		return false;
	last_stage(stages)->count++;
	last_stage(stages)->bytes += (size_t)part.target.length;
	return true;
}

static StagePart sub_part(StagePart part, uint64_t from, uint64_t length)
{
	part.target = (Range){part.target.offset + from, length};
	part.from += from;
	return part;
}

bool stages_add(Stages *stages, StagePart part, bool backwards)
{
	while (part.target.length > 0) {
		const Stage fresh = {.first = stages->parts.count};
		if (!fits_last(stages, part.kind) && !ARRAY_PUSH(&stages->stages, fresh))
			return false;
		const uint64_t room = stages->limit - last_stage(stages)->bytes;
		const uint64_t all = part.target.length;
		const uint64_t now = all < room ? all : room;
		const uint64_t rest = all - now;
		if (!add_whole(stages, sub_part(part, backwards ? rest : 0, now)))
			return false;
		part = sub_part(part, backwards ? 0 : now, rest);
	}
	return true;
}

bool stages_keep(Stages *stages, Range range)
{
	return range.length == 0 || ARRAY_PUSH(&stages->kept, range);
}

/* Parts, homes and ranges begin with a range. */
static int by_offset(const void *a, const void *b)
{
	const Range *left = a;
	const Range *right = b;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static void sort(void *items, size_t count, size_t size)
{
	if (count > 1)
		qsort(items, count, size, by_offset);
}

/* Ascending, and no byte twice. */
static void tidy_kept(Stages *stages)
{
	FileRanges *kept = &stages->kept;
	size_t count = 0;
	sort(kept->items, kept->count, sizeof(*kept->items));
	for (size_t i = 0; i < kept->count; i++) {
		const Range range = kept->items[i];
		Range *last = count > 0 ? &kept->items[count - 1] : NULL;
		if (!last || range.offset > range_end(*last))
			kept->items[count++] = range;
		else if (range_end(range) > range_end(*last))
			last->length = range_end(range) - last->offset;
	}
	kept->count = count;
}

static bool add_homes(Stages *stages, size_t index)
{
	const Stage *stage = &stages->stages.items[index];
	for (size_t i = 0; i < stage->count; i++) {
		const StagePart *part = &stages->parts.items[stage->first + i];
		const StageHome home = {
			{part->from, part->target.length}, part->target.offset, index};
		if (part->kind == STAGE_MOVED && !ARRAY_PUSH(&stages->homes, home))
			return false;
	}
	return true;
}

/* A range that was pasted twice has two homes: one is enough. */
static bool find_homes(Stages *stages)
{
	uint64_t end = 0;
	size_t count = 0;
	for (size_t i = 0; i < stages->stages.count; i++)
		if (!add_homes(stages, i))
			return false;
	StageHome *homes = stages->homes.items;
	sort(homes, stages->homes.count, sizeof(*homes));
	for (size_t i = 0; i < stages->homes.count; i++) {
		StageHome home = homes[i];
		const uint64_t skip = end > home.old.offset ? end - home.old.offset : 0;
		if (skip >= home.old.length)
			continue;
		home.old = range_between(home.old.offset + skip, range_end(home.old));
		home.target += skip;
		homes[count++] = home;
		end = range_end(home.old);
	}
	stages->homes.count = count;
	return true;
}

/* Where the stages of what is cut off begin; and how much there is of all. */
static void measure(Stages *stages)
{
	stages->first_cut = 0;
	for (size_t i = 0; i < stages->stages.count; i++) {
		Stage *stage = &stages->stages.items[i];
		StagePart *parts = &stages->parts.items[stage->first];
		size_t at = 0;
		sort(parts, stage->count, sizeof(*parts));
		for (size_t p = 0; p < stage->count; p++) {
			parts[p].at = at;
			at += (size_t)parts[p].target.length;
		}
		if (parts->kind != STAGE_CUT)
			stages->first_cut = i + 1;
		if (stage->bytes > stages->largest)
			stages->largest = stage->bytes;
		stages->bytes += stage->bytes;
	}
}

bool stages_order(Stages *stages)
{
	tidy_kept(stages);
	measure(stages);
	return find_homes(stages);
}

bool stages_finish(Stages *stages)
{
	const Range cut = range_between(stages->new_size, stages->old_size);
	const StagePart part = {.target = cut, .kind = STAGE_CUT};
	return stages_add(stages, part, false) && stages_order(stages);
}

/* ---- Finding old bytes ---- */

/* The first of count items, which begin with ascending ranges, that ends behind offset.
 */
static size_t first_behind(const void *items, size_t count, size_t size, uint64_t offset)
{
	size_t low = 0, high = count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		Range range;
		memcpy(&range, (const char *)items + middle * size, sizeof(range));
		if (range_end(range) > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool stages_is_in(const void *items, size_t count, size_t size, Range wanted,
		  size_t *index, uint64_t *length)
{
	Range range = {range_end(wanted), 0};
	*index = first_behind(items, count, size, wanted.offset);
	if (*index < count)
		memcpy(&range, (const char *)items + *index * size, sizeof(range));
	const bool inside = range_contains(range, wanted.offset);
	const uint64_t end = inside ? range_end(range) : range.offset;
	*length = end < range_end(wanted) ? end - wanted.offset : wanted.length;
	return inside;
}

static bool is_kept(const Stages *stages, Range wanted, uint64_t *length)
{
	size_t index = 0;
	return stages_is_in(stages->kept.items, stages->kept.count, sizeof(Range), wanted,
			    &index, length);
}

StagePlace stages_find_source(const Stages *stages, const Stage *stage, Range range)
{
	const StagePart *parts = &stages->parts.items[stage->first];
	size_t index = 0;
	uint64_t length = 0;
	if (is_kept(stages, range, &length))
		return (StagePlace){STAGE_PLACE_KEPT, range.offset, length};
	range.length = length;
	if (!stages_is_in(parts, stage->count, sizeof(*parts), range, &index, &length))
		return (StagePlace){STAGE_PLACE_FILE, range.offset, length};
	const uint64_t at = parts[index].at + (range.offset - parts[index].target.offset);
	return (StagePlace){STAGE_PLACE_STAGE, at, length};
}

StagePlace stages_find_home(const Stages *stages, Range range)
{
	size_t index = 0;
	uint64_t length = 0;
	if (range.offset >= stages->old_size)
		return (StagePlace){STAGE_PLACE_BEYOND, range.offset, range.length};
	range = range_intersect(range, (Range){0, stages->old_size});
	if (is_kept(stages, range, &length))
		return (StagePlace){STAGE_PLACE_KEPT, range.offset, length};
	range.length = length;
	if (!stages_is_in(stages->homes.items, stages->homes.count, sizeof(StageHome),
			  range, &index, &length))
		return (StagePlace){STAGE_PLACE_FILE, range.offset, length};
	const StageHome *home = &stages->homes.items[index];
	const uint64_t at = home->target + (range.offset - home->old.offset);
	return (StagePlace){STAGE_PLACE_HOME, at, length};
}

static uint64_t mix(uint64_t hash, const uint8_t *bytes, size_t length)
{
	uint64_t word = 0;
	memcpy(&word, bytes, length);
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/* Four sums side by side: a multiplication takes longer than to begin the next one. */
uint64_t stage_digest(const uint8_t *bytes, size_t length)
{
	enum {
		LANES = 4,
		WORD = sizeof(uint64_t)
	};
	uint64_t sums[LANES] = {1, 2, 3, 4};
	uint64_t hash = length;
	size_t at = 0;
	for (; length - at >= (size_t)LANES * WORD; at += (size_t)LANES * WORD)
		for (size_t i = 0; i < LANES; i++)
			sums[i] = mix(sums[i], bytes + at + i * WORD, WORD);
	for (; at < length; at += WORD)
		hash = mix(hash, bytes + at, length - at < WORD ? length - at : WORD);
	for (size_t i = 0; i < LANES; i++)
		hash = mix(hash, (const uint8_t *)&sums[i], WORD);
	return hash;
}
