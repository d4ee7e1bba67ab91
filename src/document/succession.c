/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/succession.h"

#include <stdlib.h>

#include "base/array.h"

bool piece_tree_build(PieceTree *out, const PieceList *pieces)
{
	return piece_tree_replace(out, (Range){0, 0}, pieces->items, pieces->count);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* ---- Versions of older sources ---- */

bool document_cover(Document *doc, Version *version)
{
	/* A file that was cut keeps its length here, for every version alike. */
	uint64_t size = storage_size(document_storage(doc));
	if (size < doc->now.covered)
		size = doc->now.covered;
	if (size <= version->covered)
		return true;
	const Range end = {piece_tree_size(&version->tree), 0};
	const Piece tail = {version->covered, size - version->covered,
			    version->tree.file};
	if (!piece_tree_replace(&version->tree, end, &tail, 1))
		return false;
	version->covered = size;
	return true;
}

/* The pieces of version, and those of bytes that were appended to its file before another
 * one took over. */
static bool collect(const Document *doc, const Version *version, PieceList *list,
		    uint64_t *covered)
{
	const Range all = {0, piece_tree_size(&version->tree)};
	bool done = piece_tree_collect(&version->tree, all, list);
	*covered = version->covered;
	for (uint32_t id = version->tree.file; done && id != doc->now.tree.file;) {
		const Source *source = source_table_get(doc->stock->table, id);
		if (*covered < source->last_size)
			done = piece_list_add(
				list,
				(Piece){*covered, source->last_size - *covered, id});
		id = source->next;
		*covered = source_table_get(doc->stock->table, id)->born_size;
	}
	return done;
}

bool document_settle_version(Document *doc, Version *version, uint64_t budget)
{
	if (piece_tree_size(&version->tree) != version->covered)
		return true;
	Range run = piece_tree_next_modified(&version->tree, 0);
	bool done = true;
	while (done && run.length > 0 && run.length <= budget) {
		PieceList pieces = {0}, settled = {0};
		budget -= run.length;
		done = piece_tree_collect(&version->tree, run, &pieces) &&
		       document_settle(doc, run.offset, &pieces, &settled) &&
		       (version != &doc->now ||
			document_capture(doc, run, settled.items, settled.count)) &&
		       piece_tree_replace(&version->tree, run, settled.items,
					  settled.count);
		piece_list_free(&pieces);
		piece_list_free(&settled);
		run = piece_tree_next_modified(&version->tree, range_end(run));
	}
	return done;
}

bool document_bring_up(Document *doc, const Version *version, Version *out)
{
	if (version->tree.file == doc->now.tree.file) {
		*out = version_retain(version);
		return true;
	}
	PieceList list = {0}, resolved = {0};
	*out = (Version){.tree = piece_tree_empty(doc->stock->pool, doc->now.tree.file)};
	const bool done = collect(doc, version, &list, &out->covered) &&
			  source_resolve_all(doc->stock->table, list.items, list.count,
					     &resolved) &&
			  piece_tree_build(&out->tree, &resolved) &&
			  document_settle_version(doc, out, BASE_BYTES_MAX);
	piece_list_free(&list);
	piece_list_free(&resolved);
	if (!done)
		version_release(out);
	return done;
}

/* ---- The overlay ---- */

/* length bytes at `from` of the old source are at `to` of the new one. */
typedef struct {
	uint64_t from, to, length;
} Place;

typedef ARRAY(Place) Places;

/* Those that stayed where they were, and those that moved; the first are taken before the
 * second, so that what is clean in an old version stays clean. */
typedef struct {
	Places stayed, moved;
	size_t next_stayed, next_moved;
	Place best; /* the moved one that reaches farthest */
} PlaceMap;

static int compare_places(const void *a, const void *b)
{
	const Place *left = a;
	const Place *right = b;
	return (left->from > right->from) - (left->from < right->from);
}

static bool place_map_make(PlaceMap *map, const PieceTree *holds, uint32_t old)
{
	PieceCursor cursor;
	bool done = true;
	for (bool more = piece_cursor_seek(&cursor, holds, 0); more && done;
	     more = piece_cursor_next(&cursor)) {
		const Piece *piece = &cursor.piece;
		const Place place = {piece->offset, cursor.offset, piece->length};
		if (piece->source != old)
			continue;
		done = place.from == place.to ? ARRAY_PUSH(&map->stayed, place)
					      : ARRAY_PUSH(&map->moved, place);
	}
	if (map->moved.count > 1)
		qsort(map->moved.items, map->moved.count, sizeof(Place), compare_places);
	return done;
}

static void place_map_free(PlaceMap *map)
{
	ARRAY_FREE(&map->stayed);
	ARRAY_FREE(&map->moved);
}

static Piece part_of_place(const Place *place, uint64_t at, uint64_t end, uint32_t new)
{
	const uint64_t length = smaller(place->from + place->length, end) - at;
	return (Piece){place->to + (at - place->from), length, new};
}

/* Where the bytes from at on are, at most to end; at never goes back. A source of
 * UINT32_MAX: nowhere in the new one. */
static Piece place_map_find(PlaceMap *map, uint64_t at, uint64_t end, uint32_t new)
{
	const Places *stayed = &map->stayed;
	while (map->next_stayed < stayed->count) {
		const Place *place = &stayed->items[map->next_stayed];
		if (place->from > at) {
			end = smaller(end, place->from);
			break;
		}
		if (place->from + place->length > at)
			return part_of_place(place, at, end, new);
		map->next_stayed++;
	}
	const Places *moved = &map->moved;
	while (map->next_moved < moved->count &&
	       moved->items[map->next_moved].from <= at) {
		const Place *place = &moved->items[map->next_moved++];
		if (place->from + place->length > map->best.from + map->best.length)
			map->best = *place;
	}
	if (map->best.from + map->best.length > at)
		return part_of_place(&map->best, at, end, new);
	if (map->next_moved < moved->count)
		end = smaller(end, moved->items[map->next_moved].from);
	return (Piece){at, end - at, UINT32_MAX};
}

static bool make_overlay(const Document *doc, const Succession *succession, uint32_t new,
			 PieceTree *out)
{
	PlaceMap map = {0};
	PieceList list = {0};
	const uint64_t end = doc->now.covered;
	bool done = place_map_make(&map, succession->holds, doc->now.tree.file);
	for (uint64_t at = 0; done && at < end;) {
		Piece piece = place_map_find(&map, at, end, new);
		if (piece.source == UINT32_MAX)
			piece = succession->find(succession->context,
						 (Range){at, piece.length});
		done = piece_list_add(&list, piece);
		at += piece.length;
	}
	*out = piece_tree_empty(doc->stock->pool, new);
	done = done && piece_tree_build(out, &list);
	piece_list_free(&list);
	place_map_free(&map);
	return done;
}

/* ---- The current version ---- */

/* The pieces of now; where `holds` has the same ones, they are the new source's. */
static bool translate(const Document *doc, const Succession *succession, uint32_t new,
		      PieceList *out)
{
	const PieceTree *holds = succession->holds;
	const uint64_t held = piece_tree_size(holds);
	const uint64_t size = piece_tree_size(&doc->now.tree);
	PieceCursor cursor, same;
	bool done = true;
	for (uint64_t at = 0; done && at < size;) {
		uint64_t place = 0;
		(void)piece_cursor_seek(&cursor, &doc->now.tree, at);
		Piece piece = piece_cursor_clip(&cursor, range_between(at, size), &place);
		bool held_here = false;
		if (at < held && piece_cursor_seek(&same, holds, at)) {
			const Piece other =
				piece_cursor_clip(&same, range_between(at, held), &place);
			piece.length = smaller(piece.length, other.length);
			held_here = other.source == piece.source &&
				    other.offset == piece.offset;
		}
		const uint64_t length = piece.length;
		if (held_here)
			piece = (Piece){at, length, new};
		PieceList resolved = {0};
		done = source_resolve_all(succession->table, &piece, 1, &resolved) &&
		       piece_list_add_all(out, resolved.items, resolved.count);
		piece_list_free(&resolved);
		at += length;
	}
	return done;
}

static bool succeed_in(Document *doc, Succession *succession, uint32_t new,
		       PieceTree *tree)
{
	const uint32_t old = doc->now.tree.file;
	PieceTree overlay;
	if (!make_overlay(doc, succession, new, &overlay)) {
		piece_tree_release(&overlay);
		return false;
	}
	Source *overlaid =
		source_new_overlaid(source_table_get(succession->table, old), overlay);
	if (!overlaid)
		return false;
	overlaid->last_size = doc->now.covered;
	overlaid->next = new;
	if (!source_table_set(&succession->table, old, overlaid))
		return false;
	PieceList list = {0};
	const bool done =
		translate(doc, succession, new, &list) && piece_tree_build(tree, &list);
	piece_list_free(&list);
	return done;
}

bool document_succeed(Document *doc, Succession *succession)
{
	uint32_t new = 0;
	succession->source->born_size = succession->born_size;
	if (!source_table_add(&succession->table, succession->source, &new)) {
		source_table_release(succession->table);
		return false;
	}
	PieceTree tree = piece_tree_empty(doc->stock->pool, new);
	if (!succeed_in(doc, succession, new, &tree)) {
		piece_tree_release(&tree);
		source_table_release(succession->table);
		return false;
	}
	source_table_release(doc->stock->table);
	doc->stock->table = succession->table;
	piece_tree_release(&doc->now.tree);
	doc->now = (Version){tree, succession->born_size};
	return true;
}

static Piece find_in_source(const void *context, Range at)
{
	const uint32_t *source = context;
	return (Piece){at.offset, at.length, *source};
}

/* The current file once more, as a source that will have no overlay. */
static bool add_old_file(const Document *doc, SourceTable **table, uint32_t *id)
{
	StorageRef *file = document_source(doc)->file;
	file->refs++;
	Source *source = source_new_file(file);
	return source && source_table_add(table, source, id);
}

bool document_succeed_by_file(Document *doc, StorageRef *file, const PieceTree *holds,
			      bool old_is_whole)
{
	uint32_t old = SOURCE_ID_LOST;
	SourceTable *table = source_table_retain(doc->stock->table);
	Source *source = source_new_file(file);
	if (!source || (old_is_whole && !add_old_file(doc, &table, &old))) {
		source_release(source);
		source_table_release(table);
		return false;
	}
	Succession succession = {
		.table = table,
		.source = source,
		.holds = holds,
		.born_size = piece_tree_size(holds),
		.find = find_in_source,
		.context = &old,
	};
	return document_succeed(doc, &succession);
}
