/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A save is killed in the middle; the next mhex on that file asks. */

#include "e2e/mhex_screen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SIZE = 20000
};

static TempFile state;
static char old[SIZE], new[SIZE], half[SIZE];
static char ask[] = "--recover=ask", revert[] = "--recover=revert";
static char environment[TEMP_PATH_SIZE + 32];

static void save_few(void)
{
	(void)execl(MHEX_FAULTY, MHEX_FAULTY, "--batch", "--clean", "--set=window=4096",
		    "-c", "overwrite \"one\" at 0x10", "-c",
		    "overwrite \"two\" at 0x2010", "-c", "overwrite \"three\" at 0x3010",
		    "-c", "write", file.path, (char *)NULL);
}

static void save_many(void)
{
	(void)execl(MHEX_FAULTY, MHEX_FAULTY, "--batch", "--clean", "--set=window=1m",
		    "-c", "fill 01 in %", "-c", "write", file.path, (char *)NULL);
}

static void kill_in(void (*save)(void))
{
	int status = 0;
	const pid_t child = fork();
	if (child == 0) {
		(void)setenv("XDG_STATE_HOME", state.path, 1);
		(void)setenv("MHEX_FAULTS", "msync:2:kill", 1);
		save();
		_exit(1);
	}
	cr_assert(eq(int, waitpid(child, &status, 0), child));
	const bool killed = WIFSIGNALED(status);
	cr_assert(killed);
}

static void set_up(void)
{
	size_t length = 0;
	memset(old, 'o', SIZE);
	memcpy(new, old, SIZE);
	memcpy(new + 0x10, "one", 3);
	memcpy(new + 0x2010, "two", 3);
	memcpy(new + 0x3010, "three", 5);
	temp_folder_make(&state);
	temp_file_make(&file, old, SIZE);
	kill_in(save_few);
	char *bytes = temp_file_read(file.path, &length);
	cr_assert(eq(sz, length, SIZE));
	memcpy(half, bytes, SIZE);
	free(bytes);
	(void)snprintf(environment, sizeof(environment), "XDG_STATE_HOME=%s", state.path);
}

static void tear_down(void)
{
	close_all();
	temp_folder_remove(&state);
}

TestSuite(recover, .init = set_up, .fini = tear_down, .timeout = 100);

static void open_with(char *program, char *option, const char *faults, const char *go_on)
{
	static char clean[] = "--clean", hint[] = "--set=nohint";
	char *argv[] = {program, clean, hint, option, file.path, NULL};
	const char *variables[] = {environment, faults, go_on, NULL};
	screen = screen_open_with(ROWS, COLS, argv, variables);
}

static void open_again(char *option)
{
	static char program[] = MHEX_PROGRAM;
	open_with(program, option, NULL, NULL);
}

static void expect_bytes(const char *bytes)
{
	cr_expect(temp_file_holds(file.path, bytes, SIZE), "%s", screen_text(screen));
}

Test(recover, asks_and_finishes_the_save)
{
	open_again(ask);
	EXPECT_TEXT("a save was interrupted; 5 of 9 bytes are the old ones.");
	EXPECT_TEXT("f finish it  b put the old bytes back  d leave it so  Esc later");
	expect_bytes(half);
	screen_keys(screen, "f");
	EXPECT_TEXT("finished what was interrupted");
	expect_bytes(new);
	expect_quits();
	screen_close(screen);
	open_again(ask);
	ASSERT_TEXT("0x00000000");
	expect_quits();
}

Test(recover, asks_and_puts_the_old_bytes_back)
{
	open_again(ask);
	ASSERT_TEXT("f finish it");
	screen_keys(screen, "b");
	EXPECT_TEXT("put back as it was");
	expect_bytes(old);
	EXPECT_TEXT("00000010  6f 6f 6f 6f");
	expect_quits();
}

static void expect_no_others(void)
{
	cr_expect(strstr(screen_text(screen), "another process") == NULL, "%s",
		  screen_text(screen));
}

Test(recover, what_it_stores_is_not_told_as_another_programs)
{
	static char program[] = MHEX_FAULTY;
	char go_on[TEMP_PATH_SIZE + 32];
	(void)snprintf(go_on, sizeof(go_on), "MHEX_FAULTS_GO_ON=%s/go on", state.path);
	open_with(program, ask, "MHEX_FAULTS=msync:1:hold", go_on);
	ASSERT_TEXT("f finish it");
	screen_keys(screen, "b");
	EXPECT_TEXT("00000010  6f 6f 6f 6f");
	EXPECT_TEXT("recovering");
	expect_no_others();
	(void)close(open(strchr(go_on, '=') + 1, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	EXPECT_TEXT("put back as it was");
	expect_no_others();
	expect_bytes(old);
	expect_quits();
}

Test(recover, what_it_has_stored_before_it_failed_is_not_either)
{
	static char program[] = MHEX_FAULTY;
	open_with(program, ask, "MHEX_FAULTS=sync:1+:EIO", NULL);
	ASSERT_TEXT("f finish it");
	screen_keys(screen, "b");
	EXPECT_TEXT("recover: ");
	EXPECT_TEXT("00000010  6f 6f 6f 6f");
	expect_no_others();
	screen_keys(screen, ":info<Enter>");
	EXPECT_TEXT("size ");
	expect_no_others();
}

/* 512 MiB of them would have to be read before. */
Test(recover, asks_before_it_reads_a_long_journal)
{
	static char ones[3 << 20];
	temp_file_remove(&file);
	temp_file_make(&file, "", 0);
	cr_assert(zero(int, truncate(file.path, sizeof(ones))));
	kill_in(save_many);
	open_again(ask);
	ASSERT_TEXT("a save was interrupted; its journal has 6 MiB.");
	screen_keys(screen, "f");
	EXPECT_TEXT("finished what was interrupted");
	memset(ones, 1, sizeof(ones));
	cr_expect(temp_file_holds(file.path, ones, sizeof(ones)));
	expect_quits();
}

Test(recover, later_is_not_forgotten)
{
	open_again(ask);
	ASSERT_TEXT("f finish it");
	screen_keys(screen, "<Esc>");
	EXPECT_GONE("f finish it");
	screen_keys(screen, ":overwrite 00 at 0x20<Enter>:write<Enter>");
	EXPECT_TEXT("an interruption is not settled yet");
	expect_bytes(half);
	screen_keys(screen, ":undo<Enter>:recover<Enter>");
	EXPECT_TEXT("f finish it");
	screen_keys(screen, "d");
	EXPECT_TEXT("left as it is");
	expect_bytes(half);
	screen_keys(screen, ":recover<Enter>");
	EXPECT_TEXT("nothing of");
	expect_quits();
}

Test(recover, does_not_ask_when_it_was_told)
{
	open_again(revert);
	EXPECT_TEXT("put back as it was");
	expect_bytes(old);
	expect_quits();
}

/* Left at once: the recovery is waited for, not torn. */
Test(recover, quitting_waits_for_it)
{
	open_again(ask);
	ASSERT_TEXT("f finish it");
	screen_keys(screen, "f:quit!<Enter>");
	cr_expect(zero(int, screen_wait_exit(screen)), "%s", screen_text(screen));
	expect_bytes(new);
}

/* The first screen does not wait for the state folder to be read; what is typed does. */
Test(recover, keys_typed_ahead_do_not_slip_past_the_question)
{
	open_again(ask);
	screen_type(screen, "d:write\rf:write!\rb"); /* at once */
	EXPECT_TEXT("f finish it  b put the old bytes back  d leave it so  Esc later");
	expect_bytes(half);
	screen_keys(screen, "f");
	EXPECT_TEXT("finished what was interrupted");
	expect_bytes(new);
	expect_quits();
}

Test(recover, a_lock_is_waited_for_named_and_overridden)
{
	const int fd = open(file.path, O_RDONLY | O_CLOEXEC);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		cr_skip_test("no locks in this folder");
	open_again(ask);
	ASSERT_TEXT("f finish it");
	screen_keys(screen, "f");
	EXPECT_TEXT("locked by process");
	expect_bytes(half);
	screen_keys(screen, ":recover! apply<Enter>");
	EXPECT_TEXT("finished what was interrupted");
	expect_bytes(new);
	expect_quits();
	(void)close(fd);
}
