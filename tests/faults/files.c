/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files that are not plain, not writable, or not files. */

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 10000
};

/* --- sizes --- */

static void empty(void)
{
	make_text("file", "");
	open_file("file");
	KEYS("Gjlgg<PageDown><End>");
	expect_alive();
	EXPECT(screen_has(screen, "0x00000000"));
	expect_quits();
	EXPECT(file_size("file") == 0);
	access_now = PREVIEW;
	EXPECT(BATCH("-c", "insert 41", "-c", "write", "file") == 0);
	EXPECT_BYTES("file", "A");
}

static void one_byte(void)
{
	make_text("file", "A");
	open_file("file");
	SEE("00000000  41");
	KEYS("l<Right>jG<PageDown>");
	expect_alive();
	EXPECT(screen_has(screen, "0x00000000"));
	expect_quits();
	EXPECT_BYTES("file", "A");
}

static void exactly_a_page(void)
{
	make_file("file", PAGE);
	open_file("file");
	KEYS("G");
	SEE("0x00000fff");
	SEE("00000ff0");
	expect_quits();
	EXPECT_COUNTING("file", PAGE, 0, "");
}

static void sparse(void)
{
	make_text("file", "begin");
	if (truncate("file", (off_t)8 << 40) < 0)
		FAIL("truncate: %s", strerror(errno));
	poke("file", ((uint64_t)8 << 40) - 16, "end");
	open_file("file");
	SEE("62 65 67 69 6e 00");
	KEYS(":0x7fffffffff0<Enter>");
	SEE("7fffffffff0  65 6e 64");
	expect_quits();
	struct stat st;
	MUST(stat("file", &st));
	EXPECT(st.st_blocks < 100); /* no hole was filled by looking at it */
}

static void as_large_as_possible(void)
{
	off_t size = (off_t)1 << 62;
	make_text("file", "begin");
	while (size > 0 && truncate("file", size) < 0)
		size /= 2;
	poke("file", (uint64_t)size - 3, "end");
	open_file("file");
	SEE("62 65 67 69 6e 00");
	KEYS("G");
	SEE("65 6e 64");
	expect_alive();
	expect_quits();
}

/* --- kinds --- */

static void refused(const char *path, const char *text)
{
	EXPECT(BATCH("-c", "dump", "--", path) == 1);
	SAID(text);
	EXPECT(strchr(batch_said, '\n') == strrchr(batch_said, '\n'));
	start_mhex(path, NULL);
	expect_ends(1);
	EXPECT(screen_has(screen, text));
}

static void folder(void)
{
	MUST(mkdir("folder", 0700));
	refused("folder", "is a directory");
}

static void unix_socket(void)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
	MUST(fd);
	MUST(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	refused("socket", "is a socket");
}

static void endless_device(void)
{
	refused("/dev/zero", "is a character device");
}

static void terminal_device(void)
{
	refused("/dev/tty", "/dev/tty: ");
}

static void loop_of_links(void)
{
	MUST(symlink("two", "one"));
	MUST(symlink("one", "two"));
	refused("one", "Too many levels of symbolic links");
}

static void no_folder(void)
{
	refused("none/file", "No such file or directory");
}

static void file_as_folder(void)
{
	make_text("file", "A");
	refused("file/file", "Not a directory");
}

static void no_permission(void)
{
	drop_root();
	make_text("file", "A");
	MUST(chmod("file", 0));
	refused("file", "Permission denied");
	MUST(chmod("file", 0600));
}

static void folder_not_searchable(void)
{
	drop_root();
	MUST(mkdir("folder", 0700));
	make_text("folder/file", "A");
	MUST(chmod("folder", 0));
	refused("folder/file", "Permission denied");
	MUST(chmod("folder", 0700));
}

static void fifo(void)
{
	MUST(mkfifo("pipe", 0600));
	const pid_t writer = fork();
	MUST(writer);
	if (writer == 0) {
		const int fd = open("pipe", O_WRONLY | O_CLOEXEC);
		(void)!write(fd, "through it", 10);
		_exit(0);
	}
	EXPECT(BATCH("-c", "find \"it\"", "pipe") == 0);
	SAID("0x8");
	MUST(waitpid(writer, NULL, 0));
}

static void proc_file(void)
{
	start_mhex("/proc/version", NULL);
	SEE("VIEW");
	SEE("4c 69 6e 75 78"); /* Linux; its st_size is 0 */
	expect_alive();
	expect_quits();
}

static void sys_file(void)
{
	static const char path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
	size_t size = 0;
	if (access(path, R_OK) < 0)
		case_skip("%s is not here", path);
	char *want = temp_file_read(path, &size);
	access_now = VIEW;
	EXPECT(BATCH("-c", "write -", path) == 0); /* its st_size is 4096 */
	EXPECT(strcmp(batch_said, want) == 0);
}

/* --- another's memory --- */

static void process_memory(void)
{
	static char text[] = "something to be found";
	char path[64];
	char line[64];
	const pid_t child = fork();
	MUST(child);
	if (child == 0) {
		for (;;)
			(void)pause();
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)child);
	const int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		case_skip("memory of a child may not be read here: %s", strerror(errno));
	(void)close(fd);
	open_file(path);
	SEE("00000000  ?? ?? ??");
	(void)snprintf(line, sizeof(line), ":0x%lx<Enter>", (unsigned long)text);
	KEYS(line);
	SEE("73 6f 6d 65 74 68 69 6e  67");
	MUST(kill(child, SIGKILL));
	MUST(waitpid(child, NULL, 0));
	SEE("?? ?? ?? ?? ?? ?? ?? ??  ??");
	expect_alive();
	expect_quits();
}

static void process_memory_written(void)
{
	static volatile char text[] = "something to change";
	char path[64];
	char line[64];
	int ends[2];
	char got = 0;
	MUST(pipe2(ends, O_CLOEXEC));
	const pid_t child = fork();
	MUST(child);
	if (child == 0) {
		while (text[0] == 's')
			(void)usleep(1000);
		(void)!write(ends[1], (const char *)text, 1);
		_exit(0);
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)child);
	const int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		case_skip("memory of a child may not be written here: %s",
			  strerror(errno));
	(void)close(fd);
	(void)snprintf(line, sizeof(line), "overwrite 53 at 0x%lx", (unsigned long)text);
	EXPECT(BATCH("-c", line, "-c", "write", path) == 0);
	EXPECT(read(ends[0], &got, 1) == 1);
	EXPECT(got == 'S');
	MUST(waitpid(child, NULL, 0));
}

/* --- what may not be written --- */

static void copy_program(void)
{
	EXPECT(system("cp \"$(command -v sleep)\" running") == 0);
}

static pid_t run_program(void)
{
	char comm[64];
	const pid_t child = fork();
	MUST(child);
	if (child == 0) {
		(void)execl("./running", "running", "100", (char *)NULL);
		_exit(127);
	}
	(void)snprintf(comm, sizeof(comm), "/proc/%d/comm", (int)child);
	for (;;) { /* the fork is not yet the program */
		size_t length = 0;
		char *name = temp_file_read(comm, &length);
		const bool runs = name && strcmp(name, "running\n") == 0;
		free(name);
		if (runs)
			return child;
	}
}

static void running_program(void)
{
	copy_program();
	const pid_t child = run_program();
	open_file("running");
	SEE("7f 45 4c 46");
	KEYS("llree");
	SEE("7f 45 ee 46");
	KEYS(":write<Enter>");
	SEE("written");
	SEE("new file"); /* and says how */
	MUST(kill(child, 0));
	EXPECT(BATCH("-c", "find 7f45ee46", "running") == 0);
	expect_quits();
}

static void running_program_live(void)
{
	copy_program();
	(void)run_program();
	start_mhex("running", NULL);
	SEE("VIEW");
	SEE("running program");
	KEYS("rff");
	expect_alive();
	SEE("7f 45 4c 46");
	expect_quits();
}

static void read_only_file(void)
{
	drop_root();
	make_file("file", SIZE);
	MUST(chmod("file", 0444));
	start_mhex("file", NULL);
	SEE("VIEW");
	if (access_now != VIEW)
		SEE("may not be written");
	KEYS("rff");
	expect_alive();
	SEE("00000000  01 02");
	KEYS(":write!<Enter>");
	SEE("write: ");
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 0, "");
}

static void read_only_folder(void)
{
	drop_root();
	MUST(mkdir("folder", 0700));
	make_file("folder/file", SIZE);
	MUST(chmod("folder", 0500));
	open_file("folder/file");
	KEYS(":insert \"mine\" at 4<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
	SEE("written"); /* in place, as no new file can be made */
	EXPECT(file_size("folder/file") == SIZE + 4);
	expect_quits();
	MUST(chmod("folder", 0700));
	expect_folder("folder", "file");
}

static void new_file_in_it(void)
{
	drop_root();
	MUST(mkdir("folder", 0500));
	start_mhex("folder/file", NULL);
	SEE("0x00000000");
	KEYS(":insert 41<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
	SEE("ermission denied");
	expect_alive();
	SEE("[+");
	MUST(chmod("folder", 0700));
	KEYS(":write<Enter>");
	SEE("written");
	EXPECT_BYTES("folder/file", "A");
	expect_quits();
}

static void set_flag(int flag)
{
	int flags = 0;
	const int fd = open("file", O_RDONLY | O_CLOEXEC);
	MUST(fd);
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		case_skip("no file flags here: %s", strerror(errno));
	flags = flag ? flags | flag : flags & ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0)
		case_skip("file flags may not be set here: %s", strerror(errno));
	(void)close(fd);
}

/* why: what :write says. */
static void flagged(int flag, const char *why)
{
	make_file("file", SIZE);
	set_flag(flag);
	start_mhex("file", NULL);
	SEE("0x00000000");
	KEYS("llree");
	KEYS("<Esc>:write<Enter>");
	SEE("write: ");
	SEE(why);
	expect_alive();
	expect_quits();
	set_flag(0);
	EXPECT_COUNTING("file", SIZE, 0, "");
	expect_folder(".", "file");
}

static void immutable(void)
{
	flagged(FS_IMMUTABLE_FL, "may not be written");
}

static void append_only(void)
{
	flagged(FS_APPEND_FL, access_now == PREVIEW ? "not permitted" : "opened in view");
}

/* --- what a save keeps --- */

static void links_and_mode(void)
{
	struct stat st;
	make_file("target", SIZE);
	MUST(chmod("target", 0641));
	MUST(symlink("target", "file"));
	open_file("file");
	KEYS(":insert \"mine\" at 4<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
	SEE("written");
	expect_quits();
	EXPECT(file_size("target") == SIZE + 4);
	MUST(lstat("file", &st));
	EXPECT(S_ISLNK(st.st_mode));
	MUST(stat("target", &st));
	EXPECT((st.st_mode & 07777) == 0641);
}

static void hard_link(void)
{
	make_file("file", SIZE);
	MUST(link("file", "second"));
	open_file("file");
	KEYS(":insert \"mine\" at 4<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
	SEE("written");
	expect_quits();
	EXPECT(file_size("second") == SIZE + 4);
}

static void dangling_link(void)
{
	MUST(symlink("nowhere", "file"));
	start_mhex("file", NULL);
	SEE("0x00000000");
	KEYS(":insert 41<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
	SEE("written");
	expect_quits();
	EXPECT_BYTES("nowhere", "A");
}

const FaultCase file_cases[] = {
	{"an empty file", empty, ALL, NULL},
	{"a file of one byte", one_byte, ALL, NULL},
	{"a file of exactly a page", exactly_a_page, ALL, NULL},
	{"a sparse file of 8 TiB", sparse, ALL, NULL},
	{"the largest file that can be", as_large_as_possible, ALL, NULL},
	{"a folder", folder, ONCE, NULL},
	{"a socket", unix_socket, ONCE, NULL},
	{"a FIFO", fifo, ONCE, NULL},
	{"a device without an end", endless_device, ONCE, NULL},
	{"a terminal", terminal_device, ONCE, NULL},
	{"symbolic links in a circle", loop_of_links, ONCE, NULL},
	{"a folder that is not there", no_folder, ONCE, NULL},
	{"a file in the place of a folder", file_as_folder, ONCE, NULL},
	{"a file that may not be read", no_permission, ONCE, NEEDS_USER},
	{"a folder that may not be searched", folder_not_searchable, ONCE, NEEDS_USER},
	{"a file of /proc", proc_file, ALL, NULL},
	{"a file of /sys", sys_file, ONCE, "a file in /sys"},
	{"the memory of a process", process_memory, VIEW | PREVIEW,
	 "the memory of other processes"},
	{"the memory of a process, written", process_memory_written, ONCE,
	 "the memory of other processes"},
	{"a running program, saved", running_program, PREVIEW, NULL},
	{"a running program, live", running_program_live, LIVE, NULL},
	{"a file with mode 0444", read_only_file, ALL, NEEDS_USER},
	{"a folder with mode 0500, the file longer", read_only_folder, PREVIEW,
	 NEEDS_USER},
	{"a folder with mode 0500, a new file", new_file_in_it, PREVIEW, NEEDS_USER},
	{"an immutable file", immutable, ALL, NEEDS_FLAGS},
	{"a file for appending only", append_only, ALL, NEEDS_FLAGS},
	{"a symbolic link and a mode, saved", links_and_mode, PREVIEW, NULL},
	{"a hard link, saved", hard_link, PREVIEW, NULL},
	{"a symbolic link to nothing, saved", dangling_link, PREVIEW, NULL},
	{NULL, NULL, 0, NULL},
};
