/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/save_temp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* -1 with errno. */
static int open_unlinked(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Some file systems know no O_TMPFILE. */
	char path[PATH_MAX];
	const int length = snprintf(path, sizeof(path), "%s/mhex-XXXXXX", folder);
	if (length < 0 || (size_t)length >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

/* The next folder may have the room that this one has not. */
static int open_in(const char *folder, uint64_t size)
{
	const int fd = open_unlinked(folder);
	if (fd < 0)
		return -1;
	const int failed = size > 0 ? posix_fallocate(fd, 0, (off_t)size) : 0;
	if (!failed)
		return fd;
	(void)close(fd);
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
