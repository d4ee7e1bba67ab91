/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/state_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/system.h"

enum {
	WRITABLE_BY_OTHERS = S_IWGRP | S_IWOTH,
	PASSWD_ROOM = 16 << 10
};

/* ---- Where it is ---- */

static bool is_anothers(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && st.st_uid != geteuid();
}

/* Owned; NULL when there is none. */
static char *home_of_user(void)
{
	char room[PASSWD_ROOM];
	struct passwd entry;
	struct passwd *found = NULL;
	if (getpwuid_r(geteuid(), &entry, room, sizeof(room), &found) != 0 || !found ||
	    !found->pw_dir || found->pw_dir[0] != '/')
		return NULL;
	return strdup(found->pw_dir);
}

/* An absolute path in the environment that is not another user's folder. */
static const char *own_variable(const char *name)
{
	const char *value = getenv(name);
	return value && value[0] == '/' && !is_anothers(value) ? value : NULL;
}

/* base: so many bytes at the beginning are not made when they are missing. */
static char *find_path(size_t *base)
{
	char *path = NULL;
	const char *state = own_variable("XDG_STATE_HOME");
	if (state) {
		*base = 1;
		return asprintf(&path, "%s/mhex", state) < 0 ? NULL : path;
	}
	const char *named = own_variable("HOME");
	char *home = named ? strdup(named) : home_of_user();
	if (!home)
		return NULL;
	*base = strlen(home) + 1;
	const int length = asprintf(&path, "%s/.local/state/mhex", home);
	free(home);
	return length < 0 ? NULL : path;
}

/* ---- Opening ---- */

/* That a folder is new must be on disk before what is in it can count. */
static bool sync_parent(const char *path)
{
	char *parent = NULL;
	if (asprintf(&parent, "%s/..", path) < 0)
		return false;
	const int fd = system_open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(parent);
	if (fd < 0)
		return errno == EACCES; /* it may be entered only */
	const bool synced = system_fsync(fd) == 0 || errno == EINVAL;
	(void)system_close(fd);
	return synced;
}

static bool make_folder(const char *path)
{
	if (system_mkdirat(AT_FDCWD, path, S_IRWXU) == 0)
		return sync_parent(path);
	return errno == EEXIST;
}

/* Every folder of path that lies behind its first base bytes. False with errno. */
static bool make_folders(char *path, size_t base)
{
	for (char *slash = strchr(path + base, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		const bool made = make_folder(path);
		*slash = '/';
		if (!made)
			return false;
	}
	return make_folder(path);
}

static MhexStatus check(const StateFolder *folder, MhexError *err)
{
	struct stat st;
	if (fstat(folder->fd, &st) < 0)
		return mhex_fail_errno(err, "%s", folder->path);
	if (st.st_uid != geteuid())
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s: the state folder belongs to another user (%u)",
				 folder->path, (unsigned)st.st_uid);
	if (st.st_mode & WRITABLE_BY_OTHERS)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s: other users may write to the state folder (mode "
				 "%04o)",
				 folder->path, (unsigned)st.st_mode & 07777);
	return MHEX_OK;
}

static MhexStatus fail_open(const char *path, MhexError *err)
{
	struct stat st;
	const int code = errno;
	if ((code == ENOTDIR || code == ELOOP) && lstat(path, &st) == 0)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s: %s lies where the state folder should be", path,
				 S_ISLNK(st.st_mode) ? "a symbolic link"
						     : "something else");
	errno = code;
	const MhexStatus status = mhex_fail_errno(err, "%s: no state folder", path);
	if (code != ENOENT)
		return status;
	if (err)
		err->status = MHEX_E_NOTFOUND;
	return MHEX_E_NOTFOUND;
}

/* path is taken over. */
static MhexStatus open_path(StateFolder *out, char *path, MhexError *err)
{
	out->path = path;
	out->fd = system_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const MhexStatus status = out->fd < 0 ? fail_open(path, err) : check(out, err);
	if (status)
		state_folder_close(out);
	return status;
}

static MhexStatus open_or_make(StateFolder *out, char *path, size_t base, bool create,
			       MhexError *err)
{
	if (!create || access(path, F_OK) == 0 || make_folders(path, base))
		return open_path(out, path, err);
	const MhexStatus status = fail_open(path, err);
	free(path);
	return status;
}

MhexStatus state_folder_open(StateFolder *out, bool create, MhexError *err)
{
	size_t base = 0;
	*out = (StateFolder){.fd = -1};
	char *path = find_path(&base);
	if (!path)
		return mhex_fail(err, MHEX_E_NOTFOUND,
				 "no state folder: this user has no home");
	return open_or_make(out, path, base, create, err);
}

MhexStatus state_folder_open_at(StateFolder *out, const char *path, bool create,
				MhexError *err)
{
	*out = (StateFolder){.fd = -1};
	char *copy = strdup(path);
	if (!copy)
		return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", path);
	return open_or_make(out, copy, 1, create, err);
}

void state_folder_close(StateFolder *folder)
{
	if (folder->fd >= 0)
		(void)system_close(folder->fd);
	free(folder->path);
	*folder = (StateFolder){.fd = -1};
}
