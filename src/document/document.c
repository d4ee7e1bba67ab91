/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/document.h"

#include "document/document_private.h"
#include <assert.h>

const char *document_path(const Document *doc)
{
	return doc->path;
}

const char *document_shown_name(const Document *doc)
{
	if (doc->path)
		return doc->path;
	return doc->name ? doc->name : "the document";
}

const char *document_note(const Document *doc)
{
	return storage_note(document_storage(doc));
}

Access document_access(const Document *doc)
{
	return doc->access;
}

uint64_t document_size(const Document *doc)
{
	return piece_tree_size(&doc->now.tree);
}

uint64_t document_generation(const Document *doc)
{
	return doc->generation;
}

static void mark_modified(const Document *doc, Range range, uint8_t *states)
{
	const uint64_t end = range_end(range);
	Range run = doc->model->next_modified(doc, range.offset);
	while (run.length > 0 && run.offset < end) {
		const Range part = range_intersect(run, range);
		for (uint64_t at = part.offset; at < range_end(part); at++)
			states[at - range.offset] |= BYTE_MODIFIED;
		run = doc->model->next_modified(doc, range_end(run));
	}
}

MhexStatus document_read(Document *doc, uint64_t offset, void *dst, size_t length,
			 uint8_t *states, MhexError *err)
{
	const MhexStatus status =
		reader_read(&doc->reader, offset, dst, length, states, err);
	if (status || !states)
		return status;
	for (size_t i = 0; i < length; i++)
		states[i] = states[i] ? 0 : BYTE_UNREADABLE;
	mark_modified(doc, (Range){offset, length}, states);
	return MHEX_OK;
}

/* ---- Modified ---- */

void document_edited(Document *doc)
{
	doc->generation++;
	if (document_is_modified(doc))
		return;
	base_bytes_clear(doc->base);
	doc->has_stamp = false;
}

bool document_is_modified(const Document *doc)
{
	return document_modified_bytes(doc) > 0;
}

uint64_t document_modified_bytes(const Document *doc)
{
	return doc->model->modified_bytes(doc);
}

Range document_next_modified(const Document *doc, uint64_t offset)
{
	return doc->model->next_modified(doc, offset);
}

/* ---- For :info ---- */

static const char *kind_of(const Document *doc)
{
	switch (storage_kind(document_storage(doc))) {
	case STORAGE_FILE:
		return "regular file";
	case STORAGE_DEVICE:
		return "block device";
	case STORAGE_SPECIAL:
		return "special file";
	case STORAGE_MEMORY:
		break;
	}
	return doc->name ? "input" : "new file";
}

void document_get_info(const Document *doc, DocumentInfo *info)
{
	const Storage *storage = document_storage(doc);
	*info = (DocumentInfo){
		.size = document_size(doc),
		.file_size = storage_size(storage),
		.modified_bytes = document_modified_bytes(doc),
		.pieces = piece_tree_pieces(&doc->now.tree),
		.undo_steps = history_undo_steps(doc->history),
		.redo_steps = history_redo_steps(doc->history),
		.memory = piece_pool_memory(doc->stock->pool) +
			  add_buffer_memory(doc->stock->added) +
			  history_memory(doc->history) + base_bytes_memory(doc->base) +
			  doc->kept_memory,
		.beyond = document_bytes_beyond(doc),
		.changed_at = doc->changed_at,
		.name_at = doc->name_at,
		.kind = kind_of(doc),
	};
	storage_usage(storage, &info->windows, &info->window_bytes);
}

void document_set_window(Document *doc, size_t window)
{
	const SourceTable *table = doc->stock->table;
	for (uint32_t i = 0; i < table->count; i++) {
		const Source *source = source_table_get(table, i);
		if (source->kind == SOURCE_FILE)
			storage_ref_set_window(source->file, window);
	}
}

void document_set_undo_memory(Document *doc, uint64_t bytes)
{
	doc->undo_memory = bytes;
}

void document_set_lock(Document *doc, bool lock)
{
	doc->no_lock = !lock;
}
