/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "analysis/search_private.h"
#include "base/clock.h"

enum {
	SLICE_FIRST = 64 << 10, /* bytes; first matches are waited for */
	SLICE_COUNT = 64 << 20, /* a window, so that each is mapped by one worker */
	SLICE_LEAST = 1 << 20,
	SLICES_FEW = 64, /* fewer would leave workers without work at the end */
	SLOW_MS = 50,    /* a slice that takes longer is too long: nobody hears of it */
	SLICE_LIST = 4 << 20,  /* whose matches have to be kept until they are merged */
	SKIP_MIN = 1 << 20,    /* repeated bytes that are worth leaving out */
	REPEAT_MAX = 64 << 10, /* bytes of a fill's pattern that is tried out */
};

static uint64_t slice_most(const Search *search)
{
	if (search->request.slice > 0)
		return search->request.slice;
	uint64_t most = search->request.kind == SEARCH_ALL ? SLICE_LIST : SLICE_COUNT;
	while (most > SLICE_LEAST && (search->end - search->begin) / most < SLICES_FEW)
		most /= 2;
	return most;
}

static bool is_backward(const Search *search)
{
	return search->request.kind == SEARCH_BACKWARD;
}

static void add_part(Search *search, uint64_t begin, uint64_t end)
{
	search->parts[search->part_count++] = (SearchPart){begin, end};
	search->progress.total += end - begin;
}

void search_lay_out(Search *search)
{
	const SearchRequest *request = &search->request;
	uint64_t start = request->start;
	start = start < search->begin ? search->begin : start;
	start = start > search->end ? search->end : start;
	const uint64_t first_length =
		request->kind == SEARCH_COUNT ? SLICE_LEAST : SLICE_FIRST;
	const uint64_t most = slice_most(search);
	search->slice_length = most < first_length ? most : first_length;
	search->progress.total = 0;
	if (!search_wants_nearest(search)) {
		add_part(search, search->begin, search->end);
		return;
	}
	const SearchPart before = {search->begin, start};
	const SearchPart behind = {start, search->end};
	const SearchPart first = is_backward(search) ? before : behind;
	const SearchPart second = is_backward(search) ? behind : before;
	add_part(search, first.begin, first.end);
	if (request->wrap)
		add_part(search, second.begin, second.end);
}

/* Is there a match that begins in [from, to) of bytes? */
static bool matches_in(const Search *search, const uint8_t *bytes, size_t length,
		       size_t from, size_t to)
{
	if (!search->pattern.regex)
		return matcher_find(&search->matcher, bytes, length, from, NULL) !=
		       SIZE_MAX;
	const RegexSubject subject = {bytes, length, false};
	RegexHit hit;
	RegexRunner *runner = regex_runner_new(search->pattern.regex);
	if (!runner)
		return true;
	regex_runner_hurry(runner);
	const RegexResult result = regex_find(runner, &subject, from, to, NULL, &hit);
	regex_runner_free(runner);
	return result != REGEX_NONE;
}

/* Does the pattern match anywhere in the repetition of these bytes? */
static bool matches_repeated(const Search *search, const ReaderRepeat *repeat)
{
	/* Every place in one turn, with what lies around it. */
	const size_t from = search->pattern.before;
	const size_t to = from + repeat->length;
	const size_t length = to + (size_t)search_reach(search);
	uint8_t *bytes = repeat->length <= REPEAT_MAX ? malloc(length) : NULL;
	if (!bytes)
		return true;
	for (size_t i = 0; i < length; i++)
		bytes[i] = repeat->pattern[i % repeat->length];
	const bool found = matches_in(search, bytes, length, from, to);
	free(bytes);
	return found;
}

/* How many of the places from begin to end cannot begin a match, as these are repeated
 * bytes. */
static uint64_t barren_at(SearchWorker *worker, uint64_t begin, uint64_t end)
{
	const Search *search = worker->search;
	const uint64_t before = search->pattern.before;
	const uint64_t around = before + search_reach(search);
	ReaderRepeat repeat;
	/* What is before the first place has to repeat, too. */
	if (begin < search->limits.offset + before)
		return 0;
	const Range range =
		range_intersect(range_between(begin - before, end + search_reach(search)),
				search->limits);
	if (!reader_repeats(worker->reader, range, &repeat))
		return 0;
	if (repeat.count < around + SKIP_MIN || matches_repeated(search, &repeat))
		return 0;
	return repeat.count - around;
}

/* From the end, in steps that double as long as they are barren and are halved otherwise:
 * nothing tells where a hole begins that ends here. */
static uint64_t barren_before(SearchWorker *worker, uint64_t begin, uint64_t end)
{
	uint64_t at = end;
	uint64_t step = SKIP_MIN;
	while (at > begin && step >= SKIP_MIN) {
		if (step > at - begin)
			step = at - begin;
		if (barren_at(worker, at - step, at) == step) {
			at -= step;
			step = step > UINT64_MAX / 2 ? UINT64_MAX : 2 * step;
		} else {
			step /= 2;
		}
	}
	return end - at;
}

/* What need not be looked at counts as looked at. */
static void skip_barren(SearchWorker *worker, SearchPart *part)
{
	Search *search = worker->search;
	const bool backward = is_backward(search);
	uint64_t barren = backward ? barren_before(worker, part->begin, part->end)
				   : barren_at(worker, part->begin, part->end);
	if (backward)
		part->end -= barren;
	else
		part->begin += barren;
	search->progress.scanned += barren;
}

/* Up to the next multiple of the length, so that slices keep to the windows. */
static uint64_t up_to(const Search *search, const SearchPart *part)
{
	const uint64_t length = search->slice_length;
	const uint64_t rest = part->end - part->begin;
	const uint64_t step = length - part->begin % length;
	return part->begin + (rest < step ? rest : step);
}

static uint64_t down_to(const Search *search, const SearchPart *part)
{
	const uint64_t length = search->slice_length;
	return part->end - part->begin > length ? part->end - length : part->begin;
}

/* part is not empty. */
static SearchSlice cut(Search *search, SearchPart *part)
{
	SearchSlice slice = {.sequence = search->taken++,
			     .begin = part->begin,
			     .end = part->end,
			     .wrapped = search->part > 0};
	if (is_backward(search)) {
		slice.begin = down_to(search, part);
		part->end = slice.begin;
	} else {
		slice.end = up_to(search, part);
		part->begin = slice.end;
	}
	if (search->slice_length < slice_most(search))
		search->slice_length *= 2;
	return slice;
}

static bool is_over(const Search *search)
{
	return search->ended || job_cancelled(search->self);
}

/* With the lock held. */
static SearchResult *take(SearchWorker *worker)
{
	Search *search = worker->search;
	while (!is_over(search) && search->taken - search->merged == SEARCH_AHEAD)
		job_lock_wait(search->lock);
	while (!is_over(search) && search->part < search->part_count) {
		SearchPart *part = &search->parts[search->part];
		skip_barren(worker, part);
		if (part->begin == part->end) {
			search->part++;
			continue;
		}
		const SearchSlice slice = cut(search, part);
		const size_t place = slice.sequence % SEARCH_AHEAD;
		SearchResult *result = &search->results[place];
		search->done[place] = false;
		match_list_free(&result->matches);
		*result = (SearchResult){.slice = slice};
		return result;
	}
	return NULL;
}

void search_pace(SearchWorker *worker)
{
	Search *search = worker->search;
	const bool slow = clock_now_ms() - worker->began_ms > SLOW_MS;
	/* Twice: it has doubled when this slice was cut, and goes on doing so. */
	for (int i = 0; slow && i < 2 && search->slice_length > SLICE_FIRST; i++)
		search->slice_length /= 2;
}

SearchResult *search_take(SearchWorker *worker)
{
	Search *search = worker->search;
	job_lock(search->lock);
	SearchResult *result = take(worker);
	worker->began_ms = clock_now_ms();
	job_unlock(search->lock);
	return result;
}
