/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A regular file, through mapped windows. */

#include <errno.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "storage/backend.h"
#include "storage/mapped_bytes.h"
#include "storage/system.h"

/* Not in every linux/magic.h. */
#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

bool backend_map(Storage *storage, size_t window)
{
	const bool live = storage->access == ACCESS_LIVE;
	const int protection = live ? PROT_READ | PROT_WRITE : PROT_READ;
	/* A private window shows the file as a shared one does and can never write to
	 * it; nothing is ever stored through it. But where a shared one is refused
	 * (FUSE with direct I/O) a private one keeps pages that are long out of date. */
	const int flags = storage->access == ACCESS_PREVIEW ? MAP_PRIVATE : MAP_SHARED;
	if (!mapping_possible(storage->fd, protection, MAP_SHARED))
		return false;
	mapping_init(&storage->mapping, storage->fd, protection, flags, window);
	return true;
}

MhexStatus backend_look(Storage *storage, FileStamp *stamp, MhexError *err)
{
	struct stat st;
	if (fstat(storage->fd, &st) < 0)
		return mhex_fail_errno(err, "%s", storage->path);
	*stamp = file_stamp_of(&st);
	return MHEX_OK;
}

MhexStatus backend_look_frozen(Storage *storage, FileStamp *stamp, MhexError *err)
{
	(void)err;
	*stamp = storage->stamp;
	return MHEX_OK;
}

static MhexStatus next_data(const Storage *storage, Range range, Range *data,
			    MhexError *err)
{
	*data = range;
	if (!storage->true_holes)
		return MHEX_OK;
	const off_t begin = lseek(storage->fd, (off_t)range.offset, SEEK_DATA);
	if (begin < 0 && errno == ENXIO) {
		*data = (Range){range_end(range), 0};
		return MHEX_OK;
	}
	if (begin < 0 && errno == EINVAL)
		return MHEX_OK;
	if (begin < 0)
		return mhex_fail_errno(err, "%s: cannot look for holes", storage->path);
	if ((uint64_t)begin >= range_end(range)) {
		*data = (Range){range_end(range), 0};
		return MHEX_OK;
	}
	const off_t end = lseek(storage->fd, begin, SEEK_HOLE);
	const Range found = {(uint64_t)begin, end > begin ? (uint64_t)(end - begin) : 1};
	*data = range_intersect(range, found);
	return MHEX_OK;
}

static const StorageOps file_ops = {
	.look = backend_look,
	.read = mapped_read,
	.visit = mapped_visit,
	.next_data = next_data,
};

/* File systems whose files are made up when they are read. */
static bool is_made_up(unsigned long magic)
{
	static const unsigned long magics[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC,        DEBUGFS_MAGIC,       TRACEFS_MAGIC,
		SECURITYFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC,
		EFIVARFS_MAGIC,   PSTOREFS_MAGIC,     SELINUX_MAGIC,       SMACK_MAGIC,
	};
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (magic == magics[i])
			return true;
	}
	return false;
}

/* Says it is empty, and is not. */
static bool lies_about_size(const Storage *storage)
{
	struct stat st;
	char byte = 0;
	if (fstat(storage->fd, &st) < 0 || st.st_size != 0)
		return false;
	if (system_pread(storage->fd, &byte, 1, 0) <= 0)
		return false;
	/* Unless it has just been written. */
	return fstat(storage->fd, &st) == 0 && st.st_size == 0;
}

MhexStatus file_storage_init(Storage *storage, size_t window, bool *usable,
			     MhexError *err)
{
	struct statfs fs;
	*usable = false;
	if (fstatfs(storage->fd, &fs) < 0)
		return mhex_fail_errno(err, "%s", storage->path);
	storage->kind = STORAGE_FILE;
	storage->ops = &file_ops;
	/* A FUSE server does not know of pages that were stored to and not yet
	 * written. */
	storage->true_holes = fs.f_type != FUSE_SUPER_MAGIC;
	storage->made_up = is_made_up((unsigned long)fs.f_type);
	*usable = !storage->made_up && !lies_about_size(storage) &&
		  backend_map(storage, window);
	return MHEX_OK;
}
