/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs.h"

static MhexStatus apply_settings(Session *session, MhexError *err)
{
	const TextList *settings = &session->options->settings;
	for (size_t i = 0; i < settings->count; i++) {
		const MhexStatus status =
			editor_set(session->editor, settings->texts[i], err);
		if (status) {
			mhex_error_prefix(err, "--set=%s: ", settings->texts[i]);
			return status;
		}
	}
	return MHEX_OK;
}

MhexStatus session_open(Session *session, const Options *options,
			const EditorOptions *editor, MhexError *err)
{
	memset(session, 0, sizeof(*session));
	session->options = options;
	const MhexStatus status = editor_create(&session->editor, editor, err);
	if (status)
		return status;
	if (!options->clean)
		editor_load_config(session->editor);
	return apply_settings(session, err);
}

static MhexStatus read_scripts(Session *session, MhexError *err)
{
	const TextList *scripts = &session->options->scripts;
	MhexStatus status = MHEX_OK;
	if (scripts->count == 0)
		return MHEX_OK;
	session->scripts = calloc(scripts->count, sizeof(session->scripts[0]));
	if (!session->scripts)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	for (size_t i = 0; i < scripts->count && !status; i++)
		status = input_read_script(scripts->texts[i], &session->scripts[i], err);
	return status;
}

/* On a terminal what was read of an input is worth looking at. */
static MhexStatus open_file(Session *session, const char *name, MhexError *err)
{
	bool partial = false;
	const MhexStatus status = input_add(session->editor, name, &partial, err);
	if (!status || !partial || session->options->run != RUN_TERMINAL)
		return status;
	editor_complain(session->editor, err);
	return MHEX_OK;
}

MhexStatus session_load(Session *session, MhexError *err)
{
	const TextList *files = &session->options->files;
	MhexStatus status = read_scripts(session, err);
	if (!status && files->count == 0)
		return editor_open(session->editor, NULL, err);
	for (size_t i = 0; i < files->count && !status; i++)
		status = open_file(session, files->texts[i], err);
	if (!status)
		editor_show_document(session->editor, 0);
	return status;
}

static MhexStatus go_to_start(Session *session, MhexError *err)
{
	StrBuf line = {0};
	strbuf_printf(&line, "goto %s", session->options->start);
	const MhexStatus status =
		line.failed ? mhex_fail(err, MHEX_E_NOMEM, "out of memory")
			    : editor_run(session->editor, strbuf_text(&line), err);
	if (status)
		mhex_error_prefix(err, "-g: ");
	strbuf_free(&line);
	return status;
}

MhexStatus session_run(Session *session, MhexError *err)
{
	const TextList *commands = &session->options->commands;
	const TextList *scripts = &session->options->scripts;
	Editor *editor = session->editor;
	MhexStatus status = MHEX_OK;
	if (session->options->start)
		status = go_to_start(session, err);
	for (size_t i = 0; i < commands->count && !status && editor_running(editor);
	     i++) {
		status = editor_run(editor, commands->texts[i], err);
		if (status)
			mhex_error_prefix(err, "-c %zu: ", i + 1);
	}
	for (size_t i = 0; i < scripts->count && !status && editor_running(editor); i++)
		status = editor_run_script(editor, scripts->texts[i],
					   strbuf_text(&session->scripts[i]),
					   session->scripts[i].length, err);
	return status;
}

MhexStatus session_queue(Session *session, MhexError *err)
{
	const TextList *commands = &session->options->commands;
	const TextList *scripts = &session->options->scripts;
	Editor *editor = session->editor;
	MhexStatus status = MHEX_OK;
	if (session->options->start)
		status = go_to_start(session, err);
	for (size_t i = 0; i < commands->count && !status; i++) {
		char where[32];
		(void)snprintf(where, sizeof(where), "-c %zu", i + 1);
		status = editor_queue(editor, where, commands->texts[i], err);
	}
	for (size_t i = 0; i < scripts->count && !status; i++)
		status = editor_queue_script(editor, scripts->texts[i],
					     strbuf_text(&session->scripts[i]),
					     session->scripts[i].length, err);
	return status;
}

void session_close(Session *session)
{
	for (size_t i = 0; session->scripts && i < session->options->scripts.count; i++)
		strbuf_free(&session->scripts[i]);
	free(session->scripts);
	editor_free(session->editor);
}
