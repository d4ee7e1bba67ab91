/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the status line says of a job that runs. */

#include <inttypes.h>

#include "base/job.h"
#include "editor/match_view.h"
#include "editor/task_parts.h"

enum {
	QUIET_MS = 200,  /* most work ends before it could be read */
	RATE_MS = 200,   /* less says nothing of speed */
	WIDE_COLS = 60,  /* from here on the offset stands beside it */
	WIDE_TAKEN = 33, /* cells of mode, access and offset */
	NARROW_TAKEN = 12,
	BAR_CELLS = 6,
	FORMS = 5,
};

/* The job that is shown; total 0: it is not known. */
typedef struct {
	const char *what; /* NULL: none */
	uint64_t done, total;
	bool bytes; /* that is what is counted */
	bool stops; /* by Ctrl-C */
} Running;

static Running running_search(const Editor *editor)
{
	const SearchTask *task =
		editor->search.search ? &editor->search : &editor->listing;
	SearchProgress progress;
	search_get_progress(task->search, &progress);
	return (Running){"searching", progress.scanned, progress.total, true, true};
}

/* It only goes forward. Where bytes lie where they were it is not counted. */
static Running running_recovery(const Editor *editor)
{
	Running running = {.what = "recovering"};
	job_get_progress(editor->recover.job, &running.done, &running.total);
	running.bytes = running.total > 0;
	return running;
}

static Running running_now(const Editor *editor)
{
	Running running = {.stops = true};
	if (editor->recover.job)
		return running_recovery(editor);
	if (editor->search.search || editor->listing.search)
		return running_search(editor);
	if (editor->slice.what)
		return (Running){"changing", editor->slice.done, editor->slice.total,
				 false, true};
	if (editor->range.bytes) {
		running.what = "changing";
		running.bytes = true;
		intake_get_progress(editor->range.bytes, &running.done, &running.total);
	} else if (editor->read.bytes) {
		running.what = "reading";
		running.bytes = true;
		intake_get_progress(editor->read.bytes, &running.done, &running.total);
	} else if (editor->conflict.found) {
		running.what = "comparing";
		conflicts_get_progress(editor->conflict.found, &running.done,
				       &running.total);
	} else if (editor->open.opening) {
		running.what = "reading";
		running.bytes = true;
		running.done = opening_bytes(editor->open.opening);
	} else if (editor->match_save) {
		running.what = "writing";
		match_save_get_progress(editor->match_save, &running.done,
					&running.total);
	} else if (editor->save.save) {
		running.what = "writing";
		running.bytes = true;
		running.stops = !save_committed(editor->save.save);
		save_get_progress(editor->save.save, &running.done, &running.total);
	}
	return running;
}

void task_progress_watch(Editor *editor)
{
	const Running running = running_now(editor);
	ProgressSeen *seen = &editor->progress_seen;
	if (running.what != seen->what || running.done < seen->done)
		seen->since_ms = editor->now_ms;
	seen->what = running.what;
	seen->done = running.done;
}

/* ---- in words ---- */

/* What there is room for. */
typedef struct {
	bool word, bar, rate, left;
} Form;

static void add_share(StrBuf *out, const Running *running, bool bar)
{
	const double share = (double)running->done / (double)running->total;
	if (running->total == 0)
		return;
	strbuf_printf(out, "%d%%", (int)(100 * share));
	if (!bar)
		return;
	strbuf_add_text(out, " [");
	for (int i = 0; i < BAR_CELLS; i++)
		strbuf_add_char(out, (i + 0.5) / BAR_CELLS < share ? '#' : '.');
	strbuf_add_char(out, ']');
}

static void add_rate(StrBuf *out, double bytes_in_ms)
{
	if (bytes_in_ms >= 1e5)
		strbuf_printf(out, " %.1f GB/s", bytes_in_ms / 1e6);
	else
		strbuf_printf(out, " %.1f MB/s", bytes_in_ms / 1e3);
}

static void add_time(StrBuf *out, double seconds)
{
	if (seconds < 100)
		strbuf_printf(out, " %d s left", (int)seconds + 1);
	else if (seconds < 100 * 60.0)
		strbuf_printf(out, " %d min left", (int)(seconds / 60) + 1);
	else
		strbuf_printf(out, " %.0f h left", seconds / 3600 + 0.5);
}

static void describe(const Running *running, double ms, Form form, StrBuf *out)
{
	const double rate = ms > 0 ? (double)running->done / ms : 0;
	const bool fast = ms >= RATE_MS && running->done > 0;
	strbuf_clear(out);
	if (form.word || running->total == 0)
		strbuf_add_text(out, running->what);
	if (form.word && running->total > 0)
		strbuf_add_char(out, ' ');
	if (running->total == 0 && running->bytes)
		strbuf_printf(out, " %" PRIu64 " MiB", running->done >> 20);
	add_share(out, running, form.bar);
	if (form.rate && fast && running->bytes)
		add_rate(out, rate);
	if (form.left && fast && running->total > running->done)
		add_time(out, (double)(running->total - running->done) / rate / 1000);
	if (running->stops)
		strbuf_add_text(out, ", Ctrl-C stops");
}

void task_progress(Editor *editor, StrBuf *out)
{
	/* Bytes are read, whatever for: their speed says more than the word. */
	static const Form forms[2][FORMS] = {
		{{.word = true, .bar = true, .left = true},
		 {.word = true, .left = true},
		 {.word = true},
		 {.left = true},
		 {.word = false}},
		{{.word = true, .bar = true, .rate = true, .left = true},
		 {.bar = true, .rate = true, .left = true},
		 {.rate = true, .left = true},
		 {.rate = true},
		 {.word = false}},
	};
	const Running running = running_now(editor);
	const int taken = editor->cols < WIDE_COLS ? NARROW_TAKEN : WIDE_TAKEN;
	const uint64_t ms = editor->now_ms - editor->progress_seen.since_ms;
	strbuf_clear(out);
	if (!running.what || running.what != editor->progress_seen.what || ms < QUIET_MS)
		return;
	for (size_t i = 0; i < FORMS; i++) {
		describe(&running, (double)ms, forms[running.bytes][i], out);
		if (out->length + (size_t)taken <= (size_t)editor->cols)
			return;
	}
}
