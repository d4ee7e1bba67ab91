/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/frame_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "editor/match_view.h"
#include "mhex/inspect.h"
#include "render/rune.h"

/* ---- status line, prompt, hint ---- */

static const char *mode_text(const OpenFile *file)
{
	switch (file->mode) {
	case MODE_OVERWRITE:
		return "OVERWRITE";
	case MODE_INSERT:
		return "INSERT";
	case MODE_ONE:
		return "REPLACE";
	case MODE_NORMAL:
		break;
	}
	return file->selecting ? "SELECT" : "NORMAL";
}

static const char *hint_text(const Editor *editor)
{
	if (document_access(editor_file(editor)->doc) == ACCESS_VIEW)
		return "F1 help   / search   F4 goto   Tab text column   F8 inspector   "
		       "q quit";
	if (editor->keymap.plain)
		return "Type hex digits over bytes   F1 help   F7 search   F4 goto   "
		       "Ctrl-Z undo   "
		       "F2 save   F10 quit";
	return "F1 help   R overwrite   i insert   Esc leaves   / search   F4 goto   u "
	       "undo   "
	       "F2 save   q quit";
}

static void add_pending(Editor *editor, Frame *frame)
{
	StrBuf *pending = &editor->frame.pending;
	strbuf_clear(pending);
	if (editor->has_count)
		strbuf_printf(pending, "%" PRIu64, editor->count);
	strbuf_add_escaped(pending, strbuf_text(&editor->pending),
			   editor->pending.length);
	frame->pending = strbuf_text(pending);
}

/* The question, two blanks, its answers. Where they do not fit on one line the question
 * stands above. */
static void add_question(Editor *editor, Frame *frame)
{
	StrBuf *text = &editor->frame.prompt;
	const char *question = editor->question.text;
	const char *answers = strstr(question, "  ");
	editor->question.unseen = false;
	frame->prompt = question;
	if (answers && rune_text_width(question, strlen(question)) >= editor->cols) {
		strbuf_add(text, question, (size_t)(answers - question));
		frame->message = strbuf_text(text);
		frame->message_is_error = false;
		frame->prompt = answers + 2;
	}
	frame->prompt_cursor = strlen(frame->prompt);
}

static void add_prompt(Editor *editor, Frame *frame)
{
	StrBuf *text = &editor->frame.prompt;
	strbuf_clear(text);
	if (editor->question.active) {
		add_question(editor, frame);
	} else if (editor->prompt.active) {
		strbuf_add_char(text, ':');
		strbuf_add_text(text, strbuf_text(&editor->prompt.line));
		frame->prompt = strbuf_text(text);
		frame->prompt_cursor = editor->prompt.cursor + 1;
	}
}

void frame_add_status(Editor *editor, Frame *frame)
{
	const OpenFile *file = editor_file(editor);
	frame->mode = mode_text(file);
	frame->access = document_access(file->doc);
	frame->name = file->name;
	frame->sign = outside_sign(file);
	frame->is_modified = document_is_modified(file->doc);
	frame->modified_bytes = document_modified_bytes(file->doc);
	frame->selection_length = file->has_selection ? file->selection.length : 0;
	frame->message = strbuf_text(&editor->message);
	frame->message_is_error = editor->message_is_error;
	task_progress(editor, &editor->frame.progress);
	frame->progress = strbuf_text(&editor->frame.progress);
	if (editor->fault_caret >= 0) {
		frame->fault_line = strbuf_text(&editor->fault_line);
		frame->fault_caret = editor->fault_caret;
	}
	frame->hint = hint_text(editor);
	add_pending(editor, frame);
	add_prompt(editor, frame);
}

/* ---- data inspector ---- */

/* Rows of one group, "u16", stand side by side: little and big endian. */
static size_t group_end(size_t first)
{
	size_t end = first + 1;
	while (end < inspect_count &&
	       strcmp(inspect_table[end].group, inspect_table[first].group) == 0)
		end++;
	return end;
}

/* False when the bytes are no such value in either order. */
static bool add_values(const Editor *editor, size_t first, const uint8_t *bytes,
		       size_t length, StrBuf *out)
{
	char texts[2][INSPECT_TEXT] = {"", ""};
	const size_t count = group_end(first) - first;
	bool any = false;
	for (size_t i = 0; i < count && i < 2; i++)
		any |= inspect_format(&inspect_table[first + i], bytes, length, texts[i]);
	if (!any)
		return false;
	const bool swap = count > 1 && editor->settings.endian == ENDIAN_BIG;
	strbuf_add_text(out, texts[swap]);
	if (count > 1 && strcmp(texts[0], texts[1]) != 0) {
		strbuf_add_text(out, " \xc2\xb7 ");
		strbuf_add_text(out, texts[!swap]);
	}
	strbuf_add_char(out, '\0');
	return true;
}

/* The bytes at the cursor that can be read. */
static size_t read_for_inspector(const OpenFile *file, uint8_t bytes[INSPECT_BYTES])
{
	uint8_t states[INSPECT_BYTES];
	const uint64_t size = document_size(file->doc);
	const uint64_t left = size - file->cursor.offset;
	size_t length = left < INSPECT_BYTES ? (size_t)left : INSPECT_BYTES;
	if (document_read(file->doc, file->cursor.offset, bytes, length, states, NULL))
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (states[i] & BYTE_UNREADABLE)
			length = i;
	}
	return length;
}

static bool reserve_items(Editor *editor)
{
	if (!editor->frame.items)
		editor->frame.items =
			calloc(inspect_count, sizeof(editor->frame.items[0]));
	return editor->frame.items != NULL;
}

void frame_add_inspector(Editor *editor, Frame *frame)
{
	uint8_t bytes[INSPECT_BYTES];
	StrBuf *text = &editor->frame.inspector;
	if (frame->layout.inspector_rows == 0 || !reserve_items(editor))
		return;
	const size_t length = read_for_inspector(editor_file(editor), bytes);
	size_t count = 0;
	strbuf_clear(text);
	for (size_t i = 0; i < inspect_count; i = group_end(i)) {
		if (add_values(editor, i, bytes, length, text))
			editor->frame.items[count++].name = inspect_table[i].group;
	}
	/* The text does not move any more: now it can be pointed into. */
	const char *value = strbuf_text(text);
	for (size_t i = 0; i < count && !text->failed; i++) {
		editor->frame.items[i].value = value;
		value += strlen(value) + 1;
	}
	frame->inspector = editor->frame.items;
	frame->inspector_count = text->failed ? 0 : count;
}

/* ---- popup ---- */

bool frame_reserve_lines(Editor *editor, size_t count)
{
	if (count <= editor->frame.line_capacity)
		return true;
	const char **lines = reallocarray(editor->frame.lines, count, sizeof(*lines));
	if (!lines)
		return false;
	editor->frame.lines = lines;
	editor->frame.line_capacity = count;
	return true;
}

static void add_list(Editor *editor, Frame *frame)
{
	const List *list = &editor->list;
	if (!frame_reserve_lines(editor, list->count + 1))
		return;
	for (size_t i = 0; i < list->count; i++)
		editor->frame.lines[i] = list->rows[i].text;
	frame->popup = (FramePopup){
		.title = list->title,
		.lines = editor->frame.lines,
		.count = list->count,
		.top = list->top,
		.selected = list->selectable ? list->selected : SIZE_MAX,
		.footer = list->selectable ? "Enter goes there, Esc closes"
					   : "arrows scroll, Esc closes",
	};
}

static void add_completions(Editor *editor, Frame *frame)
{
	const Prompt *prompt = &editor->prompt;
	if (!frame_reserve_lines(editor, prompt->candidate_count))
		return;
	for (size_t i = 0; i < prompt->candidate_count; i++)
		editor->frame.lines[i] = prompt->candidates[i];
	frame->popup = (FramePopup){
		.title = "",
		.lines = editor->frame.lines,
		.count = prompt->candidate_count,
		.selected = prompt->completing ? prompt->candidate_at : SIZE_MAX,
		.at_bottom = true,
	};
}

void frame_add_popup(Editor *editor, Frame *frame)
{
	if (editor->list.of_matches)
		match_view_frame(editor, frame);
	else if (editor->list.active)
		add_list(editor, frame);
	else if (editor->prompt.active && editor->prompt.candidate_count > 1)
		add_completions(editor, frame);
}
