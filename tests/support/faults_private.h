/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_FAULTS_PRIVATE_H
#define MHEX_TESTS_FAULTS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

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
} FaultFile;

/* What shall become of a call. */
typedef struct {
	int error; /* 0: it is made */
	bool halves;
	bool kills;
} FaultVerdict;

/* Before the call. It is counted, and the process may stop here. */
FaultVerdict faults_begin(FaultCall call, FaultFile file);

/* Behind it; errno stays. Does not return when the verdict kills. */
void faults_end(FaultVerdict verdict);

/* Which file is mapped where. */
void faults_mapped(const void *at, size_t length, int fd);
void faults_unmapped(const void *at, size_t length);

/* The path of the file; "" when there is none. */
void faults_path(FaultFile file, char *path, size_t size);

#endif
