/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/matches.h"

#include <stdlib.h>
#include <string.h>

#include "document/survivors.h"
#include "mhex/byte_state.h"

enum {
	AROUND = 64, /* bytes before and behind that a pattern may look at */
	TOUCHED_MAX = 2 * MATCHES_PLACES_MAX, /* enough to be too many */
};

/* ---- beginning and end ---- */

void matches_drop(Matches *matches)
{
	free(matches->text);
	pattern_free(&matches->pattern);
	match_list_free(&matches->list);
	snapshot_release(matches->snapshot);
	ARRAY_FREE(&matches->runs);
	ARRAY_FREE(&matches->touched);
	*matches = (Matches){0};
}

MhexStatus matches_begin(Matches *matches, Document *doc, const char *pattern,
			 size_t length, uint64_t every, MhexError *err)
{
	matches_drop(matches);
	MhexStatus status = pattern_parse(&matches->pattern, pattern, length, err);
	if (status)
		return status;
	matches->text = strndup(pattern, length);
	status = document_snapshot(doc, &matches->snapshot, err);
	if (!status && !matches->text)
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	if (status) {
		matches_drop(matches);
		return status;
	}
	matches->doc = doc;
	matches->every = every;
	matches->searched = document_generation(doc);
	return MHEX_OK;
}

void matches_come_from(Matches *matches, Search *search)
{
	matches->search = search;
}

void matches_settle(Matches *matches)
{
	if (matches->search)
		search_take_matches(matches->search, &matches->list);
	matches->search = NULL;
}

bool matches_are_all(const Matches *matches)
{
	return matches->doc && !matches->search && matches->whole &&
	       !matches->list.trouble &&
	       document_generation(matches->doc) == matches->searched;
}

/* ---- the list, wherever it is ---- */

static const MatchList *open_list(Matches *matches, uint64_t *count)
{
	if (matches->search)
		return search_lock_matches(matches->search, count);
	*count = matches->list.count;
	return &matches->list;
}

static void close_list(Matches *matches)
{
	if (matches->search)
		search_unlock_matches(matches->search);
}

/* ---- a single one ---- */

bool matches_at(const Matches *matches, Range match)
{
	const Range all = {0, document_size(matches->doc)};
	const uint64_t before = match.offset < AROUND ? match.offset : AROUND;
	const Range around = range_intersect(
		(Range){match.offset - before, before + match.length + AROUND}, all);
	if (match.length == 0 || match.length > SEARCH_MARK_MAX ||
	    around.length < before + match.length)
		return false;
	uint8_t bytes[SEARCH_MARK_MAX + 2 * AROUND];
	uint8_t states[sizeof(bytes)];
	if (document_read(matches->doc, around.offset, bytes, (size_t)around.length,
			  states, NULL))
		return false;
	const SearchView view = {.offset = around.offset,
				 .bytes = bytes,
				 .states = states,
				 .length = (size_t)around.length,
				 .is_end = range_end(around) == all.length};
	search_mark(&matches->pattern, matches->every, &view, BYTE_MATCHED);
	for (uint64_t i = before; i < before + match.length; i++) {
		if (!(states[i] & BYTE_MATCHED))
			return false;
	}
	return true;
}

/* ---- where the searched bytes are now ---- */

/* Bytes that lie as they did, but for those that were touched: was is of the version that
 * was searched. */
typedef struct {
	Range was;
	uint64_t now;
} Stretch;

typedef ARRAY(Stretch) Stretches;

static bool add_touched(Matches *matches, Range range)
{
	return range.length == 0 || ARRAY_PUSH(&matches->touched, range);
}

/* Bytes in place of as many others were overwritten: the stretch goes on behind them. */
static bool add_survivor(Matches *matches, Stretches *stretches, Survivor next)
{
	if (stretches->count > 0) {
		Stretch *last = &stretches->items[stretches->count - 1];
		const uint64_t now_end = last->now + last->was.length;
		const uint64_t gap = next.was.offset - range_end(last->was);
		if (next.now - now_end == gap) {
			last->was.length += gap + next.was.length;
			return add_touched(matches, (Range){now_end, gap});
		}
	}
	const Stretch stretch = {next.was, next.now};
	return ARRAY_PUSH(stretches, stretch);
}

static bool join_survivors(Matches *matches, const Survivors *survivors,
			   Stretches *stretches)
{
	const Survivor begin = {{0, 0}, 0};
	const Survivor end = {{snapshot_size(matches->snapshot), 0},
			      document_size(matches->doc)};
	bool done = add_survivor(matches, stretches, begin);
	for (size_t i = 0; i < survivors->count && done; i++)
		done = add_survivor(matches, stretches, survivors->items[i]);
	return done && add_survivor(matches, stretches, end);
}

static int compare_ranges(const void *left, const void *right)
{
	const Range *a = left;
	const Range *b = right;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

static void sort_touched(Matches *matches)
{
	size_t kept = 0;
	Range *ranges = matches->touched.items;
	const size_t count = matches->touched.count;
	if (count == 0)
		return;
	qsort(ranges, count, sizeof(*ranges), compare_ranges);
	for (size_t i = 1; i < count; i++) {
		const uint64_t end = range_end(ranges[kept]);
		if (ranges[i].offset > end)
			ranges[++kept] = ranges[i];
		else if (range_end(ranges[i]) > end)
			ranges[kept].length = range_end(ranges[i]) - ranges[kept].offset;
	}
	matches->touched.count = kept + 1;
}

/* What live edits stored in the file is in no version: it is remembered, as it stops
 * being "modified" when it is synced. */
static bool add_stored(Matches *matches)
{
	if (document_access(matches->doc) != ACCESS_LIVE)
		return true;
	Range run = document_next_modified(matches->doc, 0);
	while (run.length > 0 && matches->touched.count <= TOUCHED_MAX) {
		if (!ARRAY_PUSH(&matches->touched, run))
			return false;
		run = document_next_modified(matches->doc, range_end(run));
	}
	return true;
}

/* ---- what that makes of the list ---- */

/* Goes over the list from its beginning to its end. */
typedef struct {
	Matches *matches;
	const MatchList *list;
	uint64_t listed;
	uint64_t at;    /* no match before it is looked at again */
	size_t touched; /* likewise */
	size_t checks;  /* that were made */
	bool out_of_memory;
} Telling;

static uint64_t rank(const Telling *telling, uint64_t offset)
{
	const uint64_t found = match_list_rank(telling->list, offset);
	const uint64_t most = found < telling->listed ? found : telling->listed;
	return most > telling->at ? most : telling->at;
}

static Range match_number(const Telling *telling, uint64_t number)
{
	Range match = {0, 0};
	(void)match_list_get_ranges(telling->list, number, &match, 1);
	return match;
}

/* Do multiples of every stay multiples? */
static bool keeps_multiples(uint64_t every, uint64_t shift)
{
	const uint64_t distance = (int64_t)shift < 0 ? -shift : shift;
	return every <= 1 || distance % every == 0;
}

/* Matches up to end have moved by shift. */
static void keep_until(Telling *telling, uint64_t end, uint64_t shift)
{
	Matches *matches = telling->matches;
	const uint64_t first = telling->at;
	if (end <= first)
		return;
	telling->at = end;
	if (!keeps_multiples(matches->every, shift))
		return;
	const MatchRun added = {first, end - first, matches->count, shift};
	matches->count += added.count;
	if (matches->runs.count > 0) {
		MatchRun *last = &matches->runs.items[matches->runs.count - 1];
		if (last->first + last->count == first && last->shift == shift) {
			last->count += added.count;
			return;
		}
	}
	if (!ARRAY_PUSH(&matches->runs, added))
		telling->out_of_memory = true;
}

/* Those that have a byte in touched stay when they match; none from end on. */
static void check_touched(Telling *telling, Range touched, uint64_t end, uint64_t shift)
{
	const uint64_t begin = touched.offset - shift;
	uint64_t first = rank(telling, begin);
	uint64_t last = rank(telling, begin + touched.length);
	last = last < end ? last : end;
	if (first > telling->at && range_end(match_number(telling, first - 1)) > begin)
		first--;
	if (first >= last)
		return;
	keep_until(telling, first, shift);
	for (; telling->at < last && telling->checks < MATCHES_CHECKS_MAX;
	     telling->checks++) {
		Range match = match_number(telling, telling->at);
		match.offset += shift;
		if (matches_at(telling->matches, match))
			keep_until(telling, telling->at + 1, shift);
		else
			telling->at++;
	}
	telling->at = last;
}

static void tell_stretch(Telling *telling, const Stretch *stretch)
{
	const Matches *matches = telling->matches;
	const uint64_t shift = stretch->now - stretch->was.offset;
	const Range now = {stretch->now, stretch->was.length};
	telling->at = rank(telling, stretch->was.offset);
	uint64_t end = rank(telling, range_end(stretch->was));
	/* The last one must not reach over the end. */
	if (end > telling->at &&
	    range_end(match_number(telling, end - 1)) > range_end(stretch->was))
		end--;
	while (telling->touched < matches->touched.count) {
		const Range touched = matches->touched.items[telling->touched];
		if (touched.offset >= range_end(now))
			break;
		const Range part = range_intersect(touched, now);
		if (part.length > 0)
			check_touched(telling, part, end, shift);
		if (range_end(touched) > range_end(now))
			break;
		telling->touched++;
	}
	keep_until(telling, end, shift);
}

static bool tell(Matches *matches, const Stretches *stretches)
{
	Telling telling = {.matches = matches};
	telling.list = open_list(matches, &telling.listed);
	matches->listed = telling.listed;
	matches->told = true;
	matches->runs.count = 0;
	matches->count = 0;
	for (size_t i = 0; i < stretches->count; i++)
		tell_stretch(&telling, &stretches->items[i]);
	close_list(matches);
	return !telling.out_of_memory;
}

static bool is_current(Matches *matches)
{
	uint64_t listed = 0;
	(void)open_list(matches, &listed);
	close_list(matches);
	return matches->told && matches->listed == listed &&
	       matches->generation == document_generation(matches->doc);
}

static MhexStatus too_many(MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "more than %d places were changed",
			 MATCHES_PLACES_MAX);
}

static MhexStatus compare_versions(Matches *matches, Stretches *stretches, MhexError *err)
{
	Survivors survivors;
	if (document_access(matches->doc) != ACCESS_LIVE)
		matches->touched.count = 0;
	MhexStatus status =
		snapshot_survivors(matches->snapshot, matches->doc, &survivors, err);
	if (!status && survivors.count > MATCHES_PLACES_MAX)
		status = too_many(err);
	if (!status &&
	    (!join_survivors(matches, &survivors, stretches) || !add_stored(matches)))
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	ARRAY_FREE(&survivors);
	sort_touched(matches);
	if (!status && matches->touched.count > MATCHES_PLACES_MAX)
		status = too_many(err);
	return status;
}

/* A document that nobody has changed is not compared, whatever it is made of. */
static MhexStatus find_stretches(Matches *matches, Stretches *stretches, MhexError *err)
{
	const Survivor all = {{0, document_size(matches->doc)}, 0};
	if (document_generation(matches->doc) != matches->searched)
		return compare_versions(matches, stretches, err);
	return add_survivor(matches, stretches, all)
		       ? MHEX_OK
		       : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
}

MhexStatus matches_update(Matches *matches, MhexError *err)
{
	Stretches stretches = {0};
	if (!matches->doc || is_current(matches))
		return MHEX_OK;
	MhexStatus status = find_stretches(matches, &stretches, err);
	matches->generation = document_generation(matches->doc);
	if (!status && !tell(matches, &stretches))
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	ARRAY_FREE(&stretches);
	return status;
}

/* ---- looking at them ---- */

static const MatchRun *run_of(const Matches *matches, uint64_t number)
{
	size_t low = 0;
	size_t high = matches->runs.count;
	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;
		if (matches->runs.items[middle].before <= number)
			low = middle;
		else
			high = middle;
	}
	return &matches->runs.items[low];
}

size_t matches_get(Matches *matches, uint64_t first, Range *ranges, size_t max)
{
	uint64_t listed = 0;
	size_t copied = 0;
	const MatchList *list = open_list(matches, &listed);
	while (copied < max && first + copied < matches->count) {
		const MatchRun *run = run_of(matches, first + copied);
		const uint64_t skip = first + copied - run->before;
		const uint64_t left = run->count - skip;
		const size_t want = max - copied < left ? max - copied : (size_t)left;
		const size_t got = match_list_get_ranges(list, run->first + skip,
							 ranges + copied, want);
		for (size_t i = copied; i < copied + got; i++)
			ranges[i].offset += run->shift;
		copied += got;
		if (got < want)
			break;
	}
	close_list(matches);
	return copied;
}

uint64_t matches_rank(Matches *matches, uint64_t offset)
{
	uint64_t low = 0;
	uint64_t high = matches->count;
	while (low < high) {
		Range match;
		const uint64_t middle = low + (high - low) / 2;
		if (matches_get(matches, middle, &match, 1) == 1 && match.offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
