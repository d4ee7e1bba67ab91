/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_JOB_H
#define MHEX_BASE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "mhex/error.h"

/*
 * Long work on a thread of its own.
 *
 * The only place with threads. The owner (the loop's thread) starts a job and
 * is woken through an eventfd when there is progress or an end; the worker polls
 * job_cancelled(). Stacks are small (256 KiB), so that many fit under a
 * tight RLIMIT_AS: no large arrays on a worker's stack.
 */
typedef struct Job Job;

/* Runs in the worker; what it returns is what job_finish() reports. */
typedef MhexStatus (*JobRun)(Job *job, void *context, MhexError *err);

/* An eventfd for any number of jobs; close() it after the last one ended. */
int job_wake_open(void);
/* Wake its reader. Safe on any thread. */
void job_wake_set(int wake_fd);
/* Swallow what has been signalled. */
void job_wake_clear(int wake_fd);

/* Start run(context) in a thread. context must live until job_finish().
 * wake_fd may be -1. Owned by the caller: job_finish(). */
MhexStatus job_start(Job **out, JobRun run, void *context, int wake_fd, MhexError *err);

/* For the owner. */
bool job_done(const Job *job);
void job_cancel(Job *job); /* a request; ignored after job_commit() */
void job_get_progress(const Job *job, uint64_t *done, uint64_t *total);
bool job_committed(const Job *job);
/* Wait for the end and return what run returned; the job is there still. */
MhexStatus job_wait(Job *job, MhexError *err);
/* Wait for the end, free the job, return what run returned. */
MhexStatus job_finish(Job *job, MhexError *err);

/* For the worker (job may be NULL: work without a thread; then nothing is
 * cancelled and progress goes nowhere). */
bool job_cancelled(const Job *job);
/* From here on it only goes forward. False when it was cancelled before. */
bool job_commit(Job *job);
void job_progress(Job *job, uint64_t done,
		  uint64_t total); /* wakes at most 20 times a second */
void job_wake(Job *job);           /* results are there: wake the owner now */

/* A mutex for results that pass from one thread to another. */
typedef struct JobLock JobLock;
JobLock *job_lock_new(void); /* NULL: out of memory */
void job_lock_free(JobLock *lock);
void job_lock(JobLock *lock);
void job_unlock(JobLock *lock);
/* Let go of the lock, held, until another thread calls job_lock_wake(); then hold it
 * again. It may wake for no reason. */
void job_lock_wait(JobLock *lock);
void job_lock_wake(JobLock *lock);

/* How many threads can run at once here; at least 1. */
unsigned job_processors(void);

#endif
