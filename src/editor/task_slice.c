/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/job.h"
#include "editor/task_parts.h"

static void drop(Editor *editor)
{
	SliceTask *task = &editor->slice;
	replacing_free(&task->replacing);
	clip_free(task->clip);
	*task = (SliceTask){0};
}

void task_call_off_slice(Editor *editor)
{
	editor->slice.call_off(&editor->slice);
	drop(editor);
}

MhexStatus task_step_slice(Editor *editor, MhexError *err)
{
	SliceTask *task = &editor->slice;
	MhexStatus status = MHEX_OK;
	if (task->cancelled)
		status = mhex_fail(err, MHEX_E_CANCELLED, "cancelled, %s",
				   task->left ? task->left : "nothing is changed");
	else if (task->done < task->total)
		status = task->step(task, err);
	if (!status && task->done < task->total) {
		job_wake_set(editor->wake_fd);
		return MHEX_OK;
	}
	editor->stale = true;
	if (status) {
		task_call_off_slice(editor);
	} else {
		status = task->end(editor, task, err);
		drop(editor);
	}
	return status;
}

MhexStatus task_slice(Editor *editor, const SliceTask *plan, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	editor->slice = *plan;
	do {
		status = task_step_slice(editor, err);
	} while (!status && editor->slice.what && !editor->inside_loop);
	return status;
}
