/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SAVE_TEMP_H
#define MHEX_DOCUMENT_SAVE_TEMP_H

#include <stdint.h>

#include "mhex/error.h"

/*
 * Files without a name, for what a save must put aside and memory should not hold.
 */

/* In $TMPDIR, /var/tmp or /tmp, with blocks for size bytes, so that a full disk is known
 * before the save touches anything. what is for the sentence. Owned: close(). */
MhexStatus save_temp_open(int *fd, uint64_t size, const char *what, MhexError *err);
/* Likewise, but first in the state folder. */
MhexStatus save_temp_open_private(int *fd, uint64_t size, const char *what,
				  MhexError *err);

#endif
