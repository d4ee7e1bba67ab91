/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/state_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_file.h"

static TempFile top;
static StateFolder folder = {.fd = -1};
static MhexError err;

static void set_up(void)
{
	temp_folder_make(&top);
	(void)unsetenv("XDG_STATE_HOME");
	(void)setenv("HOME", top.path, 1);
}

static void tear_down(void)
{
	state_folder_close(&folder);
	temp_folder_remove(&top);
}

TestSuite(state_folder, .init = set_up, .fini = tear_down, .timeout = 100);

static const char *below(const char *name)
{
	static char path[TEMP_PATH_SIZE + 64];
	(void)snprintf(path, sizeof(path), "%s/%s", top.path, name);
	return path;
}

static void expect_open(bool create, const char *name)
{
	const MhexStatus status = state_folder_open(&folder, create, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(zero(int, strcmp(folder.path, below(name))), "%s", folder.path);
}

static void expect_refused(MhexStatus want, const char *words)
{
	const MhexStatus status = state_folder_open(&folder, true, &err);
	cr_assert(eq(int, (int)status, (int)want), "%s", err.message);
	cr_expect(ne(ptr, strstr(err.message, words), NULL), "%s", err.message);
	cr_expect(eq(int, folder.fd, -1));
}

Test(state_folder, is_made_for_its_owner_alone_when_it_is_needed)
{
	struct stat st;
	cr_expect(eq(int, (int)state_folder_open(&folder, false, &err), MHEX_E_NOTFOUND));
	cr_expect(ne(int, access(below(".local"), F_OK), 0), "made without need");
	(void)umask(0);
	expect_open(true, ".local/state/mhex");
	cr_assert(zero(int, fstat(folder.fd, &st)));
	cr_expect(eq(int, (int)(st.st_mode & 07777), 0700));
	state_folder_close(&folder);
	expect_open(false, ".local/state/mhex");
}

Test(state_folder, lies_where_the_environment_says)
{
	(void)setenv("XDG_STATE_HOME", below("a/b"), 1);
	expect_open(true, "a/b/mhex");
	state_folder_close(&folder);
	(void)setenv("XDG_STATE_HOME", "relative", 1);
	expect_open(true, ".local/state/mhex");
}

Test(state_folder, a_home_that_is_missing_is_not_made)
{
	(void)setenv("HOME", below("nowhere"), 1);
	expect_refused(MHEX_E_NOTFOUND, "no state folder");
	cr_expect(ne(int, access(below("nowhere"), F_OK), 0));
}

Test(state_folder, others_may_not_write_to_it)
{
	expect_open(true, ".local/state/mhex");
	state_folder_close(&folder);
	cr_assert(zero(int, chmod(below(".local/state/mhex"), 0777)));
	expect_refused(MHEX_E_UNSUPPORTED, "other users may write");
}

Test(state_folder, a_link_or_a_file_in_its_place_is_refused)
{
	(void)setenv("XDG_STATE_HOME", top.path, 1);
	cr_assert(zero(int, symlink("/tmp", below("mhex"))));
	expect_refused(MHEX_E_UNSUPPORTED, "a symbolic link lies where");
	cr_assert(zero(int, unlink(below("mhex"))));
	temp_file_write(below("mhex"), "", 0);
	expect_refused(MHEX_E_UNSUPPORTED, "something else lies where");
}

Test(state_folder, of_another_user_is_refused)
{
	(void)setenv("XDG_STATE_HOME", top.path, 1);
	cr_assert(zero(int, mkdir(below("mhex"), 0700)));
	if (chown(below("mhex"), 65534, 65534) != 0)
		cr_skip_test("only root can give a folder away");
	expect_refused(MHEX_E_UNSUPPORTED, "another user (65534)");
}

Test(state_folder, another_users_home_is_not_used)
{
	if (chown(top.path, 65534, 65534) != 0)
		cr_skip_test("only root can give a folder away");
	if (state_folder_open(&folder, false, &err) == MHEX_OK)
		cr_expect(ne(int, strncmp(folder.path, top.path, strlen(top.path)), 0));
	else
		cr_expect(eq(ptr, strstr(err.message, top.path), NULL), "%s",
			  err.message);
}
