/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_EDIT_FORMAT_H
#define MHEX_DOCUMENT_EDIT_FORMAT_H

#include "base/packed.h"

/*
 * How edits lie in their journal; private to edit_journal.c, edit_write.c and those that
 * read it (edit_replay.c, edit_recovery.c).
 *
 * Records:
 *   file     which file, in which access, how much of it was known
 *   bases    runs of bytes that the file held under the edits: offset (relative to the
 *            end of the run before), length, bytes
 *   stamp    what stands for those that are not remembered one by one
 *   part     operations, of which more follow
 *   commit   the last of them: those before it count from here on
 *   live     offset, old and new bytes that are about to be stored in the file
 *   state    as commit; behind it offsets are relative to 0 again
 *
 * An operation is a byte, then numbers of 7 bits a byte. Offsets of the document are
 * relative to the end of what was put last, so that a byte typed behind another one costs
 * itself and its base.
 */
enum {
	EDIT_RECORD_FILE = 1,
	EDIT_RECORD_BASES,
	EDIT_RECORD_STAMP,
	EDIT_RECORD_PART,
	EDIT_RECORD_COMMIT,
	EDIT_RECORD_LIVE,
	EDIT_RECORD_STATE,
};

typedef enum {
	EDIT_PUT = 1, /* offset, length, bytes over as many */
	EDIT_INSERT,  /* likewise, between others */
	EDIT_REPLACE, /* offset, length replaced, count, pieces */
	EDIT_BEGIN,   /* of a step */
	EDIT_END,
	EDIT_UNDO,
	EDIT_REDO,
	EDIT_FORGET_REDO,
	EDIT_SIZE, /* how much larger than the file the document is now */
	/* Count, length of what is put, whether some of it keeps, bytes, perhaps as many
	 * flags; then for each range how far it begins behind the one before, and its
	 * length. */
	EDIT_REPLACE_ALL,
	EDIT_JOINS = 0x80, /* flag: is of the step before */
} EditOperation;

typedef enum {
	EDIT_PIECE_BYTES, /* length, bytes */
	EDIT_PIECE_FILE,  /* offset, length */
	EDIT_PIECE_FILL,  /* phase, length, length of the pattern, pattern */
	EDIT_PIECE_LOST,  /* length: of bytes that nobody has any more */
} EditPiece;

enum {
	EDIT_PATTERN_MAX = 1 << 20, /* bytes of a pattern */
};

void edit_put_number(StrBuf *out, uint64_t value);
void edit_put_difference(StrBuf *out, uint64_t value, uint64_t from);

/* 0 and from->failed when it is none. */
uint64_t edit_get_number(Unpack *from);
uint64_t edit_get_difference(Unpack *from, uint64_t to);
/* Borrowed; NULL and from->failed when there are not so many. */
const uint8_t *edit_get_bytes(Unpack *from, uint64_t length);

#endif
