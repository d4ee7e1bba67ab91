/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_CONFLICT_H
#define MHEX_DOCUMENT_CONFLICT_H

#include "base/job.h"
#include "document/base_bytes.h"
#include "document/difference.h"
#include "document/reader.h"
#include "mhex/document.h"

/*
 * What another process has changed under the edits of a version: a byte of the file that
 * the version replaces, and that is neither what it was when it was edited nor what it
 * will be.
 *
 * Reads what is given to it and changes nothing, so a save can ask on its own thread.
 */
typedef struct {
	const Version *version;
	const SourceTable *table;
	Reader *reader; /* of the version */
	Storage *file;
	const BaseBytes *base;
	bool has_stamp;
	bool stale; /* has_stamp, and the file is no longer as it was then */
	Job *job;   /* NULL, or is told how far it is, and may be cancelled */
} ConflictView;

typedef struct {
	Conflict conflict;
	Range in_file;
	Difference where; /* the one that it lies in */
} FoundConflict;

/* Returning false ends the scan. */
typedef bool (*FoundConflictVisitor)(void *context, const FoundConflict *found);

/* Show them in the order of the file. The cost is what is remembered, and the pieces. */
MhexStatus conflict_scan(const ConflictView *view, FoundConflictVisitor visitor,
			 void *context, MhexError *err);

/* Where the document has something in place of the byte at offset of the file, or would
 * have it. */
uint64_t conflict_place(const Difference *where, uint64_t offset);

/* Have bytes changed between the two? Other names and another mode are no change. */
bool conflict_is_stale(const FileStamp *then, const FileStamp *now);

#endif
