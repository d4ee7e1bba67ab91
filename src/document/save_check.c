/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Has another process changed what was edited? */

#include <inttypes.h>
#include <stdio.h>

#include "document/save_private.h"

/* Its times and size. Other names and another mode are no change of its bytes. */
MhexStatus save_look(Save *save, MhexError *err)
{
	const MhexStatus status = storage_measure(save->file, err);
	const FileStamp now = storage_stamp(save->file);
	save->stale = save->has_stamp && conflict_is_stale(&save->stamp, &now);
	return status;
}

/* ---- The sentence ---- */

typedef struct {
	FoundConflict first;
	uint64_t bytes;
} Found;

static bool count_conflict(void *context, const FoundConflict *conflict)
{
	Found *found = context;
	if (found->bytes == 0)
		found->first = *conflict;
	found->bytes += conflict->conflict.length;
	return true;
}

static MhexStatus find_conflicts(const Save *save, Found *found, MhexError *err)
{
	const ConflictView view = {
		.version = &save->snapshot->version,
		.table = save->snapshot->table,
		.reader = save->reader,
		.file = save->file,
		.base = save->base,
		.has_stamp = save->has_stamp,
		.stale = save->stale,
	};
	*found = (Found){0};
	return conflict_scan(&view, count_conflict, found, err);
}

static void describe(const Conflict *conflict, char *text, size_t size)
{
	char theirs[32] = "gone", mine[16] = "deleted";
	if (conflict->has_theirs)
		(void)snprintf(theirs, sizeof(theirs), "%02x", conflict->theirs);
	if (conflict->has_mine)
		(void)snprintf(mine, sizeof(mine), "%02x", conflict->mine);
	if (conflict->has_was)
		(void)snprintf(text, size, "was %02x, theirs is %s, mine %s",
			       conflict->was, theirs, mine);
	else if (conflict->length > 1)
		(void)snprintf(text, size,
			       "0x%" PRIx64 " bytes, in a file that was changed since "
			       "they were edited",
			       conflict->length);
	else
		(void)snprintf(text, size, "was unreadable, theirs is %s, mine %s",
			       theirs, mine);
}

static MhexStatus fail_conflict(const Save *save, const Found *found, MhexError *err)
{
	char text[120];
	const Conflict *first = &found->first.conflict;
	describe(first, text, sizeof(text));
	if (found->bytes > first->length)
		return mhex_fail(
			err, MHEX_E_CONFLICT,
			"%s: another process changed 0x%" PRIx64 ": %s, and %" PRIu64
			" more; take mine or theirs (! overrides)",
			save->path, first->offset, text, found->bytes - first->length);
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: another process changed 0x%" PRIx64
			 ": %s; take mine or theirs (! overrides)",
			 save->path, first->offset, text);
}

/* All of them are counted; by now the one that was met may be none any more. */
static MhexStatus fail_met(const Save *save, uint64_t offset, MhexError *err)
{
	Found found;
	const MhexStatus status = find_conflicts(save, &found, err);
	if (status)
		return status;
	if (found.bytes > 0)
		return fail_conflict(save, &found, err);
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: another process is changing the byte at 0x%" PRIx64
			 " (! overrides)",
			 save->path, offset);
}

/* ---- Is there any? ---- */

MhexStatus save_check_bytes(const Save *save, uint64_t offset, const uint8_t *in_file,
			    const uint8_t *wanted, size_t length, MhexError *err)
{
	uint8_t *base = save_buffer(save, SAVE_BASE_BYTES);
	uint8_t *known = save_buffer(save, SAVE_KNOWN);
	if (save->force)
		return MHEX_OK;
	base_bytes_read(save->base, offset, base, length, known);
	for (size_t i = 0; i < length; i++) {
		const bool suspect = known[i] ? in_file[i] != base[i]
					      : save->stale || !save->has_stamp;
		if (suspect && in_file[i] != wanted[i])
			return fail_met(save, offset + i, err);
	}
	return MHEX_OK;
}

MhexStatus save_check_file(const Save *save, MhexError *err)
{
	const uint64_t covered = save->snapshot->version.covered;
	const uint64_t size = storage_size(save->file);
	Found found;
	FileRanges lost = {0};
	if (save->force)
		return MHEX_OK;
	if (size > covered)
		return mhex_fail(err, MHEX_E_CONFLICT,
				 "%s: another process has just made the file longer, "
				 "from 0x%" PRIx64 " to 0x%" PRIx64
				 " bytes (! overrides)",
				 save->path, covered, size);
	MhexStatus status = save_find_lost(save, &lost, err);
	ARRAY_FREE(&lost);
	if (!status)
		status = find_conflicts(save, &found, err);
	if (!status && found.bytes > 0)
		status = fail_conflict(save, &found, err);
	return status;
}
