/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_LIVE_REVERT_H
#define MHEX_DOCUMENT_LIVE_REVERT_H

#include "document/base_bytes.h"
#include "storage/storage.h"

/*
 * What live has stored before a crash, taken back: each byte where the file still holds
 * the one that was put there. Others' stay.
 */
typedef struct {
	BaseBytes *first;    /* what was there before all of them, or before those since
			      * others have written there */
	BaseBytes *previous; /* before the last one, */
	BaseBytes *last;     /* and after it */
} LiveBytes;

typedef struct {
	Storage *storage;    /* the file */
	bool no_lock, force; /* as in a save */
	uint64_t kept;       /* bytes that it holds no more: out, */
	uint64_t first_kept; /* where the first of them is */
} LiveRevert;

/* Locks what is stored as a save does, waits for it, stores and syncs: for any thread but
 * that of the keys. MHEX_E_BUSY: nothing was changed. */
MhexStatus live_revert(const LiveBytes *live, LiveRevert *back, MhexError *err);

#endif
