/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/mapping.h"

#include <assert.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "storage/storage.h"
#include "storage/system.h"

/* All the windows of one mapping take at most an eighth of a limited address space, so
 * that workers and the heap find room in it too. */
enum {
	WINDOW_SHARE = 8 * MAPPING_WINDOWS
};

static size_t page_length(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

size_t mapping_window_length(size_t wanted)
{
	const size_t page = page_length();
	if (wanted == 0)
		wanted = STORAGE_WINDOW_DEFAULT;
	size_t length = page;
	while (length < STORAGE_WINDOW_MAX && length * 2 <= wanted)
		length *= 2;
	return length;
}

static size_t granted_at_first(size_t wanted)
{
	struct rlimit limit;
	size_t length = wanted;
	if (getrlimit(RLIMIT_AS, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return length;
	while (length > page_length() && length > limit.rlim_cur / WINDOW_SHARE)
		length /= 2;
	return length;
}

void mapping_init(Mapping *mapping, int fd, int protection, int flags, size_t window)
{
	*mapping = (Mapping){.fd = fd,
			     .protection = protection,
			     .flags = flags,
			     .places = MAPPING_WINDOWS};
	mapping->wanted = mapping_window_length(window);
	mapping->granted = granted_at_first(mapping->wanted);
}

void mapping_drop(MappingWindow *window)
{
	if (window->base)
		(void)system_munmap(window->base, window->length);
	*window = (MappingWindow){0};
}

void mapping_release(Mapping *mapping)
{
	for (unsigned i = 0; i < mapping->places; i++)
		mapping_drop(&mapping->windows[i]);
}

void mapping_set_window(Mapping *mapping, size_t window)
{
	mapping_release(mapping);
	mapping->wanted = mapping_window_length(window);
	mapping->granted = granted_at_first(mapping->wanted);
}

bool mapping_window_holds(const MappingWindow *window, uint64_t offset)
{
	return window->base && offset >= window->offset &&
	       offset - window->offset < window->length;
}

/* The place for a new window over [offset, offset + length): windows that overlap
 * it (the file has grown beyond them) are given back, else the one used longest
 * ago. */
static MappingWindow *make_place(Mapping *mapping, uint64_t offset, size_t length)
{
	MappingWindow *place = &mapping->windows[0];
	for (unsigned i = 0; i < mapping->places; i++) {
		MappingWindow *window = &mapping->windows[i];
		if (window->base && window->offset < offset + length &&
		    offset < window->offset + window->length)
			mapping_drop(window);
		if (window->used < place->used)
			place = window;
	}
	mapping_drop(place);
	return place;
}

/* No longer than what the file has there, to the next power of two. */
static size_t useful_length(size_t length, uint64_t available)
{
	const size_t page = page_length();
	while (length > page && length / 2 >= available)
		length /= 2;
	return length;
}

static void set_ahead(MappingWindow *window, bool ahead)
{
	const int saved_errno = errno;
	(void)madvise(window->base, window->length, ahead ? MADV_NORMAL : MADV_RANDOM);
	window->ahead = ahead;
	errno = saved_errno;
}

void mapping_read_ahead(MappingWindow *window, bool ahead)
{
	if (window->ahead != ahead)
		set_ahead(window, ahead);
}

static MappingWindow *map(Mapping *mapping, uint64_t offset, uint64_t size)
{
	const uint64_t begin = offset & ~((uint64_t)mapping->granted - 1);
	const size_t length = useful_length(mapping->granted, size - begin);
	MappingWindow *place = make_place(mapping, begin, length);
	void *base = system_mmap(NULL, length, mapping->protection, mapping->flags,
				 mapping->fd, (off_t)begin);
	if (base == MAP_FAILED)
		return NULL;
	*place = (MappingWindow){.base = base,
				 .offset = begin,
				 .length = length,
				 .used = ++mapping->clock};
	set_ahead(place, false);
	return place;
}

/* The length that is granted has been refused. */
static MappingWindow *find_shorter(Mapping *mapping, uint64_t offset, uint64_t size)
{
	const size_t page = page_length();
	MappingWindow *window = NULL;
	while (!window && errno == ENOMEM && mapping->granted > page) {
		mapping->granted /= 2;
		window = map(mapping, offset, size);
	}
	if (!window || mapping->granted == page)
		return window;
	/* All that was left: leave the half of it to others. */
	mapping_drop(window);
	mapping->granted /= 2;
	return map(mapping, offset, size);
}

MappingWindow *mapping_find(Mapping *mapping, uint64_t offset, uint64_t size)
{
	assert(offset < size);
	for (unsigned i = 0; i < mapping->places; i++) {
		MappingWindow *window = &mapping->windows[i];
		if (mapping_window_holds(window, offset)) {
			window->used = ++mapping->clock;
			return window;
		}
	}
	MappingWindow *window = map(mapping, offset, size);
	if (window || errno != ENOMEM)
		return window;
	mapping_release(mapping);
	window = map(mapping, offset, size);
	return window ? window : find_shorter(mapping, offset, size);
}

void mapping_repair(Mapping *mapping, MappingWindow *window, void *first, void *last)
{
	const size_t begin = (size_t)((uint8_t *)first - window->base);
	const size_t length =
		(size_t)((uint8_t *)last - (uint8_t *)first) + page_length();
	assert(begin + length <= window->length);
	void *base = system_mmap(first, length, mapping->protection,
				 mapping->flags | MAP_FIXED, mapping->fd,
				 (off_t)(window->offset + begin));
	if (base == MAP_FAILED)
		mapping_drop(window);
	else
		set_ahead(window, window->ahead);
}

void mapping_usage(const Mapping *mapping, size_t *windows, uint64_t *bytes)
{
	*windows = 0;
	*bytes = 0;
	for (unsigned i = 0; i < mapping->places; i++) {
		if (mapping->windows[i].base) {
			++*windows;
			*bytes += mapping->windows[i].length;
		}
	}
}

bool mapping_possible(int fd, int protection, int flags)
{
	const size_t length = page_length();
	void *base = system_mmap(NULL, length, protection, flags, fd, 0);
	if (base == MAP_FAILED)
		return errno == ENOMEM; /* no room now says nothing about the file */
	(void)system_munmap(base, length);
	return true;
}
