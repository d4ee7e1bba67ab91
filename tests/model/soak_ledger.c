/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soak_ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LAST = 24,   /* notes that a failure shows */
	COUNTS = 48, /* different notes */
};

typedef struct {
	bool has;
	StepKind kind;
	Cells cells;               /* as the step has left them */
	uint8_t states[CELLS_MAX]; /* as the next step has found them */
	bool removed[IDS];         /* likewise */
	bool decided[IDS];         /* by this step */
} Recorded;

static struct {
	uint64_t random, seed, notes;
	const char *last[LAST];
	bool foreign[IDS], removed[IDS], decided[IDS];
	bool removed_before[IDS]; /* the last look */
	bool was_in_file[IDS], pinned[IDS];
	Recorded states[STATES_MAX];
	size_t top;
	Cells document, file;      /* seen last */
	const Cells *wanted, *got; /* while two are being compared */
	uint8_t next_id;
} l;

static struct {
	const char *what;
	uint64_t times;
} counts[COUNTS];

/* ---- What went wrong ---- */

void ledger_begin(uint64_t seed)
{
	memset(&l, 0, sizeof(l));
	l.seed = seed;
	l.random = seed * 2654435761U + 88172645463325252U;
}

size_t pick(size_t bound)
{
	l.random ^= l.random << 13;
	l.random ^= l.random >> 7;
	l.random ^= l.random << 17;
	return (size_t)(l.random % (bound + 1));
}

void ledger_note(const char *what)
{
	size_t i = 0;
	l.last[l.notes++ % LAST] = what;
	while (i + 1 < COUNTS && counts[i].what && strcmp(counts[i].what, what) != 0)
		i++;
	counts[i].what = what;
	counts[i].times++;
}

static void print_cells(const char *what, const Cells *cells)
{
	(void)fprintf(stderr, "%s (%zu):", what, cells->size);
	for (size_t i = 0; i < cells->size; i++)
		(void)fprintf(stderr, " %02x%s", cells->bytes[i],
			      cells->states[i] & CELL_UNREADABLE ? "?"
			      : cells->states[i] & CELL_HELD     ? "h"
								 : "");
	(void)fputc('\n', stderr);
}

void ledger_check(bool right, const char *condition, const char *file, int line)
{
	if (right)
		return;
	(void)fprintf(stderr, "MHEX_SEED=%" PRIu64 ": %s:%d: %s\nlast:", l.seed, file,
		      line, condition);
	for (uint64_t i = l.notes > LAST ? l.notes - LAST : 0; i < l.notes; i++)
		(void)fprintf(stderr, " %s;", l.last[i % LAST]);
	(void)fputc('\n', stderr);
	print_cells("document before", &l.document);
	print_cells("file before", &l.file);
	if (l.wanted) {
		print_cells("wanted", l.wanted);
		print_cells("got", l.got);
	}
	exit(1);
}

void ledger_print_counts(uint64_t steps)
{
	(void)printf("%" PRIu64 " steps:", steps);
	for (size_t i = 0; i < COUNTS && counts[i].what; i++)
		(void)printf("%s %s %" PRIu64, i > 0 ? "," : "", counts[i].what,
			     counts[i].times);
	(void)putchar('\n');
}

/* ---- Bytes ---- */

static bool is_there(const Cells *cells, size_t i)
{
	return i < cells->size && !(cells->states[i] & CELL_UNREADABLE);
}

bool cells_have(const Cells *cells, uint8_t id)
{
	for (size_t i = 0; i < cells->size; i++)
		if (cells->bytes[i] == id && is_there(cells, i))
			return true;
	return false;
}

bool cells_equal(const Cells *a, const Cells *b)
{
	if (a->exists != b->exists || a->size != b->size)
		return false;
	for (size_t i = 0; i < a->size; i++)
		if (a->bytes[i] != b->bytes[i] || is_there(a, i) != is_there(b, i))
			return false;
	return true;
}

void cells_splice(Cells *cells, size_t offset, size_t removed, const uint8_t *bytes,
		  size_t count)
{
	const size_t rest = cells->size - offset - removed;
	CHECK(offset + count + rest <= CELLS_MAX);
	memmove(cells->bytes + offset + count, cells->bytes + offset + removed, rest);
	memmove(cells->states + offset + count, cells->states + offset + removed, rest);
	if (count > 0)
		memcpy(cells->bytes + offset, bytes, count);
	memset(cells->states + offset, 0, count);
	cells->size = offset + count + rest;
}

/* ---- Values ---- */

static bool is_used(uint8_t id)
{
	if (id == 0 || l.pinned[id] || cells_have(&l.file, id) ||
	    cells_have(&l.document, id))
		return true;
	for (size_t i = 0; i <= l.top; i++)
		if (l.states[i].has && cells_have(&l.states[i].cells, id))
			return true;
	return false;
}

bool ledger_has_room(void)
{
	size_t room = 0;
	for (size_t id = 1; id < IDS; id++)
		room += !is_used((uint8_t)id);
	return room >= 48; /* more than any operation takes */
}

uint8_t ledger_new_id(bool foreign)
{
	do {
		l.next_id++;
	} while (is_used(l.next_id));
	const uint8_t id = l.next_id;
	l.foreign[id] = foreign;
	l.removed[id] = l.decided[id] = l.was_in_file[id] = false;
	l.pinned[id] = true; /* until it is seen */
	return id;
}

/* ---- History ---- */

static void record(size_t depth, const Cells *cells, StepKind kind)
{
	CHECK(depth < STATES_MAX);
	l.states[depth] = (Recorded){.has = true, .kind = kind, .cells = *cells};
	l.top = depth;
}

void ledger_start(const Cells *file)
{
	memset(l.pinned, 0, sizeof(l.pinned));
	memset(l.removed, 0, sizeof(l.removed));
	memset(l.decided, 0, sizeof(l.decided));
	memset(l.foreign, 0, sizeof(l.foreign));
	memset(l.states, 0, sizeof(l.states));
	l.top = 0;
	l.document = l.file = *file;
	record(0, file, STEP_EDIT);
}

static void pin(const Cells *cells)
{
	for (size_t i = 0; i < cells->size; i++)
		l.pinned[cells->bytes[i]] = true;
}

void ledger_forget_history(void)
{
	for (size_t i = 0; i <= l.top; i++) {
		if (l.states[i].has)
			pin(&l.states[i].cells);
		l.states[i].has = false;
	}
	pin(&l.document);
	pin(&l.file);
}

void ledger_saw(const Cells *document, const Cells *file, size_t depth)
{
	CHECK(depth < STATES_MAX);
	for (size_t i = 0; i < file->size; i++)
		l.was_in_file[file->bytes[i]] = true;
	memcpy(l.removed_before, l.removed, sizeof(l.removed));
	for (size_t i = 0; i < document->size; i++)
		if (is_there(document, i))
			l.removed[document->bytes[i]] = false;
	l.document = *document;
	l.file = *file;
	if (!l.states[depth].has)
		l.states[depth] = (Recorded){.has = true, .cells = *document};
	if (depth > l.top)
		l.top = depth;
}

void ledger_edited(const Cells *before, const Cells *after, size_t depth, StepKind kind)
{
	for (size_t i = 0; i < before->size; i++)
		if (is_there(before, i) && !cells_have(after, before->bytes[i]))
			l.removed[before->bytes[i]] = true;
	for (size_t i = depth + 1; i <= l.top; i++)
		l.states[i].has = false;
	if (depth > 0) {
		Recorded *last = &l.states[depth - 1];
		memcpy(last->states, before->states, CELLS_MAX);
		memcpy(last->removed, l.removed_before, sizeof(l.removed));
	}
	record(depth, after, kind);
}

/* Was the byte at i the file's, and not put there by the step that is taken back, or
 * found as ours by the one that is made again? Then who goes there sees what is in the
 * file, and replaces it knowingly. */
static bool was_files(const Recorded *state, const Cells *before, size_t i, bool undo)
{
	const uint8_t *states = undo ? state->cells.states : state->states;
	return !state->has || state->cells.size != before->size ||
	       !(states[i] & CELL_HELD) || state->cells.bytes[i] == before->bytes[i];
}

/* Every byte that mhex alone had is as it was; any other is what it was, or something
 * that the file has had meanwhile. */
static void expect_state(const Recorded *state, const Cells *now)
{
	const Cells *was = &state->cells;
	l.wanted = was;
	l.got = now;
	for (size_t i = 0; state->has && i < now->size && i < was->size; i++) {
		const uint8_t id = now->bytes[i];
		if (was->states[i] & CELL_HELD && !l.was_in_file[was->bytes[i]])
			CHECK(is_there(now, i) && id == was->bytes[i]);
		else if (is_there(now, i))
			CHECK(id == was->bytes[i] || id == 0 || l.was_in_file[id]);
	}
	l.wanted = l.got = NULL;
}

static void travel_decisions(size_t from, size_t to)
{
	const size_t low = from < to ? from : to, high = from < to ? to : from;
	for (size_t depth = low + 1; depth <= high; depth++)
		for (size_t id = 0; id < IDS; id++)
			if (l.states[depth].decided[id])
				l.decided[id] = to > from;
}

void ledger_travelled(const Cells *before, const Cells *after, size_t from, size_t to)
{
	/* A decision that is taken back is to be made again. */
	const bool undecides = to < from && l.states[from].kind == STEP_TAKE;
	for (size_t i = 0; !undecides && i < before->size; i++)
		if (is_there(before, i) && !cells_have(after, before->bytes[i]) &&
		    was_files(&l.states[from], before, i, to < from))
			l.removed[before->bytes[i]] = true;
	for (size_t id = 0; undecides && id < IDS; id++)
		if (l.states[to].removed[id] && !cells_have(after, (uint8_t)id))
			l.removed[id] = true;
	travel_decisions(from, to);
	expect_state(&l.states[to], after);
}

void ledger_saved(void)
{
	for (size_t i = 0; i <= l.top; i++)
		l.states[i].kind = STEP_EDIT;
}

void ledger_restored(const Cells *before, const Cells *after)
{
	for (size_t i = 0; i < after->size; i++)
		if (!cells_have(before, after->bytes[i]))
			l.decided[after->bytes[i]] = true;
}

void ledger_decide_all(const Cells *file, size_t depth)
{
	for (size_t i = 0; i < file->size; i++)
		ledger_decide(file->bytes[i], depth);
}

void ledger_decide(uint8_t id, size_t depth)
{
	l.decided[id] = true;
	l.states[depth].decided[id] = true;
}

/* ---- What must not be lost ---- */

static bool may_go(uint8_t id)
{
	return !l.foreign[id] || l.removed[id] || l.decided[id];
}

uint8_t ledger_unseen(const Cells *document, const Cells *file)
{
	for (size_t i = 0; i < file->size; i++)
		if (!cells_have(document, file->bytes[i]) && !may_go(file->bytes[i]))
			return file->bytes[i];
	return 0;
}

void ledger_expect_theirs_in_both(const Cells *before, const Cells *after,
				  const Cells *held)
{
	l.wanted = before;
	l.got = after;
	for (size_t i = 0; i < before->size; i++)
		CHECK(cells_have(after, before->bytes[i]) ||
		      cells_have(held, before->bytes[i]) || may_go(before->bytes[i]));
	l.wanted = l.got = NULL;
}

void ledger_expect_theirs(const Cells *before, const Cells *after)
{
	ledger_expect_theirs_in_both(before, after, after);
}

void ledger_expect_held(const Cells *before, const Cells *after)
{
	size_t next = 0;
	l.wanted = before;
	l.got = after;
	for (size_t i = 0; i < before->size; i++) {
		if (!(before->states[i] & CELL_HELD))
			continue;
		while (next < after->size &&
		       (after->bytes[next] != before->bytes[i] || !is_there(after, next)))
			next++;
		CHECK(next++ < after->size);
	}
	l.wanted = l.got = NULL;
}
