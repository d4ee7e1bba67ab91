/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/base_bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "document/base_pack.h"
#include "document/slab.h"

enum {
	BLOCK = BASE_BLOCK, /* bytes; one bit each in a uint16_t */
	LEAF_BLOCKS = 128,
	/* What is under the largest edit that is remembered byte by byte: in file memory
	 * that takes five times as long. */
	PLAIN_MAX = 18 << 20,
};

/* Blocks in the order of their offsets, or runs. */
typedef struct {
	bool packed;
	size_t count;
	union {
		struct {
			uint64_t numbers[LEAF_BLOCKS]; /* file offset / BLOCK */
			uint16_t known[LEAF_BLOCKS];   /* never 0 */
			uint8_t bytes[LEAF_BLOCKS][BLOCK];
		};
		BasePack pack;
	};
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

/* Where a block is, or would be; in a leaf that is not packed. */
typedef struct {
	size_t entry, index;
	bool found;
} Place;

BaseBytes *base_bytes_new(void)
{
	BaseBytes *store = calloc(1, sizeof(*store));
	if (store)
		slab_init(&store->leaves, sizeof(Leaf), PLAIN_MAX);
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
	leaf->packed = false;
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

/* Blocks of the leaf in which number lies. False when out of memory: then some of it is
 * not known any more, and a save compares with the stamp. */
static bool unpack(BaseBytes *store, uint64_t number)
{
	if (store->count == 0)
		return true;
	BaseRun run;
	Leaf *leaf = store->entries[find_entry(store, number)].leaf;
	if (!leaf->packed)
		return true;
	const BasePack pack = leaf->pack;
	leaf->packed = false;
	leaf->count = 0;
	bool more = base_pack_seek(&pack, pack.first, &run);
	for (; more; more = base_pack_next(&pack, &run)) {
		if (!base_bytes_put(store, run.range.offset, run.bytes, NULL,
				    (size_t)run.range.length))
			return false;
	}
	return true;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many whole blocks of what can be read begin there, as far as one leaf goes. */
static size_t whole_blocks(uint64_t offset, const uint8_t *readable, size_t length)
{
	const size_t most = smaller(length, (size_t)LEAF_BLOCKS * BLOCK);
	const uint8_t *unknown = readable ? memchr(readable, 0, most) : NULL;
	const size_t known = unknown ? (size_t)(unknown - readable) : most;
	return offset % BLOCK == 0 ? known / BLOCK : 0;
}

/* As many blocks as go behind the last one of a leaf, as in a large edit. How many: 0
 * where there are some already, or no memory. */
static size_t append_blocks(BaseBytes *store, uint64_t number, const uint8_t *bytes,
			    size_t count)
{
	Place place = find(store, number);
	if (place.found || (store->count == 0 && !insert_leaf(store, 0, number)))
		return 0;
	Leaf *leaf = store->entries[place.entry].leaf;
	if (place.index < leaf->count ||
	    (leaf->count == LEAF_BLOCKS && !split(store, &place, number)))
		return 0;
	leaf = store->entries[place.entry].leaf;
	count = smaller(count, LEAF_BLOCKS - leaf->count);
	if (place.entry + 1 < store->count) {
		const uint64_t room = store->entries[place.entry + 1].first - number;
		count = room < count ? (size_t)room : count;
	}
	for (size_t i = 0; i < count; i++) {
		leaf->numbers[leaf->count + i] = number + i;
		leaf->known[leaf->count + i] = UINT16_MAX;
	}
	memcpy(leaf->bytes[leaf->count], bytes, count * BLOCK);
	leaf->count += count;
	return count;
}

bool base_bytes_put(BaseBytes *store, uint64_t offset, const uint8_t *bytes,
		    const uint8_t *readable, size_t length)
{
	for (size_t done = 0; done < length;) {
		const uint64_t at = offset + done;
		const uint8_t *flags = readable ? readable + done : NULL;
		const unsigned part = block_part(at, length - done);
		const size_t whole = whole_blocks(at, flags, length - done);
		if (!unpack(store, at / BLOCK))
			return false;
		const size_t appended =
			whole > 1 ? append_blocks(store, at / BLOCK, bytes + done, whole)
				  : 0;
		if (appended == 0 && !put_block(store, at, bytes + done, flags, part))
			return false;
		done += appended > 0 ? appended * BLOCK : part;
	}
	return true;
}

/* ---- Runs one behind the other ---- */

/* Behind the last byte that may be known. */
static uint64_t end_of(const BaseBytes *store)
{
	if (store->count == 0)
		return 0;
	const Leaf *last = store->entries[store->count - 1].leaf;
	return last->packed ? last->pack.end
			    : (last->numbers[last->count - 1] + 1) * BLOCK;
}

bool base_bytes_append(BaseBytes *store, uint64_t offset, const uint8_t *bytes,
		       const uint8_t *readable, size_t length)
{
	if (offset < end_of(store) || (readable && memchr(readable, 0, length)))
		return base_bytes_put(store, offset, bytes, readable, length);
	while (length > 0) {
		Leaf *last =
			store->count > 0 ? store->entries[store->count - 1].leaf : NULL;
		const size_t part =
			last && last->packed
				? base_pack_add(&last->pack, offset, bytes, length)
				: 0;
		offset += part;
		bytes += part;
		length -= part;
		if (part > 0)
			continue;
		if (!insert_leaf(store, store->count, offset / BLOCK))
			return false;
		last = store->entries[store->count - 1].leaf;
		last->packed = true;
		base_pack_init(&last->pack, offset);
	}
	return true;
}

/* ---- Forgetting ---- */

/* The blocks [begin, end) of leaf; false: it is empty now. One that is packed lies
 * between them. */
static bool forget_in_leaf(Leaf *leaf, uint64_t begin, uint64_t end)
{
	const size_t from = leaf->packed ? 0 : find_index(leaf, begin);
	return !leaf->packed && cut_blocks(leaf, from, find_index(leaf, end) - from);
}

/* The blocks [begin, end), leaf by leaf: the cost is what is there. */
static void forget_blocks(BaseBytes *store, uint64_t begin, uint64_t end)
{
	if (store->count == 0)
		return;
	(void)unpack(store, begin);
	(void)unpack(store, end);
	size_t entry = find_entry(store, begin);
	size_t kept = entry;
	for (; entry < store->count && store->entries[entry].first < end; entry++) {
		Leaf *leaf = store->entries[entry].leaf;
		if (forget_in_leaf(leaf, begin, end))
			store->entries[kept++] = store->entries[entry];
		else
			slab_give(&store->leaves, leaf);
	}
	cut_entries(store, kept, entry);
}

static void forget_part(BaseBytes *store, uint64_t offset, unsigned length)
{
	const unsigned begin = (unsigned)(offset % BLOCK);
	(void)unpack(store, offset / BLOCK);
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

/* ---- Reading ---- */

/* The first stretch of leaf that reaches behind offset; empty: none. */
static Range stretch_in(const Leaf *leaf, uint64_t offset)
{
	BaseRun run;
	if (leaf->packed)
		return base_pack_seek(&leaf->pack, offset, &run) ? run.range : (Range){0};
	const size_t index = find_index(leaf, offset / BLOCK);
	if (index == leaf->count)
		return (Range){0};
	const uint64_t first = leaf->numbers[index];
	size_t blocks = 1;
	while (index + blocks < leaf->count &&
	       leaf->numbers[index + blocks] == first + blocks)
		blocks++;
	return (Range){first * BLOCK, blocks * BLOCK};
}

Range base_bytes_next(const BaseBytes *store, uint64_t offset)
{
	Range stretch = {0};
	size_t entry = find_entry(store, offset / BLOCK);
	for (; entry < store->count && stretch.length == 0; entry++)
		stretch = stretch_in(store->entries[entry].leaf, offset);
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

static void read_blocks(const Leaf *leaf, Range wanted, uint8_t *dst, uint8_t *known)
{
	const uint64_t last = (range_end(wanted) - 1) / BLOCK;
	size_t index = find_index(leaf, wanted.offset / BLOCK);
	for (; index < leaf->count && leaf->numbers[index] <= last; index++)
		read_block(leaf, index, wanted, dst, known);
}

static void read_packed(const BasePack *pack, Range wanted, uint8_t *dst, uint8_t *known)
{
	BaseRun run;
	bool more = base_pack_seek(pack, wanted.offset, &run);
	for (; more && run.range.offset < range_end(wanted);
	     more = base_pack_next(pack, &run)) {
		const Range part = range_intersect(run.range, wanted);
		const size_t to = (size_t)(part.offset - wanted.offset);
		memcpy(dst + to, run.bytes + (part.offset - run.range.offset),
		       (size_t)part.length);
		memset(known + to, 1, (size_t)part.length);
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
	size_t entry = find_entry(store, offset / BLOCK);
	for (; entry < store->count; entry++) {
		const Leaf *leaf = store->entries[entry].leaf;
		if (store->entries[entry].first * BLOCK >= range_end(wanted))
			return;
		if (leaf->packed)
			read_packed(&leaf->pack, wanted, dst, known);
		else
			read_blocks(leaf, wanted, dst, known);
	}
}
