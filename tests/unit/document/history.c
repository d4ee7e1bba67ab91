/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/history.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	ADDED = 0,
	FILE_SOURCE = 3
};

static History *history;
static PiecePool *pool;

static void set_up(void)
{
	history = history_new();
	pool = piece_pool_new();
	cr_assert(history && pool);
}

/* Releasing the pool asserts that no version was forgotten. */
static void tear_down(void)
{
	history_free(history);
	piece_pool_free(pool);
}

TestSuite(history, .init = set_up, .fini = tear_down, .timeout = 100);

static Change change_of(uint64_t offset, Piece removed, Piece inserted)
{
	Change change = {.offset = offset};
	cr_assert(piece_list_add(&change.removed, removed));
	cr_assert(piece_list_add(&change.inserted, inserted));
	return change;
}

static void push(uint64_t offset, Piece removed, Piece inserted)
{
	Change change = change_of(offset, removed, inserted);
	cr_assert(history_push(history, &change));
}

/* length bytes of the file overwritten with those at added. */
static void overwrite(uint64_t offset, uint64_t length, uint64_t added)
{
	push(offset, (Piece){offset, length, FILE_SOURCE}, (Piece){added, length, ADDED});
}

static void insert(uint64_t offset, uint64_t length, uint64_t added)
{
	push(offset, (Piece){0}, (Piece){added, length, ADDED});
}

static size_t put_pieces(char *to, size_t room, const PieceList *list)
{
	size_t used = 0;
	for (size_t i = 0; i < list->count; i++)
		used += (size_t)snprintf(to + used, room - used,
					 "%s%s%" PRIu64 "+%" PRIu64, i > 0 ? "," : "",
					 list->items[i].source == ADDED ? "a" : "f",
					 list->items[i].offset, list->items[i].length);
	return used;
}

/* "5:f5+1>a0+1": at 5, one byte of the file became one added byte. */
static const char *text(HistoryStep *step)
{
	static char buffer[4096];
	size_t used = 0;
	buffer[0] = '\0';
	if (step->has_versions)
		used = (size_t)snprintf(buffer, sizeof(buffer),
					"%" PRIu64 ": %" PRIu64 ">%" PRIu64, step->at,
					step->before.covered, step->after.covered);
	for (size_t i = 0; i < step->count; i++) {
		const Change *change = &step->changes[i];
		used += (size_t)snprintf(buffer + used, sizeof(buffer) - used,
					 "%s%" PRIu64 ":", i > 0 ? " " : "",
					 change->offset);
		used += put_pieces(buffer + used, sizeof(buffer) - used,
				   &change->removed);
		buffer[used++] = '>';
		used += put_pieces(buffer + used, sizeof(buffer) - used,
				   &change->inserted);
		buffer[used] = '\0';
	}
	history_step_free(step);
	return buffer;
}

static const char *undo_text(void)
{
	HistoryStep step;
	cr_assert(history_get_undo(history, &step));
	return text(&step);
}

static const char *redo_text(void)
{
	HistoryStep step;
	cr_assert(history_get_redo(history, &step));
	return text(&step);
}

#define EXPECT_UNDO(want) cr_expect(eq(str, (char *)undo_text(), (char *)(want)))
#define EXPECT_REDO(want) cr_expect(eq(str, (char *)redo_text(), (char *)(want)))

static void expect_steps(uint64_t undo, uint64_t redo)
{
	cr_expect(eq(u64, history_undo_steps(history), undo));
	cr_expect(eq(u64, history_redo_steps(history), redo));
}

/* A version with a node of its own; covered tells it from others. */
static Version version_of(uint64_t covered)
{
	const Piece piece = {0, covered, FILE_SOURCE};
	Version version = {piece_tree_empty(pool, FILE_SOURCE), covered};
	cr_assert(piece_tree_replace(&version.tree, (Range){0, 0}, &piece, 1));
	return version;
}

Test(history, has_nothing_at_first)
{
	EXPECT_UNDO("");
	EXPECT_REDO("");
	expect_steps(0, 0);
}

Test(history, tells_what_to_undo_and_what_to_redo)
{
	overwrite(5, 1, 0);
	push(700, (Piece){700, 30, FILE_SOURCE}, (Piece){0});
	insert((uint64_t)1 << 62, 3, (uint64_t)1 << 40);
	expect_steps(3, 0);

	EXPECT_UNDO("4611686018427387904:>a1099511627776+3");
	history_undone(history);
	EXPECT_UNDO("700:f700+30>");
	EXPECT_REDO("4611686018427387904:>a1099511627776+3");
	history_undone(history);
	expect_steps(1, 2);
	EXPECT_UNDO("5:f5+1>a0+1");
	history_redone(history);
	EXPECT_REDO("4611686018427387904:>a1099511627776+3");
	expect_steps(2, 1);
}

Test(history, a_change_drops_what_could_be_redone)
{
	overwrite(5, 1, 0);
	overwrite(9, 1, 1);
	cr_assert(eq(str, (char *)undo_text(), (char *)"9:f9+1>a1+1"));
	history_undone(history);

	overwrite(20, 1, 2);

	expect_steps(2, 0);
	EXPECT_REDO("");
	EXPECT_UNDO("20:f20+1>a2+1");
	history_undone(history);
	EXPECT_UNDO("5:f5+1>a0+1");
}

Test(history, a_change_that_could_not_be_made_leaves_all_as_it_was)
{
	overwrite(5, 1, 0);
	overwrite(9, 1, 1);
	EXPECT_UNDO("9:f9+1>a1+1");
	history_undone(history);

	overwrite(20, 1, 2);
	history_pop(history);

	expect_steps(1, 1);
	EXPECT_UNDO("5:f5+1>a0+1");
	EXPECT_REDO("9:f9+1>a1+1");
}

Test(history, typed_bytes_that_join_are_one_step_of_one_change)
{
	overwrite(5, 1, 0);
	history_join(history);
	overwrite(6, 1, 1);
	history_join(history);
	overwrite(7, 1, 2);

	expect_steps(1, 0);
	EXPECT_UNDO("5:f5+3>a0+3");
}

Test(history, a_change_elsewhere_joins_the_step_as_another_one)
{
	overwrite(5, 1, 0);
	history_join(history);
	overwrite(7, 1, 1);

	expect_steps(1, 0);
	EXPECT_UNDO("5:f5+1>a0+1 7:f7+1>a1+1");
	history_undone(history);
	EXPECT_REDO("5:f5+1>a0+1 7:f7+1>a1+1");
}

Test(history, joining_holds_for_one_change)
{
	overwrite(5, 1, 0);
	history_join(history);
	overwrite(6, 1, 1);
	overwrite(7, 1, 2);

	expect_steps(2, 0);
	EXPECT_UNDO("7:f7+1>a2+1");
}

Test(history, nothing_joins_across_an_undo_a_save_or_a_group)
{
	overwrite(5, 1, 0);
	history_break(history);
	history_join(history);
	overwrite(6, 1, 1);
	expect_steps(2, 0);

	EXPECT_UNDO("6:f6+1>a1+1");
	history_undone(history);
	history_join(history);
	overwrite(6, 1, 2);
	expect_steps(2, 0);

	history_join(history);
	history_begin(history, NULL);
	overwrite(7, 1, 3);
	history_end(history, NULL);
	expect_steps(3, 0);
}

Test(history, a_join_that_could_not_be_made_leaves_the_step)
{
	overwrite(5, 1, 0);
	history_join(history);
	overwrite(6, 1, 1);
	history_pop(history);
	history_join(history);
	overwrite(6, 1, 2);

	expect_steps(1, 0);
	EXPECT_UNDO("5:f5+2>a0+1,a2+1");
}

Test(history, what_is_typed_over_again_merges)
{
	overwrite(5, 2, 0);
	history_join(history);
	push(6, (Piece){1, 1, ADDED}, (Piece){9, 1, ADDED});

	EXPECT_UNDO("5:f5+2>a0+1,a9+1");
}

Test(history, what_is_rubbed_out_again_merges)
{
	insert(5, 3, 0);
	history_join(history);
	push(6, (Piece){1, 2, ADDED}, (Piece){0});
	history_join(history);
	push(4, (Piece){4, 1, FILE_SOURCE}, (Piece){0});

	EXPECT_UNDO("4:f4+1>a0+1");
}

Test(history, a_change_over_more_than_the_last_one_merges)
{
	Change over = {.offset = 3};
	overwrite(5, 2, 0);
	history_join(history);
	cr_assert(piece_list_add(&over.removed, (Piece){3, 2, FILE_SOURCE}));
	cr_assert(piece_list_add(&over.removed, (Piece){0, 2, ADDED}));
	cr_assert(piece_list_add(&over.removed, (Piece){7, 3, FILE_SOURCE}));
	cr_assert(piece_list_add(&over.inserted, (Piece){50, 1, ADDED}));
	cr_assert(history_push(history, &over));

	EXPECT_UNDO("3:f3+7>a50+1");
}

Test(history, a_group_is_one_step)
{
	history_begin(history, NULL);
	overwrite(5, 1, 0);
	overwrite(50, 1, 1);
	insert(500, 1, 2);
	history_end(history, NULL);
	overwrite(7, 1, 3);

	expect_steps(2, 0);
	EXPECT_UNDO("7:f7+1>a3+1");
	history_undone(history);
	EXPECT_UNDO("5:f5+1>a0+1 50:f50+1>a1+1 500:>a2+1");
}

Test(history, a_group_without_a_change_is_no_step)
{
	Version now = version_of(1);
	overwrite(5, 1, 0);
	history_begin(history, &now);
	cr_expect(history_grouping(history));
	history_end(history, &now);
	history_begin(history, &now);
	overwrite(6, 1, 1);
	history_pop(history);
	history_end(history, &now);

	cr_expect(not(history_grouping(history)));
	expect_steps(1, 0);
	EXPECT_UNDO("5:f5+1>a0+1");
	version_release(&now);
}

Test(history, a_group_of_many_changes_is_two_versions)
{
	Version before = version_of(1), now = version_of(2);
	overwrite(9, 1, 0);
	history_begin(history, &before);
	for (uint64_t i = 0; i < 1000; i++)
		overwrite(1000 + 2 * i, 1, i);
	history_end(history, &now);
	version_release(&before);
	version_release(&now);

	expect_steps(2, 0);
	EXPECT_UNDO("1000: 1>2");
	history_undone(history);
	EXPECT_UNDO("9:f9+1>a0+1");
	EXPECT_REDO("1000: 1>2");
	overwrite(3, 1, 1);
	EXPECT_REDO("");
	expect_steps(2, 0);
}

Test(history, a_group_without_a_version_keeps_all_its_changes)
{
	HistoryStep step;
	history_begin(history, NULL);
	for (uint64_t i = 0; i < 1000; i++)
		overwrite(2 * i, 1, i);
	history_end(history, NULL);

	cr_assert(history_get_undo(history, &step));

	cr_expect(eq(sz, step.count, 1000));
	cr_expect(eq(u64, step.changes[999].offset, 1998));
	cr_expect(eq(u64, step.changes[999].inserted.items[0].offset, 999));
	history_step_free(&step);
}

Test(history, a_change_of_many_pieces_is_two_versions)
{
	Version before = version_of(1), now = version_of(2);
	cr_assert(history_push_versions(history, 77, &before, &now));
	history_join(history);
	overwrite(5, 1, 0);

	expect_steps(2, 0);
	EXPECT_UNDO("5:f5+1>a0+1");
	history_undone(history);
	EXPECT_UNDO("77: 1>2");
	cr_assert(history_push_versions(history, 88, &before, &now));
	history_pop(history);
	EXPECT_UNDO("77: 1>2");
	EXPECT_REDO("5:f5+1>a0+1");
	version_release(&before);
	version_release(&now);
}

Test(history, many_pieces_in_a_group_make_it_two_versions)
{
	Version before = version_of(1), middle = version_of(2), now = version_of(3);
	history_begin(history, &before);
	overwrite(5, 1, 0);
	cr_assert(history_push_versions(history, 2, &middle, &now));
	overwrite(6, 1, 1);
	history_end(history, &now);

	expect_steps(1, 0);
	EXPECT_UNDO("5: 1>3");
	version_release(&before);
	version_release(&middle);
	version_release(&now);
}

Test(history, a_change_of_many_pieces_is_written_whole)
{
	HistoryStep step;
	Change change = {.offset = 1000};
	for (uint64_t i = 0; i < 3000; i++) {
		cr_assert(
			piece_list_add(&change.removed, (Piece){i * 3, 2, FILE_SOURCE}));
		cr_assert(piece_list_add(&change.inserted, (Piece){i << 40, 1, ADDED}));
	}
	overwrite(1, 1, 0);
	cr_assert(history_push(history, &change));
	overwrite(2, 1, 1);
	EXPECT_UNDO("2:f2+1>a1+1");
	history_undone(history);

	cr_assert(history_get_undo(history, &step));

	cr_assert(eq(sz, step.count, 1));
	cr_assert(eq(sz, step.changes[0].removed.count, 3000));
	cr_expect(eq(u64, step.changes[0].removed.items[2999].offset, 8997));
	cr_expect(eq(u64, step.changes[0].inserted.items[2999].offset,
		     (uint64_t)2999 << 40));
	history_step_free(&step);
	history_undone(history);
	EXPECT_UNDO("1:f1+1>a0+1");
}

Test(history, is_empty_when_cleared)
{
	Version before = version_of(1);
	cr_assert(history_push_versions(history, 77, &before, &before));
	overwrite(5, 1, 0);
	overwrite(6, 1, 1);
	EXPECT_UNDO("6:f6+1>a1+1");
	history_undone(history);

	history_clear(history);

	expect_steps(0, 0);
	EXPECT_UNDO("");
	EXPECT_REDO("");
	version_release(&before);
}

Test(history, a_million_typed_bytes_take_less_than_32_mib)
{
	const uint64_t steps = 1000000;
	const uint64_t far = (uint64_t)1 << 40;
	for (uint64_t i = 0; i < steps; i++)
		overwrite(far + 3 * i, 1, i);
	cr_expect(lt(u64, history_memory(history), 32 << 20));

	for (uint64_t i = steps; i-- > 0;) {
		HistoryStep step;
		cr_assert(history_get_undo(history, &step));
		cr_assert(step.count == 1 && step.at == far + 3 * i &&
			  step.changes[0].inserted.items[0].offset == i);
		history_step_free(&step);
		history_undone(history);
	}
	for (uint64_t i = 0; i < steps; i++) {
		HistoryStep step;
		cr_assert(history_get_redo(history, &step));
		cr_assert(step.count == 1 && step.at == far + 3 * i);
		history_step_free(&step);
		history_redone(history);
	}

	expect_steps(steps, 0);
}

Test(history, what_is_remembered_of_the_file_is_a_change_of_its_own)
{
	HistoryStep step;
	history_begin(history, NULL);
	for (int i = 0; i < 3; i++) {
		Change change = change_of(10, (Piece){5, 1, 4}, (Piece){6, 1, 5});
		change.rebase = i == 1;
		cr_assert(history_push(history, &change));
	}
	history_end(history, NULL);

	cr_assert(history_get_undo(history, &step));

	cr_assert(eq(sz, step.count, 3), "they touch, and yet are not merged");
	for (size_t i = 0; i < step.count; i++) {
		const Change *change = &step.changes[i];
		cr_expect(eq(int, change->rebase, i == 1));
		cr_expect(eq(u64, change->offset, 10));
		cr_assert(eq(sz, change->removed.count, 1));
		cr_expect(eq(u64, change->removed.items[0].offset, 5));
		cr_assert(eq(sz, change->inserted.count, 1));
		cr_expect(eq(u64, change->inserted.items[0].offset, 6));
	}
	history_step_free(&step);
}
