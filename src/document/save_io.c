/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/save_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "storage/system.h"

size_t save_read(int fd, void *dst, size_t length, uint64_t offset)
{
	size_t done = 0;
	while (done < length) {
		const ssize_t got = system_pread(fd, (char *)dst + done, length - done,
						 (off_t)(offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = 0;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

size_t save_write(int fd, const void *bytes, size_t length, uint64_t offset)
{
	size_t done = 0;
	while (done < length) {
		const ssize_t put = system_pwrite(fd, (const char *)bytes + done,
						  length - done, (off_t)(offset + done));
		if (put < 0 && errno == EINTR)
			continue;
		if (put == 0)
			errno = ENOSPC;
		if (put <= 0)
			break;
		done += (size_t)put;
	}
	return done;
}

bool save_write_stream(int fd, const void *bytes, size_t length)
{
	size_t done = 0;
	while (done < length) {
		const ssize_t put =
			system_write(fd, (const char *)bytes + done, length - done);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		done += (size_t)put;
	}
	return true;
}

void save_error_add(MhexError *err, const char *text)
{
	if (!err)
		return;
	const size_t used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, "%s", text);
}
