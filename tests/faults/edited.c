/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What other programs do to a file that has unsaved edits. In live there are none: what
 * is typed is in the file. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 2 * PAGE
};

/* Byte 2 becomes ee, as an unsaved edit. */
static void open_edited(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("[+1]");
	SEE("01 02 ee 04");
}

static void write_fails(const char *text)
{
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE(text);
	expect_alive();
}

static void write_works(void)
{
	KEYS("<Esc>:write<Enter>");
	SEE("written");
	SEE_NO("[+");
}

static void cut_below_it(void)
{
	open_edited();
	MUST(truncate("file", 0));
	SEE("?? ?? ee ??");
	SEE("[+1]");
	write_fails("file");
	EXPECT(file_size("file") == 0); /* no longer one, of zeroes, without a word */
	SEE("[+1]");
	expect_quits();
}

static void cut_and_written_back(void)
{
	open_edited();
	MUST(truncate("file", 0));
	SEE("?? ?? ee ??");
	write_fails("file");
	make_file("file", SIZE);
	SEE("01 02 ee 04");
	write_works();
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void cut_above_it(void)
{
	open_edited();
	MUST(truncate("file", PAGE));
	SEE("shrank");
	write_works();
	/* The edit lies in what is left; nothing is made longer again. */
	EXPECT(file_size("file") == PAGE);
	expect_quits();
}

static void grown(void)
{
	open_edited();
	MUST(truncate("file", 3 * PAGE));
	SEE("grew to");
	write_works();
	EXPECT(file_size("file") == 3 * PAGE);
	MUST(truncate("file", SIZE)); /* what was added is as they left it: zeroes */
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void written_elsewhere(void)
{
	open_edited();
	poke("file", 5, "\xab");
	SEE("01 02 ee 04 05 ab 07");
	write_works();
	EXPECT_COUNTING("file", SIZE, 2, "\xee\x04\x05\xab");
	expect_quits();
}

static void stored_elsewhere(void)
{
	open_edited();
	poke_mapped("file", 3, "\xab");
	SEE("01 02 ee ab 05");
	write_works();
	EXPECT_COUNTING("file", SIZE, 2, "\xee\xab");
	expect_quits();
}

static void written_under_it(void)
{
	open_edited();
	poke("file", 2, "\xab");
	write_fails("0x2");
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
	SEE("[+1]");
	KEYS("<Esc>:write!<Enter>");
	SEE("written");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void stored_under_it(void)
{
	open_edited();
	poke_mapped("file", 2, "\xab");
	write_fails("0x2");
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
	SEE("[+1]");
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
}

static void same_byte_written(void)
{
	open_edited();
	poke("file", 2, "\xee"); /* what we wanted as well */
	write_works();
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void replaced(void)
{
	open_edited();
	make_file("other", SIZE);
	poke("other", 100, "theirs");
	MUST(rename("other", "file"));
	write_fails("file");
	EXPECT_COUNTING("file", SIZE, 100, "theirs");
	KEYS("<Esc>");
	SEE("[+1]");
	expect_quits();
}

static void made_read_only(void)
{
	drop_root();
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("[+1]");
	MUST(chmod("file", 0400));
	write_fails("Permission denied");
	EXPECT_COUNTING("file", SIZE, 2, "\x03");
	KEYS("<Esc>");
	SEE("[+1]");
	MUST(chmod("file", 0600));
	write_works();
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void undone_after_a_foreign_write(void)
{
	open_edited();
	write_works();
	poke("file", 2, "\xab");
	SEE("01 02 ab 04");
	KEYS("u");
	SEE("01 02 03 04"); /* ours to undo; the file is asked when it is saved */
	write_fails("0x2");
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
	expect_quits();
}

/* Live: the undo is a store as well. */
static void undone_live(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("01 02 ee 04");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	poke("file", 2, "\xab");
	SEE("01 02 ab 04");
	KEYS("u");
	SEE("0x2");
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
}

static void live_cut(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("01 02 ee 04");
	MUST(truncate("file", 0));
	SEE("00000000  ?? ?? ??");
	KEYS("rdd");
	SEE("file");
	EXPECT(file_size("file") == 0);
	KEYS("u");
	expect_alive();
	EXPECT(file_size("file") == 0);
	expect_quits();
}

static void live_deleted(void)
{
	make_file("file", SIZE);
	MUST(link("file", "second"));
	open_file("file");
	MUST(unlink("file"));
	KEYS("llree");
	SEE("01 02 ee 04");
	EXPECT_COUNTING("second", SIZE, 2, "\xee");
	expect_quits();
}

/* Inserted bytes lie over none of the file's. */
static void inserted_and_cut(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS(":insert \"mine\" at 4<Enter>");
	SEE("01 02 03 04 6d 69 6e 65");
	MUST(truncate("file", 2));
	SEE("01 02 ?? ?? 6d 69 6e 65");
	write_fails("file");
	EXPECT_COUNTING("file", 2, 0, "");
	SEE("[+");
	expect_quits();
}

static void appended_and_grown(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS(":append \"mine\"<Enter>");
	SEE("[+4]");
	const int fd = open("file", O_WRONLY | O_APPEND | O_CLOEXEC);
	MUST(fd);
	MUST(write(fd, "theirs", 6));
	(void)close(fd);
	SEE("grew to"); /* what grows later than that, the save refuses to write over */
	write_works();
	expect_quits();
	/* Both are there, whoever comes first. */
	EXPECT(file_size("file") == SIZE + 10);
	access_now = VIEW;
	EXPECT(BATCH("-c", "find \"mine\"", "-c", "find \"theirs\"", "file") == 0);
}

static void reloaded_after_a_cut(void)
{
	open_edited();
	KEYS(":overwrite dd at 0x1800<Enter>");
	SEE("[+2]");
	MUST(truncate("file", PAGE));
	KEYS("<Esc>gg<F5>");
	SEE("01 02 ee 04");
	expect_alive();
	EXPECT(file_size("file") == PAGE);
	expect_quits();
	EXPECT_COUNTING("file", PAGE, 0, "");
}

const FaultCase edited_cases[] = {
	{"edits, and the file cut below them", cut_below_it, PREVIEW, NULL},
	{"edits, the file cut and written back", cut_and_written_back, PREVIEW, NULL},
	{"edits, and the file cut above them", cut_above_it, PREVIEW, NULL},
	{"edits, and the file grown", grown, PREVIEW, NULL},
	{"edits, others write elsewhere", written_elsewhere, PREVIEW, NULL},
	{"edits, others store elsewhere by a mapping", stored_elsewhere, PREVIEW, NULL},
	{"edits, others write the same byte", written_under_it, PREVIEW, NULL},
	{"edits, others store the same byte by a mapping", stored_under_it, PREVIEW,
	 NULL},
	{"edits, others write the same value", same_byte_written, PREVIEW, NULL},
	{"edits, and the file replaced", replaced, PREVIEW, NULL},
	{"edits, and the file made read-only", made_read_only, PREVIEW, NEEDS_USER},
	{"undo after a save, over others' byte", undone_after_a_foreign_write, PREVIEW,
	 NULL},
	{"undo of a live store, over others' byte", undone_live, LIVE, NULL},
	{"live edits, and the file cut", live_cut, LIVE, NULL},
	{"live edits, and the file deleted", live_deleted, LIVE, NULL},
	{"insertion, and the file cut before it", inserted_and_cut, PREVIEW, NULL},
	{"bytes appended by us and by others", appended_and_grown, PREVIEW, NULL},
	{"edits, the file cut, and reload", reloaded_after_a_cut, PREVIEW, NULL},
	{NULL, NULL, 0, NULL},
};
