/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/stat.h>

#include "storage/backend.h"
#include "storage/system.h"
#include "storage/unlinked_file.h"

enum {
	CHUNK = 64 << 10,           /* bytes read at a time */
	WAIT_MICROSECONDS = 100000, /* at most, between two calls of progress */
};

typedef struct {
	const char *name;
	int from;
	int to; /* a memfd at first */
	bool on_disk;
	uint64_t size;
	char *buffer; /* CHUNK bytes */
	StorageOptions options;
} Spool;

/* What is in memory goes to disk; false with errno when there is no room. */
static bool move_to_disk(Spool *spool)
{
	const int fd = unlinked_file_open_temporary();
	if (fd < 0)
		return false;
	char *copy = malloc(CHUNK);
	uint64_t at = 0;
	bool moved = copy != NULL;
	while (moved && at < spool->size) {
		const ssize_t got = system_pread(spool->to, copy, CHUNK, (off_t)at);
		moved = got > 0 &&
			backend_write(fd, copy, (size_t)got, at) == (size_t)got;
		at += moved ? (uint64_t)got : 0;
	}
	const int code = copy ? errno : ENOMEM;
	free(copy);
	(void)system_close(moved ? spool->to : fd);
	if (moved) {
		spool->to = fd;
		spool->on_disk = true;
	}
	errno = code;
	return moved;
}

/* Wait a moment for input, so that progress is called also while none comes. */
static bool input_is_ready(int fd)
{
	if (fd >= FD_SETSIZE)
		return true;
	fd_set ready;
	FD_ZERO(&ready);
	FD_SET(fd, &ready);
	struct timeval wait = {.tv_usec = WAIT_MICROSECONDS};
	const int count = select(fd + 1, &ready, NULL, NULL, &wait);
	/* What is wrong with fd, read() will say. */
	return count > 0 || (count < 0 && errno != EINTR);
}

/* -1 with EAGAIN: nothing yet. */
static ssize_t read_next(const Spool *spool)
{
	if (input_is_ready(spool->from))
		return system_read(spool->from, spool->buffer, CHUNK);
	errno = EAGAIN;
	return -1;
}

static bool keep(Spool *spool, size_t length)
{
	if (!spool->on_disk && spool->size + length > SPOOL_MEMORY_MAX &&
	    !move_to_disk(spool))
		return false;
	const size_t written =
		backend_write(spool->to, spool->buffer, length, spool->size);
	spool->size += written;
	return written == length;
}

static MhexStatus copy_all(Spool *spool, MhexError *err)
{
	for (;;) {
		const ssize_t got = read_next(spool);
		if (got == 0)
			return MHEX_OK;
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return mhex_fail_errno(
				err, "%s: reading ended after %" PRIu64 " bytes",
				spool->name, spool->size);
		if (got > 0 && !keep(spool, (size_t)got))
			return mhex_fail_errno(err,
					       "%s: only %" PRIu64 " bytes were read",
					       spool->name, spool->size);
		if (spool->options.progress &&
		    !spool->options.progress(spool->options.context, spool->size))
			return MHEX_OK;
	}
}

MhexStatus spool_fd(Storage **out, int fd, const char *name, StorageOptions options,
		    MhexError *err)
{
	*out = NULL;
	Spool spool = {.name = name, .from = fd, .options = options};
	if (fcntl(fd, F_GETFD) < 0) /* the memfd would get its number */
		return mhex_fail_errno(err, "%s: cannot be read", name);
	spool.to = backend_memory_fd();
	if (spool.to < 0)
		return mhex_fail_errno(err, "%s: no room in memory", name);
	spool.buffer = malloc(CHUNK);
	if (!spool.buffer) {
		(void)system_close(spool.to);
		return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", name);
	}
	const MhexStatus status = copy_all(&spool, err);
	free(spool.buffer);
	MhexError reason = {.status = MHEX_OK};
	const MhexStatus adopted =
		backend_adopt_memory(out, spool.to, name, options.window, &reason);
	if (adopted && !status && err)
		*err = reason;
	return status ? status : adopted;
}

MhexStatus spool_open_fifo(int *fd, const char *path, MhexError *err)
{
	struct stat st;
	*fd = -1;
	if (stat(path, &st) < 0)
		return mhex_fail_errno(err, "%s", path);
	if (!S_ISFIFO(st.st_mode))
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: is not a FIFO", path);
	*fd = system_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0)
		return mhex_fail_errno(err, "%s", path);
	return MHEX_OK;
}
