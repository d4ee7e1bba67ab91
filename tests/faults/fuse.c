/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file system that is a program: without shared mappings, or with errors on one block.
 */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"
#include "support/fuse_file.h"

static FuseFile *disk;

static void mount_it(bool direct_io)
{
	need_mounts();
	MUST(mkdir("disk", 0700));
	disk = fuse_file_mount("disk", direct_io, counting);
	if (!disk)
		case_skip("FUSE cannot be mounted here: %s", strerror(errno));
}

static void expect_content(size_t offset, const char *bytes, size_t length)
{
	for (size_t i = 0; i < FUSE_FILE_SIZE; i++) {
		const bool within = i >= offset && i < offset + length;
		const uint8_t want = within ? (uint8_t)bytes[i - offset] : counting(i);
		if (disk->content[i] != want)
			FAIL("0x%zx is %02x, not %02x%s", i, disk->content[i], want,
			     case_screen());
	}
}

static void direct_io(void)
{
	mount_it(true);
	open_file("disk/file");
	SEE("01 02 03 04");
	disk->content[5] = 0xab; /* nobody is told */
	SEE("01 02 03 04 05 ab 07");
	disk->content[5] = counting(5);
	if (access_now != VIEW) {
		KEYS("llree");
		SEE("01 02 ee 04");
		KEYS(":write<Enter>");
		SEE("written");
		expect_content(2, "\xee", 1);
	}
	expect_alive();
	expect_quits();
}

static void direct_io_conflict(void)
{
	mount_it(true);
	open_file("disk/file");
	KEYS("llree");
	SEE("01 02 ee 04");
	disk->content[2] = 0xab;
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE("0x2");
	expect_alive();
	expect_content(2, "\xab", 1);
	expect_quits();
}

static void bad_read(bool direct)
{
	mount_it(direct);
	disk->bad_read = 1;
	open_file("disk/file");
	KEYS(":0x1000<Enter>");
	SEE("00001000  ?? ?? ??"); /* not the end of the file, and not zeroes */
	KEYS(":0x2000<Enter>");
	SEE("00002000  a1 a2 a3");
	KEYS("gg");
	SEE("00000000  01 02 03");
	KEYS(":write copy<Enter>");
	SEE("write: ");
	expect_alive();
	EXPECT(access("copy", F_OK) < 0);
	disk->bad_read = FUSE_NOWHERE;
	KEYS(":0x1000<Enter>");
	SEE("00001000  51 52 53");
	expect_quits();
	expect_content(0, "", 0);
}

static void bad_read_direct(void)
{
	bad_read(true);
}

static void bad_read_mapped(void)
{
	bad_read(false);
}

/* The first block can be written, the second cannot. */
static void bad_write(bool direct)
{
	mount_it(direct);
	disk->bad_write = 1;
	open_file("disk/file");
	KEYS(":overwrite ee at 2<Enter>");
	SEE("[+1]");
	KEYS(":overwrite dd at 0x1002<Enter>");
	SEE("[+2]");
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE("nput/output error");
	expect_alive();
	SEE("[+2]");
	expect_content(0, "", 0); /* what was stored of it was put back */
	disk->bad_write = FUSE_NOWHERE;
	KEYS(":write<Enter>");
	SEE("written");
	EXPECT(disk->content[2] == 0xee && disk->content[0x1002] == 0xdd);
	expect_quits();
}

static void bad_write_direct(void)
{
	bad_write(true);
}

static void bad_write_mapped(void)
{
	bad_write(false);
}

static void bad_sync(void)
{
	mount_it(true);
	disk->bad_fsync = true;
	open_file("disk/file");
	KEYS("llree");
	SEE("01 02 ee 04");
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE("nput/output error");
	expect_alive();
	disk->bad_fsync = false;
	KEYS(":write<Enter>");
	SEE("written");
	expect_content(2, "\xee", 1);
	expect_quits();
}

/* All is synced by then. */
static void bad_close(void)
{
	mount_it(true);
	disk->bad_flush = true;
	open_file("disk/file");
	KEYS("llree");
	SEE("01 02 ee 04");
	KEYS(":write<Enter>");
	SEE("written");
	expect_alive();
	expect_content(2, "\xee", 1);
	expect_quits();
}

static void searched(void)
{
	mount_it(false);
	disk->bad_read = 1;
	/* The bad block is skipped, with a word, or the search fails; it is no end. */
	EXPECT(BATCH("-c", "find-all a1a2a3a4 in 0x2000..$", "disk/file") == 0);
	SAID("0x2000");
	EXPECT(BATCH("-c", "write -", "disk/file") == 1);
	SAID("mhex: ");
	SAID("0x1000");
}

const FaultCase fuse_cases[] = {
	{"FUSE without shared mappings", direct_io, ALL, NEEDS_FUSE},
	{"FUSE without shared mappings, a conflict", direct_io_conflict, PREVIEW,
	 NEEDS_FUSE},
	{"FUSE, a block cannot be read, no mapping", bad_read_direct, ALL, NEEDS_FUSE},
	{"FUSE, a block cannot be read, mapped", bad_read_mapped, ALL, NEEDS_FUSE},
	{"FUSE, a block cannot be written, no mapping", bad_write_direct, PREVIEW,
	 NEEDS_FUSE},
	{"FUSE, a block cannot be written, mapped", bad_write_mapped, PREVIEW,
	 NEEDS_FUSE},
	{"FUSE, fsync fails", bad_sync, PREVIEW, NEEDS_FUSE},
	{"FUSE, close fails", bad_close, PREVIEW, NEEDS_FUSE},
	{"FUSE, searched and copied over a bad block", searched, ONCE, NEEDS_FUSE},
	{NULL, NULL, 0, NULL},
};
