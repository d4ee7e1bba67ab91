/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "document/snapshot.h"
#include "editor/task_parts.h"

enum {
	LIST_MATCHES_MAX = 100000, /* more matches than this are counted, not listed */
	CONTEXT_BYTES = 16,
	/* In batch: searched at a time, and printed at a time at most. */
	PART_BYTES = 256 << 20,
	PART_MATCHES = 1 << 20,
};

void task_drop_search(Editor *editor)
{
	SearchTask *task = &editor->search;
	snapshot_release(task->snapshot);
	free(task->bytes);
	free(task->keep);
	free(task->found);
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
	/* replace takes the search over, for its matches. */
	if (task->search)
		(void)search_finish(task->search, NULL, NULL);
	task_drop_search(editor);
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

/* What is printed goes out, however little it is: the next match may be far. */
static MhexStatus print_out(Editor *editor, MhexError *err)
{
	const EditorSink *sink = &editor->options.sink;
	return sink->write ? sink->write(sink->context, "", 0, err) : MHEX_OK;
}

/* Print what the search, which runs, finds. *begin is where the next one is to begin:
 * with the last match once more, where that decides what follows it. */
static MhexStatus print_part(Editor *editor, uint64_t end, uint64_t *begin, bool *again,
			     MhexError *err)
{
	SearchTask *task = &editor->search;
	SearchProgress progress;
	uint64_t last = 0;
	MhexStatus status = search_wait(task->search, err);
	search_get_progress(task->search, &progress);
	task->listed = *again ? 1 : 0;
	if (!status)
		status = list_matches(editor, err);
	*again = false;
	if (progress.count == 0 || status)
		return status;
	(void)search_matches(task->search, progress.count - 1, &last, 1);
	const bool overlaps = *begin < end && last + task->length > *begin;
	*again = progress.count == PART_MATCHES || overlaps;
	if (*again)
		*begin = last;
	return print_out(editor, err);
}

/* All matches, part by part: they come out while the search goes on, and however many
 * there are, no list of them fills the memory. */
static MhexStatus print_all(Editor *editor, const char *pattern, size_t length,
			    const SearchRequest *all, const SearchTask *plan,
			    MhexError *err)
{
	SearchTask *task = &editor->search;
	SearchRequest part = *all;
	MhexStatus status = MHEX_OK;
	uint64_t begin = all->range.offset;
	bool again = false; /* the first match of the part has been printed */
	part.limit = PART_MATCHES;
	while (!status && begin < range_end(all->range)) {
		part.start = begin;
		part.stop = range_end(
			range_intersect((Range){begin, PART_BYTES}, all->range));
		*task = *plan;
		task->file = editor_file(editor);
		begin = part.stop;
		status = start_search(editor, pattern, length, &part, err);
		if (!status)
			status = print_part(editor, range_end(all->range), &begin, &again,
					    err);
		if (task->search)
			(void)search_finish(task->search, NULL, NULL);
		task_drop_search(editor);
	}
	return status;
}

MhexStatus task_search(Editor *editor, const char *pattern, size_t length,
		       const SearchRequest *request, const SearchTask *plan,
		       MhexError *err)
{
	SearchTask *task = &editor->search;
	if (editor->options.batch && plan->use == FOR_LIST)
		return print_all(editor, pattern, length, request, plan, err);
	if (task->search) {
		search_cancel(task->search);
		(void)search_finish(task->search, NULL, NULL);
		task_drop_search(editor);
	}
	*task = *plan;
	task->what = editor->command;
	task->file = editor_file(editor);
	task->started_ms = editor->now_ms;
	task->generation = document_generation(task->file->doc);
	const MhexStatus status = start_search(editor, pattern, length, request, err);
	if (status) {
		task_drop_search(editor);
		return status;
	}
	if (!editor->options.batch && task->use == FOR_LIST &&
	    list_open(&editor->list, "Matches"))
		editor->list.follows_search = true;
	if (!editor->inside_loop)
		return end_search(editor, err);
	editor->stale = true;
	return MHEX_OK;
}

void task_poll_search(Editor *editor)
{
	SearchTask *task = &editor->search;
	SearchProgress progress;
	MhexError err;
	const char *what = task->what;
	search_get_progress(task->search, &progress);
	if (task->use == FOR_LIST && list_matches(editor, &err))
		editor_complain(editor, &err);
	if (progress.done)
		task_show_failure(editor, what, end_search(editor, &err), &err);
	editor->stale = true;
}
