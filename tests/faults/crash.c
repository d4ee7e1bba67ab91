/* SPDX-License-Identifier: GPL-3.0-or-later */

/* kill -9 behind each system call of a save that changes something; then recovery. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 20000,
	CALLS_MAX = 400,
};

static char *old, *new;
static size_t old_size, new_size;

static bool file_is(const char *bytes, size_t size)
{
	return temp_file_holds("file", bytes, size);
}

/* The file as it was, by its own inode where it has a second name. */
static void make_again(void)
{
	temp_file_write("file", old, old_size);
	EXPECT(system("rm -rf .mhex-* \"$HOME\"/.local") == 0);
}

static int save_with(const char *plan, const char *edit)
{
	with_faults(plan);
	/* So that moves have some stages, of a quarter of that. */
	return BATCH("-c", "set window=16384", "-c", edit, "-c", "write", "file");
}

/* After a crash the next run says so, or there is nothing to say. */
static void recover(const char *plan, const char *how, bool forward)
{
	with_faults("");
	const int found = BATCH("-c", "quit", "file");
	if (found == 0) {
		if (!file_is(old, old_size) && !file_is(new, new_size))
			FAIL("%s: neither old nor new, and nothing is said", plan);
		return;
	}
	SAID("--recover");
	if (BATCH(how, "-c", "quit", "file") != 0)
		FAIL("%s: %s: %s", plan, how, batch_said);
	if (!file_is(forward ? new : old, forward ? new_size : old_size))
		FAIL("%s: %s: it is not", plan, how);
	if (BATCH("-c", "quit", "file") != 0)
		FAIL("%s: and again: %s", plan, batch_said);
}

static void crash_at_each_call(const char *edit)
{
	char plan[32];
	unsigned n = 0;
	old = temp_file_read("file", &old_size);
	EXPECT(save_with("", edit) == 0);
	new = temp_file_read("file", &new_size);
	for (n = 1; n < CALLS_MAX; n++) {
		make_again();
		(void)snprintf(plan, sizeof(plan), "change:%u:kill", n);
		const int status = save_with(plan, edit);
		if (status == 0)
			break;
		if (status != 128 + SIGKILL)
			FAIL("%s: %d: %s", plan, status, batch_said);
		if (n % 2)
			recover(plan, "--recover=apply", true);
		else
			recover(plan, "--recover=revert", false);
	}
	EXPECT(n > 3 && n < CALLS_MAX);
	EXPECT(file_is(new, new_size));
}

static void in_place(void)
{
	make_file("file", SIZE);
	crash_at_each_call("replace 41 with 42 in 0..19000");
}

static void by_rename(void)
{
	make_file("file", SIZE);
	crash_at_each_call("insert \"mine\" at 5000");
}

static void longer_in_place(void)
{
	make_file("file", SIZE);
	MUST(link("file", "second"));
	crash_at_each_call("insert 41*3000 at 5000");
}

static void shorter_in_place(void)
{
	make_file("file", SIZE);
	MUST(link("file", "second"));
	crash_at_each_call("delete in 5000,+3000");
}

static void copied_over(void)
{
	make_text("file", "what it holds");
	make_file("other", SIZE);
	old = temp_file_read("file", &old_size);
	new = temp_file_read("other", &new_size);
	for (unsigned n = 1; n < CALLS_MAX; n++) {
		char plan[32];
		make_again();
		(void)snprintf(plan, sizeof(plan), "change:%u:kill", n);
		with_faults(plan);
		const int status = BATCH("-c", "write! file", "other");
		if (!file_is(old, old_size) && !file_is(new, new_size))
			FAIL("%s: neither old nor new", plan);
		if (status == 0)
			return;
	}
	FAIL("it never ends");
}

const FaultCase crash_cases[] = {
	{"kill -9 at each call of a save in place", in_place, ONCE, NULL},
	{"kill -9 at each call of a save by a new file", by_rename, ONCE, NULL},
	{"kill -9 at each call, longer in place", longer_in_place, ONCE, NULL},
	{"kill -9 at each call, shorter in place", shorter_in_place, ONCE, NULL},
	{"kill -9 at each call of a copy over another file", copied_over, ONCE, NULL},
	{NULL, NULL, 0, NULL},
};
