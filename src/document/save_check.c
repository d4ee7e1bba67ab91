/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Has another process changed what was edited? */

#include <inttypes.h>

#include "document/save_private.h"

/* Its times and size. Other names and another mode are no change of its bytes. */
MhexStatus save_look(Save *save, MhexError *err)
{
	const MhexStatus status = storage_measure(save->file, err);
	const FileStamp now = storage_stamp(save->file);
	const FileStamp *then = &save->stamp;
	save->stale =
		save->has_stamp &&
		(now.device != then->device || now.inode != then->inode ||
		 now.size != then->size || now.modified.tv_sec != then->modified.tv_sec ||
		 now.modified.tv_nsec != then->modified.tv_nsec);
	return status;
}

static MhexStatus conflict_at(const Save *save, uint64_t offset, uint8_t was, uint8_t is,
			      MhexError *err)
{
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: the byte at 0x%" PRIx64
			 " was %02x when it was edited and is %02x now, changed by "
			 "another process (! overrides)",
			 save->path, offset, was, is);
}

static MhexStatus conflict_unseen(const Save *save, uint64_t offset, MhexError *err)
{
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: the byte at 0x%" PRIx64
			 " could not be read when it was edited and can be now (! "
			 "overrides)",
			 save->path, offset);
}

static MhexStatus conflict_stale(const Save *save, uint64_t offset, MhexError *err)
{
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: changed by another process since the bytes at 0x%" PRIx64
			 " were edited (! overrides)",
			 save->path, offset);
}

MhexStatus save_check_bytes(const Save *save, uint64_t offset, const uint8_t *in_file,
			    const uint8_t *wanted, size_t length, MhexError *err)
{
	uint8_t *base = save_buffer(save, SAVE_BASE_BYTES);
	uint8_t *known = save_buffer(save, SAVE_KNOWN);
	if (save->force)
		return MHEX_OK;
	base_bytes_read(save->base, offset, base, length, known);
	for (size_t i = 0; i < length; i++) {
		if (in_file[i] == wanted[i])
			continue;
		if (known[i] && in_file[i] != base[i])
			return conflict_at(save, offset + i, base[i], in_file[i], err);
		if (!known[i] && save->stale)
			return conflict_stale(save, offset + i, err);
		if (!known[i] && !save->has_stamp)
			return conflict_unseen(save, offset + i, err);
	}
	return MHEX_OK;
}

static MhexStatus check_remembered_chunk(const Save *save, Range part, MhexError *err)
{
	uint8_t *base = save_buffer(save, SAVE_BASE_BYTES);
	uint8_t *known = save_buffer(save, SAVE_KNOWN);
	uint8_t *in_file = save_buffer(save, SAVE_OLD_BYTES);
	const size_t length = (size_t)part.length;
	base_bytes_read(save->base, part.offset, base, length, known);
	const MhexStatus status =
		storage_read(save->file, part.offset, in_file, length, NULL, err);
	for (size_t i = 0; !status && i < length; i++) {
		if (known[i] && in_file[i] != base[i])
			return conflict_at(save, part.offset + i, base[i], in_file[i],
					   err);
	}
	return status ? status : save_go_on(save, err);
}

/* Only what is remembered: the stamp speaks for the rest. */
static MhexStatus check_remembered(const Save *save, Range range, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	uint64_t at = range.offset;
	while (!status) {
		const Range kept =
			range_intersect(base_bytes_next(save->base, at), range);
		if (kept.length == 0)
			break;
		const Range part = save_chunk(kept);
		status = check_remembered_chunk(save, part, err);
		at = range_end(part);
	}
	return status;
}

/* Of what is remembered only that counts which will be gone: a byte that merely changes
 * places is taken along as it is now. */
static MhexStatus check_lost(const Save *save, MhexError *err)
{
	SaveRanges lost = {0};
	MhexStatus status = save_find_lost(save, &lost, err);
	for (size_t i = 0; !status && i < lost.count; i++)
		status = check_remembered(save, lost.items[i], err);
	ARRAY_FREE(&lost);
	return status;
}

MhexStatus save_check_file(const Save *save, MhexError *err)
{
	const uint64_t covered = save->snapshot->version.covered;
	const uint64_t size = storage_size(save->file);
	if (save->force)
		return MHEX_OK;
	if (size > covered)
		return mhex_fail(err, MHEX_E_CONFLICT,
				 "%s: another process has just made the file longer, "
				 "from 0x%" PRIx64 " to 0x%" PRIx64
				 " bytes (! overrides)",
				 save->path, covered, size);
	if (save->stale)
		return conflict_stale(
			save, piece_tree_next_modified(save_tree(save), 0).offset, err);
	return check_lost(save, err);
}
