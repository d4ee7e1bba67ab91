/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faults/case.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/runner.h"

enum {
	ARGUMENTS_MAX = 24,
	ENVIRONMENT_MAX = 8,
};

CaseAccess access_now = ONCE;
Screen *screen;
char *batch_said;

static char plan_text[256] = "MHEX_FAULTS=";
static bool faulty;
static const char *environment[ENVIRONMENT_MAX + 1];

/* --- the end of a run --- */

static void __attribute__((noreturn)) end(int status)
{
	(void)fflush(stdout);
	screen_close(screen); /* or it would live on until its terminal is gone */
	_exit(status);
}

void case_fail(const char *file, int line, const char *format, ...)
{
	va_list rest;
	va_start(rest, format);
	(void)printf("%s:%d: ", strrchr(file, '/') ? strrchr(file, '/') + 1 : file, line);
	(void)vprintf(format, rest);
	(void)printf("\n");
	va_end(rest);
	end(RUN_FAILED);
}

void case_skip(const char *format, ...)
{
	va_list rest;
	va_start(rest, format);
	(void)vprintf(format, rest);
	va_end(rest);
	end(RUN_SKIPPED);
}

/* --- mhex on a terminal --- */

const char *case_screen(void)
{
	static char text[CASE_ROWS * CASE_COLS * 4];
	if (!screen)
		return "";
	(void)snprintf(text, sizeof(text), "\n%s", screen_text(screen));
	return text;
}

void with_faults(const char *plan)
{
	faulty = true;
	(void)snprintf(plan_text, sizeof(plan_text), "MHEX_FAULTS=%s", plan);
	with_environment(plan_text);
}

void with_environment(const char *text)
{
	size_t i = 0;
	while (environment[i] && environment[i] != text)
		i++;
	if (i < ENVIRONMENT_MAX)
		environment[i] = text;
}

void share_state(void)
{
	static char variable[TEMP_PATH_SIZE + 32];
	char *folder = getcwd(NULL, 0);
	(void)snprintf(variable, sizeof(variable), "XDG_STATE_HOME=%s/state", folder);
	free(folder);
	(void)mkdir("state", 0700);
	with_environment(variable);
}

static const char *program(void)
{
	return faulty ? MHEX_FAULTY : MHEX_PROGRAM;
}

static const char *access_option(void)
{
	switch (access_now) {
	case VIEW:
		return "--view";
	case LIVE:
		return "--live";
	default:
		return "--preview";
	}
}

void start_mhex(const char *path, const char *const options[])
{
	const char *argv[ARGUMENTS_MAX] = {program(), "--clean", "--set=nohint",
					   access_option()};
	size_t count = 4;
	for (size_t i = 0; options && options[i] && count < ARGUMENTS_MAX - 3; i++)
		argv[count++] = options[i];
	if (path) {
		argv[count++] = "--";
		argv[count] = path;
	}
	screen_close(screen);
	screen = screen_open_with(CASE_ROWS, CASE_COLS, (char *const *)argv, environment);
}

void open_file(const char *path)
{
	static const char *const words[] = {
		[VIEW] = "VIEW", [PREVIEW] = "PREVIEW", [LIVE] = "LIVE"};
	start_mhex(path, NULL);
	SEE("0x00000000");
	if (access_now != ONCE)
		SEE(words[access_now]);
}

void expect_alive(void)
{
	KEYS("<Esc><Esc>:still there");
	SEE(":still there");
	KEYS("<Esc><Esc>");
	SEE_NO(":still there");
}

void expect_quits(void)
{
	KEYS("<Esc><Esc>:quit!<Enter>");
	expect_ends(0);
	EXPECT(screen_is_cooked(screen));
	EXPECT(!screen_mode(screen, "1049"));
	EXPECT(!screen_mode(screen, "2004"));
}

void expect_ends(int status)
{
	const int got = screen_wait_exit(screen);
	if (got != status)
		FAIL("ended with %d, not %d%s", got, status, case_screen());
}

void wait_stopped(void)
{
	int status = 0;
	/* What it draws meanwhile fills no buffer. */
	MUST(waitpid(screen_pid(screen), &status, WUNTRACED));
	if (!WIFSTOPPED(status))
		FAIL("it ended (%#x) and did not stop%s", (unsigned)status,
		     case_screen());
}

void go_on(void)
{
	MUST(kill(screen_pid(screen), SIGCONT));
}

/* --- mhex without one --- */

static void become_batch(const char *const arguments[])
{
	const char *argv[ARGUMENTS_MAX] = {program(), "--batch", "--clean",
					   access_option()};
	for (size_t i = 0; arguments[i] && i + 5 < ARGUMENTS_MAX; i++)
		argv[i + 4] = arguments[i];
	for (size_t i = 0; environment[i]; i++) {
		if (strchr(environment[i], '='))
			(void)putenv((char *)environment[i]);
		else
			(void)unsetenv(environment[i]);
	}
	(void)execv(argv[0], (char *const *)argv);
	perror(argv[0]);
	_exit(127);
}

int batch(const char *const arguments[])
{
	int ends[2];
	int status = 0;
	MUST(pipe2(ends, O_CLOEXEC));
	(void)fflush(stdout);
	const pid_t child = fork();
	MUST(child);
	if (child == 0) {
		const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
		(void)dup2(nothing, STDIN_FILENO);
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)dup2(ends[1], STDERR_FILENO);
		become_batch(arguments);
	}
	(void)close(ends[1]);
	size_t length = 0;
	free(batch_said);
	batch_said = malloc(1 << 20);
	for (;;) {
		const ssize_t got =
			read(ends[0], batch_said + length, (1 << 20) - 1 - length);
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	batch_said[length] = '\0';
	(void)close(ends[0]);
	MUST(waitpid(child, &status, 0));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* --- files --- */

uint8_t counting(uint64_t offset)
{
	return (uint8_t)(offset % 251 + 1); /* never 0 */
}

void make_file(const char *path, size_t size)
{
	uint8_t *bytes = malloc(size + 1);
	for (size_t i = 0; i < size; i++)
		bytes[i] = counting(i);
	temp_file_write(path, bytes, size);
	free(bytes);
}

void make_text(const char *path, const char *text)
{
	temp_file_write(path, text, strlen(text));
}

void case_expect_bytes(const char *file, int line, const char *path, const char *bytes,
		       size_t length)
{
	size_t size = 0;
	char *got = temp_file_read(path, &size);
	if (!got)
		case_fail(file, line, "%s: %s%s", path, strerror(errno), case_screen());
	size_t i = 0;
	while (i < size && i < length && got[i] == bytes[i])
		i++;
	if (size != length || i < length)
		case_fail(file, line, "%s: %zu bytes, not %zu; other from 0x%zx on%s",
			  path, size, length, i, case_screen());
	free(got);
}

void case_expect_counting(const char *file, int line, const char *path, size_t size,
			  size_t offset, const char *bytes, size_t length)
{
	uint8_t *want = malloc(size + 1);
	for (size_t i = 0; i < size; i++)
		want[i] = counting(i);
	memcpy(want + offset, bytes, length);
	case_expect_bytes(file, line, path, (const char *)want, size);
	free(want);
}

uint64_t file_size(const char *path)
{
	struct stat st;
	MUST(stat(path, &st));
	return (uint64_t)st.st_size;
}

void poke(const char *path, uint64_t offset, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	MUST(fd);
	MUST(pwrite(fd, text, strlen(text), (off_t)offset));
	(void)close(fd);
}

void poke_mapped(const char *path, uint64_t offset, const char *text)
{
	const int fd = open(path, O_RDWR | O_CLOEXEC);
	MUST(fd);
	const uint64_t begin = offset - offset % PAGE;
	char *map = mmap(NULL, 2 * (size_t)PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 (off_t)begin);
	if (map == MAP_FAILED)
		FAIL("mmap: %s", strerror(errno));
	memcpy(map + (offset - begin), text, strlen(text));
	(void)munmap(map, 2 * (size_t)PAGE);
	(void)close(fd);
}

void expect_folder(const char *path, const char *names)
{
	char command[512];
	char got[1024] = "";
	(void)snprintf(command, sizeof(command),
		       "cd '%s' && ls -A | LC_ALL=C sort | xargs", path);
	FILE *list = popen(command, "re");
	if (!list || !fgets(got, sizeof(got), list))
		FAIL("%s: cannot be listed", path);
	(void)pclose(list);
	got[strcspn(got, "\n")] = '\0';
	if (strcmp(got, names) != 0)
		FAIL("%s holds '%s', not '%s'", path, got, names);
}
