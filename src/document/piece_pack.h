/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_PIECE_PACK_H
#define MHEX_DOCUMENT_PIECE_PACK_H

#include "document/piece.h"

/*
 * Pieces as codes of two bytes and more, to be read from the first one on.
 *
 * A code says how far a piece begins behind the end of the last one of its source, and
 * how long it is. Where two sources take turns, as after many replacements, these are
 * small numbers. The last few sources are known by their place; another one is named.
 */
enum {
	PACK_SOURCES = 3,
	PACK_CODE_MAX = 26, /* bytes */
	PACK_CODE_MIN = 2,
};

/* Between two codes; {0} before the first. */
typedef struct {
	uint64_t ends[PACK_SOURCES]; /* of the last piece of each source */
	uint32_t sources[PACK_SOURCES];
	uint16_t at;   /* of the next code */
	uint8_t named; /* where the next source that is named goes */
} PackPlace;

/* There is room for PACK_CODE_MAX bytes at place. */
void pack_put(uint8_t *codes, PackPlace *place, const Piece *piece);
Piece pack_get(const uint8_t *codes, PackPlace *place);

#endif
