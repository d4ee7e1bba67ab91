/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Where one is in a script. */
typedef struct {
	const Script *script;
	size_t at;
	unsigned long number; /* of the line before at, from 1 */
} Place;

/* The next line, owned by the caller; NULL behind the last. */
static MhexStatus next_line(Place *place, char **out, MhexError *err)
{
	const size_t left = place->script->length - place->at;
	const char *line = place->script->text + place->at;
	*out = NULL;
	if (left == 0)
		return MHEX_OK;
	const char *end = memchr(line, '\n', left);
	size_t length = end ? (size_t)(end - line) : left;
	place->at += length + (end != NULL);
	place->number++;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (memchr(line, '\0', length))
		return mhex_fail(err, MHEX_E_SYNTAX, "a NUL byte: this is no text");
	*out = strndup(line, length);
	return *out ? MHEX_OK : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
}

static MhexStatus run_line(Editor *editor, const char *line, MhexError *err)
{
	const bool was_script = editor->script;
	const bool was_inside = editor->inside_loop;
	editor->script = true;
	/* The next line builds on what this one has done: wait for its jobs. */
	editor->inside_loop = false;
	const MhexStatus status = editor_execute(editor, line, err);
	editor->script = was_script;
	editor->inside_loop = was_inside;
	return status;
}

static void add_place(const Place *place, MhexError *err)
{
	/* Scripts within scripts: the reason must not be pushed out. */
	if (strlen(err->message) < sizeof(err->message) / 2)
		mhex_error_prefix(err, "%s:%lu: ", place->script->name, place->number);
	err->caret = -1;
}

static MhexStatus run_lines(Editor *editor, const Script *script, MhexError *err)
{
	MhexStatus first = MHEX_OK;
	Place place = {.script = script};
	while (editor->running && place.at < script->length) {
		char *line = NULL;
		MhexError error;
		MhexStatus status = next_line(&place, &line, &error);
		if (!status)
			status = run_line(editor, line, &error);
		free(line);
		if (status && !first) {
			first = status;
			add_place(&place, &error);
			*err = error;
		}
		if (first && !script->keep_going)
			break;
	}
	return first;
}

MhexStatus editor_run_script(Editor *editor, const char *name, const char *text,
			     size_t length, MhexError *err)
{
	const Script script = {name, text, length, false};
	return run_lines(editor, &script, err);
}

/* Its lines wait for each other in the queue. */
static MhexStatus queue_lines(const Editor *editor, const Script *script,
			      QueuedLine **end, MhexError *err)
{
	Place place = {.script = script};
	MhexStatus status = MHEX_OK;
	while (!status && place.at < script->length) {
		char *line = NULL;
		StrBuf where = {0};
		status = next_line(&place, &line, err);
		strbuf_printf(&where, "%s:%lu", script->name, place.number);
		if (!status && !queue_add(&end, strbuf_text(&where), line, true,
					  editor->script_depth + 1))
			status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
		strbuf_free(&where);
		free(line);
	}
	if (status)
		add_place(&place, err);
	return status;
}

MhexStatus editor_queue_script(Editor *editor, const char *name, const char *text,
			       size_t length, MhexError *err)
{
	const Script script = {name, text, length, false};
	return queue_lines(editor, &script, queue_end(&editor->queue), err);
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

/* waits: for what a pipe or a terminal may still bring. Where keys are waited for, nobody
 * could end that. */
static MhexStatus open_script(const char *path, bool waits, FILE **out, MhexError *err)
{
	struct stat st;
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
	const int fd = open(path, waits ? flags : flags | O_NONBLOCK);
	if (fd < 0)
		return mhex_fail_errno(err, "%s", path);
	if (!waits && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
		(void)close(fd);
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s: a pipe is waited for in batch only", path);
	}
	*out = fdopen(fd, "r");
	if (*out)
		return MHEX_OK;
	(void)close(fd);
	return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", path);
}

MhexStatus script_run_file(Editor *editor, const char *path, bool keep_going,
			   MhexError *err)
{
	if (editor->script_depth == DEPTH_MAX)
		return mhex_fail(err, MHEX_E_REFUSED, "%s: files source each other",
				 path);
	FILE *file = NULL;
	StrBuf text = {0};
	const bool waits = !editor->inside_loop && !keep_going;
	MhexStatus status = open_script(path, waits, &file, err);
	if (status)
		return status;
	status = read_all(file, path, &text, err);
	(void)fclose(file);
	if (!status) {
		const Script script = {path, strbuf_text(&text), text.length, keep_going};
		if (editor->inside_loop && !keep_going) {
			status = queue_lines(editor, &script, &editor->queue.first, err);
		} else {
			editor->script_depth++;
			status = run_lines(editor, &script, err);
			editor->script_depth--;
		}
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
