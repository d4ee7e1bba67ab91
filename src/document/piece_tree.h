/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_PIECE_TREE_H
#define MHEX_DOCUMENT_PIECE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document/piece_pack.h"
#include "mhex/error.h"
#include "mhex/range.h"

/*
 * The bytes of a document as a persistent counted B-tree of pieces.
 *
 * A tree is a value that holds a root; piece_tree_retain() makes another one in O(1),
 * and that is what a version is. A node that only one tree reaches is changed in place,
 * one that several reach is copied first, so no tree ever sees another one's edit.
 * Reference counts are touched on the document's thread only; another thread may
 * read a tree that somebody retains for it.
 *
 * Neighbouring pieces that continue each other are one piece.
 *
 * A byte is clean when its piece is of the source `file` and its offset there is its
 * offset here. As that depends on where a subtree lies, each subtree keeps how many
 * bytes it has of `file`, and the lowest and the highest shift (offset there minus
 * offset within the subtree) of these: it is wholly clean, or wholly modified, or must
 * be looked into, wherever it lies.
 */

/* Where the nodes of all trees of a document and of its clips come from. */
typedef struct PiecePool PiecePool;

PiecePool *piece_pool_new(void);       /* NULL: out of memory */
void piece_pool_free(PiecePool *pool); /* after the last of its trees */
/* Bytes of all nodes in use. */
uint64_t piece_pool_memory(const PiecePool *pool);

typedef struct PieceNode PieceNode;

/* What a subtree has in it, wherever it lies. */
typedef struct {
	uint64_t bytes, pieces;
	uint64_t file_bytes; /* of pieces of the file */
	int64_t low, high;   /* their shifts; meaningless when file_bytes is 0 */
} PieceSummary;

typedef struct {
	PiecePool *pool;  /* borrowed */
	PieceNode *root;  /* NULL: empty */
	uint32_t file;    /* the source whose bytes are clean at their own offset */
	PieceSummary sum; /* of root */
} PieceTree;

PieceTree piece_tree_empty(PiecePool *pool, uint32_t file);
PieceTree piece_tree_retain(const PieceTree *tree);
void piece_tree_release(PieceTree *tree);

uint64_t piece_tree_size(const PieceTree *tree);
uint64_t piece_tree_pieces(const PieceTree *tree);

/* Put pieces in place of range, which lies within the tree; range.length 0 inserts,
 * count 0 deletes. False when out of memory: the tree is as before. */
bool piece_tree_replace(PieceTree *tree, Range range, const Piece *pieces, size_t count);
/* *out, owned, is that part of tree, sharing its nodes. */
bool piece_tree_slice(const PieceTree *tree, Range range, PieceTree *out);

/* ---- Modified bytes, see above. ---- */

uint64_t piece_tree_modified(const PieceTree *tree);
/* The first modified (clean) run at or after offset; empty, at the size, when there
 * is none. It has its full length, but for its part before offset. */
Range piece_tree_next_modified(const PieceTree *tree, uint64_t offset);
Range piece_tree_next_clean(const PieceTree *tree, uint64_t offset);

/* ---- Pieces in order. ---- */

enum {
	PIECE_TREE_DEPTH = 24 /* levels; even half-empty nodes reach 2^64 pieces before */
};

/* Valid until its tree is changed or released. */
typedef struct {
	uint64_t offset; /* where piece begins in the tree */
	Piece piece;
	const PieceNode *nodes[PIECE_TREE_DEPTH]; /* from the root to the leaf */
	unsigned short at[PIECE_TREE_DEPTH];
	PackPlace pack; /* behind piece, in a packed leaf */
	int depth;
} PieceCursor;

/* The piece that holds offset, whole: cursor->offset may lie before. False at the end. */
bool piece_cursor_seek(PieceCursor *cursor, const PieceTree *tree, uint64_t offset);
bool piece_cursor_next(PieceCursor *cursor);

/* The part of the piece under the cursor that lies in range; *at is where. */
Piece piece_cursor_clip(const PieceCursor *cursor, Range range, uint64_t *at);

/* How many bytes from the beginning (up to the end) of the pieces under both cursors lie
 * in nodes that both trees have; 0: none. They are the same in both. */
uint64_t piece_cursor_shared(const PieceCursor *a, const PieceCursor *b);
uint64_t piece_cursor_shared_before(const PieceCursor *a, const PieceCursor *b,
				    uint64_t limit);

/* Add the pieces of range to list; false when out of memory. */
bool piece_tree_collect(const PieceTree *tree, Range range, PieceList *list);

#endif
