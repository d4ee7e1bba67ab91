/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/job.h"
#include "document/snapshot.h"
#include "editor/task_parts.h"

void task_drop_slice(Editor *editor)
{
	SliceTask *task = &editor->slice;
	if (task->search)
		(void)search_finish(task->search, NULL, NULL);
	snapshot_release(task->snapshot);
	clip_free(task->clip);
	free(task->bytes);
	free(task->keep);
	*task = (SliceTask){0};
}

static uint64_t undo_steps(const Document *doc)
{
	DocumentInfo info;
	document_get_info(doc, &info);
	return info.undo_steps;
}

/* The last slice is done, or one has failed: then nothing is changed. */
static MhexStatus end_slices(Editor *editor, MhexStatus status, MhexError *err)
{
	SliceTask *task = &editor->slice;
	uint64_t at = 0;
	document_end(task->file->doc);
	if (status && undo_steps(task->file->doc) > task->undo_steps) {
		(void)document_undo(task->file->doc, &at, NULL);
		document_forget_redo(task->file->doc);
	}
	if (!status)
		status = task->end(editor, task, err);
	task_drop_slice(editor);
	editor->stale = true;
	return status;
}

MhexStatus task_step_slice(Editor *editor, MhexError *err)
{
	SliceTask *task = &editor->slice;
	MhexStatus status = MHEX_OK;
	if (task->cancelled)
		status =
			mhex_fail(err, MHEX_E_CANCELLED, "cancelled, nothing is changed");
	else if (task->done < task->total)
		status = task->step(task, err);
	if (status || task->done == task->total)
		return end_slices(editor, status, err);
	job_wake_set(editor->wake_fd);
	return MHEX_OK;
}

MhexStatus task_slice(Editor *editor, const SliceTask *plan, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	editor->slice = *plan;
	editor->slice.undo_steps = undo_steps(plan->file->doc);
	document_begin(plan->file->doc);
	do {
		status = task_step_slice(editor, err);
	} while (!status && editor->slice.what && !editor->inside_loop);
	return status;
}
