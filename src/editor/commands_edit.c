/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "editor/commands.h"
#include "editor/editor_private.h"

const char *const mode_names[] = {"normal", "insert", "append", "overwrite",
				  "other",  "one",    NULL};

MhexStatus argument_bytes(const CommandArgs *args, uint8_t **bytes, size_t *length,
			  MhexError *err)
{
	MhexStatus status = mhex_error_shift(
		bytes_parse(args->text, args->length, bytes, length, err), args->caret,
		err);
	if (!status && *length == 0) {
		free(*bytes);
		*bytes = NULL;
		status = mhex_fail_at(err, args->caret, "no bytes");
	}
	return status;
}

static uint64_t here(const Editor *editor, const CommandArgs *args)
{
	return args->has_at ? args->at : editor_file(editor)->cursor.offset;
}

HANDLER(cmd_overwrite)
{
	Document *doc = editor_file(editor)->doc;
	uint8_t *bytes = NULL;
	size_t length = 0;
	const uint64_t offset = here(editor, args);
	MhexStatus status = argument_bytes(args, &bytes, &length, err);
	if (status)
		return status;
	status = document_overwrite(doc, offset, bytes, length, err);
	free(bytes);
	if (!status)
		view_after_edit(editor, args->has_at ? offset : offset + length);
	return status;
}

static MhexStatus insert_at(Editor *editor, const CommandArgs *args, uint64_t offset,
			    MhexError *err)
{
	uint8_t *bytes = NULL;
	size_t length = 0;
	MhexStatus status = argument_bytes(args, &bytes, &length, err);
	if (status)
		return status;
	status = document_insert(editor_file(editor)->doc, offset, bytes, length, err);
	free(bytes);
	if (!status)
		view_after_edit(editor, args->has_at ? offset : offset + length);
	return status;
}

HANDLER(cmd_insert)
{
	return insert_at(editor, args, here(editor, args), err);
}

HANDLER(cmd_append)
{
	return insert_at(editor, args, document_size(editor_file(editor)->doc), err);
}

HANDLER(cmd_delete)
{
	Document *doc = editor_file(editor)->doc;
	const uint64_t count = editor->has_count ? editor->count : 1;
	const Range range = args->has_in ? args->in : selection_or_bytes(editor, count);
	if (range.length == 0)
		return mhex_fail(err, MHEX_E_RANGE, "nothing to delete here");
	const MhexStatus status = document_delete(doc, range, err);
	if (status)
		return status;
	view_after_edit(editor, range.offset);
	editor_say(editor, "%" PRIu64 " bytes deleted", range.length);
	return MHEX_OK;
}

HANDLER(cmd_resize)
{
	const OpenFile *file = editor_file(editor);
	const MhexStatus status = document_resize(file->doc, args->number, err);
	if (!status)
		view_after_edit(editor, file->cursor.offset);
	return status;
}

/* ---- undo ---- */

static MhexStatus step_history(Editor *editor, const CommandArgs *args,
			       MhexStatus (*step)(Document *, uint64_t *, MhexError *),
			       MhexError *err)
{
	const OpenFile *file = editor_file(editor);
	uint64_t count = editor->has_count ? editor->count : 1;
	uint64_t at = file->cursor.offset;
	uint64_t done = 0;
	if (args->has_argument)
		count = args->number;
	MhexStatus status = MHEX_OK;
	while (done < count && !status) {
		status = step(file->doc, &at, err);
		done += !status;
	}
	if (done == 0)
		return status;
	/* Fewer steps than asked for are what there was. */
	view_after_edit(editor, at);
	return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
}

HANDLER(cmd_undo)
{
	return step_history(editor, args, document_undo, err);
}

HANDLER(cmd_redo)
{
	return step_history(editor, args, document_redo, err);
}

HANDLER(cmd_revert)
{
	(void)args;
	const OpenFile *file = editor_file(editor);
	const MhexStatus status = document_revert(file->doc, err);
	if (status)
		return status;
	view_after_edit(editor, file->cursor.offset);
	editor_say(editor, "all unsaved edits dropped; undo brings them back");
	return MHEX_OK;
}

HANDLER(cmd_read)
{
	const uint64_t offset = here(editor, args);
	const MhexStatus status = view_check_offset(editor, offset, err);
	return status ? status : task_read(editor, args->file, offset, err);
}

HANDLER(cmd_repeat)
{
	(void)args;
	if (editor->last_edit.length == 0)
		return mhex_fail(err, MHEX_E_NOTFOUND, "no edit to repeat yet");
	/* A copy: running it remembers it anew. */
	char *line = strdup(strbuf_text(&editor->last_edit));
	if (!line)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	const bool has_count = editor->has_count;
	if (!has_count) {
		editor->has_count = editor->last_edit_count > 0;
		editor->count = editor->last_edit_count;
	}
	const MhexStatus status = editor_execute(editor, line, err);
	editor->has_count = has_count;
	free(line);
	/* A caret would point into that line, not into the one typed now. */
	if (status && err)
		err->caret = -1;
	return status;
}

static Mode other_mode(const OpenFile *file)
{
	if (file->mode == MODE_INSERT || document_access(file->doc) == ACCESS_LIVE)
		return MODE_OVERWRITE;
	return MODE_INSERT;
}

static MhexStatus enter(Editor *editor, Mode mode, MhexError *err)
{
	OpenFile *file = editor_file(editor);
	const Access access = document_access(file->doc);
	if (mode != MODE_NORMAL && access == ACCESS_VIEW)
		return file_refuse_view(err);
	if (mode == MODE_INSERT && access == ACCESS_LIVE)
		return mhex_fail(err, MHEX_E_READONLY,
				 "the size is fixed in live; R overwrites instead");
	selection_clear(file);
	file->mode = mode;
	editor->stale = true;
	return MHEX_OK;
}

HANDLER(cmd_mode)
{
	OpenFile *file = editor_file(editor);
	typing_leave(editor);
	file->cursor.nibble = 0;
	switch (args->text[0]) {
	case 'i':
		return enter(editor, MODE_INSERT, err);
	case 'a': {
		const MhexStatus status = enter(editor, MODE_INSERT, err);
		if (!status)
			view_move(editor, file->cursor.offset + 1);
		return status;
	}
	case 'n':
		return enter(editor, MODE_NORMAL, err);
	default:
		break;
	}
	if (args->text[1] == 'n')
		return enter(editor, MODE_ONE, err);
	return enter(editor, args->text[1] == 't' ? other_mode(file) : MODE_OVERWRITE,
		     err);
}
