/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include "batch.h"
#include "options.h"
#include "output.h"
#include "recover_list.h"
#include "report.h"
#include "session.h"
#include "storage/guard.h"
#include "tui/loop.h"
#include "tui/rescue.h"
#include "tui/signals.h"
#include "tui/terminal.h"
#include "version.h"

/* A file that is opened must not become a standard stream. Opened the wrong way
 * round, so that using a stream that was closed is still an error. */
static void fill_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		const int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
		if (open("/dev/null", mode) < 0) // NOLINT(android-cloexec-open)
			_exit(EXIT_FAILURE);
	}
}

static int print(StrBuf *text)
{
	Output output = {.pending = *text};
	MhexError err;
	const MhexStatus status = output_flush(&output, &err);
	if (status)
		report("%s", err.message);
	output_free(&output);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int print_help(void)
{
	StrBuf text = {0};
	options_help(&text);
	return print(&text);
}

static int print_version(void)
{
	StrBuf text = {0};
	version_print(&text);
	return print(&text);
}

/* What the person did not have the chance to save. */
static void report_unsaved(Editor *editor)
{
	for (size_t i = 0; i < editor_document_count(editor); i++) {
		const char *name = editor_document_name(editor, i);
		const uint64_t unsaved = editor_document_unsaved(editor, i);
		const bool kept = editor_keep_edits(editor, i);
		if (unsaved > 0 && kept)
			report("%s: %" PRIu64
			       " unsaved bytes are kept; mhex asks about them when it "
			       "opens the file again (or --recover=apply)",
			       name, unsaved);
		else if (unsaved > 0)
			report("%s: %" PRIu64 " unsaved bytes were lost", name, unsaved);
	}
}

/* The person sees on the screen what was wrong with an option, and goes on. */
static MhexStatus edit(Session *session, Terminal *terminal, LoopEnd *end, MhexError *err)
{
	const MhexStatus status = session_load(session, err);
	if (status)
		return status;
	if (session_queue(session, err))
		editor_complain(session->editor, err);
	return loop_run(session->editor, terminal, end, err);
}

static int run_terminal(const Options *options)
{
	Session session;
	Terminal *terminal = NULL;
	MhexError err;
	LoopEnd end = {0};
	EditorOptions wanted = {.access = options->access,
				.keep_state = true,
				.recover = options->recover,
				.screen_first = true,
				.output_fd = -1};
	MhexStatus status = terminal_open(&terminal, &err);
	if (status) {
		report("%s", err.message);
		return status == MHEX_E_NOMEM ? EXIT_FAILURE : EXIT_USAGE;
	}
	terminal_measure(terminal, &wanted.rows, &wanted.cols);
	int failure = EXIT_USAGE;
	status = session_open(&session, options, &wanted, &err);
	if (!status) {
		failure = EXIT_FAILURE;
		status = edit(&session, terminal, &end, &err);
	}
	terminal_close(terminal);
	if (status)
		report("%s", err.message);
	if (session.editor) {
		if (editor_end_save(session.editor, &err))
			report("write: %s", err.message);
		if (status || end.signo || end.gone)
			report_unsaved(session.editor);
	}
	session_close(&session);
	if (end.signo)
		signals_die(end.signo);
	return status || end.gone ? failure : EXIT_SUCCESS;
}

static int run(const Options *options)
{
	int exit_status = EXIT_SUCCESS;
	if (options->recover == RECOVER_LIST && options->run != RUN_HELP &&
	    options->run != RUN_VERSION)
		return recover_list(options);
	if (options->recover == RECOVER_DROP && options->run != RUN_HELP &&
	    options->run != RUN_VERSION && recover_drop_gone(options, &exit_status))
		return exit_status;
	switch (options->run) {
	case RUN_HELP:
		return print_help();
	case RUN_VERSION:
		return print_version();
	case RUN_BATCH:
		return batch_run(options);
	case RUN_SCREEN:
		return batch_screen(options);
	case RUN_TERMINAL:
		break;
	}
	return run_terminal(options);
}

int main(int argc, char **argv)
{
	Options options;
	MhexError err;
	int exit_status = EXIT_USAGE;
	fill_standard_streams();
	(void)setlocale(LC_CTYPE, "");
	signals_ignore_pipe();
	rescue_install();
	guard_install();
	if (options_parse(&options, argc, argv, &err))
		report("%s; \"mhex --help\" lists the options", err.message);
	else
		exit_status = run(&options);
	options_free(&options);
	return exit_status;
}
