/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "editor/command_line.h"
#include "editor/commands.h"
#include "editor/editor_private.h"
#include "mhex/inspect.h"

/* ---- set ---- */

static void apply(Editor *editor, unsigned stale)
{
	if (stale & STALE_KEYS)
		editor->keymap.plain = editor->settings.keys == KEYS_PLAIN;
	for (size_t i = 0; i < editor->file_count; i++) {
		OpenFile *file = editor->files[i];
		if (stale & STALE_WINDOW)
			document_set_window(file->doc, (size_t)editor->settings.window);
		if (stale & STALE_LOCK)
			document_set_lock(file->doc, editor->settings.lock);
		if (stale & STALE_MEMORY)
			document_set_undo_memory(file->doc, editor->settings.undo_memory);
		if (stale & STALE_UNDO)
			keeping_read_history(editor, file);
		if ((stale & STALE_KEYS) && document_access(file->doc) != ACCESS_VIEW)
			file->mode = editor->keymap.plain ? MODE_OVERWRITE : MODE_NORMAL;
	}
	if (editor->file_count > 0 && (stale & STALE_LAYOUT))
		view_show_cursor(editor);
	editor->stale = true;
}

MhexStatus editor_set(Editor *editor, const char *assignment, MhexError *err)
{
	unsigned stale = STALE_NOTHING;
	const MhexStatus status = settings_set(&editor->settings, assignment,
					       strlen(assignment), &stale, err);
	if (!status)
		apply(editor, stale);
	return status;
}

static MhexStatus print_setting(Editor *editor, const Setting *row, MhexError *err)
{
	char text[128];
	settings_print(&editor->settings, row, text, sizeof(text));
	if (editor->options.batch)
		return editor_print(editor, err, "%s\n", text);
	editor_say(editor, "%s", text);
	return MHEX_OK;
}

static MhexStatus print_settings(Editor *editor, MhexError *err)
{
	char text[128];
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; i < setting_count && !status; i++) {
		settings_print(&editor->settings, &setting_table[i], text, sizeof(text));
		status = editor->options.batch
				 ? editor_print(editor, err, "%s\n", text)
				 : editor_print(editor, err, "%-20s %s\n", text,
						setting_table[i].summary);
	}
	return status;
}

/* "NAME?" prints, "NAME!" turns a switch over. */
static MhexStatus ask_or_toggle(Editor *editor, const CommandArgs *args, MhexError *err)
{
	char text[64];
	const char sign = args->text[args->length - 1];
	const Setting *row = setting_find(args->text, args->length - 1);
	if (!row)
		return mhex_fail_at(err, args->caret, "no such setting: %.*s",
				    (int)args->length - 1, args->text);
	if (sign == '?')
		return print_setting(editor, row, err);
	if (row->type != SETTING_BOOL)
		return mhex_fail_at(err, args->caret, "%s is not on or off", row->name);
	settings_print(&editor->settings, row, text, sizeof(text));
	const bool on = strcmp(text + strlen(row->name), "=on") == 0;
	(void)snprintf(text, sizeof(text), "%s=%s", row->name, on ? "off" : "on");
	return editor_set(editor, text, err);
}

HANDLER(cmd_set)
{
	unsigned stale = STALE_NOTHING;
	if (!args->has_argument)
		return print_settings(editor, err);
	const char last = args->text[args->length - 1];
	if (last == '?' || last == '!')
		return ask_or_toggle(editor, args, err);
	const MhexStatus status =
		settings_set(&editor->settings, args->text, args->length, &stale, err);
	if (!status)
		apply(editor, stale);
	return mhex_error_shift(status, args->caret, err);
}

/* ---- bind, source, help ---- */

HANDLER(cmd_bind)
{
	const size_t blank = strcspn(args->text, " \t");
	char *key = strndup(args->text, blank);
	const char *line = args->text + blank + strspn(args->text + blank, " \t");
	CommandLine split;
	MhexStatus status = MHEX_OK;
	if (!key)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	if (!keymap_valid(key))
		status =
			mhex_fail_at(err, args->caret,
				     "no key: want such as a, gg, <C-f>, <F5>, <M-Left>");
	else if (*line == '\0')
		status = mhex_fail_at(err, args->caret + args->length,
				      "the command line is missing");
	else
		status = command_line_split(line, true, &split, err);
	if (!status && !keymap_bind(&editor->keymap, key, line))
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	free(key);
	return status;
}

HANDLER(cmd_source)
{
	return script_run_file(editor, args->file, false, err);
}

HANDLER(cmd_help)
{
	return help_print(editor, args->text, args->length, err);
}

/* ---- information ---- */

HANDLER(cmd_version)
{
	(void)args;
	if (!editor->options.batch) {
		editor_say(editor, "mhex " MHEX_VERSION);
		return MHEX_OK;
	}
	return editor_print(editor, err, "mhex %s\n", MHEX_VERSION);
}

/* "2026-11-25 21:40:05", where we are. */
static const char *time_text(int64_t seconds, char *text, size_t size)
{
	const time_t time = (time_t)seconds;
	struct tm parts;
	if (!localtime_r(&time, &parts) ||
	    strftime(text, size, "%Y-%m-%d %H:%M:%S", &parts) == 0)
		text[0] = '\0';
	return text;
}

static const char *name_text(DocumentChange state)
{
	if (state == DOCUMENT_REPLACED)
		return "another file has it";
	return state == DOCUMENT_GONE ? "gone" : "got back";
}

/* What others did, as far as they did anything. */
static MhexStatus print_outside(Editor *editor, const DocumentInfo *info, MhexError *err)
{
	char when[32];
	MhexStatus status = MHEX_OK;
	if (info->changed_at)
		status = editor_print(editor, err,
				      "changed   by another process, seen %s\n",
				      time_text(info->changed_at, when, sizeof(when)));
	if (!status && info->name_at)
		status = editor_print(
			editor, err, "name      %s, seen %s\n",
			name_text(document_name_state(editor_file(editor)->doc)),
			time_text(info->name_at, when, sizeof(when)));
	if (!status && info->beyond)
		status = editor_print(editor, err,
				      "beyond    %" PRIu64
				      " modified bytes lie behind the end of the file\n",
				      info->beyond);
	return status;
}

HANDLER(cmd_info)
{
	(void)args;
	DocumentInfo info;
	StrBuf path = {0};
	const OpenFile *file = editor_file(editor);
	outside_look(editor);
	document_get_info(file->doc, &info);
	const char *known = document_path(file->doc);
	if (known)
		strbuf_add_escaped(&path, known, strlen(known));
	else
		strbuf_add_text(&path, file->name);
	MhexStatus status = editor_print(
		editor, err,
		"path      %s\nkind      %s\naccess    %s\nsize      %" PRIu64
		" (0x%" PRIx64 ")\non disk   %" PRIu64 "\n",
		strbuf_text(&path), info.kind, access_name(document_access(file->doc)),
		info.size, info.size, info.file_size);
	strbuf_free(&path);
	if (!status)
		status = print_outside(editor, &info, err);
	if (status)
		return status;
	return editor_print(
		editor, err,
		"modified  %" PRIu64 " bytes in %" PRIu64 " pieces\nundo      %" PRIu64
		" steps back, %" PRIu64 " forward\nmemory    %" PRIu64
		" bytes of edits\nwindows   %zu, %" PRIu64 " bytes\n",
		info.modified_bytes, info.pieces, info.undo_steps, info.redo_steps,
		info.memory, info.windows, info.window_bytes);
}

HANDLER(cmd_inspect)
{
	uint8_t bytes[INSPECT_BYTES];
	uint8_t states[INSPECT_BYTES];
	char text[INSPECT_TEXT];
	const OpenFile *file = editor_file(editor);
	const uint64_t offset = args->has_at ? args->at : file->cursor.offset;
	const uint64_t size = document_size(file->doc);
	MhexStatus status = view_check_offset(editor, offset, err);
	if (status)
		return status;
	size_t length =
		size - offset < INSPECT_BYTES ? (size_t)(size - offset) : INSPECT_BYTES;
	status = document_read(file->doc, offset, bytes, length, states, err);
	for (size_t i = 0; i < length && !status; i++) {
		if (states[i] & BYTE_UNREADABLE)
			length = i;
	}
	for (size_t i = 0; i < inspect_count && !status; i++) {
		const InspectRow *row = &inspect_table[i];
		if (inspect_format(row, bytes, length, text))
			status = editor_print(editor, err,
					      editor->options.batch ? "%s %s\n"
								    : "%-10s %s\n",
					      row->name, text);
	}
	return status;
}

HANDLER(cmd_dump)
{
	const Range all = {0, document_size(editor_file(editor)->doc)};
	return dump_print(editor, args->has_in ? args->in : all, err);
}

/* ---- the screen ---- */

HANDLER(cmd_suspend)
{
	(void)args;
	(void)err;
	editor->want_suspend = true;
	return MHEX_OK;
}

HANDLER(cmd_redraw)
{
	(void)args;
	(void)err;
	editor->want_redraw = true;
	editor->stale = true;
	return MHEX_OK;
}

/* A search begun in the text column most likely looks for text. */
HANDLER(cmd_prompt)
{
	(void)err;
	StrBuf text = {0};
	const bool find = args->length >= 4 && memcmp(args->text, "find", 4) == 0;
	strbuf_add(&text, args->text, args->length);
	if (args->length > 0)
		strbuf_add_char(&text, ' ');
	if (find && editor_file(editor)->cursor.pane == PANE_TEXT)
		strbuf_add_char(&text, '"');
	prompt_open(&editor->prompt, strbuf_text(&text));
	strbuf_free(&text);
	editor->stale = true;
	return MHEX_OK;
}

HANDLER(cmd_cancel)
{
	if (task_cancel(editor))
		return MHEX_OK;
	if (editor_file(editor)->has_selection)
		return cmd_copy(editor, args, err);
	editor_say(editor,
		   "Ctrl-C copies a selection and stops a search; q or :quit leaves");
	return MHEX_OK;
}

void show_result(Editor *editor, const char *title)
{
	const char *text = strbuf_text(&editor->result);
	if (editor->result.length == 0)
		return;
	if (!list_open(&editor->list, title) || !list_add_lines(&editor->list, text))
		editor_say(editor, "out of memory");
	strbuf_clear(&editor->result);
	editor->stale = true;
}
