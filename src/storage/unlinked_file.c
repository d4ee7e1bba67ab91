/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/unlinked_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "storage/system.h"

int unlinked_file_open(const char *folder)
{
	int fd = system_open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Some file systems know no O_TMPFILE. */
	char path[PATH_MAX];
	const int length = snprintf(path, sizeof(path), "%s/mhex-XXXXXX", folder);
	if (length < 0 || (size_t)length >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = system_mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)system_unlinkat(AT_FDCWD, path, 0);
	return fd;
}

int unlinked_file_open_temporary(void)
{
	const char *folder = getenv("TMPDIR");
	const int fd = folder && *folder ? unlinked_file_open(folder) : -1;
	return fd >= 0 ? fd : unlinked_file_open("/var/tmp");
}
