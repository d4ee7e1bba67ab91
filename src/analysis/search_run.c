/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "analysis/search_private.h"

/*
 * A slice is a range of offsets where a match may begin; what is read reaches a
 * pattern further. Slices know nothing of each other but where the last match
 * ended, so one that went wrong is done again without harm.
 */
enum {
	SLICE_FIRST = 64 << 10, /* bytes; backwards the match is often near */
	SLICE_MOST = 4 << 20,
};

/* What a slice may have to take back. */
typedef struct {
	uint64_t count;
	uint64_t from;
	MatchMark matches;
} Checkpoint;

static bool found_one(void *context, uint64_t offset)
{
	Search *search = context;
	search->hit = true;
	search->hit_offset = offset;
	return false;
}

static bool found_counted(void *context, uint64_t offset)
{
	Search *search = context;
	(void)offset;
	search->count++;
	return true;
}

static bool found_listed(void *context, uint64_t offset)
{
	Search *search = context;
	job_lock(search->lock);
	if (match_list_is_full(&search->matches))
		search->trouble = MHEX_E_NOSPACE;
	else if (!match_list_add(&search->matches, offset))
		search->trouble = MHEX_E_NOMEM;
	job_unlock(search->lock);
	if (search->trouble)
		return false;
	search->count++;
	return search->request.limit == 0 || search->count < search->request.limit;
}

static void feed(Search *search, uint64_t offset, const uint8_t *bytes, size_t length)
{
	/* The part behind the slice belongs to the next one. */
	if (!bytes && offset < search->slice_end) {
		const uint64_t left = search->slice_end - offset;
		search->unreadable += length < left ? length : left;
	}
	(void)scanner_feed(&search->scanner, offset, bytes, length);
}

static bool visit(void *context, uint64_t offset, const uint8_t *bytes, size_t length)
{
	Search *search = context;
	search->forget = length == 0;
	if (search->forget)
		return false;
	feed(search, offset, bytes, length);
	return !search->scanner.ended && !job_cancelled(search->self);
}

static Checkpoint checkpoint(Search *search)
{
	return (Checkpoint){search->count, search->from,
			    match_list_mark(&search->matches)};
}

static void restore(Search *search, const Checkpoint *point)
{
	search->count = point->count;
	search->from = point->from;
	search->hit = false;
	search->unreadable = 0;
	search->trouble = MHEX_OK;
	job_lock(search->lock);
	match_list_rewind(&search->matches, point->matches);
	job_unlock(search->lock);
}

/* Copies have nothing to be forgotten. */
static MhexStatus scan_copies(Search *search, Range range, MhexError *err)
{
	uint8_t *bytes = search->copy;
	uint8_t *readable = search->copy + SEARCH_COPY_CHUNK;
	const uint64_t end = range_end(range);
	for (uint64_t at = range.offset; at < end && !search->scanner.ended;) {
		const size_t length = end - at < SEARCH_COPY_CHUNK ? (size_t)(end - at)
								   : SEARCH_COPY_CHUNK;
		const MhexStatus status =
			reader_read(search->reader, at, bytes, length, readable, err);
		if (status || job_cancelled(search->self))
			return status;
		size_t first = 0;
		for (size_t i = 1; i <= length; i++) {
			if (i < length && readable[i] == readable[first])
				continue;
			feed(search, at + first, readable[first] ? bytes + first : NULL,
			     i - first);
			first = i;
		}
		at += length;
	}
	return MHEX_OK;
}

static MhexStatus report_trouble(const Search *search, MhexError *err)
{
	if (search->trouble == MHEX_E_NOSPACE)
		return mhex_fail(err, MHEX_E_NOSPACE,
				 "the list of matches is full: it ends with number "
				 "%" PRIu64 ", at 0x%" PRIx64,
				 search->matches.count, search->matches.last);
	if (search->trouble)
		return mhex_fail(err, search->trouble,
				 "out of memory for the list of matches");
	return MHEX_OK;
}

static void publish(Search *search, uint64_t scanned)
{
	job_lock(search->lock);
	SearchProgress *progress = &search->progress;
	progress->count = search->count;
	progress->scanned += scanned;
	progress->unreadable += search->unreadable;
	const uint64_t done = progress->scanned;
	const uint64_t total = progress->total;
	job_unlock(search->lock);
	job_progress(search->self, done, total);
}

/* Matches that begin in [begin, end), to the first one when it is one that is looked for.
 */
static MhexStatus scan_slice(Search *search, uint64_t begin, uint64_t end, MhexError *err)
{
	const Checkpoint before = checkpoint(search);
	const uint64_t reach = search->pattern.length - 1;
	const Range range = range_between(begin, end + reach);
	const uint64_t from = search->from > begin ? search->from : begin;
	search->hit = false;
	search->forget = false;
	search->unreadable = 0;
	search->slice_end = end == search->end ? end + reach : end;
	scanner_restart(&search->scanner, from);
	MhexStatus status = reader_visit(search->reader, range, visit, search, err);
	if (!status && search->forget) {
		restore(search, &before);
		scanner_restart(&search->scanner, from);
		status = scan_copies(search, range, err);
	}
	search->from = search->scanner.from;
	if (!status)
		status = report_trouble(search, err);
	if (job_cancelled(search->self))
		status = mhex_fail(err, MHEX_E_CANCELLED, "cancelled");
	return status;
}

static void publish_hit(Search *search)
{
	job_lock(search->lock);
	search->progress.found = true;
	search->progress.offset = search->hit_offset;
	job_unlock(search->lock);
}

/* Ascending, to the end or until there was enough. */
static MhexStatus scan_up(Search *search, uint64_t begin, uint64_t end, MhexError *err)
{
	while (begin < end) {
		const uint64_t left = end - begin;
		const uint64_t length = left < SLICE_MOST ? left : SLICE_MOST;
		const MhexStatus status = scan_slice(search, begin, begin + length, err);
		publish(search, length);
		if (status)
			return status;
		if (search->hit)
			publish_hit(search);
		if (search->scanner.ended)
			return MHEX_OK;
		begin += length;
	}
	return MHEX_OK;
}

/* The first match of a slice is known; its last one is found by halving what is left.
 * A pattern that matches everywhere would be compared as often as there are places if
 * every match were looked at. */
static MhexStatus find_last(Search *search, uint64_t end, MhexError *err)
{
	uint64_t last = search->hit_offset;
	uint64_t begin = last + 1;
	while (begin < end) {
		const uint64_t middle = begin + (end - begin) / 2;
		search->from = 0;
		const MhexStatus status = scan_slice(search, middle, end, err);
		if (status)
			return status;
		if (search->hit) {
			last = search->hit_offset;
			begin = last + 1;
		} else {
			end = middle;
		}
	}
	search->hit = true;
	search->hit_offset = last;
	return MHEX_OK;
}

/* Descending, until a slice has a match. */
static MhexStatus scan_down(Search *search, uint64_t begin, uint64_t end, MhexError *err)
{
	uint64_t most = SLICE_FIRST;
	while (begin < end) {
		const uint64_t left = end - begin;
		const uint64_t length = left < most ? left : most;
		search->from = 0;
		MhexStatus status = scan_slice(search, end - length, end, err);
		publish(search, length);
		if (!status && search->hit) {
			status = find_last(search, end, err);
			if (!status)
				publish_hit(search);
			return status;
		}
		if (status)
			return status;
		end -= length;
		most = most < SLICE_MOST ? 2 * most : SLICE_MOST;
	}
	return MHEX_OK;
}

static MhexStatus run_nearest(Search *search, MhexError *err)
{
	const bool forward = search->request.kind == SEARCH_FORWARD;
	uint64_t start = search->request.start;
	start = start < search->begin ? search->begin : start;
	start = start > search->end ? search->end : start;
	MhexStatus (*const scan)(Search *, uint64_t, uint64_t, MhexError *) =
		forward ? scan_up : scan_down;

	MhexStatus status = forward ? scan(search, start, search->end, err)
				    : scan(search, search->begin, start, err);
	if (status || search->hit || !search->request.wrap)
		return status;
	job_lock(search->lock);
	search->progress.wrapped = true;
	job_unlock(search->lock);
	search->from = 0;
	return forward ? scan(search, search->begin, start, err)
		       : scan(search, start, search->end, err);
}

MhexStatus search_run(Job *job, void *context, MhexError *err)
{
	static const ScannerFound found[] = {
		[SEARCH_FORWARD] = found_one,
		[SEARCH_BACKWARD] = found_one,
		[SEARCH_COUNT] = found_counted,
		[SEARCH_ALL] = found_listed,
	};
	Search *search = context;
	const SearchKind kind = search->request.kind;
	search->self = job;
	search->scanner.job = job;
	search->scanner.found = found[kind];
	search->scanner.context = search;
	if (kind == SEARCH_COUNT || kind == SEARCH_ALL)
		return scan_up(search, search->begin, search->end, err);
	return run_nearest(search, err);
}
