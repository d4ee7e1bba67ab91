/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Edits and undo that survive the program: the journals of the open files, from time to
 * time. */

#include <errno.h>

#include "document/edit_journal.h"
#include "document/undo_file.h"
#include "editor/editor_private.h"

enum {
	LOOK_MS = 1000,
	RETRY_MS = 2000, /* where there was no room */
};

static void complain_once(Editor *editor, MhexError *err)
{
	if (editor->told_not_kept)
		return;
	editor->told_not_kept = true;
	mhex_error_prefix(err, "edits would not survive a crash: ");
	editor_complain(editor, err);
}

/* Edits go on; when the disk was full, the next try comes by itself. */
static void not_kept(Editor *editor, OpenFile *file, MhexError *err)
{
	if (err->sys_errno == ENOSPC || err->sys_errno == EDQUOT)
		file->retry_ms = editor->now_ms + RETRY_MS;
	complain_once(editor, err);
}

static void start(Editor *editor, OpenFile *file)
{
	MhexError err;
	file->keeping = true;
	if (edit_journal_start(file->doc, &err))
		not_kept(editor, file, &err);
}

static void write_on(Editor *editor, OpenFile *file)
{
	MhexError err;
	if (edit_journal_go_on(file->doc, &file->writing, &err))
		not_kept(editor, file, &err);
	else if (file->writing) /* once more between two keys */
		job_wake_set(editor->wake_fd);
}

static void try_again(Editor *editor, OpenFile *file)
{
	if (file->retry_ms == 0 || editor->now_ms < file->retry_ms)
		return;
	file->retry_ms = 0;
	edit_journal_anew(file->doc);
	start(editor, file);
	write_on(editor, file);
	if (file->retry_ms > 0 || !edit_journal_is_kept(file->doc))
		return;
	editor->told_not_kept = false;
	editor_say(editor, "%s: edits survive a crash again", file->name);
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
	if (undo_file_write_some(file->doc, &file->history, &err)) {
		mhex_error_prefix(&err, "undo is not kept for the next time: ");
		editor_complain(editor, &err);
	} else if (file->history) { /* once more between two keys */
		job_wake_set(editor->wake_fd);
	}
}

/* What takes longer waits until the document is closed. */
static void keep_histories(Editor *editor)
{
	for (size_t i = 0; i < editor->file_count && editor->settings.undo_persist; i++) {
		OpenFile *file = editor->files[i];
		if (!file->history && undo_file_is_due(file->doc, false) &&
		    undo_file_is_quick(file->doc))
			write_history(editor, file);
	}
}

void keeping_go_on(Editor *editor)
{
	for (size_t i = 0; i < editor->file_count; i++) {
		if (editor->files[i]->writing)
			write_on(editor, editor->files[i]);
		if (editor->files[i]->history)
			write_history(editor, editor->files[i]);
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
		else
			write_on(editor, file);
		try_again(editor, file);
		if (look && !file->leftover.kind)
			look_for_others(editor, file);
	}
}

void keeping_end(Editor *editor, OpenFile *file)
{
	undo_writing_free(file->history);
	file->history = NULL;
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
