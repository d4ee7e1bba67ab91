/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a save has done, told to the document. */

#include <assert.h>

#include "document/document_private.h"
#include "document/succession.h"

enum {
	CHUNK = 8 << 10
};

/* What a save leaves of bytes that the file does not have any more. */
typedef struct {
	const KeptBytes *kept;
	size_t count;
	uint32_t source; /* where they lie */
} Kept;

static Piece find_kept(const void *context, Range at)
{
	const Kept *kept = context;
	size_t low = 0, high = kept->count;
	while (low < high) { /* the first that ends behind at.offset */
		const size_t middle = low + (high - low) / 2;
		if (range_end(kept->kept[middle].range) <= at.offset)
			low = middle + 1;
		else
			high = middle;
	}
	Piece lost = {at.offset, at.length, SOURCE_ID_LOST};
	if (low == kept->count)
		return lost;
	const KeptBytes *bytes = &kept->kept[low];
	if (bytes->range.offset > at.offset) {
		const uint64_t gap = bytes->range.offset - at.offset;
		lost.length = gap < at.length ? gap : at.length;
		return lost;
	}
	const uint64_t skip = at.offset - bytes->range.offset;
	const uint64_t rest = bytes->range.length - skip;
	return (Piece){bytes->at + skip, rest < at.length ? rest : at.length,
		       kept->source};
}

/* Takes over memory and spill. Bytes that nobody keeps need no source. */
static bool add_kept_source(SourceTable **table, AddBuffer *memory, Storage *spill,
			    uint32_t *id)
{
	*id = SOURCE_ID_LOST;
	if (memory) {
		Source *source = source_new_added(memory);
		return source && source_table_add(table, source, id);
	}
	if (!spill)
		return true;
	StorageRef *file = NULL;
	if (storage_ref_new(&file, spill, NULL) != MHEX_OK)
		return false;
	Source *source = source_new_file(file);
	return source && source_table_add(table, source, id);
}

static bool remember_run(Document *doc, Reader *saved, Range run, uint64_t *budget)
{
	uint8_t bytes[CHUNK], readable[CHUNK];
	if (run.length > *budget)
		return false;
	*budget -= run.length;
	while (run.length > 0) {
		const size_t part = run.length < CHUNK ? (size_t)run.length : CHUNK;
		if (reader_read(saved, run.offset, bytes, part, readable, NULL) ||
		    !base_bytes_put(doc->base, run.offset, bytes, readable, part))
			return false;
		run = (Range){run.offset + part, run.length - part};
	}
	return true;
}

/* What is not edited any more needs not be remembered. */
static void forget_saved(Document *doc, const PieceTree *saved)
{
	Range run = piece_tree_next_modified(saved, 0);
	for (; run.length > 0; run = piece_tree_next_modified(saved, range_end(run)))
		base_bytes_forget(doc->base, run.offset, run.length);
}

/* The part of run that the save has changed. */
static bool remember_changed(Document *doc, Reader *saved, Range run, uint64_t *budget)
{
	Range part = piece_tree_next_modified(saved->tree, run.offset);
	while (part.length > 0 && part.offset < range_end(run)) {
		part = range_intersect(part, run);
		if (!remember_run(doc, saved, part, budget))
			return false;
		part = piece_tree_next_modified(saved->tree, range_end(part));
	}
	return true;
}

/* What was saved is what the file holds under the edits that were not. Under edits that
 * were left out of a save it holds what it held, and what is remembered goes on. */
static bool remember_saved(Document *doc, const Version *saved)
{
	uint64_t budget = BASE_BYTES_MAX;
	const Range all = {0, piece_tree_size(&saved->tree)};
	const bool same_size = all.length == saved->covered;
	Reader reader;
	bool done = true;
	if (same_size)
		forget_saved(doc, &saved->tree);
	else
		base_bytes_clear(doc->base);
	reader_init(&reader, &doc->stock->table, &saved->tree, false);
	Range run = piece_tree_next_modified(&doc->now.tree, 0);
	while (done && run.length > 0 && run.offset < all.length) {
		run = range_intersect(run, all);
		done = same_size ? remember_changed(doc, &reader, run, &budget)
				 : remember_run(doc, &reader, run, &budget);
		run = piece_tree_next_modified(&doc->now.tree, range_end(run));
	}
	reader_free(&reader);
	return done;
}

static void settle_down(Document *doc, const Version *saved)
{
	Storage *storage = document_storage(doc);
	/* When it cannot be measured any more, the next save will say so. */
	(void)storage_measure(storage, NULL);
	doc->seen = storage_stamp(storage);
	document_settle_name(doc);
	if (document_size(doc) != doc->now.covered)
		doc->has_stamp = true;
	if (!remember_saved(doc, saved)) {
		base_bytes_clear(doc->base);
		doc->has_stamp = true;
	}
	doc->stamp = doc->seen;
	(void)document_cover(doc, &doc->now); /* the next frame tries again */
	history_break(doc->history);
	document_edited(doc);
}

/* The file is the same one. What was appended to it meanwhile follows what was saved. */
static bool succeed_in_place(Document *doc, const SavedInPlace *done, PieceTree *holds)
{
	const uint64_t known = done->saved->version.covered;
	const Range end = {piece_tree_size(holds), 0};
	const Piece tail =
		document_file_piece(doc, range_between(known, doc->now.covered));
	SourceTable *table = source_table_retain(doc->stock->table);
	Kept kept = {done->kept, done->kept_count, SOURCE_ID_LOST};
	if (!add_kept_source(&table, done->memory, done->spill, &kept.source) ||
	    !piece_tree_replace(holds, end, &tail, tail.length > 0 ? 1 : 0)) {
		source_table_release(table);
		return false;
	}
	StorageRef *file = document_source(doc)->file;
	file->refs++;
	Source *source = source_new_file(file);
	if (!source) {
		source_table_release(table);
		return false;
	}
	Succession succession = {
		.table = table,
		.source = source,
		.holds = holds,
		.born_size = piece_tree_size(holds),
		.find = find_kept,
		.context = &kept,
	};
	return document_succeed(doc, &succession);
}

/* Does the current version need bytes that lie in neither its file nor what was typed? */
static bool needs_old_sources(const Document *doc)
{
	PieceCursor cursor;
	bool more = piece_cursor_seek(&cursor, &doc->now.tree, 0);
	for (; more; more = piece_cursor_next(&cursor)) {
		const uint32_t id = cursor.piece.source;
		const Source *source = source_table_get(doc->stock->table, id);
		if (id != doc->now.tree.file && id != SOURCE_ID_ADDED &&
		    source->kind != SOURCE_FILL && source->kind != SOURCE_LOST)
			return true;
	}
	return false;
}

void document_forget_undo(Document *doc)
{
	if (history_grouping(doc->history))
		return;
	history_clear(doc->history);
	if (doc->stock->refs > 1 || needs_old_sources(doc))
		return;
	for (uint32_t id = SOURCE_ID_FIRST_FILE; id < doc->stock->table->count; id++) {
		const SourceKind kind = source_table_get(doc->stock->table, id)->kind;
		if (id == doc->now.tree.file || kind == SOURCE_FILL)
			continue;
		Source *lost = source_new_lost();
		if (!lost || !source_table_set(&doc->stock->table, id, lost))
			return;
	}
	doc->kept_memory = 0;
}

MhexStatus document_saved_in_place(Document *doc, SavedInPlace *done, MhexError *err)
{
	Version saved = version_retain(&done->saved->version);
	assert(saved.tree.file == doc->now.tree.file);
	PieceTree holds = piece_tree_retain(&saved.tree);
	const uint64_t kept = done->memory ? add_buffer_size(done->memory) : 0;
	const bool succeeded = succeed_in_place(doc, done, &holds);
	piece_tree_release(&holds);
	if (succeeded)
		doc->kept_memory += kept;
	done->memory = NULL;
	done->spill = NULL;
	if (succeeded)
		settle_down(doc, &saved);
	version_release(&saved);
	return succeeded ? MHEX_OK : document_no_memory(err);
}

MhexStatus document_saved_by_rename(Document *doc, const Snapshot *saved,
				    Storage *storage, MhexError *err)
{
	StorageRef *file = NULL;
	const MhexStatus status = storage_ref_new(&file, storage, err);
	if (status)
		return status;
	Version version = version_retain(&saved->version);
	assert(version.tree.file == doc->now.tree.file);
	const bool succeeded = document_succeed_by_file(doc, file, &version.tree, true);
	if (succeeded)
		settle_down(doc, &version);
	version_release(&version);
	return succeeded ? MHEX_OK : document_no_memory(err);
}
