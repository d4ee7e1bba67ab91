/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SNAPSHOT_H
#define MHEX_DOCUMENT_SNAPSHOT_H

#include "mhex/document.h"

/*
 * One version of a document, for work on another thread.
 *
 * Immutable as far as the pieces go; bytes that come from the file may still
 * change under it, so a job compares document_generation() at its end and says
 * so. Taken and released on the document's thread; it must be released before
 * the document is closed.
 */
typedef struct Snapshot Snapshot;

MhexStatus document_snapshot(Document *doc, Snapshot **out, MhexError *err);
void snapshot_release(Snapshot *snapshot);
uint64_t snapshot_size(const Snapshot *snapshot);

/* What reads a snapshot: one for each thread, with windows of its own. */
typedef struct Reader Reader;

MhexStatus reader_open(Reader **out, const Snapshot *snapshot, MhexError *err);
void reader_close(Reader *reader);

/* As storage_read(). */
MhexStatus reader_read(Reader *reader, uint64_t offset, void *dst, size_t length,
		       uint8_t *readable, MhexError *err);

/* As StorageVisitor, with document offsets; runs end at piece and window borders. The
 * visitor may run inside the guard: no faults, no long jumps, no nested reading. */
typedef bool (*ReaderVisitor)(void *context, uint64_t offset, const uint8_t *bytes,
			      size_t length);
MhexStatus reader_visit(Reader *reader, Range range, ReaderVisitor visitor, void *context,
			MhexError *err);

/* Bytes that repeat: a fill, or a hole of the file, which is zeroes. */
typedef struct {
	const uint8_t *pattern; /* borrowed from the snapshot */
	size_t length;          /* of it */
	uint64_t count;         /* bytes in the document, from where was asked on */
} ReaderRepeat;

/* Does the range begin with repeated bytes? Which turn of the pattern it begins with is
 * not said. Reads nothing. */
bool reader_repeats(Reader *reader, Range range, ReaderRepeat *out);

#endif
