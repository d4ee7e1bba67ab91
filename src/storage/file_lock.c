/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/lock_holder.h"

enum {
	SPANS_MAX = 1024 /* more become one: a thousand locks take no time yet */
};

void file_lock_init(FileLock *lock, int fd, size_t window)
{
	*lock = (FileLock){.fd = fd, .window = window};
}

/* Is there a lock that offset, behind all of them, belongs to? */
static bool joins_last(const FileLock *lock, uint64_t offset)
{
	const size_t count = lock->spans.count;
	if (count == 0 || count == SPANS_MAX)
		return count > 0;
	return lock->spans.items[count - 1].offset / lock->window ==
	       offset / lock->window;
}

static bool add_part(FileLock *lock, Range part)
{
	if (!joins_last(lock, part.offset))
		return ARRAY_PUSH(&lock->spans, part);
	Range *last = &lock->spans.items[lock->spans.count - 1];
	*last = range_between(last->offset, range_end(part));
	return true;
}

bool file_lock_add(FileLock *lock, Range range)
{
	bool done = true;
	while (done && range.length > 0) {
		const uint64_t left = lock->window - range.offset % lock->window;
		const bool all = range.length <= left || lock->spans.count == SPANS_MAX;
		const Range part = {range.offset, all ? range.length : left};
		done = add_part(lock, part);
		range = range_between(range_end(part), range_end(range));
	}
	return done;
}

static struct flock request_for(Range span, short type)
{
	/* Length 0 is all that follows. */
	const bool endless = range_end(span) > INT64_MAX;
	return (struct flock){.l_type = type,
			      .l_whence = SEEK_SET,
			      .l_start = (off_t)span.offset,
			      .l_len = endless ? 0 : (off_t)span.length};
}

static bool is_refusal(int code)
{
	return code == EAGAIN || code == EACCES || code == EWOULDBLOCK;
}

/* Does another hold one on the span? Notes who. */
static bool is_held(FileLock *lock, Range span)
{
	struct flock request = request_for(span, F_WRLCK);
	if (fcntl(lock->fd, F_OFD_GETLK, &request) < 0 || request.l_type == F_UNLCK)
		return false;
	lock->holder = request.l_pid > 0 ? request.l_pid : 0;
	return true;
}

static bool lock_span(FileLock *lock, Range span)
{
	struct flock request = request_for(span, F_WRLCK);
	if (fcntl(lock->fd, F_OFD_SETLK, &request) == 0)
		return true;
	if (errno == EBADF)
		return !is_held(lock, span);
	if (!is_refusal(errno))
		return true; /* no locks here */
	(void)is_held(lock, span);
	return false;
}

static void unlock(const FileLock *lock)
{
	struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
	(void)fcntl(lock->fd, F_OFD_SETLK, &all);
	(void)flock(lock->fd, LOCK_UN);
}

bool file_lock_try(FileLock *lock)
{
	lock->holder = 0;
	if (flock(lock->fd, LOCK_EX | LOCK_NB) < 0 && is_refusal(errno))
		return false;
	for (size_t i = 0; i < lock->spans.count; i++) {
		if (!lock_span(lock, lock->spans.items[i])) {
			unlock(lock);
			return false;
		}
	}
	return true;
}

MhexStatus file_lock_refused(const FileLock *lock, const char *path, const char *instead,
			     MhexError *err)
{
	char who[LOCK_HOLDER_SIZE];
	lock_holder_name(lock->fd, lock->holder, who);
	return mhex_fail(err, MHEX_E_BUSY, "%s: locked by %s; %s", path, who, instead);
}

void file_lock_release(FileLock *lock)
{
	if (lock->fd >= 0 && lock->window > 0)
		unlock(lock);
	ARRAY_FREE(&lock->spans);
	lock->fd = -1;
}
