/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A file is replaced while another process, which has it open, writes a counter into it
 * in a loop. The other one rests only from the last look at the old file on: what it
 * wrote before is in the new file, or the replacing is refused.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sample.h"
#include "storage/replace_file.h"

enum {
	MS_MAX = 300
};

typedef struct {
	_Atomic uint64_t written;
	atomic_bool rest, rests, stop;
	atomic_int fd;
} Shared;

static Shared *shared;
static Sample sample;
static pid_t other;

/* ---- The clock, and the last look ---- */

static int frozen; /* so many times the clock stands still at the time of the file */

int clock_gettime(clockid_t clock, struct timespec *now)
{
	struct stat st;
	if (clock != CLOCK_REALTIME_COARSE || frozen == 0)
		return (int)syscall(SYS_clock_gettime, clock, now);
	(void)fstat(sample.fd, &st);
	*now = st.st_mtim;
	if (--frozen == 0) /* written in the last moment of the tick */
		sample_write(&sample, 0, "last", 4);
	return 0;
}

static void let_rest(void)
{
	atomic_store(&shared->rest, true);
	while (other > 0 && !atomic_load(&shared->rests))
		;
}

/* When the names are exchanged the old file has the temporary one. */
int fstatat(int folder, const char *name, struct stat *st, int flags)
{
	if (strncmp(name, ".mhex-", 6) == 0)
		let_rest();
	return (int)syscall(SYS_newfstatat, folder, name, st, flags);
}

/* ---- The other process ---- */

static void hammer(void)
{
	unsigned random = 1;
	while (!atomic_load(&shared->stop)) {
		if (atomic_load(&shared->rest)) {
			atomic_store(&shared->rests, true);
			continue;
		}
		atomic_store(&shared->rests, false);
		const uint64_t next = atomic_load(&shared->written) + 1;
		(void)!pwrite(atomic_load(&shared->fd), &next, sizeof(next), 0);
		atomic_store(&shared->written, next);
		random = random * 1103515245U + 12345;
		const unsigned pause = random >> 16 & 7 ? 100 : 400000;
		for (volatile unsigned i = 0; i < pause; i++)
			;
	}
}

static void set_up(void)
{
	frozen = 0;
	other = 0;
	sample_make(&sample, 8);
	sample_write(&sample, 0, &(uint64_t){0}, 8);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert(ne(ptr, (void *)shared, MAP_FAILED));
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(replace_hammer, .init = set_up, .fini = tear_down, .timeout = 100);

static uint64_t now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A new file with what the old one holds. *copied: the counter. */
static MhexStatus replace(uint64_t *copied, MhexError *err)
{
	ReplaceFile *file = NULL;
	MhexStatus status = replace_file_open(&file, sample.path, sample.fd, 8, err);
	if (status)
		return status;
	cr_assert(eq(long, (long)pread(sample.fd, copied, 8, 0), 8));
	cr_assert(eq(long, (long)pwrite(replace_file_fd(file), copied, 8, 0), 8));
	return replace_file_commit(file, err);
}

Test(replace_hammer, loses_no_write_unnoticed)
{
	const uint64_t end = now_ms() + MS_MAX;
	unsigned replaced = 0, refused = 0;
	MhexError err = {0};
	const pid_t parent = getpid();
	/* The child keeps the old file, whatever is done to its name. */
	atomic_store(&shared->fd, sample.fd);
	other = fork();
	if (other == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			hammer();
		_exit(0);
	}

	while (now_ms() < end && replaced == 0) {
		uint64_t copied = 0;
		const MhexStatus status = replace(&copied, &err);
		if (status) {
			cr_assert(eq(int, (int)status, MHEX_E_CONFLICT), "%s",
				  err.message);
			refused++;
		} else {
			cr_expect(eq(u64, copied, atomic_load(&shared->written)));
			replaced++;
		}
		atomic_store(&shared->rest, false);
	}

	atomic_store(&shared->stop, true);
	(void)waitpid(other, NULL, 0);
	(void)fprintf(stderr, "%u times refused, then %s\n", refused,
		      replaced ? "replaced" : "time was up");
}

Test(replace_hammer, a_write_in_the_tick_of_the_last_one_is_waited_for)
{
	uint64_t copied = 0;
	MhexError err = {0};
	frozen = 3;

	const MhexStatus status = replace(&copied, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(zero(int, frozen), "the clock went on before it was looked at");
	cr_expect(zero(int, memcmp(&copied, "last", 4)));
}
