/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Standard output is a pipe that the test reads. */
static int pipe_end;
static Output output;

static void set_up(void)
{
	int fds[2];
	cr_assert(zero(int, pipe2(fds, O_CLOEXEC | O_NONBLOCK)));
	(void)fflush(stdout);
	cr_assert(eq(int, dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO));
	(void)close(fds[1]);
	pipe_end = fds[0];
}

static void tear_down(void)
{
	output_free(&output);
	(void)close(pipe_end);
}

TestSuite(output, .init = set_up, .fini = tear_down);

static void put(const char *text)
{
	cr_assert(zero(int, (int)output_write(&output, text, strlen(text), NULL)));
}

static void expect(const char *want)
{
	char got[200] = "";
	const ssize_t length = read(pipe_end, got, sizeof(got) - 1);
	got[length > 0 ? length : 0] = '\0';
	cr_expect(zero(int, strcmp(got, want)), "%s", got);
}

Test(output, is_collected_until_it_is_flushed)
{
	put("a");
	put("b\n");
	expect("");

	cr_assert(zero(int, (int)output_flush(&output, NULL)));

	expect("ab\n");
}

Test(output, a_length_of_0_flushes)
{
	put("before\n");

	cr_assert(zero(int, (int)output_write(&output, "", 0, NULL)));

	expect("before\n");
}

Test(output, every_line_begins_with_the_name)
{
	output_set_name(&output, "a\033b");
	put("one\ntw");
	put("o\n");
	output_set_name(&output, "next");
	put("three\n");

	cr_assert(zero(int, (int)output_flush(&output, NULL)));

	expect("a\\x1bb:one\na\\x1bb:two\nnext:three\n");
}

Test(output, a_full_device_is_an_error)
{
	MhexError err;
	const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (full < 0)
		cr_skip_test("no /dev/full");
	cr_assert(eq(int, dup2(full, STDOUT_FILENO), STDOUT_FILENO));
	put("x");

	const MhexStatus status = output_flush(&output, &err);

	cr_expect(eq(int, (int)status, MHEX_E_NOSPACE));
	cr_expect(strstr(err.message, "standard output") == err.message, "%s",
		  err.message);
	(void)close(full);
}
