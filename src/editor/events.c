/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "editor/editor_private.h"
#include "mhex/render.h"

enum {
	WHEEL_LINES = 3,
};

/* ---- commands ---- */

/* The line with its fault, and where it is. */
static void show_fault(Editor *editor, const char *line, const MhexError *err)
{
	editor_complain(editor, err);
	if (err->caret < 0 || (size_t)err->caret > strlen(line))
		return;
	strbuf_clear(&editor->fault_line);
	strbuf_add_escaped(&editor->fault_line, line, (size_t)err->caret);
	editor->fault_caret = (int)editor->fault_line.length;
	strbuf_add_escaped(&editor->fault_line, line + err->caret,
			   strlen(line) - (size_t)err->caret);
}

/* What a list of results is called: the line that gave them. */
void editor_show_results(Editor *editor, const char *line)
{
	StrBuf title = {0};
	while (*line == ' ' || *line == ':')
		line++;
	strbuf_add_escaped(&title, line, strlen(line));
	show_result(editor, strbuf_text(&title));
	strbuf_free(&title);
}

void editor_execute_shown(Editor *editor, const char *line)
{
	MhexError err;
	const MhexStatus status = editor_execute(editor, line, &err);
	editor_show_results(editor, line);
	if (status)
		show_fault(editor, line, &err);
}

MhexStatus editor_run(Editor *editor, const char *line, MhexError *err)
{
	editor->inside_loop = false;
	const MhexStatus status = editor_execute(editor, line, err);
	if (!editor->options.batch)
		editor_show_results(editor, line);
	return status;
}

/* ---- the mouse ---- */

static void scroll(Editor *editor, bool down)
{
	OpenFile *file = editor_file(editor);
	const Geometry geometry = editor_geometry(editor);
	const uint64_t last = geometry_last_line(&geometry);
	const uint64_t most = last + 1 > geometry.rows ? last + 1 - geometry.rows : 0;
	if (down)
		file->top_line =
			file->top_line + WHEEL_LINES < most
				? file->top_line + WHEEL_LINES
				: (file->top_line > most ? file->top_line : most);
	else
		file->top_line =
			file->top_line > WHEEL_LINES ? file->top_line - WHEEL_LINES : 0;
	/* The cursor stays on the screen, in its column. */
	const uint64_t line = geometry_line(&geometry, file->cursor.offset);
	const uint64_t bottom = file->top_line + geometry.rows - 1;
	uint64_t target = file->cursor.offset;
	if (line < file->top_line)
		target = cursor_moved(target, MOVE_DOWN, file->top_line - line, false,
				      &geometry);
	else if (line > bottom)
		target = cursor_moved(target, MOVE_UP, line - bottom, false, &geometry);
	if (target != file->cursor.offset)
		view_move(editor, target);
	editor->stale = true;
}

static bool offset_at(const Editor *editor, const Event *event, uint64_t *offset,
		      Pane *pane, int *nibble)
{
	int row = 0;
	unsigned index = 0;
	const OpenFile *file = editor_file(editor);
	const Geometry geometry = editor_geometry(editor);
	const LayoutPane hit =
		layout_hit(&editor->layout, event->row, event->col, &row, &index, nibble);
	if (hit == LAYOUT_NOWHERE)
		return false;
	const uint64_t place = (file->top_line + (uint64_t)row) * geometry.columns +
			       file->first_column + index;
	*offset = place > geometry.phase ? place - geometry.phase : 0;
	*pane = hit == LAYOUT_HEX ? PANE_HEX : PANE_TEXT;
	return true;
}

static void press(Editor *editor, const Event *event)
{
	uint64_t offset = 0;
	Pane pane = PANE_HEX;
	int nibble = 0;
	OpenFile *file = editor_file(editor);
	if (!offset_at(editor, event, &offset, &pane, &nibble))
		return;
	selection_clear(file);
	view_move(editor, offset);
	file->cursor.pane = pane;
	if (pane == PANE_HEX && (file->mode == MODE_OVERWRITE || file->mode == MODE_ONE))
		file->cursor.nibble = 0;
	file->anchor = file->cursor.offset;
	editor->dragging = true;
}

static void drag(Editor *editor, const Event *event)
{
	uint64_t offset = 0;
	Pane pane = PANE_HEX;
	int nibble = 0;
	OpenFile *file = editor_file(editor);
	if (!editor->dragging)
		return;
	if (event->row < 0 || event->row >= editor->layout.body_rows) {
		scroll(editor, event->row >= editor->layout.body_rows);
		return;
	}
	if (!offset_at(editor, event, &offset, &pane, &nibble))
		return;
	const bool was_selecting = file->selecting;
	file->selecting = true;
	view_move(editor, offset);
	file->selecting = was_selecting;
}

static void handle_mouse(Editor *editor, const Event *event)
{
	const bool wheel =
		event->mouse == MOUSE_WHEEL_UP || event->mouse == MOUSE_WHEEL_DOWN;
	if (editor->list.active && wheel) {
		list_scroll(&editor->list, event->mouse == MOUSE_WHEEL_DOWN,
			    render_popup_rows(&editor->layout, editor->list.count));
		editor->stale = true;
		return;
	}
	if (editor->list.active || editor->prompt.active || editor->question.active)
		return;
	switch (event->mouse) {
	case MOUSE_PRESS:
		press(editor, event);
		break;
	case MOUSE_DRAG:
		drag(editor, event);
		break;
	case MOUSE_RELEASE:
		editor->dragging = false;
		break;
	case MOUSE_WHEEL_UP:
	case MOUSE_WHEEL_DOWN:
		scroll(editor, event->mouse == MOUSE_WHEEL_DOWN);
		break;
	}
}

/* ---- time, jobs, size ---- */

static void handle_tick(Editor *editor)
{
	OpenFile *file = editor_file(editor);
	if (!file)
		return;
	if (task_running(editor))
		editor->stale = true;
	outside_look(editor);
	if (frame_differs(editor) ||
	    (file->foreign_until_ms && editor->now_ms >= file->foreign_until_ms))
		editor->stale = true;
	keeping_tick(editor);
}

static void handle_watch(Editor *editor)
{
	if (!outside_take(editor))
		return;
	editor->watched = NULL; /* another file may have the name */
	handle_tick(editor);
}

static void handle_resize(Editor *editor, const Event *event)
{
	editor->rows = event->rows;
	editor->cols = event->cols;
	editor->stale = true;
	if (editor_file(editor))
		view_show_cursor(editor);
}

/* Is this all that the first screen needs? */
static bool only_draws(const Editor *editor, const Event *event)
{
	return (event->kind == EVENT_RESIZE || event->kind == EVENT_JOB) &&
	       !editor->queue.first;
}

void editor_handle(Editor *editor, const Event *event)
{
	editor->now_ms = event->now_ms;
	editor->inside_loop = true;
	if (!only_draws(editor, event)) {
		leftovers_catch_up(editor);
		keeping_start(editor);
	}
	switch (event->kind) {
	case EVENT_KEY:
		editor_key(editor, event->key);
		break;
	case EVENT_PASTE:
		if (editor_file(editor) && !editor->list.active &&
		    !editor->question.active)
			typing_paste(editor, event->bytes, event->length);
		break;
	case EVENT_MOUSE:
		if (editor_file(editor) && editor->settings.mouse)
			handle_mouse(editor, event);
		break;
	case EVENT_RESIZE:
		handle_resize(editor, event);
		break;
	case EVENT_TICK:
		handle_tick(editor);
		break;
	case EVENT_JOB:
		task_poll(editor);
		break;
	case EVENT_FILE:
		handle_watch(editor);
		break;
	case EVENT_RESUMED:
		editor->want_redraw = true;
		editor->stale = true;
		break;
	}
	editor_queue_run(editor);
	task_progress_watch(editor);
}
