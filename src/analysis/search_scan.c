/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
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

static bool found_one(void *context, uint64_t offset, uint64_t length)
{
	SearchResult *result = ((SearchWorker *)context)->result;
	result->hit = true;
	result->first = offset;
	result->length = length;
	return false;
}

/* Where there are only matches nobody else looks whether it still matters. */
static bool goes_on(const SearchWorker *worker)
{
	enum {
		MATCHES = 4096
	};
	return worker->result->count % MATCHES > 0 || !is_useless(worker);
}

static void note_first(SearchResult *result, uint64_t offset)
{
	if (!result->hit)
		result->first = offset;
	result->hit = true;
	result->count++;
}

static bool found_counted(void *context, uint64_t offset, uint64_t length)
{
	SearchWorker *worker = context;
	(void)length;
	note_first(worker->result, offset);
	return goes_on(worker);
}

static bool found_listed(void *context, uint64_t offset, uint64_t length)
{
	SearchWorker *worker = context;
	SearchResult *result = worker->result;
	const uint64_t limit = worker->search->request.limit;
	if (!match_list_add_sized(&result->matches, offset, length))
		return false;
	note_first(result, offset);
	return (limit == 0 || result->count < limit) && goes_on(worker);
}

static void feed(SearchWorker *worker, uint64_t offset, const uint8_t *bytes,
		 size_t length)
{
	if (!bytes)
		worker->result->unreadable +=
			range_intersect((Range){offset, length}, worker->own).length;
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
	search_size_list(worker->search, &result->matches);
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

/* What is read for matches that begin in [begin, end). */
static Range range_of(const Search *search, uint64_t begin, uint64_t end)
{
	const uint64_t before = search->pattern.before;
	const uint64_t first = begin > before ? begin - before : 0;
	return range_intersect(range_between(first, end + search_reach(search)),
			       search->limits);
}

static MhexStatus report_trouble(const SearchWorker *worker, MhexError *err)
{
	if (worker->scanner.stuck)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "the expression takes too many steps at 0x%" PRIx64
				 "; say more exactly what may repeat",
				 worker->scanner.stuck_at);
	return match_list_trouble(&worker->result->matches, err);
}

/* Matches that begin in [begin, end) of the slice; all of it is kept in the result. */
static void scan(SearchWorker *worker, uint64_t begin, uint64_t end, uint64_t from)
{
	const Search *search = worker->search;
	SearchResult *result = worker->result;
	const Range range = range_of(search, begin, end);
	worker->own = range_between(begin, end == search->end ? range_end(range) : end);
	worker->scanner.to = end;
	begin_slice(worker, from);
	MhexStatus status =
		reader_visit(worker->reader, range, visit, worker, &result->error);
	if (!status && worker->forget) {
		begin_slice(worker, from);
		status = scan_copies(worker, range, &result->error);
	}
	if (!status && !is_useless(worker))
		scanner_finish(&worker->scanner);
	if (!status)
		status = report_trouble(worker, &result->error);
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
	uint64_t length = result->length;
	uint64_t end = result->slice.end;
	uint64_t begin = last + 1;
	while (begin < end && !result->status && !is_useless(worker)) {
		const uint64_t middle = begin + (end - begin) / 2;
		scan(worker, middle, end, middle);
		if (result->hit) {
			last = result->first;
			length = result->length;
			begin = last + 1;
		} else {
			end = middle;
		}
	}
	result->hit = true;
	result->first = last;
	result->length = length;
	result->unreadable = unreadable;
}

static bool found_ending(void *context, uint64_t offset, uint64_t length)
{
	SearchWorker *worker = context;
	if (offset + length == worker->wanted_end)
		return found_one(context, offset, length);
	return offset + length < worker->wanted_end;
}

/* The last place where an expression matches may be the last digit of a number: what is
 * wanted is the number. */
static void widen_last(SearchWorker *worker)
{
	SearchResult *result = worker->result;
	const SearchResult last = *result;
	const uint64_t reach = search_reach(worker->search);
	const uint64_t limit = worker->search->begin;
	const uint64_t begin = last.first - limit > reach ? last.first - reach : limit;
	if (last.status || is_useless(worker))
		return;
	worker->wanted_end = last.first + last.length;
	worker->scanner.found = found_ending;
	scan(worker, begin, last.first + 1, begin);
	result->unreadable = last.unreadable;
	if (result->status || result->hit)
		return;
	*result = last;
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
		if (search->request.kind == SEARCH_BACKWARD && search->pattern.regex)
			widen_last(worker);
	}
}
