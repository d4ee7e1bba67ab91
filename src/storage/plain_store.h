/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_PLAIN_STORE_H
#define MHEX_STORAGE_PLAIN_STORE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Storing without a mapping, for files that refuse one: compare by pread, then pwrite
 * what differs. Between the two another process may change a byte unseen.
 */
typedef enum {
	PLAIN_DONE,
	PLAIN_DIFFERS, /* the byte behind the last stored one is another */
	PLAIN_END,     /* the file ends there */
	PLAIN_FAILED,  /* errno says why */
} PlainResult;

/* As exchange_bytes(); *stored is how many are in place. */
PlainResult plain_exchange(int fd, uint64_t offset, const uint8_t *base,
			   const uint8_t *bytes, size_t length, size_t *stored);

/* *same is how many bytes from offset are those in the file. */
PlainResult plain_compare(int fd, uint64_t offset, const uint8_t *bytes, size_t length,
			  size_t *same);

#endif
