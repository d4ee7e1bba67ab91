/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/mapped_bytes.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "storage/guard.h"
#include "storage/system.h"

enum {
	/* A visited run is at most so long, so that a visitor that had enough soon ends.
	 */
	RUN_MAX = 16 << 20,
	/* A run from here on belongs to a walk over the file: a window that it has gone
	 * through is given back. So does a hole have to be left out. */
	RUN_LARGE = 1 << 20,
	/* Shorter reads fault page by page. */
	AHEAD_MIN = 64 << 10,
};

static MhexStatus look_size(Storage *storage, uint64_t *size, MhexError *err)
{
	FileStamp stamp;
	const MhexStatus status = storage->ops->look(storage, &stamp, err);
	if (!status) {
		storage->reach = stamp.size;
		*size = stamp.size;
	}
	return status;
}

/* As pread; 0 also for an error that is not ours to hide: nothing can be read. */
static size_t read_page(const Storage *storage, void *dst, size_t length, uint64_t offset)
{
	ssize_t got = 0;
	do {
		got = system_pread(storage->fd, dst, length, (off_t)offset);
	} while (got < 0 && errno == EINTR);
	return got > 0 ? (size_t)got : 0;
}

/* How many bytes from offset to the end of its page, at most length. */
static size_t to_page_end(uint64_t offset, uint64_t length)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t rest = page - offset % page;
	return (size_t)(rest < length ? rest : length);
}

static void read_without_window(const Storage *storage, ReadRequest *request,
				uint64_t begin, uint64_t end)
{
	while (begin < end) {
		const size_t want = to_page_end(begin, end - begin);
		uint8_t *dst = request->dst + (begin - request->offset);
		const size_t got = read_page(storage, dst, want, begin);
		if (got == 0) {
			read_request_lose(request, begin, begin + want);
			begin += want;
		}
		begin += got;
	}
}

/* Copy from one window; *end is where it ends. False when it could not be mapped or
 * has lost a page. */
static bool copy_run(Storage *storage, ReadRequest *request, uint64_t begin,
		     uint64_t *end)
{
	MappingWindow *window = mapping_find(&storage->mapping, begin, storage->reach);
	if (!window)
		return false;
	const size_t skip = (size_t)(begin - window->offset);
	if (*end - begin > window->length - skip)
		*end = window->offset + window->length;
	void *first = NULL;
	void *last = NULL;
	mapping_read_ahead(window, *end - begin >= AHEAD_MIN);
	guard_enter(window->base, window->length);
	memcpy(request->dst + (begin - request->offset), window->base + skip,
	       (size_t)(*end - begin));
	if (guard_leave(&first, &last))
		return true;
	mapping_repair(&storage->mapping, window, first, last);
	return false;
}

/* Where the hole at begin ends; begin when there is none, or little is read. On tmpfs a
 * window would fill it. */
static uint64_t data_begin(const Storage *storage, uint64_t begin, uint64_t end)
{
	Range data;
	if (!storage->ops->next_data || end - begin < AHEAD_MIN ||
	    storage->ops->next_data(storage, range_between(begin, end), &data, NULL))
		return begin;
	return data.offset;
}

MhexStatus mapped_read(Storage *storage, ReadRequest *request, MhexError *err)
{
	uint64_t begin = request->offset;
	const uint64_t want = begin + request->length;
	uint64_t size = storage->reach;
	MhexStatus status = want > size ? look_size(storage, &size, err) : MHEX_OK;
	if (status)
		return status;
	const uint64_t end = want < size ? want : size;
	while (begin < end) {
		const uint64_t data = data_begin(storage, begin, end);
		uint64_t run_end = data > begin ? data : end;
		if (data > begin)
			memset(request->dst + (begin - request->offset), 0,
			       (size_t)(data - begin));
		else if (!copy_run(storage, request, begin, &run_end))
			read_without_window(storage, request, begin, run_end);
		begin = run_end;
	}
	status = look_size(storage, &size, err);
	if (!status && size < want)
		read_request_lose(request, size, want);
	return status;
}

/* ---- Visiting ---- */

typedef struct {
	Storage *storage;
	StorageVisitor visitor;
	void *context;
	bool stopped;
	uint64_t known_end; /* no large hole before */
	void *zeroes;       /* RUN_LARGE bytes for holes, or NULL */
} Visit;

static void show(Visit *visit, uint64_t offset, const uint8_t *bytes, uint64_t length)
{
	if (!visit->stopped)
		visit->stopped =
			!visit->visitor(visit->context, offset, bytes, (size_t)length);
}

/* The run was seen with bytes that are not the file's: show it again, as it is now. */
static void show_again(Visit *visit, uint64_t begin, uint64_t end)
{
	visit->stopped = false;
	show(visit, begin, NULL, 0);
	while (begin < end && !visit->stopped) {
		const size_t want = to_page_end(begin, end - begin);
		const size_t got =
			read_page(visit->storage, visit->storage->page, want, begin);
		if (got > 0)
			show(visit, begin, visit->storage->page, got);
		else
			show(visit, begin, NULL, want);
		begin += got > 0 ? got : want;
	}
}

/* False when what the visitor saw was not the file. */
static bool show_window(Visit *visit, MappingWindow *window, uint64_t begin, uint64_t end)
{
	uint8_t *bytes = window->base + (begin - window->offset);
	const size_t length = (size_t)(end - begin);
	if (length >= AHEAD_MIN)
		mapping_read_ahead(window, true);
	void *first = NULL;
	void *last = NULL;
	guard_enter(window->base, window->length);
	show(visit, begin, bytes, length);
	const bool whole = guard_leave(&first, &last);
	if (!whole)
		mapping_repair(&visit->storage->mapping, window, first, last);
	else if (length >= RUN_LARGE && end == window->offset + window->length)
		mapping_drop(window);
	return whole;
}

/* Where the run that begins at begin ends: short enough to be kept, and not past the
 * border of a window. */
static uint64_t run_limit(const Storage *storage, uint64_t begin, uint64_t end)
{
	const uint64_t window = storage->mapping.granted;
	const uint64_t step = window < RUN_MAX ? window : RUN_MAX;
	const uint64_t border = (begin / step + 1) * step;
	return border < end ? border : end;
}

/* After a run was shown: a file that ends within it now has shown more than its bytes. */
static MhexStatus check_run(Visit *visit, uint64_t begin, uint64_t end, bool whole,
			    MhexError *err)
{
	uint64_t size = 0;
	const MhexStatus status = look_size(visit->storage, &size, err);
	if (!status && (!whole || size < end))
		show_again(visit, begin, end);
	return status;
}

static MhexStatus visit_data(Visit *visit, uint64_t begin, uint64_t *end, MhexError *err)
{
	Storage *storage = visit->storage;
	MappingWindow *window = mapping_find(&storage->mapping, begin, storage->reach);
	if (window && *end > window->offset + window->length)
		*end = window->offset + window->length;
	const bool whole = window && show_window(visit, window, begin, *end);
	return check_run(visit, begin, *end, whole, err);
}

/* Where the hole at begin ends; begin when there is none that is worth leaving out. */
static uint64_t hole_end(Visit *visit, uint64_t begin, uint64_t end)
{
	Storage *storage = visit->storage;
	Range data;
	if (!storage->ops->next_data || end - begin < RUN_LARGE ||
	    begin < visit->known_end)
		return begin;
	if (storage->ops->next_data(storage, range_between(begin, end), &data, NULL))
		return begin;
	if (data.offset - begin >= RUN_LARGE)
		return data.offset;
	const uint64_t least = begin + RUN_LARGE;
	visit->known_end = range_end(data) > least ? range_end(data) : least;
	return begin;
}

static bool have_zeroes(Visit *visit)
{
	if (visit->zeroes)
		return true;
	void *base = system_mmap(NULL, RUN_LARGE, PROT_READ,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base != MAP_FAILED)
		visit->zeroes = base;
	return base != MAP_FAILED;
}

/* A hole is zeroes, but mapping it would fill the page cache (on tmpfs: the file)
 * with them. */
static MhexStatus visit_hole(Visit *visit, uint64_t begin, uint64_t end, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	while (!status && begin < end && !visit->stopped) {
		const uint64_t rest = end - begin;
		const uint64_t length = rest < RUN_LARGE ? rest : RUN_LARGE;
		show(visit, begin, visit->zeroes, length);
		status = check_run(visit, begin, begin + length, true, err);
		begin += length;
	}
	return status;
}

MhexStatus mapped_visit(Storage *storage, Range range, StorageVisitor visitor,
			void *context, MhexError *err)
{
	Visit visit = {.storage = storage, .visitor = visitor, .context = context};
	uint64_t size = 0;
	MhexStatus status = look_size(storage, &size, err);
	uint64_t begin = range.offset;
	const uint64_t end = range_end(range);
	while (!status && begin < end && !visit.stopped) {
		const uint64_t reach = storage->reach < end ? storage->reach : end;
		uint64_t run_end = run_limit(storage, begin, end);
		if (begin >= reach) {
			show(&visit, begin, NULL, run_end - begin);
			begin = run_end;
			continue;
		}
		const uint64_t hole = hole_end(&visit, begin, reach);
		if (hole > begin && have_zeroes(&visit)) {
			run_end = hole;
			status = visit_hole(&visit, begin, hole, err);
		} else {
			run_end = run_end < reach ? run_end : reach;
			status = visit_data(&visit, begin, &run_end, err);
		}
		begin = run_end;
	}
	if (visit.zeroes)
		(void)system_munmap(visit.zeroes, RUN_LARGE);
	return status;
}
