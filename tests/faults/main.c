/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * faults [-j JOBS] [-l] [WORD]...
 *
 * Puts mhex under every fault of the tables, in every access that a fault applies to, and
 * prints one line for each case; with WORDs only cases whose name has one. At the end
 * "N passed, N failed, N skipped". Fails when a case fails, or when fewer pass than
 * FAULTS_PASSED, those skipped for a reason of the machine counted in.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults/case.h"
#include "faults/runner.h"

enum {
	JOBS_MAX = 32,
	CASES_MAX = 512,
	OUTPUT_MAX = 16384,
	SECONDS_MAX = 90, /* for one run */
	ACCESSES = 4,
};

typedef struct {
	const FaultCase *row;
	int results[ACCESSES]; /* -1: not to be run, or not yet */
	unsigned left;         /* runs that have not ended */
	char *said[ACCESSES];
	double seconds;
} Case;

typedef struct {
	pid_t pid; /* 0: free */
	Case *of;
	size_t access;
	TempFile folder;
	FILE *output;
	double begin;
} Run;

static const FaultCase *const tables[] = {
	outside_cases, edited_cases, saving_cases, disk_cases,     injected_cases,
	limit_cases,   file_cases,   name_cases,   terminal_cases, input_cases,
	fuse_cases,    device_cases, crash_cases,  state_cases,    decide_cases,
};
static const char *const access_names[ACCESSES] = {"view", "preview", "live", "once"};

static Case cases[CASES_MAX];
static size_t case_count;
static Run runs[JOBS_MAX];
static size_t jobs;
static bool mounts_work;

static double now(void)
{
	struct timespec time;
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool try_mounts(void)
{
	int status = -1;
	const pid_t child = fork();
	if (child == 0)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : 1);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* --- one run --- */

/* Where the run works, and where all else that it makes goes. */
static bool enter_folders(const TempFile *folder)
{
	char tmp[TEMP_PATH_SIZE + 8];
	(void)snprintf(tmp, sizeof(tmp), "%s/tmp", folder->path);
	return chmod(folder->path, 0711) == 0 && chdir(folder->path) == 0 &&
	       mkdir("tmp", 0700) == 0 && chmod("tmp", 01777) == 0 &&
	       mkdir("work", 0700) == 0 && chdir("work") == 0 &&
	       setenv("TMPDIR", tmp, 1) == 0 && setenv("HOME", tmp, 1) == 0;
}

static void __attribute__((noreturn)) be_run(const Run *run)
{
	/* In a group of its own, so that all it started can be ended with it. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (dup2(fileno(run->output), STDOUT_FILENO) < 0 ||
	    dup2(STDOUT_FILENO, STDERR_FILENO) < 0 || !enter_folders(&run->folder))
		_exit(RUN_FAILED);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)unsetenv("XDG_STATE_HOME");
	(void)unsetenv("XDG_CONFIG_HOME");
	access_now = (CaseAccess)(1U << run->access);
	run->of->row->run();
	(void)fflush(stdout);
	screen_close(screen);
	_exit(RUN_PASSED);
}

static void begin_run(Run *run, Case *of, size_t access)
{
	*run = (Run){.of = of, .access = access, .begin = now()};
	temp_folder_make(&run->folder);
	run->output = tmpfile();
	(void)fflush(stdout);
	run->pid = run->output ? fork() : -1;
	if (run->pid < 0) {
		perror("faults");
		exit(RUN_FAILED);
	}
	if (run->pid == 0)
		be_run(run);
}

/* Only for the reason that the row gives, and only where that is so: namespaces are
 * looked at here once more. */
static bool may_be_skipped(const FaultCase *row, int result)
{
	return result == RUN_SKIPPED && row->needs &&
	       !(mounts_work && strcmp(row->needs, NEEDS_MOUNTS) == 0);
}

static char *read_output(FILE *output)
{
	char *text = calloc(1, OUTPUT_MAX);
	rewind(output);
	(void)!fread(text, 1, OUTPUT_MAX - 1, output);
	(void)fclose(output);
	return text;
}

static void end_run(Run *run, int status)
{
	Case *of = run->of;
	int result = WIFEXITED(status) ? WEXITSTATUS(status) : RUN_FAILED;
	if (result != RUN_PASSED && !may_be_skipped(of->row, result))
		result = RUN_FAILED;
	of->said[run->access] = read_output(run->output);
	of->results[run->access] = result;
	of->seconds += now() - run->begin;
	of->left--;
	(void)kill(-run->pid, SIGKILL); /* what it left running */
	temp_folder_remove(&run->folder);
	run->pid = 0;
}

/* --- all of them --- */

static void print_case(const Case *of)
{
	bool failed = false;
	bool skipped = false;
	for (size_t i = 0; i < ACCESSES; i++) {
		failed = failed || of->results[i] == RUN_FAILED;
		skipped = skipped || of->results[i] == RUN_SKIPPED;
	}
	(void)printf("%-6s %s",
		     failed    ? "FAILED"
		     : skipped ? "skip"
			       : "ok",
		     of->row->name);
	if (!(of->row->accesses & ONCE)) {
		const char *sign = " (";
		for (size_t i = 0; i < ACCESSES; i++) {
			if (!(of->row->accesses & 1U << i))
				continue;
			(void)printf("%s%s", sign, access_names[i]);
			sign = ", ";
		}
		(void)printf(")");
	}
	const char *before = "";
	for (size_t i = 0; i < ACCESSES; i++) {
		const char *said = of->said[i];
		if (!said || of->results[i] == RUN_PASSED || strcmp(said, before) == 0)
			continue;
		if (of->results[i] == RUN_SKIPPED)
			(void)printf(": %s", said);
		else
			(void)printf("\n    %s: %s", access_names[i], said);
		before = said;
	}
	(void)printf("\n");
	(void)fflush(stdout);
}

/* The next run that is due; false when all have begun. */
static bool next_run(size_t *index, size_t *access)
{
	for (; *index < case_count; ++*index, *access = 0) {
		while (*access < ACCESSES) {
			const size_t i = (*access)++;
			if (cases[*index].row->accesses & 1U << i) {
				*access = i + 1;
				return true;
			}
		}
	}
	return false;
}

/* False when none is running. */
static bool wait_one(void)
{
	size_t running = 0;
	for (size_t i = 0; i < jobs; i++) {
		int status = 0;
		if (runs[i].pid == 0)
			continue;
		running++;
		if (now() - runs[i].begin > SECONDS_MAX)
			(void)kill(-runs[i].pid, SIGKILL);
		if (waitpid(runs[i].pid, &status, WNOHANG) != runs[i].pid)
			continue;
		Case *of = runs[i].of;
		end_run(&runs[i], status);
		if (of->left == 0)
			print_case(of);
	}
	if (running > 0)
		(void)poll(NULL, 0, 2);
	return running > 0;
}

static Run *free_place(void)
{
	for (;;) {
		for (size_t i = 0; i < jobs; i++) {
			if (runs[i].pid == 0)
				return &runs[i];
		}
		(void)wait_one();
	}
}

static void run_all(void)
{
	size_t index = 0;
	size_t access = 0;
	while (next_run(&index, &access))
		begin_run(free_place(), &cases[index], access - 1);
	while (wait_one())
		;
}

static int sum_up(bool all)
{
	unsigned passed = 0;
	unsigned failed = 0;
	unsigned skipped = 0;
	for (size_t i = 0; i < case_count; i++) {
		int worst = RUN_PASSED;
		for (size_t j = 0; j < ACCESSES; j++) {
			const int result = cases[i].results[j];
			if (result == RUN_FAILED ||
			    (result == RUN_SKIPPED && worst == RUN_PASSED))
				worst = result;
		}
		passed += worst == RUN_PASSED;
		failed += worst == RUN_FAILED;
		skipped += worst == RUN_SKIPPED;
	}
	(void)printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	if (all && passed + skipped < FAULTS_PASSED) {
		(void)printf("fewer than the %u that are committed\n",
			     (unsigned)FAULTS_PASSED);
		return RUN_FAILED;
	}
	return failed ? RUN_FAILED : RUN_PASSED;
}

static bool is_wanted(const FaultCase *row, char *const words[])
{
	for (size_t i = 0; words[i]; i++) {
		if (strstr(row->name, words[i]))
			return true;
	}
	return !words[0];
}

static void collect(char *const words[])
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const FaultCase *row = tables[i]; row->name; row++) {
			if (!is_wanted(row, words) || case_count == CASES_MAX)
				continue;
			Case *of = &cases[case_count++];
			of->row = row;
			for (size_t j = 0; j < ACCESSES; j++) {
				of->results[j] = -1;
				of->left += row->accesses >> j & 1U;
			}
		}
	}
}

int main(int argc, char *argv[])
{
	bool lists = false;
	int option = 0;
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	/* Most of a run is waiting. */
	jobs = processors > 0 && processors < JOBS_MAX / 3 ? 3 * (size_t)processors
							   : JOBS_MAX;
	while ((option = getopt(argc, argv, "j:l")) != -1) {
		if (option == 'j')
			jobs = strtoul(optarg, NULL, 10);
		else if (option == 'l')
			lists = true;
		else
			return 2;
	}
	if (jobs < 1 || jobs > JOBS_MAX)
		jobs = JOBS_MAX;
	collect(argv + optind);
	for (size_t i = 0; lists && i < case_count; i++)
		(void)printf("%s\n", cases[i].row->name);
	if (lists)
		return 0;
	mounts_work = try_mounts();
	run_all();
	return sum_up(optind == argc);
}
