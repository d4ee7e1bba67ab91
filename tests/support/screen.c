/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "support/screen_private.h"

long screen_now_ms(void)
{
	struct timespec time;
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void fail(const char *what)
{
	perror(what);
	abort();
}

/* --- the program --- */

static void set_environment(const char *home, const char *const environment[])
{
	static const char *const kept[] = {"PATH",         "TMPDIR",
					   "ASAN_OPTIONS", "UBSAN_OPTIONS",
					   "LSAN_OPTIONS", "TSAN_OPTIONS"};
	enum {
		KEPT = sizeof(kept) / sizeof(kept[0])
	};
	char *values[KEPT];
	for (size_t i = 0; i < KEPT; i++) {
		const char *value = getenv(kept[i]);
		values[i] = value ? strdup(value) : NULL;
	}
	(void)clearenv();
	for (size_t i = 0; i < KEPT; i++) {
		if (values[i])
			(void)setenv(kept[i], values[i], 1);
	}
	(void)setenv("TERM", "xterm-256color", 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)setenv("HOME", home, 1);
	for (size_t i = 0; environment && environment[i]; i++) {
		char *text = strdup(environment[i]);
		char *sign = strchr(text, '=');
		if (!sign) {
			(void)unsetenv(text);
			continue;
		}
		*sign = '\0';
		(void)setenv(text, sign + 1, 1);
	}
}

/* A test program ignores or blocks what it likes; the program under test starts as
 * from a shell. */
static void reset_signals(void)
{
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (int signo = 1; signo < SIGRTMIN; signo++)
		(void)signal(signo, SIG_DFL);
}

static void start(Screen *screen, char *const argv[], const char *const environment[])
{
	const struct winsize size = {.ws_row = (unsigned short)screen->rows,
				     .ws_col = (unsigned short)screen->cols};
	(void)fflush(NULL);
	screen->pid = forkpty(&screen->pty, NULL, NULL, &size);
	if (screen->pid < 0)
		fail("forkpty");
	if (screen->pid > 0) {
		/* The next program started must not hold this terminal open. */
		(void)fcntl(screen->pty, F_SETFD, FD_CLOEXEC);
		return;
	}
	reset_signals();
	set_environment(screen->home.path, environment);
	(void)execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* --- the picture --- */

static int on_cursor(VTermPos now, VTermPos before, int visible, void *user)
{
	Screen *screen = user;
	(void)before;
	(void)visible;
	screen->cursor = now;
	return 1;
}

static int on_property(VTermProp property, VTermValue *value, void *user)
{
	Screen *screen = user;
	if (property == VTERM_PROP_CURSORVISIBLE)
		screen->cursor_visible = value->boolean != 0;
	return 1;
}

static const VTermScreenCallbacks callbacks = {.movecursor = on_cursor,
					       .settermprop = on_property};

static void make_picture(Screen *screen)
{
	screen->vt = vterm_new(screen->rows, screen->cols);
	vterm_set_utf8(screen->vt, 1);
	screen->cells = vterm_obtain_screen(screen->vt);
	screen->cursor_visible = true;
	vterm_screen_set_callbacks(screen->cells, &callbacks, screen);
	vterm_screen_enable_altscreen(screen->cells, 1);
	vterm_screen_reset(screen->cells, 1);
}

Screen *screen_open(int rows, int cols, char *const argv[])
{
	return screen_open_with(rows, cols, argv, NULL);
}

Screen *screen_open_with(int rows, int cols, char *const argv[],
			 const char *const environment[])
{
	Screen *screen = calloc(1, sizeof(*screen));
	if (!screen)
		fail("screen");
	screen->rows = rows;
	screen->cols = cols;
	temp_folder_make(&screen->home);
	make_picture(screen);
	start(screen, argv, environment);
	return screen;
}

void screen_close(Screen *screen)
{
	if (!screen)
		return;
	if (!screen->ended) {
		(void)kill(screen->pid, SIGKILL);
		(void)waitpid(screen->pid, NULL, 0);
	}
	if (screen->pty >= 0)
		(void)close(screen->pty);
	vterm_free(screen->vt);
	temp_folder_remove(&screen->home);
	free(screen->text);
	free(screen->row);
	free(screen->sent);
	free(screen);
}

pid_t screen_pid(const Screen *screen)
{
	return screen->pid;
}

int screen_input(const Screen *screen)
{
	return screen->pty;
}

/* --- what goes in --- */

void screen_type_bytes(Screen *screen, const char *bytes, size_t length)
{
	/* Without dead-locking: output is read whenever the program does not read. */
	while (length > 0 && screen->pty >= 0) {
		struct pollfd ready = {.fd = screen->pty, .events = POLLIN | POLLOUT};
		if (poll(&ready, 1, SCREEN_WAIT_MS) <= 0)
			return;
		if (ready.revents & (POLLIN | POLLHUP) && !screen_pump(screen, 0))
			return;
		if (!(ready.revents & POLLOUT))
			continue;
		const ssize_t written =
			write(screen->pty, bytes, length < 256 ? length : 256);
		if (written <= 0)
			return;
		bytes += written;
		length -= (size_t)written;
	}
}

void screen_type(Screen *screen, const char *bytes)
{
	screen_type_bytes(screen, bytes, strlen(bytes));
}

void screen_resize(Screen *screen, int rows, int cols)
{
	const struct winsize size = {.ws_row = (unsigned short)rows,
				     .ws_col = (unsigned short)cols};
	/* What was drawn for the old size belongs to the old size. */
	while (screen_pump(screen, 0))
		;
	screen->rows = rows;
	screen->cols = cols;
	vterm_set_size(screen->vt, rows, cols);
	(void)ioctl(screen->pty, TIOCSWINSZ, &size);
}

void screen_hang_up(Screen *screen)
{
	(void)close(screen->pty);
	screen->pty = -1;
}

/* --- what comes out --- */

static void remember(Screen *screen, const char *bytes, size_t length)
{
	if (screen->sent_length + length + 1 > screen->sent_capacity) {
		screen->sent_capacity = 2 * (screen->sent_length + length + 1);
		screen->sent = realloc(screen->sent, screen->sent_capacity);
		if (!screen->sent)
			fail("screen");
	}
	memcpy(screen->sent + screen->sent_length, bytes, length);
	screen->sent_length += length;
	screen->sent[screen->sent_length] = '\0';
}

bool screen_pump(Screen *screen, int timeout_ms)
{
	char buffer[16384];
	struct pollfd ready = {.fd = screen->pty, .events = POLLIN};
	if (screen->pty < 0 || poll(&ready, 1, timeout_ms) <= 0)
		return false;
	const ssize_t got = read(screen->pty, buffer, sizeof(buffer));
	if (got <= 0)
		return false;
	remember(screen, buffer, (size_t)got);
	(void)vterm_input_write(screen->vt, buffer, (size_t)got);
	vterm_screen_flush_damage(screen->cells);
	const size_t answer = vterm_output_read(screen->vt, buffer, sizeof(buffer));
	if (answer > 0 && write(screen->pty, buffer, answer) < 0)
		return false;
	return true;
}

bool screen_sends_within(Screen *screen, int milliseconds)
{
	return screen_pump(screen, milliseconds);
}

/* --- its end --- */

static bool reap(Screen *screen)
{
	int status = 0;
	if (screen->ended)
		return true;
	if (waitpid(screen->pid, &status, WNOHANG) != screen->pid)
		return false;
	screen->ended = true;
	screen->exit_status =
		WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

int screen_wait_exit(Screen *screen)
{
	const long deadline = screen_now_ms() + SCREEN_WAIT_MS;
	/* The line is closed by the end of the program; without one, only asking
	 * again and again tells. */
	while (!reap(screen)) {
		if (screen_now_ms() >= deadline)
			return -1;
		if (!screen_pump(screen, 20))
			(void)poll(NULL, 0, 1);
	}
	while (screen_pump(screen, 0))
		;
	return screen->exit_status;
}

int screen_wait_exit_unread(Screen *screen)
{
	const long deadline = screen_now_ms() + SCREEN_WAIT_MS;
	while (!reap(screen)) {
		if (screen_now_ms() >= deadline)
			return -1;
		(void)poll(NULL, 0, 1);
	}
	return screen->exit_status;
}

bool screen_is_cooked(const Screen *screen)
{
	struct termios mode;
	if (tcgetattr(screen->pty, &mode) != 0)
		return false;
	return (mode.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG) &&
	       (mode.c_oflag & OPOST);
}
