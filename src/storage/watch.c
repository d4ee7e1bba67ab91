/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "storage/replace_file.h"
#include "storage/system.h"

enum {
	READ_SIZE = 4096,
	ON_FILE = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF,
	ON_FOLDER = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF |
		    IN_DELETE_SELF | IN_ONLYDIR,
};

/* A watched folder, and the name in it that counts. */
typedef struct {
	int id; /* -1: none */
	char *name;
} WatchedName;

struct Watch {
	int fd;
	int file; /* -1: none */
	/* Of the path as given, and of what it leads to. */
	WatchedName names[2];
};

MhexStatus watch_look_at_name(NameState *state, const Storage *storage, const char *path,
			      MhexError *err)
{
	struct stat now;
	const FileStamp stamp = storage_stamp(storage);
	*state = NAME_OURS;
	if (storage_kind(storage) != STORAGE_FILE)
		return MHEX_OK;
	if (stat(path, &now) == 0) {
		if (now.st_dev != stamp.device || now.st_ino != stamp.inode)
			*state = NAME_ANOTHERS;
		return MHEX_OK;
	}
	if (errno != ENOENT && errno != ENOTDIR)
		return mhex_fail_errno(err, "%s", path);
	*state = NAME_GONE;
	return MHEX_OK;
}

Watch *watch_open(void)
{
	Watch *watch = calloc(1, sizeof(*watch));
	if (!watch)
		return NULL;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	watch->file = -1;
	watch->names[0].id = -1;
	watch->names[1].id = -1;
	if (watch->fd >= 0)
		return watch;
	free(watch);
	return NULL;
}

void watch_close(Watch *watch)
{
	if (!watch)
		return;
	watch_follow(watch, NULL);
	(void)system_close(watch->fd);
	free(watch);
}

static void forget(Watch *watch, int *id)
{
	/* One that went with its file or folder is an error, and no loss. */
	if (*id >= 0)
		(void)inotify_rm_watch(watch->fd, *id);
	*id = -1;
}

/* The folder of path, and the last part of it. */
static void follow_name(Watch *watch, WatchedName *name, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	name->name = strdup(slash ? slash + 1 : path);
	if (folder && name->name)
		name->id = inotify_add_watch(watch->fd, folder, ON_FOLDER);
	free(folder);
}

void watch_follow(Watch *watch, const char *path)
{
	if (!watch)
		return;
	forget(watch, &watch->file);
	for (size_t i = 0; i < 2; i++) {
		/* Both may be the same folder: then the second is gone already. */
		forget(watch, &watch->names[i].id);
		free(watch->names[i].name);
		watch->names[i].name = NULL;
	}
	if (!path)
		return;
	watch->file = inotify_add_watch(watch->fd, path, ON_FILE);
	follow_name(watch, &watch->names[0], path);
	char *target = replace_file_target(path);
	if (target && strcmp(target, path) != 0)
		follow_name(watch, &watch->names[1], target);
	free(target);
}

int watch_fd(const Watch *watch)
{
	return watch ? watch->fd : -1;
}

static bool concerns(const Watch *watch, const struct inotify_event *event)
{
	if (event->wd == watch->file || event->mask & IN_Q_OVERFLOW)
		return true;
	for (size_t i = 0; i < 2; i++) {
		const WatchedName *name = &watch->names[i];
		if (event->wd != name->id || event->wd < 0)
			continue;
		/* Without a name it is the folder itself that has moved. */
		if (event->len == 0 || strcmp(event->name, name->name) == 0)
			return !(event->mask & IN_IGNORED);
	}
	return false;
}

bool watch_take(Watch *watch)
{
	_Alignas(struct inotify_event) char bytes[READ_SIZE];
	bool any = false;
	while (watch) {
		const ssize_t got = system_read(watch->fd, bytes, sizeof(bytes));
		if (got <= 0)
			break;
		for (size_t at = 0; at < (size_t)got;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(const void *)(bytes + at);
			any = concerns(watch, event) || any;
			at += sizeof(*event) + event->len;
		}
	}
	return any;
}
