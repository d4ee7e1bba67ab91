/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/signals.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void set_up(void)
{
	cr_assert(zero(int, (int)signals_open(NULL)));
}

TestSuite(signals, .init = set_up, .fini = signals_close, .timeout = 100);

static bool is_readable(void)
{
	struct pollfd ready = {.fd = signals_fd(), .events = POLLIN};
	return poll(&ready, 1, 0) == 1;
}

Test(signals, each_is_told_once)
{
	(void)raise(SIGWINCH);
	(void)raise(SIGTSTP);
	(void)raise(SIGCONT);
	(void)raise(SIGINT);
	cr_expect(is_readable());

	const SignalSet first = signals_take();
	const SignalSet second = signals_take();

	cr_expect(first.resized && first.stop && first.continued && first.interrupt);
	cr_expect(zero(int, first.end));
	cr_expect(not(second.resized || second.stop || second.continued ||
		      second.interrupt));
	cr_expect(not(is_readable()));
}

Test(signals, a_storm_is_one)
{
	for (int i = 0; i < 200000; i++)
		(void)raise(SIGWINCH);

	const SignalSet set = signals_take();

	cr_expect(set.resized);
	cr_expect(not(is_readable()));
}

Test(signals, the_one_that_ends_is_named)
{
	(void)raise(SIGHUP);

	const SignalSet set = signals_take();

	cr_expect(eq(int, set.end, SIGHUP));
}

Test(signals, a_second_request_to_end_is_not_waited_for, .signal = SIGTERM)
{
	(void)raise(SIGTERM);
	(void)raise(SIGTERM);
}

Test(signals, a_request_to_end_that_is_not_heard_ends_by_itself, .signal = SIGTERM)
{
	(void)raise(SIGTERM);
	/* The handler returns, the "program" hangs; two seconds later it is over. */
	for (;;)
		(void)pause();
}

Test(signals, what_the_caller_ignores_stays_ignored, .init = NULL, .fini = NULL)
{
	(void)signal(SIGHUP, SIG_IGN);
	cr_assert(zero(int, (int)signals_open(NULL)));

	(void)raise(SIGHUP);
	const SignalSet set = signals_take();

	cr_expect(zero(int, set.end));
	signals_close();
}

Test(signals, closing_brings_back_what_was_there, .init = NULL, .fini = NULL)
{
	struct sigaction action;
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGWINCH, SIG_DFL);
	cr_assert(zero(int, (int)signals_open(NULL)));

	signals_close();

	(void)sigaction(SIGTERM, NULL, &action);
	cr_expect(action.sa_handler == SIG_IGN);
	(void)sigaction(SIGWINCH, NULL, &action);
	cr_expect(action.sa_handler == SIG_DFL);
	cr_expect(eq(int, signals_fd(), -1));
}

Test(signals, an_interrupt_before_the_screen_only_marks, .init = NULL, .fini = NULL)
{
	signals_watch_interrupt();
	cr_expect(not(signals_interrupted()));

	(void)raise(SIGINT);

	cr_expect(signals_interrupted());
	signals_unwatch_interrupt();
	cr_expect(not(signals_interrupted()));
}

Test(signals, a_closed_pipe_is_an_error_of_write, .init = NULL, .fini = NULL)
{
	int fds[2];
	cr_assert(zero(int, pipe(fds)));
	(void)close(fds[0]);
	signals_ignore_pipe();

	const ssize_t written = write(fds[1], "x", 1);

	cr_expect(eq(int, (int)written, -1));
	cr_expect(eq(int, errno, EPIPE));
	(void)close(fds[1]);
}

Test(signals, dying_shows_the_parent_the_signal, .init = NULL, .fini = NULL)
{
	int status = 0;
	const pid_t child = fork();
	if (child == 0) {
		(void)signals_open(NULL);
		signals_die(SIGHUP);
		_exit(0);
	}

	cr_assert(eq(int, (int)waitpid(child, &status, 0), (int)child));

	const bool killed = WIFSIGNALED(status);
	cr_expect(killed);
	cr_expect(eq(int, WTERMSIG(status), SIGHUP));
}
