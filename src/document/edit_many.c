/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Many ranges replaced as one step: two or three bytes of a journal for each. */

#include <string.h>

#include "document/edit_private.h"

enum {
	RANGES = 256 /* handed on at once */
};

void edit_put_range(StrBuf *out, uint64_t *end, Range range)
{
	edit_put_number(out, range.offset - *end);
	edit_put_number(out, range.length);
	*end = range_end(range);
}

static void put(EditStream *to, const void *bytes, size_t length)
{
	const char *from = bytes;
	while (length > 0 && !to->ops.failed) {
		const size_t part = length < EDIT_PENDING_MAX ? length : EDIT_PENDING_MAX;
		strbuf_add(&to->ops, from, part);
		if (to->ops.length > EDIT_PENDING_MAX)
			edit_write_part(to);
		from += part;
		length -= part;
	}
}

void edit_write_all(EditStream *to, const Replacement *with, uint64_t count,
		    const StrBuf *ranges)
{
	edit_write_operation(to, EDIT_REPLACE_ALL);
	edit_put_number(&to->ops, count);
	edit_put_number(&to->ops, with->length);
	edit_put_number(&to->ops, with->keep ? 1 : 0);
	put(to, with->bytes, with->length);
	if (with->keep)
		put(to, with->keep, with->length);
	put(to, strbuf_text(ranges), ranges->length);
}

/* ---- Reading ---- */

static MhexStatus damaged(MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED,
			 "the edits in the journal make no sense: nothing was applied");
}

/* The next range; from has failed when there is none that could be. */
static Range get_range(Unpack *from, uint64_t *end, const Replacement *with)
{
	const uint64_t gap = edit_get_number(from);
	const uint64_t length = edit_get_number(from);
	const uint64_t room = (uint64_t)INT64_MAX - *end;
	if (gap > room || length > room - gap || (with->keep && length != with->length)) {
		from->failed = true;
		return (Range){0, 0};
	}
	const Range range = {*end + gap, length};
	*end = range_end(range);
	return range;
}

/* all NULL: they are only looked at. */
static MhexStatus read_ranges(ReplaceAll *all, uint64_t size, Unpack *from,
			      const Replacement *with, uint64_t count, MhexError *err)
{
	Range ranges[RANGES];
	uint64_t end = 0;
	MhexStatus status = MHEX_OK;
	while (count > 0 && !status) {
		size_t got = 0;
		while (got < RANGES && got < count && !from->failed)
			ranges[got++] = get_range(from, &end, with);
		if (from->failed || end > size)
			return damaged(err);
		if (all)
			status = document_replace_ranges(all, ranges, got, err);
		count -= got;
	}
	return status;
}

MhexStatus edit_replay_all(EditReplay *replay, Unpack *from, MhexError *err)
{
	ReplaceAll *all = NULL;
	Document *doc = replay->doc;
	const uint64_t count = edit_get_number(from);
	const uint64_t length = edit_get_number(from);
	const uint64_t keeps = edit_get_number(from);
	const uint8_t *bytes = edit_get_bytes(from, length);
	const uint8_t *keep = keeps == 1 ? edit_get_bytes(from, length) : NULL;
	const Replacement with = {.bytes = bytes, .keep = keep, .length = (size_t)length};
	if (from->failed || keeps > 1 || count <= HISTORY_CHANGES_MAX)
		return damaged(err);
	replay->bytes += length;
	if (!doc)
		return read_ranges(NULL, INT64_MAX, from, &with, count, err);
	MhexStatus status = document_replace_begin(doc, &with, count, &all, err);
	if (status)
		return status;
	status = read_ranges(all, document_size(doc), from, &with, count, err);
	if (!status)
		return document_replace_end(all, err);
	document_replace_drop(all);
	return status;
}
