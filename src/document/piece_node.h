/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_PIECE_NODE_H
#define MHEX_DOCUMENT_PIECE_NODE_H

#include "document/piece_tree.h"

/*
 * The nodes of a piece tree, for piece_tree.c and piece_query.c.
 *
 * All leaves have the same depth. A node is never empty; when it and its neighbour can be
 * one after an edit they become one, so a tree stays as low as its pieces allow.
 */
enum {
	NODE_PIECES = 64,   /* in a leaf; 24 bytes each */
	NODE_CHILDREN = 32, /* 48 bytes each: all nodes have one size */
	NODE_SPARE = 128,   /* nodes that a pool keeps for the next edit */
};

typedef struct {
	PieceNode *node;
	PieceSummary sum;
} PieceChild;

struct PieceNode {
	uint32_t refs;
	uint16_t count;
	uint16_t level; /* 0: a leaf */
	union {
		Piece pieces[NODE_PIECES];
		PieceChild children[NODE_CHILDREN];
		PieceNode *next_spare;
	} u;
};

/* Let the next count piece_node_take() succeed; false when out of memory. */
bool piece_pool_reserve(PiecePool *pool, size_t count);
/* refs 1, count 0. */
PieceNode *piece_node_take(PiecePool *pool, int level);
PieceNode *piece_node_retain(PieceNode *node);
void piece_node_release(PiecePool *pool, PieceNode *node);
/* Give up a node whose children have been taken over. */
void piece_node_drop_shell(PiecePool *pool, PieceNode *node);

PieceSummary piece_node_summary(const PieceNode *node, uint32_t file);

#endif
