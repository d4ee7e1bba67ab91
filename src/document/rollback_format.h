/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_ROLLBACK_FORMAT_H
#define MHEX_DOCUMENT_ROLLBACK_FORMAT_H

#include "document/recovery.h"
#include "document/rollback.h"
#include "storage/journal_file.h"

/*
 * The records of a rollback journal; private to rollback.c, recovery.c and
 * stage_journal.c. Of a save that changes bytes where they lie:
 *
 *   FILE     the identity of the file (file_identity.h)
 *   CHANGE   offset (8), old bytes, as many new bytes; ascending, not overlapping
 *   READY    how many CHANGEs there are (8), the new size of the file (8); without it the
 *            file was not touched
 *   FAILED   there when the save found out that the disk fails, and could not go back
 *
 * Of a save that moves bytes (stages.h):
 *
 *   FILE       as above
 *   KEPT       offset (8), old bytes that the new version has nowhere, or not in time
 *   FRESH      offset (8), new bytes that the old version had nowhere; both ascending
 *   STAGE      digest of what it overwrites (8), of what it stores (8), then for each
 *              part kind (4), target (8), length (8), from (8)
 *   STAGED     how many STAGEs there are (8), the new size of the file (8)
 *   UNDER_WAY  number of a stage (8), which of its bytes (8), these bytes as they were;
 *              all records of a stage, over those of the stage before: the slot
 *   FAILED     as above, behind the slot
 *
 * Bytes beyond the old or the new size are zeroes: that is what a file is made longer by.
 */
enum {
	ROLLBACK_FILE = 1,
	ROLLBACK_CHANGE = 2,
	ROLLBACK_READY = 3,
	ROLLBACK_FAILED = 4,
	ROLLBACK_KEPT = 5,
	ROLLBACK_FRESH = 6,
	ROLLBACK_STAGE = 7,
	ROLLBACK_STAGED = 8,
	ROLLBACK_UNDER_WAY = 9,
	ROLLBACK_CHANGE_HEAD = 8, /* bytes before the old ones */
};

#endif
