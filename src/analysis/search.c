/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/search.h"

#include <stdlib.h>

#include "analysis/search_private.h"

/* Everything but the job. */
static void free_search(Search *search)
{
	for (unsigned i = 0; i < search->worker_count; i++) {
		reader_close(search->workers[i].reader);
		scanner_free(&search->workers[i].scanner);
		free(search->workers[i].copy);
	}
	for (size_t i = 0; i < SEARCH_AHEAD; i++)
		match_list_free(&search->results[i].matches);
	match_list_free(&search->matches);
	job_lock_free(search->lock);
	pattern_free(&search->pattern);
	free(search);
}

/* Where matches may begin: so that they lie within the range, and that within size. */
static void set_limits(Search *search, uint64_t size)
{
	const Range range =
		range_intersect(search->request.range, range_between(0, size));
	const uint64_t length = search->pattern.regex ? 1 : search->pattern.length;
	search->limits = range;
	search->begin = range.offset;
	search->end = range.length < length ? range.offset
					    : range.offset + (range.length - length) + 1;
}

MhexStatus search_start(Search **out, const Snapshot *snapshot, Pattern *pattern,
			const SearchRequest *request, int wake_fd, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	Search *search = calloc(1, sizeof(*search));
	if (!search) {
		pattern_free(pattern);
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	search->pattern = *pattern;
	*pattern = (Pattern){0};
	search->request = *request;
	search->snapshot = snapshot;
	search_size_list(search, &search->matches);
	search->last_useful = UINT64_MAX;
	search->lock = job_lock_new();
	if (!search->lock) {
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
		goto fail;
	}
	set_limits(search, snapshot_size(snapshot));
	search_lay_out(search);
	status = job_start(&search->job, search_run, search, wake_fd, err);
	if (status)
		goto fail;
	*out = search;
	return MHEX_OK;

fail:
	free_search(search);
	return status;
}

void search_cancel(Search *search)
{
	job_cancel(search->job);
}

void search_get_progress(Search *search, SearchProgress *progress)
{
	/* Asked first: an end seen here comes after everything it published. */
	const bool done = job_done(search->job);
	job_lock(search->lock);
	*progress = search->progress;
	job_unlock(search->lock);
	progress->done = done;
}

/* With the lock held: at most max of those that are there to stay. */
static size_t listed_from(const Search *search, uint64_t first, size_t max)
{
	const uint64_t count = search->progress.count;
	const uint64_t left = first < count ? count - first : 0;
	return left < max ? (size_t)left : max;
}

size_t search_matches(Search *search, uint64_t first, uint64_t *offsets, size_t max)
{
	job_lock(search->lock);
	const size_t copied = match_list_get(&search->matches, first, offsets,
					     listed_from(search, first, max));
	job_unlock(search->lock);
	return copied;
}

bool search_wait_more(Search *search, uint64_t count)
{
	job_lock(search->lock);
	while (search->progress.count <= count && !search->finished)
		job_lock_wait(search->lock);
	const bool more = search->progress.count > count;
	job_unlock(search->lock);
	return more;
}

const MatchList *search_lock_matches(Search *search, uint64_t *count)
{
	job_lock(search->lock);
	*count = search->progress.count;
	return &search->matches;
}

void search_unlock_matches(Search *search)
{
	job_unlock(search->lock);
}

void search_take_matches(Search *search, MatchList *out)
{
	*out = search->matches;
	search->matches = (MatchList){0};
}

size_t search_ranges(Search *search, uint64_t first, Range *ranges, size_t max)
{
	job_lock(search->lock);
	const size_t copied = match_list_get_ranges(&search->matches, first, ranges,
						    listed_from(search, first, max));
	job_unlock(search->lock);
	return copied;
}

MhexStatus search_wait(Search *search, MhexError *err)
{
	return job_wait(search->job, err);
}

MhexStatus search_finish(Search *search, SearchProgress *progress, MhexError *err)
{
	const MhexStatus status = job_finish(search->job, err);
	search->progress.done = true;
	if (progress)
		*progress = search->progress;
	free_search(search);
	return status;
}
