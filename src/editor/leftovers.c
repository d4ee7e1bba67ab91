/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/leftovers.h"

#include <inttypes.h>
#include <string.h>

#include "document/recovery.h"
#include "editor/commands.h"
#include "editor/editor_private.h"

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
	if (state.resized)
		strbuf_add_text(out, ", and the file has another size since");
	else if (state.foreign > 0)
		strbuf_printf(out,
			      ", and %" PRIu64
			      " of its bytes have been changed by others since",
			      state.foreign);
	else
		strbuf_printf(out, "; %" PRIu64 " of %" PRIu64 " bytes are the old ones",
			      state.bytes - state.now, state.bytes);
}

static MhexStatus look_again(Document *doc, MhexError *err)
{
	uint64_t conflicts = 0;
	return document_reload(doc, false, &conflicts, err);
}

static MhexStatus finish_save(void *found, Document *doc, MhexError *err)
{
	const MhexStatus status = recovery_run(found, RECOVERY_FORWARD, err);
	return status ? status : look_again(doc, err);
}

static MhexStatus take_back_save(void *found, Document *doc, MhexError *err)
{
	const MhexStatus status = recovery_run(found, RECOVERY_BACK, err);
	return status ? status : look_again(doc, err);
}

static MhexStatus forget_save(void *found, Document *doc, MhexError *err)
{
	(void)doc;
	return recovery_forget(found, err);
}

/* ---- The kinds, in the order in which they are settled ---- */

static const LeftoverKind kinds[] = {
	{"finish it", "put the old bytes back", find_save, close_save, describe_save,
	 finish_save, take_back_save, forget_save},
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

static MhexStatus settle(OpenFile *file, Recover how, MhexError *err)
{
	Leftover *leftover = &file->leftover;
	const LeftoverKind *kind = leftover->kind;
	MhexStatus (*run)(void *found, Document *doc, MhexError *err) = kind->drop;
	if (how == RECOVER_APPLY)
		run = kind->apply;
	else if (how == RECOVER_REVERT)
		run = kind->revert;
	const MhexStatus status = run(leftover->found, file->doc, err);
	if (!status)
		*leftover = (Leftover){0};
	return status;
}

static void say_settled(Editor *editor, const OpenFile *file, Recover how)
{
	static const char *const words[] = {[RECOVER_APPLY] =
						    "finished what was interrupted",
					    [RECOVER_DROP] = "left as it is",
					    [RECOVER_REVERT] = "put back as it was"};
	editor_say(editor, "%s: %s", file->name, words[how]);
}

static void ask(Editor *editor, const OpenFile *file)
{
	const LeftoverKind *kind = file->leftover.kind;
	StrBuf text = {0};
	kind->describe(file->leftover.found, &text);
	/* The name is on the status line, and may be long. */
	editor_ask(editor, "%s.  f %s  b %s  d leave it so  Esc later",
		   strbuf_text(&text), kind->apply_words, kind->revert_words);
	editor_answer(editor, "f", "recover apply");
	editor_answer(editor, "b", "recover revert");
	editor_answer(editor, "d", "recover drop");
	editor_answer(editor, "<Esc>", "");
	strbuf_free(&text);
}

static MhexStatus refuse(const OpenFile *file, MhexError *err)
{
	const LeftoverKind *kind = file->leftover.kind;
	StrBuf text = {0};
	kind->describe(file->leftover.found, &text);
	const MhexStatus status = mhex_fail(
		err, MHEX_E_REFUSED,
		"%s: %s; --recover=apply would %s, --recover=revert %s, --recover=drop "
		"leave it so",
		file->name, strbuf_text(&text), kind->apply_words, kind->revert_words);
	strbuf_free(&text);
	return status;
}

static MhexStatus settle_all(OpenFile *file, Recover how, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	while (!status && file->leftover.kind) {
		status = settle(file, how, err);
		if (!status)
			status = look(file, err);
	}
	return status;
}

MhexStatus leftovers_look(Editor *editor, OpenFile *file, MhexError *err)
{
	const Recover how = editor->options.recover;
	MhexStatus status = look(file, err);
	if (!status && !file->leftover.kind)
		return MHEX_OK;
	if (!status && how != RECOVER_ASK) {
		status = settle_all(file, how, err);
		if (!status)
			say_settled(editor, file, how);
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

MhexStatus leftovers_check_settled(const OpenFile *file, MhexError *err)
{
	if (!file->leftover.kind)
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

HANDLER(cmd_recover)
{
	OpenFile *file = editor_file(editor);
	MhexStatus status = file->leftover.kind ? MHEX_OK : look(file, err);
	if (status)
		return status;
	if (!file->leftover.kind)
		return mhex_fail(err, MHEX_E_NOTFOUND, "nothing of %s was interrupted",
				 file->name);
	if (!args->has_argument) {
		ask(editor, file);
		return MHEX_OK;
	}
	const Recover how = way_named(args->text);
	status = settle(file, how, err);
	if (status)
		return status;
	(void)document_refresh(file->doc, &file->file_size);
	view_move(editor, file->cursor.offset);
	say_settled(editor, file, how);
	status = look(file, err);
	if (!status && file->leftover.kind)
		ask(editor, file);
	return status;
}
