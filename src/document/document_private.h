/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_DOCUMENT_PRIVATE_H
#define MHEX_DOCUMENT_DOCUMENT_PRIVATE_H

#include "document/base_bytes.h"
#include "document/edit_model.h"
#include "document/history.h"
#include "document/reader.h"
#include "document/snapshot.h"
#include "document/source.h"
#include "mhex/document.h"
#include "storage/storage.h"
#include "storage/store.h"
#include "storage/watch.h"

/*
 * Inside of a document, for the files of this layer.
 */

enum {
	BASE_BYTES_MAX = 16 << 20, /* of one edit; more are not remembered one by one */
	LIVE_STEP_MIN = 1 << 20,   /* of live, however small undo-memory is */
	DOCUMENT_SPOOL_MIN = 1 << 20, /* smaller ones go into the add buffer */
};

/* What pieces are made of; shared by a document and its clips. */
typedef struct {
	size_t refs;
	PiecePool *pool;
	SourceTable *table; /* the newest */
	AddBuffer *added;   /* borrowed from the table */
	uint64_t told;      /* how much of added a snapshot or a clip may know of */
} Stock;

typedef struct Live Live; /* live.c */

struct Document {
	char *path;   /* NULL: no name yet */
	char *name;   /* what the screen shows instead */
	bool no_lock; /* document_set_lock() */
	Access access;
	const EditModel *model;
	Stock *stock;
	Version now;   /* now.tree.file is the current source */
	Reader reader; /* of now */
	History *history;
	BaseBytes *base; /* of the current source's file */
	/* The file as it was when bytes were edited that base does not remember: those of
	 * very large edits, and those that an insertion or deletion moved. */
	bool has_stamp;
	FileStamp stamp;
	FileStamp seen;              /* by document_refresh() */
	NameState name_state;        /* likewise */
	int64_t changed_at, name_at; /* as in DocumentInfo */
	uint64_t generation;
	bool journal;     /* as in DocumentOptions */
	bool told_unsafe; /* that saves are not crash-safe */
	Save *saving;     /* while one runs: no reload, no other access, no other save */
	Live *live;       /* with the live model */
	struct EditJournal *edits; /* NULL: they are not kept for after a crash */
	uint64_t undo_memory;      /* bytes that saves may keep in memory, and */
	uint64_t kept_memory;      /* have kept there */
	uint64_t undo_kept; /* history_revision() of what is kept for the next program */
};

/* The current source, and its file (the document's thread's handle; never NULL: a
 * document without a file has an empty STORAGE_MEMORY). */
static inline const Source *document_source(const Document *doc)
{
	return source_table_get(doc->stock->table, doc->now.tree.file);
}

static inline Storage *document_storage(const Document *doc)
{
	return document_source(doc)->file->storage;
}

/* Is there a file at document_path(), or will the first save create it? */
static inline bool document_has_file(const Document *doc)
{
	return storage_kind(document_storage(doc)) != STORAGE_MEMORY;
}

/* Set path (copied; NULL never), when a document without a name takes that of a save. */
MhexStatus document_set_path(Document *doc, const char *path, MhexError *err);

/* ---- For a save ---- */

/* One version. `tree` and `table` are immutable: read them on any thread. */
struct Snapshot {
	Stock *stock;       /* retained: keeps the nodes */
	SourceTable *table; /* retained */
	Version version;    /* version.tree.file: the source of the file to save to */
};

/* The version that a save of only the edits inside range makes: the file, with range as
 * it is in the document. MHEX_E_REFUSED while the sizes differ. */
MhexStatus document_snapshot_range(Document *doc, Range range, Snapshot **out,
				   MhexError *err);

/* Old bytes of the file, kept because the save changed them. */
typedef struct {
	Range range; /* of the file as it was */
	uint64_t at; /* where they lie in memory or spill */
} KeptBytes;

/* A save in place that has succeeded. */
typedef struct {
	const Snapshot *saved; /* what the file now holds, from its first byte to its
				* last; taken from this document after the last save */
	const KeptBytes *kept; /* ascending, not overlapping */
	size_t kept_count;
	AddBuffer *memory; /* at most one of the two is not NULL; taken over, also */
	Storage *spill;    /* on failure */
} SavedInPlace;

/*
 * The file holds another version now.
 *
 * Call on the document's thread when the job has ended (the document may have been edited
 * meanwhile). The source under all older versions becomes an overlay: byte o of the old
 * file is, in this order, in what was kept; where `saved` has it (the piece of the old
 * source that holds o, at whatever place it is now); lost (SOURCE_LOST, unreadable in
 * undo). So kept must have every old byte that `saved` does not have anywhere, and no
 * other; bytes that `saved` merely moved need not be kept. Cost: the pieces of `saved`
 * and of the current version.
 *
 * The current version then has its pieces in a new current source, clean where it equals
 * `saved`. No undo step is made: older steps go on, seen through the overlay. The file is
 * measured. Remembered base bytes of what was saved are replaced by what was saved.
 *
 * MHEX_E_NOMEM: nothing has changed, the document still shows its edits as unsaved.
 */
MhexStatus document_saved_in_place(Document *doc, SavedInPlace *done, MhexError *err);

/* Nothing before can be undone or redone any more, and what only that needs goes, but for
 * what a snapshot or a clip may have. */
void document_forget_undo(Document *doc);

/* Likewise; storage (taken over, also on failure) is the file that now has the name and
 * holds `saved`. The old one stays open under the older versions. */
MhexStatus document_saved_by_rename(Document *doc, const Snapshot *saved,
				    Storage *storage, MhexError *err);

/*
 * A save of a live document: three parts, the second on another thread.
 *
 * The first takes the store (with what it has not synced) away from the document, which
 * opens a new one for its next edit. run syncs and compares what was stored with the
 * file: a byte that another process changed after us is MHEX_E_CONFLICT, once: it is then
 * theirs and no longer counts as ours. end tells the document; status is what run
 * returned.
 */
typedef struct LiveSync LiveSync;

MhexStatus live_sync_begin(Document *doc, LiveSync **out, MhexError *err);
MhexStatus live_sync_run(LiveSync *sync, MhexError *err);
/* How many bytes were stored since the sync before. */
uint64_t live_sync_bytes(const LiveSync *sync);
void live_sync_end(Document *doc, LiveSync *sync, MhexStatus status);

/* ---- Among the files of the document itself ---- */

/* version is taken over, also on failure. */
MhexStatus document_snapshot_version(Document *doc, Version *version, Snapshot **out,
				     MhexError *err);

Stock *stock_new(void);
Stock *stock_retain(Stock *stock);
void stock_release(Stock *stock);
/* A fill source of the pattern, an old one when there is one. */
bool stock_fill_source(Stock *stock, const void *pattern, size_t length, uint32_t *id);
/* bytes appended to the add buffer, as a piece. */
bool stock_add_bytes(Stock *stock, const void *bytes, size_t length, Piece *out);
/* A snapshot or a clip has been made: what was added so far never changes again. */
void stock_tell(Stock *stock);

/* Let the version reach over what was appended to the file since. */
bool document_cover(Document *doc, Version *version);
/* version, made of older sources, as one of the current source. */
bool document_bring_up(Document *doc, const Version *version, Version *out);
MhexStatus document_no_memory(MhexError *err);
/* MHEX_E_RANGE with the sentence for it, where range is not within the document. */
MhexStatus document_check_range(const Document *doc, Range range, MhexError *err);

/* Which of pieces, put at offset, are what the file holds there anyway? Those become
 * pieces of the file. */
bool document_settle(Document *doc, uint64_t offset, const PieceList *pieces,
		     PieceList *out);
/* Remember what the file holds under the clean bytes of range that pieces replace. */
bool document_capture(Document *doc, Range range, const Piece *pieces, size_t count);
/* The same for a change to another version. */
bool document_capture_switch(Document *doc, const PieceTree *to);
/* Bytes that a change to another version moves are not remembered one by one: the file's
 * stamp stands for them. */
void document_capture_moved(Document *doc, const PieceTree *to);
/* Likewise for bytes of the file that an edit has not remembered. */
void document_capture_stamp(Document *doc);
/* Undo or redo is about to take away pieces, resolved, that a step put at offset. Where a
 * save has written them since, the file should hold them: so they are remembered, and a
 * byte that another process has changed there is a conflict. After document_capture(). */
bool document_expect(Document *doc, uint64_t offset, const PieceList *pieces);
/* The same for a whole version, brought up, that is about to be left. */
bool document_expect_version(Document *doc, const PieceTree *tree);
/* pieces, each of known bytes or lost, are what is remembered of the file from offset
 * on. */
bool document_rebase(Document *doc, uint64_t offset, const PieceList *pieces);

/* How many bytes one step may put over others. */
uint64_t document_step_max(const Document *doc);
/* What the screen and a sentence call it. */
const char *document_shown_name(const Document *doc);
/* After something of ours that may have given the name to another file: that is no news.
 */
void document_settle_name(Document *doc);
/* After each edit: count it, and forget base bytes when nothing is modified any more. */
void document_edited(Document *doc);

/* The edit model does it, the journal of edits is told. */
MhexStatus document_replace(Document *doc, Range range, const Piece *pieces, size_t count,
			    MhexError *err);

/* Edit as access says from now on; what live has stored and not synced is forgotten. */
bool document_use_access(Document *doc, Access access);

bool live_open(Document *doc);
/* What the file held in [offset, offset + length) at the last sync; known as in
 * base_bytes_read(). */
void document_live_old(const Document *doc, uint64_t offset, uint8_t *dst, uint8_t *known,
		       size_t length);
/* What it should hold there by what was stored since; others may have stored over it. */
MhexStatus document_live_stored(Document *doc, uint64_t offset, uint8_t *dst,
				uint8_t *known, size_t length, MhexError *err);
/* Before live_close(), when the document goes on. False when out of memory. */
bool live_leave(Document *doc);
void live_close(Document *doc);

#endif
