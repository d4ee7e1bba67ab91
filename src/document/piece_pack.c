/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/piece_pack.h"

enum {
	NAMED = PACK_SOURCES, /* a source and an offset follow */
	PLACE_BITS = 2,
};

/* ---- Numbers of any size, small ones in a byte ---- */

static void put_number(uint8_t *codes, PackPlace *place, uint64_t number)
{
	while (number >= 0x80) {
		codes[place->at++] = (uint8_t)(0x80 | number);
		number >>= 7;
	}
	codes[place->at++] = (uint8_t)number;
}

static uint64_t get_number(const uint8_t *codes, PackPlace *place)
{
	uint8_t byte = codes[place->at++];
	uint64_t number = byte & 0x7f;
	for (unsigned shift = 7; byte >= 0x80; shift += 7) {
		byte = codes[place->at++];
		number |= (uint64_t)(byte & 0x7f) << shift;
	}
	return number;
}

/* How far to is from from, forwards or backwards, with the sign in the lowest bit. */
static uint64_t distance(uint64_t from, uint64_t to)
{
	return to >= from ? (to - from) << 1 : (from - to) << 1 | 1;
}

static uint64_t go(uint64_t from, uint64_t distance)
{
	return distance & 1 ? from - (distance >> 1) : from + (distance >> 1);
}

/* ---- Pieces ---- */

/* Both sides keep track of what they have seen alike. */
static void remember(PackPlace *place, unsigned which, const Piece *piece)
{
	place->sources[which] = piece->source;
	place->ends[which] = piece->offset + piece->length;
}

static unsigned name_next(PackPlace *place)
{
	const unsigned which = place->named;
	place->named = (uint8_t)((which + 1) % PACK_SOURCES);
	return which;
}

static bool is_near(uint64_t a, uint64_t b)
{
	const uint64_t far = UINT64_MAX >> (PLACE_BITS + 1);
	return a > b ? a - b <= far : b - a <= far;
}

void pack_put(uint8_t *codes, PackPlace *place, const Piece *piece)
{
	unsigned which = 0;
	while (which < PACK_SOURCES && place->sources[which] != piece->source)
		which++;
	if (which < PACK_SOURCES && is_near(place->ends[which], piece->offset)) {
		const uint64_t far = distance(place->ends[which], piece->offset);
		put_number(codes, place, far << PLACE_BITS | which);
	} else {
		put_number(codes, place, NAMED);
		put_number(codes, place, piece->source);
		put_number(codes, place, piece->offset);
		which = name_next(place);
	}
	put_number(codes, place, piece->length);
	remember(place, which, piece);
}

Piece pack_get(const uint8_t *codes, PackPlace *place)
{
	Piece piece;
	const uint64_t head = get_number(codes, place);
	unsigned which = head & ((1U << PLACE_BITS) - 1);
	if (which == NAMED) {
		piece.source = (uint32_t)get_number(codes, place);
		piece.offset = get_number(codes, place);
		which = name_next(place);
	} else {
		piece.source = place->sources[which];
		piece.offset = go(place->ends[which], head >> PLACE_BITS);
	}
	piece.length = get_number(codes, place);
	remember(place, which, &piece);
	return piece;
}
