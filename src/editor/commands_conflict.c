/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where others have changed what was edited. */

#include <inttypes.h>
#include <stdio.h>

#include "editor/commands.h"
#include "editor/editor_private.h"

enum {
	ROWS_MAX = 10000, /* of a list on the screen; in batch all are printed */
};

typedef struct {
	Editor *editor;
	MhexError *err;
	MhexStatus status;
	uint64_t count; /* of rows */
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

static bool list_conflict(void *context, const Conflict *conflict)
{
	Listing *listing = context;
	Editor *editor = listing->editor;
	StrBuf text = {0}, action = {0};
	describe_conflict(conflict, &text);
	strbuf_printf(&action, "goto 0x%" PRIx64, conflict->offset);
	if (editor->options.batch)
		listing->status =
			editor_print(editor, listing->err, "%s\n", strbuf_text(&text));
	else if (listing->count < ROWS_MAX &&
		 !list_add(&editor->list, strbuf_text(&text), strbuf_text(&action)))
		listing->status = mhex_fail(listing->err, MHEX_E_NOMEM, "out of memory");
	listing->count++;
	strbuf_free(&text);
	strbuf_free(&action);
	return !listing->status;
}

MhexStatus conflicts_list(Editor *editor, uint64_t *count, MhexError *err)
{
	Listing listing = {.editor = editor, .err = err};
	*count = 0;
	if (!editor->options.batch && !list_open(&editor->list, "conflicts"))
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	MhexStatus status = document_conflicts(editor_file(editor)->doc, list_conflict,
					       &listing, err);
	if (!status)
		status = listing.status;
	*count = listing.count;
	if (editor->options.batch)
		return status;
	if (listing.count > ROWS_MAX) {
		char rest[64];
		(void)snprintf(rest, sizeof(rest), "%" PRIu64 " more",
			       listing.count - ROWS_MAX);
		(void)list_add(&editor->list, rest, NULL);
	}
	if (status || listing.count == 0)
		list_free(&editor->list);
	editor->stale = true;
	return status;
}

HANDLER(cmd_conflicts)
{
	(void)args;
	uint64_t count = 0;
	const MhexStatus status = conflicts_list(editor, &count, err);
	if (!status && count == 0)
		editor_say(editor, "no conflicts");
	return status;
}

const char *const take_names[] = {"mine", "theirs", NULL};

HANDLER(cmd_take)
{
	OpenFile *file = editor_file(editor);
	const TakeSide side = args->text[0] == 'm' ? TAKE_MINE : TAKE_THEIRS;
	const Range range = args->has_in ? args->in : (Range){0, UINT64_MAX};
	uint64_t taken = 0;
	typing_leave(editor);
	const MhexStatus status = document_take(file->doc, side, range, &taken, err);
	if (status)
		return status;
	view_after_edit(editor, file->cursor.offset);
	editor_say(editor,
		   side == TAKE_MINE ? "%" PRIu64 " conflicts: the next write writes mine"
				     : "%" PRIu64
				       " conflicts: theirs stays, the edits are dropped",
		   taken);
	return MHEX_OK;
}
