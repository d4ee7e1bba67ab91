/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_ROLLBACK_FORMAT_H
#define MHEX_DOCUMENT_ROLLBACK_FORMAT_H

#include "document/recovery.h"
#include "document/rollback.h"
#include "storage/journal_file.h"

/*
 * The records of a rollback journal; private to rollback.c and recovery.c.
 *
 *   FILE     the identity of the file (file_identity.h)
 *   CHANGE   offset (8), old bytes, as many new bytes; ascending, not overlapping
 *   READY    how many CHANGEs there are (8), the new size of the file (8); without it the
 *            file was not touched
 *   FAILED   there when the save found out that the disk fails, and could not go back
 *
 * Bytes of a CHANGE beyond the old or the new size are zeroes: that is what a file is
 * made longer by.
 */
enum {
	ROLLBACK_FILE = 1,
	ROLLBACK_CHANGE = 2,
	ROLLBACK_READY = 3,
	ROLLBACK_FAILED = 4,
	ROLLBACK_CHANGE_HEAD = 8, /* bytes before the old ones */
};

#endif
