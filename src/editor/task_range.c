/* SPDX-License-Identifier: GPL-3.0-or-later */

/* All bytes of a range become others: made by a job, then put in as one step. */

#include <stdlib.h>

#include "editor/task_parts.h"

/* ---- Putting ---- */

static MhexStatus put_slice(SliceTask *task, MhexError *err)
{
	const uint64_t left = task->total - task->done;
	const uint64_t most = document_put_max(task->file->doc, task->total);
	const Range part = {task->done, left < most ? left : most};
	const MhexStatus status = document_put(task->file->doc, task->offset + task->done,
					       task->clip, part, err);
	if (!status)
		task->done += part.length;
	return status;
}

static MhexStatus put_end(Editor *editor, SliceTask *task, MhexError *err)
{
	(void)err;
	document_end(task->file->doc);
	if (task->file == editor_file(editor))
		view_after_edit(editor, task->offset);
	return MHEX_OK;
}

static uint64_t undo_steps(const Document *doc)
{
	DocumentInfo info;
	document_get_info(doc, &info);
	return info.undo_steps;
}

static void put_call_off(SliceTask *task)
{
	Document *doc = task->file->doc;
	document_end(doc);
	if (undo_steps(doc) == task->undo_steps)
		return;
	(void)document_undo(doc, NULL, NULL);
	document_forget_redo(doc);
}

/* clip is taken over. */
static MhexStatus put(Editor *editor, const char *what, OpenFile *file, uint64_t offset,
		      Clip *clip, MhexError *err)
{
	const SliceTask plan = {
		.what = what,
		.step = put_slice,
		.end = put_end,
		.call_off = put_call_off,
		.file = file,
		.total = clip_length(clip),
		.undo_steps = undo_steps(file->doc),
		.offset = offset,
		.clip = clip,
	};
	document_begin(file->doc);
	return task_slice(editor, &plan, err);
}

MhexStatus task_fill(Editor *editor, Range range, const uint8_t *bytes, size_t length,
		     MhexError *err)
{
	Clip *clip = NULL;
	OpenFile *file = editor_file(editor);
	MhexStatus status = document_check_put(file->doc, range.length, err);
	if (!status)
		status = document_fill_clip(file->doc, bytes, length, range.length, &clip,
					    err);
	return status ? status
		      : put(editor, editor->command, file, range.offset, clip, err);
}

/* ---- Making ---- */

/* The job's own, as it may outlive the task. */
typedef struct {
	Transform how;
	uint8_t *operand; /* owned; how has it */
} Change;

static void change(const void *context, uint64_t at, uint8_t *bytes, size_t length)
{
	const Change *own = context;
	transform_apply(&own->how, at, bytes, length);
}

static void free_change(void *context)
{
	Change *own = context;
	free(own->operand);
	free(own);
}

/* operand is taken over. */
static MhexStatus derive(Editor *editor, Range range, const Transform *how,
			 uint8_t *operand, MhexError *err)
{
	Change *own = malloc(sizeof(*own));
	if (!own) {
		free(operand);
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	*own = (Change){*how, operand};
	const Derivation derivation = {.range = range,
				       .backwards = how->kind == TRANSFORM_REVERSE,
				       .change = change,
				       .context = own,
				       .free_context = free_change};
	return document_derive(editor_file(editor)->doc, &derivation, editor->wake_fd,
			       &editor->range.bytes, err);
}

void task_drop_range(Editor *editor)
{
	RangeTask *task = &editor->range;
	if (task->bytes)
		intake_drop(task->bytes);
	*task = (RangeTask){0};
}

MhexStatus task_end_range(Editor *editor, MhexError *err)
{
	Clip *clip = NULL;
	RangeTask *task = &editor->range;
	OpenFile *file = task->file;
	const char *what = task->what;
	const uint64_t offset = task->offset;
	const bool same = document_generation(file->doc) == task->generation;
	MhexStatus status = document_take_intake(file->doc, task->bytes, &clip, err);
	task->bytes = NULL;
	task_drop_range(editor);
	editor->stale = true;
	if (!status && !same) {
		clip_free(clip);
		status = mhex_fail(
			err, MHEX_E_CONFLICT,
			"the document changed while it was read; nothing is changed");
	}
	return status ? status : put(editor, what, file, offset, clip, err);
}

MhexStatus task_range(Editor *editor, Range range, const Transform *how, uint8_t *operand,
		      MhexError *err)
{
	RangeTask *task = &editor->range;
	OpenFile *file = editor_file(editor);
	*task = (RangeTask){.what = editor->command,
			    .file = file,
			    .offset = range.offset,
			    .generation = document_generation(file->doc),
			    .started_ms = editor->now_ms};
	MhexStatus status = document_check_put(file->doc, range.length, err);
	if (status)
		free(operand);
	else
		status = derive(editor, range, how, operand, err);
	if (status) {
		task_drop_range(editor);
		return status;
	}
	editor->stale = true;
	return editor->inside_loop ? MHEX_OK : task_end_range(editor, err);
}
