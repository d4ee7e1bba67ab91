/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "editor/frame_parts.h"

/*
 * What is on the screen, copied out of the document and the editor.
 */

enum {
	FOREIGN_MS = 2000,  /* so long a byte stays marked */
	CONTEXT_MAX = 4096, /* looked at around the screen for matches */
};

/* What is shown: offsets of the document. */
typedef struct {
	uint64_t origin;
	size_t count;
	unsigned phase;
	size_t before, after; /* bytes of context around them */
} Window;

static size_t smaller(uint64_t a, uint64_t b)
{
	return (size_t)(a < b ? a : b);
}

/* What is marked: while one types a pattern that one, else the last. */
static const Pattern *marked_pattern(Editor *editor, uint64_t *every)
{
	const Pattern *typed = typed_pattern(editor, every);
	if (typed)
		return typed;
	*every = editor->pattern_every;
	return &editor->pattern;
}

static Window window_of(Editor *editor)
{
	const OpenFile *file = editor_file(editor);
	const Geometry geometry = editor_geometry(editor);
	const uint64_t size = geometry.size;
	const uint64_t start = geometry_line_start(&geometry, file->top_line);
	Window window = {.origin = start < size ? start : size};
	window.phase = file->top_line == 0 ? (unsigned)geometry.phase : 0;
	window.count = smaller(geometry.rows * geometry.columns - window.phase,
			       size - window.origin);
	uint64_t every = 1;
	const size_t length = marked_pattern(editor, &every)->length;
	const size_t reach = length > FRAME_CONTEXT ? length : FRAME_CONTEXT;
	const size_t context = reach < CONTEXT_MAX ? reach : CONTEXT_MAX;
	window.before = smaller(window.origin, context);
	window.after = smaller(size - window.origin - window.count, context);
	return window;
}

static bool reserve(Editor *editor, size_t count)
{
	if (count <= editor->frame.capacity)
		return true;
	uint8_t *bytes = realloc(editor->frame.bytes, count);
	if (bytes)
		editor->frame.bytes = bytes;
	uint8_t *states = realloc(editor->frame.states, count);
	if (states)
		editor->frame.states = states;
	if (!bytes || !states)
		return false;
	editor->frame.capacity = count;
	return true;
}

/* Read the window and its context; false when there is no memory for it. */
static bool read_window(Editor *editor, const Window *window)
{
	const size_t total = window->before + window->count + window->after;
	if (!reserve(editor, total + 1))
		return false;
	return document_read(editor_file(editor)->doc, window->origin - window->before,
			     editor->frame.bytes, total, editor->frame.states,
			     NULL) == MHEX_OK;
}

/* ---- what other processes changed ---- */

static bool reserve_seen(OpenFile *file, size_t count)
{
	if (count <= file->seen_capacity)
		return true;
	uint8_t *seen = realloc(file->seen, count);
	if (seen)
		file->seen = seen;
	uint8_t *foreign = realloc(file->foreign, count);
	if (foreign)
		file->foreign = foreign;
	if (!seen || !foreign)
		return false;
	file->seen_capacity = count;
	return true;
}

/* Are the bytes at the same places as when they were drawn last, and did we leave
 * them alone since? */
static bool is_comparable(const OpenFile *file, const Window *window)
{
	return file->seen_count > 0 && file->seen_offset == window->origin &&
	       file->seen_generation == document_generation(file->doc);
}

static void mark_foreign(Editor *editor, const Window *window)
{
	OpenFile *file = editor_file(editor);
	const uint8_t *bytes = editor->frame.bytes + window->before;
	uint8_t *states = editor->frame.states + window->before;
	const size_t common = smaller(file->seen_count, window->count);
	if (editor->now_ms >= file->foreign_until_ms && file->foreign_until_ms) {
		memset(file->foreign, 0, file->seen_count);
		file->foreign_until_ms = 0;
	}
	bool any = false;
	for (size_t i = 0; i < common; i++) {
		if (bytes[i] == file->seen[i] || (states[i] & BYTE_MODIFIED))
			continue;
		file->foreign[i] = 1;
		file->foreign_until_ms = editor->now_ms + FOREIGN_MS;
		any = any || !(states[i] & BYTE_UNREADABLE);
	}
	if (any)
		outside_saw_foreign(editor);
	for (size_t i = 0; i < common; i++) {
		const bool show = file->foreign[i] && editor->settings.mark_foreign;
		if (show && !(states[i] & (BYTE_MODIFIED | BYTE_UNREADABLE)))
			states[i] |= BYTE_FOREIGN;
	}
}

static void remember_seen(Editor *editor, const Window *window)
{
	OpenFile *file = editor_file(editor);
	const bool same = is_comparable(file, window);
	const size_t known = same ? smaller(file->seen_count, window->count) : 0;
	if (!reserve_seen(file, window->count + 1)) {
		file->seen_count = 0;
		return;
	}
	memcpy(file->seen, editor->frame.bytes + window->before, window->count);
	memset(file->foreign + known, 0, window->count - known);
	if (!same)
		file->foreign_until_ms = 0;
	file->seen_count = window->count;
	file->seen_offset = window->origin;
	file->seen_generation = document_generation(file->doc);
}

/* Mark them; what comes back differs when other bytes are marked. */
static uint64_t mark_conflicts(Editor *editor, const Window *window)
{
	uint8_t *states = editor->frame.states + window->before;
	uint64_t which = 0;
	document_mark_conflicts(editor_file(editor)->doc, window->origin, window->count,
				states);
	for (size_t i = 0; i < window->count; i++) {
		if (states[i] & BYTE_CONFLICT)
			which = which * 1000003 + i + 1;
	}
	return which;
}

/* A change under an edit shows in no byte. */
bool frame_differs(Editor *editor)
{
	const OpenFile *file = editor_file(editor);
	const Window window = window_of(editor);
	if (!is_comparable(file, &window) || !read_window(editor, &window))
		return true;
	const size_t common = smaller(file->seen_count, window.count);
	return common != window.count ||
	       memcmp(file->seen, editor->frame.bytes + window.before, common) != 0 ||
	       mark_conflicts(editor, &window) != file->seen_conflicts;
}

/* ---- states that the editor knows ---- */

static void mark_matches(Editor *editor, const Window *window)
{
	uint64_t every = 1;
	const Pattern *pattern = marked_pattern(editor, &every);
	if (pattern->length == 0)
		return;
	const OpenFile *file = editor_file(editor);
	SearchView view = {
		.offset = window->origin - window->before,
		.bytes = editor->frame.bytes,
		.states = editor->frame.states,
		.length = window->before + window->count + window->after,
	};
	view.is_end = view.offset + view.length == document_size(file->doc);
	search_mark(pattern, every, &view, BYTE_MATCHED);
}

static void mark_selection(Editor *editor, const Window *window)
{
	const OpenFile *file = editor_file(editor);
	if (!file->has_selection)
		return;
	const Range shown =
		range_intersect((Range){window->origin, window->count}, file->selection);
	uint8_t *states = editor->frame.states + window->before;
	for (uint64_t i = 0; i < shown.length; i++)
		states[shown.offset - window->origin + i] |= BYTE_SELECTED;
}

static void mark_half_typed(Editor *editor, const Window *window)
{
	const OpenFile *file = editor_file(editor);
	const Range shown = {window->origin, window->count};
	if (file->half_typed && range_contains(shown, file->cursor.offset))
		editor->frame.states[window->before +
				     (file->cursor.offset - window->origin)] |=
			BYTE_HALF_TYPED;
}

static void add_context(const Editor *editor, const Window *window, Frame *frame)
{
	const uint8_t *bytes = editor->frame.bytes + window->before;
	frame->before_count = (unsigned)smaller(window->before, FRAME_CONTEXT);
	frame->after_count = (unsigned)smaller(window->after, FRAME_CONTEXT);
	memcpy(frame->before, bytes - frame->before_count, frame->before_count);
	memcpy(frame->after, bytes + window->count, frame->after_count);
}

static void add_bytes(Editor *editor, Frame *frame)
{
	Window window = window_of(editor);
	frame->origin = window.origin;
	frame->phase = window.phase;
	if (!read_window(editor, &window))
		return;
	editor_file(editor)->seen_conflicts = mark_conflicts(editor, &window);
	if (is_comparable(editor_file(editor), &window) &&
	    !task_recovers(editor, editor_file(editor)))
		mark_foreign(editor, &window);
	remember_seen(editor, &window);
	mark_matches(editor, &window);
	mark_selection(editor, &window);
	mark_half_typed(editor, &window);
	frame->bytes = editor->frame.bytes + window.before;
	frame->states = editor->frame.states + window.before;
	frame->count = window.count;
	add_context(editor, &window, frame);
}

static void add_cursor(Editor *editor, Frame *frame)
{
	const OpenFile *file = editor_file(editor);
	const Range shown = {frame->origin, frame->count};
	frame->cursor = file->cursor.offset;
	frame->pane = file->cursor.pane;
	frame->nibble = file->cursor.nibble;
	frame->half_typed = file->half_value;
	frame->first_column = file->first_column;
	if (range_contains(shown, frame->cursor)) {
		const size_t i = (size_t)(frame->cursor - frame->origin);
		frame->cursor_byte = frame->bytes[i];
		frame->cursor_readable = !(frame->states[i] & BYTE_UNREADABLE);
	}
}

void editor_frame(Editor *editor, Frame *frame)
{
	*frame = (Frame){.fault_caret = -1};
	editor->stale = false;
	if (!editor_file(editor))
		return;
	outside_look(editor);
	editor_layout(editor);
	frame->layout = editor->layout;
	frame->document_size = document_size(editor_file(editor)->doc);
	frame->base = editor->settings.base;
	frame->charset = (TextCharset)editor->settings.text;
	frame->upper_case = editor->settings.upper;
	add_bytes(editor, frame);
	add_cursor(editor, frame);
	frame_add_status(editor, frame);
	frame_add_inspector(editor, frame);
	frame_add_popup(editor, frame);
	editor->stale = false;
}
