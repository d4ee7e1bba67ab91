/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Saving, several documents, leaving, the configuration, and other processes. */
#include "unit/editor/ed_sample.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static TempFile other;

static void clean(void)
{
	ed_close();
	if (other.path[0])
		temp_file_remove(&other);
}

TestSuite(filing, .fini = clean, .timeout = 60);

static char *line_with(const char *name, const char *path)
{
	static char line[2 * TEMP_PATH_SIZE];
	(void)snprintf(line, sizeof(line), "%s%s", name, path);
	return line;
}

static void open_other(void)
{
	temp_file_make(&other, "xyz", 3);
	ed_open_more(&other);
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
	cr_expect(zero(int, editor_exit_status(editor)));
	cr_expect(zero(u64, editor_unsaved_bytes(editor)));
}

Test(filing, quit_asks_and_stays)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

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

/* ---- other processes ---- */

static void write_at(off_t offset, const char *text)
{
	const int fd = open(file.path, O_WRONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(i64, pwrite(fd, text, strlen(text), offset), (int64_t)strlen(text)));
	cr_assert(zero(int, close(fd)));
}

Test(filing, what_others_write_is_shown_and_marked_for_a_moment)
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

Test(filing, what_others_write_under_an_edit_is_not_shown)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("llR58<Esc>");
	EXPECT_STATES("..M.....");
	write_at(2, "xy");
	tick(200);

	EXPECT_HEX("4142587945464748");
	EXPECT_STATES("..MF....");
}

Test(filing, our_own_edits_are_not_foreign)
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

Test(filing, foreign_marks_can_be_switched_off)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	command("set nomark-foreign");
	(void)draw();

	write_at(2, "xy");
	tick(200);

	EXPECT_STATES("........");
}

Test(filing, a_file_that_shrinks_is_announced)
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

Test(filing, a_file_that_grows_is_announced)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	write_at(4, "EF");
	tick(200);

	cr_expect(strstr(message(), "grew to 6 bytes") != NULL, "%s", message());
	EXPECT_HEX("414243444546");
}

Test(filing, reload_keeps_edits_and_counts_conflicts)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R5859<Esc>");
	write_at(0, "zB");
	keys("<F5>");

	EXPECT_MESSAGE("reloaded; 1 edited bytes lie over bytes that changed");
	EXPECT_HEX("58594344");
}

Test(filing, a_save_over_foreign_bytes_is_refused)
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

/* ---- the configuration ---- */

static TempFile config;

static void write_config(const char *text)
{
	char path[TEMP_PATH_SIZE + 32];
	temp_folder_make(&config);
	(void)snprintf(path, sizeof(path), "mkdir '%s/mhex'", config.path);
	cr_assert(zero(int, system(path)));
	(void)snprintf(path, sizeof(path), "%s/mhex/mhexrc", config.path);
	temp_file_write(path, text, strlen(text));
	cr_assert(zero(int, setenv("XDG_CONFIG_HOME", config.path, 1)));
}

Test(filing, the_configuration_is_command_lines)
{
	write_config("# mine\n\nset columns=4\r\nbind Q goto 2\n  set nowrap");
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	editor_load_config(editor);

	EXPECT_MESSAGE("");
	cr_expect(eq(uint, draw()->layout.columns, 4));
	cr_expect(not(editor_settings(editor)->wrap));
	keys("Q");
	EXPECT_CURSOR(2);
	temp_folder_remove(&config);
}

Test(filing, an_error_in_the_configuration_names_its_line_and_the_rest_is_read)
{
	write_config("set columns=4\nset nosuch=1\nse upper\nset nowrap\n");
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	editor_load_config(editor);

	char want[TEMP_PATH_SIZE + 64];
	(void)snprintf(want, sizeof(want),
		       "%s/mhex/mhexrc:2: set: no such setting: nosuch", config.path);
	EXPECT_MESSAGE(want);
	cr_expect(not(editor_settings(editor)->wrap));
	cr_expect(not(editor_settings(editor)->upper), "prefixes are for the prompt");
	temp_folder_remove(&config);
}

Test(filing, a_missing_configuration_is_no_error)
{
	cr_assert(zero(int, setenv("XDG_CONFIG_HOME", "/nonexistent", 1)));
	ed_open_text("ABCD", ACCESS_PREVIEW);

	editor_load_config(editor);

	EXPECT_MESSAGE("");
}

Test(filing, a_configuration_that_cannot_be_read_is_told)
{
	char path[TEMP_PATH_SIZE + 32];
	temp_folder_make(&config);
	(void)snprintf(path, sizeof(path), "mkdir -p '%s/mhex/mhexrc'", config.path);
	cr_assert(zero(int, system(path)));
	cr_assert(zero(int, setenv("XDG_CONFIG_HOME", config.path, 1)));
	ed_open_text("ABCD", ACCESS_PREVIEW);

	editor_load_config(editor);

	cr_expect(strstr(message(), "directory") != NULL, "%s", message());
	temp_folder_remove(&config);
}

/* ---- scripts ---- */

Test(filing, source_runs_a_file_of_lines)
{
	ed_open_text("ABCDABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "find 43\noverwrite 58\n", 21);

	command(line_with("source ", other.path));

	EXPECT_HEX("4142584441424344");
}

Test(filing, source_stops_at_the_first_error_and_names_the_line)
{
	char want[2 * TEMP_PATH_SIZE];
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "goto 1\ngoto 9\ngoto 2\n", 21);

	command(line_with("source ", other.path));

	(void)snprintf(want, sizeof(want),
		       "source: %s:2: goto: 0x9 is past the end (0x4)", other.path);
	EXPECT_MESSAGE(want);
	EXPECT_CURSOR(1);
}

Test(filing, files_that_source_each_other_end)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "", 0);
	char line[TEMP_PATH_SIZE + 16];
	(void)snprintf(line, sizeof(line), "source %s\n", other.path);
	temp_file_write(other.path, line, strlen(line));

	command(line_with("source ", other.path));

	cr_expect(strstr(message(), "files source each other") != NULL, "%s", message());
}
