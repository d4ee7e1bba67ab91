/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/save_plan.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/array.h"

enum {
	NO_MOVE = -1
};

/* A part of a move whose source lies within the target of one other move, or of
 * none. */
typedef struct {
	size_t move;
	uint64_t source, length;
	ptrdiff_t over; /* the move whose target covers the source, or NO_MOVE */
	bool kept;      /* its bytes are kept aside */
} Part;

typedef ARRAY(Part) Parts;

typedef enum {
	MOVE_NEW,
	MOVE_WAITING,
	MOVE_DONE
} MoveState;

/* A move that waits until all that must be read from its target has been read. */
typedef struct {
	size_t move;
	size_t next; /* index into by_target */
} Waiting;

typedef struct {
	const SaveMove *moves;
	size_t count;
	Parts parts;        /* by move, then by source */
	size_t *first_part; /* of each move; count + 1 elements */
	size_t *by_target;  /* indexes of the parts that lie over a target, grouped by it
			     */
	size_t *first_by_target; /* count + 1 elements */
	unsigned char *states;   /* MoveState of each move */
	Waiting *stack;
	SavePlan *plan;
} Planner;

/* The first move whose target ends behind offset. */
static size_t first_target_after(const Planner *planner, uint64_t offset)
{
	size_t low = 0, high = planner->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const SaveMove *move = &planner->moves[middle];
		if (move->target + move->length > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool add_part(Planner *planner, size_t move, uint64_t source, uint64_t end,
		     ptrdiff_t over)
{
	if (source >= end)
		return true;
	const Part part = {
		.move = move, .source = source, .length = end - source, .over = over};
	return ARRAY_PUSH(&planner->parts, part);
}

/* Cut each source where a target begins or ends. */
static bool split(Planner *planner)
{
	for (size_t i = 0; i < planner->count; i++) {
		const SaveMove *move = &planner->moves[i];
		const uint64_t end = move->source + move->length;
		uint64_t at = move->source;
		planner->first_part[i] = planner->parts.count;
		for (size_t t = first_target_after(planner, at); t < planner->count;
		     t++) {
			const uint64_t begin = planner->moves[t].target;
			const uint64_t over_end = begin + planner->moves[t].length;
			if (begin >= end)
				break;
			const uint64_t until = over_end < end ? over_end : end;
			if (!add_part(planner, i, at, begin, NO_MOVE) ||
			    !add_part(planner, i, begin > at ? begin : at, until,
				      (ptrdiff_t)t))
				return false;
			at = until;
		}
		if (!add_part(planner, i, at, end, NO_MOVE))
			return false;
	}
	planner->first_part[planner->count] = planner->parts.count;
	return true;
}

/* Group the parts by the target that they lie over: a counting sort. A part over
 * its own move's target is no matter of order between moves. */
static bool group(Planner *planner)
{
	size_t *first = planner->first_by_target;
	size_t total = 0;
	for (size_t p = 0; p < planner->parts.count; p++) {
		const Part *part = &planner->parts.items[p];
		if (part->over != NO_MOVE && (size_t)part->over != part->move) {
			first[part->over + 1]++;
			total++;
		}
	}
	for (size_t i = 0; i < planner->count; i++)
		first[i + 1] += first[i];
	planner->by_target = calloc(total + 1, sizeof(*planner->by_target));
	if (!planner->by_target)
		return false;
	for (size_t p = planner->parts.count; p > 0; p--) {
		const Part *part = &planner->parts.items[p - 1];
		if (part->over != NO_MOVE && (size_t)part->over != part->move)
			planner->by_target[--first[part->over + 1]] = p - 1;
	}
	/* Each first[i + 1] has come down to where group i begins. */
	for (size_t i = 0; i < planner->count; i++)
		first[i] = first[i + 1];
	first[planner->count] = total;
	return true;
}

static void add_step(SavePlan *plan, SaveStepKind kind, uint64_t from, uint64_t to,
		     uint64_t length)
{
	plan->steps[plan->count++] =
		(SaveStep){.kind = kind, .from = from, .to = to, .length = length};
}

static void keep(Planner *planner, Part *part)
{
	part->kept = true;
	planner->plan->kept += part->length;
	add_step(planner->plan, SAVE_STEP_KEEP, part->source, part->source, part->length);
}

static uint64_t part_target(const Planner *planner, const Part *part)
{
	const SaveMove *move = &planner->moves[part->move];
	return move->target + (part->source - move->source);
}

/* Add part to the copy that precedes it when it continues that one. */
static void copy_part(Planner *planner, const Part *part, size_t first_step)
{
	SavePlan *plan = planner->plan;
	const uint64_t to = part_target(planner, part);
	if (plan->count > first_step) {
		SaveStep *last = &plan->steps[plan->count - 1];
		const bool behind = last->from + last->length == part->source;
		const bool before = part->source + part->length == last->from;
		if (behind || before) {
			if (before) {
				last->from = part->source;
				last->to = to;
			}
			last->length += part->length;
			return;
		}
	}
	add_step(plan, SAVE_STEP_COPY, part->source, to, part->length);
}

/* A move that overlaps itself goes from the end towards which it moves, so that its
 * parts never overwrite each other's sources. */
static void carry_out(Planner *planner, size_t index)
{
	SavePlan *plan = planner->plan;
	const SaveMove *move = &planner->moves[index];
	const size_t first = planner->first_part[index];
	const size_t end = planner->first_part[index + 1];
	const size_t first_step = plan->count;
	for (size_t i = 0; i < end - first; i++) {
		const size_t p = move->target < move->source ? first + i : end - 1 - i;
		if (!planner->parts.items[p].kept)
			copy_part(planner, &planner->parts.items[p], first_step);
	}
	for (size_t p = first; p < end; p++) {
		const Part *part = &planner->parts.items[p];
		if (!part->kept)
			continue;
		add_step(plan, SAVE_STEP_RESTORE, part->source,
			 part_target(planner, part), part->length);
	}
	planner->states[index] = MOVE_DONE;
}

/* Everything that waits for `start`, depth first; the stack is ours because it may
 * become as long as there are moves. */
static void order_from(Planner *planner, size_t start)
{
	size_t depth = 0;
	planner->stack[depth++] = (Waiting){start, planner->first_by_target[start]};
	planner->states[start] = MOVE_WAITING;
	while (depth > 0) {
		Waiting *top = &planner->stack[depth - 1];
		if (top->next == planner->first_by_target[top->move + 1]) {
			carry_out(planner, top->move);
			depth--;
			continue;
		}
		Part *part = &planner->parts.items[planner->by_target[top->next++]];
		if (part->kept || planner->states[part->move] == MOVE_DONE)
			continue;
		if (planner->states[part->move] == MOVE_WAITING) {
			keep(planner, part);
			continue;
		}
		planner->states[part->move] = MOVE_WAITING;
		planner->stack[depth++] =
			(Waiting){part->move, planner->first_by_target[part->move]};
	}
}

static bool prepare(Planner *planner)
{
	const size_t count = planner->count;
	planner->first_part = calloc(count + 1, sizeof(*planner->first_part));
	planner->first_by_target = calloc(count + 1, sizeof(*planner->first_by_target));
	planner->states = calloc(count + 1, sizeof(*planner->states));
	planner->stack = calloc(count + 1, sizeof(*planner->stack));
	if (!planner->first_part || !planner->first_by_target || !planner->states ||
	    !planner->stack || !split(planner) || !group(planner))
		return false;
	/* A part is copied, or kept and restored. */
	planner->plan->steps =
		calloc(2 * planner->parts.count + 1, sizeof(*planner->plan->steps));
	return planner->plan->steps != NULL;
}

MhexStatus save_plan_make(SavePlan *out, const SaveMove *moves, size_t count,
			  MhexError *err)
{
	*out = (SavePlan){0};
	Planner planner = {.moves = moves, .count = count, .plan = out};
	const bool ready = prepare(&planner);
	for (size_t i = 0; ready && i < count; i++) {
		assert(i == 0 ||
		       moves[i].target >= moves[i - 1].target + moves[i - 1].length);
		if (planner.states[i] == MOVE_NEW)
			order_from(&planner, i);
	}
	ARRAY_FREE(&planner.parts);
	free(planner.first_part);
	free(planner.by_target);
	free(planner.first_by_target);
	free(planner.states);
	free(planner.stack);
	return ready ? MHEX_OK : mhex_fail(err, MHEX_E_NOMEM, "save: out of memory");
}

void save_plan_free(SavePlan *plan)
{
	free(plan->steps);
	*plan = (SavePlan){0};
}
