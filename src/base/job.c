/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/job.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	STACK_SIZE = 256 << 10,       /* bytes */
	WAKE_INTERVAL_MS = 1000 / 20, /* between two wakes for progress */
};

typedef enum {
	JOB_RUNNING,
	JOB_CANCELLED,
	JOB_COMMITTED,
} JobState;

struct Job {
	pthread_t thread;
	JobRun run;
	void *context;
	int wake_fd;
	_Atomic int state; /* JobState */
	atomic_bool ended;
	_Atomic uint64_t done, total;
	uint64_t last_wake_ms; /* the worker's */
	bool joined;           /* the owner's */
	MhexStatus status;     /* the worker's until it has been joined */
	MhexError error;
};

struct JobLock {
	pthread_mutex_t mutex;
	pthread_cond_t woken;
};

int job_wake_open(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void job_wake_clear(int wake_fd)
{
	uint64_t count = 0;
	(void)!read(wake_fd, &count, sizeof(count));
}

void job_wake_set(int wake_fd)
{
	/* The counter cannot be full: nobody adds 2^64 - 2 wakes. */
	const uint64_t one = 1;
	const int saved_errno = errno;
	(void)!write(wake_fd, &one, sizeof(one));
	errno = saved_errno;
}

void job_wake(Job *job)
{
	if (job && job->wake_fd >= 0)
		job_wake_set(job->wake_fd);
}

static void *run_job(void *argument)
{
	Job *job = argument;
	job->status = job->run(job, job->context, &job->error);
	atomic_store(&job->ended, true);
	job_wake(job);
	return NULL;
}

static int start_thread(Job *job)
{
	pthread_attr_t attributes;
	int code = pthread_attr_init(&attributes);
	if (code)
		return code;
	code = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (!code)
		code = pthread_create(&job->thread, &attributes, run_job, job);
	(void)pthread_attr_destroy(&attributes);
	return code;
}

MhexStatus job_start(Job **out, JobRun run, void *context, int wake_fd, MhexError *err)
{
	Job *job = calloc(1, sizeof(*job));
	if (!job)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	job->run = run;
	job->context = context;
	job->wake_fd = wake_fd;
	job->error.caret = -1;
	const int code = start_thread(job);
	if (code) {
		free(job);
		return mhex_fail(err, MHEX_E_NOMEM, "cannot start a thread: %s",
				 strerror(code));
	}
	*out = job;
	return MHEX_OK;
}

bool job_done(const Job *job)
{
	return atomic_load(&job->ended);
}

void job_cancel(Job *job)
{
	int expected = JOB_RUNNING;
	(void)atomic_compare_exchange_strong(&job->state, &expected, JOB_CANCELLED);
}

void job_get_progress(const Job *job, uint64_t *done, uint64_t *total)
{
	*done = atomic_load(&job->done);
	*total = atomic_load(&job->total);
}

bool job_committed(const Job *job)
{
	return atomic_load(&job->state) == JOB_COMMITTED;
}

MhexStatus job_wait(Job *job, MhexError *err)
{
	if (!job->joined)
		(void)pthread_join(job->thread, NULL);
	job->joined = true;
	if (err)
		*err = job->error;
	return job->status;
}

MhexStatus job_finish(Job *job, MhexError *err)
{
	const MhexStatus status = job_wait(job, err);
	free(job);
	return status;
}

bool job_cancelled(const Job *job)
{
	return job &&
	       atomic_load_explicit(&job->state, memory_order_relaxed) == JOB_CANCELLED;
}

bool job_commit(Job *job)
{
	if (!job)
		return true;
	int expected = JOB_RUNNING;
	return atomic_compare_exchange_strong(&job->state, &expected, JOB_COMMITTED) ||
	       expected == JOB_COMMITTED;
}

void job_progress(Job *job, uint64_t done, uint64_t total)
{
	if (!job)
		return;
	atomic_store(&job->total, total);
	atomic_store(&job->done, done);
	const uint64_t now = clock_now_ms();
	if (now - job->last_wake_ms < WAKE_INTERVAL_MS)
		return;
	job->last_wake_ms = now;
	job_wake(job);
}

JobLock *job_lock_new(void)
{
	JobLock *lock = malloc(sizeof(*lock));
	if (!lock)
		return NULL;
	if (pthread_mutex_init(&lock->mutex, NULL))
		goto fail;
	if (pthread_cond_init(&lock->woken, NULL))
		goto fail_mutex;
	return lock;

fail_mutex:
	(void)pthread_mutex_destroy(&lock->mutex);
fail:
	free(lock);
	return NULL;
}

void job_lock_free(JobLock *lock)
{
	if (!lock)
		return;
	(void)pthread_cond_destroy(&lock->woken);
	(void)pthread_mutex_destroy(&lock->mutex);
	free(lock);
}

void job_lock(JobLock *lock)
{
	(void)pthread_mutex_lock(&lock->mutex);
}

void job_unlock(JobLock *lock)
{
	(void)pthread_mutex_unlock(&lock->mutex);
}

void job_lock_wait(JobLock *lock)
{
	(void)pthread_cond_wait(&lock->woken, &lock->mutex);
}

void job_lock_wake(JobLock *lock)
{
	(void)pthread_cond_broadcast(&lock->woken);
}

unsigned job_processors(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return CPU_SETSIZE; /* EINVAL: there are more than fit into a set */
	const int count = CPU_COUNT(&set);
	return count > 1 ? (unsigned)count : 1;
}
