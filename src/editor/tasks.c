/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/job.h"
#include "editor/match_view.h"
#include "editor/task_parts.h"

bool task_running(const Editor *editor)
{
	return editor->search.search || editor->listing.search || editor->save.save ||
	       editor->match_save || editor->conflict.found || task_editing(editor);
}

bool task_recovers(const Editor *editor, const OpenFile *file)
{
	return editor->recover.job && editor->recover.file == file;
}

const char *task_editing(const Editor *editor)
{
	if (editor->open.opening)
		return task_open_name(&editor->open);
	if (editor->recover.job)
		return "recover";
	if (editor->search.replacing.all)
		return editor->search.what;
	if (editor->range.bytes)
		return editor->range.what;
	if (editor->conflict.found && editor->conflict.use == CONFLICTS_TAKEN)
		return editor->conflict.what;
	return editor->read.bytes ? "read" : editor->slice.what;
}

/* ---- saves ---- */

static void say_saved(Editor *editor, const SaveTask *task, const SaveResult *result)
{
	const char *name = task->path ? task->path : task->file->name;
	StrBuf text = {0};
	strbuf_add_escaped(&text, name, strlen(name));
	strbuf_printf(&text, ": %" PRIu64 " bytes written", result->bytes_changed);
	if (result->note[0])
		strbuf_printf(&text, "; %s", result->note);
	editor_say(editor, "%s", strbuf_text(&text));
	strbuf_free(&text);
}

/* A document without a name has one now. */
static void take_name(Editor *editor, OpenFile *file)
{
	char *name = file_shown_name(document_path(file->doc));
	if (!name)
		return;
	free(file->name);
	file->name = name;
	editor->watched = NULL;
}

static MhexStatus end_save(Editor *editor, MhexError *err)
{
	SaveTask *task = &editor->save;
	SaveResult result = {0};
	const MhexStatus status =
		document_save_finish(task->file->doc, task->save, &result, err);
	const bool then_quit = task->then_quit && !status;
	const bool force = task->quit_force;
	task->save = NULL;
	if (!status)
		say_saved(editor, task, &result);
	if (!status && result.took_name)
		take_name(editor, task->file);
	(void)document_refresh(task->file->doc, &task->file->file_size);
	free(task->path);
	*task = (SaveTask){0};
	editor->stale = true;
	return then_quit ? quit_ask(editor, force, err) : status;
}

MhexStatus task_save(Editor *editor, const SaveRequest *request, bool then_quit,
		     MhexError *err)
{
	SaveTask *task = &editor->save;
	if (task->save)
		return mhex_fail(err, MHEX_E_BUSY, "another save is still running");
	char *path = request->path ? strdup(request->path) : NULL;
	if (request->path && !path)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	OpenFile *file = editor_file(editor);
	const MhexStatus status = document_save_start(file->doc, request, editor->wake_fd,
						      &task->save, err);
	if (status) {
		task->save = NULL;
		free(path);
		return status;
	}
	task->file = file;
	task->path = path;
	task->started_ms = editor->now_ms;
	task->then_quit = then_quit;
	editor->stale = true;
	return editor->inside_loop ? MHEX_OK : end_save(editor, err);
}

MhexStatus editor_end_save(Editor *editor, MhexError *err)
{
	if (!editor->save.save)
		return MHEX_OK;
	editor->save.then_quit = false;
	return end_save(editor, err);
}

/* ---- for the loop ---- */

void task_show_failure(Editor *editor, const char *what, MhexStatus status,
		       MhexError *err)
{
	if (!status)
		return;
	mhex_error_prefix(err, "%s: ", what);
	editor_queue_failed(editor, err);
	editor_complain(editor, err);
}

void task_poll(Editor *editor)
{
	MhexError err;
	job_wake_clear(editor->wake_fd);
	keeping_go_on(editor);
	task_poll_leaving(editor);
	task_poll_search(editor);
	const char *what = editor->slice.what;
	if (what)
		task_show_failure(editor, what, task_step_slice(editor, &err), &err);
	if (editor->read.bytes && intake_done(editor->read.bytes))
		task_show_failure(editor, "read", task_end_read(editor, &err), &err);
	const char *range = editor->range.what;
	if (range && intake_done(editor->range.bytes))
		task_show_failure(editor, range, task_end_range(editor, &err), &err);
	const char *conflict = editor->conflict.what;
	if (conflict && conflicts_done(editor->conflict.found))
		task_show_failure(editor, conflict, task_end_conflicts(editor, &err),
				  &err);
	const char *open = task_open_name(&editor->open);
	if (open && opening_done(editor->open.opening))
		task_show_failure(editor, open, task_end_open(editor, &err), &err);
	if (editor->recover.job && job_done(editor->recover.job))
		task_show_failure(editor, "recover", task_end_recover(editor, &err),
				  &err);
	if (editor->match_save && match_save_done(editor->match_save))
		task_show_failure(editor, "save-matches",
				  match_view_end_save(editor, &err), &err);
	if (editor->save.save && save_done(editor->save.save))
		task_show_failure(editor, "write", end_save(editor, &err), &err);
	if (task_running(editor))
		editor->stale = true;
}

static void cancel_range(Editor *editor)
{
	MhexError err;
	const char *what = editor->range.what;
	task_leave(editor, editor->range.bytes);
	editor->range = (RangeTask){0};
	task_show_failure(
		editor, what,
		mhex_fail(&err, MHEX_E_CANCELLED, "cancelled, nothing is changed"), &err);
}

static void cancel_read(Editor *editor)
{
	MhexError err;
	task_leave(editor, editor->read.bytes);
	editor->read = (ReadTask){0};
	task_show_failure(editor, "read", mhex_fail(&err, MHEX_E_CANCELLED, "cancelled"),
			  &err);
}

bool task_cancel(Editor *editor)
{
	if (!task_running(editor))
		return false;
	if (editor->search.search)
		search_cancel(editor->search.search);
	else if (editor->listing.search)
		search_cancel(editor->listing.search);
	else if (editor->slice.what)
		editor->slice.cancelled = true;
	else if (editor->range.bytes)
		cancel_range(editor);
	else if (editor->read.bytes)
		cancel_read(editor);
	else if (editor->conflict.found)
		conflicts_cancel(editor->conflict.found);
	else if (editor->open.opening)
		opening_cancel(editor->open.opening);
	else if (editor->match_save)
		match_save_cancel(editor->match_save);
	else if (editor->save.save && save_committed(editor->save.save))
		editor_say(editor, "bytes are being stored: the save goes on to its end");
	else if (editor->save.save)
		save_cancel(editor->save.save);
	return true;
}

void task_abandon(Editor *editor, OpenFile *file)
{
	if (editor->search.file == file)
		task_stop_search(editor, &editor->search);
	match_view_abandon(editor, file);
	if (editor->slice.what && editor->slice.file == file)
		task_call_off_slice(editor);
	if (editor->range.bytes && editor->range.file == file)
		task_drop_range(editor);
	if (editor->read.bytes && editor->read.file == file) {
		intake_drop(editor->read.bytes);
		editor->read = (ReadTask){0};
	}
	if (editor->conflict.found && editor->conflict.file == file)
		task_drop_conflicts(editor);
	if (editor->open.opening && editor->open.file == file)
		task_drop_open(editor);
	if (editor->recover.job && editor->recover.file == file)
		task_drop_recover(editor);
	if (editor->confirm.file == file)
		replace_free(&editor->confirm);
	if (editor->save.save && editor->save.file == file) {
		SaveResult result;
		(void)document_save_finish(file->doc, editor->save.save, &result, NULL);
		free(editor->save.path);
		editor->save = (SaveTask){0};
	}
}
