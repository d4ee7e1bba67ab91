/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Locks on what a save stores. */

#include "document/lock_wait.h"
#include "document/save_private.h"

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

static MhexStatus go_on(const void *context, MhexError *err)
{
	return save_go_on(context, err);
}

static MhexStatus take(const Save *save, FileLock *lock, MhexError *err)
{
	const LockWait how = {.path = save->path,
			      .instead = "! writes all the same",
			      .force = save->force,
			      .go_on = go_on,
			      .context = save};
	return lock_wait(lock, &how, err);
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
