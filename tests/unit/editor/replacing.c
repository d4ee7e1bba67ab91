/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Many replacements: between keys and while the search goes on, all of them or none. */
#include "unit/editor/ed_sample.h"

#include <fcntl.h>
#include <unistd.h>

TestSuite(replacing, .fini = ed_close, .timeout = 280);

enum {
	LARGE = 8 << 20, /* many slices */
};

/* From then on there is nothing that may be undone. */
static void wait_until_some_are_replaced(void)
{
	do {
		wait_for_job();
		keys_only("u");
	} while (!strstr(message(), "replace is still running"));
}

Test(replacing, a_replacement_of_many_can_be_stopped)
{
	ed_open_large(LARGE);

	keys_only(":replace 00 00 with 01<Enter>");
	wait_until_some_are_replaced();
	keys_only("<C-c>");
	wait_for_jobs();

	EXPECT_MESSAGE("replace: cancelled, nothing is changed");
	cr_expect(eq(u64, frame.document_size, LARGE));
	cr_expect(not(frame.is_modified));
}

/* A place behind the matches takes longer than a test. */
static void open_slow_behind_matches(void)
{
	static uint8_t slow[64 << 10];
	ed_open_large(LARGE);
	memset(slow, 'a', sizeof(slow));
	const int fd = open(file.path, O_WRONLY | O_CLOEXEC);
	const ssize_t written = pwrite(fd, slow, sizeof(slow), LARGE);
	cr_assert(eq(int, close(fd), 0));
	cr_assert(eq(sz, (size_t)written, sizeof(slow)));
	keys("<F5>");
	cr_assert(eq(u64, draw()->document_size, LARGE + sizeof(slow)));
}

Test(replacing, matches_are_replaced_while_more_are_searched)
{
	open_slow_behind_matches();

	keys_only(":replace /\\x00|(a+)+!/ with 01 02<Enter>");
	wait_until_some_are_replaced();
	tick(200);
	cr_expect(progress_has("MB/s"), "%s", frame.progress);
	keys_only("<C-c>");
	wait_for_jobs();

	EXPECT_MESSAGE("replace: cancelled, nothing is changed");
	cr_expect(eq(u64, draw()->document_size, LARGE + (64 << 10)));
	cr_expect(not(frame.is_modified));
	keys("u");
	EXPECT_MESSAGE("undo: nothing to undo");
}

Test(replacing, leaving_while_matches_are_replaced_and_searched_is_safe)
{
	open_slow_behind_matches();

	keys_only(":replace /\\x00|(a+)+!/ with 01 02<Enter>");
	wait_until_some_are_replaced();
	keys_only("ZQ");

	cr_expect(not(editor_running(editor)));
}

Test(replacing, what_was_confirmed_before_it_is_stopped_stays)
{
	ed_open_large(LARGE);

	command("replace 00*16 with 01 confirm");
	keys("yy");
	keys_only("a<C-c>");
	wait_for_jobs();

	EXPECT_MESSAGE("replace: cancelled, what was confirmed stays");
	cr_expect(eq(u64, frame.document_size, LARGE - 2 * 15));
	keys("u");
	cr_expect(not(draw()->is_modified), "one step");
}
