/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_OPENING_H
#define MHEX_DOCUMENT_OPENING_H

#include "document/document_private.h"

/* Wait for the job and give what it has opened, owned by the caller; frees opening, also
 * on failure. */
MhexStatus opening_take(Opening *opening, Storage **out, MhexError *err);

/* A StorageProgress for the Job context: a cancelled one stops the reading and keeps what
 * came. */
bool opening_progress(void *context, uint64_t bytes);

#endif
