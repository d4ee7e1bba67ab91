/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "document/edit_journal.h"
#include "document/replace_private.h"

enum {
	BATCH_BYTES = 64 << 10, /* under ranges that are looked at together */
	/* Of what the journal is told: some millions of ranges. It begins anew for more.
	 */
	RECORD_MAX = 16 << 20,
};

/* ---- The old tree ---- */

/* The pieces up to offset, as they are. */
static bool copy_up_to(ReplaceAll *all, uint64_t offset)
{
	while (all->more && all->end < offset) {
		uint64_t at = 0;
		const Piece part = piece_cursor_clip(
			&all->cursor, range_between(all->end, offset), &at);
		if (!piece_builder_add(&all->builder, part))
			return false;
		all->end += part.length;
		if (all->end == all->cursor.offset + all->cursor.piece.length)
			all->more = piece_cursor_next(&all->cursor);
	}
	return true;
}

static bool skip_up_to(ReplaceAll *all, uint64_t offset)
{
	all->end = offset;
	while (all->more && offset >= all->cursor.offset + all->cursor.piece.length)
		all->more = piece_cursor_next(&all->cursor);
	return true;
}

/* ---- One range ---- */

/* The new pieces of range. */
static bool collect_new(const ReplaceAll *all, Range range, PieceList *out)
{
	const Replacement *with = &all->with;
	for (size_t at = 0; at < with->length;) {
		const size_t run = replacement_run(with, at);
		const Range part = {range.offset + at, run};
		const Piece piece = piece_part(&all->bytes, at, run);
		const bool done =
			replacement_keeps(with, at)
				? piece_tree_collect(&all->doc->now.tree, part, out)
				: piece_list_add(out, piece);
		if (!done)
			return false;
		at += run;
	}
	return true;
}

/* Any range: over bytes that were edited, moved, several pieces. */
static bool replace_any(ReplaceAll *all, Range range)
{
	Document *doc = all->doc;
	PieceList list = {0}, settled = {0};
	bool done = collect_new(all, range, &list);
	const bool same_length = all->with.length == range.length;
	if (done && same_length)
		done = document_settle(doc, range.offset, &list, &settled);
	const PieceList *put = same_length ? &settled : &list;
	if (done && all->budget >= range.length)
		done = document_capture(doc, range, put->items, put->count);
	else if (done)
		document_capture_stamp(doc);
	for (size_t i = 0; done && i < put->count; i++)
		done = piece_builder_add(&all->builder, put->items[i]);
	piece_list_free(&list);
	piece_list_free(&settled);
	return done && skip_up_to(all, range_end(range));
}

/* What the file has under a range. */
typedef struct {
	const uint8_t *bytes, *readable;
} Old;

static bool remember(ReplaceAll *all, uint64_t offset, const uint8_t *bytes,
		     const uint8_t *readable, size_t length)
{
	BaseBytes *base = all->doc->base;
	edit_journal_base(all->doc, offset, bytes, readable, length);
	return base_bytes_append(base, offset, bytes, readable, length);
}

/* Bytes [at, at + run) of the replacement over those of the file: the same ones stay the
 * file's. */
static bool put_over_file(ReplaceAll *all, Range range, Old old, size_t at, size_t run)
{
	const uint8_t *new = all->with.bytes;
	const size_t stop = at + run;
	while (at < stop) {
		const bool same = old.readable[at] && old.bytes[at] == new[at];
		size_t end = at + 1;
		while (end < stop &&
		       (old.readable[end] && old.bytes[end] == new[end]) == same)
			end++;
		const uint64_t offset = range.offset + at;
		const Piece piece =
			same ? (Piece){offset, end - at, all->doc->now.tree.file}
			     : piece_part(&all->bytes, at, end - at);
		if (!piece_builder_add(&all->builder, piece))
			return false;
		if (!same &&
		    !remember(all, offset, old.bytes + at, old.readable + at, end - at))
			return false;
		at = end;
	}
	return true;
}

/* Most ranges: bytes of the file in their place, all in one piece. */
static bool replace_clean(ReplaceAll *all, Range range, Old old)
{
	const Replacement *with = &all->with;
	const size_t length = (size_t)range.length;
	bool done = true;
	if (with->length != length) {
		done = remember(all, range.offset, old.bytes, old.readable, length) &&
		       piece_builder_add(&all->builder, all->bytes);
		return done && skip_up_to(all, range_end(range));
	}
	for (size_t at = 0; done && at < length;) {
		const size_t run = replacement_run(with, at);
		const Piece file = {range.offset + at, run, all->doc->now.tree.file};
		done = replacement_keeps(with, at)
			       ? piece_builder_add(&all->builder, file)
			       : put_over_file(all, range, old, at, run);
		at += run;
	}
	return done && skip_up_to(all, range_end(range));
}

/* Is it the file's own, under the cursor? */
static bool is_clean(const ReplaceAll *all, Range range)
{
	const Piece *piece = &all->cursor.piece;
	const uint64_t end = all->cursor.offset + piece->length;
	return all->more && piece->source == all->doc->now.tree.file &&
	       piece->offset == all->cursor.offset && range_end(range) <= end;
}

static void record(ReplaceAll *all, Range range)
{
	edit_put_range(&all->record, &all->record_end, range);
	all->record_count++;
	if (all->record.length <= RECORD_MAX && !all->record.failed)
		return;
	all->records = false;
	strbuf_free(&all->record);
}

static bool replace_one(ReplaceAll *all, Range range, Old old)
{
	if (!copy_up_to(all, range.offset))
		return false;
	if (all->records)
		record(all, range);
	const bool clean = is_clean(all, range) && all->budget >= range.length;
	const bool done =
		clean ? replace_clean(all, range, old) : replace_any(all, range);
	all->budget -= all->budget < range.length ? all->budget : range.length;
	return done;
}

/* ---- A batch of ranges ---- */

typedef struct {
	const Range *ranges;
	size_t count;
	size_t next; /* that is not wholly there */
	size_t skip; /* where its bytes begin in old */
	ReplaceAll *all;
} Look;

/* The part of run that lies in range, which has its bytes at skip. */
static void take_old(const Look *look, Range range, size_t skip, Range run,
		     const uint8_t *bytes)
{
	const Range part = range_intersect(range, run);
	const size_t to = skip + (size_t)(part.offset - range.offset);
	if (part.length == 0 || !bytes)
		return;
	memcpy(look->all->old + to, bytes + (part.offset - run.offset),
	       (size_t)part.length);
	memset(look->all->readable + to, 1, (size_t)part.length);
}

static bool look_at_run(void *context, uint64_t offset, const uint8_t *bytes,
			size_t length)
{
	Look *look = context;
	const Range run = {offset, length};
	if (length == 0) { /* what was seen from here on was not there */
		look->next = 0;
		look->skip = 0;
		return true;
	}
	size_t skip = look->skip;
	for (size_t i = look->next; i < look->count; i++) {
		const Range *range = &look->ranges[i];
		if (range->offset >= range_end(run))
			break;
		if (!bytes && range_end(*range) > offset)
			memset(look->all->readable + skip, 0, (size_t)range->length);
		take_old(look, *range, skip, run, bytes);
		skip += (size_t)range->length;
		if (range_end(*range) <= range_end(run)) {
			look->next = i + 1;
			look->skip = skip;
		}
	}
	return true;
}

static bool reserve_old(ReplaceAll *all, size_t length)
{
	if (length <= all->capacity)
		return true;
	free(all->old);
	free(all->readable);
	all->old = malloc(length);
	all->readable = malloc(length);
	all->capacity = all->old && all->readable ? length : 0;
	return all->capacity > 0;
}

/* What the file has under the ranges, length bytes; what it has not, or cannot be read,
 * is not readable. */
static bool look_at_file(ReplaceAll *all, const Range *ranges, size_t count,
			 size_t length)
{
	Storage *storage = document_storage(all->doc);
	Look look = {.ranges = ranges, .count = count, .all = all};
	const Range span = range_between(ranges[0].offset, range_end(ranges[count - 1]));
	const Range there = range_between(0, storage_size(storage));
	if (!reserve_old(all, length))
		return false;
	memset(all->readable, 0, length);
	/* Without it nothing is remembered, and the save will ask. */
	(void)storage_visit(storage, range_intersect(span, there), look_at_run, &look,
			    NULL);
	return true;
}

/* How many of the ranges are looked at together, *length bytes. */
static size_t batch_of(const Range *ranges, size_t count, size_t *length)
{
	size_t i = 0;
	*length = 0;
	while (i < count && (i == 0 || *length + ranges[i].length <= BATCH_BYTES))
		*length += (size_t)ranges[i++].length;
	return i;
}

static bool replace_known(ReplaceAll *all, const Range *ranges, size_t count)
{
	bool done = true;
	const Old old = {all->with.old, all->readable};
	for (size_t i = 0; i < count && done; i++)
		done = replace_one(all, ranges[i], old);
	return done;
}

static bool replace_batch(ReplaceAll *all, const Range *ranges, size_t count,
			  size_t length)
{
	size_t skip = 0;
	bool done = look_at_file(all, ranges, count, length);
	for (size_t i = 0; i < count && done; i++) {
		const Old old = {all->old + skip, all->readable + skip};
		done = replace_one(all, ranges[i], old);
		skip += (size_t)ranges[i].length;
	}
	return done;
}

static void exchange_bases(ReplaceAll *all)
{
	BaseBytes *base = all->doc->base;
	all->doc->base = all->base;
	all->base = base;
}

bool replace_tree_ranges(ReplaceAll *all, const Range *ranges, size_t count)
{
	bool done = true;
	exchange_bases(all);
	if (all->with.old) {
		done = reserve_old(all, (size_t)ranges[0].length);
		if (done)
			memset(all->readable, 1, (size_t)ranges[0].length);
		done = done && replace_known(all, ranges, count);
		count = 0;
	}
	while (count > 0 && done) {
		size_t length = 0;
		const size_t batch = batch_of(ranges, count, &length);
		done = replace_batch(all, ranges, batch, length);
		ranges += batch;
		count -= batch;
	}
	exchange_bases(all);
	return done;
}

/* ---- From the beginning to the end ---- */

bool replace_tree_begin(ReplaceAll *all)
{
	Document *doc = all->doc;
	piece_builder_init(&all->builder, doc->stock->pool, doc->now.tree.file);
	all->more = piece_cursor_seek(&all->cursor, &doc->now.tree, 0);
	all->budget = BASE_BYTES_MAX;
	all->had_stamp = doc->has_stamp;
	all->records = edit_journal_records(doc);
	all->base = base_bytes_clone(doc->base);
	return all->base != NULL;
}

static MhexStatus check_size(const PieceTree *tree, MhexError *err)
{
	if (piece_tree_size(tree) <= INT64_MAX)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_RANGE,
			 "0x%" PRIx64 " bytes are more than a file can have",
			 piece_tree_size(tree));
}

MhexStatus replace_tree_end(ReplaceAll *all, MhexError *err)
{
	Document *doc = all->doc;
	Version now = {.covered = doc->now.covered};
	if (!copy_up_to(all, document_size(doc)) ||
	    !piece_builder_end(&all->builder, &now.tree))
		return document_no_memory(err);
	MhexStatus status = check_size(&now.tree, err);
	if (!status && !history_push_versions(doc->history, all->first, &doc->now, &now))
		status = document_no_memory(err);
	if (status) {
		version_release(&now);
		return status;
	}
	Storage *storage = document_storage(doc);
	(void)storage_measure(storage, NULL);
	const KeptBase before = {.bytes = doc->base,
				 .root = doc->now.tree.root,
				 .stamp = storage_stamp(storage),
				 .has_since = all->had_stamp,
				 .since = doc->stamp};
	document_capture_moved(doc, &now.tree);
	exchange_bases(all);
	history_keep_base(doc->history, before);
	all->base = NULL;
	version_release(&doc->now);
	doc->now = now;
	document_edited(doc);
	if (all->records)
		edit_journal_replaced_all(doc, &all->with, all->record_count,
					  &all->record);
	else
		edit_journal_anew(doc);
	return MHEX_OK;
}
