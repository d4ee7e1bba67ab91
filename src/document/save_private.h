/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SAVE_PRIVATE_H
#define MHEX_DOCUMENT_SAVE_PRIVATE_H

#include "base/job.h"
#include "document/conflict.h"
#include "document/document_private.h"
#include "document/rollback.h"
#include "document/save_kept.h"
#include "document/stages.h"
#include "storage/file_lock.h"

/*
 * One save, from its start on the document's thread through a worker to its end.
 *
 *   save.c           start, finish, and which way it goes
 *   save_in_place.c  the same size: what changed is stored where it lies
 *   save_moves.c     in place, when bytes change places or the size changes
 *   save_stages.c    in which stages
 *   save_rename.c    a new file in the place of the old one
 *   save_copy.c      another file, or standard output
 *   save_check.c     has somebody else changed what was edited?
 *   save_content.c   a version of the document into a file
 *   save_guard.c     its journal, or the reason why there is none
 *   save_lock.c      locks on what is stored, for programs that look at them
 *   save_lost.c      which bytes of the file will be nowhere
 *   save_kept.c      old bytes, for the way back and for undo
 */
enum {
	SAVE_CHUNK = 64 << 10, /* bytes worked on at a time */
	SAVE_NOTE_ROOM = 200,  /* of the reason in a note */
};

typedef enum {
	SAVE_OWN,    /* to the document's own file */
	SAVE_LIVE,   /* likewise; it is there already and must reach the disk */
	SAVE_COPY,   /* to another file */
	SAVE_OUTPUT, /* to a stream */
} SaveKind;

typedef enum {
	SAVED_ELSEWHERE, /* the document's edits stay unsaved */
	SAVED_IN_PLACE,
	SAVED_BY_RENAME,
} SaveOutcome;

struct Save {
	Job *job; /* the owner's */
	SaveKind kind;

	/* What is wanted; fixed when the worker starts. */
	char *path; /* NULL: SAVE_OUTPUT */
	int output_fd;
	bool has_file;   /* the document's own is there */
	bool no_lock;    /* the setting */
	bool takes_name; /* a document without a name: the copy becomes its file */
	bool force;
	bool moved;         /* to another file that had taken the name, edits and all */
	NameState name;     /* SAVE_LIVE: when it began */
	bool journal;       /* as in DocumentOptions */
	bool told_unsafe;   /* as in Document */
	uint64_t room;      /* bytes of memory for what is kept */
	Range range;        /* of the snapshot; all of it but for a copy */
	Snapshot *snapshot; /* released on the document's thread */
	BaseBytes *base;    /* a copy of the document's */
	bool has_stamp;
	FileStamp stamp;        /* as in Document */
	StorageOptions options; /* for the new file */
	LiveSync *live;

	/* The worker's. */
	Job *worker;
	Reader *reader;   /* of the snapshot */
	Storage *file;    /* the current source; its stamp is that at the beginning */
	uint8_t *buffers; /* SAVE_BUFFERS of SAVE_CHUNK */
	bool stale;       /* has_stamp, and the file is no longer as it was */
	bool touched;     /* the sentence of a failure says what the file holds now */

	/* What came of it. */
	SaveOutcome outcome;
	SaveKept kept;
	Storage *replacement; /* SAVED_BY_RENAME */
	bool put_back;        /* it failed, and the file has its old bytes again, ... */
	FileStamp back_stamp; /* but new times */
	SaveResult result;
};

enum {
	SAVE_NEW_BYTES,
	SAVE_OLD_BYTES,
	SAVE_BASE_BYTES,
	SAVE_KNOWN,
	SAVE_BUFFERS,
};

static inline uint8_t *save_buffer(const Save *save, int which)
{
	return save->buffers + (size_t)which * SAVE_CHUNK;
}

static inline const PieceTree *save_tree(const Save *save)
{
	return &save->snapshot->version.tree;
}

/* The first part of range that fits a buffer. */
static inline Range save_chunk(Range range)
{
	return (Range){range.offset,
		       range.length < SAVE_CHUNK ? range.length : SAVE_CHUNK};
}

/* Is part, which is resolved, of the file that is saved to? */
static inline bool save_is_own(const Save *save, const Piece *part)
{
	return part->source == save_tree(save)->file;
}

/* Into *lost, empty at first: the bytes of the file that the new version does not have
 * anywhere, ascending. MHEX_E_SHRUNK when the new version needs more than is there. */
MhexStatus save_find_lost(const Save *save, FileRanges *lost, MhexError *err);

/* How to move bytes within the file; *fresh is what does not come from it, *lost as
 * above, both empty at first. */
MhexStatus save_make_stages(const Save *save, Stages *stages, FileRanges *fresh,
			    FileRanges *lost, MhexError *err);

/* MHEX_E_CANCELLED when it was, while that is possible. */
MhexStatus save_go_on(const Save *save, MhexError *err);
/* From here on it can only go forward. */
MhexStatus save_commit(const Save *save, MhexError *err);

/* Measure the file, and compare it with the stamp. */
MhexStatus save_look(Save *save, MhexError *err);
/* The first of bytes [offset, offset + length) that another process has changed since it
 * was edited is MHEX_E_CONFLICT, unless forced. in_file: what the file holds there;
 * wanted: what it will hold; a byte that is right already is no conflict. */
MhexStatus save_check_bytes(const Save *save, uint64_t offset, const uint8_t *in_file,
			    const uint8_t *wanted, size_t length, MhexError *err);
/* The same for all that a save replaces which moves bytes or makes a new file. */
MhexStatus save_check_file(const Save *save, MhexError *err);

/* Lock what is modified, or all, of the file that fd is: wait a moment for others, then
 * MHEX_E_BUSY; forced, it goes on without. Zeroed at first, *lock is for
 * file_lock_release() in any case. */
MhexStatus save_lock_modified(const Save *save, int fd, FileLock *lock, MhexError *err);
MhexStatus save_lock_all(const Save *save, int fd, FileLock *lock, MhexError *err);

/* How many bytes of save->range save_content_write() will write: all but holes. */
MhexStatus save_content_bytes(const Save *save, uint64_t *bytes, MhexError *err);
/* save->range becomes the whole content of to, an empty file; holes are kept. bytes: as
 * above, for the progress. */
MhexStatus save_content_write(const Save *save, int to, uint64_t bytes, MhexError *err);
/* save->range to a stream. */
MhexStatus save_content_stream(const Save *save, int to, MhexError *err);

/* A journal of so many bytes for a save in place. *out is NULL when there is to be none,
 * or it cannot be had: the result's note says so. MHEX_E_NOSPACE when there is no room
 * for it, unless forced. */
MhexStatus save_guard_open(Save *save, uint64_t room, Rollback **out, MhexError *err);
/* As rollback_add(), of what is in SAVE_OLD_BYTES and SAVE_NEW_BYTES, and
 * rollback_ready(), unless *guard is NULL. Where the journal cannot
 * be written it goes, *guard is NULL, and the save goes on or not as above. */
MhexStatus save_guard_add(Save *save, Rollback **guard, Range range, MhexError *err);
MhexStatus save_guard_ready(Save *save, Rollback **guard, uint64_t size, MhexError *err);
/* It cannot be written, for the reason *why. */
MhexStatus save_guard_fail(Save *save, Rollback **guard, MhexStatus status,
			   const MhexError *why, MhexError *err);
/* It failed, and not all old bytes could be put back: the journal stays. */
void save_guard_leave(Rollback **guard, MhexError *err);
/* The save has succeeded, or was taken back: the journal goes. */
void save_guard_end(Save *save, Rollback *guard);
/* More words in the note of the result. */
void save_note(Save *save, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each fills in save->outcome and save->result. */
MhexStatus save_in_place(Save *save, MhexError *err);
/* When bytes of the file change places, not save_in_place(), but: */
MhexStatus save_moves(Save *save, MhexError *err);
/* old: the open file that has the name, or -1. */
MhexStatus save_by_rename(Save *save, int old, MhexError *err);
MhexStatus save_copy(Save *save, MhexError *err);

#endif
