/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where bytes come from and go to: pipes, FIFOs, closed and full streams, options. */

#include "e2e/mhex_screen.h"

#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(inputs, .fini = close_all, .timeout = 100);

/* script: for sh, with $0 the program and $1 a file. */
static void open_shell(const char *script)
{
	char *argv[] = {(char[]){"sh"},         (char[]){"-c"}, (char *)script,
			(char[]){MHEX_PROGRAM}, file.path,      NULL};
	screen = screen_open(ROWS, COLS, argv);
}

Test(inputs, standard_input_is_read_and_keys_come_from_the_terminal)
{
	open_shell("printf 'piped in' | \"$0\" --clean -; echo \"status $?\"");

	ASSERT_TEXT("70 69 70 65 64");
	screen_keys(screen, "r61");
	EXPECT_TEXT("[+1]");
	screen_keys(screen, ":quit!<Enter>");
	EXPECT_TEXT("status 0");
}

Test(inputs, a_fifo_is_read_to_its_end)
{
	open_shell("d=$(mktemp -d); mkfifo $d/f; printf 'from a fifo' > $d/f & "
		   "\"$0\" --clean $d/f; echo \"status $?\"; rm -r $d");

	ASSERT_TEXT("from a fifo");
	screen_keys(screen, "q");
	EXPECT_TEXT("status 0");
}

Test(inputs, ctrl_c_stops_the_reading_and_keeps_what_came)
{
	open_shell("trap : INT; (printf 'came'; exec sleep 100) | \"$0\" --clean "
		   "/dev/stdin; "
		   "echo \"status $?\"");
	ASSERT_TEXT("Ctrl-C stops");

	screen_type(screen, "\003");

	EXPECT_TEXT("63 61 6d 65");
	screen_keys(screen, "q");
	EXPECT_TEXT("status 0");
}

Test(inputs, a_script_can_come_through_standard_input)
{
	temp_file_make(&file, "ABCDEF", 6);
	open_shell("printf 'goto 2\\noverwrite 61\\n' | \"$0\" --clean -s - \"$1\"");

	EXPECT_TEXT("[+1]");
	EXPECT_TEXT("41 42 61");
}

Test(inputs, a_fault_in_an_option_is_shown_on_the_screen)
{
	temp_file_make(&file, "ABCDEF", 6);
	open_shell("\"$0\" --clean -c 'goto 1' -c 'goto 99' \"$1\"");

	EXPECT_TEXT("-c 2: goto: 0x63 is past the end (0x6)");
	EXPECT_AT(1UL);
}

Test(inputs, a_redirected_output_does_not_matter)
{
	temp_file_make(&file, "ABCDEF", 6);
	open_shell("\"$0\" --clean \"$1\" > /dev/null 2>&1; echo \"status $?\"");

	ASSERT_TEXT("41 42 43");
	screen_keys(screen, "q");
	EXPECT_TEXT("status 0");
}

Test(inputs, closed_streams_do_not_matter)
{
	temp_file_make(&file, "ABCDEF", 6);
	open_shell("\"$0\" --clean \"$1\" <&- >&- 2>&-; echo \"status $?\"");

	ASSERT_TEXT("41 42 43");
	screen_keys(screen, "r61:write<Enter>");
	EXPECT_TEXT("1 bytes written");
	screen_keys(screen, "q");
	EXPECT_TEXT("status 0");
	EXPECT_FILE("aBCDEF");
}

/* --- without a terminal --- */

struct run_case {
	char script[160];
	char want[160];
};

#define PAST_END "is past the end (0x6)"

/* What it printed on both streams, newlines as "|", and its exit status. */
static void run(const char *script, char *text, size_t size)
{
	static char program[] = MHEX_PROGRAM, shell[] = "sh", option[] = "-c";
	int fds[2];
	size_t length = 0;
	cr_assert(zero(int, pipe(fds)));
	const pid_t child = fork();
	if (child == 0) {
		(void)dup2(fds[1], STDOUT_FILENO);
		(void)dup2(fds[1], STDERR_FILENO);
		(void)close(fds[0]);
		(void)close(fds[1]);
		(void)setenv("HOME", "/nonexistent", 1);
		(void)unsetenv("XDG_CONFIG_HOME");
		char *whole = NULL;
		if (asprintf(&whole, "(%s\n); echo $?", script) < 0)
			_exit(126);
		char *argv[] = {shell, option, whole, program, file.path, NULL};
		(void)execvp(shell, argv);
		_exit(127);
	}
	(void)close(fds[1]);
	for (ssize_t got = 1; got > 0 && length + 1 < size;) {
		got = read(fds[0], text + length, size - length - 1);
		length += got > 0 ? (size_t)got : 0;
	}
	(void)close(fds[0]);
	while (length > 0 && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	for (char *at = text; (at = strchr(at, '\n')) != NULL;)
		*at = '|';
}

static void check_run(const struct run_case *param)
{
	char got[800];
	temp_file_make(&file, "ABCDEF", 6);

	run(param->script, got, sizeof(got));

	/* "*": whatever stands before. */
	const char *tail = got;
	const char *want = param->want;
	if (*want == '*') {
		want++;
		tail = strlen(got) > strlen(want) ? got + strlen(got) - strlen(want)
						  : got;
	}
	cr_expect(zero(int, strcmp(tail, want)), "%s\n got %s\nwant %s", param->script,
		  got, param->want);
	EXPECT_FILE("ABCDEF");
}

Test(program, says, .fini = close_all, .timeout = 100)
{
	static const struct run_case cases[] = {
		{"\"$0\" -b -c 'goto 2' -c 'goto 9' \"$1\"",
		 "mhex: -c 2: goto: 0x9 " PAST_END "|1"},
		{"printf 'goto 2\\n\\ngoto 9\\n' | \"$0\" -b -s - \"$1\"",
		 "mhex: -:3: goto: 0x9 " PAST_END "|1"},
		{"\"$0\" -b -g 9 \"$1\"", "mhex: -g: goto: 0x9 " PAST_END "|1"},
		{"\"$0\" -b -c 'overwrite 61' \"$1\"", "mhex: 1 bytes not written|1"},
		{"\"$0\" -b -c 'overwrite 61' -c 'quit!' \"$1\"", "0"},
		{"\"$0\" -b -c dump -c 'goto 9' \"$1\" 2>/dev/null",
		 "00000000: 4142 4344 4546                           ABCDEF|1"},
		{"cd ${1%/*}; \"$0\" -b -c 'dump in 0..2' ${1##*/} - < ${1##*/} | sed "
		 "'s/^[^:]*:/F:/'",
		 "F:00000000: 4142                                     AB|"
		 "F:00000000: 4142                                     AB|0"},
		{"\"$0\" -b -c 'write -' - < \"$1\"", "ABCDEF0"},
		{"\"$0\" -b -c 'count 41' -c 'write -' -c 'count 42' \"$1\"",
		 "1|ABCDEF1|0"},
		{"printf 'count 41\\nwrite -\\n' | \"$0\" -b -s - \"$1\"", "1|ABCDEF0"},
		{"\"$0\" -b -c 'count 41' -c 'goto 9' \"$1\"",
		 "1|mhex: -c 2: goto: 0x9 " PAST_END "|1"},
		{"\"$0\" -b -c dump \"$1\" > /dev/full",
		 "mhex: standard output: No space left on device|1"},
		{"\"$0\" --help > /dev/full",
		 "mhex: standard output: No space left on device|1"},
		/* More than a pipe holds, so that it cannot be done before the reader is.
		 */
		{"(\"$0\" -b -c dump \"$0\"; echo $? >&2) | true", "*Broken pipe|1|0"},
		{"\"$0\" -b -c dump - <&- 2>&1 | sed 's/:.*: /: /'",
		 "mhex: Bad file descriptor|0"},
		{"\"$0\" --no-such-option",
		 "mhex: --no-such-option: no such option, or the beginning of several; "
		 "\"mhex --help\" lists the options|2"},
		{"\"$0\" --set=nothing=1 -b",
		 "mhex: --set=nothing=1: no such setting: nothing|2"},
		{"setsid -w \"$0\" \"$1\" < /dev/null > /dev/null",
		 "mhex: there is no terminal; -b runs commands without one|2"},
		{"env -i \"$0\" -V | head -n 1", "mhex " MHEX_VERSION "|0"},
		{"env -i \"$0\" --help | grep -c -- --recover", "1|0"},
		{"for r in ask apply drop revert list; do \"$0\" -b --recover=$r -c "
		 "version \"$1\"; done | sort -u",
		 "mhex " MHEX_VERSION "|0"},
		{"\"$0\" -b /nowhere/at/all",
		 "mhex: /nowhere/at/all: No such file or directory|1"},
		{"\"$0\" -b /tmp", "mhex: /tmp: is a directory|1"},
		{"\"$0\" -b -c dump -- -x 2>&1; rm -f ./-x", "0"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_run(&cases[i]);
		close_all();
	}
}
