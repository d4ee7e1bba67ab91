/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A save that is refused because of others, and what one can decide then. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 2 * PAGE
};

static void open_edited(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("01 02 ee 04");
}

static void write_fails(const char *text)
{
	KEYS("<Esc>:write<Enter>");
	SEE("write: ");
	SEE(text);
	expect_alive();
}

static void command_works(const char *keys)
{
	KEYS("<Esc>");
	KEYS(keys);
	SEE_NO("[+");
	expect_quits();
}

/* --- conflicts --- */

static void take_mine(void)
{
	open_edited();
	poke("file", 2, "\xab");
	write_fails("0x2");
	KEYS("<Esc>:take mine<Enter>");
	command_works(":write<Enter>");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
}

static void take_theirs(void)
{
	open_edited();
	poke("file", 2, "\xab");
	write_fails("0x2");
	command_works(":take theirs<Enter>");
	EXPECT_COUNTING("file", SIZE, 2, "\xab");
}

/* --- files that are gone --- */

static void gone(void)
{
	open_edited();
	MUST(unlink("file"));
	write_fails("file");
	EXPECT(access("file", F_OK) < 0);
	command_works(":write!<Enter>");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
}

static void replaced(void)
{
	open_edited();
	make_file("other", SIZE);
	poke("other", 100, "theirs");
	MUST(rename("other", "file"));
	write_fails("file");
	command_works(":write!<Enter>");
	make_file("want", SIZE);
	poke("want", 100, "theirs");
	poke("want", 2, "\xee");
	size_t size = 0;
	const char *want = temp_file_read("want", &size);
	EXPECT(temp_file_holds("file", want, size)); /* theirs is not thrown away */
}

static void replaced_and_reloaded(void)
{
	open_edited();
	make_file("other", SIZE);
	poke("other", 3, "\xab");
	MUST(rename("other", "file"));
	KEYS("<Esc>:reload<Enter>");
	SEE("01 02 ee ab 05");
	command_works(":write<Enter>");
	EXPECT_COUNTING("file", SIZE, 2, "\xee\xab");
}

/* --- locks --- */

static int lock_whole(bool by_flock)
{
	const int fd = open("file", O_RDWR | O_CLOEXEC);
	const struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	MUST(fd);
	if (by_flock)
		MUST(flock(fd, LOCK_EX | LOCK_NB));
	else
		MUST(fcntl(fd, F_OFD_SETLK, &whole));
	return fd;
}

static void locked(bool by_flock)
{
	make_file("file", SIZE);
	const int fd = lock_whole(by_flock);
	open_file("file");
	if (access_now == LIVE) {
		KEYS("llree");
		SEE("locked");
		expect_alive();
		EXPECT_COUNTING("file", SIZE, 0, "");
		(void)close(fd);
		KEYS("<Esc>ggllree");
		SEE("01 02 ee 04");
		expect_quits();
	} else {
		KEYS("llree");
		write_fails("locked");
		EXPECT_COUNTING("file", SIZE, 0, "");
		(void)close(fd);
		command_works(":write<Enter>");
	}
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
}

static void locked_by_range(void)
{
	locked(false);
}

static void locked_by_flock(void)
{
	locked(true);
}

static void locked_and_forced(void)
{
	make_file("file", SIZE);
	const int fd = lock_whole(true);
	open_file("file");
	KEYS("llree");
	write_fails("locked");
	command_works(":write!<Enter>");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	(void)close(fd);
}

const FaultCase decide_cases[] = {
	{"a conflict, decided for mine", take_mine, PREVIEW, NULL},
	{"a conflict, decided for theirs", take_theirs, PREVIEW, NULL},
	{"edits, the file gone, and write!", gone, PREVIEW, NULL},
	{"edits, the file replaced, and write!", replaced, PREVIEW, NULL},
	{"edits, the file replaced, and reload", replaced_and_reloaded, PREVIEW, NULL},
	{"a lock of others on the whole file", locked_by_range, EDITS, NULL},
	{"a flock of others", locked_by_flock, EDITS, NULL},
	{"a flock of others, and write!", locked_and_forced, PREVIEW, NULL},
	{NULL, NULL, 0, NULL},
};
