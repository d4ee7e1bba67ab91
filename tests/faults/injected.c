/* SPDX-License-Identifier: GPL-3.0-or-later */

/* System calls that fail: what a bad disk, a quota or a file system of its own mind does.
 * These need no rights and are never skipped. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 3 * PAGE
};

/* What write_longer() writes. */
static void expect_longer(void)
{
	size_t size = 0;
	const char *bytes = temp_file_read("file", &size);
	EXPECT(size == SIZE + PAGE);
	for (size_t i = 0; i < size; i++)
		EXPECT((uint8_t)bytes[i] == (i < SIZE ? counting(i) : 0x6d));
}

/* Under this plan a file is opened, and is to be saved: with a page more, by a new file,
 * into which the kernel copies what the old one has; */
static void write_longer(const char *plan)
{
	with_faults(plan);
	make_file("file", SIZE);
	open_file("file");
	KEYS(":append 6d*4096<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
}

/* with another value at 2, in place. */
static void write_typed(const char *plan)
{
	with_faults(plan);
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("01 02 ee 04");
	KEYS(":write<Enter>");
}

/* Two edits on two pages, saved in place under this plan. The file is as it was, the
 * edits are pending, and without the fault the next save works. */
static void fails_in_place(const char *plan, const char *reason)
{
	with_faults(plan);
	make_file("file", SIZE);
	open_file("file");
	KEYS(":overwrite ee at 2<Enter>");
	SEE("[+1]");
	KEYS(":overwrite dd at 0x1002<Enter>");
	SEE("[+2]");
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE(reason);
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_folder(".", "file");
	expect_alive();
	SEE("[+2]");
	KEYS(":write<Enter>");
	SEE("written");
	SEE_NO("[+");
	make_file("want", SIZE);
	poke("want", 2, "\xee");
	poke("want", 0x1002, "\xdd");
	size_t size = 0;
	const char *want = temp_file_read("want", &size);
	EXPECT(temp_file_holds("file", want, size));
	expect_quits();
}

/* Likewise for a save by a new file. */
static void fails_by_rename(const char *plan, const char *reason)
{
	write_longer(plan);
	SEE("write: ");
	SEE(reason);
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_folder(".", "file");
	expect_alive();
	SEE("[+");
	KEYS(":write<Enter>");
	SEE("written");
	SEE_NO("[+");
	expect_longer();
	expect_folder(".", "file");
	expect_quits();
}

/* Not at all a failure of the save: there is another way. */
static void works_by_rename(const char *plan)
{
	write_longer(plan);
	SEE("written");
	SEE_NO("[+");
	expect_longer();
	expect_folder(".", "file");
	expect_quits();
}

static void works_in_place(const char *plan)
{
	write_typed(plan);
	SEE("written");
	SEE_NO("[+");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

/* Live: the byte is in the file, and not known to be on disk. */
static void fails_live(const char *plan, const char *reason)
{
	write_typed(plan);
	SEE("write: ");
	SEE(reason);
	expect_alive();
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	SEE("[+1]");
	KEYS(":write<Enter>"); /* the kernel would say yes now */
	SEE("failed before");
	expect_quits();
}

#define IN_PLACE(name, plan, reason)                                                     \
	static void name(void)                                                           \
	{                                                                                \
		fails_in_place(plan, reason);                                            \
	}
#define BY_RENAME(name, plan, reason)                                                    \
	static void name(void)                                                           \
	{                                                                                \
		fails_by_rename(plan, reason);                                           \
	}
#define LIVE_STORE(name, plan, reason)                                                   \
	static void name(void)                                                           \
	{                                                                                \
		fails_live(plan, reason);                                                \
	}

IN_PLACE(msync_eio, "msync@/file:1:EIO", "Input/output error")
IN_PLACE(msync_enospc, "msync@/file:1:ENOSPC", "No space left")
IN_PLACE(msync_edquot, "msync@/file:1:EDQUOT", "quota")
IN_PLACE(map_eio, "mmap@/file:5:EIO", "nput/output error")
IN_PLACE(reopen_erofs, "open@/proc/self/fd:1:EROFS", "Read-only file system")
IN_PLACE(reopen_eio, "open@/proc/self/fd:1:EIO", "Input/output error")
IN_PLACE(reopen_eperm, "open@/proc/self/fd:1:EPERM", "not permitted")
BY_RENAME(write_enospc, "pwrite@/#:1:ENOSPC", "No space left")
BY_RENAME(write_eio, "pwrite@/#:1:EIO", "Input/output error")
BY_RENAME(write_edquot, "pwrite@/#:1:EDQUOT", "quota")
BY_RENAME(write_efbig, "pwrite@/#:1:EFBIG", "too large")
BY_RENAME(copy_enospc, "copy_file_range@/#:1+:ENOSPC,pwrite@/#:1:ENOSPC", "No space left")
BY_RENAME(fsync_eio, "fsync@/#:1:EIO", "Input/output error")
BY_RENAME(fsync_enospc, "fsync@/#:1:ENOSPC", "No space left")
BY_RENAME(truncate_eio, "ftruncate@/#:1:EIO", "Input/output error")
BY_RENAME(rename_eio, "renameat2@/file:1:EIO", "Input/output error")
BY_RENAME(rename_enospc, "renameat2@/file:1:ENOSPC", "No space left")
BY_RENAME(link_eio, "linkat@/work:1:EIO", "Input/output error")
LIVE_STORE(live_msync_eio, "msync@/file:1:EIO", "Input/output error")
LIVE_STORE(live_msync_enospc, "msync@/file:1:ENOSPC", "No space left")

static void folder_fsync(void)
{
	write_longer("fsync@/work:2:EIO");
	SEE("write: ");
	SEE("folder may not be on the disk"); /* the truth, and no "written" */
	expect_longer();
	expect_folder(".", "file");
	expect_quits();
}

static void short_writes(void)
{
	works_by_rename("pwrite:1+:short");
}

static void interrupted_writes(void)
{
	works_by_rename("pwrite@/#:1:EINTR,copy_file_range:1:EINTR");
}

static void short_copies(void)
{
	works_by_rename("copy_file_range:1+:short");
}

/* The kernel's own copying may fail where reading and writing do not. */
static void copy_eio(void)
{
	works_by_rename("copy_file_range:1+:EIO");
}

static void no_copies(void)
{
	works_by_rename("copy_file_range:1+:EXDEV");
}

static void no_unnamed_files(void)
{
	works_by_rename("openat@/work:1:EOPNOTSUPP");
}

static void no_exchange(void)
{
	works_by_rename("renameat2@/work:1:EINVAL");
}

static void closes_fail(void)
{
	works_by_rename("close:1+:EIO");
}

static void no_shared_mapping(void)
{
	works_in_place("mmap:1+:ENODEV");
}

static void locked_page(void)
{
	works_in_place("msync@/file:1:EBUSY"); /* without MS_INVALIDATE then */
}

static void no_memory_for_windows(void)
{
	with_faults("mmap:1:ENOMEM,mmap:3:ENOMEM,mmap:5:ENOMEM");
	make_file("file", SIZE);
	open_file("file");
	SEE("00000000  01 02 03 04");
	KEYS(":0x2000<Enter>");
	SEE("00002000  a1 a2 a3 a4");
	expect_quits();
	if (access_now == VIEW)
		return;
	/* Twice for the store: what cannot be had in one is mapped in parts. */
	const bool live = access_now == LIVE;
	with_faults(live ? "mmap:4:ENOMEM,mmap:5:ENOMEM" : "mmap:5:ENOMEM,mmap:6:ENOMEM");
	EXPECT(BATCH(live ? "--live" : "--preview", "-c", "overwrite ee at 2", "-c",
		     "write", "file") == 0);
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
}

static void plain_store_fails(void)
{
	with_faults("mmap:1+:ENODEV,pwrite@/file:1:EIO");
	make_file("file", SIZE);
	open_file("file");
	KEYS("llree");
	SEE("01 02 ee 04");
	if (access_now != PREVIEW)
		FAIL("for preview only");
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE("Input/output error");
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_alive();
	KEYS(":write<Enter>");
	SEE("written");
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	expect_quits();
}

static void plain_sync_fails(void)
{
	fails_in_place("mmap:1+:ENODEV,fdatasync@/file:1:EIO", "Input/output error");
}

static void copy_write_fails(void)
{
	with_faults("pwrite@/work:1+:EIO,copy_file_range@/work:1+:EIO");
	make_file("file", SIZE);
	make_text("other", "what it holds");
	open_file("file");
	KEYS(":write! other<Enter>");
	SEE("write: ");
	SEE("Input/output error");
	EXPECT_BYTES("other", "what it holds");
	expect_folder(".", "file other");
	expect_quits();
}

static void output_fails(void)
{
	with_faults("write:1:EIO");
	make_file("file", SIZE);
	EXPECT(BATCH("-c", "write -", "file") == 1);
	SAID("Input/output error");
}

static void file_unreadable_when_opened(void)
{
	with_faults("open@file:1:EIO");
	make_file("file", SIZE);
	EXPECT(BATCH("-c", "dump", "file") == 1);
	SAID("file: Input/output error");
}

const FaultCase injected_cases[] = {
	{"msync fails: EIO", msync_eio, PREVIEW, NULL},
	{"msync fails: ENOSPC", msync_enospc, PREVIEW, NULL},
	{"msync fails: EDQUOT", msync_edquot, PREVIEW, NULL},
	{"msync fails: EIO, live", live_msync_eio, LIVE, NULL},
	{"msync fails: ENOSPC, live", live_msync_enospc, LIVE, NULL},
	{"msync fails: EBUSY", locked_page, EDITS, NULL},
	{"mmap for the save fails: EIO", map_eio, PREVIEW, NULL},
	{"mmap fails: ENODEV", no_shared_mapping, EDITS, NULL},
	{"mmap fails now and then: ENOMEM", no_memory_for_windows, ALL, NULL},
	{"opening for the save fails: EROFS", reopen_erofs, PREVIEW, NULL},
	{"opening for the save fails: EIO", reopen_eio, PREVIEW, NULL},
	{"opening for the save fails: EPERM", reopen_eperm, PREVIEW, NULL},
	{"opening the file fails: EIO", file_unreadable_when_opened, ALL, NULL},
	{"pwrite without a mapping fails: EIO", plain_store_fails, PREVIEW, NULL},
	{"fdatasync without a mapping fails: EIO", plain_sync_fails, PREVIEW, NULL},
	{"pwrite of the new file fails: ENOSPC", write_enospc, PREVIEW, NULL},
	{"pwrite of the new file fails: EIO", write_eio, PREVIEW, NULL},
	{"pwrite of the new file fails: EDQUOT", write_edquot, PREVIEW, NULL},
	{"pwrite of the new file fails: EFBIG", write_efbig, PREVIEW, NULL},
	{"every pwrite is short", short_writes, PREVIEW, NULL},
	{"pwrite and copy_file_range are interrupted", interrupted_writes, PREVIEW, NULL},
	{"copy_file_range fails: EIO", copy_eio, PREVIEW, NULL},
	{"copy_file_range fails: ENOSPC", copy_enospc, PREVIEW, NULL},
	{"copy_file_range fails: EXDEV", no_copies, PREVIEW, NULL},
	{"every copy_file_range is short", short_copies, PREVIEW, NULL},
	{"ftruncate of the new file fails: EIO", truncate_eio, PREVIEW, NULL},
	{"fsync of the new file fails: EIO", fsync_eio, PREVIEW, NULL},
	{"fsync of the new file fails: ENOSPC", fsync_enospc, PREVIEW, NULL},
	{"fsync of the folder fails: EIO", folder_fsync, PREVIEW, NULL},
	{"rename fails: EIO", rename_eio, PREVIEW, NULL},
	{"rename fails: ENOSPC", rename_enospc, PREVIEW, NULL},
	{"names cannot be exchanged", no_exchange, PREVIEW, NULL},
	{"link fails: EIO", link_eio, PREVIEW, NULL},
	{"unnamed files are not to be had", no_unnamed_files, PREVIEW, NULL},
	{"every close fails: EIO", closes_fail, PREVIEW, NULL},
	{"a copy over another file fails: EIO", copy_write_fails, ALL, NULL},
	{"standard output fails: EIO", output_fails, ALL, NULL},
	{NULL, NULL, 0, NULL},
};
