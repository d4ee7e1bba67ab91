/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Other programs lock the file: this test program is one. */

#include "e2e/mhex_screen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

TestSuite(locks, .fini = close_all, .timeout = 100);

static int lock_fd = -1;
static char us[32]; /* how a sentence calls this process */

static bool set_lock(short type, off_t offset, off_t length)
{
	struct flock range = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = offset, .l_len = length};
	return fcntl(lock_fd, F_OFD_SETLK, &range) == 0;
}

static void lock_bytes(off_t offset, off_t length)
{
	(void)snprintf(us, sizeof(us), "locked by process %d (", (int)getpid());
	lock_fd = open(file.path, O_RDWR | O_CLOEXEC);
	cr_assert(ge(int, lock_fd, 0));
	if (set_lock(F_WRLCK, offset, length))
		return;
	cr_assert(eq(int, errno == EINVAL || errno == ENOLCK, 1), "mhex holds a lock");
	cr_skip_test("no locks of open file descriptions here");
}

static void unlock(void)
{
	cr_assert(set_lock(F_UNLCK, 0, 0));
}

Test(locks, a_save_waits_for_a_lock_and_names_its_holder)
{
	open_text("ABCDEF", NULL);
	lock_bytes(0, 0);
	screen_keys(screen, "r61:write<Enter>");

	EXPECT_TEXT(us);
	EXPECT_TEXT("[+1]");
	EXPECT_FILE("ABCDEF");
	unlock();
	screen_keys(screen, ":write<Enter>");
	EXPECT_TEXT("1 bytes written");
	EXPECT_FILE("aBCDEF");
	cr_expect(set_lock(F_WRLCK, 0, 0), "mhex holds nothing after a save");
}

Test(locks, a_short_lock_only_delays_a_save)
{
	open_text("ABCDEF", NULL);
	lock_bytes(0, 1);
	screen_keys(screen, "r61:write<Enter>");
	EXPECT_TEXT("writing");
	unlock();

	EXPECT_TEXT("1 bytes written");
	EXPECT_FILE("aBCDEF");
}

Test(locks, waiting_for_a_lock_can_be_cancelled)
{
	open_text("ABCDEF", NULL);
	lock_bytes(0, 1);
	screen_keys(screen, "r61:write<Enter>");
	EXPECT_TEXT("writing");
	screen_keys(screen, "<C-c>");

	EXPECT_TEXT("the save was cancelled");
	EXPECT_FILE("ABCDEF");
}

Test(locks, a_lock_elsewhere_is_no_hindrance)
{
	open_text("ABCDEF", NULL);
	lock_bytes(3, 1);
	screen_keys(screen, "r61:write<Enter>");

	EXPECT_TEXT("1 bytes written");
	EXPECT_FILE("aBCDEF");
}

Test(locks, a_forced_save_and_the_setting_go_over_them)
{
	open_text("ABCDEF", NULL);
	lock_bytes(0, 0);
	screen_keys(screen, "r61:write!<Enter>");
	EXPECT_TEXT("1 bytes written");
	EXPECT_FILE("aBCDEF");
	screen_keys(screen, ":set nolock<Enter>lr62");
	EXPECT_TEXT("[+1]");
	screen_keys(screen, ":write<Enter>");
	EXPECT_TEXT("1 bytes written");
	EXPECT_FILE("abCDEF");
}

Test(locks, another_size_is_refused_too)
{
	open_text("ABCDEF", NULL);
	lock_bytes(0, 0);
	screen_keys(screen, "x:write<Enter>");

	EXPECT_TEXT(us);
	EXPECT_FILE("ABCDEF");
	screen_keys(screen, ":write!<Enter>");
	EXPECT_TEXT("5 bytes written");
	EXPECT_FILE("BCDEF");
}

Test(locks, a_live_store_is_refused_and_undo_is_a_store)
{
	open_text("ABCDEF", (const char *const[]){"-L", NULL});
	screen_keys(screen, "r61");
	EXPECT_TEXT("[+1]");
	EXPECT_FILE("aBCDEF");
	lock_bytes(0, 2);
	screen_keys(screen, "lr62");
	EXPECT_TEXT(us);
	EXPECT_FILE("aBCDEF");
	screen_keys(screen, "<Esc>u");
	EXPECT_TEXT("undo: ");
	EXPECT_FILE("aBCDEF");
	unlock();
	screen_keys(screen, "u");
	EXPECT_GONE("[+1]");
	EXPECT_FILE("ABCDEF");
	cr_expect(set_lock(F_WRLCK, 0, 0), "mhex holds nothing after a store");
}

Test(locks, a_locked_file_opens)
{
	TempFile locked;
	temp_file_make(&file, "ABCDEF", 6);
	locked = file;
	lock_bytes(0, 0);
	cr_assert(zero(int, flock(lock_fd, LOCK_EX | LOCK_NB)));

	open_path(locked.path, (const char *const[]){"-L", NULL}, NULL);

	EXPECT_TEXT("LIVE");
	EXPECT_TEXT("41 42 43 44 45 46");
	screen_keys(screen, "r61");
	EXPECT_TEXT(us);
}
