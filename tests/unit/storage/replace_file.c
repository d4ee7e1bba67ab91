/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/replace_file.h"

/* A folder with a file "target" that holds "old". */
static struct {
	char folder[64], path[80], other[80];
	int fd;
} fixture;

static int create(const char *path, const char *text)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(sz, (size_t)write(fd, text, strlen(text)), strlen(text)));
	return fd;
}

static void set_up(void)
{
	const char *tmp = getenv("TMPDIR");
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "%s/mhex-test-XXXXXX",
		       tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	cr_assert(ne(ptr, mkdtemp(fixture.folder), NULL));
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/target", fixture.folder);
	(void)snprintf(fixture.other, sizeof(fixture.other), "%s/other", fixture.folder);
	fixture.fd = create(fixture.path, "old");
}

static void tear_down(void)
{
	(void)close(fixture.fd);
	(void)chmod(fixture.folder, 0700);
	(void)unlink(fixture.path);
	(void)unlink(fixture.other);
	cr_expect(zero(int, rmdir(fixture.folder)), "something was left behind");
}

TestSuite(replace_file, .init = set_up, .fini = tear_down, .timeout = 100);

static void expect_content(const char *path, const char *want)
{
	char got[64] = {0};
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0), "%s", path);
	cr_expect(ge(int, (int)read(fd, got, sizeof(got) - 1), 0));
	cr_expect(zero(int, strcmp(got, want)), "%s: %s", path, got);
	(void)close(fd);
}

static ReplaceFile *begin(const char *path, int old)
{
	MhexError err = {0};
	ReplaceFile *file = NULL;
	const MhexStatus status = replace_file_open(&file, path, old, 3, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_assert(eq(sz, (size_t)write(replace_file_fd(file), "new", 3), 3));
	return file;
}

static ino_t inode_of(const char *path)
{
	struct stat st;
	cr_assert(zero(int, lstat(path, &st)));
	return st.st_ino;
}

/* Root may write everywhere. */
static void become_nobody(void)
{
	if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0))
		cr_skip_test("root may write everything, and cannot become anybody else");
}

static void become_root_again(void)
{
	(void)!seteuid(0);
	(void)!setegid(0);
}

Test(replace_file, takes_the_place_of_the_old_file)
{
	ReplaceFile *file = begin(fixture.path, fixture.fd);
	expect_content(fixture.path, "old");

	const MhexStatus status = replace_file_commit(file, NULL);

	cr_expect(zero(int, (int)status));
	expect_content(fixture.path, "new");
}

Test(replace_file, keeps_mode_and_access_time_but_not_the_change_time)
{
	struct stat before, after;
	cr_assert(zero(int, fchmod(fixture.fd, 0754)));
	const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
	cr_assert(zero(int, futimens(fixture.fd, times)));
	cr_assert(zero(int, fstat(fixture.fd, &before)));

	cr_assert(zero(int,
		       (int)replace_file_commit(begin(fixture.path, fixture.fd), NULL)));

	cr_assert(zero(int, stat(fixture.path, &after)));
	cr_expect(eq(uint, after.st_mode, before.st_mode));
	cr_expect(eq(long, (long)after.st_atim.tv_sec, 1000));
	cr_expect(lt(long, 2000, (long)after.st_mtim.tv_sec));
}

Test(replace_file, a_discarded_one_leaves_everything_as_it_was)
{
	const ino_t inode = inode_of(fixture.path);

	replace_file_discard(begin(fixture.path, fixture.fd));

	cr_expect(eq(u64, inode_of(fixture.path), inode));
	expect_content(fixture.path, "old");
}

/* The process could be killed at any moment. */
Test(replace_file, has_no_name_before_it_is_complete)
{
	const int probe = open(fixture.folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (probe < 0)
		cr_skip_test("the file system knows no files without a name");
	(void)close(probe);
	ReplaceFile *file = begin(fixture.path, fixture.fd);

	int entries = 0;
	DIR *folder = opendir(fixture.folder);
	cr_assert(ne(ptr, folder, NULL));
	while (readdir(folder))
		entries++;
	(void)closedir(folder);

	cr_expect(eq(int, entries, 3), "., .. and target");
	replace_file_discard(file);
}

Test(replace_file, nobody_else_may_read_it_before_it_is_complete)
{
	struct stat st;
	cr_assert(zero(int, fchmod(fixture.fd, 0666)));
	ReplaceFile *file = begin(fixture.path, fixture.fd);

	cr_assert(zero(int, fstat(replace_file_fd(file), &st)));

	cr_expect(eq(uint, st.st_mode & 0777, 0600));
	replace_file_discard(file);
}

Test(replace_file, replaces_what_a_symbolic_link_leads_to_and_not_the_link)
{
	cr_assert(zero(int, symlink("target", fixture.other)));

	cr_assert(zero(int,
		       (int)replace_file_commit(begin(fixture.other, fixture.fd), NULL)));

	struct stat st;
	cr_assert(zero(int, lstat(fixture.other, &st)));
	cr_expect(eq(uint, st.st_mode & S_IFMT, S_IFLNK));
	expect_content(fixture.path, "new");
}

Test(replace_file, makes_the_file_that_a_dangling_link_leads_to)
{
	cr_assert(zero(int, unlink(fixture.path)));
	cr_assert(zero(int, symlink("target", fixture.other)));

	cr_assert(zero(int, (int)replace_file_commit(begin(fixture.other, -1), NULL)));

	expect_content(fixture.path, "new");
	cr_expect(lt(int, (int)readlink(fixture.path, (char[8]){0}, 8), 0));
}

Test(replace_file, a_loop_of_links_is_an_error)
{
	MhexError err = {0};
	ReplaceFile *file;
	cr_assert(zero(int, symlink("other", fixture.other)));

	const MhexStatus status = replace_file_open(&file, fixture.other, -1, 3, &err);

	cr_expect(eq(int, err.sys_errno, ELOOP), "%s", err.message);
	cr_expect(ne(int, (int)status, MHEX_OK));
}

Test(replace_file, a_new_file_has_the_mode_of_the_umask)
{
	struct stat st;
	(void)umask(027);
	cr_assert(zero(int, unlink(fixture.path)));

	cr_assert(zero(int, (int)replace_file_commit(begin(fixture.path, -1), NULL)));

	cr_assert(zero(int, stat(fixture.path, &st)));
	cr_expect(eq(uint, st.st_mode & 07777, 0640));
}

Test(replace_file, a_file_that_appeared_meanwhile_is_not_overwritten)
{
	MhexError err = {0};
	cr_assert(zero(int, unlink(fixture.path)));
	ReplaceFile *file = begin(fixture.path, -1);
	(void)close(create(fixture.path, "theirs"));

	const MhexStatus status = replace_file_commit(file, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "appeared"), NULL), "%s", err.message);
	expect_content(fixture.path, "theirs");
}

Test(replace_file, a_name_that_is_gone_is_made_again)
{
	cr_assert(zero(int, unlink(fixture.path)));

	const MhexStatus status =
		replace_file_commit(begin(fixture.path, fixture.fd), NULL);

	cr_expect(zero(int, (int)status));
	expect_content(fixture.path, "new");
}

Test(replace_file, another_file_under_the_name_is_a_conflict)
{
	MhexError err = {0};
	ReplaceFile *file;
	(void)close(create(fixture.other, "theirs"));
	cr_assert(zero(int, rename(fixture.other, fixture.path)));

	const MhexStatus status =
		replace_file_open(&file, fixture.path, fixture.fd, 3, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT));
	expect_content(fixture.path, "theirs");
}

Test(replace_file, a_file_that_took_the_name_during_the_save_stays)
{
	MhexError err = {0};
	ReplaceFile *file = begin(fixture.path, fixture.fd);
	(void)close(create(fixture.other, "theirs"));
	cr_assert(zero(int, rename(fixture.other, fixture.path)));

	const MhexStatus status = replace_file_commit(file, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	expect_content(fixture.path, "theirs");
}

Test(replace_file, a_write_during_the_save_is_a_conflict)
{
	MhexError err = {0};
	ReplaceFile *file = begin(fixture.path, fixture.fd);
	cr_assert(eq(sz, (size_t)pwrite(fixture.fd, "mine", 4, 0), 4));

	const MhexStatus status = replace_file_commit(file, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "during the save"), NULL), "%s",
		  err.message);
	expect_content(fixture.path, "mine");
}

Test(replace_file, a_file_with_two_names_is_not_replaced)
{
	MhexError err = {0};
	ReplaceFile *file;
	cr_assert(zero(int, link(fixture.path, fixture.other)));

	const MhexStatus status =
		replace_file_open(&file, fixture.path, fixture.fd, 3, &err);

	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED));
	cr_expect(ne(ptr, strstr(err.message, "hard links"), NULL), "%s", err.message);
}

Test(replace_file, a_folder_that_may_not_be_changed_is_reported)
{
	MhexError err = {0};
	ReplaceFile *file;
	cr_assert(zero(int, chmod(fixture.folder, 0555)));
	become_nobody();

	const MhexStatus status =
		replace_file_open(&file, fixture.path, fixture.fd, 3, &err);

	become_root_again();
	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED), "%s", err.message);
}

Test(replace_file, a_file_of_another_user_is_not_replaced_by_one_of_ours)
{
	if (fchown(fixture.fd, 12345, 12345) != 0)
		cr_skip_test("only root can make a file of another user");
	MhexError err = {0};
	ReplaceFile *file;
	cr_assert(zero(int, chmod(fixture.folder, 0777)));
	become_nobody();

	const MhexStatus status =
		replace_file_open(&file, fixture.path, fixture.fd, 3, &err);

	become_root_again();
	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED));
	cr_expect(ne(ptr, strstr(err.message, "owner"), NULL), "%s", err.message);
}

Test(replace_file, too_little_room_is_said_before_anything_is_written)
{
	MhexError err = {0};
	ReplaceFile *file;

	const MhexStatus status = replace_file_open(&file, fixture.path, fixture.fd,
						    UINT64_C(1) << 60, &err);

	cr_expect(eq(int, (int)status, MHEX_E_NOSPACE));
	cr_expect(ne(ptr, strstr(err.message, "1152921504606846976"), NULL), "%s",
		  err.message);
}

/* In a mount namespace of its own, where the target is a mount of another file. */
static int replace_mounted(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	    mount(fixture.other, fixture.path, NULL, MS_BIND, NULL) < 0)
		return 77;
	ReplaceFile *file;
	const int fd = open(fixture.path, O_RDONLY | O_CLOEXEC);
	return (int)replace_file_open(&file, fixture.path, fd, 3, NULL);
}

Test(replace_file, a_mount_point_is_not_replaced)
{
	(void)close(create(fixture.other, "mounted"));
	const pid_t child = fork();
	if (child == 0)
		_exit(replace_mounted());
	int status = 0;

	cr_assert(eq(int, waitpid(child, &status, 0), child));

	if (WEXITSTATUS(status) == 77)
		cr_skip_test("no mount namespaces for this user");
	cr_expect(eq(int, WEXITSTATUS(status), MHEX_E_UNSUPPORTED));
}
