/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "document/snapshot.h"
#include "editor/match_save.h"
#include "editor/match_view.h"
#include "editor/task_parts.h"

void task_drop_search(SearchTask *task)
{
	snapshot_release(task->snapshot);
	replacing_free(&task->replacing);
	*task = (SearchTask){0};
}

void task_stop_search(Editor *editor, SearchTask *task)
{
	if (!task->search)
		return;
	search_cancel(task->search);
	(void)search_wait(task->search, NULL);
	if (task == &editor->listing)
		matches_drop(&editor->matches);
	(void)search_finish(task->search, NULL, NULL);
	task_drop_search(task);
}

static MhexStatus end_move(Editor *editor, const SearchProgress *progress, MhexError *err)
{
	SearchTask *task = &editor->search;
	if (!progress->found)
		return search_not_found(editor->pattern_text, err);
	if (task->file != editor_file(editor))
		return MHEX_OK;
	view_goto(editor, progress->offset);
	selection_set(task->file, (Range){progress->offset, progress->length});
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

/* What was found stays, whatever has ended the search. */
static MhexStatus end_list(Editor *editor, const SearchProgress *progress,
			   MhexStatus status, MhexError *err)
{
	matches_settle(&editor->matches);
	if (status == MHEX_E_CANCELLED)
		return mhex_fail(err, status, "cancelled after %" PRIu64 " matches",
				 progress->count);
	if (status)
		return status;
	if (progress->count > 0) {
		editor_say(editor, "%" PRIu64 " matches", progress->count);
		return MHEX_OK;
	}
	match_view_close(editor);
	editor_say(editor, "no matches");
	return MHEX_OK;
}

static MhexStatus use_results(Editor *editor, SearchTask *task,
			      const SearchProgress *progress, MhexStatus status,
			      MhexError *err)
{
	if (task->use == FOR_LIST)
		return end_list(editor, progress, status, err);
	if (task->use == FOR_REPLACE && status == MHEX_E_CANCELLED)
		return mhex_fail(err, status, "cancelled, nothing is changed");
	if (status)
		return status;
	switch (task->use) {
	case FOR_MOVE:
		return end_move(editor, progress, err);
	case FOR_COUNT:
		return end_count(editor, progress, err);
	case FOR_REPLACE:
		return replace_matches(editor, task, progress->count, err);
	case FOR_LIST:
	case FOR_NOTHING:
		break;
	}
	return MHEX_OK;
}

static void add_to_error(MhexError *err, const char *text)
{
	const MhexError old = *err;
	(void)mhex_fail(err, old.status, "%s; %s", old.message, text);
}

/* In batch beside the results, else behind the sentence, good or bad. */
static void tell_of_gaps(Editor *editor, uint64_t unreadable, MhexStatus status,
			 MhexError *err)
{
	const EditorSink *sink = &editor->options.sink;
	char text[64];
	if (unreadable == 0)
		return;
	(void)snprintf(text, sizeof(text), "%" PRIu64 " bytes could not be read",
		       unreadable);
	if (editor->options.batch && sink->note)
		sink->note(sink->context, editor->command, text);
	else if (status)
		add_to_error(err, text);
	else
		editor_say(editor, "%s; %s", strbuf_text(&editor->message), text);
}

/* Without a loop there is time for it until the search ends. */
static MhexStatus go_ahead(SearchTask *task, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	while (!status &&
	       search_wait_more(task->search, task->replacing.index + REPLACE_AHEAD_MIN))
		status = replace_ahead(task, err);
	if (status)
		search_cancel(task->search);
	return status;
}

/* The search has ended, or is to be waited for. */
static MhexStatus end_search(Editor *editor, SearchTask *task, MhexError *err)
{
	SearchProgress progress;
	MhexStatus status = MHEX_OK;
	if (!editor->inside_loop && replace_goes_ahead(task))
		status = go_ahead(task, err);
	const MhexStatus found = search_wait(task->search, status ? NULL : err);
	status = status ? status : found;
	search_get_progress(task->search, &progress);
	status = use_results(editor, task, &progress, status, err);
	tell_of_gaps(editor, progress.unreadable, status, err);
	/* replace takes the search over, for its matches. */
	if (task->search)
		(void)search_finish(task->search, NULL, NULL);
	task_drop_search(task);
	editor->stale = true;
	return status;
}

static MhexStatus start_search(Editor *editor, SearchTask *task, const char *pattern,
			       size_t length, const SearchRequest *request,
			       MhexError *err)
{
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

/* ---- in batch ---- */

enum {
	PRINTED = 512 /* matches at a time */
};

/* What is printed goes out, however little it is: the next match may be far. */
static MhexStatus print_matches(Editor *editor, Search *search, uint64_t *printed,
				MhexError *err)
{
	const EditorSink *sink = &editor->options.sink;
	MhexStatus status = MHEX_OK;
	while (!status) {
		uint64_t offsets[PRINTED];
		char lines[PRINTED * MATCH_LINE_MAX];
		size_t used = 0;
		const size_t got = search_matches(search, *printed, offsets, PRINTED);
		if (got == 0)
			return sink->write ? sink->write(sink->context, "", 0, err)
					   : MHEX_OK;
		for (size_t i = 0; i < got; i++)
			used += match_put_line(lines + used, offsets[i]);
		*printed += got;
		if (sink->write)
			status = sink->write(sink->context, lines, used, err);
	}
	return status;
}

/* All matches, as they are found. */
static MhexStatus print_all(Editor *editor, const char *pattern, size_t length,
			    const SearchRequest *request, MhexError *err)
{
	SearchTask *task = &editor->search;
	SearchProgress progress = {0};
	uint64_t printed = 0;
	task->file = editor_file(editor);
	MhexStatus status = start_search(editor, task, pattern, length, request, err);
	while (!status && search_wait_more(task->search, printed))
		status = print_matches(editor, task->search, &printed, err);
	if (task->search) {
		if (status)
			search_cancel(task->search);
		const MhexStatus found =
			search_finish(task->search, &progress, status ? NULL : err);
		status = status ? status : found;
	}
	task_drop_search(task);
	if (!status)
		tell_of_gaps(editor, progress.unreadable, status, err);
	return status;
}

/* ---- a search of each kind at a time ---- */

static SearchTask *task_for(Editor *editor, SearchUse use)
{
	return use == FOR_LIST ? &editor->listing : &editor->search;
}

MhexStatus task_search(Editor *editor, const char *pattern, size_t length,
		       const SearchRequest *request, const SearchTask *plan,
		       MhexError *err)
{
	SearchTask *task = task_for(editor, plan->use);
	if (editor->options.batch && plan->use == FOR_LIST)
		return print_all(editor, pattern, length, request, err);
	task_stop_search(editor, task);
	*task = *plan;
	task->what = editor->command;
	task->file = editor_file(editor);
	task->started_ms = editor->now_ms;
	task->generation = document_generation(task->file->doc);
	MhexStatus status = MHEX_OK;
	if (task->use == FOR_LIST)
		status = match_view_begin(editor, pattern, length, request, err);
	if (!status)
		status = start_search(editor, task, pattern, length, request, err);
	if (status) {
		task_drop_search(task);
		return status;
	}
	if (task->use == FOR_LIST)
		match_view_open(editor, task->search);
	if (!editor->inside_loop)
		return end_search(editor, task, err);
	editor->stale = true;
	return MHEX_OK;
}

static void poll_search(Editor *editor, SearchTask *task)
{
	SearchProgress progress;
	MhexError err;
	const char *what = task->what;
	if (!task->search)
		return;
	search_get_progress(task->search, &progress);
	MhexStatus status = MHEX_OK;
	if (progress.done)
		status = end_search(editor, task, &err);
	else if (replace_goes_ahead(task))
		status = replace_ahead(task, &err);
	if (status && task->search)
		task_stop_search(editor, task);
	task_show_failure(editor, what, status, &err);
	editor->stale = true;
}

void task_poll_search(Editor *editor)
{
	poll_search(editor, &editor->search);
	poll_search(editor, &editor->listing);
}
