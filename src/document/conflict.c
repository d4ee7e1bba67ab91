/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/conflict.h"

#include <string.h>

#include "document/document_private.h"

enum {
	CHUNK = 2 << 10 /* on the stack of whatever thread it is */
};

typedef struct {
	const ConflictView *view;
	FoundConflictVisitor visitor;
	void *context;
	Difference where;
	bool stopped;
	uint64_t passed; /* bytes of the differences so far */
} Scan;

/* What is known of a stretch of the file, byte by byte. */
typedef struct {
	Range range;
	uint8_t was[CHUNK], has_was[CHUNK];
	uint8_t theirs[CHUNK], has_theirs[CHUNK];
	uint8_t mine[CHUNK], has_mine[CHUNK];
} Stretch;

bool conflict_is_stale(const FileStamp *then, const FileStamp *now)
{
	return now->device != then->device || now->inode != then->inode ||
	       now->size != then->size || now->modified.tv_sec != then->modified.tv_sec ||
	       now->modified.tv_nsec != then->modified.tv_nsec;
}

/* ---- Reading ---- */

uint64_t conflict_place(const Difference *where, uint64_t offset)
{
	const uint64_t at = where->mine.offset + (offset - where->theirs.offset);
	const uint64_t end = range_end(where->mine);
	if (!where->alike)
		return where->mine.offset;
	return at < end ? at : end;
}

static MhexStatus read_mine(const Scan *scan, Stretch *stretch, MhexError *err)
{
	const Difference *where = &scan->where;
	const Range wanted = {conflict_place(where, stretch->range.offset),
			      stretch->range.length};
	memset(stretch->has_mine, 0, (size_t)wanted.length);
	if (!where->alike)
		return MHEX_OK;
	const Range there = range_intersect(wanted, where->mine);
	return reader_read(scan->view->reader, there.offset, stretch->mine,
			   (size_t)there.length, stretch->has_mine, err);
}

static MhexStatus read_file(const Scan *scan, Range range, Stretch *stretch,
			    MhexError *err)
{
	const size_t length = (size_t)range.length;
	stretch->range = range;
	base_bytes_read(scan->view->base, range.offset, stretch->was, length,
			stretch->has_was);
	return storage_read(scan->view->file, range.offset, stretch->theirs, length,
			    stretch->has_theirs, err);
}

static MhexStatus read_stretch(const Scan *scan, Range range, Stretch *stretch,
			       MhexError *err)
{
	const MhexStatus status = read_file(scan, range, stretch, err);
	return status ? status : read_mine(scan, stretch, err);
}

/* Is any byte that is remembered another in the file now? */
static bool was_changed(const Stretch *stretch)
{
	for (size_t i = 0; i < stretch->range.length; i++) {
		if (stretch->has_was[i] &&
		    (!stretch->has_theirs[i] || stretch->theirs[i] != stretch->was[i]))
			return true;
	}
	return false;
}

/* ---- Showing ---- */

static void show(Scan *scan, const Stretch *stretch, size_t i, uint64_t length)
{
	const Range in_file = {stretch->range.offset + i, length};
	const FoundConflict found = {
		.conflict =
			{
				.offset = conflict_place(&scan->where, in_file.offset),
				.length = length,
				.has_was = stretch->has_was[i],
				.has_theirs = stretch->has_theirs[i],
				.has_mine = stretch->has_mine[i],
				.was = stretch->was[i],
				.theirs = stretch->theirs[i],
				.mine = stretch->mine[i],
			},
		.in_file = in_file,
		.where = scan->where,
	};
	scan->stopped = !scan->visitor(scan->context, &found);
}

/* Is byte i, which is remembered, another now? One that is right already is none. */
static bool differs(const Stretch *stretch, size_t i)
{
	if (!stretch->has_theirs[i])
		return true;
	return stretch->theirs[i] != stretch->was[i] &&
	       !(stretch->has_mine[i] && stretch->mine[i] == stretch->theirs[i]);
}

/* Bytes that are not remembered one by one: the stamp speaks for them. Without one they
 * could not be read when they were edited. */
static MhexStatus scan_unknown(Scan *scan, Range range, MhexError *err)
{
	Stretch first;
	const bool suspect = scan->view->stale || !scan->view->has_stamp;
	if (range.length == 0 || scan->stopped || !suspect)
		return MHEX_OK;
	const MhexStatus status =
		read_stretch(scan, (Range){range.offset, 1}, &first, err);
	if (!status && (scan->view->stale || first.has_theirs[0]))
		show(scan, &first, 0, range.length);
	return status;
}

static MhexStatus scan_known(Scan *scan, Range range, MhexError *err)
{
	Stretch stretch;
	MhexStatus status = read_file(scan, range, &stretch, err);
	/* Mine costs a way down the tree, and matters to few. */
	if (!status && was_changed(&stretch))
		status = read_mine(scan, &stretch, err);
	for (size_t i = 0; !status && !scan->stopped && i < range.length; i++) {
		const size_t begin = i;
		while (i < range.length && !stretch.has_was[i])
			i++;
		status =
			scan_unknown(scan, (Range){range.offset + begin, i - begin}, err);
		if (!status && i < range.length && !scan->stopped && differs(&stretch, i))
			show(scan, &stretch, i, 1);
	}
	return status;
}

static MhexStatus scan_range(Scan *scan, Range range, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	while (!status && !scan->stopped && range.length > 0) {
		if (job_cancelled(scan->view->job))
			return mhex_fail(err, MHEX_E_CANCELLED, "cancelled");
		Range kept = range_intersect(
			base_bytes_next(scan->view->base, range.offset), range);
		const uint64_t end = kept.length ? kept.offset : range_end(range);
		status = scan_unknown(scan, range_between(range.offset, end), err);
		if (kept.length > CHUNK)
			kept.length = CHUNK;
		if (!status && kept.length > 0 && !scan->stopped)
			status = scan_known(scan, kept, err);
		range = range_between(end + kept.length, range_end(range));
	}
	return status;
}

/* The lost part of the difference. *next: the first lost range that may reach into it. */
static MhexStatus scan_lost(Scan *scan, const FileRanges *lost, size_t *next,
			    MhexError *err)
{
	const Range theirs = scan->where.theirs;
	MhexStatus status = MHEX_OK;
	while (*next < lost->count && range_end(lost->items[*next]) <= theirs.offset)
		++*next;
	for (size_t i = *next; !status && i < lost->count && !scan->stopped &&
			       lost->items[i].offset < range_end(theirs);
	     i++)
		status = scan_range(scan, range_intersect(lost->items[i], theirs), err);
	return status;
}

/* Bytes that were edited, and that the file has lost since. where: the last difference,
 * which may be empty. */
static MhexStatus scan_behind(Scan *scan, uint64_t covered, MhexError *err)
{
	Stretch stretch;
	MhexStatus status = MHEX_OK;
	Range kept = base_bytes_next(scan->view->base, covered);
	while (!status && !scan->stopped && kept.length > 0) {
		if (kept.length > CHUNK)
			kept.length = CHUNK;
		status = read_stretch(scan, kept, &stretch, err);
		for (size_t i = 0; !status && !scan->stopped && i < kept.length; i++) {
			if (stretch.has_was[i] && stretch.has_mine[i] &&
			    !stretch.has_theirs[i])
				show(scan, &stretch, i, 1);
		}
		kept = base_bytes_next(scan->view->base, range_end(kept));
	}
	return status;
}

/* Of the edited bytes; where some have moved, of the file. */
static void tell_progress(Scan *scan, bool in_place)
{
	const Version *version = scan->view->version;
	scan->passed += scan->where.mine.length;
	if (in_place)
		job_progress(scan->view->job, scan->passed,
			     piece_tree_modified(&version->tree));
	else
		job_progress(scan->view->job, range_end(scan->where.theirs),
			     version->covered);
}

MhexStatus conflict_scan(const ConflictView *view, FoundConflictVisitor visitor,
			 void *context, MhexError *err)
{
	Scan scan = {.view = view, .visitor = visitor, .context = context};
	const uint64_t covered = view->version->covered;
	DifferenceWalk walk;
	FileRanges lost = {0};
	uint64_t needed = 0;
	size_t next = 0;
	MhexStatus status = MHEX_OK;
	difference_walk(&walk, view->version, view->table);
	if (walk.in_place ? !file_ranges_add(&lost, 0, covered)
			  : !difference_find_lost(&view->version->tree, view->table,
						  covered, &lost, &needed))
		return document_no_memory(err);
	while (!status && !scan.stopped && difference_next(&walk, &scan.where)) {
		status = scan_lost(&scan, &lost, &next, err);
		tell_progress(&scan, walk.in_place);
	}
	if (!status && !scan.stopped)
		status = scan_behind(&scan, covered, err);
	ARRAY_FREE(&lost);
	return status;
}
