/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/piece_tree.h"

#include <assert.h>
#include <string.h>

#include "document/piece_node.h"

/* Taking a node apart and putting it together again: what one edit makes of one node.
 * An edit puts at most NODE_PIECES pieces in, so a leaf becomes at most three, and a
 * packed one leaves at most two on either side of them. */
enum {
	PARTS_MAX = 12, /* of two leaves, at the ends of a range */
	LEAF_ITEMS_MAX = LEAF_PIECES_MAX + NODE_PIECES + 2,
	INNER_ITEMS_MAX = NODE_CHILDREN + 2 * PARTS_MAX,
	NODES_PER_LEVEL = 12, /* taken by one edit, at most, */
	NODES_OF_LEAVES = 24, /* and as many more for the leaves and joining them */
	UNPACKED_NEAR = 8,    /* pieces around an edit */
	PACKED_FEW = 32,      /* that are not worth a leaf of their own */
};

typedef struct {
	PieceChild items[PARTS_MAX];
	int count;
} Parts;

typedef struct {
	PiecePool *pool;
	uint32_t file;
	const Piece *pieces;
	int count;
} Edit;

static void parts_add(Parts *parts, const Edit *edit, PieceNode *node)
{
	assert(parts->count < PARTS_MAX);
	parts->items[parts->count++] =
		(PieceChild){node, piece_node_summary(node, edit->file)};
}

/* How many of count items go into the next node, when capacity go into one. at is
 * where the edit was: whoever edits in ascending (descending) order leaves full
 * nodes behind. */
static int share(int count, int capacity, int at)
{
	if (count <= capacity)
		return count;
	if (count > 2 * capacity)
		return capacity;
	const int full = capacity - capacity / 8;
	if (at >= count - count / 8 && count - full > 0)
		return full;
	if (at <= count / 8 && count - full > 0 && count - full <= capacity)
		return count - full;
	return count / 2;
}

static void pack_leaves(const Edit *edit, const Piece *items, int count, int at,
			Parts *parts)
{
	while (count > 0) {
		const int part = share(count, NODE_PIECES, at);
		PieceNode *node = piece_node_take(edit->pool, 0);
		memcpy(node->u.pieces, items, (size_t)part * sizeof(*items));
		node->count = (uint16_t)part;
		parts_add(parts, edit, node);
		items += part;
		count -= part;
		at -= part;
	}
}

/* Likewise, packed. */
static void pack_codes(const Edit *edit, const Piece *items, int count, Parts *parts)
{
	PackPlace place = {.at = 0};
	PieceNode *node = NULL;
	for (int i = 0; i < count; i++) {
		if (!node)
			node = piece_node_take(edit->pool, 0);
		node->packed = true;
		pack_put(node->u.codes, &place, &items[i]);
		node->count++;
		if (i + 1 < count && place.at + PACK_CODE_MAX <= NODE_BYTES)
			continue;
		parts_add(parts, edit, node);
		place = (PackPlace){.at = 0};
		node = NULL;
	}
}

/* What lies near the middle, where edit's pieces are, unpacked; the rest of it packed. */
static void pack_around(const Edit *edit, const Piece *items, int count, int middle,
			Parts *parts)
{
	int begin = middle - UNPACKED_NEAR;
	int end = middle + edit->count + UNPACKED_NEAR;
	if (begin < PACKED_FEW)
		begin = 0;
	if (end > count - PACKED_FEW)
		end = count;
	pack_codes(edit, items, begin, parts);
	pack_leaves(edit, items + begin, end - begin, middle - begin, parts);
	pack_codes(edit, items + end, count - end, parts);
}

static void pack_inner(const Edit *edit, const PieceChild *items, int count, int at,
		       int level, Parts *parts)
{
	while (count > 0) {
		const int part = share(count, NODE_CHILDREN, at);
		PieceNode *node = piece_node_take(edit->pool, level);
		memcpy(node->u.children, items, (size_t)part * sizeof(*items));
		node->count = (uint16_t)part;
		parts_add(parts, edit, node);
		items += part;
		count -= part;
		at -= part;
	}
}

/* The children of node, owned by the caller, who gives up node. */
static int unpack(PiecePool *pool, PieceNode *node, PieceChild *items)
{
	const int count = node->count;
	memcpy(items, node->u.children, (size_t)count * sizeof(*items));
	if (node->refs == 1) {
		piece_node_drop_shell(pool, node);
		return count;
	}
	node->refs--;
	for (int i = 0; i < count; i++)
		(void)piece_node_retain(items[i].node);
	return count;
}

/* What of the leaf lies before offset; *rest is where the piece there begins, at *at. */
static int pieces_before(const PieceNode *leaf, uint64_t offset, Piece *items,
			 LeafPlace *rest, uint64_t *at)
{
	int count = 0;
	LeafPlace place = {.index = 0};
	for (*rest = place; place.index < leaf->count; *rest = place) {
		const Piece piece = leaf_next(leaf, &place);
		if (*at + piece.length > offset) {
			if (*at < offset)
				items[count++] = piece_part(&piece, 0, offset - *at);
			break;
		}
		items[count++] = piece;
		*at += piece.length;
	}
	return count;
}

/* What of the leaf's pieces from place on, where at is, lies from end on. */
static int pieces_behind(const PieceNode *leaf, LeafPlace place, uint64_t at,
			 uint64_t end, Piece *items)
{
	int count = 0;
	while (place.index < leaf->count) {
		const Piece piece = leaf_next(leaf, &place);
		const uint64_t skip = at < end ? end - at : 0;
		if (skip < piece.length)
			items[count++] = piece_part(&piece, skip, piece.length - skip);
		at += piece.length;
	}
	return count;
}

/* What of the leaf lies before begin, and from end on, with edit's pieces between. */
static void edit_leaf(const Edit *edit, PieceNode *node, Range range, Parts *parts)
{
	Piece items[LEAF_ITEMS_MAX];
	LeafPlace rest;
	uint64_t at = 0;
	const bool packed = node->packed;
	const int middle = pieces_before(node, range.offset, items, &rest, &at);
	int count = middle;
	if (edit->count > 0)
		memcpy(&items[count], edit->pieces, (size_t)edit->count * sizeof(*items));
	count += edit->count;
	count += pieces_behind(node, rest, at, range_end(range), &items[count]);
	piece_node_release(edit->pool, node);
	if (packed)
		pack_around(edit, items, count, middle, parts);
	else
		pack_leaves(edit, items, count, middle, parts);
}

/* All of the leaf, which is given up; how many there are. */
static int unpack_leaf(PiecePool *pool, PieceNode *leaf, Piece *items)
{
	const int count = leaf->count;
	LeafPlace place = {.index = 0};
	for (int i = 0; i < count; i++)
		items[i] = leaf_next(leaf, &place);
	piece_node_release(pool, leaf);
	return count;
}

/* One node of the items of two neighbours. */
static void join(const Edit *edit, PieceChild *left, const PieceChild *right)
{
	Parts parts = {0};
	if (left->node->level == 0) {
		Piece items[NODE_PIECES];
		int count = unpack_leaf(edit->pool, left->node, items);
		count += unpack_leaf(edit->pool, right->node, items + count);
		pack_leaves(edit, items, count, 0, &parts);
	} else {
		PieceChild items[NODE_CHILDREN];
		const int level = left->node->level;
		int count = unpack(edit->pool, left->node, items);
		count += unpack(edit->pool, right->node, items + count);
		pack_inner(edit, items, count, 0, level, &parts);
	}
	*left = parts.items[0];
}

/* Join what has become small with a neighbour, among items[first..last]. */
static int join_small(const Edit *edit, PieceChild *items, int count, int first, int last)
{
	const int capacity = items[0].node->level == 0 ? NODE_PIECES : NODE_CHILDREN;
	for (int i = first; i < last && i + 1 < count;) {
		const int left = items[i].node->count;
		const int right = items[i + 1].node->count;
		const bool small = left < capacity / 3 || right < capacity / 3;
		if (!small || left + right > capacity) {
			i++;
			continue;
		}
		join(edit, &items[i], &items[i + 1]);
		memmove(&items[i + 1], &items[i + 2],
			(size_t)(count - i - 2) * sizeof(*items));
		count--;
		last--;
	}
	return count;
}

static void edit_node(const Edit *edit, PieceNode *node, Range range, Parts *parts);

/* The child where an edit at offset begins, *start where that child begins. A mere
 * insertion between two goes to the end of the first. */
static int child_at(const PieceNode *node, uint64_t offset, bool insertion,
		    uint64_t *start)
{
	int i = 0;
	*start = 0;
	for (; i + 1 < node->count; i++) {
		const uint64_t end = *start + node->u.children[i].sum.bytes;
		if (offset < end || (insertion && offset == end))
			break;
		*start = end;
	}
	return i;
}

/* An edit within one child that needs no other node above it. */
static bool edit_in_place(const Edit *edit, PieceNode *node, int child, const Parts *made,
			  Parts *parts)
{
	if (made->count != 1 || node->refs != 1 ||
	    made->items[0].node->count < NODE_CHILDREN / 3)
		return false;
	node->u.children[child] = made->items[0];
	parts_add(parts, edit, node);
	return true;
}

/* items: the children of node, which is given up, with what was made of its children
 * first to last in their place. */
static int replace_children(const Edit *edit, PieceNode *node, int first, int last,
			    const Parts *made, PieceChild *items)
{
	const PieceChild *children = node->u.children;
	const bool exclusive = node->refs == 1;
	const size_t before = (size_t)first;
	const size_t behind = (size_t)(node->count - last - 1);
	PieceChild *rest = items + before + made->count;
	memcpy(items, children, before * sizeof(*items));
	memcpy(items + before, made->items, (size_t)made->count * sizeof(*items));
	memcpy(rest, children + last + 1, behind * sizeof(*items));
	if (exclusive) {
		/* The first and the last were consumed by making. */
		for (int i = first + 1; i < last; i++)
			piece_node_release(edit->pool, children[i].node);
		piece_node_drop_shell(edit->pool, node);
	} else {
		for (size_t i = 0; i < before; i++)
			(void)piece_node_retain(items[i].node);
		for (size_t i = 0; i < behind; i++)
			(void)piece_node_retain(rest[i].node);
		node->refs--;
	}
	return (int)(before + behind) + made->count;
}

/* A child that an edit may consume: reached by nobody else from here. */
static PieceNode *take_child(const PieceNode *node, int child)
{
	PieceNode *taken = node->u.children[child].node;
	return node->refs == 1 ? taken : piece_node_retain(taken);
}

static void edit_inner(const Edit *edit, PieceNode *node, Range range, Parts *parts)
{
	uint64_t first_start = 0, last_start = 0;
	const bool insertion = range.length == 0;
	const int first = child_at(node, range.offset, insertion, &first_start);
	const int last =
		insertion ? first
			  : child_at(node, range_end(range) - 1, false, &last_start);
	Parts made = {0};

	const uint64_t in_first = range.offset - first_start;
	const uint64_t room = node->u.children[first].sum.bytes - in_first;
	const Range head = {in_first, range.length < room ? range.length : room};
	edit_node(edit, take_child(node, first), head, &made);
	if (first == last && edit_in_place(edit, node, first, &made, parts))
		return;
	if (last > first) {
		const Edit removal = {edit->pool, edit->file, NULL, 0};
		const Range tail = {0, range_end(range) - last_start};
		edit_node(&removal, take_child(node, last), tail, &made);
	}

	PieceChild items[INNER_ITEMS_MAX];
	const int level = node->level;
	int count = replace_children(edit, node, first, last, &made, items);
	if (count > 0)
		count = join_small(edit, items, count, first > 0 ? first - 1 : 0,
				   first + made.count);
	pack_inner(edit, items, count, first, level, parts);
}

/* Consumes node; parts gets what it has become, nodes of the same level. */
static void edit_node(const Edit *edit, PieceNode *node, Range range, Parts *parts)
{
	if (node->level == 0)
		edit_leaf(edit, node, range, parts);
	else
		edit_inner(edit, node, range, parts);
}

static PieceNode *new_root(const Edit *edit, const Parts *parts, int level)
{
	if (parts->count == 0)
		return NULL;
	PieceNode *root = parts->items[0].node;
	if (parts->count > 1) {
		root = piece_node_take(edit->pool, level + 1);
		memcpy(root->u.children, parts->items,
		       (size_t)parts->count * sizeof(parts->items[0]));
		root->count = (uint16_t)parts->count;
	}
	while (root->level > 0 && root->count == 1) {
		PieceNode *only = piece_node_retain(root->u.children[0].node);
		piece_node_release(edit->pool, root);
		root = only;
	}
	return root;
}

/* At most NODE_PIECES pieces. */
static bool edit_tree(PieceTree *tree, Range range, const Piece *pieces, int count)
{
	const int level = tree->root ? tree->root->level : 0;
	if (!piece_pool_reserve(tree->pool,
				(size_t)(level + 2) * NODES_PER_LEVEL + NODES_OF_LEAVES))
		return false;
	const Edit edit = {tree->pool, tree->file, pieces, count};
	Parts parts = {0};
	if (tree->root)
		edit_node(&edit, tree->root, range, &parts);
	else
		pack_leaves(&edit, pieces, count, 0, &parts);
	tree->root = new_root(&edit, &parts, level);
	tree->sum = (PieceSummary){0};
	if (tree->root)
		tree->sum = piece_node_summary(tree->root, tree->file);
	assert(!tree->root || tree->root->level < PIECE_TREE_DEPTH);
	return true;
}

static bool edit_all(PieceTree *tree, Range range, const Piece *pieces, size_t count)
{
	if (count <= NODE_PIECES)
		return edit_tree(tree, range, pieces, (int)count);
	PieceTree before = piece_tree_retain(tree);
	bool done = true;
	while (done && count > 0) {
		const size_t part = count < NODE_PIECES ? count : NODE_PIECES;
		done = edit_tree(tree, range, pieces, (int)part);
		range = (Range){range.offset + pieces_length(pieces, part), 0};
		pieces += part;
		count -= part;
	}
	if (!done) {
		piece_tree_release(tree);
		*tree = before;
		return false;
	}
	piece_tree_release(&before);
	return true;
}

/* The part of a neighbour that stays; it joins what is put beside it. */
static bool neighbour(const PieceTree *tree, uint64_t offset, Range part, Piece *piece)
{
	PieceCursor cursor;
	if (!piece_cursor_seek(&cursor, tree, offset))
		return false;
	uint64_t at = 0;
	*piece = piece_cursor_clip(&cursor, part, &at);
	return true;
}

bool piece_tree_replace(PieceTree *tree, Range range, const Piece *pieces, size_t count)
{
	const uint64_t size = piece_tree_size(tree);
	assert(range_fits(range.offset, range.length, size));
	if (range.length == 0 && count == 0)
		return true;
	Piece left = {0}, right = {0};
	const uint64_t end = range_end(range);
	const bool has_left =
		range.offset > 0 &&
		neighbour(tree, range.offset - 1, range_between(0, range.offset), &left);
	const bool has_right =
		end < size && neighbour(tree, end, (Range){end, size - end}, &right);
	PieceList list = {0};
	bool done = piece_list_add_all(&list, pieces, count);
	/* What comes behind left, with the pieces in place; {0} continues nothing. */
	const Piece next = list.count > 0 ? list.items[0] : right;
	if (done && has_left && piece_continues(&left, &next)) {
		range = (Range){range.offset - left.length, range.length + left.length};
		if (list.count > 0) {
			list.items[0].offset -= left.length;
			list.items[0].length += left.length;
		} else {
			done = piece_list_add(&list, left);
		}
	}
	if (done && has_right && list.count > 0 &&
	    piece_continues(&list.items[list.count - 1], &right)) {
		list.items[list.count - 1].length += right.length;
		range.length += right.length;
	}
	done = done && edit_all(tree, range, list.items, list.count);
	piece_list_free(&list);
	return done;
}

bool piece_tree_slice(const PieceTree *tree, Range range, PieceTree *out)
{
	const uint64_t size = piece_tree_size(tree);
	*out = piece_tree_retain(tree);
	if (piece_tree_replace(out, range_between(range_end(range), size), NULL, 0) &&
	    piece_tree_replace(out, range_between(0, range.offset), NULL, 0))
		return true;
	piece_tree_release(out);
	return false;
}

PieceTree piece_tree_empty(PiecePool *pool, uint32_t file)
{
	return (PieceTree){.pool = pool, .file = file};
}

PieceTree piece_tree_retain(const PieceTree *tree)
{
	if (tree->root)
		(void)piece_node_retain(tree->root);
	return *tree;
}

void piece_tree_release(PieceTree *tree)
{
	if (tree->root)
		piece_node_release(tree->pool, tree->root);
	tree->root = NULL;
	tree->sum = (PieceSummary){0};
}
