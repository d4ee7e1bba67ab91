/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a run may do: mount, or only what anybody may. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

static const unsigned nobody = 65534;

static bool write_text(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const bool written = fd >= 0 && write(fd, text, strlen(text)) > 0;
	if (fd >= 0)
		(void)close(fd);
	return written;
}

/* Root of a user namespace is root of its mounts only. */
static bool become_root_here(void)
{
	char users[64];
	char groups[64];
	(void)snprintf(users, sizeof(users), "0 %u 1", geteuid());
	(void)snprintf(groups, sizeof(groups), "0 %u 1", getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	(void)write_text("/proc/self/setgroups", "deny");
	return write_text("/proc/self/uid_map", users) &&
	       write_text("/proc/self/gid_map", groups);
}

void need_mounts(void)
{
	if (!become_root_here() || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		case_skip("no user and mount namespaces here (unshare -Urm: %s)",
			  strerror(errno));
}

void mount_tmpfs(const char *folder, const char *options)
{
	(void)mkdir(folder, 0700);
	if (mount("tmpfs", folder, "tmpfs", 0, options) < 0)
		case_skip("no tmpfs can be mounted here: %s", strerror(errno));
}

void drop_root(void)
{
	if (geteuid() != 0)
		return;
	if (chown(".", nobody, nobody) < 0 || setgroups(0, NULL) < 0 ||
	    setgid(nobody) < 0 || setuid(nobody) < 0)
		case_skip("root here cannot become another user: %s", strerror(errno));
	if (access(MHEX_PROGRAM, X_OK) < 0)
		case_skip("other users may not run %s", MHEX_PROGRAM);
}

bool is_sanitized(void)
{
	return MHEX_SANITIZED[0] != '\0';
}
