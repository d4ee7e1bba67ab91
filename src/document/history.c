/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/history.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"
#include "document/change.h"
#include "document/history_log.h"

/* The change that was pushed last is not in the log yet: so it can be taken back
 * together with what it would drop. */
typedef enum {
	NOTHING_FRESH,
	FRESH_CHANGE,
	FRESH_PAIR,
} FreshKind;

struct History {
	HistoryLog log;
	size_t at; /* what lies before can be undone, what lies behind redone */
	uint64_t undo_steps, redo_steps; /* of the log */
	uint64_t revision;

	FreshKind fresh;
	bool fresh_begins; /* a step */
	Change change;
	VersionPair *pair;

	bool join_next; /* history_join() was called, and */
	bool joinable;  /* nothing came after the last step */

	bool grouping, group_begun; /* it has a change */
	size_t group_at;            /* in the log, once begun */
	size_t group_weight;
	bool has_before;
	Version before;
	VersionPair
		*big; /* changes are no longer remembered one by one; after is to come */
};

Version version_retain(const Version *version)
{
	return (Version){piece_tree_retain(&version->tree), version->covered};
}

void version_release(Version *version)
{
	piece_tree_release(&version->tree);
	*version = (Version){0};
}

void history_step_free(HistoryStep *step)
{
	for (size_t i = 0; i < step->count; i++)
		change_free(&step->changes[i]);
	free(step->changes);
	if (step->has_versions) {
		version_release(&step->before);
		version_release(&step->after);
	}
	*step = (HistoryStep){0};
}

History *history_new(void)
{
	return calloc(1, sizeof(History));
}

static void drop_fresh(History *history)
{
	change_free(&history->change);
	version_pair_free(history->pair);
	history->pair = NULL;
	history->fresh = NOTHING_FRESH;
}

static void drop_before(History *history)
{
	if (history->has_before)
		version_release(&history->before);
	history->has_before = false;
}

/* Its after was never set. */
static void drop_big(History *history)
{
	if (history->big)
		version_release(&history->big->before);
	free(history->big);
	history->big = NULL;
}

void history_free(History *history)
{
	if (!history)
		return;
	history_clear(history);
	free(history);
}

void history_clear(History *history)
{
	const bool grouping = history->grouping;
	const uint64_t revision = history->revision + 1;
	drop_fresh(history);
	drop_before(history);
	drop_big(history);
	history_log_free(&history->log);
	*history = (History){.grouping = grouping, .revision = revision};
}

uint64_t history_revision(const History *history)
{
	return history->revision;
}

uint64_t history_memory(const History *history)
{
	return sizeof(*history) + history->log.capacity +
	       history->log.pairs * sizeof(VersionPair);
}

uint64_t history_undo_steps(const History *history)
{
	const bool more = (history->fresh && history->fresh_begins) || history->big;
	return history->undo_steps + (more ? 1 : 0);
}

uint64_t history_redo_steps(const History *history)
{
	return history->fresh ? 0 : history->redo_steps;
}

/* ---- Into the log ---- */

static void drop_redo(History *history)
{
	history_log_cut(&history->log, history->at);
	history->redo_steps = 0;
}

void history_forget_redo(History *history)
{
	history->revision++;
	if (!history->fresh)
		drop_redo(history);
}

static bool is_small(const Change *change)
{
	return change->removed.count <= HISTORY_CHANGES_MAX &&
	       change->inserted.count <= HISTORY_CHANGES_MAX;
}

/* Make the fresh change one with the last of the log, as with bytes typed behind each
 * other. *merged false: it lies elsewhere. */
static bool merge_fresh(History *history, bool *merged)
{
	HistoryLog *log = &history->log;
	HistoryRecord last;
	Change both;
	const size_t begin = history_log_previous(log, history->at);
	size_t end = begin;
	*merged = false;
	if (!history_log_read(log, &end, &last))
		return false;
	if (last.pair || last.change.rebase || history->change.rebase ||
	    !is_small(&last.change) || !is_small(&history->change) ||
	    !changes_touch(&last.change, &history->change)) {
		change_free(&last.change);
		return true;
	}
	*merged = changes_merge(&last.change, &history->change, &both);
	change_free(&last.change);
	if (!*merged)
		return false;
	log->count = begin;
	const bool added = history_log_add(log, last.begins, &both);
	change_free(&both);
	if (!added)
		log->count = end;
	return added;
}

static bool write_fresh(History *history)
{
	HistoryLog *log = &history->log;
	bool merged = false;
	if (history->fresh == FRESH_PAIR)
		return history_log_add_pair(log, history->pair);
	if (!history->fresh_begins && !merge_fresh(history, &merged))
		return false;
	return merged || history_log_add(log, history->fresh_begins, &history->change);
}

/* The fresh change was made: write it down. False when out of memory; then it is still
 * fresh. */
static bool settle(History *history)
{
	if (!history->fresh)
		return true;
	drop_redo(history);
	if (!write_fresh(history))
		return false;
	history->at = history->log.count;
	if (history->fresh_begins)
		history->undo_steps++;
	history->pair = NULL;
	drop_fresh(history);
	return true;
}

/* ---- Groups ---- */

void history_begin(History *history, const Version *before)
{
	assert(!history->grouping && "groups do not nest");
	history->grouping = true;
	history->group_begun = false;
	history->group_weight = 0;
	history->has_before = before != NULL;
	if (before)
		history->before = version_retain(before);
	history_break(history);
}

/* From here on, the group is two versions. The log gives back what it has of it, and
 * has room for them, so that history_end() cannot fail. */
static bool make_big(History *history)
{
	VersionPair *pair = calloc(1, sizeof(*pair));
	if (!pair || !history_log_reserve(&history->log)) {
		free(pair);
		return false;
	}
	pair->at = UINT64_MAX;
	if (history->group_begun) {
		size_t first = history->group_at;
		HistoryRecord record;
		if (!history_log_read(&history->log, &first, &record)) {
			free(pair);
			return false;
		}
		pair->at = record.change.offset;
		change_free(&record.change);
		history->at = history->group_at;
		history->undo_steps--;
	}
	drop_redo(history);
	pair->before = history->before;
	history->has_before = false;
	history->big = pair;
	return true;
}

void history_end(History *history, const Version *now)
{
	assert(history->grouping);
	history->grouping = false;
	drop_before(history);
	if (!history->big)
		return;
	assert(now);
	history->big->after = version_retain(now);
	const bool added = history_log_add_pair(&history->log, history->big);
	assert(added);
	(void)added;
	history->big = NULL;
	history->at = history->log.count;
	history->undo_steps++;
	history->joinable = false;
}

bool history_grouping(const History *history)
{
	return history->grouping;
}

void history_join(History *history)
{
	history->join_next = true;
}

bool history_joins(const History *history)
{
	return history->join_next && history->joinable && !history->grouping;
}

void history_joined(History *history)
{
	history->revision++;
	history->join_next = false;
}

void history_break(History *history)
{
	history->join_next = false;
	history->joinable = false;
}

/* ---- Pushing ---- */

static size_t weight(const Change *change)
{
	size_t most = 1;
	if (most < change->removed.count)
		most = change->removed.count;
	if (most < change->inserted.count)
		most = change->inserted.count;
	return most;
}

/* Count a change of so many pieces, lying at offset, into the group. */
static bool grow_group(History *history, size_t pieces, uint64_t offset)
{
	if (!history->big && history->has_before &&
	    history->group_weight + pieces > HISTORY_CHANGES_MAX && !make_big(history))
		return false;
	history->group_weight += pieces;
	if (history->big && history->big->at == UINT64_MAX)
		history->big->at = offset;
	return true;
}

/* Does the next change begin a step? */
static bool begin_step(History *history)
{
	bool begins = !(history->join_next && history->joinable);
	if (history->grouping) {
		begins = !history->group_begun;
		if (begins)
			history->group_at = history->at;
		history->group_begun = true;
	}
	history->join_next = false;
	return begins;
}

bool history_push(History *history, Change *change)
{
	if (!settle(history) ||
	    (history->grouping && !grow_group(history, weight(change), change->offset))) {
		change_free(change);
		return false;
	}
	if (history->big) {
		history->revision++;
		change_free(change);
		return true;
	}
	history->fresh_begins = begin_step(history);
	history->revision++;
	history->joinable = true;
	history->fresh = FRESH_CHANGE;
	history->change = *change;
	*change = (Change){0};
	return true;
}

bool history_push_versions(History *history, uint64_t at, const Version *before,
			   const Version *now)
{
	if (!settle(history))
		return false;
	history->revision++;
	if (history->grouping) {
		assert((history->has_before || history->big) &&
		       "no version to go back to");
		return grow_group(history, HISTORY_CHANGES_MAX + 1, at);
	}
	history->pair = version_pair_new(at, before, now);
	if (!history->pair)
		return false;
	history->fresh = FRESH_PAIR;
	history->fresh_begins = true;
	history_break(history);
	return true;
}

void history_keep_base(History *history, KeptBase base)
{
	if (history->fresh == FRESH_PAIR && !history->pair->base.bytes)
		history->pair->base = base;
	else
		base_bytes_free(base.bytes);
}

void history_pop(History *history)
{
	if (!history->fresh)
		return; /* of a group that is two versions: those stay right */
	if (history->fresh_begins) {
		history->group_begun = false;
		history->joinable = false;
	}
	drop_fresh(history);
}

/* ---- Undo and redo ---- */

static bool add_record(HistoryStep *step, const HistoryRecord *record)
{
	if (!record->pair) {
		if (!array_grow(&step->changes, &step->capacity, step->count + 1,
				sizeof(Change)))
			return false;
		step->changes[step->count++] = record->change;
		return true;
	}
	step->has_versions = true;
	step->before = version_retain(&record->pair->before);
	step->after = version_retain(&record->pair->after);
	step->base = &record->pair->base;
	step->at = record->pair->at;
	return true;
}

/* The step that lies at [begin, end) in the log. */
static bool read_step(const History *history, size_t begin, size_t end, HistoryStep *step)
{
	for (size_t at = begin; at < end;) {
		HistoryRecord record;
		if (!history_log_read(&history->log, &at, &record)) {
			history_step_free(step);
			return false;
		}
		if (!add_record(step, &record)) {
			change_free(&record.change);
			history_step_free(step);
			return false;
		}
	}
	if (step->count > 0)
		step->at = step->changes[0].offset;
	return true;
}

bool history_place(History *history, size_t *place)
{
	*place = 0;
	if (!settle(history))
		return false;
	*place = history->at;
	return true;
}

bool history_read_before(const History *history, size_t *place, HistoryStep *step)
{
	*step = (HistoryStep){0};
	if (history->grouping || *place == 0)
		return true;
	const size_t end = *place;
	*place = history_log_step_begin(&history->log, end);
	return read_step(history, *place, end, step);
}

bool history_read_behind(const History *history, size_t *place, HistoryStep *step)
{
	*step = (HistoryStep){0};
	if (history->grouping || *place == history->log.count)
		return true;
	const size_t begin = *place;
	*place = history_log_step_end(&history->log, begin);
	return read_step(history, begin, *place, step);
}

bool history_get_undo(History *history, HistoryStep *step)
{
	size_t place = 0;
	*step = (HistoryStep){0};
	return history_place(history, &place) &&
	       history_read_before(history, &place, step);
}

bool history_get_redo(History *history, HistoryStep *step)
{
	size_t place = 0;
	*step = (HistoryStep){0};
	return history_place(history, &place) &&
	       history_read_behind(history, &place, step);
}

static void find_versions(const History *history, HistorySpan *span)
{
	if (span->begin < span->end)
		span->has_versions = history_log_has_pair(&history->log, span->begin);
}

bool history_find_undo(History *history, HistorySpan *span)
{
	size_t place = 0;
	const bool found = history_place(history, &place);
	*span = (HistorySpan){.begin = place, .end = place};
	if (found && !history->grouping && place > 0)
		span->begin = history_log_step_begin(&history->log, place);
	find_versions(history, span);
	return found;
}

bool history_find_redo(History *history, HistorySpan *span)
{
	size_t place = 0;
	const bool found = history_place(history, &place);
	*span = (HistorySpan){.begin = place, .end = place};
	if (found && !history->grouping && place < history->log.count)
		span->end = history_log_step_end(&history->log, place);
	find_versions(history, span);
	return found;
}

bool history_change_behind(const History *history, size_t *place, Change *change)
{
	HistoryRecord record;
	if (!history_log_read(&history->log, place, &record))
		return false;
	*change = record.change;
	return true;
}

bool history_change_before(const History *history, size_t *place, Change *change)
{
	const size_t begin = history_log_previous(&history->log, *place);
	size_t end = begin;
	if (!history_change_behind(history, &end, change))
		return false;
	*place = begin;
	return true;
}

void history_undone(History *history)
{
	assert(!history->fresh && history->undo_steps > 0);
	history->revision++;
	history->at = history_log_step_begin(&history->log, history->at);
	history->undo_steps--;
	history->redo_steps++;
	history_break(history);
}

void history_redone(History *history)
{
	assert(!history->fresh && history->redo_steps > 0);
	history->revision++;
	history->at = history_log_step_end(&history->log, history->at);
	history->undo_steps++;
	history->redo_steps--;
	history_break(history);
}
