/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_FILE_METADATA_H
#define MHEX_STORAGE_FILE_METADATA_H

#include "mhex/error.h"

/*
 * What belongs to a file besides its bytes: owner, mode, access control lists and the
 * other extended attributes.
 */

/* Give to what from has, and take from it what from has not (an ACL that a folder hands
 * down). What cannot be kept is MHEX_E_UNSUPPORTED, naming it; security.capability, which
 * any write drops where it may not be set, and signatures of the contents (security.ima,
 * security.evm) are left out silently. Needs no path: works on unlinked files too. */
MhexStatus file_metadata_copy(int to, int from, MhexError *err);

#endif
