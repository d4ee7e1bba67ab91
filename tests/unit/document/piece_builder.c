/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/piece_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum {
	ADDED,
	FILE_SOURCE
};

static PiecePool *pool;
static PieceBuilder builder;

static void set_up(void)
{
	pool = piece_pool_new();
	piece_builder_init(&builder, pool, FILE_SOURCE);
}

static void tear_down(void)
{
	piece_builder_free(&builder);
	piece_pool_free(pool); /* asserts that no node is left */
}

TestSuite(piece_builder, .init = set_up, .fini = tear_down, .timeout = 60);

/* Piece number i, none of which continues the one before; every third is the file's. */
static Piece number(uint64_t i)
{
	if (i % 3 == 0)
		return (Piece){i * 10, 1 + i % 7, FILE_SOURCE};
	return (Piece){i * 10, 1 + i % 5, ADDED};
}

static void build(uint64_t count, PieceTree *out)
{
	for (uint64_t i = 0; i < count; i++)
		cr_assert(piece_builder_add(&builder, number(i)));
	cr_assert(piece_builder_end(&builder, out));
}

/* Does it tell the same as a tree that was made piece by piece? */
static void check_tree(const PieceTree *tree, uint64_t count)
{
	PieceCursor cursor;
	PieceTree other = piece_tree_empty(pool, FILE_SOURCE);
	bool more = piece_cursor_seek(&cursor, tree, 0);
	for (uint64_t i = 0; i < count; i++) {
		const Piece want = number(i);
		const Range end = {piece_tree_size(&other), 0};
		cr_assert(more);
		cr_assert(eq(u64, cursor.piece.offset, want.offset));
		cr_assert(eq(u64, cursor.piece.length, want.length));
		cr_assert(eq(u32, cursor.piece.source, want.source));
		cr_assert(piece_tree_replace(&other, end, &want, 1));
		more = piece_cursor_next(&cursor);
	}
	cr_expect(not(more));
	cr_expect(eq(u64, piece_tree_size(tree), piece_tree_size(&other)));
	cr_expect(eq(u64, piece_tree_pieces(tree), count));
	cr_expect(eq(u64, piece_tree_modified(tree), piece_tree_modified(&other)));
	piece_tree_release(&other);
}

Test(piece_builder, makes_the_tree_that_edits_would)
{
	/* Around full leaves, full nodes and full levels. */
	static const uint64_t counts[] = {0,    1,    63,   64,   65,    128,   2047,
					  2048, 2049, 2112, 4096, 65536, 65537, 70000};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		PieceTree tree;
		build(counts[i], &tree);
		check_tree(&tree, counts[i]);
		piece_tree_release(&tree);
	}
}

Test(piece_builder, neighbours_become_one)
{
	PieceTree tree;
	for (uint64_t i = 0; i < 1000; i++)
		cr_assert(piece_builder_add(&builder, (Piece){i * 8, 8, FILE_SOURCE}));
	cr_assert(piece_builder_add(&builder, (Piece){0, 0, ADDED}));
	cr_assert(piece_builder_end(&builder, &tree));

	cr_expect(eq(u64, piece_tree_pieces(&tree), 1));
	cr_expect(eq(u64, piece_tree_modified(&tree), 0));
	piece_tree_release(&tree);
}

Test(piece_builder, what_it_made_can_be_edited)
{
	PieceTree tree;
	build(5000, &tree);
	PieceTree before = piece_tree_retain(&tree);
	const uint64_t size = piece_tree_size(&tree);
	const Piece piece = {7, 3, ADDED};
	for (uint64_t i = 0; i < 2000; i++) {
		const uint64_t at = i * 7919 % piece_tree_size(&tree);
		cr_assert(piece_tree_replace(&tree, (Range){at, 0}, &piece, 1));
	}
	cr_assert(piece_tree_replace(&tree, (Range){100, 9000}, NULL, 0));

	cr_expect(eq(u64, piece_tree_size(&tree), size + 6000 - 9000));
	check_tree(&before, 5000);
	piece_tree_release(&before);
	piece_tree_release(&tree);
}

Test(piece_builder, can_be_given_up)
{
	for (uint64_t i = 0; i < 3000; i++)
		cr_assert(piece_builder_add(&builder, number(i)));
	piece_builder_free(&builder);

	PieceTree tree;
	build(10, &tree);
	check_tree(&tree, 10);
	piece_tree_release(&tree);
}
