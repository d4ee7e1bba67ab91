/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/job.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int wake;

static void set_up(void)
{
	wake = job_wake_open();
	cr_assert(ge(int, wake, 0));
}

static void tear_down(void)
{
	(void)close(wake);
}

TestSuite(job, .init = set_up, .fini = tear_down, .timeout = 100);

static bool is_woken(int timeout_ms)
{
	struct pollfd ready = {.fd = wake, .events = POLLIN};
	return poll(&ready, 1, timeout_ms) == 1;
}

static Job *start(JobRun run, void *context)
{
	Job *job = NULL;
	MhexError err = {0};
	cr_assert(zero(int, (int)job_start(&job, run, context, wake, &err)), "%s",
		  err.message);
	return job;
}

static MhexStatus add_one(Job *job, void *context, MhexError *err)
{
	(void)job;
	(void)err;
	++*(int *)context;
	return MHEX_OK;
}

Test(job, runs_and_wakes_at_its_end)
{
	int value = 1;
	MhexError err = {0};
	Job *job = start(add_one, &value);

	cr_expect(is_woken(10000));
	while (!job_done(job))
		(void)is_woken(10);
	const MhexStatus status = job_finish(job, &err);

	cr_expect(zero(int, (int)status));
	cr_expect(eq(int, value, 2));
	job_wake_clear(wake);
	cr_expect(not(is_woken(0)));
	job_wake_clear(wake); /* nothing to swallow: does not wait */
}

static MhexStatus fail(Job *job, void *context, MhexError *err)
{
	(void)job;
	(void)context;
	return mhex_fail(err, MHEX_E_CONFLICT, "somebody was faster");
}

Test(job, reports_what_it_returned)
{
	MhexError waited = {0};
	MhexError err = {0};
	Job *job = start(fail, NULL);

	const MhexStatus first = job_wait(job, &waited);
	const MhexStatus again = job_wait(job, NULL);
	const MhexStatus status = job_finish(job, &err);

	cr_expect(eq(int, (int)first, (int)MHEX_E_CONFLICT));
	cr_expect(eq(int, (int)again, (int)MHEX_E_CONFLICT));
	cr_expect(eq(int, (int)status, (int)MHEX_E_CONFLICT));
	cr_expect(zero(int, strcmp(waited.message, "somebody was faster")));
	cr_expect(zero(int, strcmp(err.message, "somebody was faster")));
}

static MhexStatus wait_for_cancel(Job *job, void *context, MhexError *err)
{
	uint64_t turns = 0;
	(void)context;
	while (!job_cancelled(job))
		job_progress(job, ++turns, UINT64_MAX);
	return job_commit(job) ? MHEX_OK : mhex_fail(err, MHEX_E_CANCELLED, "cancelled");
}

Test(job, can_be_cancelled)
{
	Job *job = start(wait_for_cancel, NULL);
	cr_expect(is_woken(10000), "by its progress");
	cr_expect(not(job_done(job)));

	job_cancel(job);
	job_cancel(job);
	const MhexStatus status = job_finish(job, NULL);

	cr_expect(eq(int, (int)status, (int)MHEX_E_CANCELLED));
}

/* What the tests and their workers tell each other. */
typedef struct {
	atomic_bool committed, go_on;
	bool was_cancelled;
} Talk;

static MhexStatus commit_and_go_on(Job *job, void *context, MhexError *err)
{
	Talk *talk = context;
	(void)err;
	const bool first = job_commit(job);
	const bool again = job_commit(job);
	atomic_store(&talk->committed, true);
	job_wake(job);
	while (!atomic_load(&talk->go_on)) {
	}
	talk->was_cancelled = job_cancelled(job);
	return first && again ? MHEX_OK : MHEX_E_CANCELLED;
}

Test(job, cannot_be_cancelled_when_it_only_goes_forward)
{
	Talk talk = {0};
	Job *job = start(commit_and_go_on, &talk);
	while (!atomic_load(&talk.committed))
		(void)is_woken(10);

	cr_expect(job_committed(job));
	job_cancel(job);
	cr_expect(job_committed(job));
	atomic_store(&talk.go_on, true);
	const MhexStatus status = job_finish(job, NULL);

	cr_expect(zero(int, (int)status));
	cr_expect(not(talk.was_cancelled));
}

static MhexStatus count_up(Job *job, void *context, MhexError *err)
{
	Talk *talk = context;
	(void)err;
	for (uint64_t i = 1; i <= 100000; i++)
		job_progress(job, i, 100000);
	atomic_store(&talk->committed, true);
	while (!atomic_load(&talk->go_on)) {
	}
	return MHEX_OK;
}

Test(job, tells_its_progress_but_wakes_seldom)
{
	Talk talk = {0};
	uint64_t done = 0;
	uint64_t total = 0;
	uint64_t wakes = 0;
	Job *job = start(count_up, &talk);
	while (!atomic_load(&talk.committed)) {
	}

	job_get_progress(job, &done, &total);
	cr_expect(eq(u64, done, 100000));
	cr_expect(eq(u64, total, 100000));
	cr_assert(eq(long, (long)read(wake, &wakes, sizeof(wakes)), 8L));
	cr_expect(ge(u64, wakes, 1));
	cr_expect(le(u64, wakes, 1000), "%llu", (unsigned long long)wakes);
	atomic_store(&talk.go_on, true);
	(void)job_finish(job, NULL);
}

static MhexStatus just_wake(Job *job, void *context, MhexError *err)
{
	Talk *talk = context;
	(void)err;
	job_wake(job);
	while (!atomic_load(&talk->go_on)) {
	}
	return MHEX_OK;
}

Test(job, wakes_when_results_are_there)
{
	Talk talk = {0};
	Job *job = start(just_wake, &talk);

	cr_expect(is_woken(10000));
	cr_expect(not(job_done(job)));
	atomic_store(&talk.go_on, true);
	(void)job_finish(job, NULL);
}

Test(job, needs_nobody_to_wake)
{
	int value = 0;
	Job *job = NULL;
	cr_assert(zero(int, (int)job_start(&job, add_one, &value, -1, NULL)));

	cr_expect(zero(int, (int)job_finish(job, NULL)));
	cr_expect(eq(int, value, 1));
	cr_expect(not(is_woken(0)));
}

Test(job, work_without_a_thread_is_never_cancelled)
{
	job_progress(NULL, 1, 2);
	job_wake(NULL);

	cr_expect(not(job_cancelled(NULL)));
	cr_expect(job_commit(NULL));
}

/* ---- Many at once ---- */

enum {
	JOBS = 16,
	TURNS = 1000,
};

typedef struct {
	JobLock *lock;
	uint64_t count; /* the lock's */
} Shared;

static MhexStatus count_under_lock(Job *job, void *context, MhexError *err)
{
	Shared *shared = context;
	(void)err;
	for (int i = 0; i < TURNS; i++) {
		job_lock(shared->lock);
		shared->count++;
		job_unlock(shared->lock);
		job_progress(job, (uint64_t)i, TURNS);
	}
	return MHEX_OK;
}

Test(job, many_share_a_lock_and_a_wake)
{
	Shared shared = {.lock = job_lock_new()};
	Job *jobs[JOBS];
	cr_assert(ne(ptr, shared.lock, NULL));
	for (int i = 0; i < JOBS; i++)
		jobs[i] = start(count_under_lock, &shared);

	for (int i = 0; i < JOBS; i++)
		cr_expect(zero(int, (int)job_finish(jobs[i], NULL)));

	cr_expect(eq(u64, shared.count, (uint64_t)JOBS * TURNS));
	cr_expect(is_woken(0));
	job_lock_free(shared.lock);
	job_lock_free(NULL);
}

static MhexStatus measure_stack(Job *job, void *context, MhexError *err)
{
	pthread_attr_t attributes;
	(void)job;
	(void)err;
	(void)pthread_getattr_np(pthread_self(), &attributes);
	(void)pthread_attr_getstacksize(&attributes, context);
	(void)pthread_attr_destroy(&attributes);
	return MHEX_OK;
}

Test(job, stacks_are_small)
{
	size_t size = 0;
	Job *job = start(measure_stack, &size);

	(void)job_finish(job, NULL);

	cr_expect(lt(sz, 0, size));
	cr_expect(le(sz, size, (size_t)256 << 10));
}

typedef struct {
	JobLock *lock;
	unsigned turn; /* under the lock */
} Turns;

/* Waits for the odd numbers and answers with even ones. */
static MhexStatus answer(Job *job, void *context, MhexError *err)
{
	Turns *turns = context;
	(void)job;
	(void)err;
	job_lock(turns->lock);
	for (unsigned turn = 1; turn < TURNS; turn += 2) {
		while (turns->turn != turn)
			job_lock_wait(turns->lock);
		turns->turn++;
		job_lock_wake(turns->lock);
	}
	job_unlock(turns->lock);
	return MHEX_OK;
}

Test(job, threads_wait_for_each_other)
{
	Turns turns = {.lock = job_lock_new()};
	Job *job = start(answer, &turns);
	job_lock(turns.lock);
	for (unsigned turn = 0; turn + 1 < TURNS; turn += 2) {
		turns.turn++;
		job_lock_wake(turns.lock);
		while (turns.turn != turn + 2)
			job_lock_wait(turns.lock);
	}
	job_unlock(turns.lock);

	cr_expect(zero(int, (int)job_finish(job, NULL)));
	job_lock_free(turns.lock);
}

Test(job, counts_the_processors_it_may_use)
{
	cpu_set_t one;
	cr_expect(le(uint, 1, job_processors()));
	cr_assert(zero(int, sched_getaffinity(0, sizeof(one), &one)));
	int first = 0;
	while (!CPU_ISSET(first, &one))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	cr_assert(zero(int, sched_setaffinity(0, sizeof(one), &one)));

	cr_expect(eq(uint, job_processors(), 1));
}
