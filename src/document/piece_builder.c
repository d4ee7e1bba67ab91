/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/piece_builder.h"

#include "document/piece_node.h"

void piece_builder_init(PieceBuilder *builder, PiecePool *pool, uint32_t file)
{
	*builder = (PieceBuilder){.pool = pool, .file = file};
}

void piece_builder_free(PieceBuilder *builder)
{
	for (int level = 0; level < PIECE_TREE_DEPTH; level++) {
		PieceNode *node = builder->open[level];
		if (node && node->count > 0)
			piece_node_release(builder->pool, node);
		else if (node)
			piece_node_drop_shell(builder->pool, node);
	}
	*builder = (PieceBuilder){.pool = builder->pool, .file = builder->file};
}

static PieceNode *open_node(PieceBuilder *builder, int level)
{
	if (!builder->open[level])
		builder->open[level] = piece_node_take(builder->pool, level);
	return builder->open[level];
}

/* child goes into the open node above it, which is closed when it is full. */
static void add_child(PieceBuilder *builder, PieceChild child)
{
	for (;;) {
		PieceNode *parent = open_node(builder, child.node->level + 1);
		parent->u.children[parent->count++] = child;
		if (parent->count < NODE_CHILDREN)
			return;
		builder->open[parent->level] = NULL;
		child = (PieceChild){parent, piece_node_summary(parent, builder->file)};
	}
}

static void begin_leaf(PieceBuilder *builder)
{
	builder->place = (PackPlace){.at = 0};
	builder->sum = (PieceSummary){0};
}

/* The last piece into its leaf. */
static bool flush(PieceBuilder *builder)
{
	if (builder->last.length == 0)
		return true;
	/* A leaf may close one node of each level. */
	if (!builder->open[0] && !piece_pool_reserve(builder->pool, PIECE_TREE_DEPTH + 1))
		return false;
	PieceNode *leaf = open_node(builder, 0);
	leaf->packed = true;
	const PieceSummary sum = piece_summary(&builder->last, builder->file);
	pack_put(leaf->u.codes, &builder->place, &builder->last);
	piece_summary_add(&builder->sum, &sum);
	leaf->count++;
	builder->last.length = 0;
	if (builder->place.at + PACK_CODE_MAX > NODE_BYTES) {
		builder->open[0] = NULL;
		add_child(builder, (PieceChild){leaf, builder->sum});
		begin_leaf(builder);
	}
	return true;
}

bool piece_builder_add(PieceBuilder *builder, Piece piece)
{
	if (piece.length == 0)
		return true;
	if (builder->last.length > 0 && piece_continues(&builder->last, &piece)) {
		builder->last.length += piece.length;
		return true;
	}
	if (!flush(builder))
		return false;
	builder->last = piece;
	return true;
}

/* What is open, from the leaf up, into what is open above it. */
static PieceNode *close_all(PieceBuilder *builder)
{
	int top = PIECE_TREE_DEPTH - 1;
	PieceNode *below = NULL;
	begin_leaf(builder);
	while (top >= 0 && !builder->open[top])
		top--;
	for (int level = 0; level <= top; level++) {
		PieceNode *node = builder->open[level];
		builder->open[level] = NULL;
		if (below && !node)
			node = piece_node_take(builder->pool, level);
		if (below)
			node->u.children[node->count++] = (PieceChild){
				below, piece_node_summary(below, builder->file)};
		below = node;
	}
	return below;
}

static PieceNode *without_single_parents(PiecePool *pool, PieceNode *root)
{
	while (root && root->level > 0 && root->count == 1) {
		PieceNode *only = piece_node_retain(root->u.children[0].node);
		piece_node_release(pool, root);
		root = only;
	}
	return root;
}

bool piece_builder_end(PieceBuilder *builder, PieceTree *out)
{
	*out = piece_tree_empty(builder->pool, builder->file);
	if (!flush(builder) || !piece_pool_reserve(builder->pool, PIECE_TREE_DEPTH)) {
		piece_builder_free(builder);
		return false;
	}
	out->root = without_single_parents(builder->pool, close_all(builder));
	if (out->root)
		out->sum = piece_node_summary(out->root, builder->file);
	return true;
}
