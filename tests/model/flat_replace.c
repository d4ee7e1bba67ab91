/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Many ranges are replaced as one step, in the document and in the flat array. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "flat_document.h"

enum {
	RANGES_MAX = 400,
	LENGTH_MAX = 4,
	FEW = 64, /* what is replaced one by one, as any edit */
};

typedef struct {
	Range ranges[RANGES_MAX];
	size_t count;
	size_t length; /* of each */
	bool alike;    /* they hold the same */
	uint8_t bytes[LENGTH_MAX], keep[LENGTH_MAX];
	Replacement with;
} Plan;

/* Anywhere, or where the same bytes are. */
static void draw_ranges(Plan *plan)
{
	const State *now = flat_now();
	const size_t gap = flat_pick(12);
	size_t at = flat_pick(30);
	plan->count = 0;
	plan->length = flat_pick(LENGTH_MAX - 1) + 1;
	plan->alike = flat_pick(1);
	if (plan->alike)
		plan->length = flat_pick(1) + 1;
	const size_t first = at;
	while (at + plan->length <= now->size && plan->count < RANGES_MAX) {
		const bool taken =
			!plan->alike ||
			memcmp(now->bytes + at, now->bytes + first, plan->length) == 0;
		if (taken)
			plan->ranges[plan->count++] = (Range){at, plan->length};
		at += taken ? plan->length : 1;
		at += plan->alike ? 0 : flat_pick(gap);
	}
}

static void draw_replacement(Plan *plan)
{
	const bool same_length = flat_pick(1) || flat_now()->size > SIZE_MAX_BYTES;
	plan->with = (Replacement){.bytes = plan->bytes};
	plan->with.length = same_length ? plan->length : flat_pick(LENGTH_MAX);
	(void)flat_random_bytes(plan->bytes, LENGTH_MAX);
	for (size_t i = 0; i < LENGTH_MAX; i++) {
		plan->bytes[i] = (uint8_t)('a' + flat_pick(2));
		plan->keep[i] = (uint8_t)flat_pick(1);
	}
	plan->keep[0] = 0; /* or there is no step */
	if (same_length && flat_pick(1))
		plan->with.keep = plan->keep;
	if (plan->alike)
		plan->with.old = flat_now()->bytes + plan->ranges[0].offset;
}

static void run(const Plan *plan, bool dropped)
{
	MhexError err = {0};
	ReplaceAll *all = NULL;
	const size_t half = plan->count / 2;
	flat_expect_ok(
		document_replace_begin(m.doc, &plan->with, plan->count, &all, &err),
		&err);
	flat_expect_ok(document_replace_ranges(all, plan->ranges, half, &err), &err);
	if (dropped) {
		document_replace_drop(all);
		return;
	}
	flat_expect_ok(document_replace_ranges(all, plan->ranges + half,
					       plan->count - half, &err),
		       &err);
	flat_expect_ok(document_replace_end(all, &err), &err);
}

static void splice_all(const Plan *plan)
{
	for (size_t i = plan->count; i-- > 0;) {
		uint8_t bytes[LENGTH_MAX];
		State *now = flat_now();
		const size_t offset = (size_t)plan->ranges[i].offset;
		for (size_t k = 0; k < plan->with.length; k++)
			bytes[k] = plan->with.keep && plan->keep[k]
					   ? now->bytes[offset + k]
					   : plan->bytes[k];
		state_splice(now, offset, plan->length, bytes, plan->with.length);
	}
}

/* Called off: nothing has happened, but that edits were made which cannot be redone. */
static void forget_step(void)
{
	free(m.states.items[--m.states.count].bytes);
	m.at--;
}

void flat_replace_step(void)
{
	static Plan plan;
	draw_ranges(&plan);
	if (plan.count == 0)
		return;
	draw_replacement(&plan);
	const bool dropped = flat_pick(3) == 0;
	if (dropped && plan.count > FEW) {
		run(&plan, true);
		return;
	}
	uint8_t old[LENGTH_MAX];
	memcpy(old, flat_now()->bytes + plan.ranges[0].offset, plan.length);
	if (plan.with.old)
		plan.with.old = old;
	flat_begin_step();
	run(&plan, dropped);
	if (dropped)
		forget_step();
	else
		splice_all(&plan);
}
