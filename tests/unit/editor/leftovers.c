/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a crash has left is looked for behind the first screen, and before anything else.
 */

#include "unit/editor/ed_sample.h"

#include <stdlib.h>

#include "document/edit_journal.h"

static TempFile state;
static const char answers[] = "y apply them  d drop them  Esc later";

/* Another program edits the file and dies. */
static void leave_edits(void)
{
	MhexError err;
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_PREVIEW};
	cr_assert(zero(int, document_open(&doc, file.path, options, &err)));
	cr_assert(zero(int, edit_journal_start(doc, &err)), "%s", err.message);
	cr_assert(zero(int, document_overwrite(doc, 1, "X", 1, &err)));
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
	leave_edits();
	cr_assert(zero(int, editor_create(&editor, &options, &err)));
	cr_assert(zero(int, editor_set(editor, "nohint", &err)));
	cr_assert(zero(int, editor_open(editor, file.path, &err)), "%s", err.message);
}

static void tear_down(void)
{
	ed_close();
	temp_folder_remove(&state);
}

TestSuite(leftovers, .init = set_up, .fini = tear_down, .timeout = 20);

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
