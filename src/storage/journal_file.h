/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_JOURNAL_FILE_H
#define MHEX_STORAGE_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "mhex/error.h"
#include "storage/state_folder.h"

/*
 * An append-only file of checksummed records in the state folder.
 *
 * Its living owner holds a lock (flock) on it, so one that is not locked was left behind
 * by a crash. A reader gives the records up to the first that is torn or wrong and never
 * anything behind it. A checksum covers kind, length and payload of a record, its place
 * and the file it was written to, so that no other bytes pass for it.
 *
 * Writer and reader belong to one thread at a time. Offsets and lengths are bytes.
 */
enum {
	JOURNAL_KIND_MAX = 8, /* letters of the kind of a journal: "save", "edit" */
	JOURNAL_NAME_SIZE = 48,
	JOURNAL_PAYLOAD_MAX = 2 << 20,
	/* What a journal takes besides the payloads: */
	JOURNAL_HEADER_SIZE = 32,
	JOURNAL_RECORD_SIZE = 12, /* for each record */
};

/* ---- Writing ---- */

typedef struct JournalWriter JournalWriter;

/* A new one of this kind (lower-case letters), locked. folder must outlive it. Nothing
 * is written yet. Owned by the caller: journal_close() or journal_remove(). */
MhexStatus journal_create(JournalWriter **out, const StateFolder *folder,
			  const char *kind, MhexError *err);

/* Have blocks for a file of so many bytes, all told. MHEX_E_NOSPACE, with the number and
 * the folder. */
MhexStatus journal_reserve(JournalWriter *journal, uint64_t bytes, MhexError *err);

/* Add a record, of at most JOURNAL_PAYLOAD_MAX; it is written when there is enough to
 * write, or with the next flush. After a failure every further call fails. */
MhexStatus journal_append(JournalWriter *journal, uint32_t kind, const void *payload,
			  size_t length, MhexError *err);
/* All records are in the file: they outlive the process, not the machine. */
MhexStatus journal_flush(JournalWriter *journal, MhexError *err);
/* All records, and the name of the file, are on disk. */
MhexStatus journal_sync(JournalWriter *journal, MhexError *err);

/* The next record is written at this position, over what is there: the records behind it
 * are then those of before, and what they say must tell. */
MhexStatus journal_rewind(JournalWriter *journal, uint64_t position, MhexError *err);

/* The name within the folder, and the size it will have after a flush. */
const char *journal_name(const JournalWriter *journal);
uint64_t journal_size(const JournalWriter *journal);

/* Leave it there, unlocked, as it was flushed last. NULL is allowed, here and below. */
void journal_close(JournalWriter *journal);
/* It has served: unlink it; with the folder on disk, it will not come back. Closed in any
 * case. */
MhexStatus journal_remove(JournalWriter *journal, MhexError *err);
/* The same without waiting for the disk: it may come back after a power cut. */
void journal_discard(JournalWriter *journal);

/* ---- Reading ---- */

typedef struct JournalReader JournalReader;

typedef struct {
	uint32_t kind;
	size_t length;
	const uint8_t *payload; /* borrowed until the next call */
	uint64_t position;
} JournalRecord;

/* Open and lock a journal that was left behind. MHEX_E_BUSY: its owner lives;
 * MHEX_E_NOTFOUND: it is gone, or nothing was ever written to it; MHEX_E_UNSUPPORTED: it
 * is no journal of this version, or one that others could have written. Owned:
 * journal_reader_close(). */
MhexStatus journal_open(JournalReader **out, const StateFolder *folder, const char *name,
			MhexError *err);
/* To look at the records of one whose owner lives; any others are MHEX_E_NOTFOUND. */
MhexStatus journal_open_living(JournalReader **out, const StateFolder *folder,
			       const char *name, MhexError *err);
void journal_reader_close(JournalReader *journal);
/* As journal_remove(). */
MhexStatus journal_reader_remove(JournalReader *journal, MhexError *err);
/* The same without waiting for the disk. */
void journal_reader_discard(JournalReader *journal);
/* The same, but it stays open and locked. */
MhexStatus journal_reader_unlink(const JournalReader *journal, MhexError *err);

const char *journal_reader_name(const JournalReader *journal);
const char *journal_reader_kind(const JournalReader *journal);
/* Of the file, in bytes. */
uint64_t journal_reader_size(const JournalReader *journal);

/* The next record. MHEX_E_NOTFOUND: there is none, or what follows is torn. */
MhexStatus journal_next(JournalReader *journal, JournalRecord *record, MhexError *err);
/* The same without the payload (NULL), at the cost of its head: what was not read may be
 * torn, so this is for what is only said, and not for what is done. */
MhexStatus journal_skip(JournalReader *journal, JournalRecord *record, MhexError *err);
/* Go on with the record at position, 0: the first; where none begins there is none. */
void journal_seek(JournalReader *journal, uint64_t position);
/* Where the next record begins. */
uint64_t journal_position(const JournalReader *journal);
/* After the last record: do bytes follow it that are none? */
bool journal_is_torn(const JournalReader *journal);

/* Go on writing behind the last record that was read, which must be the last there is;
 * what is torn behind it goes. The reader is closed, also after a failure. */
MhexStatus journal_resume(JournalWriter **out, JournalReader *journal, MhexError *err);

/* Write records from position on, while the reader stays open and has the lock. *out is
 * for journal_close(), before the reader. */
MhexStatus journal_write_into(JournalWriter **out, const JournalReader *journal,
			      uint64_t position, MhexError *err);

/* ---- All of them ---- */

typedef struct {
	char name[JOURNAL_NAME_SIZE];
	char kind[JOURNAL_KIND_MAX + 1]; /* by its name */
} JournalEntry;

typedef ARRAY(JournalEntry) JournalList;

/* Those whose name is that of a journal, oldest first. Owned: ARRAY_FREE(). */
MhexStatus journal_list(JournalList *out, const StateFolder *folder, MhexError *err);
/* Remove those of a kind that were written longest ago, until there are at most so many,
 * of so many bytes all told. Those of living owners stay. Does not wait for the disk. */
void journal_prune(const StateFolder *folder, const char *kind, size_t count,
		   uint64_t bytes);

#endif
