/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "editor/editor_private.h"

/* What stands at one match afterwards. */
typedef struct {
	uint64_t length; /* of the match */
	const uint8_t *bytes, *keep;
	size_t bytes_length;
} Replacement;

void replace_free(Confirm *confirm)
{
	free(confirm->offsets);
	free(confirm->bytes);
	free(confirm->keep);
	*confirm = (Confirm){0};
}

static MhexStatus overwrite_masked(Document *doc, uint64_t offset,
				   const Replacement *with, MhexError *err)
{
	uint8_t *bytes = malloc(with->bytes_length);
	if (!bytes)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	MhexStatus status =
		document_read(doc, offset, bytes, with->bytes_length, NULL, err);
	for (size_t i = 0; i < with->bytes_length; i++) {
		if (!with->keep[i])
			bytes[i] = with->bytes[i];
	}
	if (!status)
		status = document_overwrite(doc, offset, bytes, with->bytes_length, err);
	free(bytes);
	return status;
}

static MhexStatus replace_one(Document *doc, uint64_t offset, const Replacement *with,
			      MhexError *err)
{
	MhexStatus status = MHEX_OK;
	if (with->bytes_length == with->length)
		return overwrite_masked(doc, offset, with, err);
	status = document_delete(doc, (Range){offset, with->length}, err);
	if (!status && with->bytes_length > 0) {
		document_join(doc);
		status = document_insert(doc, offset, with->bytes, with->bytes_length,
					 err);
	}
	return status;
}

/* ---- all at once ---- */

/* From the end backwards, so that the offsets before stay right. */
static MhexStatus replace_slice(SliceTask *task, MhexError *err)
{
	enum {
		SLICE_MATCHES = 1024
	};
	uint64_t offsets[SLICE_MATCHES];
	const Replacement with = {task->match_length, task->bytes, task->keep,
				  task->bytes_length};
	const uint64_t left = task->total - task->done;
	const uint64_t first = left > SLICE_MATCHES ? left - SLICE_MATCHES : 0;
	size_t got = search_matches(task->search, first, offsets, (size_t)(left - first));
	MhexStatus status = MHEX_OK;
	while (got > 0 && !status) {
		status = replace_one(task->file->doc, offsets[--got], &with, err);
		task->done += !status;
	}
	return status;
}

static MhexStatus say_replaced(Editor *editor, uint64_t count, MhexError *err)
{
	if (editor->options.batch)
		return editor_print(editor, err, "%" PRIu64 "\n", count);
	editor_say(editor, "%" PRIu64 " replaced", count);
	return MHEX_OK;
}

static MhexStatus replace_end(Editor *editor, const SliceTask *task, MhexError *err)
{
	if (task->total > 0 && task->file == editor_file(editor))
		view_after_edit(editor, task->file->cursor.offset);
	return say_replaced(editor, task->total, err);
}

/* The search hands its matches on. */
static MhexStatus begin_replace(Editor *editor, SearchTask *task, uint64_t count,
				MhexError *err)
{
	const SliceTask plan = {
		.what = "replace",
		.step = replace_slice,
		.end = replace_end,
		.file = task->file,
		.total = count,
		.bytes = task->bytes,
		.keep = task->keep,
		.bytes_length = task->bytes_length,
		.search = task->search,
		.snapshot = task->snapshot,
		.match_length = task->length,
	};
	task->bytes = NULL;
	task->keep = NULL;
	task->search = NULL;
	task->snapshot = NULL;
	return task_slice(editor, &plan, err);
}

/* ---- one by one ---- */

static MhexStatus ask_next(Editor *editor)
{
	Confirm *confirm = &editor->confirm;
	OpenFile *file = confirm->file;
	if (confirm->index >= confirm->count) {
		editor_say(editor, "%" PRIu64 " replaced", confirm->replaced);
		replace_free(confirm);
		selection_clear(file);
		return MHEX_OK;
	}
	const uint64_t offset = confirm->offsets[confirm->index];
	view_goto(editor, offset);
	selection_set(file, (Range){offset, confirm->length});
	editor_ask(editor,
		   "Replace this one (%zu of %zu)?  y yes  n no  a all the rest  q stop",
		   confirm->index + 1, confirm->count);
	editor_answer(editor, "y", "y");
	editor_answer(editor, "n", "n");
	editor_answer(editor, "a", "a");
	editor_answer(editor, "q", "q");
	return MHEX_OK;
}

static MhexStatus begin_confirm(Editor *editor, SearchTask *task, uint64_t count,
				MhexError *err)
{
	Confirm *confirm = &editor->confirm;
	replace_free(confirm);
	confirm->offsets = reallocarray(NULL, (size_t)count, sizeof(confirm->offsets[0]));
	if (!confirm->offsets)
		return mhex_fail(err, MHEX_E_NOMEM, "too many matches to ask for each");
	confirm->active = true;
	confirm->file = task->file;
	confirm->count = search_matches(task->search, 0, confirm->offsets, (size_t)count);
	confirm->length = task->length;
	confirm->bytes = task->bytes;
	confirm->keep = task->keep;
	confirm->bytes_length = task->bytes_length;
	task->bytes = NULL;
	task->keep = NULL;
	return ask_next(editor);
}

/* Later matches move by what this one became longer or shorter. */
static void shift_rest(Confirm *confirm)
{
	for (size_t i = confirm->index + 1; i < confirm->count; i++)
		confirm->offsets[i] += confirm->bytes_length - confirm->length;
}

static MhexStatus confirm_one(Confirm *confirm, MhexError *err)
{
	Document *doc = confirm->file->doc;
	const Replacement with = {confirm->length, confirm->bytes, confirm->keep,
				  confirm->bytes_length};
	if (confirm->replaced > 0)
		document_join(doc);
	const MhexStatus status =
		replace_one(doc, confirm->offsets[confirm->index], &with, err);
	if (status)
		return status;
	shift_rest(confirm);
	confirm->replaced++;
	return MHEX_OK;
}

MhexStatus replace_answer(Editor *editor, char answer, MhexError *err)
{
	Confirm *confirm = &editor->confirm;
	MhexStatus status = MHEX_OK;
	if (answer == 'q')
		confirm->index = confirm->count;
	if (answer == 'y')
		status = confirm_one(confirm, err);
	while (answer == 'a' && confirm->index < confirm->count && !status) {
		status = confirm_one(confirm, err);
		confirm->index++;
	}
	if (status) {
		replace_free(confirm);
		return status;
	}
	confirm->index += confirm->index < confirm->count;
	editor->edited = true;
	return ask_next(editor);
}

MhexStatus replace_matches(Editor *editor, SearchTask *task, uint64_t count,
			   MhexError *err)
{
	OpenFile *file = task->file;
	if (document_generation(file->doc) != task->generation)
		return mhex_fail(
			err, MHEX_E_CONFLICT,
			"the document changed while it was searched; nothing replaced");
	if (task->confirm && count > 0)
		return begin_confirm(editor, task, count, err);
	return begin_replace(editor, task, count, err);
}
