/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which bytes of the file will be nowhere when the save is done? */

#include <inttypes.h>

#include "document/save_private.h"

MhexStatus save_find_lost(const Save *save, FileRanges *lost, MhexError *err)
{
	const uint64_t size = storage_size(save->file);
	uint64_t needed = 0;
	if (!difference_find_lost(save_tree(save), save->snapshot->table, size, lost,
				  &needed))
		return document_no_memory(err);
	if (needed <= size)
		return MHEX_OK;
	ARRAY_FREE(lost);
	return mhex_fail(err, MHEX_E_SHRUNK,
			 "%s: the file was cut to 0x%" PRIx64
			 ", the document needs its bytes up to 0x%" PRIx64,
			 save->path, size, needed);
}
