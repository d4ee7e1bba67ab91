/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Another file than the document's own, or one that is not there yet. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document/save_io.h"
#include "document/save_private.h"
#include "document/save_temp.h"
#include "storage/system.h"

static MhexStatus fail_path(const Save *save, MhexError *err)
{
	return mhex_fail_errno(err, "%s", save->path);
}

/* ---- What has no size: a device, a FIFO ---- */

static MhexStatus check_device_size(const Save *save, int fd, MhexError *err)
{
	const off_t size = lseek(fd, 0, SEEK_END);
	(void)lseek(fd, 0, SEEK_SET);
	if (size < 0 || (uint64_t)size >= save->range.length)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_NOSPACE,
			 "%s: the device has 0x%" PRIx64 " bytes, 0x%" PRIx64
			 " are to be written",
			 save->path, (uint64_t)size, save->range.length);
}

/* Without waiting for a FIFO's reader, which may never come. */
static MhexStatus write_stream(Save *save, bool block_device, MhexError *err)
{
	const int fd =
		system_open(save->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_path(save, err);
	(void)fcntl(fd, F_SETFL, 0);
	MhexStatus status = block_device ? check_device_size(save, fd, err) : MHEX_OK;
	if (!status)
		status = save_commit(save, err);
	save->touched = !status;
	if (!status)
		status = save_content_stream(save, fd, err);
	if (!status && block_device && system_fsync(fd) < 0)
		status = mhex_fail_errno(err, "%s: not all is on the device", save->path);
	(void)system_close(fd);
	return status;
}

/* ---- A file that no other may replace ---- */

static MhexStatus copy_whole(const Save *save, int to, int from, uint64_t size,
			     MhexError *err)
{
	uint8_t *buffer = save_buffer(save, SAVE_OLD_BYTES);
	for (uint64_t at = 0; at < size;) {
		const Range part = save_chunk(range_between(at, size));
		const size_t length = (size_t)part.length;
		if (save_read(from, buffer, length, at) < length ||
		    save_write(to, buffer, length, at) < length)
			return mhex_fail_errno(
				err,
				"%s: what it holds cannot be kept aside at 0x%" PRIx64,
				save->path, at);
		at += part.length;
	}
	return MHEX_OK;
}

static MhexStatus replace_content(Save *save, int fd, MhexError *err)
{
	uint64_t bytes = 0;
	MhexStatus status = save_content_bytes(save, &bytes, err);
	if (!status && system_ftruncate(fd, 0) < 0)
		status = fail_path(save, err);
	if (!status)
		status = save_content_write(save, fd, bytes, err);
	if (!status && system_fsync(fd) < 0)
		status = mhex_fail_errno(err, "%s: not all is on disk", save->path);
	return status;
}

static void put_back(const Save *save, int fd, int kept, uint64_t size, MhexError *err)
{
	const bool back = system_ftruncate(fd, 0) == 0 &&
			  copy_whole(save, fd, kept, size, NULL) == MHEX_OK &&
			  system_fsync(fd) == 0;
	save_error_add(err, back ? "; its old bytes were put back"
				 : "; not all of its old bytes could be put back");
}

static MhexStatus overwrite(Save *save, MhexError *err)
{
	struct stat st;
	int kept = -1;
	const int fd = system_open(save->path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_path(save, err);
	MhexStatus status = fstat(fd, &st) < 0 ? fail_path(save, err) : MHEX_OK;
	const uint64_t size = status ? 0 : (uint64_t)st.st_size;
	if (!status)
		status = save_temp_open(&kept, size, "that are overwritten", err);
	if (!status)
		status = copy_whole(save, kept, fd, size, err);
	if (!status)
		status = save_commit(save, err);
	if (!status) {
		save->touched = true;
		status = replace_content(save, fd, err);
		if (status)
			put_back(save, fd, kept, size, err);
	}
	if (kept >= 0)
		(void)system_close(kept);
	(void)system_close(fd);
	return status;
}

/* The same file under another name is not another file: its bytes are being read. */
static bool is_own(const Save *save, const struct stat *st)
{
	const Source *source =
		source_table_get(save->snapshot->table, save_tree(save)->file);
	const FileStamp own = storage_stamp(source->file->spare);
	return save->has_file && own.device == st->st_dev && own.inode == st->st_ino;
}

static MhexStatus replace_other(Save *save, const struct stat *st, MhexError *err)
{
	const int old =
		system_open(save->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (old < 0)
		return fail_path(save, err);
	MhexStatus status = save_by_rename(save, old, err);
	(void)system_close(old);
	if (status != MHEX_E_UNSUPPORTED || is_own(save, st))
		return status;
	status = overwrite(save, err);
	if (status)
		return status;
	save->result.in_place = true;
	save->result.bytes_changed = save->range.length;
	save->outcome = SAVED_BY_RENAME;
	return storage_open(&save->replacement, save->path, save->options, err);
}

static MhexStatus refuse(const Save *save, MhexError *err)
{
	return mhex_fail(err, MHEX_E_REFUSED,
			 "%s: there is a file of this name already (! replaces it)",
			 save->path);
}

MhexStatus save_copy(Save *save, MhexError *err)
{
	struct stat st;
	MhexStatus status = MHEX_OK;
	if (stat(save->path, &st) < 0) {
		if (errno != ENOENT)
			return fail_path(save, err);
		status = save_by_rename(save, -1, err);
	} else if (S_ISDIR(st.st_mode)) {
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: is a directory",
				 save->path);
	} else if (!save->force) {
		return refuse(save, err);
	} else if (S_ISREG(st.st_mode)) {
		status = replace_other(save, &st, err);
	} else {
		save->result.bytes_changed = save->range.length;
		return write_stream(save, S_ISBLK(st.st_mode), err);
	}
	if (save->kind == SAVE_COPY && !save->takes_name) {
		storage_close(save->replacement);
		save->replacement = NULL;
		save->outcome = SAVED_ELSEWHERE;
	}
	return status;
}
