/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/base_bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "document/slab.h"

enum {
	BLOCK = 16, /* bytes; one bit each in a uint16_t */
	LEAF_BLOCKS = 128,
};

/* Blocks in the order of their offsets. */
typedef struct {
	size_t count;
	uint64_t numbers[LEAF_BLOCKS]; /* file offset / BLOCK */
	uint16_t known[LEAF_BLOCKS];   /* never 0 */
	uint8_t bytes[LEAF_BLOCKS][BLOCK];
} Leaf;

typedef struct {
	uint64_t first; /* what its first block was when it was made, or lower */
	Leaf *leaf;
} Entry;

/* Leaves in order; none is empty. */
struct BaseBytes {
	Entry *entries;
	size_t count, capacity;
	Slab leaves;
};

/* Where a block is, or would be. */
typedef struct {
	size_t entry, index;
	bool found;
} Place;

BaseBytes *base_bytes_new(void)
{
	BaseBytes *store = calloc(1, sizeof(*store));
	if (store)
		slab_init(&store->leaves, sizeof(Leaf));
	return store;
}

void base_bytes_clear(BaseBytes *store)
{
	assert(store->count == 0 || store->entries);
	for (size_t i = 0; i < store->count; i++)
		slab_give(&store->leaves, store->entries[i].leaf);
	slab_free(&store->leaves);
	free(store->entries);
	*store = (BaseBytes){.leaves = store->leaves};
}

void base_bytes_free(BaseBytes *store)
{
	if (!store)
		return;
	base_bytes_clear(store);
	free(store);
}

uint64_t base_bytes_memory(const BaseBytes *store)
{
	return sizeof(*store) + store->capacity * sizeof(Entry) +
	       store->count * sizeof(Leaf);
}

BaseBytes *base_bytes_clone(const BaseBytes *store)
{
	BaseBytes *copy = base_bytes_new();
	if (!copy || store->count == 0)
		return copy;
	copy->entries = malloc(store->count * sizeof(Entry));
	if (!copy->entries)
		goto fail;
	copy->capacity = store->count;
	for (; copy->count < store->count; copy->count++) {
		const Entry *from = &store->entries[copy->count];
		Leaf *leaf = slab_take(&copy->leaves);
		if (!leaf)
			goto fail;
		*leaf = *from->leaf;
		copy->entries[copy->count] = (Entry){from->first, leaf};
	}
	return copy;

fail:
	base_bytes_free(copy);
	return NULL;
}

/* ---- Finding ---- */

/* The last entry that does not begin behind number; the first one when all do. */
static size_t find_entry(const BaseBytes *store, uint64_t number)
{
	size_t low = 0;
	size_t high = store->count;
	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;
		if (store->entries[middle].first <= number)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The first block of leaf that is not before number. */
static size_t find_index(const Leaf *leaf, uint64_t number)
{
	size_t low = 0;
	size_t high = leaf->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (leaf->numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static Place find(const BaseBytes *store, uint64_t number)
{
	Place place = {0};
	if (store->count == 0)
		return place;
	place.entry = find_entry(store, number);
	const Leaf *leaf = store->entries[place.entry].leaf;
	place.index = find_index(leaf, number);
	place.found = place.index < leaf->count && leaf->numbers[place.index] == number;
	return place;
}

/* ---- Inserting and removing blocks ---- */

static void move_blocks(Leaf *to, size_t to_index, const Leaf *from, size_t from_index,
			size_t count)
{
	memmove(to->numbers + to_index, from->numbers + from_index,
		count * sizeof(to->numbers[0]));
	memmove(to->known + to_index, from->known + from_index,
		count * sizeof(to->known[0]));
	memmove(to->bytes + to_index, from->bytes + from_index, count * BLOCK);
}

static bool insert_leaf(BaseBytes *store, size_t entry, uint64_t first)
{
	Leaf *leaf = slab_take(&store->leaves);
	if (!leaf || !array_grow(&store->entries, &store->capacity, store->count + 1,
				 sizeof(Entry))) {
		if (leaf)
			slab_give(&store->leaves, leaf);
		return false;
	}
	leaf->count = 0;
	memmove(store->entries + entry + 1, store->entries + entry,
		(store->count - entry) * sizeof(Entry));
	store->entries[entry] = (Entry){first, leaf};
	store->count++;
	return true;
}

/* Part the full leaf in which place lies; place is then where the block goes. */
static bool split(BaseBytes *store, Place *place, uint64_t number)
{
	const Leaf *full = store->entries[place->entry].leaf;
	/* Offsets that grow, as in one large edit, leave full leaves behind. */
	const size_t keep = place->index == LEAF_BLOCKS ? LEAF_BLOCKS : LEAF_BLOCKS / 2;
	const uint64_t first = keep < LEAF_BLOCKS ? full->numbers[keep] : number;
	if (!insert_leaf(store, place->entry + 1, first))
		return false;
	Leaf *left = store->entries[place->entry].leaf;
	Leaf *right = store->entries[place->entry + 1].leaf;
	right->count = LEAF_BLOCKS - keep;
	left->count = keep;
	move_blocks(right, 0, left, keep, right->count);
	if (number >= first) {
		place->entry++;
		place->index -= keep;
	}
	return true;
}

/* An unknown block at place, which is where it would be. */
static bool insert_block(BaseBytes *store, Place *place, uint64_t number)
{
	if (store->count == 0 && !insert_leaf(store, 0, number))
		return false;
	if (store->entries[place->entry].leaf->count == LEAF_BLOCKS &&
	    !split(store, place, number))
		return false;
	Entry *entry = &store->entries[place->entry];
	Leaf *leaf = entry->leaf;
	move_blocks(leaf, place->index + 1, leaf, place->index,
		    leaf->count - place->index);
	leaf->count++;
	leaf->numbers[place->index] = number;
	leaf->known[place->index] = 0;
	if (number < entry->first)
		entry->first = number;
	return true;
}

/* Take out the blocks [index, index + count) of leaf. False: it is empty now. */
static bool cut_blocks(Leaf *leaf, size_t index, size_t count)
{
	move_blocks(leaf, index, leaf, index + count, leaf->count - index - count);
	leaf->count -= count;
	return leaf->count > 0;
}

/* The leaves [first, end) are freed already, or empty. */
static void cut_entries(BaseBytes *store, size_t first, size_t end)
{
	if (first == end)
		return;
	memmove(store->entries + first, store->entries + end,
		(store->count - end) * sizeof(Entry));
	store->count -= end - first;
}

/* ---- Bytes ---- */

/* Bits [begin, end) of a block. */
static unsigned bits(unsigned begin, unsigned end)
{
	return (1U << end) - (1U << begin);
}

static void forget_bits(BaseBytes *store, const Place *place, unsigned gone)
{
	Leaf *leaf = store->entries[place->entry].leaf;
	uint16_t *known = &leaf->known[place->index];
	*known = (uint16_t)(*known & ~gone);
	if (*known != 0 || cut_blocks(leaf, place->index, 1))
		return;
	slab_give(&store->leaves, leaf);
	cut_entries(store, place->entry, place->entry + 1);
}

/* Bytes of one block. */
static bool put_block(BaseBytes *store, uint64_t offset, const uint8_t *bytes,
		      const uint8_t *readable, unsigned length)
{
	const unsigned begin = (unsigned)(offset % BLOCK);
	unsigned known = 0;
	for (unsigned i = 0; i < length; i++)
		if (!readable || readable[i])
			known |= 1U << (begin + i);
	Place place = find(store, offset / BLOCK);
	if (!place.found) {
		if (known == 0)
			return true;
		if (!insert_block(store, &place, offset / BLOCK))
			return false;
	}
	Leaf *leaf = store->entries[place.entry].leaf;
	memcpy(leaf->bytes[place.index] + begin, bytes, length);
	leaf->known[place.index] = (uint16_t)(leaf->known[place.index] | known);
	forget_bits(store, &place, bits(begin, begin + length) & ~known);
	return true;
}

static unsigned block_part(uint64_t offset, uint64_t length)
{
	const uint64_t room = BLOCK - offset % BLOCK;
	return (unsigned)(length < room ? length : room);
}

bool base_bytes_put(BaseBytes *store, uint64_t offset, const uint8_t *bytes,
		    const uint8_t *readable, size_t length)
{
	while (length > 0) {
		const unsigned part = block_part(offset, length);
		if (!put_block(store, offset, bytes, readable, part))
			return false;
		offset += part;
		bytes += part;
		readable = readable ? readable + part : NULL;
		length -= part;
	}
	return true;
}

/* The blocks [begin, end), leaf by leaf: the cost is what is there. */
static void forget_blocks(BaseBytes *store, uint64_t begin, uint64_t end)
{
	size_t entry = find(store, begin).entry;
	size_t kept = entry;
	for (; entry < store->count && store->entries[entry].first < end; entry++) {
		Leaf *leaf = store->entries[entry].leaf;
		const size_t from = find_index(leaf, begin);
		if (cut_blocks(leaf, from, find_index(leaf, end) - from))
			store->entries[kept++] = store->entries[entry];
		else
			slab_give(&store->leaves, leaf);
	}
	cut_entries(store, kept, entry);
}

static void forget_part(BaseBytes *store, uint64_t offset, unsigned length)
{
	const unsigned begin = (unsigned)(offset % BLOCK);
	const Place place = find(store, offset / BLOCK);
	if (place.found)
		forget_bits(store, &place, bits(begin, begin + length));
}

void base_bytes_forget(BaseBytes *store, uint64_t offset, uint64_t length)
{
	if (length > 0 && offset % BLOCK > 0) {
		const unsigned part = block_part(offset, length);
		forget_part(store, offset, part);
		offset += part;
		length -= part;
	}
	const uint64_t whole = length - length % BLOCK;
	if (whole > 0)
		forget_blocks(store, offset / BLOCK, (offset + whole) / BLOCK);
	if (length > whole)
		forget_part(store, offset + whole, (unsigned)(length - whole));
}

Range base_bytes_next(const BaseBytes *store, uint64_t offset)
{
	Place place = find(store, offset / BLOCK);
	if (store->count == 0)
		return (Range){0};
	if (place.index == store->entries[place.entry].leaf->count) {
		if (++place.entry == store->count)
			return (Range){0};
		place.index = 0;
	}
	const Leaf *leaf = store->entries[place.entry].leaf;
	const uint64_t first = leaf->numbers[place.index];
	size_t blocks = 1;
	while (place.index + blocks < leaf->count &&
	       leaf->numbers[place.index + blocks] == first + blocks)
		blocks++;
	const Range stretch = {first * BLOCK, blocks * BLOCK};
	return range_intersect(stretch, range_between(offset, UINT64_MAX));
}

/* The part of a block that lies in [offset, offset + length). */
static void read_block(const Leaf *leaf, size_t index, Range wanted, uint8_t *dst,
		       uint8_t *known)
{
	const Range block = {leaf->numbers[index] * BLOCK, BLOCK};
	const Range part = range_intersect(block, wanted);
	for (uint64_t at = part.offset; at < range_end(part); at++) {
		const size_t i = (size_t)(at - wanted.offset);
		if (!(leaf->known[index] >> at % BLOCK & 1))
			continue;
		dst[i] = leaf->bytes[index][at % BLOCK];
		known[i] = 1;
	}
}

void base_bytes_read(const BaseBytes *store, uint64_t offset, uint8_t *dst, size_t length,
		     uint8_t *known)
{
	const Range wanted = {offset, length};
	if (length == 0)
		return;
	memset(known, 0, length);
	memset(dst, 0, length);
	const uint64_t last = (range_end(wanted) - 1) / BLOCK;
	Place place = find(store, offset / BLOCK);
	for (; place.entry < store->count; place.entry++, place.index = 0) {
		const Leaf *leaf = store->entries[place.entry].leaf;
		for (; place.index < leaf->count; place.index++) {
			if (leaf->numbers[place.index] > last)
				return;
			read_block(leaf, place.index, wanted, dst, known);
		}
	}
}
