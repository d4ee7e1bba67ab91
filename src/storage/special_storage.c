/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /proc, /sys and whatever else has a wrong size or refuses to be mapped: read as a
 * whole, once, into a memfd. */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "storage/backend.h"
#include "storage/mapped_bytes.h"
#include "storage/system.h"

enum {
	CHUNK = 64 << 10,
	WHOLE_MAX = 1 << 30, /* bytes read at most */
};

static const StorageOps special_ops = {
	.look = backend_look_frozen,
	.read = mapped_read,
	.visit = mapped_visit,
};

typedef struct {
	const Storage *storage;
	StorageOptions options;
	int fd; /* where it is copied to */
	char *buffer;
	uint64_t size;
	const char *note; /* why it ended early, or "" */
} Copy;

/* Some of these files cannot seek: then one read follows the other. */
static ssize_t read_next(const Copy *copy)
{
	for (;;) {
		ssize_t got = system_pread(copy->storage->fd, copy->buffer, CHUNK,
					   (off_t)copy->size);
		if (got < 0 && errno == ESPIPE)
			got = system_read(copy->storage->fd, copy->buffer, CHUNK);
		if (got >= 0 || errno != EINTR)
			return got;
	}
}

static MhexStatus copy_whole(Copy *copy, MhexError *err)
{
	const char *path = copy->storage->path;
	while (copy->size < WHOLE_MAX) {
		const ssize_t got = read_next(copy);
		if (got == 0)
			return MHEX_OK;
		if (got < 0 && errno == EAGAIN) {
			copy->note = "reading ended where it would have had to wait";
			return MHEX_OK;
		}
		if (got < 0 && copy->size > 0) {
			copy->note = "reading ended early, with an error";
			return MHEX_OK;
		}
		if (got < 0)
			return mhex_fail_errno(err, "%s: cannot be read", path);
		if (backend_write(copy->fd, copy->buffer, (size_t)got, copy->size) <
		    (size_t)got)
			return mhex_fail_errno(err, "%s: no room for its contents", path);
		copy->size += (uint64_t)got;
		if (copy->options.progress &&
		    !copy->options.progress(copy->options.context, copy->size)) {
			copy->note = "reading was stopped";
			return MHEX_OK;
		}
	}
	copy->note = "only the first 1 GiB was read";
	return MHEX_OK;
}

MhexStatus special_storage_init(Storage *storage, StorageOptions options, MhexError *err)
{
	if (options.at_once)
		return mhex_fail(err, MHEX_E_WHOLE, "%s: has to be read as a whole first",
				 storage->path);
	MhexStatus status = backend_look(storage, &storage->stamp, err);
	if (status)
		return status;
	Copy copy = {.storage = storage, .options = options, .note = ""};
	copy.fd = backend_memory_fd();
	if (copy.fd < 0)
		return mhex_fail_errno(err, "%s: no room for its contents",
				       storage->path);
	copy.buffer = malloc(CHUNK);
	if (copy.buffer)
		status = copy_whole(&copy, err);
	else
		status = mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", storage->path);
	free(copy.buffer);

	(void)system_close(storage->fd);
	storage->fd = copy.fd;
	if (status)
		return status;
	storage->kind = STORAGE_SPECIAL;
	storage->ops = &special_ops;
	storage->note = copy.note;
	storage->stamp.size = copy.size;
	/* What is shown is a copy: an edit could not reach the file. */
	storage->writable = false;
	storage->access = ACCESS_VIEW;
	if (!backend_map(storage, options.window))
		return mhex_fail_errno(err, "%s: cannot be mapped", storage->path);
	return MHEX_OK;
}
