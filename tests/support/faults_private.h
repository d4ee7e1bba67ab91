/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_FAULTS_PRIVATE_H
#define MHEX_TESTS_FAULTS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The calls, and whether they change, name or sync something. */
#define FAULT_CALLS(X)                                                                   \
	X(OPEN, "open", false)                                                           \
	X(OPENAT, "openat", false)                                                       \
	X(MKOSTEMP, "mkostemp", true)                                                    \
	X(MEMFD_CREATE, "memfd_create", false)                                           \
	X(CLOSE, "close", false)                                                         \
	X(READ, "read", false)                                                           \
	X(PREAD, "pread", false)                                                         \
	X(WRITE, "write", true)                                                          \
	X(PWRITE, "pwrite", true)                                                        \
	X(COPY_FILE_RANGE, "copy_file_range", true)                                      \
	X(FTRUNCATE, "ftruncate", true)                                                  \
	X(FALLOCATE, "fallocate", true)                                                  \
	X(POSIX_FALLOCATE, "posix_fallocate", true)                                      \
	X(FSTATVFS, "fstatvfs", false)                                                   \
	X(MMAP, "mmap", false)                                                           \
	X(MUNMAP, "munmap", false)                                                       \
	X(MSYNC, "msync", true)                                                          \
	X(FSYNC, "fsync", true)                                                          \
	X(FDATASYNC, "fdatasync", true)                                                  \
	X(SYNCFS, "syncfs", true)                                                        \
	X(SYNC_FILE_RANGE, "sync_file_range", false)                                     \
	X(RENAMEAT2, "renameat2", true)                                                  \
	X(LINKAT, "linkat", true)                                                        \
	X(UNLINKAT, "unlinkat", true)                                                    \
	X(MKDIRAT, "mkdirat", true)                                                      \
	X(FCHMOD, "fchmod", true)                                                        \
	X(FCHOWN, "fchown", true)                                                        \
	X(FSETXATTR, "fsetxattr", true)                                                  \
	X(FREMOVEXATTR, "fremovexattr", true)                                            \
	X(FUTIMENS, "futimens", true)

typedef enum {
#define X(id, name, changes) CALL_##id,
	FAULT_CALLS(X)
#undef X
	CALLS
} FaultCall;

/* The file that a call is about: a descriptor, or -1; a path, or NULL; a place in
 * memory, or NULL. */
typedef struct {
	int fd;
	const char *path;
	const void *mapped;
	size_t length; /* of that place */
} FaultFile;

/* What shall become of a call. */
typedef struct {
	int error; /* 0: it is made */
	bool halves;
	bool skips; /* not made, and 0 */
	bool kills;
	FaultCall call;
	FaultFile file;
} FaultVerdict;

/* Before the call. It is counted, and the process may stop here. */
FaultVerdict faults_begin(FaultCall call, FaultFile file);

/* Behind it, with its result; errno stays. Does not return when the verdict kills. */
void faults_end(FaultVerdict verdict, long result);

/* Somebody who watches all calls, or NULLs. result: -1 when it failed or was not made. */
typedef struct {
	void (*before)(FaultCall call, FaultFile file);
	void (*after)(FaultCall call, FaultFile file, long result);
} FaultObserver;
void faults_observe(FaultObserver observer);

/* Which file is mapped where. */
void faults_mapped(const void *at, size_t length, int fd, off_t offset);
/* The inode behind a place in memory, and the offset in it; 0: none. */
ino_t faults_mapped_inode(const void *at, off_t *offset);
void faults_unmapped(const void *at, size_t length);

/* The path of the file; "" when there is none. */
void faults_path(FaultFile file, char *path, size_t size);

#endif
