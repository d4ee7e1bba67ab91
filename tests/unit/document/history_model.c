/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Random edits, joined, grouped, taken back, undone and redone, beside a list of the
 * versions as they were: each undo and each redo must lead to one of them.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "document/history.h"

enum {
	ADDED,
	FILE_SOURCE,
	STEPS = 20000,
	VERSIONS_MAX = STEPS + 2
};

static PiecePool *pool;
static PieceTree tree;
static History *history;
static uint64_t added, random_state;
static bool joins; /* may the next change? */

/* versions[at] is what the tree is now; those before can be undone to. */
static PieceTree versions[VERSIONS_MAX];
static size_t at, count;

static uint64_t below(uint64_t limit)
{
	/* splitmix64 */
	uint64_t z = random_state += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z ^ z >> 31) % limit;
}

static void set_up(void)
{
	const char *given = getenv("MHEX_SEED");
	const Piece file = {0, 200, FILE_SOURCE};
	random_state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	(void)printf("MHEX_SEED=%" PRIu64 "\n", random_state);
	pool = piece_pool_new();
	history = history_new();
	cr_assert(pool && history);
	tree = piece_tree_empty(pool, FILE_SOURCE);
	cr_assert(piece_tree_replace(&tree, (Range){0, 0}, &file, 1));
	versions[count++] = piece_tree_retain(&tree);
}

/* Releasing the pool asserts that nothing was forgotten. */
static void tear_down(void)
{
	while (count > 0)
		piece_tree_release(&versions[--count]);
	piece_tree_release(&tree);
	history_free(history);
	piece_pool_free(pool);
}

TestSuite(history_model, .init = set_up, .fini = tear_down, .timeout = 280);

static void expect_version(int step)
{
	PieceList is = {0}, want = {0};
	const Range all = {0, UINT64_MAX};
	cr_assert(piece_tree_collect(&tree, all, &is));
	cr_assert(piece_tree_collect(&versions[at], all, &want));
	cr_assert(eq(sz, is.count, want.count), "step %d", step);
	for (size_t i = 0; i < is.count; i++)
		cr_assert(is.items[i].source == want.items[i].source &&
				  is.items[i].offset == want.items[i].offset &&
				  is.items[i].length == want.items[i].length,
			  "step %d", step);
	cr_assert(eq(u64, history_undo_steps(history), at), "step %d", step);
	cr_assert(eq(u64, history_redo_steps(history), count - at - 1), "step %d", step);
	piece_list_free(&is);
	piece_list_free(&want);
}

/* The tree is a new version, or what the last one became. */
static void note(bool joined)
{
	while (count > at + 1)
		piece_tree_release(&versions[--count]);
	if (joined)
		piece_tree_release(&versions[--count]);
	versions[count++] = piece_tree_retain(&tree);
	at = count - 1;
}

static Change random_change(void)
{
	const uint64_t size = piece_tree_size(&tree);
	Change change = {.offset = below(size + 1)};
	uint64_t length = below(20) == 0 ? below(60) : below(4);
	if (length > size - change.offset)
		length = size - change.offset;
	cr_assert(piece_tree_collect(&tree, (Range){change.offset, length},
				     &change.removed));
	for (uint64_t pieces = below(3); pieces > 0 && size < 1000; pieces--) {
		const uint64_t more = 1 + below(3);
		cr_assert(piece_list_add(&change.inserted, (Piece){added, more, ADDED}));
		added += more + below(2);
	}
	return change;
}

static void replace(uint64_t offset, const PieceList *old, const PieceList *new)
{
	const Range range = {offset, pieces_length(old->items, old->count)};
	cr_assert(piece_tree_replace(&tree, range, new->items, new->count));
}

/* False when it was taken back. */
static bool edit(void)
{
	Change change = random_change();
	PieceList inserted = {0};
	const Range range = {change.offset,
			     pieces_length(change.removed.items, change.removed.count)};
	cr_assert(piece_list_add_all(&inserted, change.inserted.items,
				     change.inserted.count));
	cr_assert(history_push(history, &change));
	const bool made = below(8) > 0;
	if (made)
		cr_assert(
			piece_tree_replace(&tree, range, inserted.items, inserted.count));
	else
		history_pop(history);
	piece_list_free(&inserted);
	return made;
}

static void single(void)
{
	const bool wanted = below(2) == 0;
	const bool joined = wanted && joins;
	if (wanted)
		history_join(history);
	const bool made = edit();
	if (made)
		note(joined);
	joins = made || joined;
}

static void group(void)
{
	Version before = {piece_tree_retain(&tree), 0};
	const bool with_versions = below(3) > 0;
	history_begin(history, with_versions ? &before : NULL);
	const uint64_t steps = history_undo_steps(history);
	for (uint64_t edits = below(4) == 0 ? below(120) : below(5); edits > 0; edits--)
		(void)edit();
	const bool is_step = history_undo_steps(history) > steps;
	const Version now = {tree, 0};
	history_end(history, with_versions ? &now : NULL);
	if (is_step)
		note(false);
	/* Whether a group can be joined depends on how large it was: do not ask. */
	history_break(history);
	joins = false;
	version_release(&before);
}

static void switch_version(void)
{
	const PieceTree to = versions[below(count)];
	const Version before = {tree, 0};
	Version now = {piece_tree_retain(&to), 0};
	cr_assert(history_push_versions(history, 0, &before, &now));
	if (below(4) == 0) {
		history_pop(history);
		version_release(&now);
	} else {
		piece_tree_release(&tree);
		tree = now.tree;
		note(false);
	}
	joins = false;
}

static void undo(void)
{
	HistoryStep step;
	cr_assert(history_get_undo(history, &step));
	if (step.has_versions) {
		piece_tree_release(&tree);
		tree = piece_tree_retain(&step.before.tree);
	}
	for (size_t i = step.count; i-- > 0;)
		replace(step.changes[i].offset, &step.changes[i].inserted,
			&step.changes[i].removed);
	if (step.has_versions || step.count > 0) {
		history_undone(history);
		at--;
		joins = false;
	}
	history_step_free(&step);
}

static void redo(void)
{
	HistoryStep step;
	cr_assert(history_get_redo(history, &step));
	if (step.has_versions) {
		piece_tree_release(&tree);
		tree = piece_tree_retain(&step.after.tree);
	}
	for (size_t i = 0; i < step.count; i++)
		replace(step.changes[i].offset, &step.changes[i].removed,
			&step.changes[i].inserted);
	if (step.has_versions || step.count > 0) {
		history_redone(history);
		at++;
		joins = false;
	}
	history_step_free(&step);
}

Test(history_model, undo_and_redo_lead_to_versions_that_were)
{
	for (int step = 0; step < STEPS; step++) {
		switch (below(12)) {
		case 0:
			group();
			break;
		case 1:
			switch_version();
			break;
		case 2:
		case 3:
		case 4:
			undo();
			break;
		case 5:
		case 6:
			redo();
			break;
		case 7:
			history_break(history);
			joins = false;
			break;
		default:
			single();
			break;
		}
		expect_version(step);
	}
	while (at > 0) {
		undo();
		expect_version(STEPS);
	}
	while (at + 1 < count) {
		redo();
		expect_version(STEPS);
	}
}
