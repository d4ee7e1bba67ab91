/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "editor/task_parts.h"

/*
 * Work on a long range in slices, between keys. It is one step
 * of undo, and all or nothing.
 */
enum {
	SLICE_BYTES = 256 << 10
};

static void end_slice(Editor *editor)
{
	SliceTask *task = &editor->slice;
	document_end(task->file->doc);
	free(task->operand);
	const OpenFile *file = task->file;
	const uint64_t offset = task->range.offset;
	*task = (SliceTask){0};
	if (file == editor_file(editor))
		view_after_edit(editor, offset);
}

static MhexStatus xor_slice(SliceTask *task, MhexError *err)
{
	const uint64_t left = task->range.length - task->done;
	const size_t length = left < SLICE_BYTES ? (size_t)left : SLICE_BYTES;
	const uint64_t offset = task->range.offset + task->done;
	uint8_t *bytes = malloc(length);
	if (!bytes)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	MhexStatus status =
		document_read(task->file->doc, offset, bytes, length, NULL, err);
	for (size_t i = 0; i < length; i++)
		bytes[i] ^= task->operand[(task->done + i) % task->operand_length];
	if (!status)
		status = document_overwrite(task->file->doc, offset, bytes, length, err);
	free(bytes);
	if (!status)
		task->done += length;
	return status;
}

/* One slice; wakes the loop for the next, so that keys come in between. */
MhexStatus task_step_slice(Editor *editor, MhexError *err)
{
	SliceTask *task = &editor->slice;
	MhexStatus status = MHEX_OK;
	if (task->cancelled)
		status =
			mhex_fail(err, MHEX_E_CANCELLED, "cancelled, nothing is changed");
	else
		status = xor_slice(task, err);
	if (!status && task->done < task->range.length) {
		const uint64_t one = 1;
		(void)!write(editor->wake_fd, &one, sizeof(one));
		return MHEX_OK;
	}
	Document *doc = task->file->doc;
	const bool changed = task->done > 0;
	end_slice(editor);
	uint64_t at = 0;
	if (status && changed)
		(void)document_undo(doc, &at, NULL);
	return status;
}

MhexStatus task_slice(Editor *editor, Range range, const uint8_t *operand, size_t length,
		      MhexError *err)
{
	uint8_t *copy = malloc(length);
	if (!copy)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	memcpy(copy, operand, length);
	SliceTask *task = &editor->slice;
	MhexStatus status = MHEX_OK;
	*task = (SliceTask){.active = true,
			    .file = editor_file(editor),
			    .range = range,
			    .operand = copy,
			    .operand_length = length};
	document_begin(task->file->doc);
	do {
		status = task_step_slice(editor, err);
	} while (!status && task->active && !editor->inside_loop);
	return status;
}
