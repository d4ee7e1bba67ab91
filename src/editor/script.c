/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "editor/editor_private.h"

/*
 * Command lines from files: scripts stop at the first error; the configuration
 * file tells the first and goes on.
 */
enum {
	SCRIPT_MAX = 64 << 20, /* bytes */
	DEPTH_MAX = 16,        /* of files that "source" others */
};

typedef struct {
	const char *name;
	const char *text;
	size_t length;
	bool keep_going;
} Script;

static MhexStatus run_line(Editor *editor, const char *text, size_t length,
			   MhexError *err)
{
	if (length > 0 && text[length - 1] == '\r')
		length--;
	if (memchr(text, '\0', length))
		return mhex_fail(err, MHEX_E_SYNTAX, "a NUL byte: this is no text");
	char *line = strndup(text, length);
	if (!line)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	const bool was_script = editor->script;
	const bool was_inside = editor->inside_loop;
	editor->script = true;
	/* The next line builds on what this one has done: wait for its jobs. */
	editor->inside_loop = false;
	const MhexStatus status = editor_execute(editor, line, err);
	editor->script = was_script;
	editor->inside_loop = was_inside;
	free(line);
	return status;
}

static MhexStatus run_lines(Editor *editor, const Script *script, MhexError *err)
{
	MhexStatus first = MHEX_OK;
	unsigned long number = 0;
	for (size_t at = 0; at < script->length && editor->running;) {
		const char *line = script->text + at;
		const char *end = memchr(line, '\n', script->length - at);
		const size_t length = end ? (size_t)(end - line) : script->length - at;
		MhexError error;
		number++;
		const MhexStatus status = run_line(editor, line, length, &error);
		if (status && !first) {
			first = status;
			/* Scripts within scripts: the reason must not be pushed out. */
			if (strlen(error.message) < sizeof(error.message) / 2)
				mhex_error_prefix(&error, "%s:%lu: ", script->name,
						  number);
			error.caret = -1;
			*err = error;
		}
		if (first && !script->keep_going)
			break;
		at += length + 1;
	}
	return first;
}

MhexStatus editor_run_script(Editor *editor, const char *name, const char *text,
			     size_t length, MhexError *err)
{
	const Script script = {name, text, length, false};
	return run_lines(editor, &script, err);
}

static MhexStatus read_all(FILE *file, const char *path, StrBuf *text, MhexError *err)
{
	char part[1 << 14];
	size_t got = 0;
	while ((got = fread(part, 1, sizeof(part), file)) > 0) {
		strbuf_add(text, part, got);
		if (text->failed || text->length > SCRIPT_MAX)
			return mhex_fail(err, MHEX_E_RANGE, "%s: too large for a script",
					 path);
	}
	return ferror(file) ? mhex_fail_errno(err, "%s", path) : MHEX_OK;
}

MhexStatus script_run_file(Editor *editor, const char *path, bool keep_going,
			   MhexError *err)
{
	if (editor->script_depth == DEPTH_MAX)
		return mhex_fail(err, MHEX_E_REFUSED, "%s: files source each other",
				 path);
	FILE *file = fopen(path, "re");
	if (!file)
		return mhex_fail_errno(err, "%s", path);
	StrBuf text = {0};
	MhexStatus status = read_all(file, path, &text, err);
	(void)fclose(file);
	if (!status) {
		const Script script = {path, strbuf_text(&text), text.length, keep_going};
		editor->script_depth++;
		status = run_lines(editor, &script, err);
		editor->script_depth--;
	}
	strbuf_free(&text);
	return status;
}

void editor_load_config(Editor *editor)
{
	const char *folder = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	StrBuf path = {0};
	MhexError err;
	if (folder && folder[0] == '/')
		strbuf_add_text(&path, folder);
	else if (home && home[0])
		strbuf_printf(&path, "%s/.config", home);
	if (path.length == 0)
		return;
	strbuf_add_text(&path, "/mhex/mhexrc");
	/* No such file is the usual case. */
	if (!path.failed && script_run_file(editor, strbuf_text(&path), true, &err) &&
	    err.sys_errno != ENOENT && err.sys_errno != ENOTDIR)
		editor_complain(editor, &err);
	strbuf_free(&path);
}

const char *editor_message(const Editor *editor)
{
	return strbuf_text(&editor->message);
}
