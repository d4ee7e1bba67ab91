/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Work that takes longer than a key: it shows progress, can be stopped, and is in
 * nobody's way. */
#include "unit/editor/ed_sample.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/many_mappings.h"

TestSuite(working, .fini = ed_close, .timeout = 280);

enum {
	LARGE = 8 << 20 /* many slices, and a save that does not end between two keys */
};

static void count_is(const char *line, const char *want)
{
	command(line);
	EXPECT_MESSAGE(want);
}

/* ---- edits in slices ---- */

Test(working, a_large_edit_goes_on_between_keys)
{
	ed_open_large(LARGE);

	keys_only(":xor ff in %<Enter>");
	cr_expect(editor_busy(editor));
	tick(100);
	cr_expect(eq(str, (char *)draw()->progress, (char *)""), "too early");
	wait_for_job();
	tick(200);
	cr_expect(progress_has("% ["), "%s", frame.progress);
	cr_expect(progress_has("Ctrl-C stops"), "%s", frame.progress);
	keys_only("jl");
	EXPECT_CURSOR(17);
	wait_for_jobs();

	cr_expect(eq(str, (char *)draw()->progress, (char *)""));
	cr_expect(eq(u64, frame.modified_bytes, LARGE));
	keys("u");
	cr_expect(not(draw()->is_modified), "one step");
}

Test(working, what_is_under_a_fill_is_remembered_between_keys)
{
	ed_open_large(LARGE);

	keys_only(":fill 41 in %<Enter>");
	cr_expect(editor_busy(editor));
	keys_only("j");
	EXPECT_CURSOR(16);
	wait_for_jobs();

	cr_expect(eq(u64, draw()->modified_bytes, LARGE));
	keys("u");
	cr_expect(not(draw()->is_modified), "one step");
}

Test(working, a_large_edit_that_is_stopped_changes_nothing)
{
	ed_open_large(LARGE);

	keys_only(":xor ff in %<Enter><C-c>");
	wait_for_jobs();

	EXPECT_MESSAGE("xor: cancelled, nothing is changed");
	cr_expect(not(draw()->is_modified));
	keys("<C-r>");
	EXPECT_MESSAGE("redo: nothing to redo");
	cr_expect(not(draw()->is_modified));
}

Test(working, nothing_else_changes_the_document_meanwhile)
{
	ed_open_large(LARGE);

	keys_only(":xor ff in %<Enter>");
	keys_only("x");
	cr_expect(strstr(message(), "xor is still running") != NULL, "%s", message());
	keys_only("u");
	cr_expect(strstr(message(), "xor is still running") != NULL, "%s", message());
	keys_only(":write<Enter>");
	cr_expect(strstr(message(), "xor is still running") != NULL, "%s", message());
	keys_only("<F5>");
	cr_expect(strstr(message(), "xor is still running") != NULL, "%s", message());
	keys_only("R00");
	cr_expect(strstr(message(), "still running") != NULL, "%s", message());
	keys_only("<Esc>");
	wait_for_jobs();

	cr_expect(eq(u64, draw()->modified_bytes, LARGE));
}

Test(working, leaving_while_a_large_edit_runs_is_safe)
{
	ed_open_large(LARGE);

	keys_only(":xor ff in %<Enter>");
	keys_only("ZQ");

	cr_expect(not(editor_running(editor)));
}

Test(working, the_file_can_be_switched_while_a_large_edit_runs)
{
	ed_open_large(LARGE);
	temp_file_make(&other, "xyz", 3);
	ed_open_more(&other);
	command("edit 1");

	keys_only(":xor ff in %<Enter>");
	keys_only(":next-file<Enter>");
	EXPECT_HEX("78797a");
	wait_for_jobs();

	EXPECT_HEX("78797a");
	EXPECT_CURSOR(0);
	command("edit 1");
	cr_expect(eq(u64, draw()->modified_bytes, LARGE));
}

/* ---- saves ---- */

static void change_all(void)
{
	command("fill 01 in %");
	cr_assert(eq(u64, draw()->modified_bytes, LARGE));
}

Test(working, a_save_is_in_nobodys_way)
{
	ed_open_large(LARGE);
	change_all();

	keys_only("<C-s>");
	cr_assert(editor_busy(editor));
	tick(200);
	cr_expect(progress_has("writing") || progress_has("B/s"), "%s", frame.progress);
	keys_only("j");
	EXPECT_CURSOR(16);
	keys_only("<C-s>");
	cr_expect(strstr(message(), "another save is still running") != NULL, "%s",
		  message());
	wait_for_jobs();

	cr_expect(not(draw()->is_modified));
	keys("k");
	count_is("count 01", "8388608 matches");
}

Test(working, quit_waits_for_the_save)
{
	ed_open_large(LARGE);
	change_all();

	keys_only("<C-s>q");
	cr_expect(editor_running(editor));
	EXPECT_MESSAGE("quits when the save has ended");
	wait_for_jobs();

	cr_expect(not(editor_running(editor)));
	cr_expect(zero(u64, editor_unsaved_bytes(editor)));
}

Test(working, quit_with_force_waits_for_the_save_and_drops_the_rest)
{
	ed_open_large(LARGE);
	temp_file_make(&other, "ABCD", 4);
	ed_open_more(&other);
	keys(":overwrite 55<Enter>");
	cr_assert(draw()->is_modified);
	keys(":next-file<Enter>");
	change_all();

	keys_only("<C-s>:quit!<Enter>");
	cr_expect(editor_running(editor));
	wait_for_jobs();

	cr_expect(not(editor_running(editor)));
	cr_expect(eq(str, prompt(), (char *)""));
	cr_expect(zero(u64, editor_document_unsaved(editor, 0)));
}

/* On disk or not: another program would see it. */
static void wait_for_store(void)
{
	char first = 0;
	const int fd = open(file.path, O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	do
		cr_assert(eq(int, (int)pread(fd, &first, 1, 0), 1));
	while (first == 'A');
	(void)close(fd);
}

Test(working, a_save_that_stores_says_that_it_cannot_be_stopped)
{
	ed_open_large(LARGE);
	change_all();

	keys_only("<C-s>");
	wait_for_store();
	tick(200);
	cr_expect(progress_has("%"), "%s", frame.progress);
	cr_expect(not(progress_has("Ctrl-C stops")), "%s", frame.progress);
	keys_only("<C-c>");
	EXPECT_MESSAGE("bytes are being stored: the save goes on to its end");
	wait_for_jobs();

	cr_expect(not(draw()->is_modified));
}

Test(working, a_save_that_is_stopped_leaves_the_file_as_it_was)
{
	ed_open_large(LARGE);
	change_all();

	keys_only("<C-s><C-c>");
	wait_for_jobs();

	if (!draw()->is_modified)
		cr_skip("the save ended before it could be stopped");
	cr_expect(frame.message_is_error, "%s", frame.message);
	cr_expect(strstr(message(), "write: ") == message(), "%s", message());
	size_t length = 0;
	char *bytes = temp_file_read(file.path, &length);
	cr_assert(eq(sz, length, LARGE));
	cr_expect(zero(ptr, memchr(bytes, 1, length)));
	free(bytes);
}

Test(working, edits_during_a_save_stay_unsaved)
{
	ed_open_large(LARGE);
	change_all();

	keys_only("<C-s>R41<Esc>");
	wait_for_jobs();

	const bool typed = draw()->bytes[0] == 0x41;
	if (!typed) /* refused meanwhile: then nothing of it is there */
		cr_expect(not(frame.is_modified));
	else
		cr_expect(eq(u64, frame.modified_bytes, 1));
}

Test(working, freed_while_everything_runs)
{
	ed_open_large(LARGE);
	change_all();

	keys_only("<C-s>:count 00<Enter>");

	editor_free(editor);
	editor = NULL;
}

/* ---- searches ---- */

Test(working, another_file_in_place_of_one_that_is_searched)
{
	ed_open_large(LARGE);
	temp_file_make(&other, "xyz", 3);

	keys_only(":find-all 41<Enter>");
	keys_only("<Esc>:edit ");
	keys_only(other.path);
	keys_only("<Enter>");
	wait_for_jobs();

	EXPECT_HEX("78797a");
}

/* As it is after so many milliseconds of a search that takes minutes. */
static const char *progress_after(uint64_t ms, int cols)
{
	resize(24, cols);
	keys_only(":count [40-4f] [40-4f]<Enter>");
	wait_for_job();
	tick(ms);
	const char *text = draw()->progress;
	keys_only("<C-c>");
	wait_for_jobs();
	return text;
}

Test(working, a_search_shows_how_far_it_is)
{
	static char dense[1 << 20];
	for (size_t i = 0; i < sizeof(dense); i++)
		dense[i] = (char)(0x40 + (i * 7 + (i >> 9)) % 16);
	ed_open(dense, sizeof(dense), ACCESS_PREVIEW);
	for (int i = 0; i < 17; i++)
		keys("<C-a>yG$p");

	char *quick = strdup(progress_after(199, 80));
	cr_expect(eq(str, quick, (char *)""), "too early");
	free(quick);
	static const struct {
		int cols;
		const char *begin, *speed, *left;
	} cases[] = {
		{120, "searching 0% [......] ", "B/s", " left, Ctrl-C stops"},
		{80, "0% ", "B/s", " left, Ctrl-C stops"},
		{40, "0% ", "B/s", ", Ctrl-C stops"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = strdup(progress_after(1000, cases[i].cols));
		cr_expect(
			zero(int, strncmp(text, cases[i].begin, strlen(cases[i].begin))),
			"%s", text);
		cr_expect(strstr(text, cases[i].speed) && strstr(text, cases[i].left),
			  "%s", text);
		cr_expect(lt(sz, strlen(text), (size_t)cases[i].cols - 10), "%s", text);
		free(text);
	}
}

Test(working, a_list_grows_while_the_search_runs)
{
	ed_open_large(LARGE);

	keys_only(":find-all 00*4096<Enter>");
	cr_expect(draw()->popup.title != NULL);
	wait_for_jobs();

	cr_expect(eq(sz, draw()->popup.count, LARGE / 4096 - 1));
	EXPECT_MESSAGE("2047 matches");
}

Test(working, a_long_list_is_looked_at_anywhere)
{
	ed_open_large(LARGE);

	command("find-all 00");
	cr_expect(eq(sz, draw()->popup.count, LARGE - 1));
	EXPECT_MESSAGE("8388607 matches");
	cr_expect(popup_has("00000001           41 00 00"), "the first one");
	keys("G");
	cr_expect(popup_has("007fffff  00 00 00 00 00"), "the last one");
	keys("<PageUp><Enter>");

	cr_expect(lt(u64, LARGE - 30, cursor()));
}

/* ---- reading a file ---- */

Test(working, a_large_file_is_read_in_the_background)
{
	char line[TEMP_PATH_SIZE + 16];
	ed_open_text("AB", ACCESS_PREVIEW);
	temp_file_make(&other, "x", 1);
	cr_assert(zero(int, truncate(other.path, LARGE)));
	(void)snprintf(line, sizeof(line), ":read %s at 1", other.path);

	keys_only(line);
	keys_only("<Enter>");
	wait_for_jobs();
	EXPECT_MESSAGE("8388608 bytes inserted");
	cr_expect(eq(u64, draw()->document_size, LARGE + 2));
	keys("u");

	EXPECT_HEX("4142");
}

Test(working, reading_a_file_can_be_stopped)
{
	char line[TEMP_PATH_SIZE + 16];
	ed_open_text("AB", ACCESS_PREVIEW);
	temp_file_make(&other, "x", 1);
	cr_assert(zero(int, truncate(other.path, LARGE)));
	(void)snprintf(line, sizeof(line), ":read %s at 1", other.path);

	keys_only(line);
	keys_only("<Enter><C-c>");
	wait_for_jobs();

	if (draw()->document_size > 2)
		cr_skip("the file was read before that could be stopped");
	EXPECT_HEX("4142");
	EXPECT_MESSAGE("read: cancelled");
}

/* ---- lines that wait for each other ---- */

static void queue(const char *line)
{
	cr_assert(zero(int, (int)editor_queue(editor, "-c 1", line, NULL)));
}

static void wake(void)
{
	const Event event = {.kind = EVENT_JOB};
	editor_handle(editor, &event);
}

Test(working, a_queued_line_waits_for_the_job_of_the_one_before)
{
	ed_open_large(LARGE);
	queue("xor ff in %");
	queue("goto 0x100");

	wake();
	cr_expect(editor_busy(editor));
	keys_only("j");
	EXPECT_CURSOR(16);
	wait_for_jobs();

	EXPECT_CURSOR(0x100);
	cr_expect(eq(u64, draw()->modified_bytes, LARGE));
}

Test(working, a_queued_line_whose_job_fails_drops_the_rest)
{
	ed_open_large(LARGE);
	queue("find \"zz\"");
	queue("goto 0x100");

	wake();
	wait_for_jobs();
	wake();

	EXPECT_MESSAGE("-c 1: find: \"zz\": not found");
	EXPECT_CURSOR(0);
}

Test(working, a_queued_script_knows_whole_names_only_and_says_where)
{
	ed_open_large(LARGE);
	const char text[] = "goto 7\ngot 8\ngoto 9\n";
	cr_assert(zero(int, (int)editor_queue_script(editor, "name", text,
						     sizeof(text) - 1, NULL)));

	wake();

	EXPECT_MESSAGE("name:2: no such command: got");
	EXPECT_CURSOR(7);
}

/* ---- opening what is read as a whole ---- */

Test(working, a_file_that_is_read_as_a_whole_opens_between_keys)
{
	ed_open_counting(64);
	make_many_mappings();

	keys_only(":edit /proc/self/smaps<Enter>");
	cr_expect(editor_busy(editor));
	tick(200);
	cr_expect(progress_has("reading "), "%s", frame.progress);
	keys_only("jl");
	EXPECT_CURSOR(17);
	keys_only("x");
	EXPECT_MESSAGE("delete: edit is still running; Ctrl-C stops it");
	wait_for_jobs();

	cr_expect(eq(u64, editor_document_count(editor), 1), "it took the place");
	cr_expect(eq(str, (char *)editor_document_name(editor, 0), (char *)"smaps"));
	cr_expect(lt(u64, 1 << 20, draw()->document_size));
	cr_expect(eq(int, frame.access, ACCESS_VIEW));
}

Test(working, it_can_be_stopped_and_what_came_is_shown)
{
	const char *stopped = NULL;
	ed_open_counting(64);
	make_many_mappings();

	for (int i = 0; i < STOP_TRIES && !stopped; i++) {
		keys(":edit /proc/version<Enter>");
		keys_only(":edit /proc/self/smaps<Enter><C-c>");
		wait_for_jobs();
		stopped = strstr(message(), "smaps: reading was stopped");
	}

	cr_expect(stopped != NULL, "%s", message());
	cr_expect(lt(u64, 0, draw()->document_size));
}

Test(working, one_that_cannot_be_read_leaves_the_other_document_there)
{
	ed_open_counting(64);

	keys(":edit /proc/self/clear_refs<Enter>");

	cr_expect(draw()->message_is_error, "%s", message());
	cr_expect(eq(u64, draw()->document_size, 64));
}

Test(working, a_reload_of_such_a_file_goes_on_between_keys)
{
	ed_open_counting(64);
	keys(":edit /proc/self/smaps<Enter>");
	const uint64_t before = draw()->document_size;
	make_many_mappings();

	keys_only("<F5>");
	cr_expect(editor_busy(editor));
	keys_only("jl");
	EXPECT_CURSOR(17);
	wait_for_jobs();

	EXPECT_MESSAGE("reloaded");
	cr_expect(lt(u64, before, draw()->document_size));
	EXPECT_CURSOR(17);
}

Test(working, one_can_leave_while_such_a_file_is_read)
{
	ed_open_counting(64);
	make_many_mappings();

	keys_only(":edit /proc/self/smaps<Enter>:quit<Enter>");

	cr_expect(not(editor_running(editor)));
}

Test(working, nothing_is_inserted_of_such_a_file_when_reading_it_is_stopped)
{
	bool stopped = false;
	ed_open_counting(64);
	make_many_mappings();

	for (int i = 0; i < STOP_TRIES && !stopped; i++) {
		keys_only(":read /proc/self/maps<Enter><C-c>");
		wait_for_jobs();
		stopped = strcmp(message(), "read: cancelled") == 0;
		if (!stopped)
			keys("u");
	}

	cr_expect(stopped);
	cr_expect(eq(u64, draw()->document_size, 64));
}
