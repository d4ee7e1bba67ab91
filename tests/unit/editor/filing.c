/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Saving, several documents, leaving, access. */
#include "unit/editor/ed_sample.h"

#include <stdio.h>

TestSuite(filing, .fini = ed_close, .timeout = 100);

static void open_other(void)
{
	temp_file_make(&other, "xyz", 3);
	ed_open_more(&other);
}

/* ---- opening ---- */

Test(filing, what_is_special_about_a_file_is_said_when_it_opens)
{
	MhexError err;
	ed_open_text("ABCD", ACCESS_LIVE);

	cr_assert(zero(int, editor_open(editor, "/proc/self/exe", &err)), "%s",
		  err.message);

	const char *note = editor_document_note(editor, 1);
	if (!*note)
		cr_skip("the test program may not be written\n");
	cr_expect(eq(int, draw()->access, ACCESS_VIEW));
	cr_expect(strstr(message(), note) != NULL, "%s", message());
	cr_expect(strstr(message(), ": opened in view") != NULL, "%s", message());
	cr_expect(eq(str, (char *)editor_document_note(editor, 0), (char *)""));
}

/* ---- saving ---- */

Test(filing, write_saves_and_says_how_much)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R5859<Esc>");
	cr_expect(eq(u64, draw()->modified_bytes, 2));
	keys("<C-s>");

	EXPECT_FILE("XYCD");
	cr_expect(not(draw()->is_modified));
	cr_expect(strstr(message(), ": 2 bytes written") != NULL, "%s", message());
	EXPECT_STATES("....");
}

Test(filing, write_saves_only_a_range)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R58595a<Esc>");
	command("write in 1..2");

	EXPECT_FILE("AYCD");
	EXPECT_STATES("M.M.");
}

Test(filing, write_to_a_file_makes_a_copy)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "", 0);

	keys("R58<Esc>");
	command(line_with("write ", other.path));
	cr_expect(draw()->message_is_error, "it exists");
	cr_expect(strstr(message(), "!") != NULL, "%s", message());
	command(line_with("write! ", other.path));

	cr_expect(temp_file_holds(other.path, "XBCD", 4));
	EXPECT_FILE("ABCD");
	cr_expect(draw()->is_modified);
}

Test(filing, write_in_view_is_refused)
{
	ed_open_text("ABCD", ACCESS_VIEW);

	keys("<C-s>");

	cr_expect(draw()->message_is_error);
}

Test(filing, a_save_can_be_undone)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R58<Esc><C-s>u");
	EXPECT_HEX("41424344");
	EXPECT_STATES("M...");
	keys("<C-s>");

	EXPECT_FILE("ABCD");
}

Test(filing, a_save_with_another_size_too)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("x<C-s>");
	EXPECT_FILE("BCD");
	keys("u");
	EXPECT_HEX("41424344");
	keys("<C-s>");

	EXPECT_FILE("ABCD");
}

Test(filing, read_inserts_a_file_in_one_step)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "xyz", 3);

	keys("l");
	command(line_with("read ", other.path));
	EXPECT_HEX("4178797a424344");
	EXPECT_MESSAGE("3 bytes inserted");
	keys("u");
	EXPECT_HEX("41424344");
	command("read /nonexistent/file");
	cr_expect(strstr(message(), "No such file") != NULL, "%s", message());
}

/* ---- several documents ---- */

Test(filing, documents_are_shown_one_at_a_time)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	open_other();

	EXPECT_HEX("78797a");
	command("next-file");
	EXPECT_HEX("41424344");
	command("previous-file");
	EXPECT_HEX("78797a");
	command("edit 1");
	EXPECT_HEX("41424344");
	command(line_with("edit ", other.path));
	EXPECT_HEX("78797a");
	command("files");
	cr_expect(popup_has("2* preview"));
	cr_expect(eq(sz, editor_document_count(editor), 2));
}

Test(filing, each_document_has_its_own_place_and_edits)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	open_other();

	keys("l");
	command("next-file");
	keys("ll");
	EXPECT_CURSOR(2);
	keys("x");
	command("next-file");
	EXPECT_CURSOR(1);
	cr_expect(not(draw()->is_modified));
	keys("u");
	cr_expect(draw()->message_is_error, "nothing to undo here");
}

Test(filing, edit_opens_a_file_in_place_of_this_one)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "xyz", 3);

	keys("x");
	command(line_with("edit ", other.path));
	cr_expect(strstr(message(), "3 bytes are not written") != NULL, "%s", message());
	command(line_with("edit! ", other.path));

	EXPECT_HEX("78797a");
	cr_expect(eq(sz, editor_document_count(editor), 1));
	EXPECT_FILE("ABCD");
}

Test(filing, edit_of_what_cannot_be_opened_keeps_this_one)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("edit /");

	cr_expect(draw()->message_is_error);
	EXPECT_HEX("41424344");
	cr_expect(eq(sz, editor_document_count(editor), 1));
}

Test(filing, one_document_has_no_neighbour)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("next-file");

	EXPECT_MESSAGE("next-file: no other file is open");
}

/* ---- leaving ---- */

Test(filing, quit_without_edits_leaves)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("q");

	cr_expect(not(editor_running(editor)));
	cr_expect(zero(u64, editor_unsaved_bytes(editor)));
}

Test(filing, quit_asks_and_stays)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	resize(24, 200);

	keys("xq");
	cr_expect(strstr(prompt(), "3 bytes are not written. Write them?") != NULL, "%s",
		  prompt());
	keys("z");
	cr_expect(strstr(prompt(), "not written") != NULL, "no other key answers");
	keys("<Esc>");

	EXPECT_PROMPT("");
	cr_expect(editor_running(editor));
	EXPECT_HEX("424344");
	cr_expect(eq(u64, editor_unsaved_bytes(editor), 3), "moved ones count");
}

Test(filing, a_question_that_is_too_long_stands_above_its_answers)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	resize(10, 40);

	keys("xq");

	EXPECT_PROMPT("y yes  n no, drop them  Esc stay");
	cr_expect(strstr(draw()->message, "3 bytes are not written. Write them?") != NULL,
		  "%s", draw()->message);
}

Test(filing, quit_asks_and_writes)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("xqy");

	cr_expect(not(editor_running(editor)));
	EXPECT_FILE("BCD");
}

Test(filing, quit_asks_and_drops)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("x<C-q>n");

	cr_expect(not(editor_running(editor)));
	EXPECT_FILE("ABCD");
	cr_expect(zero(u64, editor_unsaved_bytes(editor)));
}

Test(filing, quit_asks_for_each_document)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	resize(24, 200);
	open_other();
	keys("x");
	command("next-file");
	keys("x");

	keys("q");
	EXPECT_HEX("424344");
	keys("y");
	cr_expect(editor_running(editor));
	EXPECT_HEX("797a");
	cr_expect(strstr(prompt(), "2 bytes are not written") != NULL, "%s", prompt());
	keys("n");

	cr_expect(not(editor_running(editor)));
	EXPECT_FILE("BCD");
	cr_expect(temp_file_holds(other.path, "xyz", 3));
}

Test(filing, staying_after_dropping_one_drops_nothing)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	resize(24, 200);
	open_other();
	keys("x");
	command("next-file");
	keys("x");

	keys("qn<Esc>");

	cr_expect(editor_running(editor));
	cr_expect(eq(u64, editor_unsaved_bytes(editor), 5));
	keys("q");
	cr_expect(strstr(prompt(), "not written") != NULL);
	EXPECT_HEX("424344");
}

Test(filing, quit_with_force_drops_all)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("xZQ");

	cr_expect(not(editor_running(editor)));
	EXPECT_FILE("ABCD");
}

Test(filing, write_quit_writes_and_leaves)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("xZZ");

	cr_expect(not(editor_running(editor)));
	EXPECT_FILE("BCD");
}

Test(filing, write_quit_without_edits_leaves)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("x");

	cr_expect(not(editor_running(editor)));
}

Test(filing, a_failing_write_quit_stays)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("x");
	command("write-quit /nonexistent/file");

	cr_expect(editor_running(editor));
	cr_expect(draw()->message_is_error);
}

Test(filing, quitting_live_asks_nothing)
{
	ed_open_text("ABCD", ACCESS_LIVE);

	keys("R58<Esc>q");

	cr_expect(not(editor_running(editor)));
	EXPECT_FILE("XBCD");
}

/* ---- access ---- */

Test(filing, access_can_be_changed)
{
	ed_open_text("ABCD", ACCESS_VIEW);

	command("access preview");
	EXPECT_MESSAGE("access is preview");
	keys("x");
	command("access live");
	cr_expect(draw()->message_is_error, "edits would be lost");
	cr_expect(eq(int, frame.access, ACCESS_PREVIEW));
	command("access! live");
	cr_expect(eq(int, draw()->access, ACCESS_LIVE));
	EXPECT_HEX("41424344");
	keys("R58<Esc>");
	EXPECT_FILE("XBCD");
	command("access view");
	keys("x");
	cr_expect(strstr(message(), "opened in view") != NULL, "%s", message());
}
