/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is left in the state folder by an end that nobody asked for, and what others may
 * have put there. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 20000,
	JOURNAL_MAX = 1 << 20,
	TRIES = 200, /* of 50 ms, for what comes within a second */
};

/* The path of the first journal with this in its name; "" when there is none. */
static const char *find_journal(void)
{
	static char path[2 * TEMP_PATH_SIZE];
	DIR *folder = opendir("state/mhex");
	path[0] = '\0';
	for (const struct dirent *entry; folder && (entry = readdir(folder));) {
		if (entry->d_name[0] != '.')
			(void)snprintf(path, sizeof(path), "state/mhex/%s",
				       entry->d_name);
	}
	if (folder)
		(void)closedir(folder);
	return path;
}

static off_t journal_size(void)
{
	struct stat st = {0};
	(void)stat(find_journal(), &st);
	return st.st_size;
}

/* --- unsaved edits --- */

static void edit_and(void)
{
	share_state();
	make_file("file", SIZE);
	open_file("file");
	for (int i = 0; i < TRIES && journal_size() == 0; i++)
		(void)screen_sends_within(screen, 50);
	const off_t before = journal_size();
	KEYS("llree");
	SEE("01 02 ee 04");
	for (int i = 0; i < TRIES && journal_size() == before; i++)
		(void)screen_sends_within(screen, 50);
	EXPECT(journal_size() > before);
}

static void expect_applied(void)
{
	EXPECT_COUNTING("file", SIZE, 0, "");
	EXPECT(BATCH("-c", "dump", "file") == 1);
	SAID("--recover");
	EXPECT(BATCH("--recover=apply", "-c", "write", "file") == 0);
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	EXPECT(BATCH("-c", "dump", "file") == 0);
}

static void killed(void)
{
	edit_and();
	MUST(kill(screen_pid(screen), SIGKILL));
	expect_ends(128 + SIGKILL);
	expect_applied();
}

static void terminated(void)
{
	edit_and();
	MUST(kill(screen_pid(screen), SIGTERM));
	expect_ends(128 + SIGTERM);
	expect_applied();
}

static void hung_up(void)
{
	edit_and();
	screen_hang_up(screen);
	(void)screen_wait_exit(screen);
	expect_applied();
}

static void crashed(void)
{
	if (is_sanitized())
		case_skip("the sanitizers take SIGSEGV for their own");
	edit_and();
	MUST(kill(screen_pid(screen), SIGSEGV));
	expect_ends(128 + SIGSEGV);
	expect_applied();
}

static void dropped(void)
{
	edit_and();
	MUST(kill(screen_pid(screen), SIGKILL));
	expect_ends(128 + SIGKILL);
	EXPECT(BATCH("--recover=drop", "-c", "find 03", "file") == 0);
	SAID("0x2");
	EXPECT(BATCH("-c", "dump", "file") == 0);
	EXPECT_COUNTING("file", SIZE, 0, "");
}

static void changed_meanwhile(void)
{
	edit_and();
	MUST(kill(screen_pid(screen), SIGKILL));
	expect_ends(128 + SIGKILL);
	poke("file", 2, "\xab");
	EXPECT(BATCH("--recover=apply", "-c", "write", "file") == 1);
	SAID("0x2");
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
}

static void edit_live_and_die(void)
{
	edit_and();
	MUST(kill(screen_pid(screen), SIGKILL));
	expect_ends(128 + SIGKILL);
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
}

static void live_reverted(void)
{
	edit_live_and_die();
	EXPECT(BATCH("--recover=revert", "-c", "version", "file") == 0);
	EXPECT_COUNTING("file", SIZE, 0, "");
	edit_live_and_die();
	start_mhex("file", NULL);
	SEE("b put the old bytes back");
	KEYS("b");
	SEE("put back as it was");
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_quits();
	EXPECT(BATCH("-c", "dump", "file") == 0);
}

static void two_of_us(void)
{
	edit_and();
	Screen *first = screen;
	screen = NULL;
	start_mhex("file", NULL);
	SEE("another mhex");
	Screen *second = screen;
	screen = first;
	SEE("another mhex");
	expect_quits();
	screen_close(first);
	screen = second;
	expect_quits();
	EXPECT(BATCH("-c", "dump", "file") == 0); /* nothing is left of either */
}

/* --- journals that are not what they were --- */

/* One byte of two is stored, so that a recovery has something to do in either way. */
static void interrupt_save(void)
{
	share_state();
	make_file("file", SIZE);
	with_faults("msync:1:kill");
	EXPECT(BATCH("--set=window=4096", "-c", "overwrite ee at 2", "-c",
		     "overwrite dd at 0x3002", "-c", "write", "file") == 128 + SIGKILL);
	with_faults("");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	EXPECT(find_journal()[0]);
}

/* Old, new, or as the crash has left it, and nothing else; and no crash of ours. */
static void expect_sane(const char *what, long at, const char *half)
{
	static const char *const ways[] = {"--recover=apply", "--recover=revert"};
	const int status = BATCH(ways[at % 2], "-c", "version", "file");
	if (status != 0 && status != 1)
		FAIL("%s %ld: ended with %d: %s", what, at, status, batch_said);
	size_t size = 0;
	char *bytes = temp_file_read("file", &size);
	const bool first = (uint8_t)bytes[2] == 0xee || (uint8_t)bytes[2] == counting(2);
	const bool second = (uint8_t)bytes[0x3002] == 0xdd ||
			    (uint8_t)bytes[0x3002] == counting(0x3002);
	bytes[2] = half[2];
	bytes[0x3002] = half[0x3002];
	if (size != SIZE || !first || !second || memcmp(bytes, half, SIZE) != 0)
		FAIL("%s %ld: the file holds other bytes", what, at);
	free(bytes);
}

static void spoil_journal(bool flips)
{
	size_t length = 0;
	size_t size = 0;
	char path[2 * TEMP_PATH_SIZE];
	interrupt_save();
	(void)snprintf(path, sizeof(path), "%s", find_journal());
	char *journal = temp_file_read(path, &length);
	char *half = temp_file_read("file", &size);
	const size_t step = length / 60 + 1;
	for (size_t at = 0; at < length; at += step) {
		const char saved = journal[at];
		temp_file_write("file", half, size);
		EXPECT(system("rm -f state/mhex/*") == 0);
		journal[at] = (char)(flips ? saved ^ 1 << at % 8 : saved);
		temp_file_write(path, journal, flips ? length : at);
		journal[at] = saved;
		expect_sane(flips ? "a bit of byte" : "cut to", (long)at, half);
	}
}

static void journal_flipped(void)
{
	spoil_journal(true);
}

static void journal_cut(void)
{
	spoil_journal(false);
}

/* In the place of the journal of a save; the program goes on, the file stays, and the
 * list says why. */
static void journal_is(const char *command, const char *why)
{
	char line[4 * TEMP_PATH_SIZE];
	size_t size = 0;
	interrupt_save();
	char *half = temp_file_read("file", &size);
	(void)snprintf(line, sizeof(line), "j=%s; %s", find_journal(), command);
	EXPECT(system(line) == 0);
	EXPECT(BATCH("--recover=apply", "-c", "find 01", "file") == 0);
	EXPECT(temp_file_holds("file", half, size));
	EXPECT(BATCH("--recover=list") == 0);
	SAID(why);
}

static void journal_linked(void)
{
	journal_is("mv $j elsewhere; ln -s $PWD/elsewhere $j", "not a regular file");
}

static void journal_fifo(void)
{
	journal_is("rm $j; mkfifo $j", "not a regular file");
}

static void journal_folder(void)
{
	journal_is("rm $j; mkdir $j", "not a regular file");
}

static void journal_writable(void)
{
	journal_is("chmod 666 $j", "other users may write to it");
}

static void journal_named_twice(void)
{
	journal_is("ln $j elsewhere", "it has several names");
}

static void journal_of_rubbish(void)
{
	journal_is("head -c 100000 /dev/urandom >$j", "not a journal of mhex");
}

/* The journal of one file in the place of that of another. */
static void journal_of_another(void)
{
	interrupt_save();
	make_file("other", SIZE);
	EXPECT(BATCH("--recover=apply", "-c", "find 01", "other") == 0);
	EXPECT_COUNTING("other", SIZE, 0, "");
	EXPECT(find_journal()[0]); /* kept for its own */
}

/* --- the folder --- */

/* Nothing is put there, and a script is told why. */
static void folder_is(const char *command, const char *why)
{
	share_state();
	EXPECT(system(command) == 0);
	make_file("file", SIZE);
	open_file("file");
	KEYS("<Esc>llree");
	SEE("01 02 ee 04");
	expect_alive();
	expect_quits();
	EXPECT(BATCH("--recover=list") == 1);
	SAID(why);
}

static void folder_linked(void)
{
	folder_is("mkdir elsewhere; ln -s $PWD/elsewhere state/mhex",
		  "a symbolic link lies where the state folder should be");
	expect_folder("elsewhere", "");
}

static void folder_writable(void)
{
	folder_is("mkdir state/mhex; chmod 777 state/mhex",
		  "other users may write to the state folder (mode 0777)");
	expect_folder("state/mhex", "");
}

static void folder_is_a_file(void)
{
	folder_is("echo mine >state/mhex",
		  "something else lies where the state folder should be");
	EXPECT_BYTES("state/mhex", "mine\n");
}

static void folder_of_another(void)
{
	make_file("probe", 1);
	if (chown("probe", 12345, (gid_t)-1) < 0)
		case_skip("nothing can be given to another user here: %s",
			  strerror(errno));
	folder_is("mkdir -m 700 state/mhex; chown 12345 state/mhex",
		  "the state folder belongs to another user (12345)");
	expect_folder("state/mhex", "");
}

const FaultCase state_cases[] = {
	{"unsaved edits and kill -9", killed, PREVIEW, NULL},
	{"unsaved edits and SIGTERM", terminated, PREVIEW, NULL},
	{"unsaved edits and SIGSEGV", crashed, PREVIEW, NEEDS_SPACE},
	{"unsaved edits and a lost terminal", hung_up, PREVIEW, NULL},
	{"unsaved edits and kill -9, dropped", dropped, PREVIEW, NULL},
	{"unsaved edits and kill -9, then others write", changed_meanwhile, PREVIEW,
	 NULL},
	{"live edits and kill -9, taken back", live_reverted, LIVE, NULL},
	{"two of us on one file", two_of_us, EDITS, NULL},
	{"a journal with a bit flipped, anywhere", journal_flipped, ONCE, NULL},
	{"a journal cut, anywhere", journal_cut, ONCE, NULL},
	{"a journal of rubbish", journal_of_rubbish, ONCE, NULL},
	{"a journal of another file", journal_of_another, ONCE, NULL},
	{"a symbolic link as journal", journal_linked, ONCE, NULL},
	{"a FIFO as journal", journal_fifo, ONCE, NULL},
	{"a folder as journal", journal_folder, ONCE, NULL},
	{"a journal that all may write", journal_writable, ONCE, NULL},
	{"a journal with two names", journal_named_twice, ONCE, NULL},
	{"a symbolic link as state folder", folder_linked, EDITS, NULL},
	{"a state folder that all may write", folder_writable, EDITS, NULL},
	{"a state folder of another user", folder_of_another, EDITS, NEEDS_USER},
	{"a file as state folder", folder_is_a_file, EDITS, NULL},
	{NULL, NULL, 0, NULL},
};
