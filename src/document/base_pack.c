/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/base_pack.h"

#include <assert.h>
#include <string.h>

enum {
	HEAD_MAX = 12, /* bytes of a gap and a length */
	/* What may still come within a block: every other byte of it, two more for each.
	 */
	SLACK = 3 * BASE_BLOCK,
};

void base_pack_init(BasePack *pack, uint64_t offset)
{
	pack->first = offset;
	pack->end = offset;
	pack->mark_count = 0;
	pack->used = 0;
}

static void put_number(BasePack *pack, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		pack->codes[pack->used++] = (uint8_t)(0x80 | number);
	pack->codes[pack->used++] = (uint8_t)number;
}

static uint64_t get_number(const BasePack *pack, size_t *at)
{
	uint8_t byte = pack->codes[(*at)++];
	uint64_t number = byte & 0x7f;
	for (unsigned shift = 7; byte >= 0x80; shift += 7) {
		byte = pack->codes[(*at)++];
		number |= (uint64_t)(byte & 0x7f) << shift;
	}
	return number;
}

/* How many of length bytes at offset there is room for. */
static size_t room(const BasePack *pack, uint64_t offset, size_t length)
{
	const bool begun =
		pack->used > 0 && (pack->end - 1) / BASE_BLOCK == offset / BASE_BLOCK;
	const size_t taken = (size_t)pack->used + HEAD_MAX + SLACK;
	size_t most = taken < PACK_CODES ? PACK_CODES - taken : 0;
	if (begun)
		most = (size_t)(BASE_BLOCK - offset % BASE_BLOCK);
	return length < most ? length : most;
}

size_t base_pack_add(BasePack *pack, uint64_t offset, const uint8_t *bytes, size_t length)
{
	const size_t part = room(pack, offset, length);
	assert(offset >= pack->end);
	if (part == 0)
		return 0;
	if (pack->used >= pack->mark_count * PACK_STRIDE) {
		pack->before[pack->mark_count] = pack->end;
		pack->marks[pack->mark_count++] = pack->used;
	}
	put_number(pack, offset - pack->end);
	put_number(pack, part);
	assert(pack->used + part <= PACK_CODES);
	memcpy(pack->codes + pack->used, bytes, part);
	pack->used = (uint16_t)(pack->used + part);
	pack->end = offset + part;
	return part;
}

/* The run whose code begins at run->next, behind where run ends. */
static void get_run(const BasePack *pack, BaseRun *run)
{
	size_t at = run->next;
	const uint64_t gap = get_number(pack, &at);
	const uint64_t length = get_number(pack, &at);
	run->range = (Range){range_end(run->range) + gap, length};
	run->bytes = pack->codes + at;
	run->next = at + (size_t)length;
}

bool base_pack_next(const BasePack *pack, BaseRun *run)
{
	if (run->next >= pack->used)
		return false;
	get_run(pack, run);
	return true;
}

bool base_pack_seek(const BasePack *pack, uint64_t offset, BaseRun *run)
{
	unsigned mark = 0;
	if (offset >= pack->end)
		return false;
	while (mark + 1U < pack->mark_count && pack->before[mark + 1] <= offset)
		mark++;
	*run = (BaseRun){{pack->before[mark], 0}, NULL, pack->marks[mark]};
	do
		get_run(pack, run);
	while (range_end(run->range) <= offset);
	return true;
}
