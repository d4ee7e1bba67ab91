/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "storage/backend.h"
#include "storage/system.h"
#include "storage/unlinked_file.h"

enum {
	TAIL_MIN = 256
};

void spill_free(Spill *spill)
{
	free(spill->tail);
	if (spill->has_file)
		(void)system_close(spill->fd);
	*spill = (Spill){0};
}

static size_t in_memory(const Spill *spill)
{
	return (size_t)(spill->size - spill->stored);
}

static bool open_file(Spill *spill)
{
	if (spill->has_file)
		return true;
	spill->fd = unlinked_file_open_temporary();
	spill->has_file = spill->fd >= 0;
	return spill->has_file;
}

/* For length bytes beside the reserve; where the file system does not say, too. */
static bool has_room(const Spill *spill, size_t length)
{
	struct statvfs fs;
	if (system_fstatvfs(spill->fd, &fs) < 0 || fs.f_blocks == 0 || fs.f_frsize == 0)
		return true;
	const uint64_t most = SPILL_RESERVE_MAX / fs.f_frsize;
	const uint64_t part = fs.f_blocks / SPILL_RESERVE_PART;
	const uint64_t reserve = part < most ? part : most;
	return fs.f_bavail >= reserve && fs.f_bavail - reserve > length / fs.f_frsize;
}

static bool store_tail(Spill *spill)
{
	const size_t length = in_memory(spill);
	spill->held_back = false;
	if (!open_file(spill))
		return false;
	if (!has_room(spill, length)) {
		spill->held_back = true;
		errno = ENOSPC;
		return false;
	}
	if (backend_write(spill->fd, spill->tail, length, spill->stored) < length)
		return false;
	spill->stored = spill->size;
	return true;
}

static bool grow_tail(Spill *spill, size_t want)
{
	size_t capacity = spill->capacity ? spill->capacity : TAIL_MIN;
	while (capacity < want)
		capacity *= 2;
	uint8_t *tail = realloc(spill->tail, capacity);
	if (!tail) {
		errno = ENOMEM;
		return false;
	}
	spill->tail = tail;
	spill->capacity = capacity;
	return true;
}

bool spill_append(Spill *spill, const void *bytes, size_t length)
{
	if (in_memory(spill) + length > SPILL_MEMORY_MAX && !store_tail(spill))
		return false;
	const size_t used = in_memory(spill);
	if (used + length > spill->capacity && !grow_tail(spill, used + length))
		return false;
	if (length > 0)
		memcpy(spill->tail + used, bytes, length);
	spill->size += length;
	return true;
}

static size_t read_file(const Spill *spill, uint64_t offset, uint8_t *dst, size_t length)
{
	size_t done = 0;
	while (done < length) {
		const ssize_t got = system_pread(spill->fd, dst + done, length - done,
						 (off_t)(offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0) /* somebody has cut it */
			errno = EIO;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

size_t spill_read(const Spill *spill, uint64_t offset, void *dst, size_t length)
{
	uint8_t *to = dst;
	size_t done = 0;
	if (offset >= spill->size)
		return 0;
	if (length > spill->size - offset)
		length = (size_t)(spill->size - offset);
	if (offset < spill->stored) {
		const uint64_t left = spill->stored - offset;
		const size_t part = length < left ? length : (size_t)left;
		done = read_file(spill, offset, to, part);
		if (done < part)
			return done;
	}
	if (done < length)
		memcpy(to + done, spill->tail + (offset + done - spill->stored),
		       length - done);
	return length;
}

void spill_cut(Spill *spill, uint64_t size)
{
	if (size < spill->stored)
		spill->stored = size;
	spill->size = size;
}
