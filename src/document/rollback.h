/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_ROLLBACK_H
#define MHEX_DOCUMENT_ROLLBACK_H

#include <stddef.h>
#include <stdint.h>

#include "mhex/error.h"
#include "storage/journal_file.h"
#include "storage/storage.h"

/*
 * The rollback journal of a save in place: what every byte that it changes was and will
 * be, on disk in the state folder before the first of them is stored. As long as it is
 * there, recovery.h can make the file wholly old or wholly new.
 *
 * Use: open, add each chunk, ready, store and sync the file, end; or instead of chunks
 * those records of stage_journal.h. Belongs to one thread.
 */
typedef struct Rollback Rollback;

enum {
	ROLLBACK_CHUNK_MAX = 64 << 10 /* bytes of the file in one record */
};

/* How large a journal becomes when `bytes` of the file change. */
uint64_t rollback_room(uint64_t bytes);

/* A journal for the file that is open as file and named path, with room for so many bytes
 * in it. MHEX_E_NOSPACE when there is none; anything else: there is no state folder
 * that can be written to. Owned: rollback_end() or rollback_leave(). */
MhexStatus rollback_open(Rollback **out, const Storage *file, const char *path,
			 uint64_t room, MhexError *err);

/* The file will hold `now` instead of `old` at offset. At most ROLLBACK_CHUNK_MAX. */
MhexStatus rollback_add(Rollback *rollback, uint64_t offset, const uint8_t *old,
			const uint8_t *now, size_t length, MhexError *err);

/* All of it is on disk: the file may be touched. size: what it will have; where it had or
 * will have no bytes, those that were added are zeroes. */
MhexStatus rollback_ready(Rollback *rollback, uint64_t size, MhexError *err);

/* For stage_journal.h; borrowed. */
JournalWriter *rollback_writer(Rollback *rollback);
/* The mark of a failure is to be at this place of the journal, not behind the last
 * record. */
void rollback_set_mark(Rollback *rollback, uint64_t position);

/* The file is wholly new, or wholly old, on disk: the journal goes, for good. Freed in
 * any case; NULL is allowed. */
MhexStatus rollback_end(Rollback *rollback, MhexError *err);

/* The disk has failed: what the file seems to hold may not be on it, and a sync that
 * succeeds later proves nothing. */
void rollback_mark_failed(Rollback *rollback);

/* The file is neither: the journal stays for recovery. */
void rollback_leave(Rollback *rollback);

#endif
