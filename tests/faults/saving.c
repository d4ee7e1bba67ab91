/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What happens in the middle of a save. The program stops itself at a chosen call, so
 * that the middle is where the test says, every time. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 2 * PAGE
};

/* One edit, and a save that stops at a call. */
static void stop_at(const char *plan)
{
	with_faults(plan);
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("01 02 ee 04");
	KEYS(":write<Enter>");
	wait_stopped();
}

/* Likewise, with an edit that wants a new file. */
static void stop_rename_at(const char *plan)
{
	with_faults(plan);
	make_file("file", SIZE);
	open_file("file");
	KEYS(":insert \"mine\" at 4<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
	wait_stopped();
}

static void expect_fails(const char *text)
{
	go_on();
	SEE("write: ");
	SEE(text);
	expect_alive();
}

static void cut_before_sync(void)
{
	stop_at("msync@file:1:stop");
	MUST(truncate("file", 0));
	if (access_now == PREVIEW) {
		expect_fails("cut to 0x0");
	} else {
		/* The journal of edits, or the watcher, may have the last word. */
		go_on();
		SEE("[+1]");
		SEE("00000000  ??");
		expect_alive();
		/* While the save still runs, its failure calls this off. */
		KEYS(":quit!<Enter>");
		while (screen_sends_within(screen, 500))
			;
	}
	EXPECT(!strstr(screen_bytes(screen), "written"));
	EXPECT(file_size("file") == 0);
	expect_quits();
}

static void written_before_sync(void)
{
	stop_at("msync@file:1:stop");
	poke("file", 3, "\xab");
	go_on();
	SEE("written");
	EXPECT_COUNTING("file", SIZE, 2, "\xee\xab");
	expect_quits();
}

/* Our byte is there, and then somebody puts his over it: not saved. */
static void overwritten_before_verify(void)
{
	stop_at("msync@file:1:stop");
	poke("file", 2, "\xab");
	expect_fails("0x2");
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
	expect_quits();
}

static void deleted_before_sync(void)
{
	stop_at("msync@file:1:stop");
	MUST(link("file", "second"));
	MUST(unlink("file"));
	go_on();
	SEE("written");
	SEE("[gone]");
	expect_alive();
	EXPECT_COUNTING("second", SIZE, 2, "\xee");
	expect_quits();
}

/* Two pages are stored one after the other, and the first is on its way to the disk. */
static void stop_half_stored(void)
{
	with_faults("msync@file:1:stop");
	make_file("file", SIZE);
	open_file("file");
	KEYS(":set window=4096<Enter>");
	KEYS(":overwrite ee at 2<Enter>");
	SEE("01 02 ee 04");
	KEYS(":overwrite dd at 0x1002<Enter>");
	if (access_now == PREVIEW) {
		SEE("[+2]");
		KEYS(":write<Enter>");
	}
	wait_stopped();
}

static void killed_before_sync(void)
{
	share_state();
	stop_half_stored();
	MUST(kill(screen_pid(screen), SIGKILL));
	expect_ends(128 + SIGKILL);
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	with_faults("");
	EXPECT(BATCH("-c", "dump", "file") == 1);
	SAID("--recover");
	EXPECT(BATCH("--recover=revert", "-c", "dump", "file") == 0);
	EXPECT_COUNTING("file", SIZE, 0, "");
}

static void terminated_before_sync(void)
{
	stop_at("msync@file:1:stop");
	MUST(kill(screen_pid(screen), SIGTERM));
	go_on();
	expect_ends(128 + SIGTERM);
	EXPECT(!screen_has(screen, "lost"));
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
}

static void cancelled_before_sync(void)
{
	stop_at("msync@file:1:stop");
	KEYS("<C-c><C-c><C-c>");
	go_on();
	SEE_NO("[+");
	expect_alive();
	/* Stored already: it can only go forward. */
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

/* Likewise, but only the save waits, until let_go(). */
static void hold_at(const char *plan, const char *edit)
{
	with_environment("MHEX_FAULTS_GO_ON=go-on");
	with_faults(plan);
	make_file("file", SIZE);
	open_file("file");
	KEYS(edit);
	SEE("01 02 ee");
	KEYS(":write<Enter>");
}

static void let_go(void)
{
	make_text("go-on", "");
}

static void edited_meanwhile(void)
{
	hold_at("msync@file:1:hold", "llree");
	KEYS("lrcc");
	SEE("01 02 ee cc");
	SEE("[+2]");
	let_go();
	SEE("written");
	SEE("[+1]"); /* what came later is not */
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
}

static void written_before_rename(void)
{
	stop_rename_at("renameat2@file:1:stop");
	poke("file", 0x1000, "theirs");
	expect_fails("file");
	EXPECT_COUNTING("file", SIZE, 0x1000, "theirs");
	expect_folder(".", "file");
	expect_quits();
}

static void stored_before_rename(void)
{
	stop_rename_at("renameat2@file:1:stop");
	poke_mapped("file", 0x1000, "theirs");
	expect_fails("file");
	EXPECT_COUNTING("file", SIZE, 0x1000, "theirs");
	expect_quits();
}

static void grown_before_rename(void)
{
	stop_rename_at("renameat2@file:1:stop");
	MUST(truncate("file", SIZE + 10));
	expect_fails("file");
	EXPECT(file_size("file") == SIZE + 10);
	expect_quits();
}

static void replaced_before_rename(void)
{
	stop_rename_at("renameat2@file:1:stop");
	make_text("other", "theirs");
	MUST(rename("other", "file"));
	expect_fails("file");
	EXPECT_BYTES("file", "theirs");
	expect_folder(".", "file");
	expect_quits();
}

static void deleted_before_rename(void)
{
	stop_rename_at("renameat2@file:1:stop");
	MUST(unlink("file"));
	go_on();
	SEE("write: ");
	expect_alive();
	SEE("[+");
	expect_quits();
	expect_folder(".", "");
}

static void cut_while_copied(void)
{
	stop_rename_at("fsync@/work:1:stop");
	MUST(truncate("file", 3));
	expect_fails("file");
	EXPECT_COUNTING("file", 3, 0, "");
	expect_folder(".", "file");
	expect_quits();
}

static void killed_before_rename(void)
{
	stop_rename_at("renameat2@file:1:stop");
	MUST(kill(screen_pid(screen), SIGKILL));
	expect_ends(128 + SIGKILL);
	EXPECT_COUNTING("file", SIZE, 0, "");
}

static void killed_after_rename(void)
{
	stop_rename_at("unlinkat@/work:1:stop");
	MUST(kill(screen_pid(screen), SIGKILL));
	expect_ends(128 + SIGKILL);
	EXPECT(file_size("file") == SIZE + 4);
	EXPECT(BATCH("-c", "find \"mine\"", "file") == 0);
	SAID("0x4");
}

static void name_taken(void)
{
	with_faults("renameat2@new:1:stop");
	make_file("file", SIZE);
	open_file("file");
	KEYS(":write new<Enter>");
	wait_stopped();
	make_text("new", "theirs");
	go_on();
	SEE("write: ");
	expect_alive();
	EXPECT_BYTES("new", "theirs");
	expect_folder(".", "file new");
	expect_quits();
}

static void quit_meanwhile(void)
{
	share_state();
	hold_at("msync@file:1:hold", "llree");
	KEYS(":quit<Enter>");
	SEE("quits when the save has ended");
	let_go();
	expect_ends(0);
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	with_faults("");
	EXPECT(BATCH("-c", "dump", "file") == 0); /* the save came to its end */
}

static void hung_up_meanwhile(void)
{
	hold_at("renameat2@file:1:hold", ":insert ee at 2<Enter>");
	expect_alive(); /* so the save has begun */
	screen_hang_up(screen);
	let_go();
	const int status = screen_wait_exit(screen);
	EXPECT(status == 1 || status == 128 + SIGHUP);
	EXPECT(file_size("file") == SIZE + 1); /* asked for, so done */
}

const FaultCase saving_cases[] = {
	{"cut before the sync of a save", cut_before_sync, EDITS, NULL},
	{"written elsewhere before the sync of a save", written_before_sync, EDITS, NULL},
	{"the saved byte overwritten before the sync", overwritten_before_verify, PREVIEW,
	 NULL},
	{"deleted before the sync of a save", deleted_before_sync, EDITS, NULL},
	{"kill -9 before the sync of a save", killed_before_sync, EDITS, NULL},
	{"SIGTERM before the sync of a save", terminated_before_sync, EDITS, NULL},
	{"Ctrl-C before the sync of a save", cancelled_before_sync, EDITS, NULL},
	{"an edit while a save runs", edited_meanwhile, PREVIEW, NULL},
	{"quit while a save runs", quit_meanwhile, EDITS, NULL},
	{"the terminal gone while a save runs", hung_up_meanwhile, PREVIEW, NULL},
	{"written before the new file takes its place", written_before_rename, PREVIEW,
	 NULL},
	{"stored to by a mapping before that", stored_before_rename, PREVIEW, NULL},
	{"grown before the new file takes its place", grown_before_rename, PREVIEW, NULL},
	{"replaced before the new file takes its place", replaced_before_rename, PREVIEW,
	 NULL},
	{"deleted before the new file takes its place", deleted_before_rename, PREVIEW,
	 NULL},
	{"cut while the new file is made", cut_while_copied, PREVIEW, NULL},
	{"kill -9 before the new file takes its place", killed_before_rename, PREVIEW,
	 NULL},
	{"kill -9 after the new file took its place", killed_after_rename, PREVIEW, NULL},
	{"the name of a copy taken by others", name_taken, ALL, NULL},
	{NULL, NULL, 0, NULL},
};
