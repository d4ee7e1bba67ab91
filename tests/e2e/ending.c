/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Stopping and ending from outside: signals, job control, a terminal that is gone. */

#include "e2e/mhex_screen.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(ending, .fini = close_all, .timeout = 100);

static void expect_kept(int signo)
{
	open_text("ABCDEF", NULL);
	screen_keys(screen, "R616263<Esc>");
	ASSERT_TEXT("[+3]");

	(void)kill(screen_pid(screen), signo);

	cr_expect(eq(int, screen_wait_exit(screen), 128 + signo));
	cr_expect(screen_has(screen, "3 unsaved bytes are kept"), "%s",
		  screen_text(screen));
	expect_whole();
	EXPECT_FILE("ABCDEF");
}

Test(ending, sigterm_leaves_the_terminal_whole_and_says_what_is_kept)
{
	expect_kept(SIGTERM);
}

Test(ending, sighup_too)
{
	expect_kept(SIGHUP);
}

Test(ending, nothing_unsaved_is_nothing_said)
{
	open_text("ABCDEF", NULL);

	(void)kill(screen_pid(screen), SIGTERM);

	cr_expect(eq(int, screen_wait_exit(screen), 128 + SIGTERM));
	cr_expect(not(screen_has(screen, "unsaved")), "%s", screen_text(screen));
	expect_whole();
}

Test(ending, signals_that_nobody_expects_leave_the_terminal_whole)
{
	static const int signals[] = {SIGQUIT, SIGUSR1, SIGXCPU};
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		open_text("ABCDEF", NULL);

		(void)kill(screen_pid(screen), signals[i]);

		cr_expect(eq(int, screen_wait_exit(screen), 128 + signals[i]));
		expect_whole();
		close_all();
	}
}

/* A save that was asked for goes to its end, and what it has written is not lost. */
Test(ending, sigterm_during_a_save_lets_it_end)
{
	enum {
		SIZE = 64 << 20
	};
	struct stat st;
	char *bytes = calloc(1, SIZE);
	memset(bytes, 'x', SIZE);
	open_bytes(bytes, SIZE, NULL);
	free(bytes);
	screen_keys(screen, ":insert 41<Enter>");
	ASSERT_TEXT("[+");
	screen_keys(screen, "<F2>");
	ASSERT_TEXT("writ"); /* writing; or written: then there is nothing to see here */

	(void)kill(screen_pid(screen), SIGTERM);

	cr_expect(eq(int, screen_wait_exit(screen), 128 + SIGTERM));
	cr_expect(not(screen_has(screen, "unsaved")), "%s", screen_text(screen));
	cr_assert(zero(int, stat(file.path, &st)));
	cr_expect(eq(long, (long)st.st_size, (long)SIZE + 1));
}

Test(ending, each_file_with_something_unsaved_is_named)
{
	TempFile folder;
	char one[TEMP_PATH_SIZE + 8], two[TEMP_PATH_SIZE + 8];
	temp_folder_make(&folder);
	(void)snprintf(one, sizeof(one), "%s/one", folder.path);
	(void)snprintf(two, sizeof(two), "%s/two", folder.path);
	temp_file_write(one, "ABC", 3);
	temp_file_write(two, "DEF", 3);
	open_path(two, (const char *const[]){one, NULL}, NULL);
	screen_keys(screen, "r61:next-file<Enter>R6465<Esc>");
	ASSERT_TEXT("[+2]");

	(void)kill(screen_pid(screen), SIGTERM);

	cr_expect(eq(int, screen_wait_exit(screen), 128 + SIGTERM));
	cr_expect(screen_has(screen, "mhex: one: 1 unsaved bytes are kept"), "%s",
		  screen_text(screen));
	cr_expect(screen_has(screen, "mhex: two: 2 unsaved bytes are kept"));
	temp_folder_remove(&folder);
}

Test(ending, sigint_from_another_process_is_ctrl_c)
{
	open_text("ABC", NULL);

	(void)kill(screen_pid(screen), SIGINT);

	EXPECT_TEXT("Ctrl-C copies a selection");
	expect_quits();
}

Test(ending, a_terminal_that_is_gone_ends_the_program)
{
	open_text("ABC", NULL);

	screen_hang_up(screen);

	/* The end of the terminal and the signal arrive together. */
	const int status = screen_wait_exit(screen);
	cr_expect(status == 1 || status == 128 + SIGHUP, "%d", status);
}

Test(ending, a_terminal_that_is_gone_ends_it_also_under_nohup)
{
	temp_file_make(&file, "ABC", 3);
	char *argv[] = {(char[]){"sh"},
			(char[]){"-c"},
			(char[]){"trap '' HUP; exec \"$0\" --clean \"$1\""},
			(char[]){MHEX_PROGRAM},
			file.path,
			NULL};
	screen = screen_open(ROWS, COLS, argv);
	ASSERT_TEXT("NORMAL");

	screen_hang_up(screen);

	cr_expect(eq(int, screen_wait_exit(screen), 1));
}

Test(ending, a_terminal_that_takes_nothing_does_not_hold_it)
{
	open_counting(4096, NULL);
	/* More redraws than any buffer holds; nobody reads. */
	char keys[400];
	memset(keys, '\f', sizeof(keys));
	for (size_t i = 0; i < sizeof(keys); i++) {
		if (write(screen_input(screen), keys + i, 1) != 1)
			break;
	}

	(void)kill(screen_pid(screen), SIGTERM);

	cr_expect(eq(int, screen_wait_exit_unread(screen), 128 + SIGTERM));
}

/* Under a shell with job control: "STOPPED", a line, then it goes on. */
static void open_as_job(void)
{
	temp_file_make(&file, "ABCDEF", 6);
	char *argv[] = {
		(char[]){"bash"},
		(char[]){"--norc"},
		(char[]){"-c"},
		(char[]){"set -m; \"$0\" --clean \"$1\"; echo STOPPED; read line; "
			 "fg >/dev/null; echo ENDED $?"},
		(char[]){MHEX_PROGRAM},
		file.path,
		NULL};
	screen = screen_open(ROWS, COLS, argv);
	ASSERT_TEXT("NORMAL");
}

static void expect_goes_on(void)
{
	ASSERT_TEXT("STOPPED");
	expect_whole();
	screen_resize(screen, 30, COLS);
	screen_keys(screen, "<Enter>");
	ASSERT_TEXT("[+1]");
	const int differs = strncmp(screen_row(screen, 29), " NORMAL", 7);
	cr_expect(zero(int, differs), "it drew for the new size: %s",
		  screen_text(screen));
	screen_keys(screen, ":quit!<Enter>");
	EXPECT_TEXT("ENDED 0");
	expect_whole();
}

Test(ending, suspend_stops_and_comes_back)
{
	open_as_job();

	screen_keys(screen, "r61:suspend<Enter>");

	expect_goes_on();
}

Test(ending, sigtstp_stops_and_sigcont_comes_back)
{
	open_as_job();
	screen_keys(screen, "r61");
	ASSERT_TEXT("[+1]");
	char path[64];
	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
		       (int)screen_pid(screen), (int)screen_pid(screen));
	size_t length = 0;
	char *children = temp_file_read(path, &length);
	if (!children || length == 0)
		cr_skip_test("/proc does not tell the children of a process");

	(void)kill((pid_t)strtol(children, NULL, 10), SIGTSTP);

	free(children);
	expect_goes_on();
}

Test(ending, suspending_where_nobody_could_wake_it_is_harmless)
{
	open_text("ABC", NULL);

	screen_keys(screen, ":suspend<Enter>");
	screen_keys(screen, "l");

	EXPECT_AT(1UL);
	expect_quits();
}
