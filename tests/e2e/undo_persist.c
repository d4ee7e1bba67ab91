/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Undo and redo by the next mhex on the same file. */

#include "e2e/mhex_screen.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static TempFile state;
static char environment[TEMP_PATH_SIZE + 32];

static void set_up(void)
{
	temp_folder_make(&state);
	temp_file_make(&file, "ABCDEFGH", 8);
	(void)snprintf(environment, sizeof(environment), "XDG_STATE_HOME=%s", state.path);
}

static void tear_down(void)
{
	close_all();
	temp_folder_remove(&state);
}

TestSuite(undo_persist, .init = set_up, .fini = tear_down, .timeout = 100);

static void open_file(const char *option)
{
	static char program[] = MHEX_PROGRAM, clean[] = "--clean",
		    no_hint[] = "--set=nohint";
	char *argv[] = {program, clean, no_hint, file.path, (char *)option, NULL};
	const char *variables[] = {environment, NULL};
	screen_close(screen);
	screen = screen_open_with(ROWS, COLS, argv, variables);
	ASSERT_TEXT("00000000  ");
}

static size_t files_kept(void)
{
	char path[TEMP_PATH_SIZE + 8];
	size_t count = 0;
	(void)snprintf(path, sizeof(path), "%s/mhex", state.path);
	DIR *folder = opendir(path);
	for (struct dirent *entry = folder ? readdir(folder) : NULL; entry;
	     entry = readdir(folder))
		count += strncmp(entry->d_name, "undo-", 5) == 0;
	if (folder)
		(void)closedir(folder);
	return count;
}

static void edit_and_save(void)
{
	screen_keys(screen, "R616263<Esc>:write<Enter>");
	EXPECT_TEXT("3 bytes written");
	EXPECT_FILE("abcDEFGH");
}

Test(undo_persist, saved_edits_are_undone_after_the_program_has_ended)
{
	open_file("--set=undo-persist");
	edit_and_save();
	expect_quits();
	open_file("--set=undo-persist");
	EXPECT_TEXT("61 62 63 44");
	screen_keys(screen, "u");
	EXPECT_TEXT("41 42 43 44");
	EXPECT_TEXT("[+3]");
	screen_keys(screen, ":write<Enter>");
	EXPECT_TEXT("3 bytes written");
	EXPECT_FILE("ABCDEFGH");
	expect_quits();
	open_file("--set=undo-persist");
	EXPECT_TEXT("41 42 43 44");
	screen_keys(screen, "<C-r>");
	EXPECT_TEXT("61 62 63 44");
	expect_quits();
	EXPECT_FILE("ABCDEFGH");
}

Test(undo_persist, in_live_they_are_stored_back)
{
	open_file("--set=undo-persist");
	edit_and_save();
	expect_quits();
	static char live[] = "--live", set[] = "--set=undo-persist";
	static char program[] = MHEX_PROGRAM, clean[] = "--clean";
	char *argv[] = {program, clean, live, set, file.path, NULL};
	const char *variables[] = {environment, NULL};
	screen_close(screen);
	screen = screen_open_with(ROWS, COLS, argv, variables);
	EXPECT_TEXT("61 62 63 44");
	screen_keys(screen, "u");
	EXPECT_TEXT("41 42 43 44");
	EXPECT_FILE("ABCDEFGH");
	expect_quits();
}

Test(undo_persist, they_outlive_a_killed_program)
{
	open_file("--set=undo-persist");
	edit_and_save();
	for (int i = 0; i < 200 && files_kept() == 0; i++)
		(void)screen_sends_within(screen, 50);
	(void)kill(screen_pid(screen), SIGKILL);
	(void)screen_wait_exit(screen);
	open_file("--set=undo-persist");
	screen_keys(screen, "u");
	EXPECT_TEXT("41 42 43 44");
	expect_quits();
}

Test(undo_persist, a_file_that_others_have_changed_has_none_and_says_so)
{
	open_file("--set=undo-persist");
	edit_and_save();
	expect_quits();
	temp_file_write(file.path, "aXcDEFGH", 8);
	open_file("--set=undo-persist");
	EXPECT_TEXT("changed by others since it was left; its older edits");
	screen_keys(screen, "u");
	EXPECT_TEXT("nothing to undo");
	expect_quits();
}

Test(undo_persist, nothing_is_kept_unless_it_is_set)
{
	open_file(NULL);
	edit_and_save();
	expect_quits();
	cr_expect(zero(sz, files_kept()));
	open_file(NULL);
	screen_keys(screen, "R78<Esc>:write<Enter>");
	EXPECT_TEXT("1 bytes written");
	screen_keys(screen, ":set undo-persist<Enter>:quit<Enter>");
	(void)screen_wait_exit(screen);
	cr_expect(eq(sz, files_kept(), 1));
}

/* Set later, what was kept is there; in batch as well. */
Test(undo_persist, in_batch_when_it_is_set)
{
	char command[3 * TEMP_PATH_SIZE];
	open_file("--set=undo-persist");
	edit_and_save();
	expect_quits();
	(void)snprintf(command, sizeof(command),
		       "%s %s --batch --clean -c undo -c write %s 2>/dev/null",
		       environment, MHEX_PROGRAM, file.path);
	cr_expect(ne(int, system(command), 0));
	EXPECT_FILE("abcDEFGH");
	(void)snprintf(command, sizeof(command),
		       "%s %s --batch --clean -c 'set undo-persist' -c undo -c write %s",
		       environment, MHEX_PROGRAM, file.path);
	cr_expect(zero(int, system(command)));
	EXPECT_FILE("ABCDEFGH");
}
