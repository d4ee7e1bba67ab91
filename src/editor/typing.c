/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/digit.h"
#include "editor/editor_private.h"
#include "editor/typed_text.h"

/*
 * Bytes typed and pasted.
 *
 * In preview the first nibble changes the byte at once and the second joins the
 * step; in live a half-typed byte would be a real byte in the file, so it is kept
 * here until its second nibble is typed.
 */

void typing_leave(Editor *editor)
{
	OpenFile *file = editor_file(editor);
	if (!file)
		return;
	if (file->half_typed)
		editor->stale = true;
	file->half_typed = false;
	file->typing = false;
}

static int nibble_of(const char *key)
{
	return key[1] == '\0' ? digit_value(key[0]) : -1;
}

/* Text of a key that stands for itself, or NULL. */
static const char *text_of(const char *key)
{
	if (strcmp(key, "<lt>") == 0)
		return "<";
	if (strcmp(key, "<Space>") == 0)
		return " ";
	return key[0] == '<' && key[1] != '\0' ? NULL : key;
}

/* One edit of a run: it joins the one before. */
static MhexStatus put(Editor *editor, const void *bytes, size_t length, bool insert,
		      MhexError *err)
{
	OpenFile *file = editor_file(editor);
	if (file->typing)
		document_join(file->doc);
	file->has_selection = false;
	file->selecting = false;
	const uint64_t offset = file->cursor.offset;
	const MhexStatus status =
		insert ? document_insert(file->doc, offset, bytes, length, err)
		       : document_overwrite(file->doc, offset, bytes, length, err);
	if (status)
		return status;
	file->typing = true;
	editor->edited = true;
	editor->at_match = false;
	return MHEX_OK;
}

/* "repeat" types the whole run again. */
static void remember_typed(Editor *editor, const uint8_t *bytes, size_t length,
			   bool insert)
{
	StrBuf *line = &editor->last_edit;
	editor->last_edit_count = 0;
	if (!editor_file(editor)->goes_on) {
		strbuf_clear(line);
		strbuf_add_text(line, insert ? "insert" : "overwrite");
	}
	for (size_t i = 0; i < length; i++)
		strbuf_printf(line, " %02x", bytes[i]);
}

static void advance(Editor *editor, size_t length)
{
	OpenFile *file = editor_file(editor);
	file->cursor.offset += length;
	file->cursor.nibble = 0;
	if (file->mode == MODE_ONE) {
		file->cursor.offset -= length;
		file->mode = MODE_NORMAL;
		file->typing = false;
	}
	view_show_cursor(editor);
}

static uint8_t byte_at(OpenFile *file, uint64_t offset)
{
	uint8_t byte = 0;
	if (offset < document_size(file->doc))
		(void)document_read(file->doc, offset, &byte, 1, NULL, NULL);
	return byte;
}

static MhexStatus type_half(Editor *editor, unsigned nibble, MhexError *err)
{
	OpenFile *file = editor_file(editor);
	const bool live = document_access(file->doc) == ACCESS_LIVE;
	const uint64_t offset = file->cursor.offset;
	const bool insert = file->mode == MODE_INSERT;
	file->goes_on = file->typing;
	const uint8_t old = insert ? 0 : byte_at(file, offset);
	const uint8_t byte = (uint8_t)((nibble << 4) | (old & 0x0fU));
	if (live) {
		if (offset >= document_size(file->doc))
			return mhex_fail(err, MHEX_E_READONLY,
					 "the end: the size is fixed in live");
		file->half_typed = true;
		file->half_value = byte;
	} else {
		const MhexStatus status = put(editor, &byte, 1, insert, err);
		if (status)
			return status;
	}
	file->cursor.nibble = 1;
	view_show_cursor(editor);
	return MHEX_OK;
}

static MhexStatus type_rest(Editor *editor, unsigned nibble, MhexError *err)
{
	OpenFile *file = editor_file(editor);
	const uint8_t high =
		file->half_typed ? file->half_value : byte_at(file, file->cursor.offset);
	const uint8_t byte = (uint8_t)((high & 0xf0U) | nibble);
	const bool insert = file->mode == MODE_INSERT;
	file->half_typed = false;
	const MhexStatus status = put(editor, &byte, 1, false, err);
	if (status)
		return status;
	remember_typed(editor, &byte, 1, insert);
	advance(editor, 1);
	return MHEX_OK;
}

static MhexStatus type_text(Editor *editor, const char *text, MhexError *err)
{
	uint8_t bytes[TYPED_TEXT_MAX];
	size_t length = 0;
	OpenFile *file = editor_file(editor);
	const bool insert = file->mode == MODE_INSERT;
	file->goes_on = file->typing;
	if (!typed_text_encode((TextCharset)editor->settings.text, text, bytes, &length))
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "the text column's character set has no \"%s\"", text);
	const MhexStatus status = put(editor, bytes, length, insert, err);
	if (status)
		return status;
	remember_typed(editor, bytes, length, insert);
	advance(editor, length);
	return MHEX_OK;
}

static bool may_type(Editor *editor)
{
	MhexError why;
	if (document_access(editor_file(editor)->doc) == ACCESS_VIEW)
		(void)file_refuse_view(&why);
	else if (task_editing(editor))
		(void)mhex_fail(&why, MHEX_E_BUSY, "another edit is still running");
	else
		return true;
	editor_say(editor, "%s", why.message);
	return false;
}

void typing_key(Editor *editor, const char *key, bool *used)
{
	OpenFile *file = editor_file(editor);
	MhexError err;
	MhexStatus status = MHEX_OK;
	const int nibble = nibble_of(key);
	const char *text = text_of(key);
	*used = false;
	if (file->mode == MODE_NORMAL || !text)
		return;
	const bool hex = file->cursor.pane == PANE_HEX;
	const bool commands = hex && editor->keymap.plain && file->mode != MODE_ONE;
	if ((hex && nibble < 0 && commands) || editor->pending.length > 0)
		return;
	*used = true;
	if (!may_type(editor))
		return;
	if (hex && nibble < 0)
		editor_say(editor,
			   "\"%s\" is no hex digit: Tab goes to the text column, "
			   "Esc leaves",
			   text);
	else if (!hex)
		status = type_text(editor, text, &err);
	else if (file->cursor.nibble == 0)
		status = type_half(editor, (unsigned)nibble, &err);
	else
		status = type_rest(editor, (unsigned)nibble, &err);
	if (status)
		editor_complain(editor, &err);
}

void typing_backspace(Editor *editor)
{
	OpenFile *file = editor_file(editor);
	MhexError err;
	const uint64_t offset = file->cursor.offset;
	if (file->cursor.nibble == 1 || file->half_typed) {
		const bool insert = file->mode == MODE_INSERT && !file->half_typed;
		file->cursor.nibble = 0;
		file->half_typed = false;
		if (insert && document_delete(file->doc, (Range){offset, 1}, &err))
			editor_complain(editor, &err);
		file->typing = false;
		view_show_cursor(editor);
		return;
	}
	if (offset == 0)
		return;
	if (file->mode == MODE_INSERT) {
		if (document_delete(file->doc, (Range){offset - 1, 1}, &err)) {
			editor_complain(editor, &err);
			return;
		}
		file->typing = false;
		view_after_edit(editor, offset - 1);
		return;
	}
	view_move(editor, offset - 1);
}

/* ---- paste ---- */

static void paste_into_prompt(Editor *editor, const uint8_t *bytes, size_t length)
{
	prompt_insert(&editor->prompt, (const char *)bytes, length);
	editor->stale = true;
}

static void paste_bytes(Editor *editor, const uint8_t *bytes, size_t length)
{
	OpenFile *file = editor_file(editor);
	MhexError err;
	const bool insert = file->mode == MODE_INSERT;
	typing_leave(editor);
	document_begin(file->doc);
	const MhexStatus status = put(editor, bytes, length, insert, &err);
	document_end(file->doc);
	file->typing = false;
	if (status) {
		editor_complain(editor, &err);
		return;
	}
	view_after_edit(editor, file->cursor.offset + length);
	editor_say(editor, "%zu bytes pasted", length);
}

static void paste_hex(Editor *editor, const char *text, size_t length)
{
	uint8_t *bytes = NULL;
	size_t count = 0;
	MhexError err;
	if (bytes_parse(text, length, &bytes, &count, &err)) {
		editor_complain(editor, &err);
		strbuf_clear(&editor->fault_line);
		strbuf_add_escaped(&editor->fault_line, text,
				   length < 200 ? length : 200);
		editor->fault_caret = err.caret;
		return;
	}
	paste_bytes(editor, bytes, count);
	free(bytes);
}

void typing_paste(Editor *editor, const uint8_t *bytes, size_t length)
{
	OpenFile *file = editor_file(editor);
	if (editor->prompt.active) {
		paste_into_prompt(editor, bytes, length);
	} else if (file->mode == MODE_NORMAL || file->mode == MODE_ONE) {
		editor_say(editor,
			   "pasting text needs OVERWRITE (R) or INSERT (i); p puts what "
			   "was copied here");
	} else if (may_type(editor) && length > 0) {
		if (file->cursor.pane == PANE_HEX)
			paste_hex(editor, (const char *)bytes, length);
		else
			paste_bytes(editor, bytes, length);
	}
}
