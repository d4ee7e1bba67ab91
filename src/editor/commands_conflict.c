/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The document beside its file: conflicts, and what differs. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "editor/commands.h"
#include "editor/editor_private.h"

enum {
	ROWS_MAX = 10000,        /* of a list on the screen; in batch all are printed */
	SHOWN_BYTES = 8,         /* of each side of a difference */
	COMPARED_MAX = 64 << 10, /* a longer difference is taken for one unseen */
};

/* ---- conflicts ---- */

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

/* ---- what differs ---- */

typedef struct {
	Editor *editor;
	MhexError *err;
	MhexStatus status;
	bool backward;
	uint64_t from;  /* of the document */
	uint64_t count; /* differences */
	DocumentDifference first, last, next;
	uint64_t next_index;
	bool has_next;
} Stepping;

/* Two sides of one length may hold the same all the same. */
static bool really_differs(Document *doc, const DocumentDifference *difference)
{
	uint8_t mine[512], theirs[512], readable[512], states[512];
	const uint64_t length = difference->mine.length;
	if (length != difference->theirs.length || length > COMPARED_MAX)
		return true;
	for (uint64_t done = 0; done < length;) {
		const uint64_t rest = length - done;
		const size_t part = rest < sizeof(mine) ? (size_t)rest : sizeof(mine);
		if (document_read(doc, difference->mine.offset + done, mine, part, states,
				  NULL) ||
		    document_read_file(doc, difference->theirs.offset + done, theirs,
				       part, readable, NULL) ||
		    memchr(readable, 0, part) || memcmp(mine, theirs, part) != 0)
			return true;
		done += part;
	}
	return false;
}

static void add_bytes(StrBuf *out, const uint8_t *bytes, const uint8_t *readable,
		      uint64_t length)
{
	for (size_t i = 0; i < length && i < SHOWN_BYTES; i++) {
		if (readable[i])
			strbuf_printf(out, " %02x", bytes[i]);
		else
			strbuf_add_text(out, " ??");
	}
	if (length == 0)
		strbuf_add_text(out, " --");
	if (length > SHOWN_BYTES)
		strbuf_add_text(out, " ...");
}

static size_t shown(uint64_t length)
{
	return length < SHOWN_BYTES ? (size_t)length : SHOWN_BYTES;
}

static void describe_difference(Document *doc, const DocumentDifference *difference,
				StrBuf *out)
{
	uint8_t bytes[SHOWN_BYTES], readable[SHOWN_BYTES] = {0};
	const Range mine = difference->mine;
	const Range theirs = difference->theirs;
	(void)document_read_file(doc, theirs.offset, bytes, shown(theirs.length),
				 readable, NULL);
	strbuf_add_text(out, "disk");
	add_bytes(out, bytes, readable, theirs.length);
	memset(readable, 0, sizeof(readable));
	if (!document_read(doc, mine.offset, bytes, shown(mine.length), readable, NULL))
		for (size_t i = 0; i < sizeof(readable); i++)
			readable[i] = !(readable[i] & BYTE_UNREADABLE);
	strbuf_add_text(out, " here");
	add_bytes(out, bytes, readable, mine.length);
}

static bool print_difference(void *context, const DocumentDifference *difference)
{
	Stepping *work = context;
	Document *doc = editor_file(work->editor)->doc;
	StrBuf text = {0};
	if (!really_differs(doc, difference))
		return true;
	describe_difference(doc, difference, &text);
	work->count++;
	work->status = editor_print(work->editor, work->err, "0x%" PRIx64 " %s\n",
				    difference->mine.offset, strbuf_text(&text));
	strbuf_free(&text);
	return !work->status;
}

/* The nearest one before from, or the first behind it; else what lies at the other
 * end. */
static bool note_difference(void *context, const DocumentDifference *difference)
{
	Stepping *work = context;
	if (!really_differs(editor_file(work->editor)->doc, difference))
		return true;
	const uint64_t at = difference->mine.offset;
	if (work->count++ == 0)
		work->first = *difference;
	work->last = *difference;
	const bool fits =
		work->backward ? at < work->from : at > work->from && !work->has_next;
	if (fits) {
		work->next = *difference;
		work->next_index = work->count;
		work->has_next = true;
	}
	return true;
}

/* Go to a difference and say what it is. */
static void show_difference(Editor *editor, const DocumentDifference *difference,
			    uint64_t index, uint64_t count)
{
	OpenFile *file = editor_file(editor);
	StrBuf text = {0};
	describe_difference(file->doc, difference, &text);
	view_goto(editor, difference->mine.offset);
	selection_set(file, difference->mine);
	editor_say(editor, "difference %" PRIu64 " of %" PRIu64 " at 0x%" PRIx64 ": %s",
		   index, count, difference->mine.offset, strbuf_text(&text));
	strbuf_free(&text);
}

static MhexStatus step_difference(Editor *editor, bool backward, MhexError *err)
{
	const OpenFile *file = editor_file(editor);
	Stepping work = {
		.editor = editor, .backward = backward, .from = file->cursor.offset};
	const MhexStatus status = document_check_name(file->doc, err);
	if (status)
		return status;
	document_differences(file->doc, note_difference, &work);
	if (work.count == 0)
		return mhex_fail(err, MHEX_E_NOTFOUND,
				 "the document is as the file on the disk");
	if (!work.has_next && !editor->settings.wrap)
		return mhex_fail(err, MHEX_E_NOTFOUND, "no difference %s here",
				 backward ? "before" : "behind");
	if (work.has_next)
		show_difference(editor, &work.next, work.next_index, work.count);
	else if (backward)
		show_difference(editor, &work.last, work.count, work.count);
	else
		show_difference(editor, &work.first, 1, work.count);
	return MHEX_OK;
}

HANDLER(cmd_diff_next)
{
	(void)args;
	return step_difference(editor, false, err);
}

HANDLER(cmd_diff_previous)
{
	(void)args;
	return step_difference(editor, true, err);
}

HANDLER(cmd_diff_disk)
{
	(void)args;
	Stepping work = {.editor = editor, .err = err};
	Document *doc = editor_file(editor)->doc;
	const MhexStatus status = document_check_name(doc, err);
	if (status)
		return status;
	document_differences(
		doc, editor->options.batch ? print_difference : note_difference, &work);
	if (work.count == 0)
		editor_say(editor, "the document is as the file on the disk");
	else if (!editor->options.batch)
		show_difference(editor, &work.first, 1, work.count);
	return work.status;
}
