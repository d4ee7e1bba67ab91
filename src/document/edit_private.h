/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_EDIT_PRIVATE_H
#define MHEX_DOCUMENT_EDIT_PRIVATE_H

#include "base/array.h"
#include "document/difference.h"
#include "document/document_private.h"
#include "document/edit_journal.h"
#include "storage/file_identity.h"

/*
 * Inside of the journal of edits.
 *
 *   edit_journal.c    its life; which file it belongs to
 *   edit_write.c      operations and bases into bytes
 *   edit_many.c       both, of many ranges that are replaced
 *   edit_format.c     numbers
 *   edit_replay.c     bytes into operations, made on a document
 *   edit_recovery.c   what a crash has left, and what to do with it
 */

enum {
	EDIT_RUN_MAX = 64 << 10,      /* bytes of one operation that typing extends */
	EDIT_PENDING_MAX = 1 << 20,   /* bytes that wait for a flush */
	EDIT_JOURNAL_MAX = 256 << 20, /* bytes of a journal */
	EDIT_LIVE_CHUNK = 16 << 10,
	EDIT_AT_ONCE_MAX = 1 << 20, /* bytes that are copied while a key waits */
};

/* Bytes typed behind each other. */
typedef struct {
	EditOperation operation; /* 0: none */
	bool joins;
	uint64_t offset;
	StrBuf bytes;
} EditRun;

/* A record that has no file yet. */
typedef struct {
	uint32_t kind;
	StrBuf bytes;
} EditQueued;

/* Operations and bases on their way into records. */
typedef struct {
	bool is_state;           /* of a document as it was: they end in such a record */
	JournalWriter *file;     /* NULL: they wait, */
	ARRAY(EditQueued) queue; /* in their order, */
	uint64_t queued;         /* of so many bytes */
	StrBuf ops;
	MhexError cause; /* why ops has failed, where it was not memory */
	EditRun run;
	uint64_t next; /* where what was put last ends */
	StrBuf bases;
	EditRun base;
	uint64_t base_next;
} EditStream;

/* A new journal, to which the document as it was is written little by little, while what
 * is edited meanwhile waits. */
typedef struct {
	EditStream out;
	Version version;
	SourceTable *table; /* retained, for the walk */
	DifferenceWalk walk;
	Difference found; /* the one at hand, and how much of it was written */
	bool has_found;
	uint64_t written;
	bool bases_done;
	uint64_t bases_next;
} EditAnew;

struct EditJournal {
	StateFolder folder;
	JournalWriter *file;   /* NULL: nothing is kept, and */
	bool failed;           /* that was said */
	JournalReader *before; /* its edits are not in file yet; NULL: none */
	StateFolder *before_folder;
	EditAnew *anew; /* it will be in place of file; NULL: none */
	bool stale;     /* neither tells what the document is */
	bool used;      /* there are edits in them */
	bool live;
	uint64_t covered; /* how much of the document's file was known, as they say */
	EditStream out;
	bool has_stamp;
	FileStamp stamp;        /* as it was written */
	uint64_t first;         /* undo steps from before the journal */
	uint64_t redoable;      /* steps that were undone since */
	struct timespec looked; /* at the folder, by edit_journal_others() */
	size_t others;
};

/* ---- edit_write.c: after a failure ops or bases have failed ---- */

/* All that waits is forgotten; file is left alone. */
void edit_stream_clear(EditStream *to);
/* What was queued goes into to->file, which there is now. */
MhexStatus edit_stream_drain(EditStream *to, MhexError *err);
/* The journal fails with the next flush, which says why. */
void edit_give_up(EditStream *to, const MhexError *cause);

void edit_write_replaced(Document *doc, EditStream *to, Range range, const Piece *pieces,
			 size_t count, bool joins);
/* ranges: count of them, by edit_put_range(). */
void edit_write_all(EditStream *to, const Replacement *with, uint64_t count,
		    const StrBuf *ranges);
/* What waits so far, as a part of what is to come. */
void edit_write_part(EditStream *to);
void edit_write_operation(EditStream *to, EditOperation operation);
void edit_write_base(EditStream *to, uint64_t offset, const uint8_t *bytes,
		     const uint8_t *readable, size_t length);
/* What live has stored. */
void edit_write_live_state(Document *doc);
/* How many bytes of the pieces go into the journal itself. */
uint64_t edit_bytes_of(const Document *doc, const Piece *pieces, size_t count);
/* The next of the document as it was; *done: it was the last. */
void edit_write_slice(Document *doc, EditAnew *anew, bool *done);
/* What waits, as records; now: what the document is then. */
MhexStatus edit_write_records(Document *doc, EditStream *to, const Version *now,
			      MhexError *err);
/* piece, resolved, behind out. False: it is bytes, and their number was put; they are to
 * follow. */
bool edit_put_piece(const Document *doc, const Piece *piece, StrBuf *out);
/* Runs by edit_put_live(), as a record. */
MhexStatus edit_write_live(EditJournal *journal, const StrBuf *runs, MhexError *err);

/* ---- The record of the file ---- */

typedef struct {
	FileIdentity identity;
	bool live;
	uint64_t covered;
	char before[JOURNAL_NAME_SIZE]; /* the journal that this one is in place of */
} EditFile;

void edit_file_encode(const EditFile *file, StrBuf *out);
MhexStatus edit_file_decode(EditFile *out, const JournalRecord *record, MhexError *err);
/* Of a path that may lead nowhere yet. */
MhexStatus edit_identity_get(FileIdentity *out, const char *path, MhexError *err);
MhexStatus edit_identity_of(const Document *doc, FileIdentity *out, MhexError *err);
/* Is there a file, by name, whose bytes stay when nobody changes them? */
bool edit_has_purpose(const Document *doc);

/* ---- edit_replay.c ---- */

/* Operations on their way back into a document. With doc NULL they are only looked at. */
typedef struct {
	Document *doc;
	uint64_t covered; /* by the file when they were made */
	uint64_t next;
	StrBuf part; /* read, and not committed */
	uint64_t operations, bytes;
	BaseBytes *bases;
	bool has_stamp;
	FileStamp stamp;
} EditReplay;

/* MHEX_E_UNSUPPORTED: no such record, or the document cannot have been like that; then
 * some of it may have been done. */
MhexStatus edit_replay_record(EditReplay *replay, const JournalRecord *record,
			      MhexError *err);
/* A count, and as many pieces; no more than any document has bytes, or from has failed.
 * False when out of memory. */
bool edit_get_pieces(EditReplay *replay, Unpack *from, PieceList *out);
/* edit_many.c: EDIT_REPLACE_ALL. */
MhexStatus edit_replay_all(EditReplay *replay, Unpack *from, MhexError *err);
void edit_replay_free(EditReplay *replay);

void edit_stamp_encode(const FileStamp *stamp, StrBuf *out);

#endif
