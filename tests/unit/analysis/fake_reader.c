/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/analysis/fake_reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/analysis/random.h"

Snapshot snapshot_of(const void *bytes, uint64_t size)
{
	return (Snapshot){.bytes = bytes,
			  .size = size,
			  .run_max = 1 << 20,
			  .lost_at = UINT64_MAX,
			  .fails_at = UINT64_MAX,
			  .stops_at = UINT64_MAX};
}

struct Reader {
	Snapshot *snapshot;
	uint64_t random;
};

uint64_t snapshot_size(const Snapshot *snapshot)
{
	return snapshot->size;
}

MhexStatus reader_open(Reader **out, const Snapshot *snapshot, MhexError *err)
{
	Reader *reader = malloc(sizeof(*reader));
	if (!reader)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	reader->snapshot = (Snapshot *)(uintptr_t)snapshot;
	reader->random = snapshot->seed;
	*out = reader;
	return MHEX_OK;
}

void reader_close(Reader *reader)
{
	free(reader);
}

static bool is_readable(const Snapshot *snapshot, uint64_t at)
{
	return !snapshot->readable || snapshot->readable[at];
}

MhexStatus reader_read(Reader *reader, uint64_t offset, void *dst, size_t length,
		       uint8_t *readable, MhexError *err)
{
	const Snapshot *snapshot = reader->snapshot;
	uint8_t *out = dst;
	if (!range_fits(offset, length, snapshot->size))
		return mhex_fail(err, MHEX_E_RANGE, "read beyond the end");
	for (size_t i = 0; i < length; i++) {
		readable[i] = is_readable(snapshot, offset + i);
		out[i] = readable[i] ? snapshot->bytes[offset + i] : 0;
	}
	return MHEX_OK;
}

static void wait_for_owner(const Snapshot *snapshot)
{
	uint64_t one = 1;
	(void)!write(snapshot->arrived, &one, sizeof(one));
	(void)!read(snapshot->go, &one, sizeof(one));
}

/* As storage_visit() does it. */
static bool show_lost(const Snapshot *snapshot, Range run, ReaderVisitor visitor,
		      void *context)
{
	uint8_t *zeroes = calloc(1, (size_t)run.length);
	bool goes_on = visitor(context, run.offset, zeroes, (size_t)run.length);
	free(zeroes);
	goes_on = visitor(context, run.offset, NULL, 0);
	for (uint64_t i = 0; i < run.length && goes_on; i++)
		goes_on = visitor(context, run.offset + i,
				  is_readable(snapshot, run.offset + i)
					  ? snapshot->bytes + run.offset + i
					  : NULL,
				  1);
	return goes_on;
}

static bool show(Snapshot *snapshot, Range run, ReaderVisitor visitor, void *context)
{
	(void)__atomic_add_fetch(&snapshot->runs, 1, __ATOMIC_RELAXED);
	if (range_contains(run, snapshot->stops_at))
		wait_for_owner(snapshot);
	if (range_contains(run, snapshot->lost_at))
		return show_lost(snapshot, run, visitor, context);
	return visitor(context, run.offset,
		       is_readable(snapshot, run.offset) ? snapshot->bytes + run.offset
							 : NULL,
		       (size_t)run.length);
}

MhexStatus reader_visit(Reader *reader, Range range, ReaderVisitor visitor, void *context,
			MhexError *err)
{
	Snapshot *snapshot = reader->snapshot;
	const uint64_t end = range_end(range);
	if (!range_fits(range.offset, range.length, snapshot->size))
		return mhex_fail(err, MHEX_E_RANGE, "visit beyond the end");
	for (uint64_t at = range.offset; at < end;) {
		const uint64_t most =
			1 + random_below(&reader->random, snapshot->run_max);
		Range run = {at, 1};
		while (run.length < most && range_end(run) < end &&
		       is_readable(snapshot, range_end(run)) == is_readable(snapshot, at))
			run.length++;
		if (range_contains(run, snapshot->fails_at))
			return mhex_fail(err, MHEX_E_IO, "the disk is broken");
		if (!show(snapshot, run, visitor, context))
			return MHEX_OK;
		at = range_end(run);
	}
	return MHEX_OK;
}

bool reader_repeats(Reader *reader, Range range, ReaderRepeat *out)
{
	(void)reader;
	(void)range;
	(void)out;
	return false;
}
