/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_READER_H
#define MHEX_DOCUMENT_READER_H

#include "document/snapshot.h"
#include "document/source.h"

/*
 * Reads pieces: through storages, add buffers and patterns.
 *
 * The document's own reader uses the storages themselves; a reader for another thread
 * opens handles of its own when it first needs them.
 */
typedef struct {
	StorageRef *ref; /* borrowed: the table keeps it */
	Storage *storage;
} ReaderHandle;

struct Reader {
	SourceTable *const *table; /* where the table is; a snapshot's never changes */
	const PieceTree *tree;
	bool own_handles;
	ReaderHandle *handles;
	size_t handle_count;
	uint8_t *fill; /* a stretch of a repeated pattern, to show */
};

void reader_init(Reader *reader, SourceTable *const *table, const PieceTree *tree,
		 bool own_handles);
void reader_free(Reader *reader);

/* As reader_read(), of one piece that need not be in the tree. at: its document offset,
 * for the sentence. */
MhexStatus reader_read_piece(Reader *reader, const Piece *piece, uint64_t at,
			     uint8_t *dst, uint8_t *readable, MhexError *err);

#endif
