/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What other processes do to the file that is shown, and to the others in turn: looked
 * for, and told. */

#include <inttypes.h>
#include <string.h>

#include "editor/editor_private.h"
#include "storage/watch.h"

enum {
	QUIET_MS = 10000,
	HIDDEN_AT_ONCE = 4 /* documents that are not shown, a tick */
};

static void say_shrunk(Editor *editor, const OpenFile *file, uint64_t size)
{
	const uint64_t beyond = document_bytes_beyond(file->doc);
	if (beyond > 0)
		editor_say(editor,
			   "%s shrank to %" PRIu64 " bytes; %" PRIu64
			   " edited bytes lie behind its end and are kept",
			   file->name, size, beyond);
	else
		editor_say(editor,
			   file == editor_file(editor)
				   ? "%s shrank to %" PRIu64
				     " bytes; what is gone shows ??, F5 reloads"
				   : "%s shrank to %" PRIu64 " bytes",
			   file->name, size);
}

static bool was_quiet(const Editor *editor, const OpenFile *file)
{
	return !file->changed_ms || editor->now_ms >= file->changed_ms + QUIET_MS;
}

/* Once for changes that follow each other closely. */
static void say_changed(Editor *editor, const OpenFile *file)
{
	const bool error = editor->message_is_error && editor->message.length > 0;
	const bool hidden_edits =
		file != editor_file(editor) && document_is_modified(file->doc);
	if (was_quiet(editor, file) && !error)
		editor_say(editor, "%s was changed by another process%s", file->name,
			   hidden_edits ? "; it has unsaved edits" : "");
}

/* A file that grows all the time is news while one looks at it. */
static void say_grown(Editor *editor, const OpenFile *file, uint64_t size)
{
	if (file == editor_file(editor) || was_quiet(editor, file))
		editor_say(editor, "%s grew to %" PRIu64 " bytes", file->name, size);
}

static void announce(Editor *editor, OpenFile *file, DocumentChange change, uint64_t size)
{
	switch (change) {
	case DOCUMENT_UNCHANGED:
		break;
	case DOCUMENT_CHANGED:
		say_changed(editor, file);
		break;
	case DOCUMENT_SHRUNK:
		say_shrunk(editor, file, size);
		break;
	case DOCUMENT_GROWN:
		say_grown(editor, file, size);
		break;
	case DOCUMENT_REPLACED:
		editor_say(editor,
			   file == editor_file(editor)
				   ? "another file is called %s now; the one shown is "
				     "still the old one, F5 goes to the new one"
				   : "another file is called %s now; the one open is "
				     "still the old one",
			   file->name);
		break;
	case DOCUMENT_GONE:
		editor_say(editor, "%s was deleted or renamed; bytes and edits are kept",
			   file->name);
		break;
	case DOCUMENT_BACK:
		editor_say(editor, "%s is back, the same file", file->name);
		break;
	}
}

static bool look_once(Editor *editor, OpenFile *file)
{
	uint64_t size = 0;
	if (task_recovers(editor, file))
		return false;
	const uint64_t before = document_generation(file->doc);
	const DocumentChange change = document_refresh(file->doc, &size);
	/* The screen compares bytes as long as only others changed them. */
	file->seen_generation += document_generation(file->doc) - before;
	if (size != file->file_size) {
		file->file_size = size;
		editor_layout(editor);
	}
	if (change == DOCUMENT_UNCHANGED)
		return false;
	announce(editor, file, change, size);
	file->changed_ms = editor->now_ms;
	editor->stale = true;
	return true;
}

static bool look(Editor *editor, OpenFile *file)
{
	if (!look_once(editor, file))
		return false;
	/* The name is one thing, the bytes are another. */
	(void)look_once(editor, file);
	return true;
}

static void look_at_hidden(Editor *editor)
{
	bool changed = false;
	for (size_t i = 0; i < HIDDEN_AT_ONCE && i < editor->file_count && !changed;
	     i++) {
		editor->look_next = (editor->look_next + 1) % editor->file_count;
		if (editor->look_next != editor->current)
			changed = look(editor, editor->files[editor->look_next]);
	}
}

void outside_look(Editor *editor)
{
	/* One sentence at a time. */
	if (!look(editor, editor_file(editor)))
		look_at_hidden(editor);
}

void outside_saw_foreign(Editor *editor)
{
	OpenFile *file = editor_file(editor);
	document_saw_foreign(file->doc);
	say_changed(editor, file);
	file->changed_ms = editor->now_ms;
}

const char *outside_sign(const OpenFile *file)
{
	const DocumentChange state = document_name_state(file->doc);
	if (state == DOCUMENT_REPLACED)
		return "[replaced]";
	return state == DOCUMENT_GONE ? "[gone]" : "";
}

/* ---- the descriptor ---- */

int editor_watch_fd(Editor *editor)
{
	const OpenFile *file = editor_file(editor);
	if (!editor->watch_tried)
		editor->watch = watch_open();
	editor->watch_tried = true;
	if (file && file != editor->watched)
		watch_follow(editor->watch, document_path(file->doc));
	editor->watched = file;
	return watch_fd(editor->watch);
}

bool outside_take(Editor *editor)
{
	return watch_take(editor->watch);
}

void outside_close(Editor *editor)
{
	watch_close(editor->watch);
	editor->watch = NULL;
}
