/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum {
	BYTES_MAX = 512,
	STACK_SIZE = 64 << 10
};

/* A signal handler has no other way to reach these. Written while disarmed. */
static struct {
	volatile sig_atomic_t armed;
	int fd;
	struct termios termios;
	char bytes[BYTES_MAX];
	size_t length;
} saved;

/* Faults, and what else ends a program that does not expect it. */
static const int crash_signals[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT, SIGSYS,
				    SIGTRAP, SIGQUIT, SIGXCPU, SIGUSR1, SIGUSR2};
enum {
	CRASH_SIGNALS = sizeof(crash_signals) / sizeof(crash_signals[0])
};
static struct sigaction previous_actions[CRASH_SIGNALS];

/* A stack overflow leaves no room for a handler on the stack that overflowed. */
static char handler_stack[STACK_SIZE];

void rescue_restore(void)
{
	if (!saved.armed)
		return;
	saved.armed = 0;
	const int saved_errno = errno;
	/* From the background, tcsetattr would stop us. */
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	(void)sigaction(SIGTTOU, &ignore, &before);
	/* A terminal that takes no more bytes must not hold us. */
	const int flags = fcntl(saved.fd, F_GETFL);
	(void)fcntl(saved.fd, F_SETFL, flags | O_NONBLOCK);
	const ssize_t ignored = write(saved.fd, saved.bytes, saved.length);
	(void)ignored;
	(void)fcntl(saved.fd, F_SETFL, flags);
	(void)tcsetattr(saved.fd, TCSANOW, &saved.termios);
	(void)sigaction(SIGTTOU, &before, NULL);
	errno = saved_errno;
}

static void on_crash(int signo, siginfo_t *info, void *context)
{
	(void)context;
	rescue_restore();
	for (size_t i = 0; i < CRASH_SIGNALS; i++) {
		if (crash_signals[i] == signo)
			(void)sigaction(signo, &previous_actions[i], NULL);
	}
	/* A fault comes again when the instruction is repeated; a signal that was
	 * sent has to be sent again. */
	if (info->si_code <= 0)
		(void)raise(signo);
}

void rescue_install(void)
{
	const stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)};
	(void)sigaltstack(&stack, NULL);
	struct sigaction action = {.sa_sigaction = on_crash,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK};
	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CRASH_SIGNALS; i++) {
		(void)sigaction(crash_signals[i], &action, &previous_actions[i]);
		if (previous_actions[i].sa_handler == SIG_IGN)
			(void)sigaction(crash_signals[i], &previous_actions[i], NULL);
	}
}

void rescue_arm(int fd, const char *bytes, size_t length)
{
	saved.armed = 0;
	if (tcgetattr(fd, &saved.termios) != 0)
		return;
	saved.fd = fd;
	saved.length = length < BYTES_MAX ? length : BYTES_MAX;
	memcpy(saved.bytes, bytes, saved.length);
	saved.armed = 1;
}

void rescue_disarm(void)
{
	saved.armed = 0;
}
