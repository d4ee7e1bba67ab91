/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The other implementation of storage/system.h: every call asks the plan first. */

#include "storage/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "storage/kernel.h"
#include "support/faults_private.h"

#define FILE_OF(descriptor, name, place) ((FaultFile){descriptor, name, place, 0})

/* The body of a function: result of expression, unless the plan says otherwise. */
#define MAKE(type, call, file, expression)                                               \
	do {                                                                             \
		const FaultVerdict verdict = faults_begin(CALL_##call, file);            \
		type result = -1;                                                        \
		if (verdict.error)                                                       \
			errno = verdict.error;                                           \
		else                                                                     \
			result = verdict.skips ? 0 : expression;                         \
		faults_end(verdict, (long)result);                                       \
		return result;                                                           \
	} while (0)

/* Within MAKE: as much of length as the call shall do. */
#define PART(length) (verdict.halves ? ((length) + 1) / 2 : (length))

int system_open(const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	const mode_t mode = system_open_has_mode(flags) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	MAKE(int, OPEN, FILE_OF(-1, path, NULL), open(path, flags, mode));
}

int system_openat(int folder, const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	const mode_t mode = system_open_has_mode(flags) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	MAKE(int, OPENAT, FILE_OF(folder, path, NULL), openat(folder, path, flags, mode));
}

/* It is closed in any case, as Linux does it. */
int system_close(int fd)
{
	const FaultVerdict verdict = faults_begin(CALL_CLOSE, FILE_OF(fd, NULL, NULL));
	int result = close(fd);
	if (verdict.error) {
		errno = verdict.error;
		result = -1;
	}
	faults_end(verdict, result);
	return result;
}

int system_posix_fallocate(int fd, off_t offset, off_t length)
{
	const FaultVerdict verdict =
		faults_begin(CALL_POSIX_FALLOCATE, FILE_OF(fd, NULL, NULL));
	const int result =
		verdict.error ? verdict.error : posix_fallocate(fd, offset, length);
	faults_end(verdict, result);
	return result;
}

int system_fstatvfs(int fd, struct statvfs *out)
{
	const FaultVerdict verdict = faults_begin(CALL_FSTATVFS, FILE_OF(fd, NULL, NULL));
	int result = fstatvfs(fd, out);
	if (verdict.error) {
		errno = verdict.error;
		result = -1;
	}
	if (verdict.halves)
		out->f_bavail = 1;
	faults_end(verdict, result);
	return result;
}

void *system_mmap(void *at, size_t length, int protection, int flags, int fd,
		  off_t offset)
{
	const FaultVerdict verdict = faults_begin(CALL_MMAP, FILE_OF(fd, NULL, NULL));
	void *result = MAP_FAILED;
	if (verdict.error)
		errno = verdict.error;
	else
		result = mmap(at, length, protection, flags, fd, offset);
	if (result != MAP_FAILED && fd >= 0)
		faults_mapped(result, length, fd, offset);
	faults_end(verdict, result == MAP_FAILED ? -1 : 0);
	return result;
}

int system_munmap(void *at, size_t length)
{
	faults_unmapped(at, length);
	MAKE(int, MUNMAP, FILE_OF(-1, NULL, at), munmap(at, length));
}

int system_mkostemp(char *pattern, int flags)
{
	MAKE(int, MKOSTEMP, FILE_OF(-1, pattern, NULL), mkostemp(pattern, flags));
}

int system_memfd_create(const char *name, unsigned flags)
{
	MAKE(int, MEMFD_CREATE, FILE_OF(-1, NULL, NULL), memfd_create(name, flags));
}

ssize_t system_read(int fd, void *dst, size_t length)
{
	MAKE(ssize_t, READ, FILE_OF(fd, NULL, NULL), read(fd, dst, PART(length)));
}

ssize_t system_pread(int fd, void *dst, size_t length, off_t offset)
{
	MAKE(ssize_t, PREAD, FILE_OF(fd, NULL, NULL),
	     pread(fd, dst, PART(length), offset));
}

ssize_t system_write(int fd, const void *bytes, size_t length)
{
	MAKE(ssize_t, WRITE, FILE_OF(fd, NULL, NULL), write(fd, bytes, PART(length)));
}

ssize_t system_pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
	MAKE(ssize_t, PWRITE, FILE_OF(fd, NULL, NULL),
	     pwrite(fd, bytes, PART(length), offset));
}

ssize_t system_copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset,
			       size_t length, unsigned flags)
{
	MAKE(ssize_t, COPY_FILE_RANGE, FILE_OF(to, NULL, NULL),
	     copy_file_range(from, from_offset, to, to_offset, PART(length), flags));
}

int system_ftruncate(int fd, off_t size)
{
	MAKE(int, FTRUNCATE, FILE_OF(fd, NULL, NULL), ftruncate(fd, size));
}

int system_fallocate(int fd, int mode, off_t offset, off_t length)
{
	MAKE(int, FALLOCATE, FILE_OF(fd, NULL, NULL),
	     fallocate(fd, mode, offset, length));
}

int system_msync(void *at, size_t length, int flags)
{
	const FaultFile file = {.fd = -1, .mapped = at, .length = length};
	MAKE(int, MSYNC, file, msync(at, length, flags));
}

int system_fsync(int fd)
{
	MAKE(int, FSYNC, FILE_OF(fd, NULL, NULL), fsync(fd));
}

int system_fdatasync(int fd)
{
	MAKE(int, FDATASYNC, FILE_OF(fd, NULL, NULL), fdatasync(fd));
}

int system_syncfs(int fd)
{
	MAKE(int, SYNCFS, FILE_OF(fd, NULL, NULL), syncfs(fd));
}

int system_sync_file_range(int fd, off_t offset, off_t length, unsigned flags)
{
	MAKE(int, SYNC_FILE_RANGE, FILE_OF(fd, NULL, NULL),
	     sync_file_range(fd, offset, length, flags));
}

int system_renameat2(int from_folder, const char *from, int to_folder, const char *to,
		     unsigned flags)
{
	MAKE(int, RENAMEAT2, FILE_OF(to_folder, to, NULL),
	     kernel_renameat2(from_folder, from, to_folder, to, flags));
}

int system_linkat(int from_folder, const char *from, int to_folder, const char *to,
		  int flags)
{
	MAKE(int, LINKAT, FILE_OF(to_folder, to, NULL),
	     linkat(from_folder, from, to_folder, to, flags));
}

int system_unlinkat(int folder, const char *path, int flags)
{
	MAKE(int, UNLINKAT, FILE_OF(folder, path, NULL), unlinkat(folder, path, flags));
}

int system_mkdirat(int folder, const char *path, mode_t mode)
{
	MAKE(int, MKDIRAT, FILE_OF(folder, path, NULL), mkdirat(folder, path, mode));
}

int system_fchmod(int fd, mode_t mode)
{
	MAKE(int, FCHMOD, FILE_OF(fd, NULL, NULL), fchmod(fd, mode));
}

int system_fchown(int fd, uid_t owner, gid_t group)
{
	MAKE(int, FCHOWN, FILE_OF(fd, NULL, NULL), fchown(fd, owner, group));
}

int system_fsetxattr(int fd, const char *name, const void *value, size_t length,
		     int flags)
{
	MAKE(int, FSETXATTR, FILE_OF(fd, NULL, NULL),
	     fsetxattr(fd, name, value, length, flags));
}

int system_fremovexattr(int fd, const char *name)
{
	MAKE(int, FREMOVEXATTR, FILE_OF(fd, NULL, NULL), fremovexattr(fd, name));
}

int system_futimens(int fd, const struct timespec times[2])
{
	MAKE(int, FUTIMENS, FILE_OF(fd, NULL, NULL), futimens(fd, times));
}
