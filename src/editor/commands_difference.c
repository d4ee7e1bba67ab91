/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the document differs from its file. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "editor/commands.h"
#include "editor/editor_private.h"

enum {
	SHOWN_BYTES = 8,         /* of each side of a difference */
	COMPARED_MAX = 64 << 10, /* a longer difference is taken for one unseen */
	COUNTED_MAX = 1000, /* differences; when there are more, no key waits for all */
	NEAR = 64 << 10,    /* bytes before the cursor that are looked at first */
	TRIES = 64,         /* differences that hold the same, passed over backwards */
};

/* ---- One ---- */

/* Two sides of one length may hold the same all the same. */
static bool really_differs(Document *doc, const DocumentDifference *difference)
{
	uint8_t mine[512], theirs[512], readable[512];
	const uint64_t length = difference->mine.length;
	if (length != difference->theirs.length || length > COMPARED_MAX)
		return true;
	for (uint64_t done = 0; done < length;) {
		const uint64_t rest = length - done;
		const size_t part = rest < sizeof(mine) ? (size_t)rest : sizeof(mine);
		if (document_read(doc, difference->mine.offset + done, mine, part, NULL,
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

/* Go to a difference and say what it is; which: "difference 1 of 2". */
static void show_difference(Editor *editor, const DocumentDifference *difference,
			    const char *which)
{
	OpenFile *file = editor_file(editor);
	StrBuf text = {0};
	describe_difference(file->doc, difference, &text);
	view_goto(editor, difference->mine.offset);
	selection_set(file, difference->mine);
	editor_say(editor, "%s at 0x%" PRIx64 ": %s", which, difference->mine.offset,
		   strbuf_text(&text));
	strbuf_free(&text);
}

/* ---- All, as long as they can be counted ---- */

typedef struct {
	Document *doc;
	bool backward;
	uint64_t from; /* of the document */
	uint64_t
		count; /* differences; more than COUNTED_MAX: the rest is not looked at */
	DocumentDifference first, last, next;
	uint64_t next_index;
	bool has_next;
} Stepping;

/* The nearest one before from, or the first behind it; else what lies at the other
 * end. */
static bool note_difference(void *context, const DocumentDifference *difference)
{
	Stepping *work = context;
	if (!really_differs(work->doc, difference))
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
	return work->count <= COUNTED_MAX;
}

static bool can_be_counted(const Stepping *work)
{
	return work->count <= COUNTED_MAX;
}

static void show_counted(Editor *editor, const Stepping *work)
{
	char which[64];
	const DocumentDifference *found = work->backward ? &work->last : &work->first;
	uint64_t index = work->backward ? work->count : 1;
	if (work->has_next) {
		found = &work->next;
		index = work->next_index;
	}
	(void)snprintf(which, sizeof(which), "difference %" PRIu64 " of %" PRIu64, index,
		       work->count);
	show_difference(editor, found, which);
}

/* ---- One of very many ---- */

typedef struct {
	Document *doc;
	uint64_t border; /* of the document */
	DocumentDifference at;
	bool found;
} Finding;

static bool take_first_behind(void *context, const DocumentDifference *difference)
{
	Finding *finding = context;
	if (difference->mine.offset < finding->border ||
	    !really_differs(finding->doc, difference))
		return true;
	finding->at = *difference;
	finding->found = true;
	return false;
}

static bool take_last_before(void *context, const DocumentDifference *difference)
{
	Finding *finding = context;
	if (difference->mine.offset >= finding->border)
		return false;
	finding->at = *difference;
	finding->found = true;
	return true;
}

/* The first one that begins at border or behind it. */
static void find_behind(Finding *finding)
{
	(void)document_differences(finding->doc, finding->border, take_first_behind,
				   finding);
}

/* The last one that begins before border, whatever it holds. */
static void find_last(Finding *finding)
{
	uint64_t near = NEAR;
	uint64_t begun = finding->border;
	finding->found = false;
	/* One at the very beginning may be the end of one that begins before. */
	while (begun > 0 && (!finding->found || finding->at.mine.offset == begun)) {
		const uint64_t start =
			finding->border > near ? finding->border - near : 0;
		begun = document_differences(finding->doc, start, take_last_before,
					     finding);
		near = start > 0 ? near * 2 : near;
	}
}

static void find_before(Finding *finding)
{
	find_last(finding);
	for (int i = 0; finding->found && i < TRIES; i++) {
		if (really_differs(finding->doc, &finding->at))
			return;
		finding->border = finding->at.mine.offset;
		find_last(finding);
	}
}

static bool find_one(Document *doc, bool backward, uint64_t border,
		     DocumentDifference *out)
{
	Finding finding = {.doc = doc, .border = border};
	if (backward)
		find_before(&finding);
	else
		find_behind(&finding);
	*out = finding.at;
	return finding.found;
}

static MhexStatus none_here(bool backward, MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOTFOUND, "no difference %s here",
			 backward ? "before" : "behind");
}

static MhexStatus step_among_many(Editor *editor, const Stepping *work, MhexError *err)
{
	DocumentDifference found;
	const bool backward = work->backward;
	/* What is cut off differs at the very end. */
	const uint64_t other_end = backward ? document_size(work->doc) + 1 : 0;
	if (!find_one(work->doc, backward, backward ? work->from : work->from + 1,
		      &found)) {
		if (!editor->settings.wrap)
			return none_here(backward, err);
		(void)find_one(work->doc, backward, other_end, &found);
	}
	show_difference(editor, &found, "difference");
	return MHEX_OK;
}

/* ---- Commands ---- */

static MhexStatus begin(Editor *editor, bool backward, Stepping *work, MhexError *err)
{
	const OpenFile *file = editor_file(editor);
	*work = (Stepping){
		.doc = file->doc, .backward = backward, .from = file->cursor.offset};
	return document_check_name(file->doc, err);
}

static MhexStatus step_difference(Editor *editor, bool backward, MhexError *err)
{
	Stepping work;
	const MhexStatus status = begin(editor, backward, &work, err);
	if (status)
		return status;
	(void)document_differences(work.doc, 0, note_difference, &work);
	if (work.count == 0)
		return mhex_fail(err, MHEX_E_NOTFOUND,
				 "the document is as the file on the disk");
	if (!can_be_counted(&work))
		return step_among_many(editor, &work, err);
	if (!work.has_next && !editor->settings.wrap)
		return none_here(backward, err);
	show_counted(editor, &work);
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

typedef struct {
	Editor *editor;
	MhexError *err;
	MhexStatus status;
	bool any;
} Printing;

static bool print_difference(void *context, const DocumentDifference *difference)
{
	Printing *work = context;
	Document *doc = editor_file(work->editor)->doc;
	StrBuf text = {0};
	if (!really_differs(doc, difference))
		return true;
	describe_difference(doc, difference, &text);
	work->any = true;
	work->status = editor_print(work->editor, work->err, "0x%" PRIx64 " %s\n",
				    difference->mine.offset, strbuf_text(&text));
	strbuf_free(&text);
	return !work->status;
}

static MhexStatus print_differences(Editor *editor, MhexError *err)
{
	Printing work = {.editor = editor, .err = err};
	(void)document_differences(editor_file(editor)->doc, 0, print_difference, &work);
	if (!work.any)
		editor_say(editor, "the document is as the file on the disk");
	return work.status;
}

HANDLER(cmd_diff_disk)
{
	(void)args;
	Stepping work;
	const MhexStatus status = begin(editor, false, &work, err);
	if (status)
		return status;
	if (editor->options.batch)
		return print_differences(editor, err);
	work.from = UINT64_MAX; /* so that the first one is shown */
	(void)document_differences(work.doc, 0, note_difference, &work);
	if (work.count == 0)
		editor_say(editor, "the document is as the file on the disk");
	else if (can_be_counted(&work))
		show_counted(editor, &work);
	else
		show_difference(editor, &work.first, "first difference");
	return MHEX_OK;
}
