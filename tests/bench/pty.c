/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Times an editor on a pseudo-terminal of 80 x 24.
 *
 *   bench_pty start RUNS MARK COMMAND... :: COMMAND...
 *     Starts both in turn; prints the median milliseconds from fork until MARK has
 *     come out of each: "2.9 3.1".
 *   bench_pty page COUNT COMMAND...
 *     Presses PageDown COUNT times, each after the answer to the one before; prints the
 *     median and the largest milliseconds of an answer and the RssAnon at the end in
 *     KiB: "0.21 0.8 1180".
 *   bench_pty queue COUNT TEXT COMMAND...
 *     Presses PageDown COUNT times at once; prints the milliseconds until the last
 *     output. The screen must show TEXT then.
 *   bench_pty type COUNT TEXT COMMAND...
 *     Types COUNT bytes in hexadecimal over what is there, undoes all, does all again;
 *     prints the milliseconds of the three and the largest RssAnon seen between them in
 *     KiB. The screen must show TEXT after the undo.
 *   bench_pty busy COUNT KEYS KEY TEXT OTHER TEXT COMMAND...
 *     Types KEYS, which begin a job, and Enter; presses KEY and OTHER in turn COUNT
 *     times, each until the screen shows its TEXT, and at last Ctrl-C until it shows
 *     "cancelled"; prints the median and the largest milliseconds of a key, those of
 *     Ctrl-C, and the RssAnon before it in KiB.
 */

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum {
	ROWS = 24,
	COLS = 80,
	RUNS_MAX = 20000,
	QUIET_MS = 150, /* no output for so long: it has drawn all there is to draw */
	PATIENCE_MS = 60000
};

#define PAGE_DOWN "\033[6~"

typedef struct {
	pid_t pid;
	int fd;
	VTerm *vt;
	double last_output;
} Terminal;

static double now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench_pty: %s\n", what);
	exit(1);
}

static void terminal_open(Terminal *terminal, char **argv)
{
	struct winsize size = {.ws_row = ROWS, .ws_col = COLS};
	terminal->last_output = 0;
	terminal->pid = forkpty(&terminal->fd, NULL, NULL, &size);
	if (terminal->pid < 0)
		fail("no pseudo-terminal");
	if (terminal->pid == 0) {
		(void)execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	terminal->vt = vterm_new(ROWS, COLS);
	vterm_set_utf8(terminal->vt, 1);
	vterm_screen_reset(vterm_obtain_screen(terminal->vt), 1);
}

static void terminal_close(Terminal *terminal)
{
	(void)kill(terminal->pid, SIGKILL);
	(void)waitpid(terminal->pid, NULL, 0);
	(void)close(terminal->fd);
	vterm_free(terminal->vt);
}

/* Swallow output that comes within timeout_ms; false when there was none. */
static bool pump(Terminal *terminal, int timeout_ms)
{
	char buffer[16384];
	struct pollfd ready = {.fd = terminal->fd, .events = POLLIN};
	if (poll(&ready, 1, timeout_ms) <= 0)
		return false;
	const ssize_t got = read(terminal->fd, buffer, sizeof(buffer));
	if (got <= 0)
		fail("the program has ended");
	terminal->last_output = now_ms();
	(void)vterm_input_write(terminal->vt, buffer, (size_t)got);
	const size_t answer = vterm_output_read(terminal->vt, buffer, sizeof(buffer));
	if (answer > 0 && write(terminal->fd, buffer, answer) < 0)
		fail("cannot answer");
	return true;
}

static void settle(Terminal *terminal)
{
	while (pump(terminal, QUIET_MS))
		;
}

/* Type without dead-locking: output is read whenever the program does not read. */
static void type(Terminal *terminal, const char *keys, size_t length)
{
	while (length > 0) {
		struct pollfd ready = {.fd = terminal->fd, .events = POLLIN | POLLOUT};
		if (poll(&ready, 1, PATIENCE_MS) <= 0)
			fail("the program does not read its keys");
		if (ready.revents & POLLIN)
			(void)pump(terminal, 0);
		if (!(ready.revents & POLLOUT))
			continue;
		const size_t part = length < 512 ? length : 512;
		const ssize_t sent = write(terminal->fd, keys, part);
		if (sent < 0 && errno != EAGAIN)
			fail("cannot type");
		keys += sent > 0 ? sent : 0;
		length -= sent > 0 ? (size_t)sent : 0;
	}
}

static bool shows(const Terminal *terminal, const char *text)
{
	static char screen[ROWS * COLS * 6 + 1];
	const VTermRect all = {0, ROWS, 0, COLS};
	const size_t length = vterm_screen_get_text(vterm_obtain_screen(terminal->vt),
						    screen, sizeof(screen) - 1, all);
	screen[length] = '\0';
	return strstr(screen, text) != NULL;
}

static long rss_anon(pid_t pid)
{
	char path[64];
	char line[256];
	long kib = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "r");
	if (!file)
		fail(path);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = strtol(line + 8, NULL, 10);
	(void)fclose(file);
	return kib;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *times, size_t count)
{
	qsort(times, count, sizeof(times[0]), compare);
	return times[count / 2];
}

static double time_start(const char *mark, char **argv)
{
	static char seen[1 << 16];
	size_t length = 0;
	Terminal terminal;
	const double begin = now_ms();
	terminal_open(&terminal, argv);
	while (!memmem(seen, length, mark, strlen(mark))) {
		struct pollfd ready = {.fd = terminal.fd, .events = POLLIN};
		if (length == sizeof(seen) || poll(&ready, 1, PATIENCE_MS) <= 0)
			fail("the mark has not come");
		const ssize_t got =
			read(terminal.fd, seen + length, sizeof(seen) - length);
		if (got <= 0)
			fail("the program has ended");
		length += (size_t)got;
	}
	const double end = now_ms();
	terminal_close(&terminal);
	return end - begin;
}

static int start(size_t runs, const char *mark, char **argv)
{
	static double first[RUNS_MAX];
	static double second[RUNS_MAX];
	char **other = argv;
	while (*other && strcmp(*other, "::") != 0)
		other++;
	if (!*other)
		fail("start wants two commands");
	*other++ = NULL;

	(void)time_start(mark, argv);
	(void)time_start(mark, other);
	for (size_t i = 0; i < runs; i++) {
		first[i] = time_start(mark, argv);
		second[i] = time_start(mark, other);
	}
	(void)printf("%.3f %.3f\n", median(first, runs), median(second, runs));
	return 0;
}

static int page(size_t count, char **argv)
{
	static double times[RUNS_MAX];
	Terminal terminal;
	terminal_open(&terminal, argv);
	settle(&terminal);
	for (size_t i = 0; i < count; i++) {
		const double begin = now_ms();
		type(&terminal, PAGE_DOWN, sizeof(PAGE_DOWN) - 1);
		if (!pump(&terminal, PATIENCE_MS))
			fail("PageDown has no answer");
		times[i] = terminal.last_output - begin;
		/* The rest of the same frame, if it did not fit one read. */
		while (pump(&terminal, 0))
			;
	}
	const double middle = median(times, count);
	(void)printf("%.3f %.3f %ld\n", middle, times[count - 1], rss_anon(terminal.pid));
	terminal_close(&terminal);
	return 0;
}

static char *repeat(const char *text, size_t count)
{
	const size_t length = strlen(text);
	char *keys = malloc(length * count + 1);
	if (!keys)
		fail("out of memory");
	for (size_t i = 0; i < count; i++)
		memcpy(keys + i * length, text, length);
	keys[length * count] = '\0';
	return keys;
}

/* Milliseconds from the first key to the last output. */
static double press(Terminal *terminal, const char *keys)
{
	const double begin = now_ms();
	type(terminal, keys, strlen(keys));
	if (!pump(terminal, PATIENCE_MS))
		fail("the keys have no answer");
	settle(terminal);
	return terminal->last_output - begin;
}

static int queue(size_t count, const char *text, char **argv)
{
	Terminal terminal;
	char *keys = repeat(PAGE_DOWN, count);
	terminal_open(&terminal, argv);
	settle(&terminal);
	(void)printf("%.3f\n", press(&terminal, keys));
	if (!shows(&terminal, text))
		fail("the last page is not shown");
	free(keys);
	terminal_close(&terminal);
	return 0;
}

static int type_and_undo(size_t count, const char *text, char **argv)
{
	Terminal terminal;
	char *digits = repeat("a5", count);
	terminal_open(&terminal, argv);
	settle(&terminal);
	(void)press(&terminal, "R");
	const double typed = press(&terminal, digits);
	long peak = rss_anon(terminal.pid);

	const double undone = press(&terminal, "\033:undo 100000000\r");
	if (!shows(&terminal, text))
		fail("undo has not brought the first bytes back");
	const double redone = press(&terminal, ":redo 100000000\r");
	const long after = rss_anon(terminal.pid);
	peak = after > peak ? after : peak;
	(void)printf("%.1f %.1f %.1f %ld\n", typed, undone, redone, peak);
	free(digits);
	terminal_close(&terminal);
	return 0;
}

/* Milliseconds until text shows. */
static double press_until(Terminal *terminal, const char *keys, const char *text)
{
	const double begin = now_ms();
	type(terminal, keys, strlen(keys));
	/* Progress goes on being drawn also when the answer does not come. */
	while (!shows(terminal, text)) {
		if (!pump(terminal, PATIENCE_MS) || now_ms() - begin > PATIENCE_MS)
			fail("the keys have no answer");
	}
	return terminal->last_output - begin;
}

static int busy(size_t count, char **argv)
{
	static double times[RUNS_MAX];
	Terminal terminal;
	terminal_open(&terminal, argv + 5);
	settle(&terminal);
	type(&terminal, argv[0], strlen(argv[0]));
	(void)press_until(&terminal, "\r", "Ctrl-C stops");
	for (size_t i = 0; i < count; i++) {
		char **key = argv + 1 + 2 * (i % 2);
		times[i] = press_until(&terminal, key[0], key[1]);
	}
	const long kib = rss_anon(terminal.pid);
	const double cancel = press_until(&terminal, "\003", "cancelled");
	const double middle = median(times, count);
	(void)printf("%.3f %.3f %.3f %ld\n", middle, times[count - 1], cancel, kib);
	terminal_close(&terminal);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	const size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	const bool counted = count > 0 && count <= RUNS_MAX;
	if (argc > 4 && counted && strcmp(what, "start") == 0)
		return start(count, argv[3], argv + 4);
	if (argc > 3 && counted && strcmp(what, "page") == 0)
		return page(count, argv + 3);
	if (argc > 4 && count > 0 && strcmp(what, "queue") == 0)
		return queue(count, argv[3], argv + 4);
	if (argc > 4 && count > 0 && strcmp(what, "type") == 0)
		return type_and_undo(count, argv[3], argv + 4);
	if (argc > 8 && counted && strcmp(what, "busy") == 0)
		return busy(count, argv + 3);
	(void)fprintf(stderr, "usage: see the head of tests/bench/pty.c\n");
	return 2;
}
