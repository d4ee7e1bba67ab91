/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_CLOCK_H
#define MHEX_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of a clock that is never set. */
static inline uint64_t clock_now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

#endif
