/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_SAVE_IO_H
#define MHEX_DOCUMENT_SAVE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/error.h"

/*
 * Reading and writing whole stretches, interruptions and short counts seen to.
 */

/* At offset. How many bytes; fewer than length: errno says why, 0 for the file's end. */
size_t save_read(int fd, void *dst, size_t length, uint64_t offset);
size_t save_write(int fd, const void *bytes, size_t length, uint64_t offset);

/* To the end of a stream. False with errno. */
bool save_write_stream(int fd, const void *bytes, size_t length);

/* Put more words behind the sentence in *err. */
void save_error_add(MhexError *err, const char *text);

#endif
