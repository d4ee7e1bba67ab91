/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Many conflicts: looked for and decided between keys. */
#include "unit/editor/ed_sample.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	STEP = 16,
	MANY = 10000, /* many slices */
};

static void fill_file(char byte)
{
	char *bytes = calloc(MANY, STEP);
	cr_assert(ne(ptr, bytes, NULL));
	for (size_t i = 0; i < MANY; i++)
		bytes[i * STEP] = byte;
	const int fd = open(file.path, O_WRONLY | O_CLOEXEC);
	const ssize_t written = pwrite(fd, bytes, (size_t)MANY * STEP, 0);
	cr_assert(eq(int, close(fd), 0));
	cr_assert(eq(sz, (size_t)written, (size_t)MANY * STEP));
	free(bytes);
}

/* Each of MANY edits is over another's byte. */
static void open_with_conflicts(void)
{
	ed_open_large((size_t)MANY * STEP);
	fill_file('A');
	keys("<F5>");
	command("replace 41 with 42");
	EXPECT_MESSAGE("10000 replaced");
	fill_file('C');
	tick(200);
}

TestSuite(comparing, .init = open_with_conflicts, .fini = ed_close, .timeout = 100);

/* From then on there is nothing that may be undone. */
static void wait_until_some_are_taken(void)
{
	wait_for_job();
	while (!frame.is_modified || !progress_has("changing")) {
		tick(100);
		cr_assert(editor_busy(editor), "too fast: %s", message());
		wait_for_job();
	}
}

Test(comparing, keys_go_on_while_conflicts_are_looked_for)
{
	keys_only(":conflicts<Enter>");
	cr_expect(editor_busy(editor));
	keys_only("j");
	EXPECT_CURSOR(STEP);
	cr_expect(not(popup_has("was 41")));
	wait_for_jobs();

	cr_expect(popup_has("0x0 was 41 theirs 43 mine 42"));
}

Test(comparing, the_list_does_not_take_the_keys_of_a_prompt)
{
	keys_only(":conflicts<Enter>:goto 0x20");
	wait_for_jobs();

	cr_expect(not(popup_has("was 41")));
	EXPECT_PROMPT(":goto 0x20");
	keys("<Enter>");
	EXPECT_CURSOR(0x20);
}

Test(comparing, reload_looks_for_conflicts_between_keys)
{
	keys_only("<F5>");
	cr_expect(editor_busy(editor));
	keys_only("j");
	EXPECT_CURSOR(STEP);
	wait_for_jobs();

	EXPECT_MESSAGE("reloaded; 10000 edited bytes lie over bytes that changed");
	cr_expect(popup_has("0x0 was 41 theirs 43 mine 42"));
}

Test(comparing, edits_wait_until_all_is_decided)
{
	keys_only(":take theirs<Enter>x");
	cr_expect(eq(str, message(),
		     (char *)"delete: take is still running; Ctrl-C stops it"));
	keys_only(":conflicts<Enter>");
	EXPECT_MESSAGE("conflicts: take is still running; Ctrl-C stops it");
	keys_only("j");
	EXPECT_CURSOR(STEP);
	wait_for_jobs();

	EXPECT_MESSAGE("10000 conflicts: theirs stays, the edits are dropped");
	cr_expect(not(draw()->is_modified));
	cr_expect(eq(int, frame.bytes[STEP], 'C'));
	keys("u");
	cr_expect(eq(u64, draw()->modified_bytes, MANY), "one step");
	cr_expect(eq(int, frame.bytes[STEP], 'B'));
}

Test(comparing, what_was_decided_stays_when_the_rest_is_stopped)
{
	keys_only(":take theirs<Enter>");
	wait_until_some_are_taken();
	keys_only("<C-c>");
	wait_for_jobs();

	EXPECT_MESSAGE("take: cancelled, what was decided stays");
	const uint64_t left = draw()->modified_bytes;
	cr_expect(lt(u64, 0, left));
	cr_expect(lt(u64, left, MANY));
	keys("u");
	cr_expect(eq(u64, draw()->modified_bytes, MANY), "one step");
	command("take theirs");
	cr_expect(not(draw()->is_modified));
}

Test(comparing, leaving_meanwhile_is_safe)
{
	keys_only(":take mine<Enter>ZQ");

	cr_expect(not(editor_running(editor)));
}

Test(comparing, leaving_while_some_are_decided_is_safe)
{
	keys_only(":take theirs<Enter>");
	wait_until_some_are_taken();
	keys_only("ZQ");

	cr_expect(not(editor_running(editor)));
}

Test(comparing, a_look_can_be_stopped)
{
	keys_only(":conflicts<Enter><C-c>");
	wait_for_jobs();
	if (popup_has("was 41"))
		cr_skip("it ended before it could be stopped");

	EXPECT_MESSAGE("conflicts: cancelled");
}
