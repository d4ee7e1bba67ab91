/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "tui/rescue.h"

enum {
	PATIENCE_S = 2 /* how long a request to end may go unheard */
};

static const int caught[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM,
			     SIGHUP,   SIGINT,  SIGALRM};
enum {
	CAUGHT = sizeof(caught) / sizeof(caught[0])
};

/* Signal handlers have no context of their own: written by the handler, read by
 * signals_take(). */
static volatile sig_atomic_t pending_resize, pending_stop, pending_continue, pending_end;
static int pipe_fds[2] = {-1, -1};
static struct sigaction previous_actions[CAUGHT];
static volatile sig_atomic_t pending_interrupt;
static struct sigaction previous_interrupt;

static void die_at_once(int signo)
{
	rescue_restore();
	struct sigaction action = {.sa_handler = SIG_DFL};
	(void)sigaction(signo, &action, NULL);
	(void)raise(signo);
}

static void on_signal(int signo)
{
	const int saved_errno = errno;
	switch (signo) {
	case SIGWINCH:
		pending_resize = 1;
		break;
	case SIGTSTP:
		pending_stop = 1;
		break;
	case SIGCONT:
		pending_continue = 1;
		break;
	case SIGINT:
		pending_interrupt = 1;
		break;
	case SIGALRM:
		if (pending_end)
			die_at_once(pending_end);
		break;
	default:
		if (pending_end)
			die_at_once(pending_end);
		pending_end = signo;
		(void)alarm(PATIENCE_S);
	}
	/* A full pipe wakes the loop as well; no pipe (fd -1) needs no waking. */
	const ssize_t ignored = write(pipe_fds[1], "", 1);
	(void)ignored;
	errno = saved_errno;
}

static void catch_signal(int signo, struct sigaction *previous)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	(void)sigfillset(&action.sa_mask);
	(void)sigaction(signo, NULL, previous);
	if (previous->sa_handler != SIG_IGN || signo == SIGCONT)
		(void)sigaction(signo, &action, NULL);
}

void signals_ignore_pipe(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

void signals_watch_interrupt(void)
{
	pending_interrupt = 0;
	catch_signal(SIGINT, &previous_interrupt);
}

bool signals_interrupted(void)
{
	return pending_interrupt != 0;
}

void signals_unwatch_interrupt(void)
{
	pending_interrupt = 0;
	(void)sigaction(SIGINT, &previous_interrupt, NULL);
}

MhexStatus signals_open(MhexError *err)
{
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return mhex_fail_errno(err, "signals: cannot make a pipe");
	for (size_t i = 0; i < CAUGHT; i++)
		catch_signal(caught[i], &previous_actions[i]);
	return MHEX_OK;
}

void signals_close(void)
{
	if (pipe_fds[0] < 0)
		return;
	(void)alarm(0);
	for (size_t i = 0; i < CAUGHT; i++)
		(void)sigaction(caught[i], &previous_actions[i], NULL);
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	pipe_fds[0] = pipe_fds[1] = -1;
	pending_resize = pending_stop = pending_continue = pending_interrupt =
		pending_end = 0;
}

int signals_fd(void)
{
	return pipe_fds[0];
}

static bool take(volatile sig_atomic_t *flag)
{
	const bool was = *flag != 0;
	*flag = 0;
	return was;
}

SignalSet signals_take(void)
{
	char bytes[64];
	while (read(pipe_fds[0], bytes, sizeof(bytes)) > 0)
		continue;
	return (SignalSet){
		.resized = take(&pending_resize),
		.stop = take(&pending_stop),
		.continued = take(&pending_continue),
		.interrupt = take(&pending_interrupt),
		.end = pending_end,
	};
}

void signals_stop(bool group)
{
	struct sigaction current;
	(void)sigaction(SIGTSTP, NULL, &current);
	if (current.sa_handler == SIG_IGN)
		return;
	const struct sigaction stop = {.sa_handler = SIG_DFL};
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)sigaction(SIGTSTP, &stop, NULL);
	(void)kill(group ? 0 : getpid(), SIGTSTP);
	/* Here we stand until SIGCONT. */
	(void)sigaction(SIGTSTP, &current, NULL);
}

void signals_die(int signo)
{
	(void)alarm(0);
	const struct sigaction action = {.sa_handler = SIG_DFL};
	(void)sigaction(signo, &action, NULL);
	(void)raise(signo);
}
