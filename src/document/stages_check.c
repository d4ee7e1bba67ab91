/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "document/stages.h"

/* A target, and the stage that writes it. */
typedef struct {
	Range range;
	size_t stage;
} Target;

typedef struct {
	const Stages *stages;
	Target *targets; /* of all parts, ascending */
	size_t count;
} Check;

static bool part_fits(const Stages *stages, const StagePart *part)
{
	const uint64_t end =
		part->kind == STAGE_CUT ? stages->old_size : stages->new_size;
	if (part->target.length == 0 ||
	    !range_fits(part->target.offset, part->target.length, end))
		return false;
	switch (part->kind) {
	case STAGE_MOVED:
		return range_fits(part->from, part->target.length, stages->old_size);
	case STAGE_FRESH:
		return true;
	case STAGE_CUT:
		return part->target.offset >= stages->new_size;
	}
	return false;
}

/* All that is cut off, in order, and nothing else, at the end. */
static bool cut_fits(const Stages *stages)
{
	uint64_t end = stages->new_size;
	for (size_t i = 0; i < stages->stages.count; i++) {
		const Stage *stage = &stages->stages.items[i];
		for (size_t p = 0; p < stage->count; p++) {
			const StagePart *part = &stages->parts.items[stage->first + p];
			const bool is_cut = part->kind == STAGE_CUT;
			if (is_cut != (i >= stages->first_cut) ||
			    (is_cut && part->target.offset != end))
				return false;
			if (is_cut)
				end = range_end(part->target);
		}
	}
	return end >= stages->old_size;
}

static int by_offset(const void *a, const void *b)
{
	const Target *left = a;
	const Target *right = b;
	return left->range.offset < right->range.offset
		       ? -1
		       : left->range.offset > right->range.offset;
}

static bool collect(Check *check)
{
	const Stages *stages = check->stages;
	uint64_t end = 0;
	check->targets = calloc(stages->parts.count + 1, sizeof(*check->targets));
	if (!check->targets)
		return false;
	for (size_t i = 0; i < stages->stages.count; i++) {
		const Stage *stage = &stages->stages.items[i];
		for (size_t p = 0; p < stage->count; p++) {
			const StagePart *part = &stages->parts.items[stage->first + p];
			if (!part_fits(stages, part))
				return false;
			check->targets[check->count++] = (Target){part->target, i};
		}
	}
	qsort(check->targets, check->count, sizeof(*check->targets), by_offset);
	for (size_t i = 0; i < check->count; i++) {
		if (check->targets[i].range.offset < end)
			return false;
		end = range_end(check->targets[i].range);
	}
	return true;
}

/* The beginning of a range of old bytes, as far as it is kept aside or is not. */
static bool is_kept(const Stages *stages, Range range, uint64_t *length)
{
	size_t index = 0;
	return stages_is_in(stages->kept.items, stages->kept.count, sizeof(Range), range,
			    &index, length);
}

/* No stage before this one overwrites what it needs. */
static bool source_stays(const Check *check, Range range, size_t stage)
{
	while (range.length > 0) {
		uint64_t length = 0;
		size_t index = 0;
		if (!is_kept(check->stages, range, &length)) {
			const Range part = {range.offset, length};
			if (stages_is_in(check->targets, check->count, sizeof(Target),
					 part, &index, &length) &&
			    check->targets[index].stage < stage)
				return false;
		}
		range = range_between(range.offset + length, range_end(range));
	}
	return true;
}

/* What this stage overwrites is to be had when it is done. */
static bool has_home(const Check *check, Range range, size_t stage)
{
	const Stages *stages = check->stages;
	range = range_between(range.offset, range_end(range) < stages->old_size
						    ? range_end(range)
						    : stages->old_size);
	while (range.length > 0) {
		uint64_t length = 0;
		size_t index = 0;
		if (!is_kept(stages, range, &length)) {
			const Range part = {range.offset, length};
			if (!stages_is_in(stages->homes.items, stages->homes.count,
					  sizeof(StageHome), part, &index, &length) ||
			    stages->homes.items[index].stage > stage)
				return false;
		}
		range = range_between(range.offset + length, range_end(range));
	}
	return true;
}

static bool order_is_right(const Check *check)
{
	const Stages *stages = check->stages;
	for (size_t i = 0; i < stages->stages.count; i++) {
		const Stage *stage = &stages->stages.items[i];
		for (size_t p = 0; p < stage->count; p++) {
			const StagePart *part = &stages->parts.items[stage->first + p];
			const Range from = {part->from, part->target.length};
			if (!has_home(check, part->target, i) ||
			    (part->kind == STAGE_MOVED && !source_stays(check, from, i)))
				return false;
		}
	}
	return true;
}

bool stages_check(const Stages *stages)
{
	Check check = {.stages = stages};
	bool right = stages->largest <= STAGE_BYTES_MAX;
	for (size_t i = 0; right && i < stages->kept.count; i++)
		right = range_fits(stages->kept.items[i].offset,
				   stages->kept.items[i].length, stages->old_size);
	right = right && cut_fits(stages) && collect(&check) && order_is_right(&check);
	free(check.targets);
	return right;
}
