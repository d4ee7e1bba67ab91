/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Work that was cancelled while its job waits for a disk: nobody else waits. */
#include "unit/editor/ed_sample.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "support/faults.h"

static void clean(void)
{
	faults_plan("");
	ed_close();
}

TestSuite(leaving, .fini = clean, .timeout = 100);

enum {
	LARGE = 8 << 20
};

static void wait_for_writes(unsigned count)
{
	while (faults_count("pwrite") < count)
		(void)sched_yield();
}

/* Its job is within its third write. */
static void begin(const char *keys)
{
	faults_plan("pwrite:3:hold");
	keys_only(keys);
	wait_for_writes(3);
}

Test(leaving, an_edit_that_is_cancelled_is_not_waited_for)
{
	ed_open_large(LARGE);

	begin(":reverse in %<Enter>");
	keys_only("<C-c>");

	EXPECT_MESSAGE("reverse: cancelled, nothing is changed");
	cr_expect(not(editor_busy(editor)));
	cr_expect(not(draw()->is_modified));
}

Test(leaving, a_file_that_is_read_is_not_waited_for)
{
	char line[TEMP_PATH_SIZE + 16];
	ed_open_text("AB", ACCESS_PREVIEW);
	temp_file_make(&other, "x", 1);
	cr_assert(zero(int, truncate(other.path, LARGE)));
	(void)snprintf(line, sizeof(line), ":read %s<Enter>", other.path);

	begin(line);
	keys_only("<C-c>");

	EXPECT_MESSAGE("read: cancelled");
	cr_expect(not(editor_busy(editor)));
	EXPECT_HEX("4142");
}

Test(leaving, the_next_edit_is_made_meanwhile)
{
	ed_open_large(LARGE);

	begin(":xor 01 in %<Enter>");
	keys_only("<C-c>");
	keys(":xor 02 in %<Enter>");

	cr_expect(eq(u64, draw()->modified_bytes, LARGE));
	cr_expect(strncmp(hex(), "430202", 6) == 0, "%s", hex());
	keys("u");
	cr_expect(not(draw()->is_modified));
}

Test(leaving, many_may_leave_at_a_time)
{
	ed_open_large(LARGE);

	for (unsigned i = 0; i < 3; i++) {
		faults_plan("pwrite:3+:hold");
		keys_only(":xor ff in %<Enter>");
		wait_for_writes(3);
		keys_only("<C-c>");
		EXPECT_MESSAGE("xor: cancelled, nothing is changed");
	}
	faults_plan("");
	keys("x");

	cr_expect(eq(u64, draw()->document_size, LARGE - 1));
}
