/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/editor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/job.h"
#include "editor/editor_private.h"

MhexStatus editor_create(Editor **out, const EditorOptions *options, MhexError *err)
{
	Editor *editor = calloc(1, sizeof(*editor));
	if (!editor)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	editor->options = *options;
	editor->rows = options->rows > 0 ? options->rows : 24;
	editor->cols = options->cols > 0 ? options->cols : 80;
	editor->running = true;
	editor->stale = true;
	editor->fault_caret = -1;
	editor->wake_fd = job_wake_open();
	settings_init(&editor->settings);
	if (editor->wake_fd < 0) {
		free(editor);
		return mhex_fail_errno(err, "cannot make an event descriptor");
	}
	*out = editor;
	return MHEX_OK;
}

static void free_frame(Editor *editor)
{
	free(editor->frame.bytes);
	free(editor->frame.states);
	free(editor->frame.items);
	free(editor->frame.lines);
	free(editor->frame.matched);
	strbuf_free(&editor->frame.match_rows);
	strbuf_free(&editor->frame.pending);
	strbuf_free(&editor->frame.progress);
	strbuf_free(&editor->frame.inspector);
	strbuf_free(&editor->frame.prompt);
}

void editor_free(Editor *editor)
{
	if (!editor)
		return;
	clip_free(editor->clip);
	while (editor->file_count > 0)
		editor_close_file(editor, editor->file_count - 1);
	task_end_leaving(editor);
	free(editor->files);
	free_frame(editor);
	keymap_free(&editor->keymap);
	prompt_free(&editor->prompt);
	typed_pattern_free(&editor->typed);
	list_free(&editor->list);
	pattern_free(&editor->pattern);
	free(editor->pattern_text);
	replace_free(&editor->confirm);
	queue_free(&editor->queue);
	strbuf_free(&editor->message);
	strbuf_free(&editor->fault_line);
	strbuf_free(&editor->pending);
	strbuf_free(&editor->result);
	strbuf_free(&editor->clipboard);
	strbuf_free(&editor->last_edit);
	outside_close(editor);
	(void)close(editor->wake_fd);
	free(editor);
}

OpenFile *editor_file(const Editor *editor)
{
	return editor->file_count ? editor->files[editor->current] : NULL;
}

/* ---- open files ---- */

static void free_file(Editor *editor, OpenFile *file)
{
	keeping_end(editor, file);
	leftover_close(&file->leftover);
	document_close(file->doc);
	marks_free(&file->marks);
	free(file->name);
	free(file->seen);
	free(file->foreign);
	free(file);
}

char *file_shown_name(const char *path)
{
	StrBuf text = {0};
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash && slash[1] ? slash + 1 : path;
	if (name)
		strbuf_add_escaped(&text, name, strlen(name));
	else
		strbuf_add_text(&text, "[new]");
	char *copy = strdup(strbuf_text(&text));
	strbuf_free(&text);
	return copy;
}

/* Takes over doc, also on failure. */
static MhexStatus add_file(Editor *editor, Document *doc, const char *name,
			   MhexError *err)
{
	OpenFile *file = calloc(1, sizeof(*file));
	OpenFile **files =
		reallocarray(editor->files, editor->file_count + 1, sizeof(OpenFile *));
	if (files)
		editor->files = files;
	if (file) {
		file->doc = doc;
		file->name = file_shown_name(name);
	}
	if (!file || !files || !file->name) {
		if (file)
			free_file(editor, file);
		else
			document_close(doc);
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	const bool plain = editor->settings.keys == KEYS_PLAIN;
	file->mode = plain && document_access(doc) != ACCESS_VIEW ? MODE_OVERWRITE
								  : MODE_NORMAL;
	document_set_lock(doc, editor->settings.lock);
	document_set_undo_memory(doc, editor->settings.undo_memory);
	(void)document_refresh(doc, &file->file_size);
	editor->files[editor->file_count] = file;
	editor_show_document(editor, editor->file_count++);
	return MHEX_OK;
}

void editor_set_progress(Editor *editor, bool (*progress)(void *context, uint64_t bytes),
			 void *context)
{
	editor->progress = progress;
	editor->progress_context = context;
}

DocumentOptions editor_document_options(const Editor *editor)
{
	return (DocumentOptions){.access = editor->options.access,
				 .window = (size_t)editor->settings.window,
				 .create = true,
				 .journal = editor->options.keep_state,
				 .progress = editor->progress,
				 .context = editor->progress_context};
}

/* What is special about the file, and when it is not open as wanted. */
static void say_how_opened(Editor *editor, Access wanted)
{
	const OpenFile *file = editor_file(editor);
	const char *note = document_note(file->doc);
	const bool only_view =
		document_access(file->doc) == ACCESS_VIEW && wanted != ACCESS_VIEW;
	if (only_view)
		editor_say(editor, "%s: %s: opened in view", file->name,
			   *note ? note : "it may not be written");
	else if (*note)
		editor_say(editor, "%s: %s", file->name, note);
}

MhexStatus editor_add(Editor *editor, Document *doc, const char *path, MhexError *err)
{
	MhexStatus status = add_file(editor, doc, path, err);
	if (status || !path)
		return status;
	say_how_opened(editor, editor->options.access);
	keeping_read_history(editor, editor_file(editor));
	if (editor->options.keep_state)
		status = leftovers_look(editor, editor_file(editor), err);
	if (editor_file(editor)->look_due)
		return status;
	leftovers_ask(editor);
	keeping_start(editor);
	return status;
}

MhexStatus editor_open(Editor *editor, const char *path, MhexError *err)
{
	Document *doc = NULL;
	const DocumentOptions options = editor_document_options(editor);
	MhexStatus status = path ? document_open(&doc, path, options, err)
				 : document_new(&doc, options, err);
	return status ? status : editor_add(editor, doc, path, err);
}

MhexStatus editor_adopt(Editor *editor, struct Storage *spooled, const char *name,
			MhexError *err)
{
	Document *doc = NULL;
	const MhexStatus status =
		document_adopt(&doc, spooled, name, editor_document_options(editor), err);
	return status ? status : add_file(editor, doc, name, err);
}

size_t editor_document_count(const Editor *editor)
{
	return editor->file_count;
}

void editor_show_document(Editor *editor, size_t index)
{
	OpenFile *old = editor_file(editor);
	if (old)
		typing_leave(editor);
	editor->current = index;
	editor->at_match = false;
	editor->stale = true;
	leftovers_ask(editor);
	editor_layout(editor); /* commands before the first frame count on it */
}

void editor_close_file(Editor *editor, size_t index)
{
	OpenFile *file = editor->files[index];
	task_abandon(editor, file);
	editor->watched = NULL;
	free_file(editor, file);
	memmove(&editor->files[index], &editor->files[index + 1],
		(editor->file_count - index - 1) * sizeof(OpenFile *));
	editor->file_count--;
	if (editor->current > index || editor->current == editor->file_count)
		editor->current -= editor->current > 0;
	editor->stale = true;
}

/* ---- words to the person ---- */

void editor_say(Editor *editor, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	strbuf_clear(&editor->message);
	strbuf_add_text(&editor->message, text);
	editor->message_is_error = false;
	editor->stale = true;
}

void editor_complain(Editor *editor, const MhexError *err)
{
	strbuf_clear(&editor->message);
	strbuf_add_escaped(&editor->message, err->message, strlen(err->message));
	editor->message_is_error = true;
	editor->stale = true;
}

MhexStatus editor_print_bytes(Editor *editor, const char *bytes, size_t length,
			      MhexError *err)
{
	if (editor->options.batch && editor->options.sink.write)
		return editor->options.sink.write(editor->options.sink.context, bytes,
						  length, err);
	strbuf_add(&editor->result, bytes, length);
	return editor->result.failed ? mhex_fail(err, MHEX_E_NOMEM, "out of memory")
				     : MHEX_OK;
}

MhexStatus editor_print(Editor *editor, MhexError *err, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	const int length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0)
		return MHEX_OK;
	const size_t used =
		(size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1;
	return editor_print_bytes(editor, text, used, err);
}

void editor_ask(Editor *editor, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(editor->question.text, sizeof(editor->question.text), format,
			args);
	va_end(args);
	editor->question.active = true;
	editor->question.unseen = false;
	editor->question.answer_count = 0;
	editor->stale = true;
}

void editor_answer(Editor *editor, const char *key, const char *line)
{
	Question *question = &editor->question;
	question->answers[question->answer_count].key = key;
	question->answers[question->answer_count].line = line;
	question->answer_count++;
}

/* ---- what an expression may refer to ---- */

static bool find_mark(void *context, const char *name, size_t length, uint64_t *offset)
{
	const OpenFile *file = context;
	return marks_get(&file->marks, name, length, offset);
}

static MhexStatus read_value(void *context, uint64_t offset, void *dst, size_t length,
			     MhexError *err)
{
	const OpenFile *file = context;
	return document_read(file->doc, offset, dst, length, NULL, err);
}

void editor_env(Editor *editor, ExprEnv *env)
{
	OpenFile *file = editor_file(editor);
	*env = (ExprEnv){0};
	if (!file)
		return;
	env->context = file;
	env->cursor = file->cursor.offset;
	env->size = document_size(file->doc);
	env->has_selection = file->has_selection;
	env->selection = file->selection;
	env->mark = find_mark;
	env->read = read_value;
}

/* ---- for the loop ---- */

bool editor_stale(const Editor *editor)
{
	return editor->stale;
}

bool editor_running(const Editor *editor)
{
	return editor->running;
}

const char *editor_document_name(const Editor *editor, size_t index)
{
	return editor->files[index]->name;
}

const char *editor_document_note(const Editor *editor, size_t index)
{
	return document_note(editor->files[index]->doc);
}

MhexStatus file_refuse_view(MhexError *err)
{
	return mhex_fail(err, MHEX_E_READONLY,
			 "opened in view, read-only; \":access preview\" allows edits");
}

uint64_t file_unsaved(const OpenFile *file)
{
	if (file->discard || document_access(file->doc) != ACCESS_PREVIEW ||
	    !document_is_modified(file->doc))
		return 0;
	const uint64_t bytes = document_modified_bytes(file->doc);
	return bytes ? bytes : 1;
}

uint64_t editor_document_unsaved(const Editor *editor, size_t index)
{
	return file_unsaved(editor->files[index]);
}

uint64_t editor_unsaved_bytes(const Editor *editor)
{
	uint64_t total = 0;
	for (size_t i = 0; i < editor->file_count; i++)
		total += editor_document_unsaved(editor, i);
	return total;
}

void editor_resume(Editor *editor)
{
	editor->running = true;
}

int editor_wake_fd(const Editor *editor)
{
	return editor->wake_fd;
}

bool editor_busy(const Editor *editor)
{
	return task_running(editor);
}

const Settings *editor_settings(const Editor *editor)
{
	return &editor->settings;
}

const Theme *editor_theme(const Editor *editor)
{
	return &theme_table[editor->settings.theme];
}

void editor_take_request(Editor *editor, EditorRequest *request)
{
	*request = (EditorRequest){.suspend = editor->want_suspend,
				   .redraw = editor->want_redraw};
	if (editor->clipboard_ready) {
		request->clipboard = strbuf_text(&editor->clipboard);
		request->clipboard_length = editor->clipboard.length;
	}
	editor->want_suspend = false;
	editor->want_redraw = false;
	editor->clipboard_ready = false;
}
