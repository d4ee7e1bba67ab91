/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "document/snapshot.h"
#include "editor/editor_private.h"

void replacing_free(Replacing *replacing)
{
	if (replacing->all)
		document_replace_drop(replacing->all);
	if (replacing->search)
		(void)search_finish(replacing->search, NULL, NULL);
	snapshot_release(replacing->snapshot);
	free(replacing->bytes);
	free(replacing->keep);
	free(replacing->found);
	*replacing = (Replacing){0};
}

static Replacement replacement(const Replacing *replacing)
{
	return (Replacement){replacing->bytes, replacing->keep, replacing->bytes_length,
			     replacing->found};
}

static MhexStatus begin(Replacing *replacing, Document *doc, uint64_t count,
			MhexError *err)
{
	const Replacement with = replacement(replacing);
	return document_replace_begin(doc, &with, count, &replacing->all, err);
}

static MhexStatus end(Replacing *replacing, MhexError *err)
{
	ReplaceAll *all = replacing->all;
	replacing->all = NULL;
	return document_replace_end(all, err);
}

/* The next matches, where they are now. */
static size_t next_matches(const Replacing *replacing, Search *search, Range *ranges,
			   size_t max)
{
	const size_t got = search_ranges(search, replacing->index, ranges, max);
	for (size_t i = 0; i < got; i++)
		ranges[i].offset += replacing->shift;
	return got;
}

static MhexStatus say_replaced(Editor *editor, uint64_t count, MhexError *err)
{
	if (editor->options.batch)
		return editor_print(editor, err, "%" PRIu64 "\n", count);
	editor_say(editor, "%" PRIu64 " replaced", count);
	return MHEX_OK;
}

/* ---- all at once ---- */

enum {
	MATCHES_AT_ONCE = 512,
	SLICE_MS = 4 /* no key waits for longer */
};

static MhexStatus replace_some(Replacing *replacing, Search *search, size_t most,
			       size_t *got, MhexError *err)
{
	Range ranges[MATCHES_AT_ONCE];
	*got = next_matches(replacing, search, ranges, most);
	replacing->index += *got;
	return document_replace_ranges(replacing->all, ranges, *got, err);
}

bool replace_goes_ahead(const SearchTask *task)
{
	return task->use == FOR_REPLACE && !task->confirm &&
	       document_access(task->file->doc) != ACCESS_LIVE;
}

MhexStatus replace_ahead(SearchTask *task, MhexError *err)
{
	size_t got = 1;
	SearchProgress progress;
	MhexStatus status = MHEX_OK;
	Replacing *replacing = &task->replacing;
	const uint64_t begun_ms = clock_now_ms();
	search_get_progress(task->search, &progress);
	if (progress.count < REPLACE_AHEAD_MIN)
		return MHEX_OK;
	if (!replacing->all)
		status = begin(replacing, task->file->doc, progress.count, err);
	while (!status && got > 0 && clock_now_ms() - begun_ms < SLICE_MS)
		status =
			replace_some(replacing, task->search, MATCHES_AT_ONCE, &got, err);
	return status;
}

/* Matches at a time; where each is stored that are fewer. */
static size_t slice_matches(const Document *doc, size_t most)
{
	enum {
		BYTES_OF_ONE = 1024 /* stored at once in the time that a match takes */
	};
	const uint64_t stored = document_put_max(doc, UINT64_MAX) / BYTES_OF_ONE;
	return stored < most ? (size_t)stored : most;
}

static MhexStatus replace_slice(SliceTask *task, MhexError *err)
{
	size_t got = 0;
	MhexStatus status = MHEX_OK;
	Replacing *replacing = &task->replacing;
	const size_t most = slice_matches(task->file->doc, MATCHES_AT_ONCE);
	const uint64_t begun_ms = clock_now_ms();
	while (!status && task->done < task->total &&
	       clock_now_ms() - begun_ms < SLICE_MS) {
		status = replace_some(replacing, replacing->search, most, &got, err);
		if (!status && got == 0)
			return mhex_fail(err, MHEX_E_IO,
					 "the list of matches cannot be read");
		task->done += got;
	}
	return status;
}

/* The one that confirm has begun. */
static void end_group(SliceTask *task)
{
	if (task->replacing.replaced > 0)
		document_end(task->file->doc);
}

static MhexStatus replace_end(Editor *editor, SliceTask *task, MhexError *err)
{
	const MhexStatus status = end(&task->replacing, err);
	end_group(task);
	if (status)
		return status;
	if (task->total > 0 && task->file == editor_file(editor))
		view_after_edit(editor, task->file->cursor.offset);
	return say_replaced(editor, task->replacing.replaced + task->total, err);
}

static void replace_call_off(SliceTask *task)
{
	document_replace_drop(task->replacing.all);
	task->replacing.all = NULL;
	end_group(task);
}

/* replacing is taken over, also on failure. */
static MhexStatus begin_replace(Editor *editor, OpenFile *file, Replacing *replacing,
				MhexError *err)
{
	const uint64_t ahead = replacing->all ? replacing->index : 0;
	SliceTask plan = {
		.what = "replace",
		.step = replace_slice,
		.end = replace_end,
		.call_off = replace_call_off,
		.left = replacing->replaced > 0 ? "what was confirmed stays" : NULL,
		.file = file,
		.done = ahead,
		.total = replacing->count - replacing->index + ahead,
		.replacing = *replacing,
	};
	MhexStatus status = MHEX_OK;
	*replacing = (Replacing){0};
	if (!plan.replacing.all)
		status = begin(&plan.replacing, file->doc, plan.total, err);
	if (!status)
		return task_slice(editor, &plan, err);
	end_group(&plan);
	replacing_free(&plan.replacing);
	return status;
}

/* ---- one by one ---- */

void replace_free(Confirm *confirm)
{
	const bool groups = confirm->replacing.replaced > 0;
	replacing_free(&confirm->replacing);
	if (groups)
		document_end(confirm->file->doc);
	*confirm = (Confirm){0};
}

static MhexStatus end_confirm(Editor *editor)
{
	Confirm *confirm = &editor->confirm;
	editor_say(editor, "%" PRIu64 " replaced", confirm->replacing.replaced);
	selection_clear(confirm->file);
	replace_free(confirm);
	return MHEX_OK;
}

static MhexStatus ask_next(Editor *editor)
{
	Range match;
	Confirm *confirm = &editor->confirm;
	Replacing *replacing = &confirm->replacing;
	if (replacing->index >= replacing->count ||
	    next_matches(replacing, replacing->search, &match, 1) == 0)
		return end_confirm(editor);
	view_goto(editor, match.offset);
	selection_set(confirm->file, match);
	editor_ask(editor,
		   "Replace this one (%" PRIu64 " of %" PRIu64
		   ")?  y yes  n no  a all the rest  q stop",
		   replacing->index + 1, replacing->count);
	editor_answer(editor, "y", "y");
	editor_answer(editor, "n", "n");
	editor_answer(editor, "a", "a");
	editor_answer(editor, "q", "q");
	return MHEX_OK;
}

/* Later matches move by what this one became longer or shorter. */
static MhexStatus replace_this(Confirm *confirm, MhexError *err)
{
	Range match;
	Document *doc = confirm->file->doc;
	Replacing *replacing = &confirm->replacing;
	if (next_matches(replacing, replacing->search, &match, 1) == 0)
		return MHEX_OK;
	if (replacing->replaced == 0)
		document_begin(doc);
	replacing->replaced++;
	MhexStatus status = begin(replacing, doc, 1, err);
	if (!status)
		status = document_replace_ranges(replacing->all, &match, 1, err);
	if (!status)
		status = end(replacing, err);
	replacing->shift += replacing->bytes_length - match.length;
	return status;
}

static MhexStatus replace_rest(Editor *editor, MhexError *err)
{
	Confirm *confirm = &editor->confirm;
	OpenFile *file = confirm->file;
	Replacing rest = confirm->replacing;
	confirm->replacing = (Replacing){0};
	replace_free(confirm);
	selection_clear(file);
	editor->edited = true;
	return begin_replace(editor, file, &rest, err);
}

MhexStatus replace_answer(Editor *editor, char answer, MhexError *err)
{
	Confirm *confirm = &editor->confirm;
	if (answer == 'a')
		return replace_rest(editor, err);
	if (answer == 'q')
		return end_confirm(editor);
	const MhexStatus status = answer == 'y' ? replace_this(confirm, err) : MHEX_OK;
	if (status) {
		replace_free(confirm);
		return status;
	}
	confirm->replacing.index++;
	editor->edited = editor->edited || answer == 'y';
	return ask_next(editor);
}

/* ---- both ---- */

/* The search hands its matches on. */
static Replacing take_search(SearchTask *task, uint64_t count)
{
	Replacing replacing = task->replacing;
	replacing.search = task->search;
	replacing.snapshot = task->snapshot;
	replacing.count = count;
	task->search = NULL;
	task->snapshot = NULL;
	task->replacing = (Replacing){0};
	return replacing;
}

MhexStatus replace_matches(Editor *editor, SearchTask *task, uint64_t count,
			   MhexError *err)
{
	OpenFile *file = task->file;
	if (document_generation(file->doc) != task->generation)
		return mhex_fail(
			err, MHEX_E_CONFLICT,
			"the document changed while it was searched; nothing replaced");
	Replacing replacing = take_search(task, count);
	if (!task->confirm || count == 0)
		return begin_replace(editor, file, &replacing, err);
	replace_free(&editor->confirm);
	editor->confirm = (Confirm){true, file, replacing};
	return ask_next(editor);
}
