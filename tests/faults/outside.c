/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What other programs do to a file that is on the screen and has no unsaved edits. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 3 * PAGE + 100
};

static void open_pages(void)
{
	make_file("file", SIZE);
	open_file("file");
	SEE("00000000  01 02 03 04");
}

static void cut_to_nothing(void)
{
	open_pages();
	MUST(truncate("file", 0));
	SEE("00000000  ?? ?? ?? ??");
	KEYS("<PageDown><PageDown>G<PageUp>gg");
	expect_alive();
	expect_quits();
	EXPECT(file_size("file") == 0);
}

static void cut_inside_a_page(void)
{
	open_pages();
	KEYS(":0x1000<Enter>");
	SEE("0x00001000");
	MUST(truncate("file", PAGE + 3));
	SEE("00001000  51 52 53 ?? ??"); /* the rest of the page reads as zeroes */
	expect_alive();
	expect_quits();
}

static void cut_at_a_page_border(void)
{
	open_pages();
	KEYS(":0xff0<Enter>");
	SEE("0x00000ff0");
	MUST(truncate("file", PAGE));
	SEE("00001000  ?? ?? ??");
	SEE("00000ff0  41 42 43");
	expect_alive();
	expect_quits();
}

static void cut_below_the_cursor(void)
{
	open_pages();
	KEYS("G");
	SEE("0x00003063");
	MUST(truncate("file", 10));
	SEE("?? ?? ?? ??");
	KEYS("gg");
	SEE("01 02 03 04 05 06 07 08  09 0a ?? ??");
	expect_quits();
}

static void cut_and_grown_again(void)
{
	open_pages();
	MUST(truncate("file", 0));
	SEE("00000000  ?? ?? ??");
	MUST(truncate("file", SIZE));
	SEE("00000000  00 00 00");
	expect_quits();
}

static void cut_and_written_again(void)
{
	open_pages();
	MUST(truncate("file", 0));
	SEE("00000000  ?? ?? ??");
	make_text("file", "back again");
	SEE("62 61 63 6b 20 61 67 61");
	expect_quits();
}

static void cut_and_grown_in_a_storm(void)
{
	open_pages();
	for (int i = 0; i < 300; i++) {
		MUST(truncate("file", i % 3 * PAGE));
		MUST(truncate("file", SIZE));
		if (i % 30 == 0)
			KEYS("<PageDown><PageUp>");
	}
	expect_alive();
	SEE("00000000  00 00 00");
	expect_quits();
	EXPECT(file_size("file") == SIZE);
}

static void grown_by_a_byte(void)
{
	open_pages();
	const int fd = open("file", O_WRONLY | O_APPEND | O_CLOEXEC);
	MUST(fd);
	MUST(write(fd, "\xee", 1));
	(void)close(fd);
	SEE("12389"); /* told, with the new size */
	KEYS(":0x3064<Enter>");
	SEE("00003060");
	SEE("ee");
	expect_quits();
}

static void grown_to_a_terabyte(void)
{
	open_pages();
	if (truncate("file", (off_t)1 << 40) < 0)
		FAIL("truncate: %s", strerror(errno));
	SEE("grew to");
	KEYS(":0xfffffffff0<Enter>");
	SEE("fffffff0  00 00 00 00");
	expect_alive();
	expect_quits();
}

static void replaced(void)
{
	open_pages();
	make_text("other", "replaced");
	MUST(rename("other", "file"));
	/* What was opened is still there. */
	KEYS(":0x2000<Enter>");
	SEE("0x00002000");
	SEE("00002000  a1 a2 a3 a4");
	expect_quits();
	EXPECT_BYTES("file", "replaced");
}

static void deleted(void)
{
	open_pages();
	MUST(unlink("file"));
	KEYS(":0x3000<Enter>");
	SEE("00003000  f1 f2 f3 f4");
	expect_quits();
	EXPECT(access("file", F_OK) < 0);
}

static void deleted_and_made_again(void)
{
	open_pages();
	MUST(unlink("file"));
	make_text("file", "another");
	KEYS(":0x3000<Enter>");
	SEE("00003000  f1 f2 f3 f4");
	expect_quits();
	EXPECT_BYTES("file", "another");
}

static void folder_deleted(void)
{
	MUST(mkdir("folder", 0700));
	make_file("folder/file", SIZE);
	open_file("folder/file");
	MUST(unlink("folder/file"));
	MUST(rmdir("folder"));
	KEYS(":0x3000<Enter>");
	SEE("00003000  f1 f2 f3 f4");
	expect_alive();
	expect_quits();
}

static void moved_away(void)
{
	open_pages();
	MUST(mkdir("folder", 0700));
	MUST(rename("file", "folder/elsewhere"));
	poke("folder/elsewhere", 4, "\xca\xfe");
	SEE("01 02 03 04 ca fe 07");
	expect_quits();
}

static void written(void)
{
	open_pages();
	poke("file", 5, "\xca\xfe");
	SEE("01 02 03 04 05 ca fe 08");
	expect_quits();
}

static void stored_through_a_mapping(void)
{
	open_pages();
	poke_mapped("file", 5, "\xca\xfe");
	SEE("01 02 03 04 05 ca fe 08");
	poke_mapped("file", 5, "\xba\xbe"); /* wakes no one and changes no time */
	SEE("01 02 03 04 05 ba be 08");
	expect_quits();
}

static void written_far_away(void)
{
	open_pages();
	poke("file", 0x3000, "\xca\xfe");
	KEYS(":0x3000<Enter>");
	SEE("00003000  ca fe f3 f4");
	expect_quits();
}

static void hole_punched(void)
{
	open_pages();
	const int fd = open("file", O_RDWR | O_CLOEXEC);
	MUST(fd);
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE) < 0)
		MUST(pwrite(fd, calloc(1, PAGE), PAGE, 0)); /* the same, seen from here */
	(void)close(fd);
	SEE("00000000  00 00 00 00");
	expect_quits();
}

static void made_unreadable(void)
{
	drop_root();
	open_pages();
	MUST(chmod("file", 0));
	KEYS(":0x2000<Enter>");
	SEE("00002000  a1 a2 a3 a4");
	expect_alive();
	expect_quits();
	MUST(chmod("file", 0600));
}

static void written_in_a_storm(void)
{
	char text[2] = {0};
	open_pages();
	for (int i = 0; i < 2000; i++) {
		text[0] = (char)(i % 250 + 1);
		poke("file", 7, text);
		if (i % 200 == 0)
			KEYS("<PageDown>gg");
	}
	poke("file", 7, "\xab");
	SEE("01 02 03 04 05 06 07 ab");
	expect_alive();
	expect_quits();
}

static void searched_while_it_is_cut(void)
{
	make_file("file", 32 << 20);
	open_file("file");
	KEYS(":find-all 01 02 03<Enter>");
	MUST(truncate("file", 100000));
	expect_alive();
	MUST(truncate("file", 0));
	expect_alive();
	expect_quits();
}

/* What reads a file as a whole must not take the cut part for zeroes. */
static void copied_after_a_cut(void)
{
	open_pages();
	MUST(truncate("file", 10));
	SEE("0a ?? ??");
	KEYS(":write copy<Enter>");
	SEE("write: ");
	expect_quits();
	EXPECT(access("copy", F_OK) < 0);
}

const FaultCase outside_cases[] = {
	{"cut to nothing", cut_to_nothing, ALL, NULL},
	{"cut inside a page", cut_inside_a_page, ALL, NULL},
	{"cut at a page border", cut_at_a_page_border, ALL, NULL},
	{"cut below the cursor", cut_below_the_cursor, ALL, NULL},
	{"cut and grown again", cut_and_grown_again, ALL, NULL},
	{"cut and written again", cut_and_written_again, ALL, NULL},
	{"cut and grown in a storm", cut_and_grown_in_a_storm, ALL, NULL},
	{"cut while it is searched", searched_while_it_is_cut, ALL, NULL},
	{"a copy made after a cut", copied_after_a_cut, ALL, NULL},
	{"grown by a byte", grown_by_a_byte, ALL, NULL},
	{"grown to a terabyte", grown_to_a_terabyte, ALL, NULL},
	{"replaced by another file", replaced, ALL, NULL},
	{"deleted", deleted, ALL, NULL},
	{"deleted and made again", deleted_and_made_again, ALL, NULL},
	{"its folder deleted", folder_deleted, ALL, NULL},
	{"moved to another folder", moved_away, ALL, NULL},
	{"written by another program", written, ALL, NULL},
	{"stored to through another's mapping", stored_through_a_mapping, ALL, NULL},
	{"written outside the screen", written_far_away, ALL, NULL},
	{"written in a storm", written_in_a_storm, ALL, NULL},
	{"a hole punched into it", hole_punched, ALL, NULL},
	{"made unreadable", made_unreadable, ALL, NEEDS_USER},
	{NULL, NULL, 0, NULL},
};
