/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/history_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "document/change.h"

/* The first byte of a record. */
enum {
	BEGINS_STEP = 1 << 0,
	HAS_PAIR = 1 << 1,
	REMOVED_SHIFT = 2, /* two counts of three bits */
	INSERTED_SHIFT = 5,
	COUNT_MASK = 7,
	COUNT_FOLLOWS = 6, /* too large for three bits */
	REBASE = 7,        /* as the first count: both follow */
};

enum {
	NUMBER_MAX = 10, /* bytes of a number */
	PIECE_MAX = 3 * NUMBER_MAX,
	LENGTH_FOLLOWS = 255, /* a longer record's length stands before */
	TRAILER_MAX = 1 + sizeof(uint64_t),
	HEAD_MAX = 1 + 3 * NUMBER_MAX,
};

/* ---- Versions ---- */

VersionPair *version_pair_new(uint64_t at, const Version *before, const Version *after)
{
	VersionPair *pair = malloc(sizeof(*pair));
	if (pair)
		*pair = (VersionPair){.at = at,
				      .before = version_retain(before),
				      .after = version_retain(after)};
	return pair;
}

void version_pair_free(VersionPair *pair)
{
	if (!pair)
		return;
	version_release(&pair->before);
	version_release(&pair->after);
	base_bytes_free(pair->base.bytes);
	free(pair);
}

/* ---- Writing ---- */

static bool reserve(HistoryLog *log, size_t more)
{
	return array_grow(&log->bytes, &log->capacity, log->count + more, 1);
}

static void put_number(HistoryLog *log, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		log->bytes[log->count++] = (uint8_t)(number | 0x80);
	log->bytes[log->count++] = (uint8_t)number;
}

/* So that small differences are small numbers, whichever is larger. */
static uint64_t fold(uint64_t difference)
{
	return difference << 1 ^ (difference >> 63 ? UINT64_MAX : 0);
}

static uint64_t unfold(uint64_t folded)
{
	return folded >> 1 ^ (folded & 1 ? UINT64_MAX : 0);
}

static void put_pieces(HistoryLog *log, const PieceList *list, uint64_t relative_to)
{
	for (size_t i = 0; i < list->count; i++) {
		put_number(log, list->items[i].source);
		put_number(log, fold(list->items[i].offset - relative_to));
		put_number(log, list->items[i].length);
	}
}

static void put_trailer(HistoryLog *log, size_t begin)
{
	const uint64_t length = log->count - begin;
	if (length >= LENGTH_FOLLOWS) {
		memcpy(log->bytes + log->count, &length, sizeof(length));
		log->count += sizeof(length);
	}
	log->bytes[log->count++] =
		(uint8_t)(length < LENGTH_FOLLOWS ? length : LENGTH_FOLLOWS);
}

static unsigned short_count(size_t count)
{
	return count < COUNT_FOLLOWS ? (unsigned)count : COUNT_FOLLOWS;
}

bool history_log_add(HistoryLog *log, bool begins, const Change *change)
{
	const size_t removed = change->removed.count;
	const size_t inserted = change->inserted.count;
	const size_t begin = log->count;
	const unsigned first = change->rebase ? REBASE : short_count(removed);
	const unsigned second = change->rebase ? COUNT_FOLLOWS : short_count(inserted);
	if (!reserve(log, HEAD_MAX + (removed + inserted) * PIECE_MAX + TRAILER_MAX))
		return false;
	log->bytes[log->count++] =
		(uint8_t)((begins ? BEGINS_STEP : 0) | first << REMOVED_SHIFT |
			  second << INSERTED_SHIFT);
	if (first >= COUNT_FOLLOWS)
		put_number(log, removed);
	if (second >= COUNT_FOLLOWS)
		put_number(log, inserted);
	put_number(log, change->offset);
	put_pieces(log, &change->removed, change->offset);
	put_pieces(log, &change->inserted, 0);
	put_trailer(log, begin);
	return true;
}

bool history_log_reserve(HistoryLog *log)
{
	return reserve(log, 1 + sizeof(VersionPair *) + TRAILER_MAX);
}

bool history_log_add_pair(HistoryLog *log, VersionPair *pair)
{
	const size_t begin = log->count;
	if (!history_log_reserve(log))
		return false;
	log->bytes[log->count++] = BEGINS_STEP | HAS_PAIR;
	memcpy(log->bytes + log->count, &pair, sizeof(VersionPair *));
	log->count += sizeof(VersionPair *);
	put_trailer(log, begin);
	log->pairs++;
	return true;
}

/* ---- Reading ---- */

static VersionPair *pair_at(const HistoryLog *log, size_t at)
{
	VersionPair *pair = NULL;
	memcpy(&pair, log->bytes + at + 1, sizeof(VersionPair *));
	return pair;
}

static uint64_t get_number(const HistoryLog *log, size_t *at)
{
	uint64_t number = 0;
	for (unsigned shift = 0;; shift += 7) {
		const uint8_t byte = log->bytes[(*at)++];
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return number;
	}
}

/* out NULL: skip them. */
static bool get_pieces(const HistoryLog *log, size_t *at, size_t count,
		       uint64_t relative_to, PieceList *out)
{
	if (out && count > 0) {
		out->items = malloc(count * sizeof(*out->items));
		if (!out->items)
			return false;
		out->capacity = count;
		out->count = count;
	}
	for (size_t i = 0; i < count; i++) {
		const uint32_t source = (uint32_t)get_number(log, at);
		const uint64_t offset = unfold(get_number(log, at)) + relative_to;
		const uint64_t length = get_number(log, at);
		if (out)
			out->items[i] = (Piece){offset, length, source};
	}
	return true;
}

/* out NULL: skip it. */
static bool get_change(const HistoryLog *log, size_t *at, Change *out)
{
	const unsigned flags = log->bytes[(*at)++];
	size_t removed = flags >> REMOVED_SHIFT & COUNT_MASK;
	size_t inserted = flags >> INSERTED_SHIFT & COUNT_MASK;
	const bool rebase = removed == REBASE;
	if (removed >= COUNT_FOLLOWS)
		removed = (size_t)get_number(log, at);
	if (inserted == COUNT_FOLLOWS)
		inserted = (size_t)get_number(log, at);
	const uint64_t offset = get_number(log, at);
	if (out)
		*out = (Change){.offset = offset, .rebase = rebase};
	if (get_pieces(log, at, removed, offset, out ? &out->removed : NULL) &&
	    get_pieces(log, at, inserted, 0, out ? &out->inserted : NULL))
		return true;
	change_free(out);
	return false;
}

/* at is where what stands before the trailer of the record at begin ends. */
static size_t behind_trailer(size_t begin, size_t at)
{
	return at + (at - begin < LENGTH_FOLLOWS ? 1 : TRAILER_MAX);
}

bool history_log_read(const HistoryLog *log, size_t *at, HistoryRecord *out)
{
	const size_t begin = *at;
	const unsigned flags = log->bytes[begin];
	size_t end = begin;
	*out = (HistoryRecord){.begins = flags & BEGINS_STEP};
	if (flags & HAS_PAIR) {
		out->pair = pair_at(log, begin);
		end += 1 + sizeof(VersionPair *);
	} else if (!get_change(log, &end, &out->change)) {
		return false;
	}
	*at = behind_trailer(begin, end);
	return true;
}

size_t history_log_previous(const HistoryLog *log, size_t end)
{
	uint64_t length = log->bytes[end - 1];
	if (length < LENGTH_FOLLOWS)
		return end - 1 - (size_t)length;
	memcpy(&length, log->bytes + end - TRAILER_MAX, sizeof(length));
	return end - TRAILER_MAX - (size_t)length;
}

bool history_log_has_pair(const HistoryLog *log, size_t begin)
{
	return log->bytes[begin] & HAS_PAIR;
}

size_t history_log_step_begin(const HistoryLog *log, size_t end)
{
	do
		end = history_log_previous(log, end);
	while (!(log->bytes[end] & BEGINS_STEP));
	return end;
}

size_t history_log_step_end(const HistoryLog *log, size_t begin)
{
	size_t at = begin;
	do {
		size_t end = at;
		if (log->bytes[at] & HAS_PAIR)
			end += 1 + sizeof(VersionPair *);
		else
			(void)get_change(log, &end, NULL);
		at = behind_trailer(at, end);
	} while (at < log->count && !(log->bytes[at] & BEGINS_STEP));
	return at;
}

void history_log_cut(HistoryLog *log, size_t at)
{
	for (size_t end = log->count; end > at && log->pairs > 0;) {
		end = history_log_previous(log, end);
		if (!(log->bytes[end] & HAS_PAIR))
			continue;
		version_pair_free(pair_at(log, end));
		log->pairs--;
	}
	log->count = at;
}

void history_log_free(HistoryLog *log)
{
	history_log_cut(log, 0);
	free(log->bytes);
	*log = (HistoryLog){0};
}
