/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/lock_wait.h"

#include <time.h>

#include "base/clock.h"

enum {
	WAIT_MS = 1000, /* for another process to end its store */
	TRY_MS = 20
};

static void rest(void)
{
	const struct timespec moment = {0, TRY_MS * 1000000L};
	(void)nanosleep(&moment, NULL);
}

MhexStatus lock_wait(FileLock *lock, const LockWait *how, MhexError *err)
{
	const uint64_t until = clock_now_ms() + WAIT_MS;
	while (!file_lock_try(lock)) {
		const MhexStatus status =
			how->go_on ? how->go_on(how->context, err) : MHEX_OK;
		if (status || how->force)
			return status;
		if (clock_now_ms() >= until)
			return file_lock_refused(lock, how->path, how->instead, err);
		rest();
	}
	return MHEX_OK;
}
