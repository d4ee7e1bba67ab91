/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_PIECE_NODE_H
#define MHEX_DOCUMENT_PIECE_NODE_H

#include "document/piece_pack.h"
#include "document/piece_tree.h"

/*
 * The nodes of a piece tree, for piece_tree.c and piece_query.c.
 *
 * All leaves have the same depth. A node is never empty; when it and its neighbour can be
 * one after an edit they become one, so a tree stays as low as its pieces allow.
 *
 * Leaves that were built in one go are packed: some hundred pieces as codes. An edit
 * unpacks what lies around it.
 */
enum {
	NODE_PIECES = 64,   /* in a leaf; 24 bytes each */
	NODE_CHILDREN = 32, /* 48 bytes each: all nodes have one size */
	NODE_BYTES = 1536,  /* of a packed leaf */
	NODE_SPARE = 128,   /* nodes that a pool keeps for the next edit */
	LEAF_PIECES_MAX = NODE_BYTES / PACK_CODE_MIN,
};

typedef struct {
	PieceNode *node;
	PieceSummary sum;
} PieceChild;

struct PieceNode {
	uint32_t refs;
	uint16_t count;
	uint8_t level; /* 0: a leaf */
	bool packed;
	union {
		Piece pieces[NODE_PIECES];
		uint8_t codes[NODE_BYTES];
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

/* Between two pieces of a leaf; {0} before the first. */
typedef struct {
	PackPlace pack;
	unsigned index; /* of the next one */
} LeafPlace;

static inline Piece leaf_next(const PieceNode *leaf, LeafPlace *place)
{
	const unsigned index = place->index++;
	return leaf->packed ? pack_get(leaf->u.codes, &place->pack)
			    : leaf->u.pieces[index];
}

static inline PieceSummary piece_summary(const Piece *piece, uint32_t file)
{
	const uint64_t of_file = piece->source == file ? piece->length : 0;
	const int64_t shift = (int64_t)piece->offset;
	return (PieceSummary){piece->length, 1, of_file, shift, shift};
}

/* What lies behind sum is part. */
void piece_summary_add(PieceSummary *sum, const PieceSummary *part);
PieceSummary piece_node_summary(const PieceNode *node, uint32_t file);

#endif
