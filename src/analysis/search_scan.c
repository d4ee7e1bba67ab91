/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "analysis/search_private.h"

/* One slice, by one worker. */

static bool is_useless(const SearchWorker *worker)
{
	const Search *search = worker->search;
	return job_cancelled(search->self) ||
	       atomic_load_explicit(&search->last_useful, memory_order_relaxed) <
		       worker->result->slice.sequence;
}

static bool found_one(void *context, uint64_t offset)
{
	SearchResult *result = ((SearchWorker *)context)->result;
	result->hit = true;
	result->first = offset;
	return false;
}

static void note_first(SearchResult *result, uint64_t offset)
{
	if (!result->hit)
		result->first = offset;
	result->hit = true;
	result->count++;
}

static bool found_counted(void *context, uint64_t offset)
{
	note_first(((SearchWorker *)context)->result, offset);
	return true;
}

static bool found_listed(void *context, uint64_t offset)
{
	SearchWorker *worker = context;
	SearchResult *result = worker->result;
	const uint64_t limit = worker->search->request.limit;
	if (!match_list_add(&result->matches, offset))
		return false;
	note_first(result, offset);
	return limit == 0 || result->count < limit;
}

static void feed(SearchWorker *worker, uint64_t offset, const uint8_t *bytes,
		 size_t length)
{
	if (!bytes && offset < worker->slice_end) {
		const uint64_t left = worker->slice_end - offset;
		worker->result->unreadable += length < left ? length : left;
	}
	(void)scanner_feed(&worker->scanner, offset, bytes, length);
}

static bool visit(void *context, uint64_t offset, const uint8_t *bytes, size_t length)
{
	SearchWorker *worker = context;
	worker->forget = length == 0;
	if (worker->forget)
		return false;
	feed(worker, offset, bytes, length);
	return !worker->scanner.ended && !is_useless(worker);
}

/* The same slice once more, as if nothing had been seen. */
static void begin_slice(SearchWorker *worker, uint64_t from)
{
	SearchResult *result = worker->result;
	match_list_free(&result->matches);
	*result = (SearchResult){.slice = result->slice};
	result->matches.length = worker->search->pattern.length;
	worker->forget = false;
	scanner_restart(&worker->scanner, from);
}

/* Runs of bytes that can or cannot be read. */
static void feed_copy(SearchWorker *worker, uint64_t at, size_t length)
{
	const uint8_t *bytes = worker->copy;
	const uint8_t *readable = worker->copy + SEARCH_COPY_CHUNK;
	size_t first = 0;
	for (size_t i = 1; i <= length; i++) {
		if (i < length && readable[i] == readable[first])
			continue;
		feed(worker, at + first, readable[first] ? bytes + first : NULL,
		     i - first);
		first = i;
	}
}

/* Copies have nothing to be forgotten. */
static MhexStatus scan_copies(SearchWorker *worker, Range range, MhexError *err)
{
	const uint64_t end = range_end(range);
	if (!worker->copy)
		worker->copy = malloc((size_t)2 * SEARCH_COPY_CHUNK);
	if (!worker->copy)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	for (uint64_t at = range.offset; at < end && !worker->scanner.ended;) {
		const size_t length = end - at < SEARCH_COPY_CHUNK ? (size_t)(end - at)
								   : SEARCH_COPY_CHUNK;
		const MhexStatus status =
			reader_read(worker->reader, at, worker->copy, length,
				    worker->copy + SEARCH_COPY_CHUNK, err);
		if (status || is_useless(worker))
			return status;
		feed_copy(worker, at, length);
		at += length;
	}
	return MHEX_OK;
}

/* Matches that begin in [begin, end) of the slice; all of it is kept in the result. */
static void scan(SearchWorker *worker, uint64_t begin, uint64_t end, uint64_t from)
{
	SearchResult *result = worker->result;
	const uint64_t reach = search_reach(worker->search);
	const Range range = range_between(begin, end + reach);
	worker->slice_end = end == worker->search->end ? end + reach : end;
	begin_slice(worker, from);
	MhexStatus status =
		reader_visit(worker->reader, range, visit, worker, &result->error);
	if (!status && worker->forget) {
		begin_slice(worker, from);
		status = scan_copies(worker, range, &result->error);
	}
	if (!status)
		status = match_list_trouble(&result->matches, &result->error);
	result->status = status;
	result->next = worker->scanner.from;
}

/* The first match is known; the last one is found by halving what is left. A pattern that
 * matches everywhere would be compared as often as there are places if every match were
 * looked at. */
static void find_last(SearchWorker *worker)
{
	SearchResult *result = worker->result;
	const uint64_t unreadable = result->unreadable;
	uint64_t last = result->first;
	uint64_t end = result->slice.end;
	uint64_t begin = last + 1;
	while (begin < end && !result->status && !is_useless(worker)) {
		const uint64_t middle = begin + (end - begin) / 2;
		scan(worker, middle, end, middle);
		if (result->hit) {
			last = result->first;
			begin = last + 1;
		} else {
			end = middle;
		}
	}
	result->hit = true;
	result->first = last;
	result->unreadable = unreadable;
}

/* Nobody needs to look behind it. */
static void publish_useful(SearchWorker *worker)
{
	Search *search = worker->search;
	const uint64_t sequence = worker->result->slice.sequence;
	uint64_t last = atomic_load(&search->last_useful);
	while (sequence < last &&
	       !atomic_compare_exchange_weak(&search->last_useful, &last, sequence))
		;
}

void search_scan(SearchWorker *worker, uint64_t from)
{
	static const ScannerFound found[] = {
		[SEARCH_FORWARD] = found_one,
		[SEARCH_BACKWARD] = found_one,
		[SEARCH_COUNT] = found_counted,
		[SEARCH_ALL] = found_listed,
	};
	const Search *search = worker->search;
	SearchResult *result = worker->result;
	worker->scanner.found = found[search->request.kind];
	worker->scanner.context = worker;
	scan(worker, result->slice.begin, result->slice.end, from);
	if (search_wants_nearest(search) && result->hit && !result->status) {
		publish_useful(worker);
		if (search->request.kind == SEARCH_BACKWARD)
			find_last(worker);
	}
}
