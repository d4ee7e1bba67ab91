/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Other processes change the file while it is looked at. */
#include "unit/editor/ed_sample.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(foreign, .fini = ed_close, .timeout = 100);

static void write_at(off_t offset, const char *text)
{
	const int fd = open(file.path, O_WRONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(i64, pwrite(fd, text, strlen(text), offset), (int64_t)strlen(text)));
	cr_assert(zero(int, close(fd)));
}

Test(foreign, what_others_write_is_shown_and_marked_for_a_moment)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	EXPECT_STATES("........");

	write_at(2, "xy");
	tick(200);
	cr_expect(editor_stale(editor));
	EXPECT_HEX("4142787945464748");
	EXPECT_STATES("..FF....");
	tick(500);
	EXPECT_STATES("..FF....");
	tick(2000);
	cr_expect(editor_stale(editor));

	EXPECT_STATES("........");
	tick(200);
	cr_expect(not(editor_stale(editor)), "nothing new, nothing drawn");
}

Test(foreign, what_others_write_under_an_edit_is_not_shown)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("llR58<Esc>");
	EXPECT_STATES("..M.....");
	write_at(2, "xy");
	tick(200);

	EXPECT_HEX("4142587945464748");
	EXPECT_STATES("..MF....");
}

Test(foreign, our_own_edits_are_not_foreign)
{
	ed_open_text("ABCDEFGH", ACCESS_LIVE);
	(void)draw();

	keys("R5859<Esc>");
	cr_expect(zero(ptr, strchr(states(), 'F')));
	keys("u");
	cr_expect(zero(ptr, strchr(states(), 'F')));
	tick(200);

	cr_expect(zero(ptr, strchr(states(), 'F')));
}

Test(foreign, foreign_marks_can_be_switched_off)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	command("set nomark-foreign");
	(void)draw();

	write_at(2, "xy");
	tick(200);

	EXPECT_STATES("........");
}

Test(foreign, a_file_that_shrinks_is_announced)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	cr_assert(zero(int, truncate(file.path, 5)));
	tick(200);

	cr_expect(strstr(message(), "shrank to 5 bytes") != NULL, "%s", message());
	EXPECT_STATES(".....???");
	keys("G");
	EXPECT_CURSOR(7);
	keys("<F5>");
	EXPECT_MESSAGE("reloaded");
	EXPECT_HEX("4142434445");
	EXPECT_CURSOR(5);
}

Test(foreign, a_file_that_grows_is_announced)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	write_at(4, "EF");
	tick(200);

	cr_expect(strstr(message(), "grew to 6 bytes") != NULL, "%s", message());
	EXPECT_HEX("414243444546");
}

Test(foreign, reload_keeps_edits_and_counts_conflicts)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R5859<Esc>");
	write_at(0, "zB");
	keys("<F5>");

	EXPECT_MESSAGE("reloaded; 1 edited bytes lie over bytes that changed");
	cr_assert(ge(sz, draw()->popup.count, 1));
	cr_expect(eq(str, (char *)draw()->popup.lines[0],
		     (char *)"0x0 was 41 theirs 7a mine 58"));
	keys("<Esc>");
	EXPECT_HEX("58594344");
}

Test(foreign, conflicts_are_marked_listed_and_decided)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	keys("R5859<Esc>");
	write_at(1, "zz");
	cr_expect(ne(int, draw()->states[1] & BYTE_CONFLICT, 0));
	cr_expect(not(draw()->states[0] & BYTE_CONFLICT));

	command("conflicts");
	keys("<Enter>");
	EXPECT_CURSOR(1);
	command("take theirs");

	EXPECT_MESSAGE("1 conflicts: theirs stays, the edits are dropped");
	EXPECT_HEX("587a7a44");
	keys("u");
	EXPECT_HEX("58597a44");
	command("take mine");
	cr_expect(not(draw()->states[1] & BYTE_CONFLICT));
	command("write");
	EXPECT_FILE("XYzD");
	command("conflicts");
	EXPECT_MESSAGE("no conflicts");
}

Test(foreign, a_new_conflict_is_drawn_although_no_byte_on_the_screen_changes)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	keys("R5859<Esc>");
	(void)draw();
	tick(100);
	cr_expect(not(editor_stale(editor)));

	write_at(1, "z");
	tick(200);

	cr_expect(editor_stale(editor));
	cr_expect(ne(int, draw()->states[1] & BYTE_CONFLICT, 0));
}

Test(foreign, what_differs_from_the_disk_is_stepped_through)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	command("overwrite 58 at 1");
	command("overwrite 595a at 5");

	command("diff-disk");
	EXPECT_CURSOR(1);
	EXPECT_MESSAGE("difference 1 of 2 at 0x1: disk 42 here 58");
	keys("<F6>");
	EXPECT_CURSOR(5);
	EXPECT_MESSAGE("difference 2 of 2 at 0x5: disk 46 47 here 59 5a");
	keys("]c");
	EXPECT_CURSOR(1);
	keys("<S-F6>");
	EXPECT_CURSOR(5);
	keys("[c");
	EXPECT_CURSOR(1);
	command("revert");
	keys("<F6>");
	EXPECT_MESSAGE("diff-next: the document is as the file on the disk");
}

/* Two thousand, too many to be counted at each key. */
static void differ_in_many_places(void)
{
	ed_open_counting(2000 * 256);
	command("replace 00 with ff");
}

Test(foreign, among_very_many_differences_the_next_one_is_found)
{
	differ_in_many_places();

	command("diff-disk");
	EXPECT_CURSOR(0);
	EXPECT_MESSAGE("first difference at 0x0: disk 00 here ff");
	keys("<F6>");
	EXPECT_CURSOR(256);
	EXPECT_MESSAGE("difference at 0x100: disk 00 here ff");
	command("goto 1900*256 + 7");
	keys("<F6>");
	EXPECT_CURSOR(1901 * 256);
	keys("<S-F6><S-F6>");
	EXPECT_CURSOR(1899 * 256);
	command("goto 0");
	keys("<S-F6>");
	EXPECT_CURSOR(1999 * 256);
	keys("<F6>");
	EXPECT_CURSOR(0);
	command("set nowrap");
	keys("<S-F6>");
	EXPECT_MESSAGE("diff-previous: no difference before here");
}

Test(foreign, far_from_very_many_differences_the_one_before_is_found)
{
	differ_in_many_places();
	command("overwrite 00 at 1999*256");
	command("fill 5a in 1000*256..1998*256-5");

	command("goto $");
	keys("<S-F6>");
	EXPECT_CURSOR(1998 * 256);
	keys("<S-F6>");
	EXPECT_CURSOR(1000 * 256);
	keys("<S-F6>");
	EXPECT_CURSOR(999 * 256);
}

Test(foreign, among_very_many_differences_of_another_size_too)
{
	ed_open_counting(2000 * 256);
	command("replace 00 with 5859");

	command("goto 1900*257 + 7");
	keys("<F6>");
	EXPECT_CURSOR(1901 * 257);
	keys("<S-F6>");
	EXPECT_CURSOR(1900 * 257);
	EXPECT_MESSAGE("difference at 0x7736c: disk 00 here 58 59");
}

Test(foreign, a_save_over_foreign_bytes_is_refused)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R5859<Esc>");
	write_at(0, "zB");
	keys("<C-s>");
	cr_expect(draw()->message_is_error);
	EXPECT_FILE("zBCD");
	command("write!");

	EXPECT_FILE("XYCD");
}

/* ---- the name, and what is said ---- */

static void replace_file(void)
{
	char path[TEMP_PATH_SIZE + 8];
	(void)snprintf(path, sizeof(path), "%s.new", file.path);
	temp_file_write(path, "another", 7);
	cr_assert(zero(int, rename(path, file.path)));
}

static bool says(const char *words)
{
	return strstr(message(), words) != NULL;
}

Test(foreign, a_name_that_another_file_has_is_told_and_shown_as_long_as_it_is_so)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	cr_expect(eq(str, (char *)draw()->sign, (char *)""));

	replace_file();
	tick(200);

	cr_expect(says("another file is called"), "%s", message());
	EXPECT_HEX("41424344");
	keys("l");
	cr_expect(eq(str, (char *)draw()->sign, (char *)"[replaced]"));
	keys("<F5>");
	cr_expect(eq(str, (char *)draw()->sign, (char *)""));
	EXPECT_HEX("616e6f74686572");
}

Test(foreign, a_file_that_is_gone_and_one_that_is_back_are_told)
{
	char other[TEMP_PATH_SIZE + 8];
	ed_open_text("ABCD", ACCESS_VIEW);

	(void)snprintf(other, sizeof(other), "%s.old", file.path);
	cr_assert(zero(int, rename(file.path, other)));
	tick(200);
	cr_expect(says("was deleted or renamed"), "%s", message());
	cr_expect(eq(str, (char *)draw()->sign, (char *)"[gone]"));
	EXPECT_HEX("41424344");
	cr_assert(zero(int, rename(other, file.path)));
	tick(200);

	cr_expect(says("is back"), "%s", message());
	cr_expect(eq(str, (char *)draw()->sign, (char *)""));
}

Test(foreign, a_change_is_told_once_as_long_as_it_goes_on)
{
	ed_open_text("ABCDEFGH", ACCESS_LIVE);
	(void)draw();
	write_at(2, "xy");
	tick(200);
	(void)draw();
	cr_expect(says("was changed by another process"), "%s", message());
	keys("l");
	EXPECT_MESSAGE("");

	write_at(2, "zz");
	tick(5000);
	(void)draw();
	EXPECT_MESSAGE("");
	tick(11000);
	write_at(2, "AA");
	tick(200);
	(void)draw();

	cr_expect(says("was changed by another process"), "%s", message());
}

Test(foreign, an_error_is_not_talked_over)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	command("goto 0x100");
	cr_assert(says("past the end"), "%s", message());

	write_at(2, "xy");
	tick(200);
	(void)draw();

	cr_expect(says("past the end"), "%s", message());
}

Test(foreign, our_own_saves_are_not_told)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	keys("r58<C-s>");
	cr_assert(says("bytes written"), "%s", message());
	tick(300);
	(void)draw();
	cr_expect(says("bytes written"), "%s", message());
	keys("x<C-s>");
	EXPECT_FILE("BCDEFGH");
	tick(300);
	(void)draw();
	cr_expect(says("bytes written"), "%s", message());
	keys("uu");
	tick(300);
	(void)draw();

	cr_expect(not(says("another process")), "%s", message());
	cr_expect(eq(str, (char *)draw()->sign, (char *)""));
}

Test(foreign, edits_behind_the_new_end_are_told)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	keys("GhR5858<Esc>");

	cr_assert(zero(int, truncate(file.path, 5)));
	tick(200);

	cr_expect(says("edited bytes lie behind its end and are kept"), "%s", message());
	command("info");
	cr_expect(popup_has("beyond"));
	cr_expect(popup_has("changed"));
}

Test(foreign, the_watch_follows_the_document_and_tells)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	if (editor_watch_fd(editor) < 0)
		cr_skip_test("no inotify here");
	const Event event = {.kind = EVENT_FILE};
	(void)draw();

	write_at(0, "x");
	editor_handle(editor, &event);

	cr_expect(editor_stale(editor));
	EXPECT_HEX("78424344");
	(void)editor_watch_fd(editor);
	editor_handle(editor, &event);
	(void)draw();
	replace_file();
	editor_handle(editor, &event);
	cr_expect(says("another file is called"), "%s", message());
}

/* ---- Documents that are not shown ---- */

static TempFile more[8];

static char *name_of(const TempFile *of)
{
	return strrchr(of->path, '/') + 1;
}

static char *sentence(const char *format, const TempFile *of)
{
	static char text[256];
	(void)snprintf(text, sizeof(text), "%s%s", name_of(of), format);
	return text;
}

static void open_others(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		temp_file_make(&more[i], "other", 5);
		ed_open_more(&more[i]);
	}
	(void)draw();
}

static void remove_others(void)
{
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (more[i].path[0])
			temp_file_remove(&more[i]);
	}
	ed_close();
}

TestSuite(hidden, .fini = remove_others, .timeout = 100);

Test(hidden, a_document_that_others_change_is_told_by_name)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	keys("R5859<Esc>");
	open_others(1);
	write_at(0, "xy");
	tick(300);
	EXPECT_MESSAGE(
		sentence(" was changed by another process; it has unsaved edits", &file));
	EXPECT_HEX("6f74686572");
	command("conflicts");
	cr_expect(not(popup_has("0x")), "those of the document shown");
	command("edit 1");
	command("write");
	EXPECT_FILE("xyCDEFGH");
}

Test(hidden, gone_and_replaced_are_told_and_listed)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	open_others(2);
	cr_assert(zero(int, unlink(more[0].path)));
	tick(300);
	EXPECT_MESSAGE(
		sentence(" was deleted or renamed; bytes and edits are kept", &more[0]));
	command("files");
	cr_expect(popup_has(sentence(" [gone]", &more[0])));
	keys("<Esc>");

	cr_assert(zero(int, rename(file.path, more[0].path)));
	tick(300);
	tick(300);
	command("files");
	cr_expect(popup_has(sentence(" [gone]", &file)));
	cr_expect(popup_has(sentence(" [replaced]", &more[0])));
}

/* A few each tick, all of them within some. */
Test(hidden, many_are_looked_at_in_turn)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	open_others(8);
	cr_assert(zero(int, truncate(file.path, 3)));
	for (int i = 0; i < 3; i++)
		tick(300);
	EXPECT_MESSAGE(sentence(" shrank to 3 bytes", &file));
}

Test(hidden, one_that_grows_all_the_time_says_so_once)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	open_others(1);
	write_at(8, "x");
	tick(300);
	EXPECT_MESSAGE(sentence(" grew to 9 bytes", &file));
	write_at(9, "x");
	tick(300);
	EXPECT_MESSAGE(sentence(" grew to 9 bytes", &file));
}
