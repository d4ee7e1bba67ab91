/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_SYSTEM_H
#define MHEX_STORAGE_SYSTEM_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

/*
 * Every system call of storage and document that reads, writes, maps, syncs, names or
 * frees something of a file, or asks for room, goes through one of these. In the program
 * they are the calls of the C library, and nothing else; a test links another
 * implementation instead, which fails a call, counts it, or ends the process behind it.
 * lint.system refuses the plain calls.
 *
 * Names, arguments, results and errno are those of the C library. What is here is all or
 * nothing: an implementation defines every one of them.
 */

/* Whether open() takes a mode with these flags. */
static inline bool system_open_has_mode(int flags)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

int system_open(const char *path, int flags, ...);
int system_openat(int folder, const char *path, int flags, ...);
int system_mkostemp(char *pattern, int flags);
int system_memfd_create(const char *name, unsigned flags);
int system_close(int fd);

ssize_t system_read(int fd, void *dst, size_t length);
ssize_t system_pread(int fd, void *dst, size_t length, off_t offset);
ssize_t system_write(int fd, const void *bytes, size_t length);
ssize_t system_pwrite(int fd, const void *bytes, size_t length, off_t offset);
ssize_t system_copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset,
			       size_t length, unsigned flags);

int system_ftruncate(int fd, off_t size);
int system_fallocate(int fd, int mode, off_t offset, off_t length);
int system_posix_fallocate(int fd, off_t offset, off_t length); /* the error, not -1 */
int system_fstatvfs(int fd, struct statvfs *out);

void *system_mmap(void *at, size_t length, int protection, int flags, int fd,
		  off_t offset);
int system_munmap(void *at, size_t length);

int system_msync(void *at, size_t length, int flags);
int system_fsync(int fd);
int system_fdatasync(int fd);
int system_syncfs(int fd);
int system_sync_file_range(int fd, off_t offset, off_t length, unsigned flags);

int system_renameat2(int from_folder, const char *from, int to_folder, const char *to,
		     unsigned flags);
int system_linkat(int from_folder, const char *from, int to_folder, const char *to,
		  int flags);
int system_unlinkat(int folder, const char *path, int flags);
int system_mkdirat(int folder, const char *path, mode_t mode);

int system_fchmod(int fd, mode_t mode);
int system_fchown(int fd, uid_t owner, gid_t group);
int system_fsetxattr(int fd, const char *name, const void *value, size_t length,
		     int flags);
int system_fremovexattr(int fd, const char *name);
int system_futimens(int fd, const struct timespec times[2]);

#endif
