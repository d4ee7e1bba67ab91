/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "document/replace_private.h"

/* ---- One by one ---- */

static MhexStatus edit_one(ReplaceAll *all, Range range, MhexError *err)
{
	Document *doc = all->doc;
	const Replacement *with = &all->with;
	MhexStatus status = MHEX_OK;
	range.offset += all->shift;
	all->shift += with->length - range.length;
	if (with->length != range.length)
		return document_replace(doc, range, &all->bytes, with->length > 0, err);
	for (size_t at = 0; !status && at < with->length;) {
		const size_t run = replacement_run(with, at);
		const Range part = {range.offset + at, run};
		const Piece piece = piece_part(&all->bytes, at, run);
		if (!replacement_keeps(with, at))
			status = document_replace(doc, part, &piece, 1, err);
		at += run;
	}
	return status;
}

/* ---- Some at once, where each is stored ---- */

typedef struct {
	Range ranges[EDIT_PARTS];
	Piece pieces[EDIT_PARTS];
	size_t count;
	uint64_t bytes;
} Parts;

/* Is there room for all that is put into range? */
static bool add_parts(const ReplaceAll *all, Range range, Parts *parts)
{
	const Replacement *with = &all->with;
	const size_t before = parts->count;
	if (with->length != range.length ||
	    with->length > EDIT_PARTS_BYTES - parts->bytes)
		return false;
	for (size_t at = 0; at < with->length;) {
		const size_t run = replacement_run(with, at);
		const size_t i = parts->count;
		if (!replacement_keeps(with, at)) {
			if (i == EDIT_PARTS) {
				parts->count = before;
				return false;
			}
			parts->ranges[i] = (Range){range.offset + at, run};
			parts->pieces[i] = piece_part(&all->bytes, at, run);
			parts->count++;
		}
		at += run;
	}
	parts->bytes += with->length;
	return true;
}

/* How many of the ranges were replaced; 0: the first one is for edit_one(), also where
 * others write into the file at the same moment. */
static size_t edit_together(ReplaceAll *all, const Range *ranges, size_t count,
			    MhexStatus *status, MhexError *err)
{
	Parts parts = {.count = 0};
	size_t taken = 0;
	Document *doc = all->doc;
	if (!doc->model->replace_parts)
		return 0;
	while (taken < count && add_parts(all, ranges[taken], &parts))
		taken++;
	if (parts.count < 2)
		return 0;
	*status = doc->model->replace_parts(doc, parts.ranges, parts.pieces, parts.count,
					    err);
	if (*status != MHEX_E_CONFLICT)
		return taken;
	*status = MHEX_OK;
	return 0;
}

static MhexStatus edit_many(ReplaceAll *all, const Range *ranges, size_t count,
			    MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; i < count && !status;) {
		const size_t together =
			edit_together(all, ranges + i, count - i, &status, err);
		if (together == 0)
			status = edit_one(all, ranges[i], err);
		i += together > 0 ? together : 1;
	}
	all->generation = all->doc->generation;
	return status;
}

/* ---- From the beginning to the end ---- */

static void free_all(ReplaceAll *all)
{
	piece_builder_free(&all->builder);
	base_bytes_free(all->base);
	free(all->old);
	free(all->readable);
	strbuf_free(&all->record);
	free(all);
}

static void begin_group(ReplaceAll *all)
{
	all->undo_steps = history_undo_steps(all->doc->history);
	all->groups = !history_grouping(all->doc->history);
	if (all->groups)
		document_begin(all->doc);
}

MhexStatus document_replace_begin(Document *doc, const Replacement *with, uint64_t count,
				  ReplaceAll **out, MhexError *err)
{
	*out = NULL;
	const uint64_t most = document_step_max(doc);
	if (with->length > 0 && count > most / with->length) {
		const uint64_t all = count > UINT64_MAX / with->length
					     ? UINT64_MAX
					     : count * with->length;
		return document_check_put(doc, all, err);
	}
	ReplaceAll *all = calloc(1, sizeof(*all));
	if (!all)
		return document_no_memory(err);
	*all = (ReplaceAll){.doc = doc, .with = *with, .generation = doc->generation};
	all->one_by_one = !doc->model->keeps_versions || count <= HISTORY_CHANGES_MAX;
	if (!stock_add_bytes(doc->stock, with->bytes, with->length, &all->bytes) ||
	    (!all->one_by_one && !replace_tree_begin(all))) {
		free_all(all);
		return document_no_memory(err);
	}
	if (all->one_by_one)
		begin_group(all);
	*out = all;
	return MHEX_OK;
}

static MhexStatus check_unchanged(const ReplaceAll *all, MhexError *err)
{
	if (all->doc->generation == all->generation)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "the document changed meanwhile; nothing is replaced");
}

MhexStatus document_replace_ranges(ReplaceAll *all, const Range *ranges, size_t count,
				   MhexError *err)
{
	const MhexStatus status = check_unchanged(all, err);
	if (status || count == 0)
		return status;
	if (!all->has_first)
		all->first = ranges[0].offset;
	all->has_first = true;
	if (all->one_by_one)
		return edit_many(all, ranges, count, err);
	return replace_tree_ranges(all, ranges, count) ? MHEX_OK
						       : document_no_memory(err);
}

MhexStatus document_replace_end(ReplaceAll *all, MhexError *err)
{
	MhexStatus status = check_unchanged(all, err);
	if (status) {
		document_replace_drop(all);
		return status;
	}
	if (all->one_by_one && all->groups)
		document_end(all->doc);
	if (!all->one_by_one && all->has_first) {
		status = replace_tree_end(all, err);
		if (status)
			all->doc->has_stamp = all->had_stamp;
	}
	free_all(all);
	return status;
}

void document_replace_drop(ReplaceAll *all)
{
	uint64_t at = 0;
	Document *doc = all->doc;
	if (!all->one_by_one) {
		doc->has_stamp = all->had_stamp;
	} else if (all->groups) {
		document_end(doc);
		if (history_undo_steps(doc->history) > all->undo_steps) {
			(void)document_undo(doc, &at, NULL);
			document_forget_redo(doc);
		}
	}
	free_all(all);
}
