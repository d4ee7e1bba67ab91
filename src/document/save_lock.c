/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Locks on what a save stores. */

#include <time.h>

#include "base/clock.h"
#include "document/save_private.h"

enum {
	WAIT_MS = 1000, /* for another process to end its store */
	TRY_MS = 20
};

/* Every part of the file that the save changes in place. */
static bool add_modified(const Save *save, FileLock *lock)
{
	const PieceTree *tree = save_tree(save);
	Range run = piece_tree_next_modified(tree, 0);
	bool done = true;
	while (done && run.length > 0) {
		done = file_lock_add(lock, run);
		run = piece_tree_next_modified(tree, range_end(run));
	}
	return done;
}

static void rest(void)
{
	const struct timespec moment = {0, TRY_MS * 1000000L};
	(void)nanosleep(&moment, NULL);
}

static MhexStatus take(const Save *save, FileLock *lock, MhexError *err)
{
	const uint64_t until = clock_now_ms() + WAIT_MS;
	while (!file_lock_try(lock)) {
		const MhexStatus status = save_go_on(save, err);
		if (status || save->force)
			return status;
		if (clock_now_ms() >= until)
			return file_lock_refused(lock, save->path,
						 "! writes all the same", err);
		rest();
	}
	return MHEX_OK;
}

MhexStatus save_lock_modified(const Save *save, int fd, FileLock *lock, MhexError *err)
{
	if (save->no_lock)
		return MHEX_OK;
	file_lock_init(lock, fd, storage_window(save->file));
	return add_modified(save, lock) ? take(save, lock, err) : document_no_memory(err);
}

MhexStatus save_lock_all(const Save *save, int fd, FileLock *lock, MhexError *err)
{
	if (save->no_lock)
		return MHEX_OK;
	file_lock_init(lock, fd, SIZE_MAX);
	return file_lock_add(lock, (Range){0, UINT64_MAX}) ? take(save, lock, err)
							   : document_no_memory(err);
}
