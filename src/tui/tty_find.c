/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/tty_find.h"

#include <fcntl.h>
#include <unistd.h>

/* fd again, when it is a terminal that can be used in this way; else -1. */
static int terminal_as(int fd, int access_mode)
{
	if (!isatty(fd))
		return -1;
	const int flags = fcntl(fd, F_GETFL);
	if (flags < 0)
		return -1;
	const int has = flags & O_ACCMODE;
	if (has != O_RDWR && has != access_mode)
		return -1;
	return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static int find(int first, int second, int access_mode)
{
	int fd = terminal_as(first, access_mode);
	if (fd < 0)
		fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) /* not our controlling terminal, but a terminal */
		fd = terminal_as(second, access_mode);
	return fd;
}

bool tty_find(TtyFds *fds)
{
	fds->input = find(STDIN_FILENO, STDOUT_FILENO, O_RDONLY);
	if (fds->input < 0)
		return false;
	fds->output = find(STDOUT_FILENO, STDIN_FILENO, O_WRONLY);
	if (fds->output >= 0)
		return true;
	(void)close(fds->input);
	return false;
}
