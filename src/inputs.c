/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "storage/spool.h"
#include "tui/signals.h"

enum {
	PROGRESS_FIRST_MS = 500, /* shorter waits show nothing */
	PROGRESS_MS = 200,
	PROGRESS_WIDTH = 78,
	SCRIPT_MAX = 64 << 20 /* bytes */
};

typedef struct {
	const char *name;
	bool shown; /* standard error is a terminal */
	bool visible;
	uint64_t next_ms;
} Progress;

static bool show_progress(void *context, uint64_t bytes)
{
	Progress *progress = context;
	const uint64_t time = clock_now_ms();
	if (signals_interrupted())
		return false;
	if (!progress->shown || time < progress->next_ms)
		return true;
	StrBuf line = {0};
	strbuf_add_escaped(&line, progress->name, strlen(progress->name));
	strbuf_printf(&line, ": %" PRIu64 " MiB read; Ctrl-C stops and keeps them",
		      bytes >> 20);
	(void)fprintf(stderr, "\r%-*.*s", PROGRESS_WIDTH, PROGRESS_WIDTH,
		      strbuf_text(&line));
	strbuf_free(&line);
	progress->visible = true;
	progress->next_ms = time + PROGRESS_MS;
	return true;
}

static void erase_progress(const Progress *progress)
{
	if (progress->visible)
		(void)fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH, "");
}

static Progress progress_begin(const char *name)
{
	return (Progress){.name = name,
			  .shown = isatty(STDERR_FILENO) != 0,
			  .next_ms = clock_now_ms() + PROGRESS_FIRST_MS};
}

/* Files of /proc and their like are read as a whole and may be long. */
static MhexStatus open_file(Editor *editor, const char *name, MhexError *err)
{
	Progress progress = progress_begin(name);
	signals_watch_interrupt();
	editor_set_progress(editor, show_progress, &progress);
	const MhexStatus status = editor_open(editor, name, err);
	editor_set_progress(editor, NULL, NULL);
	erase_progress(&progress);
	signals_unwatch_interrupt();
	return status;
}

/* fd is closed here unless it is standard input, which has to stay taken. */
static MhexStatus spool(Editor *editor, int fd, const char *name, bool *partial,
			MhexError *err)
{
	Storage *storage = NULL;
	Progress progress = progress_begin(name);
	MhexStatus status = spool_fd(
		&storage, fd, name,
		(StorageOptions){.window = (size_t)editor_settings(editor)->window,
				 .progress = show_progress,
				 .context = &progress},
		err);
	erase_progress(&progress);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (!storage)
		return status;
	MhexError reason;
	const MhexStatus adopted =
		editor_adopt(editor, storage, name, status ? &reason : err);
	*partial = status && !adopted;
	return status ? status : adopted;
}

static bool is_standard_input(const char *name)
{
	static const char *const names[] = {"-", "/dev/stdin", "/dev/fd/0",
					    "/proc/self/fd/0"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

MhexStatus input_add(Editor *editor, const char *name, bool *partial, MhexError *err)
{
	struct stat st;
	int fd = -1;
	*partial = false;
	const bool is_stdin = is_standard_input(name);
	if (!is_stdin && (stat(name, &st) < 0 || !S_ISFIFO(st.st_mode)))
		return open_file(editor, name, err);
	signals_watch_interrupt();
	MhexStatus status = MHEX_OK;
	if (is_stdin)
		fd = STDIN_FILENO;
	else
		status = spool_open_fifo(&fd, name, err);
	if (!status)
		status = spool(editor, fd, name, partial, err);
	signals_unwatch_interrupt();
	return status;
}

MhexStatus input_read_script(const char *name, StrBuf *text, MhexError *err)
{
	char part[1 << 14];
	MhexStatus status = MHEX_OK;
	ssize_t got = 1;
	const bool is_stdin = strcmp(name, "-") == 0;
	const int fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return mhex_fail_errno(err, "%s", name);
	while (got != 0 && !status) {
		got = read(fd, part, sizeof(part));
		if (got < 0 && errno != EINTR)
			status = mhex_fail_errno(err, "%s", name);
		if (got > 0)
			strbuf_add(text, part, (size_t)got);
		if (text->failed || text->length > SCRIPT_MAX)
			status = mhex_fail(err, MHEX_E_RANGE,
					   "%s: too large for a script", name);
	}
	if (!is_stdin)
		(void)close(fd);
	return status;
}
