/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_STORE_H
#define MHEX_STORAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/storage.h"

/*
 * Writing into a file in place, through shared mapped windows.
 *
 * A byte is stored by an atomic compare-exchange against the byte that is
 * expected there (8 aligned bytes at a time, single bytes at the edges), so a byte that
 * another process changed meanwhile is a conflict and not lost. Where the file refuses a
 * shared mapping (some FUSE and network file systems, /proc) it is compare, pwrite,
 * fdatasync, and the comparison is not atomic. Nor is it in pages without blocks on a
 * file system that cannot allocate them in advance (ext3): those go the same way.
 *
 * Belongs to one thread. Use: open, reserve each span, exchange in order of
 * offset, sync, verify each span, close.
 */
typedef struct Store Store;

/* Opens the writable descriptor through /proc/self/fd/N (else by path, device
 * and inode compared). storage must outlive the store. MHEX_E_READONLY,
 * MHEX_E_BUSY (ETXTBSY: sys_errno says so) or MHEX_E_IO. */
MhexStatus store_open(Store **out, const Storage *storage, MhexError *err);

/* Never reports; call store_sync() first. */
void store_close(Store *store);

/* The writable descriptor; borrowed. */
int store_fd(const Store *store);

/* Before anything is touched: does the file still reach over range, and is there
 * a block under each byte of it (fallocate over holes)? MHEX_E_SHRUNK,
 * MHEX_E_NOSPACE. */
MhexStatus store_reserve(Store *store, Range range, MhexError *err);

/* Store bytes over range where the file holds base. *stored is how many were stored
 * before the end or the failure. MHEX_E_CONFLICT: the byte at
 * range.offset + *stored is not base's; MHEX_E_SHRUNK/MHEX_E_IO: the page is lost. A byte
 * where base and bytes are equal is compared but not written. */
MhexStatus store_exchange(Store *store, Range range, const uint8_t *base,
			  const uint8_t *bytes, size_t *stored, MhexError *err);

/* All that was stored reaches the disk: one msync(MS_SYNC | MS_INVALIDATE) for each
 * window, from its first to its last changed page (earlier windows were synced when
 * they were left); then the size is measured again. A failure is final: never
 * call it again hoping for success. */
MhexStatus store_sync(Store *store, MhexError *err);

/* After store_sync(): compare with the file through freshly mapped windows. A byte
 * that is not there is MHEX_E_SHRUNK or MHEX_E_CONFLICT, naming the offset. */
MhexStatus store_verify(Store *store, uint64_t offset, const uint8_t *bytes,
			size_t length, MhexError *err);

#endif
