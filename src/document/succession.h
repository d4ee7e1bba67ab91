/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SUCCESSION_H
#define MHEX_DOCUMENT_SUCCESSION_H

#include "document/document_private.h"

/*
 * A new source takes the place of a document's current one: after a save, or when the
 * file was opened again.
 *
 * The old source becomes an overlay, so that older versions go on meaning the bytes that
 * they meant: byte o of it is where `holds` has it in the new source, else where find()
 * says.
 */
typedef struct {
	SourceTable *table; /* the document's, retained, and what find() needs added */
	Source *source;     /* the new one */
	const PieceTree *holds; /* its bytes, as pieces of the old one and of others */
	uint64_t born_size;     /* bytes of it that older versions know of in some way */
	/* Bytes [at.offset, at.offset + at.length) of the old source that `holds` does
	 * not have: where the first of them are. */
	Piece (*find)(const void *context, Range at);
	const void *context;
} Succession;

/* table and source are taken over, also on failure (out of memory: the document is as
 * before). The current version is told in pieces of the new source and keeps its length.
 */
bool document_succeed(Document *doc, Succession *succession);

/* Likewise, with another file, which holds what `holds` says and nothing else. Bytes that
 * it does not have are in the old file, or, when that does not have them either, lost. */
bool document_succeed_by_file(Document *doc, StorageRef *file, const PieceTree *holds,
			      bool old_is_whole);

/* Bytes that a save has put into the file are the file's, in a version that has its size;
 * at most budget bytes are looked at. */
bool document_settle_version(Document *doc, Version *version, uint64_t budget);

/* *out, empty at first, becomes a tree of pieces. */
bool piece_tree_build(PieceTree *out, const PieceList *pieces);

/* The part of the file that a version knows of, as one piece of its source. */
static inline Piece document_file_piece(const Document *doc, Range range)
{
	return (Piece){range.offset, range.length, doc->now.tree.file};
}

#endif
