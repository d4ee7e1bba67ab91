/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuse_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sample.h"

enum {
	FILE_NODE = 2,
	REQUEST_MAX = 256 << 10,
};

static int device;
static uint8_t *content; /* FUSE_FILE_SIZE bytes, the server sees them too */

static void reply(uint64_t unique, int error, const void *data, size_t length)
{
	struct fuse_out_header header = {.len = (uint32_t)(sizeof(header) + length),
					 .error = -error,
					 .unique = unique};
	const struct iovec parts[] = {{&header, sizeof(header)}, {(void *)data, length}};
	(void)!writev(device, parts, 2);
}

static struct fuse_attr attributes(uint64_t node)
{
	const bool is_file = node == FILE_NODE;
	return (struct fuse_attr){.ino = node,
				  .size = is_file ? FUSE_FILE_SIZE : 0,
				  .mode = is_file ? S_IFREG | 0600 : S_IFDIR | 0700,
				  .nlink = 1,
				  .blksize = 4096};
}

static void read_file(uint64_t unique, const struct fuse_read_in *in)
{
	size_t length = in->size;
	if (in->offset >= FUSE_FILE_SIZE)
		length = 0;
	else if (length > FUSE_FILE_SIZE - in->offset)
		length = FUSE_FILE_SIZE - in->offset;
	reply(unique, 0, content + (length ? in->offset : 0), length);
}

static void write_file(uint64_t unique, const struct fuse_write_in *in)
{
	const struct fuse_write_out out = {.size = in->size};
	if (in->offset > FUSE_FILE_SIZE || in->size > FUSE_FILE_SIZE - in->offset) {
		reply(unique, EFBIG, NULL, 0);
		return;
	}
	memcpy(content + in->offset, in + 1, in->size);
	reply(unique, 0, &out, sizeof(out));
}

static void start(uint64_t unique)
{
	const struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION,
					  .minor = 31,
					  .max_readahead = 65536,
					  .max_write = 65536};
	reply(unique, 0, &out, sizeof(out));
}

static void open_node(uint64_t unique)
{
	const struct fuse_open_out out = {.open_flags = FOPEN_DIRECT_IO};
	reply(unique, 0, &out, sizeof(out));
}

static void describe(const struct fuse_in_header *in)
{
	const struct fuse_attr_out out = {.attr = attributes(in->nodeid)};
	reply(in->unique, 0, &out, sizeof(out));
}

static void look_up(const struct fuse_in_header *in)
{
	const struct fuse_entry_out out = {.nodeid = FILE_NODE,
					   .attr = attributes(FILE_NODE)};
	if (strcmp((const char *)(in + 1), "file") == 0)
		reply(in->unique, 0, &out, sizeof(out));
	else
		reply(in->unique, ENOENT, NULL, 0);
}

static void answer(const struct fuse_in_header *in)
{
	const struct fuse_statfs_out statistics = {.st = {.bsize = 4096}};
	const void *argument = in + 1;
	switch (in->opcode) {
	case FUSE_INIT:
		start(in->unique);
		break;
	case FUSE_LOOKUP:
		look_up(in);
		break;
	case FUSE_GETATTR:
		describe(in);
		break;
	case FUSE_STATFS:
		reply(in->unique, 0, &statistics, sizeof(statistics));
		break;
	case FUSE_OPEN:
		open_node(in->unique);
		break;
	case FUSE_READ:
		read_file(in->unique, argument);
		break;
	case FUSE_WRITE:
		write_file(in->unique, argument);
		break;
	case FUSE_RELEASE:
	case FUSE_FLUSH:
	case FUSE_FSYNC:
		reply(in->unique, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break; /* no answer is wanted */
	default:
		reply(in->unique, ENOSYS, NULL, 0);
	}
}

static void serve(void)
{
	static _Alignas(8) uint8_t request[REQUEST_MAX];
	for (;;) {
		const ssize_t length = read(device, request, sizeof(request));
		if (length >= (ssize_t)sizeof(struct fuse_in_header))
			answer((const void *)request);
		else if (length >= 0 || (errno != EINTR && errno != ENOENT))
			return; /* unmounted */
	}
}

uint8_t *fuse_file_content(void)
{
	return content;
}

bool fuse_file_mount(const char *folder)
{
	char options[80];
	device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	(void)snprintf(options, sizeof(options),
		       "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	if (device < 0 ||
	    mount("fuse", folder, "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		return false;
	content = mmap(NULL, FUSE_FILE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (content == MAP_FAILED)
		return false;
	for (size_t i = 0; i < FUSE_FILE_SIZE; i++)
		content[i] = sample_byte(i);
	const pid_t parent = getpid();
	const pid_t server = fork();
	if (server == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			serve();
		_exit(0);
	}
	(void)close(device);
	return server > 0;
}
