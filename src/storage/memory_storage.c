/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bytes of ours without a name: a memfd, or an unlinked file. Mapped like a file. */

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/backend.h"
#include "storage/mapped_bytes.h"
#include "storage/system.h"

size_t backend_write(int fd, const void *bytes, size_t length, uint64_t offset)
{
	const char *from = bytes;
	size_t done = 0;
	while (done < length) {
		const ssize_t written = system_pwrite(fd, from + done, length - done,
						      (off_t)(offset + done));
		if (written < 0 && errno == EINTR)
			continue;
		if (written == 0)
			errno = ENOSPC;
		if (written <= 0)
			break;
		done += (size_t)written;
	}
	return done;
}

static MhexStatus append(Storage *storage, const void *bytes, size_t length,
			 MhexError *err)
{
	FileStamp stamp;
	MhexStatus status = backend_look(storage, &stamp, err);
	if (status)
		return status;
	if (backend_write(storage->fd, bytes, length, stamp.size) < length) {
		status = mhex_fail_errno(err, "%s: cannot store 0x%zx bytes at 0x%jx",
					 storage->path, length, (uintmax_t)stamp.size);
		/* All or nothing. */
		(void)!system_ftruncate(storage->fd, (off_t)stamp.size);
		return status;
	}
	return storage_measure(storage, err);
}

static const StorageOps memory_ops = {
	.look = backend_look,
	.read = mapped_read,
	.visit = mapped_visit,
	.append = append,
};

int backend_memory_fd(void)
{
	return system_memfd_create("mhex", MFD_CLOEXEC);
}

MhexStatus backend_adopt_memory(Storage **out, int fd, const char *name, size_t window,
				MhexError *err)
{
	*out = NULL;
	Storage *storage = backend_new(name, err);
	if (!storage) {
		(void)system_close(fd);
		return MHEX_E_NOMEM;
	}
	storage->fd = fd;
	storage->kind = STORAGE_MEMORY;
	storage->access = ACCESS_PREVIEW;
	storage->writable = true;
	storage->ops = &memory_ops;
	MhexStatus status = MHEX_OK;
	if (!backend_map(storage, window))
		status = mhex_fail_errno(err, "%s: cannot be mapped", name);
	else
		status = storage_measure(storage, err);
	if (status) {
		storage_close(storage);
		return status;
	}
	*out = storage;
	return MHEX_OK;
}

MhexStatus storage_open_memory(Storage **out, size_t window, MhexError *err)
{
	*out = NULL;
	const int fd = backend_memory_fd();
	if (fd < 0)
		return mhex_fail_errno(err, "a file in memory");
	return backend_adopt_memory(out, fd, "memory", window, err);
}
