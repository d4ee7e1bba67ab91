/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_TASK_PARTS_H
#define MHEX_EDITOR_TASK_PARTS_H

#include "editor/editor_private.h"

/* What tasks.c needs of the searches and of the work in slices. */

/* task_search.c */
void task_poll_search(Editor *editor);
void task_drop_search(SearchTask *task); /* forget a search that has ended */
void task_stop_search(Editor *editor, SearchTask *task); /* cancel, wait, forget */

/* task_slice.c: one slice; wakes the loop for the next, so that keys come in between. */
MhexStatus task_step_slice(Editor *editor, MhexError *err);
void task_call_off_slice(Editor *editor); /* what was done is undone */

/* task_read.c: the file is there, or is to be waited for. */
MhexStatus task_end_read(Editor *editor, MhexError *err);

/* task_range.c: the bytes are there, or are to be waited for. */
MhexStatus task_end_range(Editor *editor, MhexError *err);
void task_drop_range(Editor *editor); /* cancel, wait, forget */

/* task_leaving.c */
void task_leave(Editor *editor, Intake *bytes); /* cancel, and do not wait */
void task_poll_leaving(Editor *editor);         /* forget what has ended */

/* task_open.c */
MhexStatus task_end_open(Editor *editor, MhexError *err);
void task_drop_open(Editor *editor);              /* cancel, wait, forget */
const char *task_open_name(const OpenTask *task); /* of the command; NULL: none runs */

/* commands_conflict.c: they are found, or are to be waited for. */
MhexStatus task_end_conflicts(Editor *editor, MhexError *err);
void task_drop_conflicts(Editor *editor); /* cancel, wait, forget */
/* file was reloaded: look for conflicts, and say so. */
MhexStatus task_reloaded(Editor *editor, OpenFile *file, MhexError *err);

/* leftovers.c */
MhexStatus task_end_recover(Editor *editor, MhexError *err);
void task_drop_recover(Editor *editor); /* wait, and forget */

/* tasks.c: "what: " and the sentence, on the status line. */
void task_show_failure(Editor *editor, const char *what, MhexStatus status,
		       MhexError *err);

#endif
