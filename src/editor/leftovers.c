/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/leftovers.h"

#include <inttypes.h>
#include <string.h>

#include "document/edit_recovery.h"
#include "document/recovery.h"
#include "editor/commands.h"
#include "editor/editor_private.h"
#include "editor/task_parts.h"
#include "storage/replace_trace.h"

/* ---- A save in place that was interrupted ---- */

static MhexStatus find_save(void **found, const char *path, MhexError *err)
{
	Recovery *recovery = NULL;
	const MhexStatus status = recovery_find(&recovery, path, err);
	*found = recovery;
	return status;
}

static void close_save(void *found)
{
	recovery_close(found);
}

static void describe_save(const void *found, StrBuf *out)
{
	RecoveryState state;
	recovery_get_state(found, &state);
	strbuf_add_text(out, "a save was interrupted");
	if (state.unread > 0)
		strbuf_printf(out, "; its journal has %" PRIu64 " MiB",
			      state.unread >> 20);
	else if (state.resized)
		strbuf_add_text(out, ", and the file has another size since");
	else if (state.foreign > 0)
		strbuf_printf(out,
			      ", and %" PRIu64
			      " of its bytes have been changed by others since",
			      state.foreign);
	else if (state.under_way > 0)
		strbuf_printf(out, " in stage %" PRIu64 " of %" PRIu64, state.under_way,
			      state.stages);
	else if (state.stages > 0)
		strbuf_printf(out, "; it has %" PRIu64 " stages", state.stages);
	else
		strbuf_printf(out, "; %" PRIu64 " of %" PRIu64 " bytes are the old ones",
			      state.bytes - state.now, state.bytes);
}

static MhexStatus prepare_save(void *found, const Document *doc, Recover how,
			       bool *has_work, MhexError *err)
{
	(void)found;
	(void)doc;
	(void)how;
	(void)err;
	*has_work = true;
	return MHEX_OK;
}

/* Stores and syncs, so not on the loop's thread. What was found is closed then. */
static MhexStatus work_on_save(void *found, const Settling *how, Job *job, MhexError *err)
{
	recovery_set_job(found, job);
	if (how->way == RECOVER_DROP)
		return recovery_forget(found, err);
	recovery_set_lock(found, how->lock, how->force);
	return recovery_run(
		found, how->way == RECOVER_APPLY ? RECOVERY_FORWARD : RECOVERY_BACK, err);
}

/* The file has other bytes now. It is settled, whatever comes of this. */
static MhexStatus look_again(void *found, Document *doc, StrBuf *note, MhexError *err)
{
	(void)found;
	(void)note;
	(void)document_reload(doc, false, NULL, err);
	return MHEX_OK;
}

static const LeftoverAnswers *answers_of_save(const void *found)
{
	static const LeftoverAnswers answers = {
		{"f", "finish it", "finished what was interrupted"},
		{"b", "put the old bytes back", "put back as it was"},
		{"d", "leave it so", "left as it is"},
	};
	(void)found;
	return &answers;
}

/* ---- Edits that were not saved ---- */

static MhexStatus find_edits(void **found, const char *path, MhexError *err)
{
	EditRecovery *recovery = NULL;
	const MhexStatus status = edit_recovery_find(&recovery, path, err);
	*found = recovery;
	return status;
}

static void close_edits(void *found)
{
	edit_recovery_close(found);
}

/* Each was made on the file alone, and may have moved its bytes. */
static size_t later_edits(const void *found)
{
	EditRecoveryState state;
	edit_recovery_get_state(found, &state);
	return state.live || state.damaged ? 0 : state.later;
}

static void describe_edits(const void *found, StrBuf *out)
{
	EditRecoveryState state;
	edit_recovery_get_state(found, &state);
	if (state.damaged) {
		strbuf_add_text(out, "edits are left from a crash, but damaged");
		return;
	}
	strbuf_printf(out,
		      state.live ? "%" PRIu64
				   " bytes of live edits are in the file since a crash"
				 : "%" PRIu64
				   " bytes of unsaved edits are left from a crash",
		      state.bytes);
	if (later_edits(found) > 0)
		strbuf_printf(out, " (the oldest of %zu)", later_edits(found) + 1);
}

static const LeftoverAnswers *answers_of_edits(const void *found)
{
	static const LeftoverAnswers preview = {
		{"y", "apply them", "the edits are back, unsaved"},
		{NULL, "drop them", "the edits are dropped"},
		{"d", "drop them", "the edits are dropped"},
	};
	static const LeftoverAnswers live = {
		{"y", "keep them", "the edits are kept"},
		{"b", "put the old bytes back", "put back as it was"},
		{NULL, "keep them", "the edits are kept"},
	};
	static const LeftoverAnswers damaged = {
		{NULL, "fail", ""},
		{NULL, "drop them", "the edits are dropped"},
		{"d", "drop them", "the edits are dropped"},
	};
	EditRecoveryState state;
	edit_recovery_get_state(found, &state);
	if (state.damaged)
		return &damaged;
	return state.live ? &live : &preview;
}

static MhexStatus prepare_edits(void *found, const Document *doc, Recover how,
				bool *has_work, MhexError *err)
{
	EditRecoveryState state;
	edit_recovery_get_state(found, &state);
	*has_work = how == RECOVER_REVERT && state.live && !state.damaged;
	return *has_work ? edit_recovery_aim(found, doc, err) : MHEX_OK;
}

/* Stores and syncs as well. */
static MhexStatus work_on_edits(void *found, const Settling *how, Job *job,
				MhexError *err)
{
	(void)job;
	edit_recovery_set_lock(found, how->lock, how->force);
	return edit_recovery_put_back(found, err);
}

static MhexStatus apply_edits(void *found, Document *doc, StrBuf *note, MhexError *err)
{
	uint64_t conflicts = 0;
	const MhexStatus status = edit_recovery_apply(found, doc, &conflicts, err);
	if (conflicts > 0)
		strbuf_printf(note,
			      "; others have changed %" PRIu64
			      " of their bytes since: conflicts",
			      conflicts);
	return status;
}

static MhexStatus revert_edits(void *found, Document *doc, StrBuf *note, MhexError *err)
{
	uint64_t kept = 0;
	uint64_t first = 0;
	const MhexStatus status = edit_recovery_revert(found, doc, &kept, &first, err);
	if (kept > 0)
		strbuf_printf(note,
			      "; but %" PRIu64 " bytes, the first at 0x%" PRIx64
			      ", are others' and stay",
			      kept, first);
	return status;
}

static MhexStatus drop_edits(void *found, Document *doc, StrBuf *note, MhexError *err)
{
	(void)doc;
	(void)note;
	return edit_recovery_drop(found, err);
}

/* ---- The kinds, in the order in which they are settled ---- */

static const LeftoverKind kinds[] = {
	{true, true, answers_of_save, find_save, close_save, NULL, describe_save,
	 prepare_save, work_on_save, look_again, look_again, look_again},
	{false, false, answers_of_edits, find_edits, close_edits, later_edits,
	 describe_edits, prepare_edits, work_on_edits, apply_edits, revert_edits,
	 drop_edits},
};

void leftover_close(Leftover *leftover)
{
	if (leftover->kind)
		leftover->kind->close(leftover->found);
	*leftover = (Leftover){0};
}

/* What is found first stays with the file. */
static MhexStatus look(OpenFile *file, MhexError *err)
{
	Leftover *leftover = &file->leftover;
	const char *path = document_path(file->doc);
	MhexStatus status = MHEX_E_NOTFOUND;
	leftover_close(leftover);
	for (size_t i = 0;
	     status == MHEX_E_NOTFOUND && path && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++) {
		status = kinds[i].find(&leftover->found, path, err);
		if (!status)
			leftover->kind = &kinds[i];
	}
	return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
}

/* ---- Settling ---- */

static const LeftoverAnswers *answers_of(const OpenFile *file)
{
	return file->leftover.kind->answers(file->leftover.found);
}

static const LeftoverAnswer *answer_for(const OpenFile *file, Recover how)
{
	const LeftoverAnswers *answers = answers_of(file);
	if (how == RECOVER_APPLY)
		return &answers->apply;
	return how == RECOVER_REVERT ? &answers->revert : &answers->drop;
}

/* Behind the kind's work. said, empty at first: what was done. */
static MhexStatus settle_rest(OpenFile *file, Recover how, StrBuf *said, MhexError *err)
{
	StrBuf note = {0};
	Leftover *leftover = &file->leftover;
	const LeftoverKind *kind = leftover->kind;
	MhexStatus (*run)(void *found, Document *doc, StrBuf *note, MhexError *err) =
		kind->drop;
	if (how == RECOVER_APPLY)
		run = kind->apply;
	else if (how == RECOVER_REVERT)
		run = kind->revert;
	strbuf_clear(said);
	strbuf_add_text(said, answer_for(file, how)->said);
	const MhexStatus status = run(leftover->found, file->doc, &note, err);
	strbuf_add_text(said, strbuf_text(&note));
	strbuf_free(&note);
	if (!status)
		*leftover = (Leftover){.asked = leftover->asked};
	return status;
}

static MhexStatus prepare(const OpenFile *file, Recover how, bool *has_work,
			  MhexError *err)
{
	const Leftover *leftover = &file->leftover;
	return leftover->kind->prepare(leftover->found, file->doc, how, has_work, err);
}

static MhexStatus settle(OpenFile *file, const Settling *how, StrBuf *said,
			 MhexError *err)
{
	const Leftover *leftover = &file->leftover;
	bool has_work = false;
	MhexStatus status = prepare(file, how->way, &has_work, err);
	if (!status && has_work)
		status = leftover->kind->work(leftover->found, how, NULL, err);
	return status ? status : settle_rest(file, how->way, said, err);
}

static void add_words(StrBuf *text, const LeftoverAnswer *answer)
{
	if (answer->key)
		strbuf_printf(text, "  %s %s", answer->key, answer->words);
}

static void add_answer(Editor *editor, const LeftoverAnswer *answer, const char *line)
{
	if (answer->key)
		editor_answer(editor, answer->key, line);
}

static void ask(Editor *editor, const OpenFile *file)
{
	const LeftoverAnswers *answers = answers_of(file);
	StrBuf text = {0};
	/* The name is on the status line, and may be long. */
	file->leftover.kind->describe(file->leftover.found, &text);
	strbuf_add_text(&text, ".");
	add_words(&text, &answers->apply);
	add_words(&text, &answers->revert);
	add_words(&text, &answers->drop);
	editor_ask(editor, "%s  Esc later", strbuf_text(&text));
	add_answer(editor, &answers->apply, "recover apply");
	add_answer(editor, &answers->revert, "recover revert");
	add_answer(editor, &answers->drop, "recover drop");
	editor_answer(editor, "<Esc>", "");
	strbuf_free(&text);
}

static void add_way(StrBuf *text, const LeftoverAnswer *answer, const char *name)
{
	if (answer->key)
		strbuf_printf(text, ", --recover=%s %s", name, answer->words);
}

static MhexStatus refuse(const OpenFile *file, MhexError *err)
{
	const LeftoverAnswers *answers = answers_of(file);
	StrBuf text = {0};
	file->leftover.kind->describe(file->leftover.found, &text);
	strbuf_printf(&text, "; --recover=apply would %s", answers->apply.words);
	add_way(&text, &answers->revert, "revert");
	add_way(&text, &answers->drop, "drop");
	const MhexStatus status =
		mhex_fail(err, MHEX_E_REFUSED, "%s: %s", file->name, strbuf_text(&text));
	strbuf_free(&text);
	return status;
}

static MhexStatus check_alone(const OpenFile *file, MhexError *err)
{
	const Leftover *leftover = &file->leftover;
	const size_t later =
		leftover->kind->later ? leftover->kind->later(leftover->found) : 0;
	if (later == 0)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_REFUSED,
			 "%s: %zu programs have left unsaved edits, which may not fit "
			 "together: none was applied; --recover=list names them, "
			 "--recover=drop drops all, and without an answer the terminal "
			 "asks about each",
			 file->name, later + 1);
}

static MhexStatus settle_all(OpenFile *file, const Settling *how, StrBuf *said,
			     MhexError *err)
{
	MhexStatus status = MHEX_OK;
	while (!status && file->leftover.kind) {
		if (how->way == RECOVER_APPLY)
			status = check_alone(file, err);
		if (!status)
			status = settle(file, how, said, err);
		if (!status)
			status = look(file, err);
	}
	return status;
}

/* The new file of a save by rename: it goes without a word where it is of no use. */
static MhexStatus clear_new_file(Editor *editor, const OpenFile *file, MhexError *err)
{
	const char *path = document_path(file->doc);
	const MhexStatus status = path ? replace_trace_clear(path, err) : MHEX_OK;
	if (!status || editor->options.batch)
		return status;
	editor_complain(editor, err);
	return MHEX_OK;
}

static bool may_wait(const Editor *editor)
{
	const EditorOptions *options = &editor->options;
	return options->screen_first && options->recover == RECOVER_ASK &&
	       !editor->inside_loop;
}

MhexStatus leftovers_look(Editor *editor, OpenFile *file, MhexError *err)
{
	const Recover how = editor->options.recover;
	file->look_due = may_wait(editor);
	if (file->look_due)
		return MHEX_OK;
	MhexStatus status = clear_new_file(editor, file, err);
	if (!status)
		status = look(file, err);
	if (!status && !file->leftover.kind)
		return MHEX_OK;
	if (!status && how != RECOVER_ASK) {
		StrBuf said = {0};
		const Settling settling = {.way = how, .lock = editor->settings.lock};
		status = settle_all(file, &settling, &said, err);
		if (!status)
			editor_say(editor, "%s: %s", file->name, strbuf_text(&said));
		strbuf_free(&said);
	} else if (!status && editor->options.batch) {
		status = refuse(file, err);
	}
	if (!status || editor->options.batch)
		return status;
	editor_complain(editor, err);
	return MHEX_OK;
}

void leftovers_ask(Editor *editor)
{
	OpenFile *file = editor_file(editor);
	if (!file->leftover.kind || file->leftover.asked)
		return;
	file->leftover.asked = true;
	ask(editor, file);
}

void leftovers_catch_up(Editor *editor)
{
	MhexError err;
	bool looked = false;
	for (size_t i = 0; i < editor->file_count; i++) {
		if (!editor->files[i]->look_due)
			continue;
		(void)leftovers_look(editor, editor->files[i], &err);
		looked = true;
	}
	if (!looked)
		return;
	leftovers_ask(editor);
	editor->question.unseen = editor->question.active;
}

void leftovers_let_go(Editor *editor, OpenFile *file)
{
	if (!file->leftover.kind || file->leftover.kind->blocks_save ||
	    !file->leftover.asked || editor->question.active ||
	    editor->recover.file == file)
		return;
	leftover_close(&file->leftover);
	file->leftover.asked = true;
}

MhexStatus leftovers_check_settled(const OpenFile *file, MhexError *err)
{
	if (!file->leftover.kind || !file->leftover.kind->blocks_save)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_REFUSED,
			 "%s: an interruption is not settled yet: recover does it (! "
			 "writes all the same)",
			 file->name);
}

/* ---- The command ---- */

static Recover way_named(const char *name)
{
	if (name[0] == 'a')
		return RECOVER_APPLY;
	return name[0] == 'd' ? RECOVER_DROP : RECOVER_REVERT;
}

static MhexStatus run_work(Job *job, void *context, MhexError *err)
{
	const RecoverTask *task = context;
	const Leftover *leftover = &task->file->leftover;
	return leftover->kind->work(leftover->found, &task->how, job, err);
}

static MhexStatus start_work(Editor *editor, OpenFile *file, const Settling *how,
			     MhexError *err)
{
	RecoverTask *task = &editor->recover;
	*task = (RecoverTask){.file = file, .how = *how};
	editor->stale = true;
	const MhexStatus status =
		job_start(&task->job, run_work, task, editor->wake_fd, err);
	if (status)
		*task = (RecoverTask){0};
	return status;
}

/* Say what was done, and ask about what else there is. */
static MhexStatus end(Editor *editor, OpenFile *file, Recover how, MhexError *err)
{
	StrBuf said = {0};
	MhexStatus status = settle_rest(file, how, &said, err);
	if (!status) {
		(void)document_refresh(file->doc, &file->file_size);
		if (file == editor_file(editor))
			view_move(editor, file->cursor.offset);
		editor_say(editor, "%s: %s", file->name, strbuf_text(&said));
		status = look(file, err);
	}
	strbuf_free(&said);
	if (!status && file->leftover.kind && file == editor_file(editor))
		ask(editor, file);
	return status;
}

MhexStatus task_end_recover(Editor *editor, MhexError *err)
{
	const RecoverTask task = editor->recover;
	const MhexStatus status = job_finish(task.job, err);
	editor->recover = (RecoverTask){0};
	editor->stale = true;
	if (!status)
		return end(editor, task.file, task.how.way, err);
	/* What it has stored is not another program's. */
	if (document_name_state(task.file->doc) == DOCUMENT_UNCHANGED)
		(void)document_reload(task.file->doc, true, NULL, NULL);
	return status;
}

void task_drop_recover(Editor *editor)
{
	OpenFile *file = editor->recover.file;
	const bool done = !job_finish(editor->recover.job, NULL);
	StrBuf said = {0};
	if (done && file->leftover.kind->work_closes)
		file->leftover = (Leftover){0};
	else if (done)
		(void)settle_rest(file, editor->recover.how.way, &said, NULL);
	strbuf_free(&said);
	editor->recover = (RecoverTask){0};
}

HANDLER(cmd_recover)
{
	OpenFile *file = editor_file(editor);
	MhexStatus status = file->leftover.kind ? MHEX_OK : look(file, err);
	if (status)
		return status;
	const Leftover *leftover = &file->leftover;
	if (!leftover->kind)
		return mhex_fail(err, MHEX_E_NOTFOUND, "nothing of %s was interrupted",
				 file->name);
	if (!args->has_argument) {
		ask(editor, file);
		return MHEX_OK;
	}
	const Settling how = {.way = way_named(args->text),
			      .force = args->force,
			      .lock = editor->settings.lock};
	bool has_work = false;
	status = prepare(file, how.way, &has_work, err);
	if (!status && has_work && editor->inside_loop)
		return start_work(editor, file, &how, err);
	if (!status && has_work)
		status = leftover->kind->work(leftover->found, &how, NULL, err);
	return status ? status : end(editor, file, how.way, err);
}
