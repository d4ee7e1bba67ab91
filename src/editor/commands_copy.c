/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "editor/commands.h"
#include "editor/editor_private.h"

/* More than this is not offered to the system's clipboard. */
enum {
	CLIPBOARD_MAX = 32 << 10
};

/* Hex digits in the hex column, the bytes themselves in the text column. */
static void offer_clipboard(Editor *editor, Pane pane)
{
	uint8_t bytes[256];
	const uint64_t length = clip_length(editor->clip);
	strbuf_clear(&editor->clipboard);
	if (editor->options.batch || length > CLIPBOARD_MAX)
		return;
	for (uint64_t at = 0; at < length; at += sizeof(bytes)) {
		const uint64_t left = length - at;
		const size_t part = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);
		if (clip_read(editor->clip, at, bytes, part, NULL))
			return;
		if (pane == PANE_TEXT)
			strbuf_add(&editor->clipboard, bytes, part);
		for (size_t i = 0; pane == PANE_HEX && i < part; i++)
			strbuf_printf(&editor->clipboard, at + i ? " %02x" : "%02x",
				      bytes[i]);
	}
	editor->clipboard_ready = !editor->clipboard.failed;
}

static MhexStatus take(Editor *editor, Range *range, MhexError *err)
{
	OpenFile *file = editor_file(editor);
	Clip *clip = NULL;
	*range = selection_or_bytes(editor, editor->has_count ? editor->count : 1);
	if (range->length == 0)
		return mhex_fail(err, MHEX_E_RANGE, "nothing to copy here");
	const MhexStatus status = document_copy(file->doc, *range, &clip, err);
	if (status)
		return status;
	clip_free(editor->clip);
	editor->clip = clip;
	offer_clipboard(editor, file->cursor.pane);
	return MHEX_OK;
}

HANDLER(cmd_copy)
{
	(void)args;
	Range range;
	OpenFile *file = editor_file(editor);
	const MhexStatus status = take(editor, &range, err);
	if (status)
		return status;
	if (file->has_selection && file->selecting)
		file->cursor.offset = range.offset;
	selection_clear(file);
	view_show_cursor(editor);
	editor_say(editor, "%" PRIu64 " bytes copied", range.length);
	return MHEX_OK;
}

HANDLER(cmd_cut)
{
	(void)args;
	Range range;
	MhexStatus status = take(editor, &range, err);
	if (!status)
		status = document_delete(editor_file(editor)->doc, range, err);
	if (status)
		return status;
	view_after_edit(editor, range.offset);
	editor_say(editor, "%" PRIu64 " bytes cut", range.length);
	return MHEX_OK;
}

static MhexStatus put(Editor *editor, uint64_t offset, bool insert, MhexError *err)
{
	OpenFile *file = editor_file(editor);
	if (!editor->clip)
		return mhex_fail(err, MHEX_E_NOTFOUND, "nothing was copied yet");
	const MhexStatus status =
		document_paste(file->doc, offset, editor->clip, insert, err);
	if (status)
		return status;
	const uint64_t length = clip_length(editor->clip);
	view_after_edit(editor,
			insert && file->mode == MODE_NORMAL ? offset : offset + length);
	editor_say(editor, "%" PRIu64 " bytes pasted", length);
	return MHEX_OK;
}

static bool pastes_by_inserting(const OpenFile *file)
{
	return file->mode != MODE_OVERWRITE && document_access(file->doc) != ACCESS_LIVE;
}

HANDLER(cmd_paste)
{
	const OpenFile *file = editor_file(editor);
	bool insert = pastes_by_inserting(file);
	if (args->has_argument)
		insert = args->text[0] == 'i';
	return put(editor, file->cursor.offset, insert, err);
}

HANDLER(cmd_put)
{
	const OpenFile *file = editor_file(editor);
	const bool insert = pastes_by_inserting(file);
	const bool after = insert && args->text[0] == 'a' &&
			   file->cursor.offset < document_size(file->doc);
	return put(editor, file->cursor.offset + after, insert, err);
}
