/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_MAPPING_H
#define MHEX_STORAGE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A bounded set of mapped windows over one file descriptor.
 *
 * Never the whole file: address space stays bounded whatever the file's size. The
 * window that was used longest ago goes first. Windows are a power of two, aligned to
 * their length, and no longer than the file needs; when the system refuses one
 * (ENOMEM), the other windows are given back first, then it is halved, down to
 * one page.
 *
 * Belongs to one thread. What lies in a window may only be touched inside the guard.
 */
enum {
	MAPPING_WINDOWS = 4
};

typedef struct {
	uint8_t *base; /* NULL: no window in this place */
	uint64_t offset;
	size_t length;
	uint64_t used; /* larger is later */
	bool ahead;
} MappingWindow;

typedef struct {
	int fd; /* borrowed */
	int protection, flags;
	size_t wanted;  /* window length as set */
	size_t granted; /* what the system allows at present */
	uint64_t clock;
	unsigned places; /* of windows[] in use, at most MAPPING_WINDOWS */
	MappingWindow windows[MAPPING_WINDOWS];
} Mapping;

/* A power of two from one page to STORAGE_WINDOW_MAX; 0 gives the default. */
size_t mapping_window_length(size_t wanted);

/* Maps nothing yet. protection and flags are mmap's. */
void mapping_init(Mapping *mapping, int fd, int protection, int flags, size_t window);

/* Unmap everything. */
void mapping_release(Mapping *mapping);

/* Unmap one window. */
void mapping_drop(MappingWindow *window);

/* Use this window length from now on; everything is unmapped. */
void mapping_set_window(Mapping *mapping, size_t window);

/* The window that holds offset, mapped if need be; size is the file's (offset < size).
 * Valid until the next call. NULL with errno when the system refuses even one
 * page. */
MappingWindow *mapping_find(Mapping *mapping, uint64_t offset, uint64_t size);

/* Does a fault read on behind its page? Not at first: the kernel reads as much ahead as
 * the device likes, often megabytes, and a byte here and a byte there would cost
 * milliseconds. */
void mapping_read_ahead(MappingWindow *window, bool ahead);

bool mapping_window_holds(const MappingWindow *window, uint64_t offset);

/* The guard leaves pages of zeroes behind. Map the file over [first, last] again, or
 * every later read would take those zeroes for bytes of the file. A window that
 * cannot be repaired is unmapped. */
void mapping_repair(Mapping *mapping, MappingWindow *window, void *first, void *last);

void mapping_usage(const Mapping *mapping, size_t *windows, uint64_t *bytes);

/* Is a mapping of fd with these flags possible at all? errno says why not. */
bool mapping_possible(int fd, int protection, int flags);

#endif
