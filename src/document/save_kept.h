/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SAVE_KEPT_H
#define MHEX_DOCUMENT_SAVE_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "document/document_private.h"

/*
 * Old bytes of a file, kept before a save overwrites them: to put them back when it fails
 * half-way, and for undo when it succeeds.
 *
 * In memory, or where there would be too many in a file without a name, whose blocks are
 * allocated when it is opened: in the state folder, which is the user's alone, or if that
 * is not possible where temporary files are. Belongs to one thread at a time.
 */
typedef struct {
	ARRAY(KeptBytes) ranges; /* ascending, no two of them adjoining */
	uint64_t size;           /* bytes kept so far */
	AddBuffer *memory;       /* or */
	int spill;
	bool dropped; /* or they are not kept: only ranges are noted */
} SaveKept;

/* bytes: how many will be kept at most; room: how many in memory. Where there is no room
 * for them it is MHEX_E_NOSPACE, or, with force, they are dropped. */
MhexStatus save_kept_open(SaveKept *kept, uint64_t bytes, uint64_t room, bool force,
			  MhexError *err);
/* The same for bytes that must be kept; what they are is for the sentence. */
MhexStatus save_kept_begin(SaveKept *kept, uint64_t bytes, uint64_t room,
			   const char *what, MhexError *err);
/* Also one that was never opened, but has spill -1 and is all zeroes else. */
void save_kept_free(SaveKept *kept);

/* Keep what the file holds at offset, which lies behind all that was kept before. */
MhexStatus save_kept_add(SaveKept *kept, uint64_t offset, const void *bytes,
			 size_t length, MhexError *err);
/* at: as in KeptBytes; not when they are dropped. */
MhexStatus save_kept_read(const SaveKept *kept, uint64_t at, void *dst, size_t length,
			  MhexError *err);

/* For document_saved_in_place(); ranges stay here, the bytes go over to *done. Dropped
 * ones are in neither: undo will not be able to read them. */
MhexStatus save_kept_hand_over(SaveKept *kept, SavedInPlace *done, MhexError *err);

#endif
