/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_JOURNAL_FORMAT_H
#define MHEX_STORAGE_JOURNAL_FORMAT_H

#include "storage/journal_file.h"

/*
 * How a journal lies in its file; private to journal_writer.c and journal_reader.c.
 *
 *   header   magic (8), version (4), kind of the journal (8, padded with NULs),
 *            salt (8), checksum of these (4)
 *   record   kind (4), length (4), checksum (4), payload
 *
 * Numbers are little-endian. The salt is drawn anew for each file, so that blocks of an
 * older journal on the same disk are no records of this one.
 */
#define JOURNAL_MAGIC  "mhexjrnl"
#define JOURNAL_SUFFIX ".journal"
enum {
	JOURNAL_VERSION = 1,
	JOURNAL_MAGIC_SIZE = sizeof(JOURNAL_MAGIC) - 1,
};

typedef struct {
	char kind[JOURNAL_KIND_MAX + 1];
	uint64_t salt;
} JournalHeader;

/* Of a record at position of the journal that has this salt. */
uint32_t journal_checksum(uint64_t salt, uint64_t position, uint32_t kind,
			  const void *payload, size_t length);

/* A writer at position of a file that is open and locked; fd is taken over. NULL: no
 * memory, and fd is closed. */
JournalWriter *journal_writer_at(const StateFolder *folder, const char *name, int fd,
				 uint64_t salt, uint64_t position);

/* Unlink it, and have that on disk. */
MhexStatus journal_unlink(const StateFolder *folder, const char *name, MhexError *err);

#endif
