/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/file_metadata.h"
#include "storage/kernel.h"
#include "storage/system.h"

enum {
	LINKS_MAX = 40,
	NAME_TRIES = 100,
	TICK_TRIES = 20 /* of a millisecond */
};

struct ReplaceFile {
	char *path;       /* as it was given, for sentences */
	char *target;     /* without symbolic links */
	const char *base; /* its last part, within target */
	int folder;
	bool folder_syncs; /* false: it may be searched but not read */
	int old;           /* borrowed, or -1 */
	bool exists;       /* old is still under its name */
	struct stat before;
	int fd;
	char planned[16]; /* the name that it gets beside the target, */
	char name[16];    /* and has; "" as long as it has none */
};

/* The path that the link at path holds, seen from where path is. */
static char *follow(const char *path)
{
	char link[PATH_MAX];
	const ssize_t length = readlink(path, link, sizeof(link) - 1);
	if (length < 0)
		return NULL;
	link[length] = '\0';
	const char *slash = strrchr(path, '/');
	if (link[0] == '/' || !slash)
		return strdup(link);
	char *joined = NULL;
	if (asprintf(&joined, "%.*s/%s", (int)(slash - path), path, link) < 0)
		return NULL;
	return joined;
}

char *replace_file_target(const char *path)
{
	char *target = realpath(path, NULL);
	if (target || (errno != ENOENT && errno != ENAMETOOLONG))
		return target;
	/* Nothing is there, or a relative path is the only way there: go through the
	 * links that lead there, one by one. */
	target = strdup(path);
	for (int links = 0; target; links++) {
		char *next = follow(target);
		if (!next && errno != ENOMEM)
			return target;
		free(target);
		target = next;
		if (links == LINKS_MAX) {
			free(target);
			errno = ELOOP;
			return NULL;
		}
	}
	return NULL;
}

static MhexStatus unsupported(const ReplaceFile *file, const char *reason, MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: %s", file->path, reason);
}

static MhexStatus open_folder(ReplaceFile *file, MhexError *err)
{
	file->target = replace_file_target(file->path);
	if (!file->target)
		return mhex_fail_errno(err, "%s", file->path);
	char *slash = strrchr(file->target, '/');
	file->base = slash ? slash + 1 : file->target;
	char *folder = slash == file->target ? strdup("/")
		       : slash ? strndup(file->target, (size_t)(slash - file->target))
			       : strdup(".");
	if (!folder)
		return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", file->path);
	file->folder = system_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file->folder_syncs = file->folder >= 0;
	if (file->folder < 0 && errno == EACCES)
		file->folder = system_open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	return file->folder < 0 ? mhex_fail_errno(err, "%s", file->path) : MHEX_OK;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_mounted(const ReplaceFile *file)
{
	struct statx info;
	return statx(file->folder, file->base, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS,
		     &info) == 0 &&
	       (info.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Has it been written to in the present tick of the clock that gives files their times?
 * Then another write in it would leave them as they are (before Linux 6.13). */
static bool written_just_now(const struct stat *st)
{
	struct timespec now;
	const struct timespec *then = &st->st_mtim;
	if (clock_gettime(CLOCK_REALTIME_COARSE, &now) < 0)
		return false;
	/* One of a time to come is not waited for. */
	return then->tv_sec == now.tv_sec && then->tv_nsec >= now.tv_nsec;
}

/* From here on each write to the old file shows. */
static MhexStatus look_before(ReplaceFile *file, MhexError *err)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	for (int i = 0; i < TICK_TRIES; i++) {
		if (fstat(file->old, &file->before) < 0)
			return mhex_fail_errno(err, "%s", file->path);
		if (!written_just_now(&file->before))
			break;
		(void)nanosleep(&pause, NULL);
	}
	return MHEX_OK;
}

/* Is the name still the old file's, and may another file have it? */
static MhexStatus check_name(ReplaceFile *file, MhexError *err)
{
	struct stat now;
	if (fstatat(file->folder, file->base, &now, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return mhex_fail_errno(err, "%s", file->path);
		file->exists = false;
	} else {
		file->exists = true;
	}
	if (file->old < 0)
		return file->exists ? mhex_fail(err, MHEX_E_CONFLICT,
						"%s: a file of this name has appeared",
						file->path)
				    : MHEX_OK;
	const MhexStatus status = look_before(file, err);
	if (status || !file->exists)
		return status;
	if (!same_file(&now, &file->before))
		return mhex_fail(err, MHEX_E_CONFLICT,
				 "%s: another file has taken this name", file->path);
	if (file->before.st_nlink > 1)
		return unsupported(file, "it has several names (hard links)", err);
	if (is_mounted(file))
		return unsupported(file, "it is a mount point", err);
	return MHEX_OK;
}

static MhexStatus check_space(const ReplaceFile *file, uint64_t bytes, MhexError *err)
{
	struct statvfs fs;
	if (system_fstatvfs(file->folder, &fs) < 0 || fs.f_blocks == 0)
		return MHEX_OK; /* it does not say */
	const uint64_t blocks = geteuid() == 0 ? fs.f_bfree : fs.f_bavail;
	const uint64_t room =
		blocks > UINT64_MAX / fs.f_frsize ? UINT64_MAX : blocks * fs.f_frsize;
	if (bytes <= room)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_NOSPACE,
			 "%s: no space left: the new file needs %" PRIu64
			 " bytes, %" PRIu64 " are free",
			 file->path, bytes, room);
}

static void draw_name(char *name, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t random[6] = {0};
	char text[sizeof(random) + 1] = {0};
	if (getrandom(random, sizeof(random), 0) < 0)
		random[0] = (uint8_t)getpid();
	for (size_t i = 0; i < sizeof(random); i++)
		text[i] = letters[random[i] % 32];
	(void)snprintf(name, size, ".mhex-%s", text);
}

static void use_planned_name(ReplaceFile *file)
{
	memcpy(file->name, file->planned, sizeof(file->name));
}

static void link_to_fd(const ReplaceFile *file, char *link, size_t size)
{
	(void)snprintf(link, size, "/proc/self/fd/%d", file->fd);
}

/* Without a name, so that nothing stays behind when the process is killed. False where
 * that is impossible, or where no name could be given to it later. */
static bool create_unnamed(ReplaceFile *file, mode_t mode)
{
	char link[32];
	file->fd = system_openat(file->folder, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, mode);
	if (file->fd < 0)
		return false;
	link_to_fd(file, link, sizeof(link));
	if (access(link, F_OK) == 0)
		return true;
	(void)system_close(file->fd);
	file->fd = -1;
	return false;
}

/* Nobody else may look into it before it has the old one's owner; a file that is really
 * new gets what the umask and the folder say. */
static MhexStatus create(ReplaceFile *file, MhexError *err)
{
	const mode_t mode = file->old < 0 ? 0666 : 0600;
	if (create_unnamed(file, mode))
		return MHEX_OK;
	for (int i = 0; i < NAME_TRIES; i++) {
		use_planned_name(file);
		file->fd = system_openat(
			file->folder, file->name,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (file->fd >= 0)
			return MHEX_OK;
		if (errno != EEXIST)
			break;
		draw_name(file->planned, sizeof(file->planned));
	}
	const int reason = errno;
	file->name[0] = '\0';
	errno = reason;
	if (file->exists && (reason == EACCES || reason == EPERM || reason == EROFS ||
			     reason == ENAMETOOLONG))
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s: no file can be made in its folder: %s", file->path,
				 strerror(reason));
	return mhex_fail_errno(err, "%s: cannot make a file in its folder", file->path);
}

/* Before gigabytes are copied, find out whether all can be kept; then hide it again. */
static MhexStatus try_metadata(ReplaceFile *file, MhexError *err)
{
	if (file->old < 0)
		return MHEX_OK;
	const MhexStatus status = file_metadata_copy(file->fd, file->old, err);
	if (status)
		mhex_error_prefix(err, "%s: ", file->path);
	else
		(void)system_fchmod(file->fd, 0600);
	return status;
}

MhexStatus replace_file_open(ReplaceFile **out, const char *path, int old, uint64_t bytes,
			     MhexError *err)
{
	ReplaceFile *file = calloc(1, sizeof(*file));
	if (!file)
		return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", path);
	file->old = old;
	file->fd = file->folder = -1;
	file->base = "";
	draw_name(file->planned, sizeof(file->planned));
	file->path = strdup(path);
	if (!file->path) {
		replace_file_discard(file);
		return mhex_fail(err, MHEX_E_NOMEM, "%s: out of memory", path);
	}
	MhexStatus status = open_folder(file, err);
	if (!status)
		status = check_name(file, err);
	if (!status)
		status = check_space(file, bytes, err);
	if (!status)
		status = create(file, err);
	if (!status)
		status = try_metadata(file, err);
	if (status) {
		replace_file_discard(file);
		return status;
	}
	*out = file;
	return MHEX_OK;
}

int replace_file_fd(const ReplaceFile *file)
{
	return file->fd;
}

MhexStatus replace_file_names(const ReplaceFile *file, ReplaceNames *names,
			      MhexError *err)
{
	struct stat st;
	if (fstat(file->fd, &st) < 0)
		return mhex_fail_errno(err, "%s", file->path);
	*names = (ReplaceNames){.target = file->target,
				.name = file->planned,
				.new_inode = st.st_ino,
				.new_fd = file->fd};
	if (file->exists)
		names->before = file->before;
	return MHEX_OK;
}

void replace_file_discard(ReplaceFile *file)
{
	if (!file)
		return;
	if (file->name[0])
		(void)system_unlinkat(file->folder, file->name, 0);
	if (file->fd >= 0)
		(void)system_close(file->fd);
	if (file->folder >= 0)
		(void)system_close(file->folder);
	free(file->target);
	free(file->path);
	free(file);
}

/* Not the time of the last status change: an exchange of names sets it, too. What else
 * sets it alone (owner, mode) is compared itself. */
static bool unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_mode == b->st_mode &&
	       a->st_uid == b->st_uid && a->st_gid == b->st_gid;
}

static MhexStatus changed_meanwhile(const ReplaceFile *file, MhexError *err)
{
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: changed by another process during the save", file->path);
}

static MhexStatus check_before(const ReplaceFile *file, MhexError *err)
{
	struct stat now;
	if (fstat(file->old, &now) < 0)
		return mhex_fail_errno(err, "%s", file->path);
	const bool same = unchanged(&now, &file->before) &&
			  now.st_ctim.tv_sec == file->before.st_ctim.tv_sec &&
			  now.st_ctim.tv_nsec == file->before.st_ctim.tv_nsec;
	return same ? MHEX_OK : changed_meanwhile(file, err);
}

/* A folder that may not be changed after all (sticky, and the file is another user's),
 * and a mount point. */
static MhexStatus fail_rename(const ReplaceFile *file, MhexError *err)
{
	if (errno == EACCES || errno == EPERM || errno == EBUSY)
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: cannot be replaced: %s",
				 file->path, strerror(errno));
	return mhex_fail_errno(err, "%s: cannot be replaced", file->path);
}

/* Take a name that must be free. */
static MhexStatus take_free_name(ReplaceFile *file, MhexError *err)
{
	int failed = system_renameat2(file->folder, file->name, file->folder, file->base,
				      RENAME_NOREPLACE);
	if (failed && (errno == EINVAL || errno == ENOSYS)) {
		failed = system_linkat(file->folder, file->name, file->folder, file->base,
				       0);
		if (!failed)
			(void)system_unlinkat(file->folder, file->name, 0);
	}
	if (failed && errno == EEXIST)
		return mhex_fail(err, MHEX_E_CONFLICT,
				 "%s: a file of this name has appeared", file->path);
	if (failed)
		return mhex_fail_errno(err, "%s", file->path);
	file->name[0] = '\0';
	return MHEX_OK;
}

/* Where names cannot be exchanged, a change between the look and the rename is lost; it
 * is the file system's limit. */
static MhexStatus replace_by_rename(ReplaceFile *file, MhexError *err)
{
	struct stat named;
	if (fstatat(file->folder, file->base, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !same_file(&named, &file->before))
		return changed_meanwhile(file, err);
	if (system_renameat2(file->folder, file->name, file->folder, file->base, 0) < 0)
		return fail_rename(file, err);
	file->name[0] = '\0';
	return MHEX_OK;
}

/* Exchange the names, look at what was taken away, and only then let it go. */
static MhexStatus exchange(ReplaceFile *file, MhexError *err)
{
	if (system_renameat2(file->folder, file->name, file->folder, file->base,
			     RENAME_EXCHANGE) < 0) {
		if (errno == EINVAL || errno == ENOSYS)
			return replace_by_rename(file, err);
		if (errno == ENOENT)
			return changed_meanwhile(file, err);
		return fail_rename(file, err);
	}
	struct stat taken;
	if (fstatat(file->folder, file->name, &taken, AT_SYMLINK_NOFOLLOW) == 0 &&
	    same_file(&taken, &file->before) && unchanged(&taken, &file->before)) {
		(void)system_unlinkat(file->folder, file->name, 0);
		file->name[0] = '\0';
		return MHEX_OK;
	}
	if (system_renameat2(file->folder, file->name, file->folder, file->base,
			     RENAME_EXCHANGE) < 0) {
		const MhexStatus status =
			mhex_fail(err, MHEX_E_CONFLICT,
				  "%s: changed by another process during the save; its "
				  "version is in %s beside it: %s",
				  file->path, file->name, strerror(errno));
		file->name[0] = '\0'; /* it is not ours to remove */
		return status;
	}
	return changed_meanwhile(file, err);
}

static MhexStatus sync_folder(const ReplaceFile *file, MhexError *err)
{
	const int failed =
		file->folder_syncs ? system_fsync(file->folder) : system_syncfs(file->fd);
	if (failed && errno != EINVAL && errno != ENOTSUP)
		return mhex_fail_errno(
			err,
			"%s: the new file is in place, but its folder may not be on the "
			"disk yet",
			file->path);
	return MHEX_OK;
}

/* Owner, mode and attributes again, because writing takes capabilities away; and the
 * time of the last access as it was before the copy read the old file. */
static MhexStatus dress(const ReplaceFile *file, MhexError *err)
{
	if (file->old < 0)
		return MHEX_OK;
	const MhexStatus status = file_metadata_copy(file->fd, file->old, err);
	if (status)
		mhex_error_prefix(err, "%s: ", file->path);
	const struct timespec times[2] = {file->before.st_atim, {.tv_nsec = UTIME_OMIT}};
	(void)system_futimens(file->fd,
			      times); /* where there is no such time, none is lost */
	return status;
}

static MhexStatus give_name(ReplaceFile *file, MhexError *err)
{
	char link[32];
	link_to_fd(file, link, sizeof(link));
	for (int i = 0; i < NAME_TRIES; i++) {
		use_planned_name(file);
		if (!system_linkat(AT_FDCWD, link, file->folder, file->name,
				   AT_SYMLINK_FOLLOW))
			return MHEX_OK;
		if (errno != EEXIST)
			break;
		draw_name(file->planned, sizeof(file->planned));
	}
	file->name[0] = '\0';
	return mhex_fail_errno(err, "%s: cannot name a file in its folder", file->path);
}

static MhexStatus commit(ReplaceFile *file, MhexError *err)
{
	MhexStatus status = dress(file, err);
	if (!status && system_fsync(file->fd) < 0)
		status = mhex_fail_errno(err, "%s: the new file did not reach the disk",
					 file->path);
	if (!status && file->exists)
		status = check_before(file, err);
	if (!status && !file->name[0])
		status = give_name(file, err);
	if (!status)
		status = file->exists ? exchange(file, err) : take_free_name(file, err);
	return status ? status : sync_folder(file, err);
}

MhexStatus replace_file_commit(ReplaceFile *file, MhexError *err)
{
	const MhexStatus status = commit(file, err);
	replace_file_discard(file);
	return status;
}
