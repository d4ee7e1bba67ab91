/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Opening: what kind of file is it, and which backend serves it. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/backend.h"
#include "storage/system.h"

Storage *backend_new(const char *path, MhexError *err)
{
	Storage *storage = calloc(1, sizeof(*storage));
	if (storage) {
		storage->fd = -1;
		storage->note = "";
		storage->path = strdup(path);
		storage->page = malloc((size_t)sysconf(_SC_PAGESIZE));
		if (storage->path && storage->page)
			return storage;
	}
	storage_close(storage);
	(void)mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", path);
	return NULL;
}

static const char *refusal(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "is a directory";
	case S_IFSOCK:
		return "is a socket, which has no contents";
	case S_IFIFO:
		return "is a FIFO, which has no size";
	case S_IFCHR:
		return "is a character device, which has no size";
	default:
		return NULL;
	}
}

/* Asked of the open file, not of its name, where /proc is there. */
static bool may_be_written(int fd, const char *path)
{
	char link[32];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (faccessat(AT_FDCWD, link, W_OK, AT_EACCESS) == 0)
		return true;
	return errno == ENOENT && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* Live keeps a writable descriptor; where that is not to be had it is a view. */
static void settle_access(Storage *storage, mode_t mode, Access wanted)
{
	storage->writable = may_be_written(storage->fd, storage->path) &&
			    !(S_ISBLK(mode) && device_is_read_only(storage->fd));
	storage->access = storage->writable ? wanted : ACCESS_VIEW;
	if (storage->access != ACCESS_LIVE ||
	    (fcntl(storage->fd, F_GETFL) & O_ACCMODE) == O_RDWR)
		return;
	const int fd = backend_reopen(storage, NULL);
	if (fd < 0) {
		storage->note = errno == ETXTBSY
					? "a running program cannot be edited live"
					: "it cannot be opened for writing now";
		storage->access = ACCESS_VIEW;
		return;
	}
	(void)system_close(storage->fd);
	storage->fd = fd;
}

static MhexStatus open_regular(Storage *storage, StorageOptions options, MhexError *err)
{
	bool usable = false;
	const MhexStatus status =
		file_storage_init(storage, options.window, &usable, err);
	if (status || usable)
		return status;
	if (pread_storage_suits(storage))
		return pread_storage_init(storage, err);
	return special_storage_init(storage, options, err);
}

static MhexStatus open_kind(Storage *storage, StorageOptions options, MhexError *err)
{
	struct stat st;
	if (fstat(storage->fd, &st) < 0)
		return mhex_fail_errno(err, "%s", storage->path);
	const char *refused = refusal(st.st_mode);
	if (refused)
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: %s", storage->path,
				 refused);
	settle_access(storage, st.st_mode, options.wanted);
	if (S_ISBLK(st.st_mode))
		return device_storage_init(storage, options.window, err);
	return open_regular(storage, options, err);
}

MhexStatus storage_open_fd(Storage **out, int fd, const char *path,
			   StorageOptions options, MhexError *err)
{
	*out = NULL;
	Storage *storage = backend_new(path, err);
	if (!storage) {
		(void)system_close(fd);
		return MHEX_E_NOMEM;
	}
	storage->fd = fd;
	MhexStatus status = open_kind(storage, options, err);
	if (!status)
		status = storage_measure(storage, err);
	if (status) {
		storage_close(storage);
		return status;
	}
	*out = storage;
	return MHEX_OK;
}

MhexStatus storage_open(Storage **out, const char *path, StorageOptions options,
			MhexError *err)
{
	*out = NULL;
	/* Looked at before it is opened: opening a FIFO wakes its writer, opening a
	 * device may do anything. */
	struct stat st;
	if (stat(path, &st) < 0)
		return mhex_fail_errno(err, "%s", path);
	const char *refused = refusal(st.st_mode);
	if (refused)
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: %s", path, refused);
	const int fd = system_open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return mhex_fail_errno(err, "%s", path);
	return storage_open_fd(out, fd, path, options, err);
}

static int open_link(const Storage *storage, int flags)
{
	char link[32];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", storage->fd);
	return system_open(link, flags);
}

int backend_reopen(const Storage *storage, MhexError *err)
{
	const int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	int fd = open_link(storage, flags);
	if (fd < 0 && errno == ENOENT) { /* no /proc here */
		fd = system_open(storage->path, flags);
	}
	if (fd < 0) {
		(void)mhex_fail_errno(err, "%s: cannot be opened for writing",
				      storage->path);
		return -1;
	}
	struct stat was;
	struct stat now;
	if (fstat(storage->fd, &was) < 0 || fstat(fd, &now) < 0 ||
	    was.st_dev != now.st_dev || was.st_ino != now.st_ino) {
		(void)system_close(fd);
		(void)mhex_fail(err, MHEX_E_CONFLICT,
				"%s: another file has this name now", storage->path);
		return -1;
	}
	return fd;
}
