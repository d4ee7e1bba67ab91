/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_STORAGE_FUSE_FILE_H
#define MHEX_TESTS_STORAGE_FUSE_FILE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A file system with one file, "file", that refuses to be mapped shared, as FUSE file
 * systems with direct I/O do: all reads and writes reach the server.
 */
enum {
	FUSE_FILE_SIZE = 10000 /* bytes; each is sample_byte() of its offset */
};

/* Mount it on folder. For a child that has a mount namespace of its own; false where
 * that is not allowed. The server ends with the mount. */
bool fuse_file_mount(const char *folder);

/* What the server holds. To store here is what another machine does to a file on a
 * network: this kernel is not told. */
uint8_t *fuse_file_content(void);

#endif
