/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_MAPPED_BYTES_H
#define MHEX_STORAGE_MAPPED_BYTES_H

#include "storage/backend.h"

/*
 * Reading through windows, for every backend that maps.
 *
 * The size is looked at after the bytes have been taken as well: the rest of the last
 * page behind the end reads as zeroes and never faults. What a window has lost is asked
 * for again page by page with pread, so that only what really cannot be read is reported
 * (a full tmpfs refuses to map a hole, but not to read it).
 */
MhexStatus mapped_read(Storage *storage, ReadRequest *request, MhexError *err);
MhexStatus mapped_visit(Storage *storage, Range range, StorageVisitor visitor,
			void *context, MhexError *err);

#endif
