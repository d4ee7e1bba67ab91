/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A terminal that goes away, is none, or changes all the time; signals. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 5000
};

static void open_edited(void)
{
	make_file("file", SIZE);
	open_file("file");
	if (access_now == VIEW)
		return;
	KEYS("llree");
	SEE("01 02 ee 04");
}

/* View and preview have written nothing; live had. */
static void expect_as_stored(void)
{
	if (access_now == LIVE)
		EXPECT_COUNTING("file", SIZE, 2, "\xee");
	else
		EXPECT_COUNTING("file", SIZE, 0, "");
}

static void expect_whole(void)
{
	EXPECT(screen_is_cooked(screen));
	EXPECT(!screen_mode(screen, "1049"));
	EXPECT(!screen_mode(screen, "2004"));
	EXPECT(!screen_mode(screen, "1002"));
}

/* --- its end --- */

static void hung_up(void)
{
	share_state();
	open_edited();
	screen_hang_up(screen);
	const int status = screen_wait_exit(screen);
	EXPECT(status == 1 || status == 128 + SIGHUP);
	expect_as_stored();
	/* What was not written is offered to the next one. */
	EXPECT(BATCH("-c", "dump", "file") == (access_now == VIEW ? 0 : 1));
}

/* In the place of the program's own start: what the shell sets is inherited. */
static void start_by_shell(const char *command)
{
	const char *argv[] = {"sh", "-c", command, MHEX_PROGRAM, NULL};
	make_file("file", SIZE);
	screen_close(screen);
	screen = screen_open(CASE_ROWS, CASE_COLS, (char *const *)argv);
}

static void hung_up_under_nohup(void)
{
	start_by_shell("trap '' HUP; exec \"$0\" --clean file");
	SEE("NORMAL");
	KEYS("llree");
	SEE("01 02 ee 04");
	screen_hang_up(screen);
	expect_ends(1); /* and does not spin */
	EXPECT_COUNTING("file", SIZE, 0, "");
}

/* Keys come from the terminal all the same. */
static void nothing_as_input(void)
{
	start_by_shell("exec \"$0\" --clean file </dev/null");
	SEE("NORMAL");
	expect_alive();
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 0, "");
}

static void nothing_at_all(void)
{
	start_by_shell("exec setsid -w \"$0\" --clean file </dev/null >out 2>err");
	expect_ends(2);
	size_t size = 0;
	const char *said = temp_file_read("err", &size);
	EXPECT(strncmp(said, "mhex: ", 6) == 0);
	EXPECT(strstr(said, "terminal"));
	EXPECT(file_size("out") == 0);
}

static void closed_descriptors(void)
{
	make_file("file", SIZE);
	EXPECT(system("'" MHEX_PROGRAM
		      "' -b --clean -c 'overwrite ee at 2' -c write file "
		      "<&- >&- 2>&-") == 0);
	EXPECT_COUNTING("file", SIZE, 2, "\xee");
	/* The file takes no place of theirs: what is printed would go into it. */
	EXPECT(system("'" MHEX_PROGRAM "' -b -L --clean -c 'overwrite dd at 2' -c dump "
		      "file <&- >&- 2>&-") != 0);
	EXPECT_COUNTING("file", SIZE, 2, "\xdd");
}

static void nobody_reads(void)
{
	open_edited();
	const int fd = screen_input(screen);
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	MUST(fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK));
	/* Until it takes no more keys: it waits for somebody to read what it draws. */
	while (poll(&room, 1, 1000) > 0)
		(void)!write(fd, "\f", 1);
	MUST(kill(screen_pid(screen), SIGTERM));
	EXPECT(screen_wait_exit_unread(screen) == 128 + SIGTERM);
	expect_as_stored();
}

/* --- signals --- */

static void ended_by(int signo)
{
	open_edited();
	MUST(kill(screen_pid(screen), signo));
	expect_ends(128 + signo);
	expect_whole();
	expect_as_stored();
}

static void sigterm(void)
{
	ended_by(SIGTERM);
}

static void sighup(void)
{
	ended_by(SIGHUP);
}

static void sigquit(void)
{
	ended_by(SIGQUIT);
}

static void sigusr1(void)
{
	ended_by(SIGUSR1);
}

/* Sent, and not by a page that is lost. */
static void sigbus(void)
{
	if (is_sanitized())
		case_skip("the sanitizers take SIGBUS for their own");
	ended_by(SIGBUS);
}

static void sigsegv(void)
{
	if (is_sanitized())
		case_skip("the sanitizers take SIGSEGV for their own");
	ended_by(SIGSEGV);
}

static void sigkill(void)
{
	open_edited();
	MUST(kill(screen_pid(screen), SIGKILL));
	expect_ends(128 + SIGKILL);
	expect_as_stored();
}

static void sigpipe(void)
{
	make_file("file", 1 << 20);
	(void)signal(SIGPIPE, SIG_DFL);
	/* More than a pipe holds, so that it is noticed. */
	EXPECT(system("{ '" MHEX_PROGRAM "' -b --clean -c dump file 2>err; "
		      "echo $? >status; } | head -c 10 >out") == 0);
	EXPECT(file_size("out") == 10);
	EXPECT_BYTES("status", "1\n");
	EXPECT_BYTES("err", "mhex: -c 1: dump: standard output: Broken pipe\n");
	EXPECT_COUNTING("file", 1 << 20, 0, "");
}

static void stopped_and_continued(void)
{
	open_edited();
	for (int i = 0; i < 5; i++) {
		MUST(kill(screen_pid(screen), SIGSTOP));
		wait_stopped();
		go_on();
	}
	expect_alive();
	expect_quits();
	expect_as_stored();
}

static void interrupted_in_a_storm(void)
{
	open_edited();
	for (int i = 0; i < 200; i++) {
		MUST(kill(screen_pid(screen), SIGINT));
		if (i % 20 == 0)
			KEYS("<C-c><C-c>");
	}
	/* A late one would close the prompt that shows that it is alive. */
	while (screen_sends_within(screen, 200))
		;
	expect_alive();
	KEYS("<Esc>gg");
	SEE(access_now == VIEW ? "01 02 03 04" : "01 02 ee 04");
	expect_quits();
	expect_as_stored();
}

static void interrupted_search(void)
{
	const size_t size = 32 << 20;
	char *text = malloc(size);
	memset(text, 'a', size);
	temp_file_write("file", text, size);
	free(text);
	open_file("file");
	KEYS(":find-all /a+b/<Enter>"); /* from each of them to the end */
	KEYS("<C-c><C-c><C-c>");
	expect_alive();
	expect_quits();
}

/* --- size --- */

static void resized_in_a_storm(void)
{
	static const int sizes[][2] = {{1, 1},   {2, 3},    {24, 80}, {1, 200}, {200, 1},
				       {3, 500}, {60, 132}, {5, 20},  {10, 40}, {1, 2}};
	open_edited();
	for (size_t i = 0; i < 60; i++) {
		const int *size = sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
		screen_resize(screen, size[0], size[1]);
		if (i % 7 == 0)
			KEYS("<PageDown>");
	}
	screen_resize(screen, CASE_ROWS + 6, CASE_COLS);
	KEYS("<Esc>gg<C-l>");
	SEE("00000000  01 02");
	SEE("000001a0  "); /* no line of a smaller screen */
	expect_alive();
	expect_quits();
	expect_as_stored();
}

static void one_cell(void)
{
	open_edited();
	screen_resize(screen, 1, 1);
	SEE("t"); /* of "too small" */
	KEYS("<Esc>:w<Esc>gg<PageDown><F1><Esc>/41<Enter><Esc>i41<Esc>u");
	screen_resize(screen, CASE_ROWS, CASE_COLS);
	KEYS("<Esc><C-l>gg");
	SEE("00000000  01 02");
	expect_alive();
	expect_quits();
}

/* --- what it is --- */

static void with_term(const char *term)
{
	make_file("file", SIZE);
	with_environment(term);
	start_mhex("file", NULL);
}

static void unknown_term(void)
{
	with_term("TERM=no-such-terminal");
	const int status = screen_wait_exit(screen);
	EXPECT(status == 1 || status == 2);
	EXPECT(screen_has(screen, "mhex: "));
	EXPECT(screen_has(screen, "no-such-terminal"));
	EXPECT(screen_is_cooked(screen));
}

static void no_term(void)
{
	with_term("TERM");
	const int status = screen_wait_exit(screen);
	EXPECT(status == 1 || status == 2);
	EXPECT(screen_has(screen, "mhex: "));
	EXPECT(screen_has(screen, "TERM"));
}

static void empty_term(void)
{
	with_term("TERM=");
	const int status = screen_wait_exit(screen);
	EXPECT(status == 1 || status == 2);
	EXPECT(screen_has(screen, "TERM is not set"));
}

static void dumb_term(void)
{
	with_term("TERM=dumb");
	const int status = screen_wait_exit(screen);
	EXPECT(status == 1 || status == 2);
	EXPECT(screen_has(screen, "cannot show a full screen"));
}

static void plain_term(void)
{
	with_term("TERM=vt100");
	SEE("00000000  01 02 03");
	expect_alive();
	expect_quits();
}

static void no_locale(void)
{
	with_environment("LC_ALL=no_SUCH.locale");
	make_file("file", SIZE);
	start_mhex("file", NULL);
	SEE("00000000  01 02 03");
	expect_alive();
	expect_quits();
}

static void no_environment(void)
{
	make_file("file", SIZE);
	EXPECT(system("env -i '" MHEX_PROGRAM "' -b -c 'find 05' file >out") == 0);
	EXPECT_BYTES("out", "0x4\n");
	EXPECT(system("env -i '" MHEX_PROGRAM "' --version >out") == 0);
	EXPECT(system("env -i '" MHEX_PROGRAM "' --help >out") == 0);
}

const FaultCase terminal_cases[] = {
	{"the terminal hangs up", hung_up, ALL, NULL},
	{"the terminal hangs up under nohup", hung_up_under_nohup, ONCE, NULL},
	{"standard input from /dev/null", nothing_as_input, ONCE, NULL},
	{"no terminal at all", nothing_at_all, ONCE, NULL},
	{"all descriptors closed", closed_descriptors, ONCE, NULL},
	{"a terminal that nobody reads", nobody_reads, ALL, NULL},
	{"SIGTERM", sigterm, ALL, NULL},
	{"SIGHUP", sighup, ALL, NULL},
	{"SIGQUIT", sigquit, ALL, NULL},
	{"SIGUSR1", sigusr1, ALL, NULL},
	{"SIGBUS from another process", sigbus, ALL, NEEDS_SPACE},
	{"SIGSEGV from another process", sigsegv, ALL, NEEDS_SPACE},
	{"kill -9", sigkill, ALL, NULL},
	{"a pipe that closes", sigpipe, ONCE, NULL},
	{"stopped and continued", stopped_and_continued, ALL, NULL},
	{"a storm of Ctrl-C", interrupted_in_a_storm, ALL, NULL},
	{"Ctrl-C during a search", interrupted_search, ALL, NULL},
	{"a storm of resizes", resized_in_a_storm, ALL, NULL},
	{"a terminal of one cell", one_cell, ALL, NULL},
	{"unknown TERM", unknown_term, ONCE, NULL},
	{"no TERM", no_term, ONCE, NULL},
	{"empty TERM", empty_term, ONCE, NULL},
	{"dumb TERM", dumb_term, ONCE, NULL},
	{"TERM without colours", plain_term, ALL, NULL},
	{"unknown locale", no_locale, ALL, NULL},
	{"empty environment", no_environment, ONCE, NULL},
	{NULL, NULL, 0, NULL},
};
