/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/file_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "storage/system.h"
#include "storage/unlinked_file.h"

static bool is_full(int code)
{
	return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

/* -1 with errno. */
static int open_in(const char *folder, size_t size)
{
	const int fd = unlinked_file_open(folder);
	if (fd < 0)
		return -1;
	const int failed = system_posix_fallocate(fd, 0, (off_t)size);
	if (!failed)
		return fd;
	(void)system_close(fd);
	errno = failed;
	return -1;
}

/* The next folder may have the room that this one has not. */
static int open_anywhere(size_t size)
{
	const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
	int why = ENOENT;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (!folders[i] || !*folders[i])
			continue;
		const int fd = open_in(folders[i], size);
		if (fd >= 0)
			return fd;
		if (!is_full(why))
			why = errno;
	}
	errno = why;
	return -1;
}

static void *map(int fd, size_t size)
{
	const int kind = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *memory = system_mmap(NULL, size, PROT_READ | PROT_WRITE, kind, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void *file_memory_take(size_t size)
{
	const int fd = open_anywhere(size);
	if (fd < 0)
		return is_full(errno) ? NULL : map(-1, size);
	void *memory = map(fd, size);
	const int why = errno;
	(void)system_close(fd);
	errno = why;
	return memory;
}

void *large_memory_take(void)
{
	void *memory = aligned_alloc(LARGE_MEMORY, LARGE_MEMORY);
	if (memory)
		(void)madvise(memory, LARGE_MEMORY, MADV_HUGEPAGE); /* a wish */
	return memory;
}

void file_memory_give(void *memory, size_t size)
{
	if (memory)
		(void)system_munmap(memory, size);
}
