/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_HISTORY_H
#define MHEX_DOCUMENT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document/base_bytes.h"
#include "document/piece_tree.h"
#include "storage/storage.h"

/*
 * Undo and redo, without limit.
 *
 * A step is a list of changes, written into a compact log (about 17 bytes for a typed
 * byte; a root with its copied path would be 1.5 KiB), or, when it touched more than
 * HISTORY_CHANGES_MAX spans or pieces, the versions before and after it.
 *
 * The history only remembers; who undoes applies what it tells and then says
 * history_undone(). Offsets of changes stay right whatever a save does, because a save
 * changes no content.
 */

/* The bytes of a document at one time. covered: how many bytes of the file it knows of;
 * what another process appends later is added to its end. */
typedef struct {
	PieceTree tree;
	uint64_t covered;
} Version;

Version version_retain(const Version *version);
void version_release(Version *version);

enum {
	HISTORY_CHANGES_MAX = 64
};

typedef struct {
	uint64_t offset;
	PieceList removed, inserted;
	/* Not of the document, but of what is remembered of the file under its edits:
	 * offset is one of the file, and a lost piece stands for what is not known. */
	bool rebase;
} Change;

/* What is remembered of the file under the edits of one of the two versions of a step, so
 * that a million places need not be read again when it leads there. */
typedef struct {
	BaseBytes *bytes; /* NULL: not kept */
	const void *root; /* of the version that they are for */
	FileStamp stamp;  /* of the file they were read from */
	bool has_since;   /* stands for what bytes does not have */
	FileStamp since;
} KeptBase;

typedef struct {
	Change *changes; /* in the order they were made */
	size_t count, capacity;
	bool has_versions; /* then there are no changes, and */
	Version before, after;
	KeptBase *base; /* with versions: the history's, to be exchanged */
	uint64_t at;    /* where its first change lies */
} HistoryStep;

void history_step_free(HistoryStep *step);

typedef struct History History;

History *history_new(void); /* NULL: out of memory */
void history_free(History *history);
void history_clear(History *history);
uint64_t history_memory(const History *history);
/* Another number than before when anything of it has changed. */
uint64_t history_revision(const History *history);

uint64_t history_undo_steps(const History *history);
uint64_t history_redo_steps(const History *history);

/* Changes until history_end() are one step. before, retained by the history: the
 * version to fall back on when the changes get many; NULL: keep all changes. */
void history_begin(History *history, const Version *before);
/* now is the version after; may be NULL when before was. */
void history_end(History *history, const Version *now);
bool history_grouping(const History *history);
/* The next change joins the last step when nothing came between. */
void history_join(History *history);
/* Would a change now join the last step? */
bool history_joins(const History *history);
/* One has joined it without a record of its own: what was recorded has changed. */
void history_joined(History *history);
/* Something came between: a save. */
void history_break(History *history);

/* Remember a change that is about to be made; drops what could be redone. Takes over
 * the lists of *change, also on failure. False when out of memory: nothing happened. */
bool history_push(History *history, Change *change);
/* Likewise for a change of many pieces. now: the version after it. */
bool history_push_versions(History *history, uint64_t at, const Version *before,
			   const Version *now);
/* For the versions just pushed: base, taken over, is that of the version before. Not kept
 * within a group. */
void history_keep_base(History *history, KeptBase base);
/* The change just pushed could not be made. */
void history_pop(History *history);

/* What is to be undone (redone), owned by the caller: history_step_free(). count 0 and
 * no versions: nothing. False when out of memory. */
bool history_get_undo(History *history, HistoryStep *step);
bool history_get_redo(History *history, HistoryStep *step);
/* To look at steps without undoing any: the place between those that can be undone and
 * those that can be redone. False when out of memory. */
bool history_place(History *history, size_t *place);
/* The step before (behind) the place, which moves over it; otherwise as above. */
bool history_read_before(const History *history, size_t *place, HistoryStep *step);
bool history_read_behind(const History *history, size_t *place, HistoryStep *step);
/* A step of which the changes are read one by one, as a million of them would take too
 * much memory at once. */
typedef struct {
	size_t begin, end; /* in the log; equal: there is none */
	bool has_versions; /* and no changes */
} HistorySpan;

/* What is to be undone (redone). False when out of memory. */
bool history_find_undo(History *history, HistorySpan *span);
bool history_find_redo(History *history, HistorySpan *span);
/* The change before (behind) the place in a span without versions, owned by the caller;
 * the place moves over it. False when out of memory. */
bool history_change_before(const History *history, size_t *place, Change *change);
bool history_change_behind(const History *history, size_t *place, Change *change);
void history_undone(History *history);
void history_redone(History *history);
/* What was undone cannot be redone any more. */
void history_forget_redo(History *history);

#endif
