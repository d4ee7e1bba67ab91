/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "mhex/render.h"
#include "output.h"
#include "report.h"
#include "session.h"

static void warn(const Editor *editor, size_t index)
{
	const char *note = editor_document_note(editor, index);
	if (*note)
		report("%s: %s", editor_document_name(editor, index), note);
}

static void note(void *context, const char *command, const char *sentence)
{
	(void)context;
	report("%s: %s", command, sentence);
}

static MhexStatus run_each(Session *session, Output *output, MhexError *err)
{
	const TextList *files = &session->options->files;
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && (i < files->count || i == 0); i++) {
		if (files->count > 1)
			output_set_name(output, files->texts[i]);
		warn(session->editor, i);
		/* A "quit" ended the run for the file before. */
		editor_resume(session->editor);
		editor_show_document(session->editor, i);
		status = session_run(session, err);
	}
	return status;
}

static MhexStatus check_saved(const Editor *editor, MhexError *err)
{
	const uint64_t unsaved = editor_unsaved_bytes(editor);
	if (unsaved == 0)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_REFUSED, "%" PRIu64 " bytes not written", unsaved);
}

int batch_run(const Options *options)
{
	Session session;
	Output output = {0};
	MhexError err;
	const EditorOptions wanted = {
		.access = options->access,
		.keep_state = true,
		.recover = options->recover,
		.batch = true,
		.sink = {.context = &output, .write = output_write, .note = note},
		.output_fd = STDOUT_FILENO};
	int failure = EXIT_USAGE;
	MhexStatus status = session_open(&session, options, &wanted, &err);
	if (!status) {
		failure = EXIT_FAILURE;
		if (*editor_message(session.editor)) /* a fault of the configuration */
			report("%s", editor_message(session.editor));
		status = session_load(&session, &err);
	}
	if (!status)
		status = run_each(&session, &output, &err);
	if (!status)
		status = check_saved(session.editor, &err);
	/* What came before a failure is still a result. */
	MhexError write_error;
	if (output_flush(&output, &write_error) && !status) {
		err = write_error;
		status = err.status;
	}
	if (status)
		report("%s", err.message);
	session_close(&session);
	output_free(&output);
	return status ? failure : EXIT_SUCCESS;
}

static MhexStatus print_screen(Editor *editor, int rows, int cols, MhexError *err)
{
	enum {
		CELL_BYTES = 4
	};
	Grid grid;
	Frame frame;
	Output output = {0};
	const size_t size = (size_t)cols * CELL_BYTES + 1;
	char *line = malloc(size);
	MhexStatus status = line ? grid_init(&grid, rows, cols) : MHEX_E_NOMEM;
	if (status) {
		free(line);
		return mhex_fail(err, status, "screen: %s", mhex_status_text(status));
	}
	editor_frame(editor, &frame);
	render_frame(&frame, &grid);
	for (int row = 0; row < rows; row++) {
		grid_row_text(&grid, row, line, size);
		strbuf_add_text(&output.pending, line);
		strbuf_add_text(&output.pending, "\n");
	}
	status = output_flush(&output, err);
	output_free(&output);
	grid_free(&grid);
	free(line);
	return status;
}

int batch_screen(const Options *options)
{
	Session session;
	MhexError err;
	/* Not a batch for the editor: results are lists on the screen. */
	const EditorOptions wanted = {.access = options->access,
				      .keep_state = true,
				      .recover = options->recover,
				      .rows = options->rows,
				      .cols = options->cols,
				      .output_fd = -1};
	int failure = EXIT_USAGE;
	MhexStatus status = session_open(&session, options, &wanted, &err);
	if (!status) {
		failure = EXIT_FAILURE;
		status = session_load(&session, &err);
	}
	if (!status)
		status = session_run(&session, &err);
	if (!status)
		status = print_screen(session.editor, options->rows, options->cols, &err);
	if (status)
		report("%s", err.message);
	session_close(&session);
	return status ? failure : EXIT_SUCCESS;
}
