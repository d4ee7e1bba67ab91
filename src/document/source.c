/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- Files ---- */

MhexStatus storage_ref_new(StorageRef **out, Storage *storage, MhexError *err)
{
	StorageRef *ref = calloc(1, sizeof(*ref));
	*out = NULL;
	if (!ref) {
		(void)mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory",
				storage_path(storage));
		storage_close(storage);
		return MHEX_E_NOMEM;
	}
	ref->refs = 1;
	ref->storage = storage;
	atomic_init(&ref->window, storage_window(storage));
	const MhexStatus status = storage_clone(&ref->spare, storage, err);
	if (status)
		storage_ref_release(ref);
	else
		*out = ref;
	return status;
}

void storage_ref_release(StorageRef *ref)
{
	if (!ref || --ref->refs > 0)
		return;
	storage_close(ref->storage);
	storage_close(ref->spare);
	free(ref);
}

void storage_ref_set_window(StorageRef *ref, size_t window)
{
	storage_set_window(ref->storage, window);
	atomic_store(&ref->window, storage_window(ref->storage));
}

/* Jobs read from front to back. Mapping and unmapping the default length again and again
 * costs them a tenth of reading what is in memory, four times that next to nothing. */
static size_t window_of_a_job(size_t window)
{
	return window == STORAGE_WINDOW_DEFAULT ? 4 * window : window;
}

MhexStatus storage_ref_clone(StorageRef *ref, Storage **out, MhexError *err)
{
	/* Whoever clones only looks at the spare one, so several threads may at once. */
	const MhexStatus status = storage_clone(out, ref->spare, err);
	const size_t window = window_of_a_job(atomic_load(&ref->window));
	if (!status && storage_window(*out) != window)
		storage_set_window(*out, window);
	return status;
}

/* ---- Sources ---- */

static Source *source_new(SourceKind kind)
{
	Source *source = calloc(1, sizeof(*source));
	if (source) {
		source->refs = 1;
		source->kind = kind;
	}
	return source;
}

Source *source_new_file(StorageRef *file)
{
	Source *source = source_new(SOURCE_FILE);
	if (source)
		source->file = file;
	else
		storage_ref_release(file);
	return source;
}

Source *source_new_added(AddBuffer *added)
{
	Source *source = source_new(SOURCE_ADDED);
	if (source)
		source->added = added;
	else
		add_buffer_free(added);
	return source;
}

Source *source_new_fill(const void *pattern, size_t length)
{
	assert(length > 0);
	Source *source = source_new(SOURCE_FILL);
	if (!source)
		return NULL;
	source->pattern = malloc(length);
	if (!source->pattern) {
		free(source);
		return NULL;
	}
	memcpy(source->pattern, pattern, length);
	source->length = length;
	return source;
}

Source *source_new_lost(void)
{
	return source_new(SOURCE_LOST);
}

void source_release(Source *source)
{
	if (!source || --source->refs > 0)
		return;
	storage_ref_release(source->file);
	add_buffer_free(source->added);
	free(source->pattern);
	if (source->has_overlay)
		piece_tree_release(&source->overlay);
	free(source);
}

Source *source_new_overlaid(const Source *old, PieceTree overlay)
{
	Source *source = source_new(SOURCE_FILE);
	if (!source) {
		piece_tree_release(&overlay);
		return NULL;
	}
	source->file = old->file;
	source->file->refs++;
	source->has_overlay = true;
	source->overlay = overlay;
	source->born_size = old->born_size;
	source->last_size = old->last_size;
	source->next = old->next;
	return source;
}

/* ---- The table ---- */

SourceTable *source_table_new(void)
{
	SourceTable *table = calloc(1, sizeof(*table));
	if (table)
		table->refs = 1;
	return table;
}

SourceTable *source_table_retain(SourceTable *table)
{
	table->refs++;
	return table;
}

void source_table_release(SourceTable *table)
{
	if (!table || --table->refs > 0)
		return;
	for (uint32_t i = 0; i < table->count; i++)
		source_release(table->items[i]);
	free(table->items);
	free(table);
}

/* A table of our own behind *table, with room for one more. */
static bool make_writable(SourceTable **table)
{
	SourceTable *old = *table;
	if (old->refs == 1 && old->count < old->capacity)
		return true;
	const uint32_t capacity = old->count < 8 ? 16 : 2 * old->count;
	Source **items = malloc(capacity * sizeof(Source *));
	SourceTable *copy = old->refs > 1 ? source_table_new() : old;
	if (!items || !copy) {
		free(items);
		if (copy != old)
			source_table_release(copy);
		return false;
	}
	if (old->count > 0)
		memcpy(items, old->items, old->count * sizeof(Source *));
	if (copy != old) {
		for (uint32_t i = 0; i < old->count; i++)
			items[i]->refs++;
		copy->count = old->count;
		old->refs--;
	}
	free(copy->items);
	copy->items = items;
	copy->capacity = capacity;
	*table = copy;
	return true;
}

bool source_table_add(SourceTable **table, Source *source, uint32_t *id)
{
	if (!make_writable(table)) {
		source_release(source);
		return false;
	}
	*id = (*table)->count++;
	(*table)->items[*id] = source;
	return true;
}

bool source_table_set(SourceTable **table, uint32_t id, Source *source)
{
	if (!make_writable(table)) {
		source_release(source);
		return false;
	}
	source_release((*table)->items[id]);
	(*table)->items[id] = source;
	return true;
}

/* ---- Through the overlays ---- */

Piece source_resolve(const SourceTable *table, const Piece *piece)
{
	Piece at = *piece;
	/* An overlay leads to newer sources only, so this ends. */
	while (source_table_get(table, at.source)->has_overlay) {
		const PieceTree *overlay = &source_table_get(table, at.source)->overlay;
		const Range wanted = {at.offset, at.length};
		PieceCursor cursor;
		uint64_t begin = 0;
		if (!piece_cursor_seek(&cursor, overlay, at.offset))
			return (Piece){at.offset, at.length, SOURCE_ID_LOST};
		at = piece_cursor_clip(&cursor, wanted, &begin);
	}
	return at;
}

static bool resolve_one(const SourceTable *table, Piece piece, PieceList *out)
{
	while (piece.length > 0) {
		const Piece part = source_resolve(table, &piece);
		if (!piece_list_add(out, part))
			return false;
		piece = piece_part(&piece, part.length, piece.length - part.length);
	}
	return true;
}

bool source_resolve_all(const SourceTable *table, const Piece *pieces, size_t count,
			PieceList *out)
{
	*out = (PieceList){0};
	for (size_t i = 0; i < count; i++) {
		if (resolve_one(table, pieces[i], out))
			continue;
		piece_list_free(out);
		return false;
	}
	return true;
}
