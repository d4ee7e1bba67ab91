/* SPDX-License-Identifier: GPL-3.0-or-later */

/* edit and reload. What is mapped is there at once; what must be read as a whole is read
 * by a job. */

#include <stdlib.h>
#include <string.h>

#include "editor/task_parts.h"

const char *task_open_name(const OpenTask *task)
{
	if (!task->opening)
		return NULL;
	return task->path ? "edit" : "reload";
}

static MhexStatus start(Editor *editor, const char *path, const char *shown,
			MhexError *err)
{
	OpenTask task = {.file = editor_file(editor)};
	if (shown) {
		task.path = strdup(shown);
		if (!task.path)
			return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	const MhexStatus status =
		opening_start(&task.opening, path, editor_document_options(editor),
			      editor->wake_fd, err);
	if (status) {
		free(task.path);
		return status;
	}
	editor->open = task;
	editor->stale = true;
	return MHEX_OK;
}

void task_drop_open(Editor *editor)
{
	opening_drop(editor->open.opening);
	free(editor->open.path);
	editor->open = (OpenTask){0};
}

/* ---- edit ---- */

/* doc takes the place of the document old. */
static MhexStatus replace_file(Editor *editor, size_t old, Document *doc,
			       const char *path, MhexError *err)
{
	const MhexStatus status = editor_add(editor, doc, path, err);
	if (status)
		return status;
	const size_t last = editor->file_count - 1;
	OpenFile *opened = editor->files[last];
	editor->files[last] = editor->files[old];
	editor->files[old] = opened;
	editor->files[last]->discard = true;
	editor_close_file(editor, last);
	editor->current = old;
	return MHEX_OK;
}

MhexStatus task_edit(Editor *editor, const char *path, MhexError *err)
{
	Document *doc = NULL;
	DocumentOptions options = editor_document_options(editor);
	options.at_once = editor->inside_loop;
	const MhexStatus status = document_open(&doc, path, options, err);
	if (status == MHEX_E_WHOLE)
		return start(editor, path, path, err);
	if (status)
		return status;
	return replace_file(editor, editor->current, doc, path, err);
}

static size_t index_of(const Editor *editor, const OpenFile *file)
{
	size_t i = 0;
	while (editor->files[i] != file)
		i++;
	return i;
}

static MhexStatus end_edit(Editor *editor, const OpenTask *task, MhexError *err)
{
	Document *doc = NULL;
	const MhexStatus status =
		document_open_read(&doc, task->path, task->opening, err);
	if (status)
		return status;
	return replace_file(editor, index_of(editor, task->file), doc, task->path, err);
}

/* ---- reload ---- */

static MhexStatus end_reload(Editor *editor, OpenFile *file, MhexError *err)
{
	(void)document_refresh(file->doc, &file->file_size);
	if (file == editor_file(editor))
		view_move(editor, file->cursor.offset);
	return task_reloaded(editor, file, err);
}

MhexStatus task_reload(Editor *editor, MhexError *err)
{
	OpenFile *file = editor_file(editor);
	const MhexStatus status =
		document_reload(file->doc, editor->inside_loop, NULL, err);
	if (status == MHEX_E_WHOLE)
		return start(editor, document_path(file->doc), NULL, err);
	return status ? status : end_reload(editor, file, err);
}

MhexStatus task_end_open(Editor *editor, MhexError *err)
{
	const OpenTask task = editor->open;
	MhexStatus status = MHEX_OK;
	editor->open = (OpenTask){0};
	editor->stale = true;
	if (task.path)
		status = end_edit(editor, &task, err);
	else
		status = document_reload_read(task.file->doc, task.opening, NULL, err);
	if (!status && !task.path)
		status = end_reload(editor, task.file, err);
	free(task.path);
	return status;
}
