/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/watch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_file.h"

enum {
	PATH_SIZE = TEMP_PATH_SIZE + 32,
	WAIT_MS = 5000
};

static TempFile folder;
static char path[PATH_SIZE], other[PATH_SIZE];
static Watch *watch;
static Storage *storage;

static void open_all(void)
{
	temp_folder_make(&folder);
	(void)snprintf(path, sizeof(path), "%s/file", folder.path);
	(void)snprintf(other, sizeof(other), "%s/other", folder.path);
	temp_file_write(path, "ABCD", 4);
	const StorageOptions options = {.wanted = ACCESS_PREVIEW};
	cr_assert(zero(int, storage_open(&storage, path, options, NULL)));
	watch = watch_open();
	watch_follow(watch, path);
}

static void close_all(void)
{
	watch_close(watch);
	storage_close(storage);
	temp_folder_remove(&folder);
}

static NameState name_state(void)
{
	NameState state = NAME_OURS;
	cr_assert(zero(int, watch_look_at_name(&state, storage, path, NULL)));
	return state;
}

/* A machine may have no watch left. */
static void need_watch(void)
{
	if (watch_fd(watch) < 0)
		cr_skip_test("no inotify here");
}

/* Is something told about the path, and nothing left then? */
static bool told(void)
{
	struct pollfd ready = {.fd = watch_fd(watch), .events = POLLIN};
	if (poll(&ready, 1, WAIT_MS) != 1)
		return false;
	const bool about = watch_take(watch);
	cr_expect(zero(int, poll(&ready, 1, 0)));
	return about;
}

TestSuite(watch_name, .init = open_all, .fini = close_all, .timeout = 100);

Test(watch_name, is_ours_gone_anothers_and_back)
{
	cr_expect(eq(int, (int)name_state(), NAME_OURS));
	cr_assert(zero(int, rename(path, other)));
	cr_expect(eq(int, (int)name_state(), NAME_GONE));
	temp_file_write(path, "new", 3);
	cr_expect(eq(int, (int)name_state(), NAME_ANOTHERS));
	cr_assert(zero(int, rename(other, path)));
	cr_expect(eq(int, (int)name_state(), NAME_OURS));
}

Test(watch_name, a_change_of_the_bytes_is_none_of_the_name)
{
	temp_file_write(path, "another text", 12);
	cr_assert(zero(int, chmod(path, 0400)));

	cr_expect(eq(int, (int)name_state(), NAME_OURS));
}

Test(watch_name, is_gone_with_its_folder)
{
	char moved[PATH_SIZE];
	(void)snprintf(moved, sizeof(moved), "%s.moved", folder.path);
	cr_assert(zero(int, rename(folder.path, moved)));
	cr_expect(eq(int, (int)name_state(), NAME_GONE));
	temp_file_write(folder.path, "", 0);
	cr_expect(eq(int, (int)name_state(), NAME_GONE), "a file in its place");
	cr_assert(zero(int, unlink(folder.path)));
	cr_assert(zero(int, rename(moved, folder.path)));
}

TestSuite(watch_events, .init = open_all, .fini = close_all, .timeout = 100);

Test(watch_events, tells_of_the_file)
{
	need_watch();
	temp_file_write(path, "other", 5);
	cr_expect(told());
	cr_assert(zero(int, truncate(path, 2)));
	cr_expect(told());
	cr_assert(zero(int, chmod(path, 0600)));
	cr_expect(told());
	cr_assert(zero(int, unlink(path)));
	cr_expect(told());
}

Test(watch_events, tells_of_the_name)
{
	need_watch();
	cr_assert(zero(int, rename(path, other)));
	cr_expect(told());
	temp_file_write(path, "new", 3);
	cr_expect(told());
	cr_assert(zero(int, rename(other, path)));
	cr_expect(told());
}

Test(watch_events, says_nothing_of_other_names)
{
	need_watch();
	temp_file_write(other, "x", 1);
	cr_expect(not(told()));
	cr_assert(zero(int, unlink(other)));
	cr_expect(not(told()));
}

Test(watch_events, follows_a_link_in_both_folders)
{
	TempFile far;
	char target[PATH_SIZE];
	need_watch();
	temp_folder_make(&far);
	(void)snprintf(target, sizeof(target), "%s/target", far.path);
	temp_file_write(target, "x", 1);
	cr_assert(zero(int, symlink(target, other)));
	watch_follow(watch, other);
	(void)watch_take(watch);

	temp_file_write(target, "y", 1);
	cr_expect(told(), "the file");
	cr_assert(zero(int, unlink(target)));
	cr_expect(told(), "the file is gone");
	temp_file_write(target, "z", 1);
	cr_expect(told(), "another file in the folder of the target");
	cr_assert(zero(int, unlink(other)));
	cr_expect(told(), "the link");
	temp_folder_remove(&far);
}

Test(watch_events, follows_one_path_only)
{
	need_watch();
	temp_file_write(other, "x", 1);
	watch_follow(watch, other);
	(void)watch_take(watch);

	temp_file_write(path, "y", 1);
	cr_expect(not(watch_take(watch)));
	temp_file_write(other, "y", 1);
	cr_expect(told());
}

Test(watch_events, a_path_that_is_not_there_yet_is_told_when_it_comes)
{
	need_watch();
	watch_follow(watch, other);
	(void)watch_take(watch);

	temp_file_write(other, "x", 1);

	cr_expect(told());
}

Test(watch_events, none_is_a_watch_too)
{
	watch_follow(NULL, path);
	cr_expect(not(watch_take(NULL)));
	cr_expect(eq(int, watch_fd(NULL), -1));
	watch_close(NULL);
}
