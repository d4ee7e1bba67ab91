/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "editor/editor_private.h"

/* After a jump off the screen: so many lines of what lies above. */
enum {
	JUMP_ROWS_ABOVE = 3
};

static uint64_t saturating_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* More lines for the inspector where there is room for them. */
static int inspector_rows(int rows)
{
	if (rows < 14)
		return 1;
	return rows < 36 ? 2 : 4;
}

void editor_layout(Editor *editor)
{
	const Settings *settings = &editor->settings;
	const OpenFile *file = editor_file(editor);
	const uint64_t size = file ? document_size(file->doc) : 0;
	const LayoutWish wish = {
		.rows = editor->rows,
		.cols = editor->cols,
		.columns = (unsigned)settings->columns,
		.group = (unsigned)settings->group,
		.largest_offset = saturating_add(size, settings->base),
		.decimal_offsets = settings->offsets == OFFSETS_DEC,
		.inspector_rows = settings->inspector ? inspector_rows(editor->rows) : 0,
		.hint = settings->hint && !editor->edited,
	};
	layout_compute(&wish, &editor->layout);
}

MhexStatus view_check_offset(const Editor *editor, uint64_t offset, MhexError *err)
{
	const uint64_t size = document_size(editor_file(editor)->doc);
	if (offset <= size)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_RANGE,
			 "0x%" PRIx64 " is past the end (0x%" PRIx64 ")", offset, size);
}

Geometry editor_geometry(const Editor *editor)
{
	const OpenFile *file = editor_file(editor);
	const Layout *layout = &editor->layout;
	const uint64_t columns = layout->columns ? layout->columns : 1;
	return (Geometry){
		.size = document_size(file->doc),
		.columns = columns,
		.rows = layout->body_rows > 0 ? (uint64_t)layout->body_rows : 1,
		.phase = editor->settings.phase % columns,
		.top_line = file->top_line,
		.group = layout->group ? layout->group : 1,
	};
}

static void show_column(Editor *editor, const Geometry *geometry)
{
	OpenFile *file = editor_file(editor);
	const uint64_t columns = geometry->columns;
	const uint64_t column =
		(file->cursor.offset % columns + geometry->phase) % columns;
	file->first_column =
		layout_scroll(&editor->layout, file->first_column, (unsigned)column);
}

void view_show_cursor(Editor *editor)
{
	OpenFile *file = editor_file(editor);
	editor_layout(editor);
	const Geometry geometry = editor_geometry(editor);
	const uint64_t line = geometry_line(&geometry, file->cursor.offset);
	if (line < file->top_line)
		file->top_line = line;
	else if (line - file->top_line >= geometry.rows)
		file->top_line = line - geometry.rows + 1;
	show_column(editor, &geometry);
	editor->stale = true;
}

void selection_clear(OpenFile *file)
{
	file->has_selection = false;
	file->selecting = false;
}

void selection_set(OpenFile *file, Range range)
{
	file->selecting = false;
	file->has_selection = range.length > 0;
	file->selection = range;
	file->anchor = range.offset;
}

/* From anchor to cursor, both included, cut at the end of the document. */
static void selection_follow(OpenFile *file)
{
	const uint64_t size = document_size(file->doc);
	const uint64_t cursor = file->cursor.offset;
	const uint64_t begin = file->anchor < cursor ? file->anchor : cursor;
	const uint64_t last = file->anchor < cursor ? cursor : file->anchor;
	file->selection = range_between(begin, last < size ? last + 1 : size);
	file->has_selection = file->selection.length > 0;
}

Range selection_or_bytes(const Editor *editor, uint64_t count)
{
	const OpenFile *file = editor_file(editor);
	const uint64_t size = document_size(file->doc);
	const Range all = {0, size};
	if (file->has_selection)
		return range_intersect(file->selection, all);
	const uint64_t offset = file->cursor.offset < size ? file->cursor.offset : size;
	return (Range){offset, count < size - offset ? count : size - offset};
}

void view_move(Editor *editor, uint64_t offset)
{
	OpenFile *file = editor_file(editor);
	const uint64_t size = document_size(file->doc);
	typing_leave(editor);
	file->cursor.offset = offset < size ? offset : size;
	file->cursor.nibble = 0;
	editor->at_match = false;
	if (file->selecting)
		selection_follow(file);
	else
		file->has_selection = false;
	view_show_cursor(editor);
}

void view_goto(Editor *editor, uint64_t offset)
{
	OpenFile *file = editor_file(editor);
	if (offset != file->cursor.offset)
		jumps_push(&file->jumps, file->cursor.offset);
	const Geometry geometry = editor_geometry(editor);
	const uint64_t line = geometry_line(&geometry, offset);
	const bool visible =
		line >= file->top_line && line - file->top_line < geometry.rows;
	const uint64_t above = geometry.rows / 2 > JUMP_ROWS_ABOVE ? JUMP_ROWS_ABOVE : 0;
	if (!visible)
		file->top_line = line > above ? line - above : 0;
	view_move(editor, offset);
}

void view_after_edit(Editor *editor, uint64_t offset)
{
	OpenFile *file = editor_file(editor);
	const uint64_t size = document_size(file->doc);
	selection_clear(file);
	editor->edited = true;
	editor->at_match = false;
	file->cursor.offset = offset < size ? offset : size;
	file->cursor.nibble = 0;
	view_show_cursor(editor);
}
