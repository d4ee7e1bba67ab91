/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_PIECE_H
#define MHEX_DOCUMENT_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A run of bytes of one source, as part of a version.
 *
 * source is an index into the document's table of sources (source.h), which only
 * grows, so a piece means the same bytes for ever. Of a fill source the offset counts
 * through the endless repetition of its pattern.
 */
typedef struct {
	uint64_t offset, length;
	uint32_t source;
} Piece;

/* Is b what follows a in the same source, so that the two are one piece? */
static inline bool piece_continues(const Piece *a, const Piece *b)
{
	return a->source == b->source && a->offset + a->length == b->offset;
}

/* length bytes of piece from its byte skip. */
static inline Piece piece_part(const Piece *piece, uint64_t skip, uint64_t length)
{
	return (Piece){piece->offset + skip, length, piece->source};
}

/*
 * A growing list of pieces, neighbours joined. {0} is an empty one.
 */
typedef struct {
	Piece *items;
	size_t count, capacity;
} PieceList;

/* False when out of memory; an empty piece is left out. */
bool piece_list_add(PieceList *list, Piece piece);
bool piece_list_add_all(PieceList *list, const Piece *pieces, size_t count);
void piece_list_free(PieceList *list);

uint64_t pieces_length(const Piece *pieces, size_t count);

#endif
