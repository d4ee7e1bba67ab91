/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/file_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/packed.h"
#include "storage/kernel.h"

/* As in <linux/fs.h> since Linux 6.9, and ext4's own since 6.0. */
struct fsuuid2 {
	uint8_t len;
	uint8_t uuid[FILE_UUID_SIZE];
};
struct fsuuid {
	uint32_t len;
	uint32_t flags;
	uint8_t uuid[FILE_UUID_SIZE];
};
enum {
	FSUUID_HEAD = 2 * sizeof(uint32_t)
};
#define GET_UUID      _IOR(0x15, 0, struct fsuuid2)
#define EXT4_GET_UUID _IOC(_IOC_READ, 'f', 44, FSUUID_HEAD)

static void get_uuid(FileIdentity *out, int fd)
{
	struct fsuuid2 any = {0};
	struct fsuuid ext4 = {.len = FILE_UUID_SIZE};
	if (ioctl(fd, GET_UUID, &any) == 0 && any.len == FILE_UUID_SIZE)
		memcpy(out->uuid, any.uuid, FILE_UUID_SIZE);
	else if (ioctl(fd, EXT4_GET_UUID, &ext4) == 0 && ext4.len == FILE_UUID_SIZE)
		memcpy(out->uuid, ext4.uuid, FILE_UUID_SIZE);
}

/* What has the name no more keeps the path it was opened as. */
static char *absolute_path(const char *path)
{
	char *whole = realpath(path, NULL);
	if (whole || path[0] == '/')
		return whole ? whole : strdup(path);
	char *folder = realpath(".", NULL);
	char *joined = NULL;
	if (folder && asprintf(&joined, "%s/%s", folder, path) < 0)
		joined = NULL;
	free(folder);
	return joined;
}

MhexStatus file_identity_get(FileIdentity *out, int fd, const char *path, MhexError *err)
{
	struct statx info = {0};
	*out = (FileIdentity){.path = NULL};
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &info) < 0)
		return mhex_fail_errno(err, "%s", path);
	out->path = absolute_path(path);
	if (!out->path)
		return mhex_fail_errno(err, "%s", path);
	out->size = info.stx_size;
	out->inode = info.stx_ino;
	out->device = makedev(info.stx_dev_major, info.stx_dev_minor);
	if (info.stx_mask & STATX_BTIME)
		out->birth = (uint64_t)info.stx_btime.tv_sec * 1000000000 +
			     info.stx_btime.tv_nsec;
	if (S_ISREG(info.stx_mode))
		get_uuid(out, fd);
	return MHEX_OK;
}

void file_identity_free(FileIdentity *identity)
{
	free(identity->path);
	*identity = (FileIdentity){.path = NULL};
}

void file_identity_encode(const FileIdentity *identity, StrBuf *out)
{
	packed_add_u64(out, identity->size);
	packed_add_u64(out, identity->inode);
	packed_add_u64(out, identity->device);
	packed_add_u64(out, identity->birth);
	packed_add_bytes(out, identity->uuid, FILE_UUID_SIZE);
	packed_add_bytes(out, identity->path, strlen(identity->path));
}

MhexStatus file_identity_decode(FileIdentity *out, const void *bytes, size_t length,
				MhexError *err)
{
	Unpack from = {.at = bytes, .left = length};
	size_t uuid_length = 0;
	size_t path_length = 0;
	*out = (FileIdentity){.path = NULL};
	out->size = unpack_u64(&from);
	out->inode = unpack_u64(&from);
	out->device = unpack_u64(&from);
	out->birth = unpack_u64(&from);
	const uint8_t *uuid = unpack_bytes(&from, &uuid_length);
	const uint8_t *path = unpack_bytes(&from, &path_length);
	if (from.failed || from.left > 0 || uuid_length != FILE_UUID_SIZE ||
	    path_length == 0 || path_length >= PATH_MAX || path[0] != '/' ||
	    memchr(path, '\0', path_length))
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "it does not say which file it belongs to");
	memcpy(out->uuid, uuid, FILE_UUID_SIZE);
	out->path = strndup((const char *)path, path_length);
	return out->path ? MHEX_OK : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
}

bool file_identity_matches(const FileIdentity *a, const FileIdentity *b)
{
	static const uint8_t unknown[FILE_UUID_SIZE];
	if (strcmp(a->path, b->path) == 0)
		return true;
	return a->inode == b->inode && a->birth != 0 && a->birth == b->birth &&
	       memcmp(a->uuid, b->uuid, FILE_UUID_SIZE) == 0 &&
	       (memcmp(a->uuid, unknown, FILE_UUID_SIZE) != 0 || a->device == b->device);
}
