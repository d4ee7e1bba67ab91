/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The conflicts of a document: shown as they are found, or found by a job. */

#include <stdlib.h>

#include "document/conflicts_private.h"

enum {
	RUN_MAX = 4 << 10, /* bytes, which take some time to be decided */
};

/* ---- At once ---- */

typedef struct {
	ConflictVisitor visitor;
	void *context;
} Showing;

static bool show(void *context, const FoundConflict *found)
{
	const Showing *showing = context;
	return showing->visitor(showing->context, &found->conflict);
}

MhexStatus document_conflicts(Document *doc, ConflictVisitor visitor, void *context,
			      MhexError *err)
{
	Showing showing = {visitor, context};
	if (doc->access != ACCESS_PREVIEW)
		return MHEX_OK;
	const MhexStatus status = storage_measure(document_storage(doc), err);
	const FileStamp now = storage_stamp(document_storage(doc));
	const ConflictView view = {
		.version = &doc->now,
		.table = doc->stock->table,
		.reader = &doc->reader,
		.file = document_storage(doc),
		.base = doc->base,
		.has_stamp = doc->has_stamp,
		.stale = doc->has_stamp && conflict_is_stale(&doc->stamp, &now),
	};
	return status ? status : conflict_scan(&view, show, &showing, err);
}

/* ---- Kept ---- */

void found_conflicts_free(FoundConflicts *found)
{
	ARRAY_FREE(&found->runs);
	ARRAY_FREE(&found->sides);
	ARRAY_FREE(&found->lost);
}

static bool adjoins(const ConflictRun *last, const FoundConflict *conflict)
{
	return last->known && last->in_file.length < RUN_MAX &&
	       range_end(last->in_file) == conflict->in_file.offset &&
	       last->where.mine.offset == conflict->where.mine.offset &&
	       last->where.theirs.offset == conflict->where.theirs.offset;
}

static bool add_run(FoundConflicts *found, const FoundConflict *conflict, bool known)
{
	const ConflictRun run = {conflict->in_file, conflict->where, known,
				 found->sides.count};
	return ARRAY_PUSH(&found->runs, run);
}

static bool add_byte(FoundConflicts *found, const FoundConflict *conflict)
{
	const Conflict *values = &conflict->conflict;
	const ConflictSides sides = {values->was,        values->theirs,
				     values->mine,       values->has_was,
				     values->has_theirs, values->has_mine};
	const size_t runs = found->runs.count;
	if (runs > 0 && adjoins(&found->runs.items[runs - 1], conflict))
		found->runs.items[runs - 1].in_file.length++;
	else if (!add_run(found, conflict, true))
		return false;
	return ARRAY_PUSH(&found->sides, sides);
}

static bool keep(void *context, const FoundConflict *conflict)
{
	FoundConflicts *found = context;
	const uint64_t length = conflict->conflict.length;
	if (!range_contains(found->range, conflict->conflict.offset))
		return true;
	found->count.bytes += length;
	found->count.times++;
	if (length > 1)
		found->unknown += length;
	found->no_memory = length == 1 ? !add_byte(found, conflict)
				       : !add_run(found, conflict, false);
	return !found->no_memory;
}

static Conflict run_conflict(const FoundConflicts *found, const ConflictRun *run,
			     uint64_t i)
{
	Conflict out = {.offset = conflict_place(&run->where, run->in_file.offset + i),
			.length = run->in_file.length};
	if (run->known) {
		const ConflictSides *sides = &found->sides.items[run->from + i];
		out.length = 1;
		out.has_was = sides->has_was;
		out.has_theirs = sides->has_theirs;
		out.has_mine = sides->has_mine;
		out.was = sides->was;
		out.theirs = sides->theirs;
		out.mine = sides->mine;
	}
	return out;
}

static void show_found(const FoundConflicts *found, ConflictVisitor visitor,
		       void *context)
{
	bool more = true;
	for (size_t r = 0; more && r < found->runs.count; r++) {
		const ConflictRun *run = &found->runs.items[r];
		const uint64_t count = run->known ? run->in_file.length : 1;
		for (uint64_t i = 0; more && i < count; i++) {
			const Conflict conflict = run_conflict(found, run, i);
			more = visitor(context, &conflict);
		}
	}
}

/* ---- By a job ---- */

static MhexStatus find(Conflicts *conflicts, Job *job, Storage *file, Reader *reader,
		       MhexError *err)
{
	const Snapshot *snapshot = conflicts->snapshot;
	const Version *version = &snapshot->version;
	FoundConflicts *found = &conflicts->found;
	MhexStatus status = storage_measure(file, err);
	const FileStamp now = storage_stamp(file);
	const ConflictView view = {
		.version = version,
		.table = snapshot->table,
		.reader = reader,
		.file = file,
		.base = conflicts->base,
		.has_stamp = conflicts->has_stamp,
		.stale = conflicts->has_stamp &&
			 conflict_is_stale(&conflicts->stamp, &now),
		.job = job,
	};
	DifferenceWalk walk;
	uint64_t needed = 0;
	if (!status)
		status = conflict_scan(&view, keep, found, err);
	difference_walk(&walk, version, snapshot->table);
	found->in_place = walk.in_place;
	if (!status && !walk.in_place && found->count.bytes > 0)
		found->no_memory =
			found->no_memory ||
			!difference_find_lost(&version->tree, snapshot->table,
					      version->covered, &found->lost, &needed);
	return !status && found->no_memory ? document_no_memory(err) : status;
}

static MhexStatus run(Job *job, void *context, MhexError *err)
{
	Conflicts *conflicts = context;
	const Snapshot *snapshot = conflicts->snapshot;
	const Source *source =
		source_table_get(snapshot->table, snapshot->version.tree.file);
	Storage *file = NULL;
	Reader *reader = NULL;
	if (!conflicts->base) /* nothing can be one */
		return MHEX_OK;
	MhexStatus status = storage_ref_clone(source->file, &file, err);
	if (!status)
		status = reader_open(&reader, snapshot, err);
	if (!status)
		status = find(conflicts, job, file, reader, err);
	reader_close(reader);
	storage_close(file);
	return status;
}

/* The job has ended, or was never begun. */
void conflicts_free(Conflicts *conflicts)
{
	snapshot_release(conflicts->snapshot);
	base_bytes_free(conflicts->base);
	found_conflicts_free(&conflicts->found);
	free(conflicts);
}

MhexStatus document_find_conflicts(Document *doc, Range range, int wake_fd,
				   Conflicts **out, MhexError *err)
{
	const bool preview = doc->access == ACCESS_PREVIEW;
	Conflicts *conflicts = calloc(1, sizeof(*conflicts));
	*out = NULL;
	if (!conflicts)
		return document_no_memory(err);
	*conflicts = (Conflicts){.base = preview ? base_bytes_clone(doc->base) : NULL,
				 .has_stamp = doc->has_stamp,
				 .stamp = doc->stamp,
				 .revision = history_revision(doc->history),
				 .file = doc->now.tree.file,
				 .found.range = range};
	MhexStatus status =
		preview && !conflicts->base ? document_no_memory(err) : MHEX_OK;
	if (!status)
		status = document_snapshot(doc, &conflicts->snapshot, err);
	if (!status)
		status = job_start(&conflicts->job, run, conflicts, wake_fd, err);
	if (status)
		conflicts_free(conflicts);
	else
		*out = conflicts;
	return status;
}

bool conflicts_done(const Conflicts *conflicts)
{
	return job_done(conflicts->job);
}

void conflicts_cancel(Conflicts *conflicts)
{
	job_cancel(conflicts->job);
}

void conflicts_get_progress(const Conflicts *conflicts, uint64_t *done, uint64_t *total)
{
	job_get_progress(conflicts->job, done, total);
}

MhexStatus conflicts_show(Conflicts *conflicts, ConflictVisitor visitor, void *context,
			  ConflictCount *count, MhexError *err)
{
	const MhexStatus status = job_finish(conflicts->job, err);
	*count = conflicts->found.count;
	if (!status)
		show_found(&conflicts->found, visitor, context);
	conflicts_free(conflicts);
	return status;
}

void conflicts_drop(Conflicts *conflicts)
{
	job_cancel(conflicts->job);
	(void)job_finish(conflicts->job, NULL);
	conflicts_free(conflicts);
}
