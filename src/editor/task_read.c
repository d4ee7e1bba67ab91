/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "editor/task_parts.h"

MhexStatus task_end_read(Editor *editor, MhexError *err)
{
	const ReadTask task = editor->read;
	Document *doc = task.file->doc;
	const uint64_t before = document_size(doc);
	editor->read = (ReadTask){0};
	editor->stale = true;
	const MhexStatus status = document_insert_file(doc, task.offset, task.bytes, err);
	if (status)
		return status;
	if (task.file == editor_file(editor))
		view_after_edit(editor, task.offset);
	editor_say(editor, "%" PRIu64 " bytes inserted", document_size(doc) - before);
	return MHEX_OK;
}

MhexStatus task_read(Editor *editor, const char *path, uint64_t offset, MhexError *err)
{
	Intake *bytes = NULL;
	const MhexStatus status = intake_start(&bytes, path, editor->wake_fd, err);
	if (status)
		return status;
	editor->read = (ReadTask){bytes, editor_file(editor), offset};
	editor->stale = true;
	return editor->inside_loop ? MHEX_OK : task_end_read(editor, err);
}
