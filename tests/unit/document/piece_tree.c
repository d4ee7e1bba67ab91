/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/piece_tree.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OTHER,
	FILE_SOURCE
};

static PiecePool *pool;
static PieceTree tree;

static void set_up(void)
{
	pool = piece_pool_new();
	cr_assert(pool != NULL);
	tree = piece_tree_empty(pool, FILE_SOURCE);
}

static void tear_down(void)
{
	piece_tree_release(&tree);
	piece_pool_free(pool);
}

TestSuite(piece_tree, .init = set_up, .fini = tear_down, .timeout = 100);

static void put(uint64_t offset, uint64_t length, Piece piece)
{
	const Range range = {offset, length};
	cr_assert(piece_tree_replace(&tree, range, &piece, piece.length ? 1 : 0));
}

static void cut(uint64_t offset, uint64_t length)
{
	cr_assert(piece_tree_replace(&tree, (Range){offset, length}, NULL, 0));
}

static void put_file(uint64_t length)
{
	put(0, 0, (Piece){0, length, FILE_SOURCE});
}

/* "0+5 other:7+1 6+94": the pieces, those of the file without a name. */
static const char *text(const PieceTree *of)
{
	static char buffer[4096];
	PieceCursor cursor;
	size_t used = 0;
	buffer[0] = '\0';
	for (bool more = piece_cursor_seek(&cursor, of, 0); more;
	     more = piece_cursor_next(&cursor))
		used += (size_t)snprintf(buffer + used, sizeof(buffer) - used,
					 "%s%s%llu+%llu", used ? " " : "",
					 cursor.piece.source == OTHER ? "other:" : "",
					 (unsigned long long)cursor.piece.offset,
					 (unsigned long long)cursor.piece.length);
	return buffer;
}

#define EXPECT_TEXT(of, want) cr_expect(eq(str, (char *)text(of), (char *)(want)))

Test(piece_tree, is_empty_at_first)
{
	PieceCursor cursor;

	cr_expect(eq(u64, piece_tree_size(&tree), 0));
	cr_expect(not(piece_cursor_seek(&cursor, &tree, 0)));
	cr_expect(eq(u64, piece_tree_next_modified(&tree, 0).length, 0));
	cr_expect(eq(u64, piece_tree_modified(&tree), 0));
}

Test(piece_tree, an_overwrite_parts_a_piece)
{
	put_file(100);

	put(5, 1, (Piece){7, 1, OTHER});

	EXPECT_TEXT(&tree, "0+5 other:7+1 6+94");
}

Test(piece_tree, a_typed_run_is_one_piece)
{
	put_file(100);

	for (uint64_t i = 0; i < 20; i++)
		put(10 + i, 1, (Piece){i, 1, OTHER});

	EXPECT_TEXT(&tree, "0+10 other:0+20 30+70");
}

Test(piece_tree, what_is_put_back_joins_its_neighbours)
{
	put_file(100);
	put(40, 10, (Piece){0, 10, OTHER});

	put(40, 10, (Piece){40, 10, FILE_SOURCE});

	EXPECT_TEXT(&tree, "0+100");
}

Test(piece_tree, taking_an_insertion_away_joins_its_neighbours)
{
	put_file(100);
	put(40, 0, (Piece){0, 10, OTHER});
	EXPECT_TEXT(&tree, "0+40 other:0+10 40+60");

	cut(40, 10);

	EXPECT_TEXT(&tree, "0+100");
}

Test(piece_tree, a_deletion_may_leave_nothing)
{
	put_file(100);
	put(40, 10, (Piece){0, 10, OTHER});

	cut(0, 100);

	EXPECT_TEXT(&tree, "");
	cr_expect(tree.root == NULL);
}

Test(piece_tree, a_version_keeps_what_it_was)
{
	put_file(100);
	put(5, 1, (Piece){7, 1, OTHER});
	PieceTree before = piece_tree_retain(&tree);

	cut(0, 50);

	EXPECT_TEXT(&before, "0+5 other:7+1 6+94");
	EXPECT_TEXT(&tree, "50+50");
	piece_tree_release(&before);
}

Test(piece_tree, a_slice_is_that_part)
{
	PieceTree slice;
	put_file(100);
	put(5, 1, (Piece){7, 1, OTHER});

	cr_assert(piece_tree_slice(&tree, (Range){3, 10}, &slice));

	EXPECT_TEXT(&slice, "3+2 other:7+1 6+7");
	EXPECT_TEXT(&tree, "0+5 other:7+1 6+94");
	piece_tree_release(&slice);
}

Test(piece_tree, collects_the_pieces_of_a_range)
{
	PieceList list = {0};
	put_file(100);
	put(5, 1, (Piece){7, 1, OTHER});

	cr_assert(piece_tree_collect(&tree, (Range){4, 3}, &list));

	cr_assert(eq(sz, list.count, 3));
	cr_expect(eq(u64, list.items[0].offset, 4));
	cr_expect(eq(u64, list.items[1].offset, 7));
	cr_expect(eq(u64, list.items[2].offset, 6));
	cr_expect(eq(u64, list.items[2].length, 1));
	piece_list_free(&list);
}

Test(piece_tree, holds_a_file_of_2_to_the_62)
{
	const uint64_t end = (uint64_t)1 << 62;
	put_file(end);

	put((uint64_t)1 << 40, 1, (Piece){0, 1, OTHER});
	put(end, 0, (Piece){1, 1, OTHER});

	const Range last = piece_tree_next_modified(&tree, ((uint64_t)1 << 40) + 1);
	cr_expect(eq(u64, piece_tree_size(&tree), end + 1));
	cr_expect(eq(u64, piece_tree_modified(&tree), 2));
	cr_expect(eq(u64, last.offset, end));
	cr_expect(eq(u64, last.length, 1));
}

Test(piece_tree, what_an_insertion_moved_is_modified)
{
	put_file(100);

	put(10, 0, (Piece){0, 5, OTHER});

	const Range run = piece_tree_next_modified(&tree, 0);
	cr_expect(eq(u64, piece_tree_modified(&tree), 95));
	cr_expect(eq(u64, run.offset, 10));
	cr_expect(eq(u64, run.length, 95));
}

Test(piece_tree, what_came_back_to_its_place_is_clean)
{
	put_file(100);
	put(10, 0, (Piece){0, 5, OTHER});

	cut(50, 5);

	const Range run = piece_tree_next_modified(&tree, 0);
	const Range clean = piece_tree_next_clean(&tree, 10);
	cr_expect(eq(u64, piece_tree_modified(&tree), 40));
	cr_expect(eq(u64, range_end(run), 50));
	cr_expect(eq(u64, clean.offset, 50));
	cr_expect(eq(u64, clean.length, 50));
}

Test(piece_tree, many_pieces_at_once_are_one_edit)
{
	PieceList list = {0};
	for (uint64_t i = 0; i < 1000; i++)
		cr_assert(piece_list_add(&list, (Piece){i * 2, 1, OTHER}));
	put_file(100);

	const Range range = {50, 10};
	cr_assert(piece_tree_replace(&tree, range, list.items, list.count));

	cr_expect(eq(u64, piece_tree_size(&tree), 1090));
	cr_expect(eq(u64, piece_tree_pieces(&tree), 1002));
	piece_list_free(&list);
}

/* ---- Against an array that cannot be wrong ---- */

enum {
	MODEL_MAX = 20000
};

typedef struct {
	uint64_t offset;
	uint32_t source;
} Cell;

static Cell model[MODEL_MAX];
static size_t model_size;
static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return below ? random_state % below : 0;
}

static void model_replace(Range range, const Piece *pieces, size_t count)
{
	static Cell tail[MODEL_MAX];
	const size_t end = (size_t)range_end(range);
	const size_t rest = model_size - end;
	memcpy(tail, &model[end], rest * sizeof(Cell));
	size_t at = (size_t)range.offset;
	for (size_t i = 0; i < count; i++)
		for (uint64_t k = 0; k < pieces[i].length; k++)
			model[at++] = (Cell){pieces[i].offset + k, pieces[i].source};
	memcpy(&model[at], tail, rest * sizeof(Cell));
	model_size = at + rest;
}

static bool cell_is_clean(size_t i)
{
	return model[i].source == FILE_SOURCE && model[i].offset == i;
}

static void check_pieces(int step)
{
	PieceCursor cursor;
	Piece last = {0, 0, UINT32_MAX};
	uint64_t at = 0, pieces = 0;
	for (bool more = piece_cursor_seek(&cursor, &tree, 0); more;
	     more = piece_cursor_next(&cursor)) {
		cr_assert(eq(u64, cursor.offset, at), "step %d", step);
		cr_assert(not(piece_continues(&last, &cursor.piece)), "step %d", step);
		for (uint64_t k = 0; k < cursor.piece.length; k++) {
			cr_assert(eq(u64, model[at + k].offset, cursor.piece.offset + k));
			cr_assert(eq(u32, model[at + k].source, cursor.piece.source));
		}
		at += cursor.piece.length;
		last = cursor.piece;
		pieces++;
	}
	cr_assert(eq(u64, at, model_size), "step %d", step);
	cr_assert(eq(u64, piece_tree_size(&tree), model_size), "step %d", step);
	cr_assert(eq(u64, piece_tree_pieces(&tree), pieces), "step %d", step);
}

static void check_modified(int step)
{
	uint64_t modified = 0;
	Range run = {0, 0}, clean = {0, 0};
	for (size_t i = 0; i < model_size; i++) {
		modified += !cell_is_clean(i);
		if (i >= range_end(run) && !cell_is_clean(i)) {
			run = piece_tree_next_modified(&tree, range_end(run));
			cr_assert(eq(u64, run.offset, i), "step %d", step);
		}
		if (i >= range_end(clean) && cell_is_clean(i)) {
			clean = piece_tree_next_clean(&tree, range_end(clean));
			cr_assert(eq(u64, clean.offset, i), "step %d", step);
		}
		cr_assert(eq(int, range_contains(run, i), !cell_is_clean(i)));
		cr_assert(eq(int, range_contains(clean, i), cell_is_clean(i)));
	}
	cr_assert(eq(u64, piece_tree_modified(&tree), modified), "step %d", step);
}

static size_t draw_pieces(Piece *pieces, uint64_t at)
{
	const size_t count = draw(8) == 0 ? draw(200) : draw(4);
	for (size_t i = 0; i < count; i++) {
		const uint64_t length = 1 + draw(4);
		const uint32_t source = (uint32_t)draw(2);
		const bool same = source == FILE_SOURCE && draw(2);
		pieces[i] = (Piece){same ? at : draw(64), length, source};
		at += length;
	}
	return count;
}

Test(piece_tree, agrees_with_an_array_after_random_edits)
{
	const char *given = getenv("MHEX_SEED");
	const uint64_t seed = given ? strtoull(given, NULL, 0) : 20220815;
	random_state = seed | 1;
	put_file(3000);
	model_replace((Range){0, 0}, &(Piece){0, 3000, FILE_SOURCE}, 1);
	PieceTree kept = piece_tree_retain(&tree);

	for (int step = 0; step < 6000; step++) {
		Piece pieces[200];
		Range range = {draw(model_size + 1), 0};
		range.length = draw(model_size - range.offset + 1);
		if (draw(50) != 0 && range.length > 12)
			range.length = draw(12);
		size_t count = draw_pieces(pieces, range.offset);
		if (model_size - range.length + pieces_length(pieces, count) > MODEL_MAX)
			count = 0;
		if (draw(10) == 0) {
			piece_tree_release(&kept);
			kept = piece_tree_retain(&tree);
		}

		cr_assert(piece_tree_replace(&tree, range, pieces, count));
		model_replace(range, pieces, count);

		if (step % 20 == 0) {
			check_pieces(step);
			check_modified(step);
		}
	}
	piece_tree_release(&kept);
}
