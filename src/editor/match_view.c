/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/match_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "editor/frame_parts.h"
#include "editor/task_parts.h"
#include "mhex/render.h"

enum {
	ROW_BYTES = 16, /* of a row */
	BEFORE_MAX = 4, /* of these, before the match */
	BORDERS = 4,    /* cells of the popup's frame */
};

/* ---- opening and closing ---- */

/* The job looks at the list. */
static void stop_save(Editor *editor)
{
	uint64_t count = 0;
	if (!editor->match_save)
		return;
	match_save_cancel(editor->match_save);
	(void)match_save_finish(editor->match_save, &count, NULL);
	editor->match_save = NULL;
}

MhexStatus match_view_begin(Editor *editor, const char *pattern, size_t length,
			    const SearchRequest *request, MhexError *err)
{
	Document *doc = editor_file(editor)->doc;
	stop_save(editor);
	const MhexStatus status = matches_begin(&editor->matches, doc, pattern, length,
						request->every, err);
	editor->matches.whole = !status && request->range.offset == 0 &&
				request->range.length == document_size(doc);
	return status;
}

static void open_list(Editor *editor)
{
	StrBuf title = {0};
	strbuf_add_text(&title, "Matches of ");
	(void)search_shown(editor->matches.text, &title);
	if (list_open(&editor->list, strbuf_text(&title))) {
		editor->list.of_matches = true;
		editor->list.selectable = true;
	}
	strbuf_free(&title);
	editor->stale = true;
}

void match_view_open(Editor *editor, Search *search)
{
	matches_come_from(&editor->matches, search);
	open_list(editor);
}

void match_view_close(Editor *editor)
{
	if (editor->list.of_matches)
		list_free(&editor->list);
}

void match_view_abandon(Editor *editor, const OpenFile *file)
{
	if (editor->matches.doc != file->doc)
		return;
	stop_save(editor);
	task_stop_search(editor, &editor->listing);
	matches_drop(&editor->matches);
	match_view_close(editor);
}

/* False: there are none any more, and a sentence says why. */
static bool update(Editor *editor)
{
	MhexError err;
	Matches *matches = &editor->matches;
	if (!matches_update(matches, &err)) {
		if (editor->list.of_matches)
			editor->list.count = (size_t)matches->count;
		return true;
	}
	match_view_close(editor);
	stop_save(editor);
	task_stop_search(editor, &editor->listing);
	matches_drop(matches);
	mhex_error_prefix(&err, "the list of matches is closed: ");
	editor_complain(editor, &err);
	return false;
}

static MhexStatus check_there(const Editor *editor, MhexError *err)
{
	return editor->matches.doc == editor_file(editor)->doc
		       ? MHEX_OK
		       : mhex_fail(err, MHEX_E_NOTFOUND,
				   "there is no list; find-all makes one");
}

MhexStatus match_view_reopen(Editor *editor, MhexError *err)
{
	const OpenFile *file = editor_file(editor);
	Matches *matches = &editor->matches;
	const MhexStatus status = check_there(editor, err);
	if (status || !update(editor))
		return status;
	open_list(editor);
	if (editor->list.of_matches && matches->count > 0) {
		const uint64_t near = matches_rank(matches, file->cursor.offset);
		editor->list.selected =
			(size_t)(near < matches->count ? near : matches->count - 1);
	}
	return MHEX_OK;
}

/* ---- going there ---- */

static void go_to(Editor *editor, Range match)
{
	view_goto(editor, match.offset);
	selection_set(editor_file(editor), match);
	editor->at_match = true;
}

static void choose(Editor *editor, uint64_t number)
{
	Range match;
	Matches *matches = &editor->matches;
	if (matches->doc != editor_file(editor)->doc ||
	    matches_get(matches, number, &match, 1) == 0)
		return;
	(void)search_use_pattern(editor, matches->text, strlen(matches->text),
				 matches->every, NULL);
	go_to(editor, match);
	editor_say(editor, "match %" PRIu64 " of %" PRIu64 " at 0x%" PRIx64, number + 1,
		   matches->count, match.offset);
}

/* Of the same document and pattern, and nothing was changed. */
static bool are_known(const Editor *editor)
{
	const Matches *matches = &editor->matches;
	return matches_are_all(matches) && matches->doc == editor_file(editor)->doc &&
	       matches->list.count > 0 && editor->pattern_text &&
	       matches->every == editor->pattern_every &&
	       strcmp(matches->text, editor->pattern_text) == 0;
}

bool match_view_follow(Editor *editor, bool backward, uint64_t start, MhexStatus *status,
		       MhexError *err)
{
	Range match;
	Matches *matches = &editor->matches;
	if (!are_known(editor) || matches_update(matches, NULL))
		return false;
	const uint64_t count = matches->count;
	uint64_t number = matches_rank(matches, start);
	const bool wraps = backward ? number == 0 : number == count;
	if (backward)
		number = wraps ? count - 1 : number - 1;
	else if (wraps)
		number = 0;
	*status = MHEX_OK;
	if (wraps && !editor->settings.wrap) {
		*status = search_not_found(matches->text, err);
		return true;
	}
	if (matches_get(matches, number, &match, 1) == 0)
		return false;
	go_to(editor, match);
	editor_say(editor, "found at 0x%" PRIx64 ", %" PRIu64 " of %" PRIu64 "%s",
		   match.offset, number + 1, count,
		   wraps ? ", search went on at the other end" : "");
	return true;
}

/* ---- a file of them ---- */

MhexStatus match_view_end_save(Editor *editor, MhexError *err)
{
	uint64_t count = 0;
	const MhexStatus status = match_save_finish(editor->match_save, &count, err);
	editor->match_save = NULL;
	editor->stale = true;
	if (!status)
		editor_say(editor, "%" PRIu64 " offsets written", count);
	return status;
}

MhexStatus match_view_save(Editor *editor, const char *path, bool force, MhexError *err)
{
	MhexStatus status = check_there(editor, err);
	if (status || !update(editor))
		return status;
	if (editor->matches.search)
		return mhex_fail(err, MHEX_E_BUSY, "find-all is still running");
	if (editor->match_save)
		return mhex_fail(err, MHEX_E_BUSY, "another one is still running");
	status = match_save_start(&editor->match_save, &editor->matches, path, force,
				  editor->wake_fd, err);
	if (status || editor->inside_loop)
		return status;
	return match_view_end_save(editor, err);
}

/* ---- keys ---- */

void match_view_key(Editor *editor, const char *key)
{
	List *list = &editor->list;
	if (!update(editor))
		return;
	if (editor->matches.search && strcmp(key, "<C-c>") == 0) {
		search_cancel(editor->matches.search);
		return;
	}
	if (strcmp(key, "w") == 0) {
		match_view_close(editor);
		prompt_open(&editor->prompt, "save-matches ");
		return;
	}
	const size_t selected = list->selected;
	switch (list_key(list, key, render_popup_rows(&editor->layout, list->count))) {
	case LIST_CLOSED:
		list_free(list);
		break;
	case LIST_CHOSEN:
		list_free(list);
		choose(editor, selected);
		break;
	case LIST_MOVED:
	case LIST_IGNORED:
		break;
	}
}

/* ---- rows ---- */

/* A row: the offset, then shown bytes from before the match on, as digits and as text. */
typedef struct {
	int offset_width;
	size_t shown, before;
} RowForm;

static RowForm form_of(const Editor *editor)
{
	char text[32];
	const Layout *layout = &editor->layout;
	const uint64_t last = document_size(editor->matches.doc) + editor->settings.base;
	int width = snprintf(text, sizeof(text),
			     layout->decimal_offsets ? "%" PRIu64 : "%" PRIx64, last);
	width = width > 8 ? width : 8;
	const int room = (editor->cols - BORDERS - width - 3) / 4;
	const size_t shown = room < 1 ? 1 : (size_t)room;
	RowForm form = {width, shown < ROW_BYTES ? shown : ROW_BYTES, 0};
	form.before = form.shown / 4 < BEFORE_MAX ? form.shown / 4 : BEFORE_MAX;
	return form;
}

static void add_bytes(StrBuf *out, const uint8_t *bytes, const uint8_t *states,
		      size_t blank, size_t end, size_t shown)
{
	for (size_t i = 0; i < shown; i++) {
		if (i < blank || i >= end)
			strbuf_add_text(out, "   ");
		else if (states[i] & BYTE_UNREADABLE)
			strbuf_add_text(out, "?? ");
		else
			strbuf_printf(out, "%02x ", bytes[i]);
	}
	strbuf_add_char(out, ' ');
	for (size_t i = 0; i < end; i++) {
		const bool plain = i >= blank && !(states[i] & BYTE_UNREADABLE) &&
				   bytes[i] >= ' ' && bytes[i] < 0x7f;
		const char other = i < blank ? ' ' : '.';
		strbuf_add_char(out, plain ? (char)bytes[i] : other);
	}
}

/* The match itself, as far as it is in the row, unless something else is there now. */
static void span_match(const Editor *editor, Range match, const RowForm *form,
		       FrameSpan spans[2])
{
	const size_t room = form->shown - form->before;
	const int length = match.length < room ? (int)match.length : (int)room;
	const int hex = form->offset_width + 2;
	const int text = hex + 3 * (int)form->shown + 1;
	const int before = (int)form->before;
	memset(spans, 0, 2 * sizeof(spans[0]));
	if (!matches_at(&editor->matches, match))
		return;
	spans[0] = (FrameSpan){hex + 3 * before, 3 * length - 1};
	spans[1] = (FrameSpan){text + before, length};
}

static void add_row(const Editor *editor, Range match, const RowForm *form, StrBuf *out)
{
	uint8_t bytes[ROW_BYTES];
	uint8_t states[ROW_BYTES];
	Document *doc = editor->matches.doc;
	const uint64_t shown = match.offset + editor->settings.base;
	const size_t blank =
		match.offset < form->before ? form->before - (size_t)match.offset : 0;
	const Range range = range_intersect(
		(Range){match.offset - (form->before - blank), form->shown - blank},
		(Range){0, document_size(doc)});
	strbuf_printf(out,
		      editor->layout.decimal_offsets ? "%0*" PRIu64 "  "
						     : "%0*" PRIx64 "  ",
		      form->offset_width, shown);
	if (document_read(doc, range.offset, bytes + blank, (size_t)range.length,
			  states + blank, NULL) == MHEX_OK)
		add_bytes(out, bytes, states, blank, blank + (size_t)range.length,
			  form->shown);
	strbuf_add_char(out, '\0');
}

static bool reserve(Editor *editor, size_t rows)
{
	FrameSpan(*spans)[2] =
		reallocarray(editor->frame.matched, rows + 1, sizeof(*spans));
	if (spans)
		editor->frame.matched = spans;
	return spans && frame_reserve_lines(editor, rows + 1);
}

/* The rows from number first on become lines; returns how many. */
static size_t make_rows(Editor *editor, uint64_t first, size_t rows)
{
	StrBuf *text = &editor->frame.match_rows;
	const RowForm form = form_of(editor);
	size_t made = 0;
	strbuf_clear(text);
	for (; made < rows; made++) {
		Range match;
		if (matches_get(&editor->matches, first + made, &match, 1) == 0)
			break;
		add_row(editor, match, &form, text);
		span_match(editor, match, &form, editor->frame.matched[made]);
	}
	const char *line = strbuf_text(text);
	for (size_t i = 0; i < made && !text->failed; i++) {
		editor->frame.lines[i] = line;
		line += strlen(line) + 1;
	}
	return text->failed ? 0 : made;
}

void match_view_frame(Editor *editor, Frame *frame)
{
	List *list = &editor->list;
	Matches *matches = &editor->matches;
	if (!update(editor))
		return;
	const size_t rows = render_popup_rows(&editor->layout, list->count);
	if (list->selected >= list->count)
		list->selected = list->count > 0 ? list->count - 1 : 0;
	list_show_selected(list, rows);
	if (!reserve(editor, rows))
		return;
	const size_t made = make_rows(editor, list->top, rows);
	(void)snprintf(editor->frame.place, sizeof(editor->frame.place),
		       "%zu of %" PRIu64 "%s", list->count > 0 ? list->selected + 1 : 0,
		       matches->count, matches->search ? "\xe2\x80\xa6" : "");
	frame->popup = (FramePopup){
		.title = list->title,
		.lines = editor->frame.lines,
		.count = list->count,
		.top = list->top,
		.first = list->top,
		.window = made + 1,
		.matched = (const FrameSpan(*)[2])editor->frame.matched,
		.place = editor->frame.place,
		.selected = list->selected,
		.footer = "Enter goes there, w saves, Esc closes",
	};
	/* One more than there are, so that it is a window also when there are none. */
	editor->frame.lines[made] = "";
	memset(editor->frame.matched[made], 0, sizeof(editor->frame.matched[made]));
}
