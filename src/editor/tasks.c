/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/job.h"
#include "document/snapshot.h"
#include "editor/editor_private.h"

/* More matches than this are counted, not listed. */
enum {
	LIST_MATCHES_MAX = 100000,
	SLICE_BYTES = 256 << 10,
	CONTEXT_BYTES = 16
};

bool task_running(const Editor *editor)
{
	return editor->search.search || editor->save.save || editor->slice.active;
}

/* ---- searches ---- */

static void drop_search(Editor *editor)
{
	SearchTask *task = &editor->search;
	snapshot_release(task->snapshot);
	free(task->bytes);
	free(task->keep);
	*task = (SearchTask){0};
}

static void describe_match(const OpenFile *file, uint64_t offset, StrBuf *out)
{
	uint8_t bytes[CONTEXT_BYTES];
	uint8_t states[CONTEXT_BYTES];
	const Range all = {0, document_size(file->doc)};
	const Range range = range_intersect((Range){offset, CONTEXT_BYTES}, all);
	strbuf_clear(out);
	strbuf_printf(out, "%08" PRIx64 "  ", offset);
	if (document_read(file->doc, range.offset, bytes, (size_t)range.length, states,
			  NULL))
		return;
	for (size_t i = 0; i < range.length; i++) {
		if (states[i] & BYTE_UNREADABLE)
			strbuf_add_text(out, "?? ");
		else
			strbuf_printf(out, "%02x ", bytes[i]);
	}
	for (size_t i = (size_t)range.length; i <= CONTEXT_BYTES; i++)
		strbuf_add_text(out, i < CONTEXT_BYTES ? "   " : " ");
	for (size_t i = 0; i < range.length; i++)
		strbuf_add_char(out, bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i]
									: '.');
}

static MhexStatus list_match(Editor *editor, uint64_t offset, MhexError *err)
{
	if (editor->options.batch)
		return editor_print(editor, err, "0x%" PRIx64 "\n", offset);
	if (editor->list.count >= LIST_MATCHES_MAX)
		return MHEX_OK;
	StrBuf text = {0};
	StrBuf action = {0};
	describe_match(editor->search.file, offset, &text);
	strbuf_printf(&action, "goto 0x%" PRIx64, offset);
	if (!list_add(&editor->list, strbuf_text(&text), strbuf_text(&action)))
		(void)mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	strbuf_free(&text);
	strbuf_free(&action);
	return MHEX_OK;
}

/* Show the matches that came since the last time. */
static MhexStatus list_matches(Editor *editor, MhexError *err)
{
	uint64_t offsets[512];
	SearchTask *task = &editor->search;
	MhexStatus status = MHEX_OK;
	for (;;) {
		const size_t got = search_matches(task->search, task->listed, offsets,
						  sizeof(offsets) / sizeof(offsets[0]));
		if (got == 0)
			return status;
		for (size_t i = 0; i < got && !status; i++)
			status = list_match(editor, offsets[i], err);
		task->listed += got;
		if (status)
			return status;
	}
}

static MhexStatus end_move(Editor *editor, const SearchProgress *progress, MhexError *err)
{
	SearchTask *task = &editor->search;
	if (!progress->found)
		return mhex_fail(err, MHEX_E_NOTFOUND, "%s: not found",
				 editor->pattern_text);
	if (task->file != editor_file(editor))
		return MHEX_OK;
	view_goto(editor, progress->offset);
	selection_set(task->file, (Range){progress->offset, task->length});
	editor->at_match = true;
	if (editor->options.batch)
		return editor_print(editor, err, "0x%" PRIx64 "\n", progress->offset);
	editor_say(editor, "found at 0x%" PRIx64 "%s", progress->offset,
		   progress->wrapped ? ", search went on at the other end" : "");
	return MHEX_OK;
}

static MhexStatus end_count(Editor *editor, const SearchProgress *progress,
			    MhexError *err)
{
	if (editor->options.batch)
		return editor_print(editor, err, "%" PRIu64 "\n", progress->count);
	editor_say(editor, "%" PRIu64 " matches", progress->count);
	return MHEX_OK;
}

static MhexStatus end_list(Editor *editor, const SearchProgress *progress, MhexError *err)
{
	const MhexStatus status = list_matches(editor, err);
	editor->list.follows_search = false;
	if (!editor->options.batch && progress->count == 0) {
		list_free(&editor->list);
		editor_say(editor, "no matches");
	} else if (!editor->options.batch && progress->count > editor->list.count) {
		editor_say(editor, "%" PRIu64 " matches, the first %zu are listed",
			   progress->count, editor->list.count);
	} else if (!editor->options.batch) {
		editor_say(editor, "%" PRIu64 " matches", progress->count);
	}
	return status;
}

static MhexStatus use_results(Editor *editor, const SearchProgress *progress,
			      MhexError *err)
{
	switch (editor->search.use) {
	case FOR_MOVE:
		return end_move(editor, progress, err);
	case FOR_COUNT:
		return end_count(editor, progress, err);
	case FOR_LIST:
		return end_list(editor, progress, err);
	case FOR_REPLACE:
		return replace_matches(editor, &editor->search, progress->count, err);
	case FOR_NOTHING:
		break;
	}
	return MHEX_OK;
}

static void warn_of_gaps(Editor *editor, const SearchProgress *progress)
{
	if (progress->unreadable > 0 && !editor->options.batch)
		editor_say(editor, "%s; %" PRIu64 " bytes could not be read",
			   strbuf_text(&editor->message), progress->unreadable);
}

/* The search has ended, or is to be waited for. */
static MhexStatus end_search(Editor *editor, MhexError *err)
{
	SearchTask *task = &editor->search;
	SearchProgress progress;
	MhexStatus status = search_wait(task->search, err);
	search_get_progress(task->search, &progress);
	if (!status)
		status = use_results(editor, &progress, err);
	if (!status)
		warn_of_gaps(editor, &progress);
	(void)search_finish(task->search, NULL, NULL);
	task->search = NULL;
	drop_search(editor);
	editor->stale = true;
	return status;
}

static MhexStatus start_search(Editor *editor, const char *pattern, size_t length,
			       const SearchRequest *request, MhexError *err)
{
	SearchTask *task = &editor->search;
	Pattern parsed;
	MhexStatus status = pattern_parse(&parsed, pattern, length, err);
	if (status)
		return status;
	task->length = parsed.length;
	status = document_snapshot(task->file->doc, &task->snapshot, err);
	if (status) {
		pattern_free(&parsed);
		return status;
	}
	return search_start(&task->search, task->snapshot, &parsed, request,
			    editor->wake_fd, err);
}

MhexStatus task_search(Editor *editor, const char *pattern, size_t length,
		       const SearchRequest *request, const SearchTask *plan,
		       MhexError *err)
{
	SearchTask *task = &editor->search;
	if (task->search) {
		search_cancel(task->search);
		(void)search_finish(task->search, NULL, NULL);
		drop_search(editor);
	}
	*task = *plan;
	task->file = editor_file(editor);
	task->started_ms = editor->now_ms;
	task->generation = document_generation(task->file->doc);
	const MhexStatus status = start_search(editor, pattern, length, request, err);
	if (status) {
		drop_search(editor);
		return status;
	}
	if (!editor->inside_loop)
		return end_search(editor, err);
	if (task->use == FOR_LIST && list_open(&editor->list, "Matches"))
		editor->list.follows_search = true;
	editor->stale = true;
	return MHEX_OK;
}

/* ---- saves ---- */

static void say_saved(Editor *editor, const SaveTask *task, const SaveResult *result)
{
	const char *name = task->path ? task->path : task->file->name;
	StrBuf text = {0};
	strbuf_add_escaped(&text, name, strlen(name));
	strbuf_printf(&text, ": %" PRIu64 " bytes written", result->bytes_changed);
	if (result->note[0])
		strbuf_printf(&text, "; %s", result->note);
	editor_say(editor, "%s", strbuf_text(&text));
	strbuf_free(&text);
}

/* A document without a name has one now. */
static void take_name(SaveTask *task)
{
	StrBuf text = {0};
	const char *slash = strrchr(task->path, '/');
	const char *last = slash && slash[1] ? slash + 1 : task->path;
	strbuf_add_escaped(&text, last, strlen(last));
	char *name = strdup(strbuf_text(&text));
	strbuf_free(&text);
	if (!name)
		return;
	free(task->file->name);
	free(task->file->path);
	task->file->name = name;
	task->file->path = task->path;
	task->path = NULL;
}

static MhexStatus end_save(Editor *editor, MhexError *err)
{
	SaveTask *task = &editor->save;
	SaveResult result = {0};
	const MhexStatus status =
		document_save_finish(task->file->doc, task->save, &result, err);
	const bool then_quit = task->then_quit && !status;
	task->save = NULL;
	if (!status)
		say_saved(editor, task, &result);
	if (!status && result.renamed_name && task->path)
		take_name(task);
	(void)document_refresh(task->file->doc, &task->file->file_size);
	free(task->path);
	*task = (SaveTask){0};
	editor->stale = true;
	return then_quit ? quit_ask(editor, false, err) : status;
}

MhexStatus task_save(Editor *editor, const SaveRequest *request, bool then_quit,
		     MhexError *err)
{
	SaveTask *task = &editor->save;
	if (task->save)
		return mhex_fail(err, MHEX_E_BUSY, "another save is still running");
	char *path = request->path ? strdup(request->path) : NULL;
	if (request->path && !path)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	OpenFile *file = editor_file(editor);
	const MhexStatus status = document_save_start(file->doc, request, editor->wake_fd,
						      &task->save, err);
	if (status) {
		task->save = NULL;
		free(path);
		return status;
	}
	task->file = file;
	task->path = path;
	task->started_ms = editor->now_ms;
	task->then_quit = then_quit;
	editor->stale = true;
	return editor->inside_loop ? MHEX_OK : end_save(editor, err);
}

/* ---- operations in slices ---- */

static void end_slice(Editor *editor)
{
	SliceTask *task = &editor->slice;
	document_end(task->file->doc);
	free(task->operand);
	const OpenFile *file = task->file;
	const uint64_t offset = task->range.offset;
	*task = (SliceTask){0};
	if (file == editor_file(editor))
		view_after_edit(editor, offset);
}

static MhexStatus xor_slice(SliceTask *task, MhexError *err)
{
	const uint64_t left = task->range.length - task->done;
	const size_t length = left < SLICE_BYTES ? (size_t)left : SLICE_BYTES;
	const uint64_t offset = task->range.offset + task->done;
	uint8_t *bytes = malloc(length);
	if (!bytes)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	MhexStatus status =
		document_read(task->file->doc, offset, bytes, length, NULL, err);
	for (size_t i = 0; i < length; i++)
		bytes[i] ^= task->operand[(task->done + i) % task->operand_length];
	if (!status)
		status = document_overwrite(task->file->doc, offset, bytes, length, err);
	free(bytes);
	if (!status)
		task->done += length;
	return status;
}

/* One slice; wakes the loop for the next, so that keys come in between. */
static MhexStatus step_slice(Editor *editor, MhexError *err)
{
	SliceTask *task = &editor->slice;
	MhexStatus status = MHEX_OK;
	if (task->cancelled)
		status =
			mhex_fail(err, MHEX_E_CANCELLED, "cancelled, nothing is changed");
	else
		status = xor_slice(task, err);
	if (!status && task->done < task->range.length) {
		const uint64_t one = 1;
		(void)!write(editor->wake_fd, &one, sizeof(one));
		return MHEX_OK;
	}
	Document *doc = task->file->doc;
	const bool changed = task->done > 0;
	end_slice(editor);
	uint64_t at = 0;
	if (status && changed)
		(void)document_undo(doc, &at, NULL);
	return status;
}

MhexStatus task_slice(Editor *editor, Range range, uint8_t *operand, size_t length,
		      MhexError *err)
{
	SliceTask *task = &editor->slice;
	MhexStatus status = MHEX_OK;
	*task = (SliceTask){.active = true,
			    .file = editor_file(editor),
			    .range = range,
			    .operand = operand,
			    .operand_length = length};
	document_begin(task->file->doc);
	do {
		status = step_slice(editor, err);
	} while (!status && task->active && !editor->inside_loop);
	return status;
}

/* ---- for the loop ---- */

static void show_failure(Editor *editor, const char *what, MhexStatus status,
			 MhexError *err)
{
	if (!status)
		return;
	mhex_error_prefix(err, "%s: ", what);
	editor_complain(editor, err);
}

static void poll_search(Editor *editor)
{
	static const char *const names[] = {"", "find", "count", "find-all", "replace"};
	SearchTask *task = &editor->search;
	SearchProgress progress;
	MhexError err;
	const SearchUse use = task->use;
	search_get_progress(task->search, &progress);
	if (use == FOR_LIST && list_matches(editor, &err))
		editor_complain(editor, &err);
	if (progress.done)
		show_failure(editor, names[use], end_search(editor, &err), &err);
	editor->stale = true;
}

void task_poll(Editor *editor)
{
	MhexError err;
	job_wake_clear(editor->wake_fd);
	if (editor->search.search)
		poll_search(editor);
	if (editor->slice.active)
		show_failure(editor, "xor", step_slice(editor, &err), &err);
	if (editor->save.save && save_done(editor->save.save))
		show_failure(editor, "write", end_save(editor, &err), &err);
	if (task_running(editor))
		editor->stale = true;
}

bool task_cancel(Editor *editor)
{
	if (!task_running(editor))
		return false;
	if (editor->search.search)
		search_cancel(editor->search.search);
	else if (editor->slice.active)
		editor->slice.cancelled = true;
	else
		save_cancel(editor->save.save);
	return true;
}

static void add_share(StrBuf *out, uint64_t done, uint64_t total)
{
	if (total > 0)
		strbuf_printf(out, " %d%%", (int)(100.0 * (double)done / (double)total));
}

static void add_rate(StrBuf *out, uint64_t done, uint64_t ms)
{
	if (ms >= 200)
		strbuf_printf(out, " %.1f GB/s", (double)done / (double)ms / 1e6);
}

/* Nothing in the first moment: most work ends before it could be read. */
void task_progress(Editor *editor, StrBuf *out)
{
	uint64_t done = 0;
	uint64_t total = 0;
	strbuf_clear(out);
	if (editor->search.search) {
		SearchProgress progress;
		search_get_progress(editor->search.search, &progress);
		strbuf_add_text(out, "searching");
		add_share(out, progress.scanned, progress.total);
		add_rate(out, progress.scanned,
			 editor->now_ms - editor->search.started_ms);
	} else if (editor->slice.active) {
		strbuf_add_text(out, "changing");
		add_share(out, editor->slice.done, editor->slice.range.length);
	} else if (editor->save.save) {
		save_get_progress(editor->save.save, &done, &total);
		strbuf_add_text(out, "writing");
		add_share(out, done, total);
	}
	if (out->length > 0)
		strbuf_add_text(out, ", Ctrl-C stops");
}

void task_abandon(Editor *editor, OpenFile *file)
{
	if (editor->search.search && editor->search.file == file) {
		search_cancel(editor->search.search);
		(void)search_finish(editor->search.search, NULL, NULL);
		drop_search(editor);
	}
	if (editor->slice.active && editor->slice.file == file) {
		document_end(file->doc);
		free(editor->slice.operand);
		editor->slice = (SliceTask){0};
	}
	if (editor->confirm.file == file)
		replace_free(&editor->confirm);
	if (editor->save.save && editor->save.file == file) {
		SaveResult result;
		(void)document_save_finish(file->doc, editor->save.save, &result, NULL);
		free(editor->save.path);
		editor->save = (SaveTask){0};
	}
}
