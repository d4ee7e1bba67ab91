/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/save_kept.h"

#include <errno.h>

#include "document/save_io.h"
#include "document/save_temp.h"
#include "storage/system.h"

static MhexStatus no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the bytes that change");
}

MhexStatus save_kept_begin(SaveKept *kept, uint64_t bytes, uint64_t room,
			   const char *what, MhexError *err)
{
	*kept = (SaveKept){.spill = -1};
	if (bytes > room)
		return save_temp_open_private(&kept->spill, bytes, what, err);
	kept->memory = add_buffer_new();
	return kept->memory ? MHEX_OK : no_memory(err);
}

MhexStatus save_kept_open(SaveKept *kept, uint64_t bytes, uint64_t room, bool force,
			  MhexError *err)
{
	const MhexStatus status =
		save_kept_begin(kept, bytes, room, "that change, for undo", err);
	if (!status || status == MHEX_E_NOMEM)
		return status;
	if (force) {
		kept->dropped = true;
		return MHEX_OK;
	}
	save_error_add(err, " (! saves, and drops what can be undone)");
	return status;
}

void save_kept_free(SaveKept *kept)
{
	if (kept->spill >= 0)
		(void)system_close(kept->spill);
	add_buffer_free(kept->memory);
	ARRAY_FREE(&kept->ranges);
	*kept = (SaveKept){.spill = -1};
}

static bool note_range(SaveKept *kept, uint64_t offset, size_t length)
{
	if (kept->ranges.count > 0) {
		Range *last = &kept->ranges.items[kept->ranges.count - 1].range;
		if (range_end(*last) == offset) {
			last->length += length;
			return true;
		}
	}
	const KeptBytes added = {{offset, length}, kept->size};
	return ARRAY_PUSH(&kept->ranges, added);
}

MhexStatus save_kept_add(SaveKept *kept, uint64_t offset, const void *bytes,
			 size_t length, MhexError *err)
{
	uint64_t at = 0;
	if (!note_range(kept, offset, length))
		return no_memory(err);
	if (kept->dropped) {
		kept->size += length;
		return MHEX_OK;
	}
	if (kept->memory) {
		if (!add_buffer_append(kept->memory, bytes, length, &at))
			return no_memory(err);
	} else if (save_write(kept->spill, bytes, length, kept->size) < length) {
		return mhex_fail_errno(err, "cannot keep the bytes that change");
	}
	kept->size += length;
	return MHEX_OK;
}

MhexStatus save_kept_read(const SaveKept *kept, uint64_t at, void *dst, size_t length,
			  MhexError *err)
{
	if (kept->memory) {
		add_buffer_read(kept->memory, at, dst, length);
		return MHEX_OK;
	}
	if (save_read(kept->spill, dst, length, at) < length)
		return mhex_fail_errno(err, "cannot read what was kept of the old bytes");
	return MHEX_OK;
}

MhexStatus save_kept_hand_over(SaveKept *kept, SavedInPlace *done, MhexError *err)
{
	if (kept->dropped)
		return MHEX_OK;
	done->kept = kept->ranges.items;
	done->kept_count = kept->ranges.count;
	done->memory = kept->memory;
	kept->memory = NULL;
	if (done->memory || kept->size == 0)
		return MHEX_OK;
	const int fd = kept->spill;
	kept->spill = -1;
	return storage_open_fd(&done->spill, fd, "old bytes",
			       (StorageOptions){.wanted = ACCESS_VIEW}, err);
}
