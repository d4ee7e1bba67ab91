/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/guard.h"

uint8_t sample_byte(uint64_t offset)
{
	return (uint8_t)(offset % 251 + 1); /* never 0 */
}

/* A test that is skipped does not come to its end. */
static char last_file[256], last_folder[256];

static void remove_last(void)
{
	(void)unlink(last_file);
	(void)rmdir(last_folder);
}

static void remove_at_exit(char last[256], const char *path)
{
	if (!*last_file && !*last_folder)
		(void)atexit(remove_last);
	(void)snprintf(last, 256, "%s", path);
}

static void temporary_name(char *path, size_t size)
{
	const char *folder = getenv("TMPDIR");
	(void)snprintf(path, size, "%s/mhex-test-XXXXXX",
		       folder && *folder ? folder : "/tmp");
}

void sample_make_folder(char *path, size_t size)
{
	temporary_name(path, size);
	cr_assert(ne(ptr, mkdtemp(path), NULL), "%s", path);
	remove_at_exit(last_folder, path);
}

void sample_make(Sample *sample, uint64_t size)
{
	temporary_name(sample->path, sizeof(sample->path));
	sample->page = (size_t)sysconf(_SC_PAGESIZE);
	sample->fd = mkstemp(sample->path);
	cr_assert(ge(int, sample->fd, 0), "%s", sample->path);
	uint8_t block[4096];
	for (uint64_t at = 0; at < size; at += sizeof(block)) {
		const uint64_t rest = size - at;
		const size_t length = rest < sizeof(block) ? (size_t)rest : sizeof(block);
		for (size_t i = 0; i < length; i++)
			block[i] = sample_byte(at + i);
		sample_write(sample, at, block, length);
	}
	guard_install();
	remove_at_exit(last_file, sample->path);
}

void sample_remove(Sample *sample)
{
	guard_uninstall();
	(void)close(sample->fd);
	(void)unlink(sample->path);
}

void sample_write(const Sample *sample, uint64_t offset, const void *bytes, size_t length)
{
	const ssize_t written = pwrite(sample->fd, bytes, length, (off_t)offset);
	cr_assert(eq(long, (long)written, (long)length));
}

void sample_resize(const Sample *sample, uint64_t size)
{
	cr_assert(zero(int, ftruncate(sample->fd, (off_t)size)));
}

int sample_peek(const Sample *sample, uint64_t offset)
{
	uint8_t byte = 0;
	return pread(sample->fd, &byte, 1, (off_t)offset) == 1 ? byte : -1;
}

uint64_t sample_file_size(const Sample *sample)
{
	struct stat st;
	cr_assert(zero(int, fstat(sample->fd, &st)));
	return (uint64_t)st.st_size;
}

Storage *sample_open(const Sample *sample, Access wanted, size_t window)
{
	Storage *storage = NULL;
	MhexError err = {0};
	const MhexStatus status =
		storage_open(&storage, sample->path,
			     (StorageOptions){.wanted = wanted, .window = window}, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	return storage;
}

extern void __gcov_dump(void) __attribute__((weak));

int sample_in_child(int (*run)(void *context), void *context)
{
	const pid_t child = fork();
	cr_assert(ge(int, child, 0));
	if (child == 0) {
		const int result = run(context);
		if (__gcov_dump) /* the coverage preset counts in children too */
			__gcov_dump();
		_exit(result);
	}
	int status = 0;
	cr_assert(eq(int, waitpid(child, &status, 0), child));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int sample_child_failed(const char *file, int line, const char *condition)
{
	(void)fprintf(stderr, "%s:%d: not so in the child: %s\n", file, line, condition);
	return 1;
}

void sample_expect_child(int (*run)(void *context), void *context, const char *reason)
{
	const int result = sample_in_child(run, context);
	if (result == CHILD_SKIPPED)
		cr_skip_test("%s", reason);
	cr_expect(zero(int, result), "what the child says stands above");
}

static bool write_text(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	const ssize_t length = (ssize_t)strlen(text);
	const bool written = write(fd, text, (size_t)length) == length;
	(void)close(fd);
	return written;
}

bool sample_mount_tmpfs(const char *folder, const char *options)
{
	char users[64];
	char groups[64];
	(void)snprintf(users, sizeof(users), "0 %u 1", geteuid());
	(void)snprintf(groups, sizeof(groups), "0 %u 1", getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	(void)write_text("/proc/self/setgroups", "deny");
	return write_text("/proc/self/uid_map", users) &&
	       write_text("/proc/self/gid_map", groups) &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", folder, "tmpfs", 0, options) == 0;
}

static const unsigned nobody = 65534;

bool sample_drop_root_with(const Sample *sample)
{
	if (geteuid() == 0 && fchown(sample->fd, nobody, nobody) != 0)
		return false;
	return sample_drop_root();
}

bool sample_drop_root(void)
{
	if (geteuid() != 0)
		return true;
	return setgroups(0, NULL) == 0 && setgid(nobody) == 0 && setuid(nobody) == 0;
}

bool sample_address_space_is_ours(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return false;
#else
	return true;
#endif
#else
	return true;
#endif
}
