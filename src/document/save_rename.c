/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A new file in the place of the old one. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "document/save_private.h"
#include "storage/replace_file.h"
#include "storage/replace_trace.h"
#include "storage/system.h"

/* The new file as the document will read it: opened before it takes its place, so that
 * nothing can fail any more when it has. */
static MhexStatus open_replacement(Save *save, int fd, MhexError *err)
{
	char link[32];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	int own = system_open(link, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (own < 0)
		own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return mhex_fail_errno(err, "%s", save->path);
	return storage_open_fd(&save->replacement, own, save->path, save->options, err);
}

/* Has the new file its name, although not all went well? */
static bool is_in_place(const Save *save)
{
	struct stat now;
	const FileStamp stamp = storage_stamp(save->replacement);
	return stat(save->path, &now) == 0 && now.st_dev == stamp.device &&
	       now.st_ino == stamp.inode;
}

static MhexStatus commit(Save *save, ReplaceFile *file, MhexError *err)
{
	MhexStatus status = save_commit(save, err);
	if (!status)
		status = open_replacement(save, replace_file_fd(file), err);
	if (status) {
		replace_file_discard(file);
		return status;
	}
	status = replace_file_commit(file, err);
	if (!status || is_in_place(save)) {
		save->touched = true;
		(void)storage_measure(save->replacement, NULL);
		return status;
	}
	storage_close(save->replacement);
	save->replacement = NULL;
	return status;
}

/* file is freed in any case. */
static MhexStatus write_and_commit(Save *save, ReplaceFile *file, int old, uint64_t bytes,
				   MhexError *err)
{
	MhexStatus status = MHEX_OK;
	/* Only now: what is changed from here on, the commit notices. */
	if (save->file && old == storage_fd(save->file)) {
		status = save_look(save, err);
		if (!status)
			status = save_check_file(save, err);
	}
	if (!status)
		status = save_content_write(save, replace_file_fd(file), bytes, err);
	if (status) {
		replace_file_discard(file);
		return status;
	}
	status = commit(save, file, err);
	if (save->replacement) {
		save->outcome = SAVED_BY_RENAME;
		save->result.bytes_changed = save->range.length;
	}
	return status;
}

/* Without a trace a kill in the wrong moment leaves a file beside this one, no more. */
static MhexStatus replace(Save *save, int old, MhexError *err)
{
	uint64_t bytes = 0;
	ReplaceFile *file = NULL;
	ReplaceTrace *trace = NULL;
	MhexStatus status = save_content_bytes(save, &bytes, err);
	if (!status)
		status = replace_file_open(&file, save->path, old, bytes, err);
	if (status)
		return status;
	if (save->journal)
		(void)replace_trace_begin(&trace, file, NULL);
	status = write_and_commit(save, file, old, bytes, err);
	replace_trace_end(trace);
	return status;
}

MhexStatus save_by_rename(Save *save, int old, MhexError *err)
{
	FileLock lock = {0};
	MhexStatus status = MHEX_OK;
	/* Who holds a lock on the old file would go on with one that has no name. */
	if (old >= 0)
		status = save_lock_all(save, old, &lock, err);
	if (!status)
		status = replace(save, old, err);
	file_lock_release(&lock);
	return status;
}
