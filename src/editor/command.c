/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/command.h"

#include <inttypes.h>
#include <string.h>

#include "editor/command_line.h"
#include "editor/editor_private.h"

/* What can be said about a command before it looks at its argument. */
static MhexStatus check_allowed(const Editor *editor, const Command *row, MhexError *err)
{
	const OpenFile *file = editor_file(editor);
	if (!file)
		return row->flags & COMMAND_ANYTIME
			       ? MHEX_OK
			       : mhex_fail(err, MHEX_E_NOTFOUND, "no file is open");
	if (editor->options.batch && (row->flags & COMMAND_INTERACTIVE))
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "needs a terminal");
	if (!editor->options.batch && (row->flags & COMMAND_BATCH))
		return mhex_fail(
			err, MHEX_E_UNSUPPORTED,
			"prints to standard output, so it works with --batch only");
	const Access access = document_access(file->doc);
	if ((row->flags & COMMAND_EDITS) && access == ACCESS_VIEW)
		return file_refuse_view(err);
	if ((row->flags & COMMAND_RESIZES) && access == ACCESS_LIVE)
		return mhex_fail(
			err, MHEX_E_READONLY,
			"the size is fixed in live; \"fill 00\" blanks bytes instead");
	if ((row->flags & (COMMAND_EDITS | COMMAND_AT_REST)) && task_editing(editor))
		return mhex_fail(err, MHEX_E_BUSY, "%s is still running; Ctrl-C stops it",
				 task_editing(editor));
	return MHEX_OK;
}

/* "repeat" runs the last edit again. */
static void remember_edit(Editor *editor, const Command *row, const char *line)
{
	if (!(row->flags & COMMAND_EDITS) || (row->flags & COMMAND_HISTORY))
		return;
	editor->last_edit_count = editor->has_count ? editor->count : 0;
	strbuf_clear(&editor->last_edit);
	strbuf_add_text(&editor->last_edit, line);
}

static MhexStatus go_to_bare(Editor *editor, const char *line, const CommandLine *split,
			     const ExprEnv *env, MhexError *err)
{
	uint64_t offset = 0;
	const char *text = line + split->begin;
	MhexStatus status = expr_parse(text, strlen(text), env, &offset, err);
	if (status && err && err->caret >= 0)
		err->caret += (int)split->begin;
	if (!status)
		status = view_check_offset(editor, offset, err);
	if (!status)
		view_goto(editor, offset);
	else
		mhex_error_prefix(err, "goto: ");
	return status;
}

static MhexStatus run_row(Editor *editor, const char *line, const CommandLine *split,
			  const ExprEnv *env, MhexError *err)
{
	CommandArgs args = {0};
	const Command *row = split->row;
	MhexStatus status = check_allowed(editor, row, err);
	if (!status)
		status = command_line_parse(line, split, env, &args, err);
	if (!status) {
		const bool was_typing =
			(row->flags & (COMMAND_EDITS | COMMAND_FORCE)) != 0;
		if (was_typing)
			typing_leave(editor);
		editor->command = row->name;
		status = row->run(editor, &args, err);
		command_args_free(&args);
	}
	if (status)
		mhex_error_prefix(err, "%s: ", row->name);
	else
		remember_edit(editor, row, line);
	return status;
}

MhexStatus editor_execute(Editor *editor, const char *line, MhexError *err)
{
	MhexError ignored;
	CommandLine split;
	ExprEnv env;
	if (!err)
		err = &ignored;
	MhexStatus status = command_line_split(line, editor->script, &split, err);
	if (status || (!split.row && !split.bare))
		return status;
	editor_env(editor, &env);
	if (split.bare && !editor_file(editor))
		return mhex_fail(err, MHEX_E_NOTFOUND, "no file is open");
	return split.bare ? go_to_bare(editor, line, &split, &env, err)
			  : run_row(editor, line, &split, &env, err);
}
