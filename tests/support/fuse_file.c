/* SPDX-License-Identifier: GPL-3.0-or-later */
#define FUSE_USE_VERSION 31

#include "support/fuse_file.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <fuse_lowlevel.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static FuseFile *disk;

static void *start(struct fuse_conn_info *connection, struct fuse_config *config)
{
	(void)connection;
	config->attr_timeout = 0;
	config->entry_timeout = 0;
	return NULL;
}

static int get_attributes(const char *path, struct stat *st, struct fuse_file_info *info)
{
	(void)info;
	memset(st, 0, sizeof(*st));
	st->st_uid = getuid();
	st->st_gid = getgid();
	st->st_nlink = 1;
	if (strcmp(path, "/") == 0) {
		st->st_mode = S_IFDIR | 0700;
		return 0;
	}
	if (strcmp(path, "/file") != 0)
		return -ENOENT;
	st->st_mode = S_IFREG | 0600;
	st->st_size = FUSE_FILE_SIZE;
	return 0;
}

static int open_file(const char *path, struct fuse_file_info *info)
{
	(void)path;
	info->direct_io = disk->direct_io;
	return 0;
}

static bool touches(int bad_block, off_t offset, size_t length)
{
	if (bad_block == FUSE_NOWHERE)
		return false;
	const off_t begin = (off_t)bad_block * FUSE_BLOCK;
	return offset < begin + FUSE_BLOCK && begin < offset + (off_t)length;
}

static int read_file(const char *path, char *bytes, size_t length, off_t offset,
		     struct fuse_file_info *info)
{
	(void)path;
	(void)info;
	if (touches(disk->bad_read, offset, length))
		return -EIO;
	if (offset >= FUSE_FILE_SIZE)
		return 0;
	if (length > (size_t)(FUSE_FILE_SIZE - offset))
		length = (size_t)(FUSE_FILE_SIZE - offset);
	memcpy(bytes, disk->content + offset, length);
	return (int)length;
}

static int write_file(const char *path, const char *bytes, size_t length, off_t offset,
		      struct fuse_file_info *info)
{
	(void)path;
	(void)info;
	if (touches(disk->bad_write, offset, length))
		return -EIO;
	if (offset > FUSE_FILE_SIZE || length > (size_t)(FUSE_FILE_SIZE - offset))
		return -EFBIG;
	memcpy(disk->content + offset, bytes, length);
	return (int)length;
}

static int close_file(const char *path, struct fuse_file_info *info)
{
	(void)path;
	(void)info;
	return disk->bad_flush ? -EIO : 0;
}

static int sync_file(const char *path, int only_data, struct fuse_file_info *info)
{
	(void)path;
	(void)only_data;
	(void)info;
	return disk->bad_fsync ? -EIO : 0;
}

static const struct fuse_operations operations = {
	.init = start,
	.getattr = get_attributes,
	.open = open_file,
	.read = read_file,
	.write = write_file,
	.flush = close_file,
	.fsync = sync_file,
};

/* libfuse has much to say on stderr about what it may not do. */
static bool mount_quietly(struct fuse *fuse, const char *folder)
{
	const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const int said = dup(STDERR_FILENO);
	(void)dup2(nothing, STDERR_FILENO);
	errno = 0;
	const bool mounted = fuse_mount(fuse, folder) == 0;
	const int code = errno ? errno : EPERM;
	(void)dup2(said, STDERR_FILENO);
	(void)close(said);
	(void)close(nothing);
	errno = code;
	return mounted;
}

FuseFile *fuse_file_mount(const char *folder, bool direct_io, uint8_t (*byte)(uint64_t))
{
	char *argv[] = {(char[]){"fuse_file"}, NULL};
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	if (access("/dev/fuse", R_OK | W_OK) < 0)
		return NULL;
	disk = mmap(NULL, sizeof(*disk), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct fuse *fuse = fuse_new(&args, &operations, sizeof(operations), NULL);
	if (disk == MAP_FAILED || !fuse || !mount_quietly(fuse, folder))
		return NULL;
	for (uint64_t i = 0; i < FUSE_FILE_SIZE; i++)
		disk->content[i] = byte(i);
	disk->direct_io = direct_io;
	disk->bad_read = disk->bad_write = FUSE_NOWHERE;
	const pid_t parent = getpid();
	const pid_t server = fork();
	if (server == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			(void)fuse_loop(fuse);
		_exit(0);
	}
	/* The mount goes with the last who has it open: the server. */
	(void)close(fuse_session_fd(fuse_get_session(fuse)));
	return server > 0 ? disk : NULL;
}
