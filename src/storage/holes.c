/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/holes.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "storage/system.h"

static void remember(Holes *holes, uint64_t begin, uint64_t end)
{
	const Range *known = &holes->known;
	const bool touches = begin <= range_end(*known) && end >= known->offset;
	if (touches && known->length > 0) {
		if (known->offset < begin)
			begin = known->offset;
		if (range_end(*known) > end)
			end = range_end(*known);
	}
	holes->known = range_between(begin, end);
}

static int allocate(int fd, uint64_t begin, uint64_t end)
{
	int result = 0;
	do { /* the size stays what it is, also when somebody has just cut the file */
		result = system_fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)begin,
					  (off_t)(end - begin));
	} while (result < 0 && errno == EINTR);
	return result;
}

/* The hole at *at, as far as range needs it. */
static bool fill_hole(Holes *holes, uint64_t *at, Range range, uint64_t size)
{
	const off_t data = lseek(holes->fd, (off_t)*at, SEEK_DATA);
	if (data < 0 && errno != ENXIO)
		return false;
	uint64_t end = data < 0 ? size : (uint64_t)data;
	if (end > range_end(range))
		end = range_end(range);
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t begin = *at - *at % page;
	const uint64_t border = (end + page - 1) / page * page;
	end = border < size ? border : size;
	if (end <= begin) /* cut meanwhile; the store will notice */
		end = range_end(range);
	else if (allocate(holes->fd, begin, end) < 0)
		return false;
	remember(holes, begin, end);
	*at = end;
	return true;
}

bool holes_fill(Holes *holes, Range range, uint64_t size, bool *possible)
{
	uint64_t at = range.offset;
	*possible = true;
	while (at < range_end(range)) {
		if (range_contains(holes->known, at)) {
			at = range_end(holes->known);
			continue;
		}
		const off_t hole = lseek(holes->fd, (off_t)at, SEEK_HOLE);
		if (hole < 0 && errno == EINVAL) { /* knows no holes */
			holes->known = (Range){0, size};
			return true;
		}
		if (hole < 0 && errno == ENXIO) /* cut meanwhile */
			return true;
		if (hole < 0)
			return false;
		if ((uint64_t)hole > at) {
			remember(holes, at, (uint64_t)hole);
			at = (uint64_t)hole;
			continue;
		}
		if (!fill_hole(holes, &at, range, size)) {
			*possible = errno != EOPNOTSUPP && errno != ENOSYS;
			return !*possible;
		}
	}
	return true;
}

Range holes_run(int fd, Range range, uint64_t size, bool *lacking)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t begin = range.offset - range.offset % page;
	const off_t hole = lseek(fd, (off_t)begin, SEEK_HOLE);
	uint64_t end = UINT64_MAX;
	/* Behind the end of the file all is a hole. */
	*lacking = hole >= 0 && (uint64_t)hole < size && (uint64_t)hole < begin + page;
	if (*lacking) {
		const off_t data = lseek(fd, hole, SEEK_DATA);
		if (data >= 0)
			end = ((uint64_t)data + page - 1) / page * page;
	} else if (hole >= 0 && (uint64_t)hole < size) {
		end = (uint64_t)hole - (uint64_t)hole % page;
	}
	return range_intersect(range, range_between(range.offset, end));
}
