/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_alternate RUNS[:MIB] COMMAND... :: COMMAND...
 *
 * Runs two commands in turn, RUNS times each after one unmeasured run of both, so
 * that whatever else the machine does hits both alike. Prints the two medians
 * of the time from start to exit in milliseconds, and the largest RssAnon that was
 * seen of the first command, in KiB:
 *
 *   4.312 4.207 1180
 *
 * With :MIB so much memory is touched and given back before each run. A virtual machine
 * whose host takes free memory back pays for the first touch of each page, several times
 * the price of copying it, and which of the two commands pays would be chance.
 *
 * One command alone (no "::") is measured against nothing: "4.312 0 1180".
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	RUNS_MAX = 1000,
	SAMPLE_MS = 5
};

static double now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* KiB, 0 when the process has none (it is gone). */
static long rss_anon(pid_t pid)
{
	char path[64];
	char line[256];
	long kib = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "r");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = strtol(line + 8, NULL, 10);
	(void)fclose(file);
	return kib;
}

static void run_child(char *const *argv)
{
	const int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		_exit(127);
	(void)execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* With peak the process is looked at while it runs; without, it is only waited for. */
static double run(char *const *argv, long *peak)
{
	const double begin = now_ms();
	const pid_t pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (pid == 0)
		run_child(argv);

	int status = 0;
	while (peak && waitpid(pid, &status, WNOHANG) == 0) {
		const struct timespec pause = {.tv_nsec = SAMPLE_MS * 1000000L};
		const long kib = rss_anon(pid);
		*peak = kib > *peak ? kib : *peak;
		(void)nanosleep(&pause, NULL);
	}
	while (!peak && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	const double end = now_ms();
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		(void)fprintf(stderr, "bench_alternate: %s failed\n", argv[0]);
		exit(1);
	}
	return end - begin;
}

static void warm(size_t mib)
{
	const size_t size = mib << 20;
	char *memory = size ? malloc(size) : NULL;
	if (!memory)
		return;
	for (size_t at = 0; at < size; at += 4096)
		((volatile char *)memory)[at] = 1;
	free(memory);
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

int main(int argc, char **argv)
{
	static double first[RUNS_MAX];
	static double second[RUNS_MAX];
	char *end = NULL;
	const long runs = argc > 2 ? strtol(argv[1], &end, 10) : 0;
	const size_t mib = end && *end == ':' ? strtoul(end + 1, NULL, 10) : 0;
	if (runs < 1 || runs > RUNS_MAX) {
		(void)fprintf(stderr, "usage: bench_alternate RUNS[:MIB] COMMAND... :: "
				      "COMMAND...\n");
		return 2;
	}
	char **other = NULL;
	for (int i = 2; i < argc && !other; i++) {
		if (strcmp(argv[i], "::") != 0)
			continue;
		argv[i] = NULL;
		other = argv + i + 1;
	}

	long peak = 0;
	(void)run(argv + 2, &peak);
	if (other)
		(void)run(other, NULL);
	for (long i = 0; i < runs; i++) {
		warm(mib);
		first[i] = run(argv + 2, NULL);
		warm(mib);
		second[i] = other ? run(other, NULL) : 0;
	}
	(void)printf("%.3f %.3f %ld\n", median(first, (size_t)runs),
		     median(second, (size_t)runs), peak);
	return 0;
}
