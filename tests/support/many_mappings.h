/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_MANY_MAPPINGS_H
#define MHEX_TESTS_MANY_MAPPINGS_H

#include <criterion/criterion.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	STOP_TRIES = 50
};

/* So many that /proc/self/maps has 0.8 MB, which take milliseconds to read, and smaps ten
 * times as much: files to stop in the middle. A busy machine may be too late for that, so
 * tests try it again, STOP_TRIES times. */
static inline void make_many_mappings(void)
{
	enum {
		MAPPINGS = 16000
	};
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *region = mmap(NULL, MAPPINGS * page, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	cr_assert(region != MAP_FAILED);
	/* Neighbours that differ are not joined. */
	for (size_t i = 0; i < MAPPINGS; i += 2)
		cr_assert(mprotect(region + i * page, page, PROT_READ) == 0);
}

#endif
