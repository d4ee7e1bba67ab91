/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/save_temp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

#include "storage/state_folder.h"
#include "storage/system.h"
#include "storage/unlinked_file.h"

/* The next folder may have the room that this one has not. */
static int open_in(const char *folder, uint64_t size)
{
	const int fd = unlinked_file_open(folder);
	if (fd < 0)
		return -1;
	const int failed = size > 0 ? system_posix_fallocate(fd, 0, (off_t)size) : 0;
	if (!failed)
		return fd;
	(void)system_close(fd);
	errno = failed;
	return -1;
}

MhexStatus save_temp_open(int *fd, uint64_t size, const char *what, MhexError *err)
{
	const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (!folders[i] || !*folders[i])
			continue;
		*fd = open_in(folders[i], size);
		if (*fd >= 0)
			return MHEX_OK;
	}
	return mhex_fail_errno(err, "no temporary file for %" PRIu64 " bytes (%s)", size,
			       what);
}

MhexStatus save_temp_open_private(int *fd, uint64_t size, const char *what,
				  MhexError *err)
{
	StateFolder folder;
	if (state_folder_open(&folder, true, NULL) == MHEX_OK) {
		*fd = open_in(folder.path, size);
		state_folder_close(&folder);
		if (*fd >= 0)
			return MHEX_OK;
	}
	return save_temp_open(fd, size, what, err);
}
