/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/guard.h"

uint8_t sample_byte(uint64_t offset)
{
	return (uint8_t)(offset % 251 + 1); /* never 0 */
}

void sample_make(Sample *sample, uint64_t size)
{
	const char *folder = getenv("TMPDIR");
	(void)snprintf(sample->path, sizeof(sample->path), "%s/mhex-test-XXXXXX",
		       folder && *folder ? folder : "/tmp");
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

int sample_in_child(int (*run)(void *context), void *context)
{
	const pid_t child = fork();
	cr_assert(ge(int, child, 0));
	if (child == 0)
		_exit(run(context));
	int status = 0;
	cr_assert(eq(int, waitpid(child, &status, 0), child));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
