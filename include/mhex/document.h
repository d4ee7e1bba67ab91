/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_H
#define MHEX_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/access.h"
#include "mhex/byte_state.h"
#include "mhex/error.h"
#include "mhex/range.h"

/*
 * A file and the edits made to it.
 *
 * Touched by one thread only (the loop's). Work on other threads gets a
 * snapshot (snapshot.h). Offsets and lengths are bytes of the document as edited,
 * unless said otherwise.
 *
 * Preview: edits are pieces in a persistent tree and reach the file by a save.
 * Live: an edit is stored in the file at once, its old bytes recorded first.
 * View: edits are MHEX_E_READONLY.
 */
typedef struct Document Document;

typedef struct {
	Access access; /* wanted; document_access() tells what came of it */
	size_t window; /* bytes of one mapped window, a power of two from one page to
			* 1 GiB; 0: 64 MiB */
	bool create;   /* a path that does not exist is a new file */
	bool journal;  /* a save in place keeps a journal in the state folder, so that a
			* crash cannot break it (recovery.h) */
	bool at_once;  /* a file that is read as a whole (/proc, /sys) is MHEX_E_WHOLE: it
			* is for opening_start() */
	/* Called now and then while a file is read as a whole (/proc, /sys), with the
	 * bytes so far; false stops the reading and keeps what came. May be NULL. */
	bool (*progress)(void *context, uint64_t bytes);
	void *context; /* for progress */
} DocumentOptions;

/* Owned by the caller: document_close(). path is not a FIFO (see spool.h). A file that
 * does not exist, with create: an empty document that its first save creates. */
MhexStatus document_open(Document **out, const char *path, DocumentOptions options,
			 MhexError *err);

/* A new document without a name; owned likewise. */
MhexStatus document_new(Document **out, DocumentOptions options, MhexError *err);

struct Storage;
/* Take over storage (spooled input); name is for the screen ("-"). The document has no
 * path to save to. */
MhexStatus document_adopt(Document **out, struct Storage *storage, const char *name,
			  DocumentOptions options, MhexError *err);

/* A job that opens a file which is read as a whole (DocumentOptions.at_once). path is
 * copied. Owned: document_open_read(), document_reload_read() or opening_drop(). */
typedef struct Opening Opening;

MhexStatus opening_start(Opening **out, const char *path, DocumentOptions options,
			 int wake_fd, MhexError *err);
bool opening_done(const Opening *opening);
/* Stop reading; what came is kept, and document_note() says so. */
void opening_cancel(Opening *opening);
uint64_t opening_bytes(const Opening *opening); /* read so far */
void opening_drop(Opening *opening);            /* cancel, wait, forget */
/* As document_open(), with what opening (freed) has read; waits for it. */
MhexStatus document_open_read(Document **out, const char *path, Opening *opening,
			      MhexError *err);

void document_close(Document *doc);

/* Where it was opened, NULL when it has no name yet; borrowed. */
const char *document_path(const Document *doc);
Access document_access(const Document *doc);
/* What a person should know about the file: "the device is mounted or otherwise in use",
 * why it is not open as wanted, that not all of it was read; "" when there is nothing.
 * Borrowed. */
const char *document_note(const Document *doc);
/* MHEX_E_REFUSED leaving preview with unsaved edits unless force (they are lost). */
MhexStatus document_set_access(Document *doc, Access access, bool force, MhexError *err);
uint64_t document_size(const Document *doc);
/* Counts every change of what document_read() gives, by us or seen by
 * document_refresh(); caches compare it. */
uint64_t document_generation(const Document *doc);

typedef enum {
	DOCUMENT_UNCHANGED,
	DOCUMENT_CHANGED, /* the time of last change differs, the size does not */
	DOCUMENT_SHRUNK,
	DOCUMENT_GROWN,    /* the new bytes are at the document's end already */
	DOCUMENT_REPLACED, /* another file has the name; the one that is open is as it was
			    */
	DOCUMENT_GONE,     /* none has; likewise */
	DOCUMENT_BACK,     /* the open file has its name again */
} DocumentChange;

/* What another process did to the file or its name since this was asked last; for every
 * frame. Of two things the name's comes first, the other at the next call. What a save,
 * an edit or a reload of ours does is no news. *size is the file's, in bytes. */
DocumentChange document_refresh(Document *doc, uint64_t *size);

/* DOCUMENT_REPLACED or DOCUMENT_GONE as long as it is, else DOCUMENT_UNCHANGED; as
 * document_refresh() has seen it. */
DocumentChange document_name_state(const Document *doc);

/* The screen has shown bytes of another process's: for DocumentInfo. */
void document_saw_foreign(Document *doc);
/* How many modified bytes lie behind the end of the file, which became shorter, and
 * cannot be saved there. */
uint64_t document_bytes_beyond(const Document *doc);

/* Copy [offset, offset + length) to dst; it must lie within the document. states,
 * when not NULL, gets length times BYTE_MODIFIED | BYTE_UNREADABLE; unreadable
 * bytes are then no error. */
MhexStatus document_read(Document *doc, uint64_t offset, void *dst, size_t length,
			 uint8_t *states, MhexError *err);

/* ---- Edits. Each is one undo step unless between begin and end. ---- */

/* Overwriting beyond the end extends (preview only). Typing the value that the file has
 * makes the byte clean again. */
MhexStatus document_overwrite(Document *doc, uint64_t offset, const void *bytes,
			      size_t length, MhexError *err);
MhexStatus document_insert(Document *doc, uint64_t offset, const void *bytes,
			   size_t length, MhexError *err);
/* MHEX_E_UNSUPPORTED in live, as every other change of the size. */
MhexStatus document_delete(Document *doc, Range range, MhexError *err);
/* The pattern repeats over the range, at any size in constant memory (preview). A range
 * that begins at the end extends the document, insert shifts what follows. */
MhexStatus document_fill(Document *doc, Range range, const void *pattern, size_t length,
			 bool insert, MhexError *err);
/* Cut, or add zeroes. */
MhexStatus document_resize(Document *doc, uint64_t size, MhexError *err);

/* Edits between the two are one step. Do not nest. */
void document_begin(Document *doc);
void document_end(Document *doc);
/* The next edit joins the last step (typing); any undo, save or
 * document_begin() ends that. */
void document_join(Document *doc);

/* *at is where the change lies, for the cursor. MHEX_E_NOTFOUND when there is nothing. */
MhexStatus document_undo(Document *doc, uint64_t *at, MhexError *err);
MhexStatus document_redo(Document *doc, uint64_t *at, MhexError *err);
/* What was undone cannot be redone any more: the edit was called off. */
void document_forget_redo(Document *doc);
/* Drop all unsaved edits as one step (live: store back everything since the last
 * sync). */
MhexStatus document_revert(Document *doc, MhexError *err);

/* Unsaved edits? In live: stored but not yet synced. */
bool document_is_modified(const Document *doc);
/* How many bytes differ from the file by unsaved edits (moved ones count; a pure deletion
 * counts the bytes deleted). */
uint64_t document_modified_bytes(const Document *doc);
/* The first modified run at or after offset; empty when there is none. O(log n). */
Range document_next_modified(const Document *doc, uint64_t offset);

/* ---- Copy and paste share pieces, so gigabytes cost nothing. ---- */
typedef struct Clip Clip; /* a range of a document as it was; owned: clip_free() */

MhexStatus document_copy(Document *doc, Range range, Clip **out, MhexError *err);
void clip_free(Clip *clip); /* before its document is closed, or after: both are right */
uint64_t clip_length(const Clip *clip);
MhexStatus clip_read(Clip *clip, uint64_t offset, void *dst, size_t length,
		     MhexError *err);
/* Into the same document without copying, into another one by copying. */
MhexStatus document_paste(Document *doc, uint64_t offset, Clip *clip, bool insert,
			  MhexError *err);
/* A file that is being read by a job, to be inserted; large ones are kept on disk, not in
 * memory. path is copied. Owned: document_insert_file() or intake_drop(). */
typedef struct Intake Intake;

MhexStatus intake_start(Intake **out, const char *path, int wake_fd, MhexError *err);
bool intake_done(const Intake *intake);
void intake_cancel(Intake *intake);
void intake_get_progress(const Intake *intake, uint64_t *done, uint64_t *total);
void intake_drop(Intake *intake); /* cancel, wait, forget */
/* Wait for the whole of file and insert it at offset, as one step; frees file. */
MhexStatus document_insert_file(Document *doc, uint64_t offset, Intake *file,
				MhexError *err);

/* Bytes made of a range of a document, part by part, on another thread. */
typedef struct {
	Range range;
	bool backwards; /* the last part first; change() turns each around */
	/* length bytes at `at` of the result are to be changed. Parts begin at multiples
	 * of 64 KiB. */
	void (*change)(const void *context, uint64_t at, uint8_t *bytes, size_t length);
	void *context; /* must live as long as the intake */
	/* NULL, or frees context with the intake, also when document_derive() fails. */
	void (*free_context)(void *context);
} Derivation;

/* Begin to make them; a byte that cannot be read ends it. Owned: document_take_intake()
 * or intake_drop(). */
MhexStatus document_derive(Document *doc, const Derivation *how, int wake_fd,
			   Intake **out, MhexError *err);

/* ---- Putting many bytes over others, part by part ---- */

/* Wait for all of intake (freed), as a clip for document_put(). */
MhexStatus document_take_intake(Document *doc, Intake *intake, Clip **out,
				MhexError *err);
/* length bytes of a pattern that repeats, likewise. */
MhexStatus document_fill_clip(Document *doc, const void *pattern, size_t pattern_length,
			      uint64_t length, Clip **out, MhexError *err);
/* How many bytes of a step of length bytes document_put() takes at once in no time: in
 * live each is stored, in preview what is under it is remembered, if that is not too
 * much. */
uint64_t document_put_max(const Document *doc, uint64_t length);
/* May so many bytes change in one step? MHEX_E_UNSUPPORTED in live, where the old ones
 * are kept, names how many may: see document_set_undo_memory(). */
MhexStatus document_check_put(const Document *doc, uint64_t length, MhexError *err);
/* The bytes part of clip, which was made for this document, over those at offset. */
MhexStatus document_put(Document *doc, uint64_t offset, Clip *clip, Range part,
			MhexError *err);

/* ---- Replacing many ranges, part by part, as one step ---- */

/* What is put in place of a range. */
typedef struct {
	const uint8_t *bytes;
	const uint8_t *keep; /* NULL, or 1 for each byte that stays as it is; then the
			      * ranges have this length too */
	size_t length;
	const uint8_t *old; /* NULL, or what all ranges, of one length, have just held */
} Replacement;

typedef struct ReplaceAll ReplaceAll;

/* About to replace count ranges of the document as it is now. with is borrowed until the
 * end. Owned: document_replace_end() or document_replace_drop(). Edits in between, or a
 * change that document_refresh() has seen, are MHEX_E_CONFLICT in what follows. */
MhexStatus document_replace_begin(Document *doc, const Replacement *with, uint64_t count,
				  ReplaceAll **out, MhexError *err);
/* The next of them, ascending and not overlapping. In preview nothing shows before the
 * end; in live they are stored. After a failure: drop. */
MhexStatus document_replace_ranges(ReplaceAll *all, const Range *ranges, size_t count,
				   MhexError *err);
/* The rest stays. Freed also on failure, after which the document is as it was. */
MhexStatus document_replace_end(ReplaceAll *all, MhexError *err);
/* As it was. Frees all. */
void document_replace_drop(ReplaceAll *all);

/* ---- Files ---- */

/* Measure and map again (another inode under the name too), keep the edits.
 * *conflicts is how many edited bytes lie over bytes that differ from what was
 * there when they were edited; NULL: nobody looks. at_once: as in DocumentOptions. */
MhexStatus document_reload(Document *doc, bool at_once, uint64_t *conflicts,
			   MhexError *err);
/* Likewise, with what opening (freed) has read; waits for it. */
MhexStatus document_reload_read(Document *doc, Opening *opening, uint64_t *conflicts,
				MhexError *err);

/* A byte of the file that another process has changed under an unsaved edit: what it was
 * when it was edited, what the file holds now, what the document has. */
typedef struct {
	uint64_t offset; /* of the document: where mine is, or would be */
	uint64_t length; /* 1; more, without has_was: bytes that are not remembered one by
			  * one, in a file that was changed since */
	bool has_was;
	bool has_theirs; /* false: the file does not reach there any more */
	bool has_mine;   /* false: deleted, or it cannot be told what stands for it */
	uint8_t was, theirs, mine;
} Conflict;

/* Returning false ends it. */
typedef bool (*ConflictVisitor)(void *context, const Conflict *conflict);

/* Show all conflicts in the order of the file; the cost is what is remembered of it. */
MhexStatus document_conflicts(Document *doc, ConflictVisitor visitor, void *context,
			      MhexError *err);
/* Those that lie in range, being looked for by a job. Owned: conflicts_show(),
 * document_take_begin() or conflicts_drop(), before the document is closed. */
typedef struct Conflicts Conflicts;

typedef struct {
	uint64_t times; /* that the visitor is called, if it does not end it */
	uint64_t bytes;
} ConflictCount;

MhexStatus document_find_conflicts(Document *doc, Range range, int wake_fd,
				   Conflicts **out, MhexError *err);
bool conflicts_done(const Conflicts *conflicts);
void conflicts_cancel(Conflicts *conflicts);
void conflicts_get_progress(const Conflicts *conflicts, uint64_t *done, uint64_t *total);
/* Wait for the end and show them likewise; frees conflicts. */
MhexStatus conflicts_show(Conflicts *conflicts, ConflictVisitor visitor, void *context,
			  ConflictCount *count, MhexError *err);
void conflicts_drop(Conflicts *conflicts); /* cancel, wait, forget */

/* Add BYTE_CONFLICT to the states of [offset, offset + length), as document_read() has
 * given them; while the document is no other than the file but for bytes in their
 * places. */
void document_mark_conflicts(Document *doc, uint64_t offset, size_t length,
			     uint8_t *states);

typedef enum {
	TAKE_MINE, /* what the file holds now counts as seen: the next save may replace it
		    */
	TAKE_THEIRS, /* the edits there are dropped */
} TakeSide;

/* Decide the conflicts whose offset lies in range, as one step of undo. *taken: how many
 * bytes. MHEX_E_NOTFOUND when there is none. */
MhexStatus document_take(Document *doc, TakeSide side, Range range, uint64_t *taken,
			 MhexError *err);

/* The same, some at a time. conflicts is waited for and freed, also on failure; edits
 * since are MHEX_E_CONFLICT. No edits and no save until document_take_end(). */
typedef struct Taking Taking;

MhexStatus document_take_begin(Document *doc, TakeSide side, Conflicts *conflicts,
			       Taking **out, MhexError *err);
/* All are decided when done is total. */
void taking_get_progress(const Taking *taking, uint64_t *done, uint64_t *total);
/* The next, for a fraction of a millisecond. On failure none is decided. */
MhexStatus document_take_some(Taking *taking, MhexError *err);
/* What was decided stays: how many bytes. A difference that cannot be decided by halves
 * is decided to its end. Frees taking. */
uint64_t document_take_end(Taking *taking);

/* MHEX_E_CONFLICT when the file does not have its name any more. */
MhexStatus document_check_name(const Document *doc, MhexError *err);

/* Where the document differs from its file: mine is in place of theirs, a range of the
 * file. Both may be empty, not at once. */
typedef struct {
	Range mine, theirs;
} DocumentDifference;

/* Returning false ends it. */
typedef bool (*DifferenceVisitor)(void *context, const DocumentDifference *difference);

/* Show differences in order, from the offset from on as far as that is possible without
 * going over all of them: returns where it has begun, which is there or at 0. A first one
 * that begins at from may be the end of a longer one. */
uint64_t document_differences(const Document *doc, uint64_t from,
			      DifferenceVisitor visitor, void *context);
/* The bytes of the file as it is now, which may differ from the document's. */
MhexStatus document_read_file(Document *doc, uint64_t offset, void *dst, size_t length,
			      uint8_t *readable, MhexError *err);

typedef struct {
	const char *path; /* NULL: the document's own */
	bool has_range;
	Range range;   /* with path: exactly those bytes; without: only edits inside */
	bool force;    /* "!": override refusals */
	int output_fd; /* -1; or write the bytes there (standard output) */
} SaveRequest;

/* One save, running as a job. path is copied. */
typedef struct Save Save;

/* MHEX_E_REFUSED, _READONLY, _UNSUPPORTED at once where the request cannot be right;
 * MHEX_E_BUSY while another save runs. */
MhexStatus document_save_start(Document *doc, const SaveRequest *request, int wake_fd,
			       Save **out, MhexError *err);
bool save_done(const Save *save);
/* Ignored once the save has committed: it has begun to store, and only goes forward. */
void save_cancel(Save *save);
bool save_committed(const Save *save);
void save_get_progress(const Save *save, uint64_t *done, uint64_t *total);

typedef struct {
	uint64_t bytes_changed; /* stored in place, or the size of the file written */
	bool in_place;
	bool took_name; /* a document without a name took this one */
	char note[256]; /* a sentence to show besides success, or "" */
} SaveResult;

/* Wait for the end, tell the document, free the save. */
MhexStatus document_save_finish(Document *doc, Save *save, SaveResult *result,
				MhexError *err);

/* For :info. */
typedef struct {
	uint64_t size, file_size, modified_bytes, pieces, undo_steps, redo_steps;
	uint64_t memory; /* bytes of edits and history */
	size_t windows;
	uint64_t window_bytes;
	uint64_t beyond; /* document_bytes_beyond() */
	/* When others did something, in seconds since 1970; 0: never. */
	int64_t changed_at; /* to the bytes or the size */
	int64_t name_at;    /* to the name, as document_name_state() says */
	const char *kind;   /* "regular file", "block device", ... */
} DocumentInfo;
void document_get_info(const Document *doc, DocumentInfo *info);
/* As DocumentOptions.window, from now on. */
void document_set_window(Document *doc, size_t window);
/* Hold locks on what is stored in the file, for the time of the store, and respect those
 * of others? At first it does. */
void document_set_lock(Document *doc, bool lock);

#define DOCUMENT_UNDO_MEMORY ((uint64_t)64 << 20)
/* What saves have changed in the file is kept for undo: in memory up to so many bytes, at
 * first DOCUMENT_UNDO_MEMORY, and beyond that in files without a name in the state
 * folder. A save for which there is no room is MHEX_E_NOSPACE; forced, it drops all that
 * could be undone. In live one step changes no more bytes than that, or 1 MiB. */
void document_set_undo_memory(Document *doc, uint64_t bytes);

#endif
