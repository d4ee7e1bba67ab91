/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Jobs under ThreadSanitizer. No Criterion: it puts its memory where the sanitizer has
 * its own. What is to be seen here is seen by the sanitizer; the checks only make sure
 * that the work was done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/job.h"

enum {
	JOBS = 8,
	ROUNDS = 50,
	TURNS = 2000,
};

static void check(bool condition, const char *what)
{
	if (condition)
		return;
	(void)fprintf(stderr, "not so: %s\n", what);
	exit(1);
}

typedef struct {
	JobLock *lock;
	uint64_t results; /* the lock's */
	uint64_t plain;   /* the worker's until it has been joined */
} Work;

static MhexStatus work(Job *job, void *context, MhexError *err)
{
	Work *work = context;
	for (uint64_t i = 0; i < TURNS; i++) {
		if (job_cancelled(job))
			return mhex_fail(err, MHEX_E_CANCELLED, "after %d turns", (int)i);
		job_lock(work->lock);
		work->results++;
		job_unlock(work->lock);
		work->plain++;
		job_progress(job, i, TURNS);
		if (i % 100 == 0)
			job_wake(job);
	}
	return job_commit(job) ? MHEX_OK : MHEX_E_CANCELLED;
}

/* Look at a job as the loop does, and cancel it in some rounds. */
static void look_at(Job *job, Work *owned, int round)
{
	uint64_t done = 0;
	uint64_t total = 0;
	for (int i = 0; i < 100 && !job_done(job); i++) {
		job_get_progress(job, &done, &total);
		(void)job_committed(job);
		job_lock(owned->lock);
		check(owned->results <= (uint64_t)JOBS * ROUNDS * TURNS, "results");
		job_unlock(owned->lock);
		if (round % 3 == 0 && i == 50)
			job_cancel(job);
	}
}

static void run_round(JobLock *lock, int wake, int round)
{
	Job *jobs[JOBS];
	Work works[JOBS];
	for (int i = 0; i < JOBS; i++) {
		works[i] = (Work){.lock = lock};
		check(!job_start(&jobs[i], work, &works[i], wake, NULL), "started");
	}
	for (int i = 0; i < JOBS; i++)
		look_at(jobs[i], &works[i], round);
	job_wake_clear(wake);
	for (int i = 0; i < JOBS; i++) {
		MhexError err = {0};
		const MhexStatus status = job_wait(jobs[i], &err);
		const bool committed = job_committed(jobs[i]);
		check(job_done(jobs[i]), "ended");
		check(job_finish(jobs[i], NULL) == status, "the status stays");
		check(committed == (status == MHEX_OK), "committed or cancelled");
		check(works[i].plain == works[i].results, "seen after the join");
		check(status || works[i].plain == TURNS, "all turns");
	}
}

int main(void)
{
	JobLock *lock = job_lock_new();
	const int wake = job_wake_open();
	check(lock && wake >= 0, "set up");
	for (int round = 0; round < ROUNDS; round++)
		run_round(lock, wake, round);
	(void)close(wake);
	job_lock_free(lock);
	return 0;
}
