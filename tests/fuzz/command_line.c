/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "editor/command_line.h"
#include "editor/editor_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Commands with file names would touch the files of whoever runs this. */
static bool touches_files(const char *line)
{
	CommandLine split;
	return !command_line_split(line, false, &split, NULL) && split.row &&
	       split.row->argument == ARGUMENT_FILE;
}

static void end_jobs(Editor *editor)
{
	struct pollfd ready = {.fd = editor->wake_fd, .events = POLLIN};
	const Event done = {.kind = EVENT_JOB};
	while (task_cancel(editor)) {
		(void)poll(&ready, 1, 1000);
		editor_handle(editor, &done);
	}
}

static void check_state(Editor *editor)
{
	Frame frame;
	editor_frame(editor, &frame);
	const OpenFile *file = editor_file(editor);
	const uint64_t length = document_size(file->doc);
	if (file->cursor.offset > length || frame.cursor > frame.document_size)
		abort();
	if (file->has_selection && file->selection.length == 0)
		abort();
	if (frame.origin > length || frame.count > length - frame.origin)
		abort();
}

static void run_one(Editor *editor, const char *line)
{
	MhexError err = {.caret = -1};
	CommandWord word = command_line_word(line, strlen(line) / 2);
	if (word.word > strlen(line) / 2)
		abort();
	if (touches_files(line)) {
		CommandLine split;
		CommandArgs args;
		ExprEnv env;
		editor_env(editor, &env);
		(void)command_line_split(line, false, &split, NULL);
		if (!command_line_parse(line, &split, &env, &args, &err))
			command_args_free(&args);
	} else if (editor_execute(editor, line, &err) && !err.message[0]) {
		abort();
	}
	if (err.caret < -1 || err.caret > (int)strlen(line))
		abort();
	end_jobs(editor);
	check_state(editor);
}

/* Any lines, one after the other: each succeeds or fails with a sentence whose caret
 * lies in the line, and the cursor never leaves the document. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const EditorOptions options = {
		.access = ACCESS_PREVIEW, .rows = 10, .cols = 80, .output_fd = -1};
	Editor *editor = NULL;
	char *text = strndup((const char *)data, size);
	if (!text || editor_create(&editor, &options, NULL) ||
	    editor_open(editor, NULL, NULL))
		abort();
	editor->inside_loop = true;
	if (editor_execute(editor, "insert \"Some bytes of 41\" 00*1000", NULL))
		abort();
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line && editor->running;
	     line = strtok_r(NULL, "\n", &rest))
		run_one(editor, line);
	editor_free(editor);
	free(text);
	return 0;
}
