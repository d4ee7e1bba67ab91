/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where others have changed what was edited. */

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "editor/commands.h"
#include "editor/task_parts.h"

enum {
	ROWS_MAX = 10000, /* of a list on the screen; in batch all are printed */
	SLICE_MS = 4,     /* no key waits for longer */
};

typedef struct {
	Editor *editor;
	MhexError *err;
	MhexStatus status;
	size_t rows;
} Listing;

static void add_value(StrBuf *out, const char *name, bool has, uint8_t value,
		      const char *otherwise)
{
	if (has)
		strbuf_printf(out, " %s %02x", name, value);
	else
		strbuf_printf(out, " %s %s", name, otherwise);
}

static void describe_conflict(const Conflict *conflict, StrBuf *out)
{
	strbuf_clear(out);
	strbuf_printf(out, "0x%" PRIx64, conflict->offset);
	if (conflict->length > 1) {
		strbuf_printf(out, "..0x%" PRIx64 " was ?? theirs ?? mine ??",
			      conflict->offset + conflict->length);
		return;
	}
	add_value(out, "was", conflict->has_was, conflict->was, "??");
	add_value(out, "theirs", conflict->has_theirs, conflict->theirs, "--");
	add_value(out, "mine", conflict->has_mine, conflict->mine, "--");
}

static MhexStatus add_row(Editor *editor, const Conflict *conflict, MhexError *err)
{
	StrBuf text = {0}, action = {0};
	MhexStatus status = MHEX_OK;
	describe_conflict(conflict, &text);
	strbuf_printf(&action, "goto 0x%" PRIx64, conflict->offset);
	if (editor->options.batch)
		status = editor_print(editor, err, "%s\n", strbuf_text(&text));
	else if (!list_add(&editor->list, strbuf_text(&text), strbuf_text(&action)))
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	strbuf_free(&text);
	strbuf_free(&action);
	return status;
}

static bool list_conflict(void *context, const Conflict *conflict)
{
	Listing *listing = context;
	Editor *editor = listing->editor;
	if (!editor->options.batch && listing->rows == ROWS_MAX)
		return false;
	listing->rows++;
	listing->status = add_row(editor, conflict, listing->err);
	return !listing->status;
}

static bool count_only(void *context, const Conflict *conflict)
{
	(void)context;
	(void)conflict;
	return false;
}

/* How many rows are not there. */
static void add_rest(List *list, uint64_t count)
{
	char rest[64];
	if (count <= ROWS_MAX)
		return;
	(void)snprintf(rest, sizeof(rest), "%" PRIu64 " more", count - ROWS_MAX);
	(void)list_add(list, rest, NULL);
}

static MhexStatus show_list(Editor *editor, Conflicts *conflicts, ConflictCount *count,
			    MhexError *err)
{
	Listing listing = {.editor = editor, .err = err};
	if (!list_open(&editor->list, "conflicts")) {
		conflicts_drop(conflicts);
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	MhexStatus status =
		conflicts_show(conflicts, list_conflict, &listing, count, err);
	status = status ? status : listing.status;
	add_rest(&editor->list, count->times);
	if (status || count->times == 0)
		list_free(&editor->list);
	return status;
}

/* Over the bytes, unless something else takes the keys by now; in batch they are printed.
 * conflicts is taken over. */
static MhexStatus show(Editor *editor, const OpenFile *file, Conflicts *conflicts,
		       bool *shown, ConflictCount *count, MhexError *err)
{
	Listing listing = {.editor = editor, .err = err};
	const bool keys_taken =
		editor->inside_loop &&
		(editor->prompt.active || editor->question.active || editor->list.active);
	*count = (ConflictCount){0};
	*shown = !editor->options.batch && !keys_taken && file == editor_file(editor);
	if (*shown)
		return show_list(editor, conflicts, count, err);
	const bool prints = editor->options.batch;
	const MhexStatus status = conflicts_show(
		conflicts, prints ? list_conflict : count_only, &listing, count, err);
	return status ? status : listing.status;
}

/* ---- Looked for ---- */

void task_drop_conflicts(Editor *editor)
{
	conflicts_drop(editor->conflict.found);
	editor->conflict = (ConflictTask){0};
}

/* Without a loop it also waits for the end. */
static MhexStatus look(Editor *editor, const ConflictTask *plan, Range range,
		       MhexError *err)
{
	ConflictTask *task = &editor->conflict;
	if (task->found && task->use == CONFLICTS_TAKEN)
		return mhex_fail(err, MHEX_E_BUSY,
				 "take is still running; Ctrl-C stops it");
	if (task->found)
		task_drop_conflicts(editor);
	*task = *plan;
	const MhexStatus status = document_find_conflicts(
		task->file->doc, range, editor->wake_fd, &task->found, err);
	editor->stale = true;
	if (status)
		*task = (ConflictTask){0};
	else if (!editor->inside_loop)
		return task_end_conflicts(editor, err);
	return status;
}

static MhexStatus end_list(Editor *editor, const ConflictTask *task, MhexError *err)
{
	bool shown = false;
	ConflictCount count;
	const MhexStatus status =
		show(editor, task->file, task->found, &shown, &count, err);
	if (status)
		return status;
	if (count.times == 0)
		editor_say(editor, "no conflicts");
	else if (!shown && !editor->options.batch)
		editor_say(editor, "%" PRIu64 " conflicts; :conflicts lists them",
			   count.times);
	return MHEX_OK;
}

static MhexStatus end_reload(Editor *editor, const ConflictTask *task, MhexError *err)
{
	bool shown = false;
	ConflictCount count;
	const char *note = document_note(task->file->doc);
	const MhexStatus status =
		show(editor, task->file, task->found, &shown, &count, err);
	if (status)
		return status;
	if (count.bytes == 0)
		editor_say(editor, "reloaded%s%s", *note ? ": " : "", note);
	else
		editor_say(editor,
			   "reloaded; %" PRIu64
			   " edited bytes lie over bytes that changed",
			   count.bytes);
	return MHEX_OK;
}

static const Range everything = {0, UINT64_MAX};

MhexStatus task_reloaded(Editor *editor, OpenFile *file, MhexError *err)
{
	const ConflictTask plan = {
		.what = "reload", .file = file, .use = CONFLICTS_RELOADED};
	return look(editor, &plan, everything, err);
}

HANDLER(cmd_conflicts)
{
	const ConflictTask plan = {.what = editor->command,
				   .file = editor_file(editor),
				   .use = CONFLICTS_LISTED};
	(void)args;
	return look(editor, &plan, everything, err);
}

/* ---- Decided ---- */

const char *const take_names[] = {"mine", "theirs", NULL};

static MhexStatus take_slice(SliceTask *task, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	const uint64_t begun_ms = clock_now_ms();
	while (!status && task->done < task->total &&
	       clock_now_ms() - begun_ms < SLICE_MS) {
		status = document_take_some(task->taking, err);
		taking_get_progress(task->taking, &task->done, &task->total);
	}
	return status;
}

static uint64_t end_taking(SliceTask *task)
{
	Taking *taking = task->taking;
	task->taking = NULL;
	return document_take_end(taking);
}

static void take_call_off(SliceTask *task)
{
	(void)end_taking(task);
}

static MhexStatus take_end(Editor *editor, SliceTask *task, MhexError *err)
{
	const bool mine = task->side == TAKE_MINE;
	const uint64_t taken = end_taking(task);
	(void)err;
	if (task->file == editor_file(editor))
		view_after_edit(editor, task->file->cursor.offset);
	editor_say(editor,
		   mine ? "%" PRIu64 " conflicts: the next write writes mine"
			: "%" PRIu64 " conflicts: theirs stays, the edits are dropped",
		   taken);
	return MHEX_OK;
}

static MhexStatus begin_taking(Editor *editor, const ConflictTask *task, MhexError *err)
{
	SliceTask plan = {
		.what = task->what,
		.step = take_slice,
		.end = take_end,
		.call_off = take_call_off,
		.left = "what was decided stays",
		.file = task->file,
		.side = task->side,
	};
	const MhexStatus status = document_take_begin(task->file->doc, task->side,
						      task->found, &plan.taking, err);
	if (status)
		return status;
	taking_get_progress(plan.taking, &plan.done, &plan.total);
	return task_slice(editor, &plan, err);
}

HANDLER(cmd_take)
{
	const ConflictTask plan = {
		.what = editor->command,
		.file = editor_file(editor),
		.use = CONFLICTS_TAKEN,
		.side = args->text[0] == 'm' ? TAKE_MINE : TAKE_THEIRS,
	};
	typing_leave(editor);
	return look(editor, &plan, args->has_in ? args->in : everything, err);
}

MhexStatus task_end_conflicts(Editor *editor, MhexError *err)
{
	const ConflictTask task = editor->conflict;
	editor->conflict = (ConflictTask){0};
	editor->stale = true;
	switch (task.use) {
	case CONFLICTS_LISTED:
		return end_list(editor, &task, err);
	case CONFLICTS_RELOADED:
		return end_reload(editor, &task, err);
	case CONFLICTS_TAKEN:
		break;
	}
	return begin_taking(editor, &task, err);
}
