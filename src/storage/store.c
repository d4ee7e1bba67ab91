/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/backend.h"
#include "storage/exchange.h"
#include "storage/guard.h"
#include "storage/holes.h"
#include "storage/plain_store.h"
#include "storage/system.h"

struct Store {
	const Storage *storage;
	int fd;
	bool mapped;      /* else by pread and pwrite, as are ... */
	bool plain_holes; /* pages without blocks, which cannot be got in advance */
	bool plain_used;  /* something went by pwrite and is not on disk yet */
	Mapping window;   /* the one that is stored through */
	Mapping check;    /* what is verified through; mapped after the last sync */
	Range dirty;      /* changed in the window and not on disk yet */
	Range changed;    /* since the last sync, for the sentence */
	Holes holes;
	uint64_t limit; /* RLIMIT_FSIZE */
};

static bool size_is_frozen(const Store *store)
{
	return store->storage->ops->look == backend_look_frozen;
}

static bool is_device(const Store *store)
{
	return store->storage->kind == STORAGE_DEVICE;
}

static MhexStatus look_size(const Store *store, uint64_t *size, MhexError *err)
{
	struct stat st;
	*size = store->storage->stamp.size;
	if (is_device(store) && !device_size(store->fd, size))
		return mhex_fail_errno(err, "%s", store->storage->path);
	if (is_device(store) || size_is_frozen(store))
		return MHEX_OK;
	if (fstat(store->fd, &st) < 0)
		return mhex_fail_errno(err, "%s", store->storage->path);
	*size = (uint64_t)st.st_size;
	return MHEX_OK;
}

static MhexStatus fail_shrunk(const Store *store, uint64_t size, Range range,
			      MhexError *err)
{
	return mhex_fail(err, MHEX_E_SHRUNK,
			 "%s: the file was cut to 0x%" PRIx64 ", 0x%" PRIx64
			 "..0x%" PRIx64 " is not in it",
			 store->storage->path, size, range.offset, range_end(range));
}

static MhexStatus fail_conflict(const Store *store, uint64_t offset, MhexError *err)
{
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: the byte at 0x%" PRIx64 " was changed by another process",
			 store->storage->path, offset);
}

static void extend(Range *range, uint64_t begin, uint64_t end)
{
	if (range->length > 0 && range->offset < begin)
		begin = range->offset;
	if (range->length > 0 && range_end(*range) > end)
		end = range_end(*range);
	*range = range_between(begin, end);
}

MhexStatus store_open(Store **out, const Storage *storage, MhexError *err)
{
	*out = NULL;
	if (!storage->writable)
		return mhex_fail(err, MHEX_E_READONLY, "%s: may not be written",
				 storage->path);
	Store *store = calloc(1, sizeof(*store));
	if (!store)
		return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", storage->path);
	store->storage = storage;
	const bool have = (fcntl(storage->fd, F_GETFL) & O_ACCMODE) == O_RDWR;
	MhexError reason = {.status = MHEX_E_IO};
	store->fd = have ? fcntl(storage->fd, F_DUPFD_CLOEXEC, 0)
			 : backend_reopen(storage, &reason);
	if (store->fd < 0) {
		free(store);
		if (have)
			return mhex_fail_errno(err, "%s", storage->path);
		if (err)
			*err = reason;
		return reason.status;
	}
	const int protection = PROT_READ | PROT_WRITE;
	store->mapped = mapping_possible(store->fd, protection, MAP_SHARED);
	mapping_init(&store->window, store->fd, protection, MAP_SHARED,
		     storage->mapping.wanted);
	mapping_init(&store->check, store->fd, PROT_READ, MAP_SHARED,
		     storage->mapping.wanted);
	store->window.places = 1;
	store->check.places = 1;
	store->holes.fd = store->fd;
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
	(void)getrlimit(RLIMIT_FSIZE, &limit);
	store->limit = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
	*out = store;
	return MHEX_OK;
}

void store_close(Store *store)
{
	if (!store)
		return;
	mapping_release(&store->window);
	mapping_release(&store->check);
	(void)system_close(store->fd);
	free(store);
}

int store_fd(const Store *store)
{
	return store->fd;
}

MhexStatus store_reserve(Store *store, Range range, MhexError *err)
{
	const char *path = store->storage->path;
	uint64_t size = 0;
	const MhexStatus status = look_size(store, &size, err);
	if (status)
		return status;
	if (!range_fits(range.offset, range.length, size))
		return fail_shrunk(store, size, range, err);
	if (is_device(store) || size_is_frozen(store))
		return MHEX_OK;
	if (range_end(range) > store->limit)
		return mhex_fail(err, MHEX_E_NOSPACE,
				 "%s: 0x%" PRIx64 " lies beyond the limit of file sizes "
				 "(ulimit -f)",
				 path, range_end(range) - 1);
	if (!store->mapped)
		return MHEX_OK;
	bool possible = true;
	if (!holes_fill(&store->holes, range, size, &possible))
		return mhex_fail_errno(err, "%s: no blocks for 0x%" PRIx64 "..0x%" PRIx64,
				       path, range.offset, range_end(range));
	/* A store into a hole could fail with no word of it; a pwrite says so. */
	store->plain_holes = store->plain_holes || !possible;
	return MHEX_OK;
}

/* ---- Through the window ---- */

/* Write what was changed in the window to disk. */
static MhexStatus sync_window(Store *store, MhexError *err)
{
	const Range dirty = store->dirty;
	if (dirty.length == 0)
		return MHEX_OK;
	store->dirty = (Range){0, 0};
	const MappingWindow *window = &store->window.windows[0];
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t begin = dirty.offset - dirty.offset % page;
	uint8_t *from = window->base + (begin - window->offset);
	const size_t length = (size_t)(range_end(dirty) - begin);
	int result = system_msync(from, length, MS_SYNC | MS_INVALIDATE);
	if (result < 0 && errno == EBUSY) /* a page is locked in memory */
		result = system_msync(from, length, MS_SYNC);
	if (result == 0)
		return MHEX_OK;
	return mhex_fail_errno(err, "%s: 0x%" PRIx64 "..0x%" PRIx64 " is not on disk",
			       store->storage->path, dirty.offset, range_end(dirty));
}

/* Up to length bytes in one window, page by page, so that nothing is stored behind a
 * page that is lost. True when all of them were stored. */
static bool exchange_pages(MappingWindow *window, uint64_t offset, const uint8_t *base,
			   const uint8_t *bytes, size_t length, size_t *stored)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *at = window->base + (offset - window->offset);
	size_t done = 0;
	while (done < length) {
		const size_t to_border = page - (size_t)((offset + done) % page);
		const size_t rest = length - done;
		const size_t step = to_border < rest ? to_border : rest;
		const size_t put =
			exchange_bytes(at + done, base + done, bytes + done, step);
		if (guard_lost())
			break;
		done += put;
		if (put < step)
			break;
	}
	*stored = done;
	return done == length;
}

/* The window over offset; NULL with the error told. */
static MappingWindow *find_window(Store *store, uint64_t offset, uint64_t size,
				  MhexStatus *status, MhexError *err)
{
	if (!mapping_window_holds(&store->window.windows[0], offset)) {
		*status = sync_window(store, err);
		if (*status)
			return NULL;
	}
	MappingWindow *window = mapping_find(&store->window, offset, size);
	if (!window)
		*status = mhex_fail_errno(err, "%s: cannot be mapped for writing",
					  store->storage->path);
	return window;
}

static MhexStatus fail_lost(Store *store, uint64_t offset, size_t length, MhexError *err)
{
	uint64_t size = 0;
	const MhexStatus status = look_size(store, &size, err);
	if (status)
		return status;
	if (!range_fits(offset, length, size))
		return fail_shrunk(store, size, (Range){offset, length}, err);
	return mhex_fail(err, MHEX_E_IO,
			 "%s: cannot store at 0x%" PRIx64
			 " (the disk is full or failing)",
			 store->storage->path, offset);
}

/* One window's part of an exchange, length bytes at most. */
static MhexStatus exchange_mapped(Store *store, uint64_t offset, const uint8_t *base,
				  const uint8_t *bytes, size_t *length, MhexError *err)
{
	uint64_t size = 0;
	size_t stored = 0;
	const size_t wanted = *length;
	*length = 0;
	MhexStatus status = look_size(store, &size, err);
	if (status)
		return status;
	if (!range_fits(offset, wanted, size))
		return fail_shrunk(store, size, (Range){offset, wanted}, err);
	MappingWindow *window = find_window(store, offset, size, &status, err);
	if (!window)
		return status;
	const uint64_t room = window->offset + window->length - offset;
	const size_t part = wanted < room ? wanted : (size_t)room;
	void *first = NULL;
	void *last = NULL;
	guard_enter(window->base, window->length);
	const bool all = exchange_pages(window, offset, base, bytes, part, &stored);
	const bool whole = guard_leave(&first, &last);
	*length = stored;
	if (memcmp(base, bytes, stored) != 0) {
		extend(&store->dirty, offset, offset + stored);
		extend(&store->changed, offset, offset + stored);
	}
	if (!whole) {
		/* The repair may give up the window, so what it holds goes out now. */
		status = sync_window(store, err);
		mapping_repair(&store->window, window, first, last);
		return status ? status
			      : fail_lost(store, offset + stored, part - stored, err);
	}
	return all ? MHEX_OK : fail_conflict(store, offset + stored, err);
}

/* ---- Without a window ---- */

static MhexStatus plain_status(Store *store, PlainResult result, Range rest,
			       MhexError *err)
{
	switch (result) {
	case PLAIN_DONE:
		return MHEX_OK;
	case PLAIN_DIFFERS:
		return fail_conflict(store, rest.offset, err);
	case PLAIN_END:
		return fail_shrunk(store, rest.offset, rest, err);
	case PLAIN_FAILED:
		break;
	}
	return mhex_fail_errno(err, "%s: cannot store at 0x%" PRIx64,
			       store->storage->path, rest.offset);
}

static MhexStatus exchange_plain(Store *store, uint64_t offset, const uint8_t *base,
				 const uint8_t *bytes, size_t *length, MhexError *err)
{
	size_t stored = 0;
	uint64_t size = 0;
	const size_t wanted = *length;
	*length = 0;
	const MhexStatus status = look_size(store, &size, err);
	if (status)
		return status;
	if (!range_fits(offset, wanted, size)) /* a pwrite would make it grow */
		return fail_shrunk(store, size, (Range){offset, wanted}, err);
	const PlainResult result =
		plain_exchange(store->fd, offset, base, bytes, wanted, &stored);
	const int code = errno;
	*length = stored;
	if (memcmp(base, bytes, stored) != 0) {
		extend(&store->changed, offset, offset + stored);
		store->plain_used = true;
	}
	errno = code;
	return plain_status(store, result, (Range){offset + stored, wanted - stored},
			    err);
}

/* Is the beginning of rest, which is shortened to it, stored through the window? */
static bool goes_mapped(const Store *store, Range *rest)
{
	bool lacking = false;
	uint64_t size = 0;
	if (!store->mapped)
		return false;
	if (store->plain_holes && !look_size(store, &size, NULL))
		*rest = holes_run(store->fd, *rest, size, &lacking);
	return !lacking;
}

MhexStatus store_exchange(Store *store, Range range, const uint8_t *base,
			  const uint8_t *bytes, size_t *stored, MhexError *err)
{
	const size_t length = (size_t)range.length;
	MhexStatus status = MHEX_OK;
	*stored = 0;
	while (!status && *stored < length) {
		const size_t done = *stored;
		Range rest = {range.offset + done, length - done};
		const bool mapped = goes_mapped(store, &rest);
		size_t part = (size_t)rest.length;
		status = (mapped ? exchange_mapped : exchange_plain)(
			store, rest.offset, base + done, bytes + done, &part, err);
		*stored += part;
	}
	return status;
}

/* ---- On disk? ---- */

static MhexStatus sync_plain(Store *store, MhexError *err)
{
	if (!store->plain_used)
		return MHEX_OK;
	store->plain_used = false;
	if (system_fdatasync(store->fd) == 0)
		return MHEX_OK;
	/* The memory of a process has no disk behind it. */
	if (errno == EINVAL && store->storage->made_up)
		return MHEX_OK;
	return mhex_fail_errno(err, "%s: 0x%" PRIx64 "..0x%" PRIx64 " is not on disk",
			       store->storage->path, store->changed.offset,
			       range_end(store->changed));
}

MhexStatus store_sync(Store *store, MhexError *err)
{
	const Range changed = store->changed;
	MhexStatus status = sync_window(store, err);
	if (!status)
		status = sync_plain(store, err);
	store->changed = (Range){0, 0};
	mapping_release(&store->check);
	if (status)
		return status;
	uint64_t size = 0;
	status = look_size(store, &size, err);
	if (status || changed.length == 0 || range_end(changed) <= size)
		return status;
	const uint64_t lost = changed.offset > size ? changed.offset : size;
	return fail_shrunk(store, size, range_between(lost, range_end(changed)), err);
}

/* How many of length bytes are the same in one window; -1: a page is lost. */
static ssize_t compare_window(Store *store, MappingWindow *window, uint64_t offset,
			      const uint8_t *bytes, size_t length)
{
	const uint8_t *at = window->base + (offset - window->offset);
	void *first = NULL;
	void *last = NULL;
	size_t same = 0;
	guard_enter(window->base, window->length);
	if (memcmp(at, bytes, length) == 0)
		same = length;
	while (same < length && at[same] == bytes[same])
		same++;
	if (guard_leave(&first, &last))
		return (ssize_t)same;
	mapping_repair(&store->check, window, first, last);
	return -1;
}

static MhexStatus verify_mapped(Store *store, uint64_t offset, const uint8_t *bytes,
				size_t *length, uint64_t size, MhexError *err)
{
	MappingWindow *window = mapping_find(&store->check, offset, size);
	if (!window)
		return mhex_fail_errno(err, "%s: cannot be mapped for reading",
				       store->storage->path);
	const uint64_t room = window->offset + window->length - offset;
	if (*length > room)
		*length = (size_t)room;
	const ssize_t same = compare_window(store, window, offset, bytes, *length);
	if (same < 0)
		return fail_lost(store, offset, *length, err);
	if ((size_t)same < *length)
		return fail_conflict(store, offset + (size_t)same, err);
	return MHEX_OK;
}

MhexStatus store_verify(Store *store, uint64_t offset, const uint8_t *bytes,
			size_t length, MhexError *err)
{
	uint64_t size = 0;
	MhexStatus status = look_size(store, &size, err);
	size_t done = 0;
	while (!status && done < length) {
		const uint64_t at = offset + done;
		size_t part = length - done;
		if (!range_fits(at, part, size))
			return fail_shrunk(store, size, (Range){at, part}, err);
		if (store->mapped) {
			status = verify_mapped(store, at, bytes + done, &part, size, err);
		} else {
			size_t same = 0;
			const PlainResult result =
				plain_compare(store->fd, at, bytes + done, part, &same);
			status = plain_status(store, result,
					      (Range){at + same, part - same}, err);
		}
		done += part;
		/* Bytes behind the end of the last page read as anything. */
		if (!status)
			status = look_size(store, &size, err);
		if (!status && !range_fits(offset, done, size))
			return fail_shrunk(store, size, (Range){offset, done}, err);
	}
	return status;
}
