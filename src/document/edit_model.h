/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_EDIT_MODEL_H
#define MHEX_DOCUMENT_EDIT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "document/piece.h"
#include "mhex/error.h"
#include "mhex/range.h"

typedef struct Document Document;

enum {
	EDIT_PARTS = 256, /* edits at once */
	EDIT_PARTS_BYTES = 16 << 10,
};

/*
 * What an edit does, in one access. Which one a document has is chosen in one place
 * (document_open.c); nothing else asks for the access.
 *
 * Ranges and sizes were checked. Pieces are of the document's sources.
 */
typedef struct {
	/* Put pieces in place of range, as (a part of) one step. */
	MhexStatus (*replace)(Document *doc, Range range, const Piece *pieces,
			      size_t count, MhexError *err);
	/* One piece in place of each part, of its length, all or none; ascending, no more
	 * than EDIT_PARTS of them and EDIT_PARTS_BYTES. NULL: replace() does it as well.
	 */
	MhexStatus (*replace_parts)(Document *doc, const Range *parts,
				    const Piece *pieces, size_t count, MhexError *err);
	/* *at: see document_undo(). */
	MhexStatus (*undo)(Document *doc, uint64_t *at, MhexError *err);
	MhexStatus (*redo)(Document *doc, uint64_t *at, MhexError *err);
	MhexStatus (*revert)(Document *doc, MhexError *err);
	uint64_t (*modified_bytes)(const Document *doc);
	Range (*next_modified)(const Document *doc, uint64_t offset);
	/* The version that falls back on many changes at once, or NULL. */
	bool keeps_versions;
	uint64_t put_max; /* bytes that an edit may put without being felt */
	bool keeps_old;   /* bytes that were put over, so no more than fit */
	/* A clip must copy its bytes, as the next edit changes them in the file. */
	bool copies_clips;
} EditModel;

extern const EditModel view_model;
extern const EditModel preview_model;
extern const EditModel live_model;

#endif
