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

TestSuite(piece_builder, .init = set_up, .fini = tear_down, .timeout = 100);

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

/* Pieces that are all alike, of few sources and of many, near and far: whatever a leaf
 * is packed of. */
static Piece any_piece(unsigned *seed, uint64_t i)
{
	const unsigned kind = (*seed = *seed * 1103515245 + 12345) >> 16;
	const uint64_t far = kind % 7 == 0 ? UINT64_MAX - 1000 : (uint64_t)kind << 30;
	if (i % 2)
		return (Piece){0, 6, ADDED};
	if (kind % 5 == 0)
		return (Piece){far, 1 + kind % 3, 2 + kind % 11};
	return (Piece){i * 1000 + kind % 100,
		       kind % 40 == 0 ? far / 9 + 1 : 1 + kind % 900, FILE_SOURCE};
}

static void expect_same(const PieceTree *a, const PieceTree *b)
{
	PieceCursor left, right;
	bool more = piece_cursor_seek(&left, a, 0);
	cr_assert(eq(int, piece_cursor_seek(&right, b, 0), more));
	while (more) {
		cr_assert(eq(u64, left.offset, right.offset));
		cr_assert(eq(u64, left.piece.offset, right.piece.offset));
		cr_assert(eq(u64, left.piece.length, right.piece.length));
		cr_assert(eq(u32, left.piece.source, right.piece.source));
		more = piece_cursor_next(&left);
		cr_assert(eq(int, piece_cursor_next(&right), more));
	}
	cr_expect(eq(u64, piece_tree_pieces(a), piece_tree_pieces(b)));
	cr_expect(eq(u64, piece_tree_modified(a), piece_tree_modified(b)));
}

static void edit_both(PieceTree *packed, PieceTree *plain, unsigned *seed)
{
	Piece pieces[64];
	const uint64_t size = piece_tree_size(packed);
	const unsigned random = (*seed = *seed * 1103515245 + 12345) >> 8;
	const uint64_t at = size > 0 ? random * (uint64_t)2654435761 % size : 0;
	const uint64_t room = size - at;
	const uint64_t length =
		random % 3 == 0 ? 0 : random % (random % 5 ? 900 : 400000);
	const size_t count = random % 11 == 0 ? 64 : random % 3;
	for (size_t i = 0; i < count; i++)
		pieces[i] = any_piece(seed, i);
	const Range range = {at, length < room ? length : room};
	cr_assert(piece_tree_replace(packed, range, pieces, count));
	cr_assert(piece_tree_replace(plain, range, pieces, count));
}

Test(piece_builder, packed_pieces_are_edited_as_others_are)
{
	for (unsigned round = 1; round <= 6; round++) {
		unsigned seed = round;
		PieceTree packed, plain = piece_tree_empty(pool, FILE_SOURCE);
		for (uint64_t i = 0; i < (uint64_t)1500 * round; i++) {
			const Piece piece = any_piece(&seed, i);
			const Range end = {piece_tree_size(&plain), 0};
			if (end.offset > UINT64_MAX / 4)
				break;
			cr_assert(piece_builder_add(&builder, piece));
			cr_assert(piece_tree_replace(&plain, end, &piece, 1));
		}
		cr_assert(piece_builder_end(&builder, &packed));
		expect_same(&packed, &plain);
		PieceTree before = piece_tree_retain(&packed);
		PieceTree plain_before = piece_tree_retain(&plain);
		for (int i = 0; i < 400; i++) {
			edit_both(&packed, &plain, &seed);
			if (i % 50 == 0)
				expect_same(&packed, &plain);
		}
		expect_same(&packed, &plain);
		expect_same(&before, &plain_before);
		piece_tree_release(&plain_before);
		piece_tree_release(&before);
		piece_tree_release(&packed);
		piece_tree_release(&plain);
	}
}

Test(piece_builder, a_replacement_takes_few_bytes)
{
	PieceTree tree;
	for (uint64_t i = 0; i < 100000; i++) {
		cr_assert(piece_builder_add(&builder,
					    (Piece){i * 1073, 1069, FILE_SOURCE}));
		cr_assert(piece_builder_add(&builder, (Piece){0, 6, ADDED}));
	}
	cr_assert(piece_builder_end(&builder, &tree));

	cr_expect(eq(u64, piece_tree_pieces(&tree), 200000));
	cr_expect(lt(u64, piece_pool_memory(pool), 600000));
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
