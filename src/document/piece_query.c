/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>

#include "document/piece_node.h"

uint64_t piece_tree_size(const PieceTree *tree)
{
	return tree->sum.bytes;
}

uint64_t piece_tree_pieces(const PieceTree *tree)
{
	return tree->sum.pieces;
}

/* ---- Pieces in order ---- */

/* To the piece of a leaf that holds offset; the leaf begins at start. */
static void seek_in_leaf(PieceCursor *cursor, int depth, uint64_t start, uint64_t offset)
{
	const PieceNode *leaf = cursor->nodes[depth];
	LeafPlace place = {.index = 0};
	Piece piece = leaf_next(leaf, &place);
	while (place.index < leaf->count && offset - start >= piece.length) {
		start += piece.length;
		piece = leaf_next(leaf, &place);
	}
	cursor->at[depth] = (unsigned short)(place.index - 1);
	cursor->pack = place.pack;
	cursor->offset = start;
	cursor->piece = piece;
	cursor->depth = depth;
}

/* Go down to the piece that holds the byte offset of what lies under the node at
 * depth; start is where that node begins. */
static void descend(PieceCursor *cursor, int depth, uint64_t start, uint64_t offset)
{
	const PieceNode *node = cursor->nodes[depth];
	while (node->level > 0) {
		int i = 0;
		for (; i + 1 < node->count; i++) {
			const uint64_t bytes = node->u.children[i].sum.bytes;
			if (offset - start < bytes)
				break;
			start += bytes;
		}
		cursor->at[depth] = (unsigned short)i;
		node = node->u.children[i].node;
		cursor->nodes[++depth] = node;
	}
	seek_in_leaf(cursor, depth, start, offset);
}

bool piece_cursor_seek(PieceCursor *cursor, const PieceTree *tree, uint64_t offset)
{
	if (!tree->root || offset >= piece_tree_size(tree))
		return false;
	cursor->nodes[0] = tree->root;
	descend(cursor, 0, 0, offset);
	return true;
}

bool piece_cursor_next(PieceCursor *cursor)
{
	const uint64_t next = cursor->offset + cursor->piece.length;
	int depth = cursor->depth;
	while (depth >= 0 && cursor->at[depth] + 1 >= cursor->nodes[depth]->count)
		depth--;
	if (depth < 0)
		return false;
	const PieceNode *node = cursor->nodes[depth];
	const int i = ++cursor->at[depth];
	if (depth == cursor->depth) {
		cursor->offset = next;
		cursor->piece = node->packed ? pack_get(node->u.codes, &cursor->pack)
					     : node->u.pieces[i];
		return true;
	}
	cursor->nodes[depth + 1] = node->u.children[i].node;
	descend(cursor, depth + 1, next, next);
	return true;
}

Piece piece_cursor_clip(const PieceCursor *cursor, Range range, uint64_t *at)
{
	const Range all = {cursor->offset, cursor->piece.length};
	const Range both = range_intersect(all, range);
	*at = both.offset;
	return piece_part(&cursor->piece, both.offset - cursor->offset, both.length);
}

/* The highest node that both have and that begins (ends) with the piece, of at most limit
 * bytes. */
static uint64_t shared(const PieceCursor *a, const PieceCursor *b, bool at_end,
		       uint64_t limit)
{
	uint64_t bytes = 0;
	for (int up = 0; up <= a->depth && up <= b->depth; up++) {
		const int i = a->depth - up;
		const int j = b->depth - up;
		const PieceNode *node = a->nodes[i];
		const int edge = at_end ? node->count - 1 : 0;
		if (node != b->nodes[j] || a->at[i] != edge || b->at[j] != edge)
			break;
		const uint64_t all = piece_node_summary(node, 0).bytes;
		if (all > limit)
			break;
		bytes = all;
	}
	return bytes;
}

uint64_t piece_cursor_shared(const PieceCursor *a, const PieceCursor *b)
{
	return shared(a, b, false, UINT64_MAX);
}

uint64_t piece_cursor_shared_before(const PieceCursor *a, const PieceCursor *b,
				    uint64_t limit)
{
	return shared(a, b, true, limit);
}

bool piece_tree_collect(const PieceTree *tree, Range range, PieceList *list)
{
	PieceCursor cursor;
	if (range.length == 0 || !piece_cursor_seek(&cursor, tree, range.offset))
		return true;
	do {
		uint64_t at = 0;
		if (!piece_list_add(list, piece_cursor_clip(&cursor, range, &at)))
			return false;
	} while (range_end(range) > cursor.offset + cursor.piece.length &&
		 piece_cursor_next(&cursor));
	return true;
}

/* ---- Modified bytes ---- */

typedef enum {
	ALL_CLEAN,
	ALL_MODIFIED,
	TO_BE_SEEN, /* has modified bytes; may have clean ones */
} Cleanness;

static Cleanness cleanness(const PieceSummary *sum, uint64_t start)
{
	const int64_t here = (int64_t)start;
	if (sum->file_bytes == 0 || here < sum->low || here > sum->high)
		return ALL_MODIFIED;
	if (sum->file_bytes == sum->bytes && sum->low == sum->high)
		return ALL_CLEAN;
	return TO_BE_SEEN;
}

/* Of child i, or of the next piece. */
static PieceSummary next_summary(const PieceNode *node, int i, LeafPlace *place,
				 uint32_t file)
{
	if (node->level > 0)
		return node->u.children[i].sum;
	const Piece piece = leaf_next(node, place);
	return piece_summary(&piece, file);
}

static uint64_t count_clean(const PieceNode *node, uint64_t start, uint32_t file)
{
	uint64_t clean = 0;
	LeafPlace place = {.index = 0};
	for (int i = 0; i < node->count; i++) {
		const PieceSummary sum = next_summary(node, i, &place, file);
		const Cleanness is = cleanness(&sum, start);
		if (is != ALL_MODIFIED && sum.low == sum.high)
			clean += sum.file_bytes;
		else if (is == TO_BE_SEEN)
			clean += count_clean(node->u.children[i].node, start, file);
		start += sum.bytes;
	}
	return clean;
}

uint64_t piece_tree_modified(const PieceTree *tree)
{
	if (!tree->root)
		return 0;
	return piece_tree_size(tree) - count_clean(tree->root, 0, tree->file);
}

/* The first byte at or after from that is clean or not as wanted; node begins at
 * start. */
static bool find(const PieceTree *tree, const PieceNode *node, uint64_t start,
		 uint64_t from, Cleanness wanted, uint64_t *at)
{
	LeafPlace place = {.index = 0};
	for (int i = 0; i < node->count; i++) {
		const PieceSummary sum = next_summary(node, i, &place, tree->file);
		if (start + sum.bytes > from) {
			const Cleanness is = cleanness(&sum, start);
			if (is == wanted) {
				*at = start > from ? start : from;
				return true;
			}
			if (is == TO_BE_SEEN &&
			    find(tree, node->u.children[i].node, start, from, wanted, at))
				return true;
		}
		start += sum.bytes;
	}
	return false;
}

static Range next_run(const PieceTree *tree, uint64_t offset, Cleanness wanted)
{
	const uint64_t size = piece_tree_size(tree);
	const Cleanness other = wanted == ALL_CLEAN ? ALL_MODIFIED : ALL_CLEAN;
	uint64_t begin = 0, end = 0;
	if (!tree->root || !find(tree, tree->root, 0, offset, wanted, &begin))
		return (Range){size, 0};
	if (!find(tree, tree->root, 0, begin, other, &end))
		end = size;
	return range_between(begin, end);
}

Range piece_tree_next_modified(const PieceTree *tree, uint64_t offset)
{
	return next_run(tree, offset, ALL_MODIFIED);
}

Range piece_tree_next_clean(const PieceTree *tree, uint64_t offset)
{
	return next_run(tree, offset, ALL_CLEAN);
}
