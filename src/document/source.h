/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SOURCE_H
#define MHEX_DOCUMENT_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document/add_buffer.h"
#include "document/piece_tree.h"
#include "mhex/error.h"
#include "storage/storage.h"

/*
 * What pieces point into.
 *
 * A source means the same bytes for ever (as far as a file can: other processes may
 * write to it). When a save in place changes the file under a source, the source gets an
 * overlay: a tree that says where each of its old bytes is now, in the newer source or
 * in the bytes that were kept.
 *
 * Everything here is counted and touched by the document's thread only, but for reading:
 * a table that a snapshot retains is never changed, the document goes on with a copy.
 */

/* An open file and a second handle on it that is used for nothing but
 * storage_clone(), so that any thread may open its own at any time. */
typedef struct {
	size_t refs;
	Storage *storage; /* the document's thread's */
	Storage *spare;
	atomic_size_t window;
} StorageRef;

/* Takes over storage, also on failure. */
MhexStatus storage_ref_new(StorageRef **out, Storage *storage, MhexError *err);
void storage_ref_release(StorageRef *ref);
void storage_ref_set_window(StorageRef *ref, size_t window);
/* For another thread; owned. */
MhexStatus storage_ref_clone(StorageRef *ref, Storage **out, MhexError *err);

typedef enum {
	SOURCE_FILE,  /* a storage */
	SOURCE_ADDED, /* an add buffer */
	SOURCE_FILL,  /* a pattern without end */
	SOURCE_LOST,  /* bytes that nobody has any more: unreadable */
} SourceKind;

typedef struct {
	size_t refs;
	SourceKind kind;
	StorageRef *file;   /* SOURCE_FILE */
	AddBuffer *added;   /* SOURCE_ADDED, owned */
	uint8_t *pattern;   /* SOURCE_FILL, owned */
	size_t length;      /* of pattern */
	bool has_overlay;   /* SOURCE_FILE: */
	PieceTree overlay;  /* then the bytes are there and no longer at their offset */
	uint64_t born_size; /* of the file when it became a document's current source */
	uint64_t last_size; /* what of it was known when the next source took over */
	uint32_t next;      /* that source, 0: none */
} Source;

typedef struct {
	size_t refs;
	uint32_t count, capacity;
	Source **items;
} SourceTable;

/* Constructors take over what they are given, also on failure (NULL: out of memory). */
Source *source_new_file(StorageRef *file);
Source *source_new_added(AddBuffer *added);
Source *source_new_fill(const void *pattern, size_t length);
Source *source_new_lost(void);
void source_release(Source *source);
/* The same file, with an overlay (taken over). */
Source *source_new_overlaid(const Source *old, PieceTree overlay);

SourceTable *source_table_new(void);
SourceTable *source_table_retain(SourceTable *table);
void source_table_release(SourceTable *table);
/* Change the table behind *table, which is copied first when somebody else has it too.
 * Both take over source; false when out of memory. */
bool source_table_add(SourceTable **table, Source *source, uint32_t *id);
bool source_table_set(SourceTable **table, uint32_t id, Source *source);

static inline const Source *source_table_get(const SourceTable *table, uint32_t id)
{
	return table->items[id];
}

/* Ids that every document's table begins with. */
enum {
	SOURCE_ID_ADDED = 0,
	SOURCE_ID_LOST = 1,
	SOURCE_ID_ZERO = 2,
	SOURCE_ID_FIRST_FILE = 3,
};

/* Where the bytes of piece really are: its beginning, seen through all overlays. *out is
 * at most piece->length long and of a source without overlay. */
Piece source_resolve(const SourceTable *table, const Piece *piece);

/* The whole of pieces, likewise; false when out of memory. */
bool source_resolve_all(const SourceTable *table, const Piece *pieces, size_t count,
			PieceList *out);

#endif
