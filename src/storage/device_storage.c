/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A block device, through mapped windows. Its size is asked for once. */

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "storage/backend.h"
#include "storage/mapped_bytes.h"
#include "storage/system.h"

static const StorageOps device_ops = {
	.look = backend_look_frozen,
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
	uint64_t size = 0;
	storage->kind = STORAGE_DEVICE;
	storage->ops = &device_ops;
	const MhexStatus status = backend_look(storage, &storage->stamp, err);
	if (status)
		return status;
	if (ioctl(storage->fd, BLKGETSIZE64, &size) < 0)
		return mhex_fail_errno(err, "%s: its size cannot be found out",
				       storage->path);
	storage->stamp.size = size;
	if (is_in_use(storage))
		storage->note = "the device is mounted or otherwise in use";
	if (!backend_map(storage, window))
		return mhex_fail_errno(err, "%s: cannot be mapped", storage->path);
	return MHEX_OK;
}
