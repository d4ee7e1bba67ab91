/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_REPLACE_PRIVATE_H
#define MHEX_DOCUMENT_REPLACE_PRIVATE_H

#include "base/strbuf.h"
#include "document/document_private.h"
#include "document/piece_builder.h"

/*
 * Many ranges are replaced as one step.
 *
 *   replace_all.c   from the beginning to the end; a few, and those of a model that has
 *                   no versions, are edits like others, in a group
 *   replace_tree.c  many become a new tree in one pass over the old one, which stays as
 *                   it is; what the file holds under them is remembered beside what the
 *                   document remembers, until the end puts both in place, so nothing has
 *                   to be taken back when it is called off
 */
struct ReplaceAll {
	Document *doc;
	Replacement with;
	Piece bytes; /* of with, in the add buffer */
	bool one_by_one;
	bool groups; /* the group is ours */
	uint64_t generation;
	uint64_t undo_steps; /* before */
	uint64_t end;        /* of the range before */
	uint64_t shift;      /* one_by_one: what the ranges have moved by */
	uint64_t first;      /* where the first range lies, with */
	bool has_first;

	PieceBuilder builder;
	PieceCursor cursor; /* in the tree that is replaced */
	bool more;          /* it stands at a piece */
	BaseBytes *base;    /* what becomes doc->base */
	uint64_t budget;    /* bytes that it remembers still */
	bool records;       /* for the journal of edits: */
	StrBuf record;
	uint64_t record_end, record_count;
	bool had_stamp;
	/* One look at the file for many ranges, as each asks for its size. */
	uint8_t *old,
		*readable; /* what the file has under a batch; capacity bytes each */
	size_t capacity;
};

static inline bool replacement_keeps(const Replacement *with, size_t i)
{
	return with->keep && with->keep[i];
}

/* How many bytes from at on are kept, or are not, like it. */
static inline size_t replacement_run(const Replacement *with, size_t at)
{
	size_t end = at + 1;
	while (end < with->length &&
	       replacement_keeps(with, end) == replacement_keeps(with, at))
		end++;
	return end - at;
}

/* False when out of memory. */
bool replace_tree_begin(ReplaceAll *all);
bool replace_tree_ranges(ReplaceAll *all, const Range *ranges, size_t count);
/* The new tree is the document's, the old one the way back. */
MhexStatus replace_tree_end(ReplaceAll *all, MhexError *err);

#endif
