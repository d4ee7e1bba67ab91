/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "editor/commands.h"
#include "editor/editor_private.h"

HANDLER(cmd_write)
{
	/* "-" in quotes is a file of that name. */
	const bool to_output = args->length == 1 && args->text[0] == '-';
	const SaveRequest request = {
		.path = to_output ? NULL : args->file,
		.has_range = args->has_in,
		.range = args->in,
		.force = args->force,
		.output_fd = to_output ? editor->options.output_fd : -1,
	};
	if (to_output && (!editor->options.batch || editor->options.output_fd < 0))
		return mhex_fail(
			err, MHEX_E_UNSUPPORTED,
			"standard output is the terminal; it works with --batch only");
	typing_leave(editor);
	if (!args->force && !args->file && !to_output) {
		const MhexStatus status =
			leftovers_check_settled(editor_file(editor), err);
		if (status)
			return status;
	}
	/* What was printed before comes out before; nothing is how it is told. */
	if (to_output && editor->options.sink.write) {
		const EditorSink *sink = &editor->options.sink;
		const MhexStatus status = sink->write(sink->context, "", 0, err);
		if (status)
			return status;
	}
	return task_save(editor, &request, false, err);
}

HANDLER(cmd_write_quit)
{
	const SaveRequest request = {
		.path = args->file, .force = args->force, .output_fd = -1};
	const OpenFile *file = editor_file(editor);
	if (!args->file && !document_is_modified(file->doc))
		return quit_ask(editor, false, err);
	const MhexStatus status =
		args->force || args->file ? MHEX_OK : leftovers_check_settled(file, err);
	return status ? status : task_save(editor, &request, true, err);
}

static MhexStatus refuse_unsaved(const OpenFile *file, const char *way_out,
				 MhexError *err)
{
	return mhex_fail(err, MHEX_E_REFUSED,
			 "%s: %" PRIu64
			 " bytes are not written; \"write\" saves them, %s drops "
			 "them",
			 file->name, document_modified_bytes(file->doc), way_out);
}

static void ask_about(Editor *editor, size_t index)
{
	if (index != editor->current)
		editor_show_document(editor, index);
	editor_ask(editor,
		   "%s: %" PRIu64 " bytes are not written. Write them?  "
		   "y yes  n no, drop them  Esc stay",
		   editor->files[index]->name,
		   document_modified_bytes(editor->files[index]->doc));
	editor_answer(editor, "y", "write-quit");
	editor_answer(editor, "n", "drop-and-quit");
	editor_answer(editor, "<Esc>", "");
}

MhexStatus quit_ask(Editor *editor, bool force, MhexError *err)
{
	if (editor->save.save) {
		editor->save.then_quit = true;
		editor->save.quit_force = force;
		editor_say(editor, "quits when the save has ended");
		return MHEX_OK;
	}
	for (size_t i = 0; i < editor->file_count && !force; i++) {
		if (file_unsaved(editor->files[i]) == 0)
			continue;
		if (!editor->inside_loop)
			return refuse_unsaved(editor->files[i], "\"quit!\"", err);
		ask_about(editor, i);
		return MHEX_OK;
	}
	for (size_t i = 0; i < editor->file_count && force; i++)
		editor->files[i]->discard = true;
	editor->running = false;
	return MHEX_OK;
}

HANDLER(cmd_quit)
{
	return quit_ask(editor, args->force, err);
}

HANDLER(cmd_drop_and_quit)
{
	(void)args;
	editor_file(editor)->discard = true;
	return quit_ask(editor, false, err);
}

static bool find_open(const Editor *editor, const char *path, size_t *index)
{
	for (size_t i = 0; i < editor->file_count; i++) {
		const char *known = document_path(editor->files[i]->doc);
		if (known && strcmp(known, path) == 0) {
			*index = i;
			return true;
		}
	}
	return false;
}

/* "edit 2": the second document, unless the name is quoted. */
static bool is_number_of_document(const Editor *editor, const CommandArgs *args,
				  size_t *index)
{
	char *end = NULL;
	if (args->text[0] < '1' || args->text[0] > '9')
		return false;
	const unsigned long number = strtoul(args->text, &end, 10);
	*index = number - 1;
	return end == args->text + args->length && number <= editor->file_count;
}

HANDLER(cmd_edit)
{
	size_t index = 0;
	OpenFile *file = editor_file(editor);
	if (is_number_of_document(editor, args, &index) ||
	    find_open(editor, args->file, &index)) {
		editor_show_document(editor, index);
		return MHEX_OK;
	}
	if (file_unsaved(file) > 0 && !args->force)
		return refuse_unsaved(file, "\"edit!\"", err);
	return task_edit(editor, args->file, err);
}

HANDLER(cmd_files)
{
	(void)args;
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; i < editor->file_count && !status; i++) {
		const OpenFile *file = editor->files[i];
		const char *sign = outside_sign(file);
		status = editor_print(editor, err, "%zu%c %-8s %s%s%s%s\n", i + 1,
				      i == editor->current ? '*' : ' ',
				      access_name(document_access(file->doc)), file->name,
				      document_is_modified(file->doc) ? " [+]" : "",
				      *sign ? " " : "", sign);
	}
	return status;
}

static MhexStatus show_neighbour(Editor *editor, size_t step, MhexError *err)
{
	if (editor->file_count < 2)
		return mhex_fail(err, MHEX_E_NOTFOUND, "no other file is open");
	editor_show_document(editor, (editor->current + step) % editor->file_count);
	return MHEX_OK;
}

HANDLER(cmd_next_file)
{
	(void)args;
	return show_neighbour(editor, 1, err);
}

HANDLER(cmd_previous_file)
{
	(void)args;
	return show_neighbour(editor, editor->file_count - 1, err);
}

HANDLER(cmd_reload)
{
	(void)args;
	return task_reload(editor, err);
}

static Access access_named(const char *name)
{
	if (name[0] == 'v')
		return ACCESS_VIEW;
	return name[0] == 'p' ? ACCESS_PREVIEW : ACCESS_LIVE;
}

HANDLER(cmd_access)
{
	OpenFile *file = editor_file(editor);
	typing_leave(editor);
	const MhexStatus status = document_set_access(file->doc, access_named(args->text),
						      args->force, err);
	if (status)
		return status;
	const Access now = document_access(file->doc);
	if (now == ACCESS_VIEW || (now == ACCESS_LIVE && file->mode == MODE_INSERT))
		file->mode = MODE_NORMAL;
	keeping_start(editor);
	editor_say(editor, "access is %s", access_name(now));
	return MHEX_OK;
}
