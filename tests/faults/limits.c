/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A process that may have little. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 100000
};

/* For this process and the program that it starts. */
static void limit(int resource, rlim_t value)
{
	const struct rlimit limits = {.rlim_cur = value, .rlim_max = value};
	MUST(setrlimit((__rlimit_resource_t)resource, &limits));
}

static void file_size_longer(void)
{
	make_file("file", SIZE);
	limit(RLIMIT_FSIZE, SIZE);
	open_file("file");
	KEYS(":insert \"mine\" at 4<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
	SEE("write: ");
	expect_alive();
	SEE("[+");
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_folder(".", "file");
	expect_quits();
}

static void file_size_within(void)
{
	make_file("file", SIZE);
	limit(RLIMIT_FSIZE, 1000);
	open_file("file");
	KEYS(":0x4000<Enter>");
	SEE("0x00004000");
	if (access_now == LIVE) {
		KEYS("ree");
		SEE("imit"); /* the store is refused, not the program killed */
	} else {
		KEYS("ree:write<Enter>");
		SEE("write: ");
		SEE("imit");
	}
	expect_alive();
	EXPECT_COUNTING("file", SIZE, 0, "");
	KEYS("ggree");
	SEE("00000000  ee 02 03");
	expect_quits();
}

static void file_size_copy(void)
{
	make_file("file", SIZE);
	limit(RLIMIT_FSIZE, 1000);
	open_file("file");
	KEYS(":write copy<Enter>");
	SEE("write: ");
	expect_alive();
	expect_folder(".", "file");
	expect_quits();
}

static void address_space(void)
{
	if (is_sanitized())
		case_skip("the sanitizers take all of the address space");
	make_text("file", "begin");
	MUST(truncate("file", (off_t)1 << 42));
	poke("file", ((uint64_t)1 << 42) - 3, "end");
	limit(RLIMIT_AS, (rlim_t)256 << 20);
	open_file("file");
	SEE("62 65 67 69 6e 00");
	KEYS("G");
	SEE("65 6e 64");
	KEYS(":0x20000000000<Enter>");
	SEE("20000000000  00 00");
	expect_alive();
	expect_quits();
}

static void memory_for_edits(void)
{
	if (is_sanitized())
		case_skip("the sanitizers take all of the address space");
	make_file("file", SIZE);
	limit(RLIMIT_AS, (rlim_t)256 << 20);
	open_file("file");
	KEYS(":resize 1g<Enter>");
	SEE("[+");
	KEYS(":fill 4142 in %<Enter>"); /* a pattern: no memory */
	SEE("41 42 41 42");
	expect_alive();
	KEYS("uugg");
	SEE("00000000  01 02 03");
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 0, "");
}

static rlim_t lowest_free_descriptor(void)
{
	char path[64];
	rlim_t fd = 0;
	do
		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d",
			       (int)screen_pid(screen), (int)++fd);
	while (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	return fd;
}

static void descriptors(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("01 02 ee");
	const struct rlimit none = {.rlim_cur = lowest_free_descriptor(), .rlim_max = 64};
	MUST(prlimit(screen_pid(screen), RLIMIT_NOFILE, &none, NULL));
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE("oo many open files");
	expect_alive();
	EXPECT_COUNTING("file", SIZE, 0, "");
	const struct rlimit enough = {.rlim_cur = 64, .rlim_max = 64};
	MUST(prlimit(screen_pid(screen), RLIMIT_NOFILE, &enough, NULL));
	KEYS(":write<Enter>");
	SEE("written");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void locked_memory(void)
{
	drop_root();
	make_file("file", SIZE);
	limit(RLIMIT_MEMLOCK, 0);
	open_file("file");
	KEYS("llree:write<Enter>");
	SEE("written");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

const FaultCase limit_cases[] = {
	{"ulimit -f, the file becomes longer", file_size_longer, PREVIEW, NULL},
	{"ulimit -f, stored beyond it", file_size_within, EDITS, NULL},
	{"ulimit -f, a copy", file_size_copy, ALL, NULL},
	{"ulimit -v, a file of 4 TiB", address_space, ALL, NEEDS_SPACE},
	{"ulimit -v, a gigabyte filled", memory_for_edits, PREVIEW, NEEDS_SPACE},
	{"ulimit -n reached before the save", descriptors, PREVIEW, NULL},
	{"ulimit -l, a save", locked_memory, EDITS, NEEDS_USER},
	{NULL, NULL, 0, NULL},
};
