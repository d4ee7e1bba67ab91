/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What can be opened, and the sentences about what cannot. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sample.h"
#include "storage/storage.h"

static char folder[256];
static char path[300];

static void set_up(void)
{
	sample_make_folder(folder, sizeof(folder));
	(void)snprintf(path, sizeof(path), "%s/x", folder);
}

static void tear_down(void)
{
	(void)unlink(path);
	(void)rmdir(folder);
}

TestSuite(open, .init = set_up, .fini = tear_down, .timeout = 100);

static const StorageOptions preview = {.wanted = ACCESS_PREVIEW};

/* The sentence with which name is refused: its end, behind "NAME: ". */
static const char *refusal(const char *name, MhexError *err)
{
	Storage *storage = (void *)path; /* anything */
	const MhexStatus status = storage_open(&storage, name, preview, err);
	const size_t length = strlen(name);
	cr_assert(ne(int, (int)status, (int)MHEX_OK), "%s was opened", name);
	cr_expect(eq(ptr, storage, NULL));
	cr_expect(eq(int, (int)err->status, (int)status));
	cr_assert(zero(int, strncmp(err->message, name, length)), "%s", err->message);
	cr_expect(eq(ptr, strchr(err->message, '\n'), NULL));
	return err->message + length + 2;
}

static void expect_refused(const char *name, const char *sentence)
{
	MhexError err = {0};
	const char *got = refusal(name, &err);
	cr_expect(zero(int, strcmp(got, sentence)), "%s", err.message);
}

Test(open, a_directory_is_refused)
{
	expect_refused(folder, "is a directory");
}

Test(open, a_fifo_is_refused_and_nobody_waits)
{
	cr_assert(zero(int, mkfifo(path, 0600)));

	expect_refused(path, "is a FIFO, which has no size");
}

Test(open, a_socket_is_refused)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (strlen(path) >= sizeof(name.sun_path))
		cr_skip_test("TMPDIR is too long for the name of a socket");
	strcpy(name.sun_path, path);
	cr_assert(zero(int, bind(fd, (struct sockaddr *)&name, sizeof(name))));

	expect_refused(path, "is a socket, which has no contents");
	(void)close(fd);
}

Test(open, character_devices_are_refused)
{
	expect_refused("/dev/zero", "is a character device, which has no size");
	expect_refused("/dev/null", "is a character device, which has no size");
	expect_refused("/dev/tty", "is a character device, which has no size");
}

Test(open, a_terminal_is_refused)
{
	const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
		cr_skip_test("no pseudo-terminal here");

	expect_refused(ptsname(terminal), "is a character device, which has no size");
	(void)close(terminal);
}

Test(open, loops_of_symbolic_links_are_told)
{
	MhexError err = {0};
	cr_assert(zero(int, symlink("x", path)));

	const char *sentence = refusal(path, &err);

	cr_expect(zero(int, strcmp(sentence, strerror(ELOOP))), "%s", err.message);
	cr_expect(eq(int, err.sys_errno, ELOOP));
}

Test(open, what_is_not_there_is_told)
{
	MhexError err = {0};
	char below[320];

	(void)refusal(path, &err);
	cr_expect(eq(int, err.sys_errno, ENOENT));
	(void)snprintf(below, sizeof(below), "%s/y", path);
	(void)refusal(below, &err);
	cr_expect(eq(int, err.sys_errno, ENOENT));
	(void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	(void)refusal(below, &err);
	cr_expect(eq(int, err.sys_errno, ENOTDIR));
}

Test(open, a_descriptor_is_closed_when_it_is_refused)
{
	Storage *storage = NULL;
	const int fd = open(folder, O_RDONLY | O_CLOEXEC);

	const MhexStatus status = storage_open_fd(&storage, fd, "it", preview, NULL);

	cr_expect(eq(int, (int)status, (int)MHEX_E_UNSUPPORTED));
	cr_expect(eq(int, fcntl(fd, F_GETFD), -1));
}

Test(open, a_link_is_followed)
{
	Storage *storage = NULL;
	Sample sample;
	sample_make(&sample, 10);
	cr_assert(zero(int, symlink(sample.path, path)));

	cr_assert(zero(int, (int)storage_open(&storage, path, preview, NULL)));

	cr_expect(eq(u64, storage_size(storage), 10));
	cr_expect(zero(int, strcmp(storage_path(storage), path)));
	storage_close(storage);
	sample_remove(&sample);
}

Test(open, any_name_will_do)
{
	static const char *const names[] = {"a\nb", "\033[31m", "\xff\xfe",
					    "-x",   " ",        "a\"b"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		Storage *storage = NULL;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));

		cr_expect(zero(int, (int)storage_open(&storage, path, preview, NULL)));

		storage_close(storage);
		(void)unlink(path);
	}
}

Test(open, the_descriptor_neither_waits_nor_is_inherited)
{
	Storage *storage = NULL;
	(void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	cr_assert(zero(int, (int)storage_open(&storage, path, preview, NULL)));

	cr_expect(ne(int, fcntl(storage_fd(storage), F_GETFL) & O_NONBLOCK, 0));
	cr_expect(ne(int, fcntl(storage_fd(storage), F_GETFD) & FD_CLOEXEC, 0));
	storage_close(storage);
}

Test(open, a_running_program_is_no_live_file_and_says_so)
{
	Storage *storage = NULL;
	cr_assert(zero(int,
		       (int)storage_open(&storage, "/proc/self/exe",
					 (StorageOptions){.wanted = ACCESS_LIVE}, NULL)));
	if (!storage_writable(storage))
		cr_skip_test("the test program may not be written");

	cr_expect(eq(int, (int)storage_access(storage), (int)ACCESS_VIEW));
	cr_expect(zero(int, strcmp(storage_note(storage),
				   "a running program cannot be edited live")));
	storage_close(storage);
}

/* ---- Permissions: root has them all, so a child that is not root ---- */

static int open_unreadable(void *context)
{
	Storage *storage = NULL;
	MhexError err = {0};
	(void)context;
	if (!sample_drop_root())
		return CHILD_SKIPPED;
	CHILD_CHECK(storage_open(&storage, path, preview, &err) == MHEX_E_READONLY);
	CHILD_CHECK(err.sys_errno == EACCES);
	CHILD_CHECK(strstr(err.message, strerror(EACCES)) != NULL);
	return 0;
}

Test(open, no_permission_to_read_is_told)
{
	(void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0));
	cr_assert(zero(int, chmod(folder, 0755)));

	sample_expect_child(open_unreadable, NULL, "root cannot become another user");
}

static int open_unwritable(void *context)
{
	(void)context;
	if (!sample_drop_root())
		return CHILD_SKIPPED;
	for (Access access = ACCESS_VIEW; access <= ACCESS_LIVE; access++) {
		Storage *storage = NULL;
		const StorageOptions options = {.wanted = access};
		CHILD_CHECK(storage_open(&storage, path, options, NULL) == MHEX_OK);
		CHILD_CHECK(storage_access(storage) == ACCESS_VIEW);
		CHILD_CHECK(!storage_writable(storage));
		storage_close(storage);
	}
	return 0;
}

Test(open, no_permission_to_write_gives_a_view)
{
	(void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0444));
	cr_assert(zero(int, chmod(path, 0444)));
	cr_assert(zero(int, chmod(folder, 0755)));

	sample_expect_child(open_unwritable, NULL, "root cannot become another user");
}

static int open_in_closed_folder(void *context)
{
	Storage *storage = NULL;
	MhexError err = {0};
	(void)context;
	if (!sample_drop_root())
		return CHILD_SKIPPED;
	CHILD_CHECK(storage_open(&storage, path, preview, &err) != MHEX_OK);
	CHILD_CHECK(err.sys_errno == EACCES);
	return 0;
}

Test(open, a_closed_folder_is_told)
{
	(void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	cr_assert(zero(int, chmod(folder, 0)));

	const int result = sample_in_child(open_in_closed_folder, NULL);
	(void)chmod(folder, 0700);

	if (result == CHILD_SKIPPED)
		cr_skip_test("root cannot become another user");
	cr_expect(zero(int, result));
}
