/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_FUSE_FILE_H
#define MHEX_TESTS_FUSE_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A file system (libfuse) with one file, "file", that a test can spoil: it refuses to be
 * mapped shared, as FUSE file systems with direct I/O do, or fails where it is told to.
 */
enum {
	FUSE_FILE_SIZE = 10000,
	FUSE_BLOCK = 4096,
	FUSE_NOWHERE = -1,
};

/* What the server and the test share. */
typedef struct {
	/* To store here is what another machine does to a file on a network: this kernel
	 * is not told. */
	uint8_t content[FUSE_FILE_SIZE];
	bool direct_io; /* of files opened from now on: all reads and writes reach the
			   server, and there are no shared mappings */
	/* EIO for what touches this block; FUSE_NOWHERE: for nothing. */
	atomic_int bad_read, bad_write;
	atomic_bool bad_flush, bad_fsync; /* EIO for each close, each fsync */
} FuseFile;

/* Mount it on folder, content[i] being byte(i). For a process that has a mount namespace
 * of its own; NULL with the reason in errno where that is not allowed. The server ends
 * with the mount, or with this process. */
FuseFile *fuse_file_mount(const char *folder, bool direct_io, uint8_t (*byte)(uint64_t));

#endif
