/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_DIFFERENCE_H
#define MHEX_DOCUMENT_DIFFERENCE_H

#include "base/array.h"
#include "document/history.h"
#include "document/source.h"

/*
 * A version beside its file: what it has in place of which bytes of the file.
 *
 * Pieces of the file that come in its order are common to both, and what lies between
 * two of them is a difference: `mine` of the document stands for `theirs` of the file.
 * Where the save is in place only clean bytes are common, so that both are the same
 * range. A byte of the file that merely changed places is in `theirs` of some difference
 * all the same; it is lost only when the version has it nowhere.
 */
typedef struct {
	Range mine;   /* of the document */
	Range theirs; /* of the file as far as the version knows of it */
	bool alike;   /* byte i of one stands for byte i of the other */
} Difference;

typedef struct {
	const PieceTree *tree;
	const SourceTable *table;
	uint64_t covered;
	bool in_place;
	PieceCursor cursor;
	bool more;
	uint64_t done;         /* of the piece under the cursor */
	uint64_t mine, theirs; /* where the last common bytes end */
	bool ended;
} DifferenceWalk;

/* version and table must stay as they are while the walk goes on. */
void difference_walk(DifferenceWalk *walk, const Version *version,
		     const SourceTable *table);
/* Leave out what lies before offset, before the first difference; only in place. Returns
 * where the walk begins. */
uint64_t difference_skip(DifferenceWalk *walk, uint64_t offset);
/* The next difference in order; false at the end. */
bool difference_next(DifferenceWalk *walk, Difference *out);

/* Do bytes of the file that a version overwrites have another place in it? */
bool difference_has_moves(const PieceTree *tree);

typedef ARRAY(Range) FileRanges;

/* Add [begin, end), which may be empty, behind the last range, joined if it adjoins.
 * False when out of memory. */
bool file_ranges_add(FileRanges *ranges, uint64_t begin, uint64_t end);

/* Into *lost, empty at first: what of a file of so many bytes the version does not have
 * anywhere, ascending. *needed: where the last byte ends that it has. False when out of
 * memory. */
bool difference_find_lost(const PieceTree *tree, const SourceTable *table, uint64_t size,
			  FileRanges *lost, uint64_t *needed);

#endif
