/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/search_private.h"

enum {
	SAMPLES = 16, /* places that are read to learn which bytes are rare */
	SAMPLE_LENGTH = 4096,
	SAMPLED_MIN = 64 << 20, /* less is searched before it is sampled */
};

static void sample(Reader *reader, Range range, ByteCounts *counts)
{
	uint8_t bytes[SAMPLE_LENGTH];
	uint8_t readable[SAMPLE_LENGTH];
	for (uint64_t i = 0; i < SAMPLES; i++) {
		const uint64_t place = range.offset + range.length / SAMPLES * i;
		const uint64_t offset = place - place % SAMPLE_LENGTH; /* in one window */
		if (!reader_read(reader, offset, bytes, SAMPLE_LENGTH, readable, NULL))
			byte_counts_add(counts, bytes, SAMPLE_LENGTH);
	}
}

/* Where a search is going to read everything, looking here and there first costs little
 * and makes the most of it. */
static void prepare_matcher(Search *search)
{
	if (search->pattern.regex) {
		search->matcher.pattern = &search->pattern;
		return;
	}
	Reader *reader = NULL;
	ByteCounts counts = {{0}};
	const Range range = range_between(search->begin, search->end);
	const bool sampled = !search_wants_nearest(search) &&
			     range.length >= SAMPLED_MIN &&
			     !reader_open(&reader, search->snapshot, NULL);
	if (sampled)
		sample(reader, range, &counts);
	reader_close(reader);
	matcher_init(&search->matcher, &search->pattern, sampled ? &counts : NULL);
}

static void work(SearchWorker *worker)
{
	for (;;) {
		worker->result = search_take(worker);
		if (!worker->result)
			return;
		search_scan(worker, worker->result->slice.begin);
		search_hand_in(worker);
	}
}

static MhexStatus open_worker(SearchWorker *worker, Search *search, MhexError *err)
{
	const uint64_t every = search->request.every;
	worker->search = search;
	if (!scanner_init(&worker->scanner, &search->matcher))
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	worker->scanner.every = every > 0 ? every : 1;
	worker->scanner.job = search->self;
	return reader_open(&worker->reader, search->snapshot, err);
}

static MhexStatus run_helper(Job *job, void *context, MhexError *err)
{
	(void)job;
	(void)err;
	work(context);
	return MHEX_OK;
}

/* One more than have work is of no use, one less than wished for is no failure. */
static void start_helpers(Search *search)
{
	unsigned wanted = search->request.workers;
	if (wanted == 0)
		wanted = job_processors();
	if (wanted > SEARCH_WORKERS_MAX)
		wanted = SEARCH_WORKERS_MAX;
	const uint64_t slices = search->progress.total / search->slice_length;
	for (unsigned i = 1; i < wanted && i <= slices; i++) {
		SearchWorker *worker = &search->workers[i];
		search->worker_count++;
		if (open_worker(worker, search, NULL) ||
		    job_start(&worker->job, run_helper, worker, -1, NULL))
			return;
	}
}

static MhexStatus run_workers(Search *search, MhexError *err)
{
	search->worker_count = 1;
	prepare_matcher(search);
	const MhexStatus status = open_worker(&search->workers[0], search, err);
	if (status)
		return status;
	start_helpers(search);
	work(&search->workers[0]);
	for (unsigned i = 1; i < search->worker_count; i++) {
		if (search->workers[i].job)
			(void)job_finish(search->workers[i].job, NULL);
	}
	if (search->status && err)
		*err = search->error;
	return search->status;
}

MhexStatus search_run(Job *job, void *context, MhexError *err)
{
	Search *search = context;
	search->self = job;
	MhexStatus status = run_workers(search, err);
	job_lock(search->lock);
	search->finished = true;
	job_lock_wake(search->lock);
	job_unlock(search->lock);
	if (job_cancelled(job))
		status = mhex_fail(err, MHEX_E_CANCELLED, "cancelled");
	return status;
}
