/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/backend.h"
#include "storage/system.h"

FileStamp file_stamp_of(const struct stat *st)
{
	return (FileStamp){.device = st->st_dev,
			   .inode = st->st_ino,
			   .size = (uint64_t)st->st_size,
			   .links = st->st_nlink,
			   .modified = st->st_mtim,
			   .changed = st->st_ctim};
}

static bool time_equal(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool file_stamp_equal(const FileStamp *a, const FileStamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->links == b->links && time_equal(a->modified, b->modified) &&
	       time_equal(a->changed, b->changed);
}

void read_request_lose(ReadRequest *request, uint64_t begin, uint64_t end)
{
	const uint64_t request_end = request->offset + request->length;
	if (begin < request->offset)
		begin = request->offset;
	if (end > request_end)
		end = request_end;
	if (begin >= end)
		return;
	const size_t skip = (size_t)(begin - request->offset);
	memset(request->dst + skip, 0, (size_t)(end - begin));
	if (request->readable)
		memset(request->readable + skip, 0, (size_t)(end - begin));
	if (!request->lost || begin < request->first_lost)
		request->first_lost = begin;
	request->lost = true;
}

MhexStatus storage_read(Storage *storage, uint64_t offset, void *dst, size_t len,
			uint8_t *readable, MhexError *err)
{
	if (len == 0)
		return MHEX_OK;
	if (len > UINT64_MAX - offset)
		return mhex_fail(err, MHEX_E_RANGE, "%s: 0x%" PRIx64 " is out of range",
				 storage->path, offset);
	ReadRequest request = {
		.offset = offset, .dst = dst, .length = len, .readable = readable};
	if (readable)
		memset(readable, 1, len);
	const MhexStatus status = storage->ops->read(storage, &request, err);
	if (status || !request.lost || readable)
		return status;
	if (request.first_lost >= storage->reach)
		return mhex_fail(err, MHEX_E_SHRUNK,
				 "%s: cannot read at 0x%" PRIx64
				 ", the file ends at 0x%" PRIx64,
				 storage->path, request.first_lost, storage->reach);
	return mhex_fail(err, MHEX_E_IO, "%s: cannot read at 0x%" PRIx64, storage->path,
			 request.first_lost);
}

MhexStatus storage_visit(Storage *storage, Range range, StorageVisitor visitor,
			 void *context, MhexError *err)
{
	return storage->ops->visit(storage, range, visitor, context, err);
}

MhexStatus storage_measure(Storage *storage, MhexError *err)
{
	const MhexStatus status = storage->ops->look(storage, &storage->stamp, err);
	if (!status)
		storage->reach = storage->stamp.size;
	return status;
}

MhexStatus storage_append(Storage *storage, const void *bytes, size_t length,
			  MhexError *err)
{
	if (!storage->ops->append)
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: cannot be appended to",
				 storage->path);
	return storage->ops->append(storage, bytes, length, err);
}

MhexStatus storage_next_data(const Storage *storage, Range range, Range *data,
			     MhexError *err)
{
	if (storage->ops->next_data && range.length > 0)
		return storage->ops->next_data(storage, range, data, err);
	*data = range;
	return MHEX_OK;
}

StorageKind storage_kind(const Storage *storage)
{
	return storage->kind;
}

Access storage_access(const Storage *storage)
{
	return storage->access;
}

const char *storage_path(const Storage *storage)
{
	return storage->path;
}

int storage_fd(const Storage *storage)
{
	return storage->fd;
}

bool storage_writable(const Storage *storage)
{
	return storage->writable;
}

uint64_t storage_size(const Storage *storage)
{
	return storage->stamp.size;
}

FileStamp storage_stamp(const Storage *storage)
{
	return storage->stamp;
}

const char *storage_note(const Storage *storage)
{
	return storage->note;
}

void storage_set_window(Storage *storage, size_t window)
{
	mapping_set_window(&storage->mapping, window);
}

size_t storage_window(const Storage *storage)
{
	return storage->mapping.wanted;
}

void storage_usage(const Storage *storage, size_t *windows, uint64_t *bytes)
{
	mapping_usage(&storage->mapping, windows, bytes);
}

void storage_close(Storage *storage)
{
	if (!storage)
		return;
	mapping_release(&storage->mapping);
	if (storage->fd >= 0)
		(void)system_close(storage->fd);
	free(storage->page);
	free(storage->path);
	free(storage);
}

MhexStatus storage_clone(Storage **out, const Storage *from, MhexError *err)
{
	*out = NULL;
	Storage *copy = backend_new(from->path, err);
	if (!copy)
		return MHEX_E_NOMEM;
	copy->ops = from->ops;
	copy->kind = from->kind;
	copy->access = from->access;
	copy->writable = from->writable;
	copy->note = from->note;
	copy->made_up = from->made_up;
	copy->true_holes = from->true_holes;
	copy->stamp = from->stamp;
	copy->reach = from->reach;
	copy->fd = fcntl(from->fd, F_DUPFD_CLOEXEC, 0);
	if (copy->fd < 0) {
		const MhexStatus status = mhex_fail_errno(err, "%s", from->path);
		storage_close(copy);
		return status;
	}
	mapping_init(&copy->mapping, copy->fd, from->mapping.protection,
		     from->mapping.flags, from->mapping.wanted);
	*out = copy;
	return MHEX_OK;
}
