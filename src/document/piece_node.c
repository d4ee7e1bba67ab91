/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/piece_node.h"

#include <assert.h>
#include <stdlib.h>

#include "document/slab.h"

enum {
	PLAIN_MAX = 8 << 20
};

struct PiecePool {
	Slab slab;
	PieceNode *spare;
	size_t spare_count;
	size_t used;
};

PiecePool *piece_pool_new(void)
{
	PiecePool *pool = calloc(1, sizeof(*pool));
	if (pool)
		slab_init(&pool->slab, sizeof(PieceNode), PLAIN_MAX);
	return pool;
}

void piece_pool_free(PiecePool *pool)
{
	if (!pool)
		return;
	assert(pool->used == 0 && "a tree outlives its pool");
	while (pool->spare) {
		PieceNode *next = pool->spare->u.next_spare;
		slab_give(&pool->slab, pool->spare);
		pool->spare = next;
	}
	slab_free(&pool->slab);
	free(pool);
}

uint64_t piece_pool_memory(const PiecePool *pool)
{
	return (pool->used + pool->spare_count) * sizeof(PieceNode);
}

bool piece_pool_reserve(PiecePool *pool, size_t count)
{
	while (pool->spare_count < count) {
		PieceNode *node = slab_take(&pool->slab);
		if (!node)
			return false;
		node->u.next_spare = pool->spare;
		pool->spare = node;
		pool->spare_count++;
	}
	return true;
}

PieceNode *piece_node_take(PiecePool *pool, int level)
{
	assert(pool->spare && "reserve first");
	PieceNode *node = pool->spare;
	pool->spare = node->u.next_spare;
	pool->spare_count--;
	pool->used++;
	node->refs = 1;
	node->count = 0;
	node->level = (uint8_t)level;
	node->packed = false;
	return node;
}

PieceNode *piece_node_retain(PieceNode *node)
{
	node->refs++;
	return node;
}

void piece_node_drop_shell(PiecePool *pool, PieceNode *node)
{
	pool->used--;
	if (pool->spare_count >= NODE_SPARE) {
		slab_give(&pool->slab, node);
		return;
	}
	node->u.next_spare = pool->spare;
	pool->spare = node;
	pool->spare_count++;
}

void piece_node_release(PiecePool *pool, PieceNode *node)
{
	if (--node->refs > 0)
		return;
	if (node->level > 0)
		for (int i = 0; i < node->count; i++)
			piece_node_release(pool, node->u.children[i].node);
	piece_node_drop_shell(pool, node);
}

void piece_summary_add(PieceSummary *sum, const PieceSummary *part)
{
	if (part->file_bytes > 0) {
		const int64_t low = part->low - (int64_t)sum->bytes;
		const int64_t high = part->high - (int64_t)sum->bytes;
		if (sum->file_bytes == 0 || low < sum->low)
			sum->low = low;
		if (sum->file_bytes == 0 || high > sum->high)
			sum->high = high;
		sum->file_bytes += part->file_bytes;
	}
	sum->bytes += part->bytes;
	sum->pieces += part->pieces;
}

PieceSummary piece_node_summary(const PieceNode *node, uint32_t file)
{
	PieceSummary sum = {0};
	LeafPlace place = {.index = 0};
	for (int i = 0; i < node->count; i++) {
		if (node->level > 0) {
			piece_summary_add(&sum, &node->u.children[i].sum);
			continue;
		}
		const Piece piece = leaf_next(node, &place);
		const PieceSummary part = piece_summary(&piece, file);
		piece_summary_add(&sum, &part);
	}
	return sum;
}
