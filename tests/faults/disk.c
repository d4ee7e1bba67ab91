/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Disks that are full, and disks that may not be written. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	DISK = 1 << 20,
	SIZE = 400000,
};

/* A disk of 1 MiB, the file on it, and the program's working folder there. */
static void enter_disk(void)
{
	need_mounts();
	mount_tmpfs("disk", "size=1m");
	MUST(chdir("disk"));
}

/* Nothing is left but what a rewritten block needs. */
static void fill_disk(void)
{
	static const char block[PAGE] = {'x'};
	const int fd = open("ballast", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	MUST(fd);
	while (write(fd, block, sizeof(block)) > 0)
		;
	EXPECT(errno == ENOSPC);
	(void)close(fd);
}

static void write_fails(const char *text)
{
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE(text);
	expect_alive();
	SEE("[+");
}

static void write_works(void)
{
	MUST(unlink("ballast"));
	KEYS(":write<Enter>");
	SEE("written");
	SEE_NO("[+");
}

static void longer(void)
{
	enter_disk();
	make_file("file", SIZE);
	fill_disk();
	open_file("file");
	KEYS(":insert \"mine\" at 4<Enter>");
	SEE("[+");
	write_fails("pace"); /* "no space", and how much is needed */
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_folder(".", "ballast file");
	write_works();
	EXPECT(file_size("file") == SIZE + 4);
	expect_quits();
}

static void same_size(void)
{
	enter_disk();
	make_file("file", SIZE);
	fill_disk();
	open_file("file");
	KEYS("llree:write<Enter>");
	SEE("written"); /* needs no room */
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void into_a_hole(void)
{
	enter_disk();
	make_file("file", PAGE);
	MUST(truncate("file", 64 * PAGE));
	fill_disk();
	open_file("file");
	KEYS(":fill 01 in 0x2000..0x6000<Enter>");
	if (access_now == LIVE) {
		SEE("fill: ");
		SEE("pace");
	} else {
		SEE("[+");
		write_fails("pace");
	}
	expect_alive();
	MUST(truncate("file", PAGE)); /* the hole is one still */
	EXPECT_COUNTING("file", PAGE, 0, "");
	expect_quits();
}

static void typed_into_a_hole(void)
{
	enter_disk();
	make_text("file", "");
	MUST(truncate("file", 4 * PAGE));
	fill_disk();
	open_file("file");
	KEYS("rff");
	SEE("pace");
	SEE("00000000  00 00 00");
	expect_alive();
	MUST(unlink("ballast"));
	KEYS("ggrff");
	SEE("00000000  ff 00 00");
	expect_quits();
	EXPECT(file_size("file") == (uint64_t)4 * PAGE);
}

static void new_file(void)
{
	enter_disk();
	fill_disk();
	start_mhex("file", NULL);
	SEE("0x00000000");
	KEYS(":insert 41*100k<Enter>");
	SEE("[+");
	write_fails("pace");
	expect_folder(".", "ballast");
	write_works();
	EXPECT(file_size("file") == 100 << 10);
	expect_quits();
}

static void copy(void)
{
	enter_disk();
	make_file("file", SIZE);
	fill_disk();
	open_file("file");
	KEYS(":write copy<Enter>");
	SEE("write: ");
	SEE("pace");
	expect_alive();
	expect_folder(".", "ballast file");
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_quits();
}

static void copy_over_another(void)
{
	enter_disk();
	make_file("file", SIZE);
	make_text("other", "what it holds");
	fill_disk();
	open_file("file");
	KEYS(":write! other<Enter>");
	SEE("write: ");
	SEE("pace");
	EXPECT_BYTES("other", "what it holds");
	expect_quits();
}

/* A second name forbids a new file; what moves is kept aside first, and grows last. */
static void linked(void)
{
	enter_disk();
	make_file("file", SIZE);
	MUST(link("file", "second"));
	fill_disk();
	open_file("file");
	KEYS(":insert 41*5000 at 4<Enter>");
	SEE("[+");
	write_fails("pace");
	EXPECT_COUNTING("file", SIZE, 0, "");
	write_works();
	EXPECT(file_size("second") == SIZE + 5000);
	expect_quits();
}

static void read_only_mount(void)
{
	enter_disk();
	make_file("file", SIZE);
	MUST(mount(NULL, ".", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	MUST(chdir("../disk"));
	start_mhex("file", NULL);
	SEE("VIEW");
	SEE("may not be written");
	KEYS("r");
	SEE("view");
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_quits();
}

static void read_only_mount_later(void)
{
	enter_disk();
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("[+1]");
	MUST(mount(NULL, ".", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	write_fails("ead-only");
	EXPECT_COUNTING("file", SIZE, 0, "");
	MUST(mount(NULL, ".", NULL, MS_REMOUNT, NULL));
	KEYS(":write<Enter>");
	SEE("written");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void unmounted(void)
{
	enter_disk();
	make_file("file", SIZE);
	MUST(chdir(".."));
	open_file("disk/file");
	MUST(umount2("disk", MNT_DETACH));
	KEYS(":0x1000<Enter>");
	SEE("[gone]");
	SEE("00001000  51 52 53");
	expect_alive();
	expect_quits();
	EXPECT(access("disk/file", F_OK) < 0);
}

static void full_home(void)
{
	char folder[PATH_MAX], variable[PATH_MAX + 16];
	need_mounts();
	make_file("file", PAGE);
	mount_tmpfs("home", "size=4k");
	MUST(getcwd(folder, sizeof(folder)) ? 0 : -1);
	(void)snprintf(variable, sizeof(variable), "HOME=%s/home", folder);
	MUST(chdir("home"));
	fill_disk();
	MUST(chdir(".."));
	with_environment(variable);
	start_mhex("file", NULL);
	SEE("00000000  01 02 03 04");
	KEYS("llree");
	SEE("01 02 ee 04");
	expect_alive();
	expect_quits();
}

static void temporary_folder(void)
{
	need_mounts();
	mount_tmpfs("tmp", "size=4k");
	make_file("file", SIZE);
	make_file("other", SIZE - 5);
	MUST(link("other", "second")); /* so that it is overwritten, and kept aside */
	with_environment("TMPDIR=tmp");
	open_file("file");
	KEYS(":write! other<Enter>"); /* /var/tmp is the next */
	SEE("written");
	EXPECT_COUNTING("second", SIZE, 0, "");
	expect_quits();
}

const FaultCase disk_cases[] = {
	{"disk full, the file becomes longer", longer, PREVIEW, NEEDS_MOUNTS},
	{"disk full, bytes overwritten", same_size, EDITS, NEEDS_MOUNTS},
	{"disk full, stored into a hole", into_a_hole, EDITS, NEEDS_MOUNTS},
	{"disk full, typed into a hole", typed_into_a_hole, LIVE, NEEDS_MOUNTS},
	{"disk full, a new file", new_file, PREVIEW, NEEDS_MOUNTS},
	{"disk full, a copy", copy, ALL, NEEDS_MOUNTS},
	{"disk full, a copy over another file", copy_over_another, ALL, NEEDS_MOUNTS},
	{"disk full, bytes move in place", linked, PREVIEW, NEEDS_MOUNTS},
	{"disk full, in the temporary folder only", temporary_folder, PREVIEW,
	 NEEDS_MOUNTS},
	{"disk full, the home folder only", full_home, EDITS, NEEDS_MOUNTS},
	{"disk mounted read-only", read_only_mount, EDITS, NEEDS_MOUNTS},
	{"disk made read-only before the save", read_only_mount_later, PREVIEW,
	 NEEDS_MOUNTS},
	{"disk unmounted under the file", unmounted, ALL, NEEDS_MOUNTS},
	{NULL, NULL, 0, NULL},
};
