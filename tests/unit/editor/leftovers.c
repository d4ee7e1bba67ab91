/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a crash has left is looked for behind the first screen, and before anything else.
 */

#include "unit/editor/ed_sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "document/edit_journal.h"

static TempFile state;
static const char answers[] = "y apply them  d drop them  Esc later";

/* Another program edits the file and dies. */
static void leave_edits(uint64_t offset)
{
	MhexError err;
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_PREVIEW};
	cr_assert(zero(int, document_open(&doc, file.path, options, &err)));
	cr_assert(zero(int, edit_journal_start(doc, &err)), "%s", err.message);
	cr_assert(zero(int, document_overwrite(doc, offset, "X", 1, &err)));
	cr_assert(zero(int, edit_journal_flush(doc, &err)), "%s", err.message);
	edit_journal_end(doc, true);
	document_close(doc);
}

static void set_up(void)
{
	MhexError err;
	const EditorOptions options = {.access = ACCESS_PREVIEW,
				       .rows = 24,
				       .cols = 80,
				       .output_fd = -1,
				       .keep_state = true,
				       .screen_first = true};
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	temp_file_make(&file, "abc", 3);
	leave_edits(1);
	cr_assert(zero(int, editor_create(&editor, &options, &err)));
	cr_assert(zero(int, editor_set(editor, "nohint", &err)));
	cr_assert(zero(int, editor_open(editor, file.path, &err)), "%s", err.message);
}

static void tear_down(void)
{
	ed_close();
	temp_folder_remove(&state);
}

TestSuite(leftovers, .init = set_up, .fini = tear_down, .timeout = 100);

Test(leftovers, first_screen_comes_without_the_question)
{
	resize(24, 80);
	EXPECT_PROMPT("");
	tick(1);
	EXPECT_PROMPT(answers);
	EXPECT_MESSAGE("1 bytes of unsaved edits are left from a crash.");
	keys("y");
	EXPECT_PROMPT("");
	EXPECT_HEX("615863");
}

Test(leftovers, keys_typed_before_the_question_do_not_answer_it)
{
	resize(24, 80);
	keys("d:write<Enter>d");
	EXPECT_PROMPT(answers);
	EXPECT_FILE("abc");
	keys("y");
	EXPECT_HEX("615863");
}

Test(leftovers, commands_of_the_command_line_wait_for_the_answer)
{
	MhexError err;
	cr_assert(zero(int, editor_queue(editor, "-c 1", "write", &err)));
	resize(24, 80);
	EXPECT_PROMPT(answers);
	EXPECT_FILE("abc");
	keys("y");
	wait_for_jobs();
	EXPECT_FILE("aXc");
}

Test(leftovers, is_asked_once)
{
	tick(1);
	EXPECT_PROMPT(answers);
	keys("<Esc>");
	tick(1);
	EXPECT_PROMPT("");
}

/* ---- Several programs have died ---- */

/* A batch with that answer opens the file. */
static MhexStatus open_batch(Recover how, MhexError *err)
{
	const EditorOptions options = {.access = ACCESS_PREVIEW,
				       .output_fd = -1,
				       .keep_state = true,
				       .batch = true,
				       .recover = how};
	editor_free(editor);
	cr_assert(zero(int, editor_create(&editor, &options, err)));
	return editor_open(editor, file.path, err);
}

Test(leftovers, of_several_programs_are_not_applied_together)
{
	MhexError err;
	char want[256];
	leave_edits(2);
	cr_expect(eq(int, open_batch(RECOVER_APPLY, &err), MHEX_E_REFUSED));
	(void)snprintf(want, sizeof(want),
		       "%s: 2 programs have left unsaved edits, which may not fit "
		       "together: none was applied; --recover=list names them, "
		       "--recover=drop drops all, and without an answer the terminal "
		       "asks about each",
		       strrchr(file.path, '/') + 1);
	cr_expect(eq(str, err.message, want));

	cr_expect(zero(int, open_batch(RECOVER_DROP, &err)), "%s", err.message);
	cr_expect(zero(int, open_batch(RECOVER_ASK, &err)), "%s", err.message);
}

Test(leftovers, of_several_programs_are_asked_about_one_by_one)
{
	leave_edits(2);
	tick(1);
	EXPECT_PROMPT(answers);
	EXPECT_MESSAGE(
		"1 bytes of unsaved edits are left from a crash (the oldest of 2).");
	keys("y");
	EXPECT_PROMPT(answers);
	EXPECT_MESSAGE("1 bytes of unsaved edits are left from a crash.");
	keys("<Esc>");
	EXPECT_HEX("615863");
	command("write");
	command("recover apply");
	EXPECT_HEX("615858");
}
