/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_LIVE_PRIVATE_H
#define MHEX_DOCUMENT_LIVE_PRIVATE_H

#include "base/array.h"
#include "base/job.h"
#include "document/document_private.h"

/*
 * A document that is edited live: the current version is the file itself.
 *
 *   live.c           edits, revert
 *   live_steps.c     undo, redo
 *   live_parts.c     many small edits at once
 *   live_exchange.c  changes are stored in the file
 *   live_sync.c      what was stored reaches the disk
 *   live_leave.c     the way back to another access
 *
 * `stored` is the file with the bytes that were stored and not synced as pieces of
 * their own: what differs in it from the file is what :write has to bring to the disk and
 * :revert to take back. `old` has the bytes that were there at the last sync.
 *
 * `origin` is the file as it was when live began: what was stored since has the old bytes
 * there. Older versions mean those bytes.
 */
struct Live {
	Storage *storage; /* of the store; NULL: none is open */
	Store *store;
	PieceTree stored;
	PieceTree origin;
	BaseBytes *old;
	bool failed;    /* a sync has: what it said holds for ever */
	LiveSync *sync; /* while one is under way */
};

struct LiveSync {
	Storage *storage;
	Store *store;
	Snapshot *snapshot; /* of stored */
	BaseBytes *old;
	uint64_t bytes;
	bool failed;
	/* What was edited again meanwhile, and is not what was stored then. */
	JobLock *lock;
	ARRAY(Range) touched;
};

/* The file, as a tree of one piece. */
bool live_whole_file(const Document *doc, PieceTree *out);
/* A new `stored` and `old`, without any edit; the old ones are given up by the caller. */
bool live_forget_stored(Document *doc);
/* The store, opened when it is needed. */
MhexStatus live_get_store(Document *doc, MhexError *err);
/* Let `stored` and `origin` reach over what was appended to the file. */
bool live_cover(Document *doc);
/* `to` in place of `from`, of the same length, in the file: all or nothing. A byte that
 * is not from's is MHEX_E_CONFLICT. */
MhexStatus live_exchange(Document *doc, uint64_t offset, const PieceList *from,
			 const PieceList *to, MhexError *err);
/* Likewise for the bytes of several parts, ascending: those of `to` and `from` are theirs
 * one behind the other. */
MhexStatus live_exchange_parts(Document *doc, const Range *parts, size_t count,
			       const PieceList *from, const PieceList *to,
			       MhexError *err);
/* live_parts.c: see EditModel. */
MhexStatus live_replace_parts(Document *doc, const Range *parts, const Piece *pieces,
			      size_t count, MhexError *err);
/* live_steps.c: the next step is undone or redone; *at is where its first change lies. */
MhexStatus live_take_step(Document *doc, bool undo, uint64_t *at, MhexError *err);
/* Counts an edit; what it changes in the times of the file is no news. */
void live_edited(Document *doc);
/* Before an edit of range. */
bool live_sync_touch(LiveSync *sync, Range range);

#endif
