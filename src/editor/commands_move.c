/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "editor/commands.h"
#include "editor/editor_private.h"

HANDLER(cmd_goto)
{
	const MhexStatus status = view_check_offset(editor, args->number, err);
	if (!status)
		view_goto(editor, args->number);
	return status;
}

static Movement movement_of(const CommandArgs *args)
{
	unsigned i = 0;
	while (strncmp(movement_names[i], args->text, args->length) != 0 ||
	       movement_names[i][args->length] != '\0')
		i++;
	return (Movement)i;
}

/* Pages move what is seen by as many lines as the cursor. */
static bool is_page(Movement movement)
{
	return movement == MOVE_PAGE_UP || movement == MOVE_PAGE_DOWN ||
	       movement == MOVE_HALF_UP || movement == MOVE_HALF_DOWN;
}

static void scroll_with(OpenFile *file, const Geometry *geometry, uint64_t target)
{
	const uint64_t from = geometry_line(geometry, file->cursor.offset);
	const uint64_t to = geometry_line(geometry, target);
	const uint64_t last = geometry_last_line(geometry);
	if (to >= from)
		file->top_line += to - from;
	else
		file->top_line -= from - to < file->top_line ? from - to : file->top_line;
	if (file->top_line > last)
		file->top_line = last;
}

static void move(Editor *editor, const CommandArgs *args)
{
	OpenFile *file = editor_file(editor);
	const Movement movement = movement_of(args);
	const bool jump = movement == MOVE_FILE_START || movement == MOVE_FILE_END;
	const uint64_t count = editor->has_count ? editor->count : 1;
	editor_layout(editor);
	const Geometry geometry = editor_geometry(editor);
	const uint64_t target = cursor_moved(file->cursor.offset, movement, count,
					     editor->has_count, &geometry);
	if (is_page(movement))
		scroll_with(file, &geometry, target);
	if (jump)
		view_goto(editor, target);
	else
		view_move(editor, target);
}

HANDLER(cmd_move)
{
	(void)err;
	move(editor, args);
	return MHEX_OK;
}

HANDLER(cmd_extend)
{
	(void)err;
	OpenFile *file = editor_file(editor);
	if (!file->has_selection)
		file->anchor = file->cursor.offset;
	file->selecting = true;
	move(editor, args);
	/* Only "v" makes plain movements extend. */
	file->selecting = false;
	return MHEX_OK;
}

HANDLER(cmd_back)
{
	(void)args;
	OpenFile *file = editor_file(editor);
	uint64_t offset = 0;
	if (!jumps_back(&file->jumps, file->cursor.offset, &offset))
		return mhex_fail(err, MHEX_E_NOTFOUND, "nowhere to go back to");
	view_move(editor, offset);
	return MHEX_OK;
}

HANDLER(cmd_forward)
{
	(void)args;
	OpenFile *file = editor_file(editor);
	uint64_t offset = 0;
	if (!jumps_forward(&file->jumps, file->cursor.offset, &offset))
		return mhex_fail(err, MHEX_E_NOTFOUND, "nowhere to go forward to");
	view_move(editor, offset);
	return MHEX_OK;
}

HANDLER(cmd_mark)
{
	OpenFile *file = editor_file(editor);
	const uint64_t offset = args->has_at ? args->at : file->cursor.offset;
	const MhexStatus status = view_check_offset(editor, offset, err);
	if (status)
		return status;
	if (!marks_is_name(args->text, args->length))
		return mhex_fail_at(err, args->caret,
				    "a mark's name is up to %d letters and digits",
				    MARK_NAME_MAX - 1);
	if (!marks_set(&file->marks, args->text, args->length, offset))
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	editor_say(editor, "mark %.*s at 0x%" PRIx64, (int)args->length, args->text,
		   offset);
	return MHEX_OK;
}

HANDLER(cmd_marks)
{
	(void)args;
	const Marks *marks = &editor_file(editor)->marks;
	MhexStatus status = MHEX_OK;
	if (marks->count == 0)
		editor_say(editor, "no marks; \"mark NAME\" or m and a letter sets one");
	for (size_t i = 0; i < marks->count && !status; i++)
		status = editor_print(editor, err, "%s 0x%" PRIx64 "\n",
				      marks->entries[i].name, marks->entries[i].offset);
	return status;
}

HANDLER(cmd_pane)
{
	(void)err;
	Cursor *cursor = &editor_file(editor)->cursor;
	typing_leave(editor);
	if (args->text[0] == 'o')
		cursor->pane = cursor->pane == PANE_HEX ? PANE_TEXT : PANE_HEX;
	else
		cursor->pane = args->text[0] == 'h' ? PANE_HEX : PANE_TEXT;
	cursor->nibble = 0;
	editor->stale = true;
	return MHEX_OK;
}

HANDLER(cmd_select)
{
	OpenFile *file = editor_file(editor);
	const Range range = args->argument_range;
	if (range.length == 0)
		return mhex_fail(err, MHEX_E_RANGE,
				 "nothing to select: the range is empty");
	if (!range_contains(range, file->cursor.offset))
		view_goto(editor, range.offset);
	selection_set(file, range);
	editor->stale = true;
	return MHEX_OK;
}

HANDLER(cmd_select_here)
{
	(void)args;
	(void)err;
	OpenFile *file = editor_file(editor);
	const bool begin = !file->selecting;
	selection_clear(file);
	if (begin) {
		file->anchor = file->cursor.offset;
		file->selecting = true;
		view_move(editor, file->cursor.offset);
		file->selecting = true;
	}
	editor->stale = true;
	return MHEX_OK;
}

HANDLER(cmd_select_none)
{
	(void)args;
	(void)err;
	selection_clear(editor_file(editor));
	typing_leave(editor);
	editor->stale = true;
	return MHEX_OK;
}
