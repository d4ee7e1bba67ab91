/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Edits and undo that survive the program: the journals of the open files, from time to
 * time. */

#include "document/edit_journal.h"
#include "document/undo_file.h"
#include "editor/editor_private.h"

enum {
	LOOK_MS = 1000
};

static void complain_once(Editor *editor, MhexError *err)
{
	if (editor->told_not_kept)
		return;
	editor->told_not_kept = true;
	mhex_error_prefix(err, "edits would not survive a crash: ");
	editor_complain(editor, err);
}

static void start(Editor *editor, OpenFile *file)
{
	MhexError err;
	file->keeping = true;
	if (edit_journal_start(file->doc, &err))
		complain_once(editor, &err);
}

/* ---- The history ---- */

void keeping_read_history(Editor *editor, OpenFile *file)
{
	MhexError err;
	if (!editor->settings.undo_persist)
		return;
	const MhexStatus status = undo_file_read(file->doc, &err);
	if (status && status != MHEX_E_NOTFOUND)
		editor_complain(editor, &err);
}

static void write_history(Editor *editor, OpenFile *file)
{
	MhexError err;
	if (!undo_file_write(file->doc, &err))
		return;
	mhex_error_prefix(&err, "undo is not kept for the next time: ");
	editor_complain(editor, &err);
}

/* What takes longer waits until the document is closed. */
static void keep_histories(Editor *editor)
{
	for (size_t i = 0; i < editor->file_count && editor->settings.undo_persist; i++) {
		OpenFile *file = editor->files[i];
		if (undo_file_is_due(file->doc, false) && undo_file_is_quick(file->doc))
			write_history(editor, file);
	}
}

/* ---- From time to time ---- */

static void look_for_others(Editor *editor, OpenFile *file)
{
	const size_t others = edit_journal_others(file->doc);
	if (others > file->others)
		editor_say(editor, "another mhex has %s open", file->name);
	file->others = others;
}

void keeping_start(Editor *editor)
{
	OpenFile *file = editor_file(editor);
	if (file && !file->keeping && editor->options.keep_state &&
	    document_access(file->doc) == ACCESS_LIVE)
		start(editor, file);
}

void keeping_tick(Editor *editor)
{
	MhexError err;
	const bool look = editor->now_ms >= editor->looked_ms + LOOK_MS;
	keep_histories(editor);
	if (!editor->options.keep_state)
		return;
	if (look)
		editor->looked_ms = editor->now_ms;
	for (size_t i = 0; i < editor->file_count; i++) {
		OpenFile *file = editor->files[i];
		leftovers_let_go(editor, file);
		/* One that has no name yet may get one. */
		if (!file->keeping && document_path(file->doc))
			start(editor, file);
		else if (edit_journal_flush(file->doc, &err))
			complain_once(editor, &err);
		if (look && !file->leftover.kind)
			look_for_others(editor, file);
	}
}

void keeping_end(Editor *editor, OpenFile *file)
{
	if (editor->settings.undo_persist && undo_file_is_due(file->doc, true))
		(void)undo_file_write(file->doc, NULL);
	edit_journal_end(file->doc, editor->keep_all || file_unsaved(file) > 0);
}

bool editor_keep_edits(Editor *editor, size_t index)
{
	OpenFile *file = editor->files[index];
	editor->keep_all = true;
	if (!editor->options.keep_state)
		return false;
	if (!file->keeping)
		(void)edit_journal_start(file->doc, NULL);
	file->keeping = true;
	return edit_journal_flush(file->doc, NULL) == MHEX_OK &&
	       edit_journal_is_kept(file->doc);
}
