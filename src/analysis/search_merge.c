/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/search_private.h"

/* What the workers found, in the order of the slices. All with the lock held. */

static void end_search(Search *search)
{
	search->ended = true;
	atomic_store(&search->last_useful, 0);
}

static void fail(Search *search, MhexStatus status, const MhexError *error)
{
	search->status = status;
	search->error = *error;
	end_search(search);
}

static void merge_nearest(Search *search, const SearchResult *result)
{
	SearchProgress *progress = &search->progress;
	progress->wrapped = result->slice.wrapped;
	if (!result->hit)
		return;
	progress->found = true;
	progress->offset = result->first;
	progress->length = result->length;
	end_search(search);
}

/* The first of them, until there are as many as were asked for. */
static bool add_some(Search *search, const SearchResult *result)
{
	enum {
		PART = 256
	};
	Range matches[PART];
	uint64_t wanted = search->request.limit - search->matches.count;
	for (uint64_t first = 0; wanted > 0;) {
		const size_t got = match_list_get_ranges(&result->matches, first, matches,
							 wanted < PART ? (size_t)wanted
								       : (size_t)PART);
		for (size_t i = 0; i < got; i++) {
			if (!match_list_add_sized(&search->matches, matches[i].offset,
						  matches[i].length))
				return false;
		}
		if (got == 0)
			break;
		first += got;
		wanted -= got;
	}
	return true;
}

static void merge_list(Search *search, const SearchResult *result)
{
	MhexError error;
	const uint64_t limit = search->request.limit;
	const bool all = limit == 0 || result->count < limit - search->matches.count;
	const bool added = all ? match_list_append(&search->matches, &result->matches)
			       : add_some(search, result);
	search->progress.count = search->matches.count;
	if (!added)
		fail(search, match_list_trouble(&search->matches, &error), &error);
	else if (!all)
		end_search(search);
}

/* result is what is next in the order. */
static void merge(Search *search, SearchResult *result)
{
	SearchProgress *progress = &search->progress;
	if (result->status) {
		fail(search, result->status, &result->error);
		return;
	}
	progress->unreadable += result->unreadable;
	progress->scanned += result->slice.end - result->slice.begin;
	if (search_wants_nearest(search))
		merge_nearest(search, result);
	else if (search->request.kind == SEARCH_ALL)
		merge_list(search, result);
	else
		progress->count += result->count;
	if (result->hit)
		search->next = result->next;
	match_list_free(&result->matches);
}

/* The last match of the slices before lies over the first one of this: look again from
 * where it ends. Only a pattern that overlaps itself comes here. */
static void scan_again(SearchWorker *worker, SearchResult *result)
{
	Search *search = worker->search;
	const uint64_t from = search->next;
	worker->result = result;
	job_unlock(search->lock);
	search_scan(worker, from);
	job_lock(search->lock);
}

static bool overlaps(const Search *search, const SearchResult *result)
{
	return !search_wants_nearest(search) && result->hit &&
	       result->first < search->next;
}

static void merge_ready(SearchWorker *worker)
{
	Search *search = worker->search;
	while (!search->ended && search->merged < search->taken) {
		const size_t place = search->merged % SEARCH_AHEAD;
		SearchResult *result = &search->results[place];
		if (!search->done[place] || job_cancelled(search->self))
			break;
		if (overlaps(search, result))
			scan_again(worker, result);
		if (job_cancelled(search->self))
			break;
		merge(search, result);
		search->merged++;
		job_progress(search->self, search->progress.scanned,
			     search->progress.total);
	}
}

void search_hand_in(SearchWorker *worker)
{
	Search *search = worker->search;
	job_lock(search->lock);
	search->done[worker->result->slice.sequence % SEARCH_AHEAD] = true;
	search_pace(worker);
	if (!search->merging) {
		search->merging = true;
		merge_ready(worker);
		search->merging = false;
	}
	job_lock_wake(search->lock);
	job_unlock(search->lock);
}
