/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Edits that were not saved when mhex died; the next mhex on that file asks. */

#include "e2e/mhex_screen.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

TestSuite(survive, .init = set_up, .fini = tear_down, .timeout = 100);

static void open_with(char *program, const char *option, const char *faults)
{
	static char clean[] = "--clean", no_hint[] = "--set=nohint";
	char *argv[] = {program, clean, no_hint, file.path, (char *)option, NULL};
	const char *variables[] = {environment, faults, NULL};
	screen_close(screen);
	screen = screen_open_with(ROWS, COLS, argv, variables);
	ASSERT_TEXT("00000000  ");
}

static void open_file(const char *option)
{
	static char program[] = MHEX_PROGRAM;
	open_with(program, option, NULL);
}

static void die(int signo)
{
	(void)kill(screen_pid(screen), signo);
	const int status = screen_wait_exit(screen);
	if (signo != SIGSEGV) /* a sanitizer has an end of its own for that */
		cr_assert(eq(int, status, 128 + signo));
}

/* How many journals there are, and how large all of them. */
static size_t journals(off_t *size)
{
	char path[TEMP_PATH_SIZE + 8];
	size_t count = 0;
	(void)snprintf(path, sizeof(path), "%s/mhex", state.path);
	DIR *folder = opendir(path);
	*size = 0;
	for (struct dirent *entry = folder ? readdir(folder) : NULL; entry;
	     entry = readdir(folder)) {
		struct stat st;
		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(folder), entry->d_name, &st, 0) < 0)
			continue;
		count++;
		*size += st.st_size;
		cr_expect(eq(uint, st.st_mode & 0777U, 0600));
	}
	if (folder)
		(void)closedir(folder);
	return count;
}

static void expect_no_journals(void)
{
	off_t size = 0;
	cr_expect(zero(sz, journals(&size)));
}

/* Until the journals are larger than that: at most a second. */
static off_t wait_for_journal(off_t more_than)
{
	off_t size = 0;
	for (int i = 0; i < 200; i++) {
		(void)journals(&size);
		if (size > more_than)
			return size;
		(void)screen_sends_within(screen, 50);
	}
	cr_assert(lt(long, (long)more_than, (long)size), "%s", screen_text(screen));
	return size;
}

static void type_and_die(const char *option, int signo)
{
	open_file(option);
	const off_t size = wait_for_journal(0);
	screen_keys(screen, "R616263<Esc>");
	EXPECT_TEXT("61 62 63 44");
	if (signo == SIGKILL || signo == SIGSEGV || signo == SIGABRT)
		(void)wait_for_journal(size);
	die(signo);
}

/* What a batch says and prints, with its exit status behind it. */
static void expect_batch(const char *arguments, const char *want)
{
	char command[3 * TEMP_PATH_SIZE], said[4096];
	size_t length = 0;
	(void)snprintf(command, sizeof(command),
		       "cd %.*s && %s %s --batch --clean %s 2>&1; echo $?",
		       (int)(strrchr(file.path, '/') - file.path), file.path, environment,
		       MHEX_PROGRAM, arguments);
	FILE *pipe = popen(command, "r");
	cr_assert(pipe != NULL);
	length = fread(said, 1, sizeof(said) - 1, pipe);
	said[length] = '\0';
	(void)pclose(pipe);
	cr_expect(strstr(said, want) != NULL, "%s: %s", arguments, said);
}

static void expect_batch_with_file(const char *option, const char *command,
				   const char *want)
{
	char arguments[TEMP_PATH_SIZE + 64];
	(void)snprintf(arguments, sizeof(arguments), "%s %s %s", option, command,
		       file.path);
	expect_batch(arguments, want);
}

/* ---- Deaths ---- */

static void expect_offered(void)
{
	EXPECT_FILE("ABCDEFGH");
	open_file(NULL);
	EXPECT_TEXT("3 bytes of unsaved edits are left from a crash.");
	EXPECT_TEXT("y apply them  d drop them  Esc later");
	screen_keys(screen, "y");
	EXPECT_TEXT("[+3]");
	EXPECT_TEXT("61 62 63 44");
	screen_keys(screen, "u");
	EXPECT_TEXT("41 42 43 44");
	screen_keys(screen, "<C-r>:write<Enter>");
	EXPECT_TEXT("3 bytes written");
	EXPECT_FILE("abcDEFGH");
	expect_quits();
	expect_no_journals();
}

Test(survive, sigterm_says_that_they_are_kept)
{
	type_and_die(NULL, SIGTERM);
	EXPECT_TEXT("3 unsaved bytes are kept");
	EXPECT_TEXT("--recover=apply");
	expect_offered();
}

Test(survive, sighup)
{
	type_and_die(NULL, SIGHUP);
	EXPECT_TEXT("3 unsaved bytes are kept");
	expect_offered();
}

Test(survive, kill)
{
	type_and_die(NULL, SIGKILL);
	expect_offered();
}

Test(survive, faults_of_our_own)
{
	static const int signals[] = {SIGSEGV, SIGABRT};
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		type_and_die(NULL, signals[i]);
		open_file(NULL);
		ASSERT_TEXT("3 bytes of unsaved edits are left from a crash.");
		screen_keys(screen, "d");
		EXPECT_TEXT("the edits are dropped");
		expect_quits();
	}
}

Test(survive, a_closed_terminal)
{
	open_file(NULL);
	screen_keys(screen, "R616263<Esc>");
	EXPECT_TEXT("61 62 63 44");
	screen_hang_up(screen);
	(void)screen_wait_exit(screen);
	expect_offered();
}

/* ---- Answers ---- */

Test(survive, dropped_they_are_gone)
{
	type_and_die(NULL, SIGKILL);
	open_file(NULL);
	ASSERT_TEXT("d drop them");
	screen_keys(screen, "d");
	EXPECT_TEXT("the edits are dropped");
	expect_quits();
	expect_no_journals();
	EXPECT_FILE("ABCDEFGH");
}

Test(survive, later_they_can_still_be_had)
{
	type_and_die(NULL, SIGKILL);
	open_file(NULL);
	ASSERT_TEXT("Esc later");
	screen_keys(screen, "<Esc>");
	EXPECT_GONE("Esc later");
	expect_quits();
	open_file(NULL);
	ASSERT_TEXT("Esc later");
	screen_keys(screen, "<Esc>:recover apply<Enter>");
	EXPECT_TEXT("[+3]");
	expect_quits();
	expect_no_journals();
}

Test(survive, recovered_edits_survive_again)
{
	type_and_die(NULL, SIGKILL);
	open_file("--recover=apply");
	EXPECT_TEXT("[+3]");
	die(SIGKILL);
	open_file("--recover=apply");
	EXPECT_TEXT("[+3]");
	die(SIGTERM);
	open_file("--recover=apply");
	EXPECT_TEXT("[+3]");
	EXPECT_TEXT("61 62 63 44");
	expect_quits();
	expect_no_journals();
}

Test(survive, what_others_have_changed_meanwhile_is_a_conflict)
{
	type_and_die(NULL, SIGKILL);
	temp_file_write(file.path, "AXCDEFGH", 8);
	open_file("--recover=apply");
	EXPECT_TEXT("others have changed 1");
	screen_keys(screen, ":write<Enter>");
	EXPECT_TEXT("take mine or theirs");
	EXPECT_FILE("AXCDEFGH");
	expect_quits();
}

Test(survive, in_batch_it_must_be_said_what_to_do)
{
	type_and_die(NULL, SIGKILL);
	expect_batch_with_file("", "",
			       "3 bytes of unsaved edits are left from a crash; "
			       "--recover=apply would apply them, "
			       "--recover=drop drop them\n1\n");
	expect_batch("--recover=list", ": unsaved edits, 3 bytes\n0\n");
	expect_batch_with_file("--recover=apply", "-c 'write - in 0,+4'",
			       "abcDmhex: 3 bytes not written\n1\n");
	expect_batch_with_file("--recover=ask", "", "\n1\n");
	expect_batch_with_file("--recover=apply", "-c write", "0\n");
	EXPECT_FILE("abcDEFGH");
	expect_no_journals();
}

Test(survive, in_batch_they_are_dropped)
{
	type_and_die(NULL, SIGKILL);
	expect_batch_with_file("--recover=drop", "-c 'write - in 0,+4'", "ABCD0\n");
	expect_no_journals();
	type_and_die(NULL, SIGKILL);
	expect_batch_with_file("--recover=revert", "-c 'write - in 0,+4'", "ABCD0\n");
	expect_no_journals();
}

/* ---- Live ---- */

Test(survive, live_edits_are_in_the_file_and_taken_back)
{
	type_and_die("--live", SIGKILL);
	EXPECT_FILE("abcDEFGH");
	open_file("--live");
	EXPECT_TEXT("bytes of live edits are in the file since a crash.");
	EXPECT_TEXT("y keep them  b put the old bytes back  Esc later");
	screen_keys(screen, "b");
	EXPECT_TEXT("put back as it was");
	EXPECT_FILE("ABCDEFGH");
	expect_quits();
	expect_no_journals();
}

Test(survive, live_edits_are_kept)
{
	type_and_die("--live", SIGTERM);
	open_file("--live");
	ASSERT_TEXT("y keep them");
	screen_keys(screen, "y");
	EXPECT_TEXT("the edits are kept");
	EXPECT_FILE("abcDEFGH");
	expect_quits();
	expect_no_journals();
}

Test(survive, live_in_batch)
{
	type_and_die("--live", SIGKILL);
	expect_batch_with_file("", "",
			       "--recover=apply would keep them, "
			       "--recover=revert put the old bytes back\n1\n");
	expect_batch_with_file("--recover=apply", "", "0\n");
	EXPECT_FILE("abcDEFGH");
	expect_no_journals();
	temp_file_write(file.path, "ABCDEFGH", 8);
	type_and_die("--live", SIGKILL);
	temp_file_write(file.path, "aXcDEFGH", 8);
	expect_batch_with_file("--recover=revert", "", "0\n");
	EXPECT_FILE("AXCDEFGH");
	expect_no_journals();
}

/* ---- No crash ---- */

Test(survive, nothing_is_left_by_a_program_that_ends)
{
	open_file(NULL);
	(void)wait_for_journal(0);
	screen_keys(screen, "R616263<Esc>");
	EXPECT_TEXT("[+3]");
	expect_quits();
	expect_no_journals();
}

Test(survive, without_a_state_folder_it_is_said_once)
{
	char path[TEMP_PATH_SIZE + 8];
	(void)snprintf(path, sizeof(path), "%s/mhex", state.path);
	FILE *other = fopen(path, "w");
	cr_assert(other != NULL);
	(void)fclose(other);
	open_file(NULL);
	EXPECT_TEXT("edits would not survive a crash");
	screen_keys(screen, "R616263<Esc>");
	EXPECT_TEXT("[+3]");
	die(SIGTERM);
	EXPECT_TEXT("3 unsaved bytes were lost");
}

Test(survive, another_mhex_with_the_file_is_announced_to_both)
{
	open_file(NULL);
	(void)wait_for_journal(0);
	Screen *first = screen;
	screen = NULL;
	open_file(NULL);
	EXPECT_TEXT("another mhex has");
	Screen *second = screen;
	screen = first;
	EXPECT_TEXT("another mhex has");
	expect_quits();
	screen_close(screen);
	screen = second;
	expect_quits();
	expect_no_journals();
}

/* ---- No room ---- */

Test(survive, on_a_full_disk_one_goes_on_and_it_is_said)
{
	static char program[] = MHEX_FAULTY;
	open_with(program, NULL, "MHEX_FAULTS=pwrite@edit-:2+:ENOSPC");
	(void)wait_for_journal(0);
	screen_keys(screen, "R616263<Esc>");
	EXPECT_TEXT("edits would not survive a crash");
	EXPECT_TEXT("No space left on device");
	screen_keys(screen, "R6465<Esc>:write<Enter>");
	EXPECT_TEXT("bytes written");
	die(SIGTERM);
	EXPECT_FILE("abcdeFGH");
}

Test(survive, when_there_is_room_again_edits_are_kept_again)
{
	static char program[] = MHEX_FAULTY;
	open_with(program, NULL, "MHEX_FAULTS=pwrite@edit-:2:ENOSPC");
	(void)wait_for_journal(0);
	screen_keys(screen, "R616263<Esc>");
	EXPECT_TEXT("edits would not survive a crash");
	EXPECT_TEXT("edits survive a crash again");
	die(SIGKILL);
	expect_offered();
}
