/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_PIECE_BUILDER_H
#define MHEX_DOCUMENT_PIECE_BUILDER_H

#include "document/piece_tree.h"

/*
 * A tree from its first piece to its last, in one pass: full and packed leaves, and no
 * path copied for each piece. Neighbours that continue each other become one.
 */
typedef struct {
	PiecePool *pool;                   /* borrowed */
	uint32_t file;                     /* of the tree */
	Piece last;                        /* not in a leaf yet; length 0: none */
	PackPlace place;                   /* in the open leaf, where it goes */
	PieceSummary sum;                  /* of the open leaf */
	PieceNode *open[PIECE_TREE_DEPTH]; /* that is being filled, by level */
} PieceBuilder;

void piece_builder_init(PieceBuilder *builder, PiecePool *pool, uint32_t file);
/* False when out of memory; an empty piece is left out. */
bool piece_builder_add(PieceBuilder *builder, Piece piece);
/* *out is owned. False when out of memory. The builder is empty then, in any case. */
bool piece_builder_end(PieceBuilder *builder, PieceTree *out);
/* Forget what was added. */
void piece_builder_free(PieceBuilder *builder);

#endif
