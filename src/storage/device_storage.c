/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A block device, through mapped windows. It may shrink and grow as a file does. */

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "storage/backend.h"
#include "storage/mapped_bytes.h"
#include "storage/system.h"

bool device_size(int fd, uint64_t *size)
{
	return ioctl(fd, BLKGETSIZE64, size) == 0;
}

/* stat() knows neither its size nor when it was changed. One that is gone keeps its size,
 * and its bytes cannot be read. */
static MhexStatus look(Storage *storage, FileStamp *stamp, MhexError *err)
{
	(void)err;
	*stamp = storage->stamp;
	(void)device_size(storage->fd, &stamp->size);
	return MHEX_OK;
}

static const StorageOps device_ops = {
	.look = look,
	.read = mapped_read,
	.visit = mapped_visit,
};

/* Mounted, or held by a swap area, RAID or device mapper: O_EXCL is refused then. */
static bool is_in_use(const Storage *storage)
{
	const int fd =
		system_open(storage->path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == EBUSY;
	(void)system_close(fd);
	return false;
}

bool device_is_read_only(int fd)
{
	int read_only = 0;
	return ioctl(fd, BLKROGET, &read_only) == 0 && read_only;
}

MhexStatus device_storage_init(Storage *storage, size_t window, MhexError *err)
{
	storage->kind = STORAGE_DEVICE;
	storage->ops = &device_ops;
	const MhexStatus status = backend_look(storage, &storage->stamp, err);
	if (status)
		return status;
	if (!device_size(storage->fd, &storage->stamp.size))
		return mhex_fail_errno(err, "%s: its size cannot be found out",
				       storage->path);
	if (is_in_use(storage))
		storage->note = "the device is mounted or otherwise in use";
	if (!backend_map(storage, window))
		return mhex_fail_errno(err, "%s: cannot be mapped", storage->path);
	return MHEX_OK;
}
