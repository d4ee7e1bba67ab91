/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/system.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "storage/kernel.h"

int system_open(const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	const mode_t mode = system_open_has_mode(flags) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return open(path, flags, mode);
}

int system_openat(int folder, const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	const mode_t mode = system_open_has_mode(flags) ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return openat(folder, path, flags, mode);
}

int system_mkostemp(char *pattern, int flags)
{
	return mkostemp(pattern, flags);
}

int system_memfd_create(const char *name, unsigned flags)
{
	return memfd_create(name, flags);
}

int system_close(int fd)
{
	return close(fd);
}

ssize_t system_read(int fd, void *dst, size_t length)
{
	return read(fd, dst, length);
}

ssize_t system_pread(int fd, void *dst, size_t length, off_t offset)
{
	return pread(fd, dst, length, offset);
}

ssize_t system_write(int fd, const void *bytes, size_t length)
{
	return write(fd, bytes, length);
}

ssize_t system_pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
	return pwrite(fd, bytes, length, offset);
}

ssize_t system_copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset,
			       size_t length, unsigned flags)
{
	return copy_file_range(from, from_offset, to, to_offset, length, flags);
}

int system_ftruncate(int fd, off_t size)
{
	return ftruncate(fd, size);
}

int system_fallocate(int fd, int mode, off_t offset, off_t length)
{
	return fallocate(fd, mode, offset, length);
}

int system_posix_fallocate(int fd, off_t offset, off_t length)
{
	return posix_fallocate(fd, offset, length);
}

int system_fstatvfs(int fd, struct statvfs *out)
{
	return fstatvfs(fd, out);
}

void *system_mmap(void *at, size_t length, int protection, int flags, int fd,
		  off_t offset)
{
	return mmap(at, length, protection, flags, fd, offset);
}

int system_munmap(void *at, size_t length)
{
	return munmap(at, length);
}

int system_msync(void *at, size_t length, int flags)
{
	return msync(at, length, flags);
}

int system_fsync(int fd)
{
	return fsync(fd);
}

int system_fdatasync(int fd)
{
	return fdatasync(fd);
}

int system_syncfs(int fd)
{
	return syncfs(fd);
}

int system_sync_file_range(int fd, off_t offset, off_t length, unsigned flags)
{
	return sync_file_range(fd, offset, length, flags);
}

int system_renameat2(int from_folder, const char *from, int to_folder, const char *to,
		     unsigned flags)
{
	return kernel_renameat2(from_folder, from, to_folder, to, flags);
}

int system_linkat(int from_folder, const char *from, int to_folder, const char *to,
		  int flags)
{
	return linkat(from_folder, from, to_folder, to, flags);
}

int system_unlinkat(int folder, const char *path, int flags)
{
	return unlinkat(folder, path, flags);
}

int system_mkdirat(int folder, const char *path, mode_t mode)
{
	return mkdirat(folder, path, mode);
}

int system_fchmod(int fd, mode_t mode)
{
	return fchmod(fd, mode);
}

int system_fchown(int fd, uid_t owner, gid_t group)
{
	return fchown(fd, owner, group);
}

int system_fsetxattr(int fd, const char *name, const void *value, size_t length,
		     int flags)
{
	return fsetxattr(fd, name, value, length, flags);
}

int system_fremovexattr(int fd, const char *name)
{
	return fremovexattr(fd, name);
}

int system_futimens(int fd, const struct timespec times[2])
{
	return futimens(fd, times);
}
