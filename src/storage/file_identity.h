/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_FILE_IDENTITY_H
#define MHEX_STORAGE_FILE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "mhex/error.h"

/*
 * Which file a journal belongs to, found again after a reboot.
 *
 * A path can lead to another file, inodes are used again and device numbers change, so
 * this finds candidates only: the checksummed bytes in the journal decide in the end.
 */
enum {
	FILE_UUID_SIZE = 16
};

typedef struct {
	char *path; /* owned; absolute, without symbolic links */
	uint64_t size;
	uint64_t inode;
	uint64_t device;              /* a hint for people, never compared */
	uint64_t birth;               /* in nanoseconds; 0: not known */
	uint8_t uuid[FILE_UUID_SIZE]; /* of the file system; zeroes: not known */
} FileIdentity;

/* Of the open file fd that was opened as path. */
MhexStatus file_identity_get(FileIdentity *out, int fd, const char *path, MhexError *err);
void file_identity_free(FileIdentity *identity);

/* For a record, and back. MHEX_E_UNSUPPORTED: these bytes are none. */
void file_identity_encode(const FileIdentity *identity, StrBuf *out);
MhexStatus file_identity_decode(FileIdentity *out, const void *bytes, size_t length,
				MhexError *err);

/* Can they be the same file: the same path, or the same inode of one file system, born
 * at the same time? */
bool file_identity_matches(const FileIdentity *a, const FileIdentity *b);

#endif
