/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "save_sample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/guard.h"

uint8_t sample_byte(uint64_t offset)
{
	return (uint8_t)(offset % 251 + 1); /* never 0 */
}

void sample_use_memory(void)
{
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 1);
}

void sample_make(SaveSample *sample, uint64_t size)
{
	const char *tmp = getenv("TMPDIR");
	(void)snprintf(sample->folder, sizeof(sample->folder), "%s/mhex-save-XXXXXX",
		       tmp && *tmp && strlen(tmp) < 64 ? tmp : "/tmp");
	cr_assert(ne(ptr, mkdtemp(sample->folder), NULL));
	(void)snprintf(sample->path, sizeof(sample->path), "%s/file", sample->folder);
	(void)snprintf(sample->other, sizeof(sample->other), "%s/other", sample->folder);
	sample->fd = open(sample->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	cr_assert(ge(int, sample->fd, 0));
	uint8_t *bytes = malloc(size + 1);
	for (uint64_t i = 0; i < size; i++)
		bytes[i] = sample_byte(i);
	cr_assert(eq(sz, (size_t)pwrite(sample->fd, bytes, size, 0), size));
	free(bytes);
	guard_install();
}

void sample_remove(SaveSample *sample)
{
	document_close(sample->doc);
	sample->doc = NULL;
	guard_uninstall();
	(void)close(sample->fd);
	(void)chmod(sample->folder, 0700);
	(void)unlink(sample->path);
	(void)unlink(sample->other);
	cr_expect(zero(int, rmdir(sample->folder)), "something was left behind in %s",
		  sample->folder);
}

void sample_open(SaveSample *sample, Access access)
{
	MhexError err = {0};
	const DocumentOptions options = {.access = access,
					 .create = true,
					 .journal = sample->journal,
					 .window = sample->window};
	const MhexStatus status =
		document_open(&sample->doc, sample->path, options, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

void sample_reopen(SaveSample *sample)
{
	document_close(sample->doc);
	sample->doc = NULL;
	sample_open(sample, ACCESS_PREVIEW);
}

MhexStatus sample_save(SaveSample *sample, const SaveRequest *request, SaveResult *result,
		       MhexError *err)
{
	SaveResult ignored;
	Save *save = NULL;
	*err = (MhexError){0};
	const MhexStatus status =
		document_save_start(sample->doc, request, -1, &save, err);
	return status ? status
		      : document_save_finish(sample->doc, save,
					     result ? result : &ignored, err);
}

MhexStatus sample_write(SaveSample *sample, MhexError *err)
{
	return sample_save(sample, &(SaveRequest){.output_fd = -1}, NULL, err);
}

MhexStatus sample_write_forced(SaveSample *sample, MhexError *err)
{
	return sample_save(sample, &(SaveRequest){.output_fd = -1, .force = true}, NULL,
			   err);
}

void sample_overwrite(SaveSample *sample, uint64_t offset, const char *text)
{
	MhexError err = {0};
	const MhexStatus status =
		document_overwrite(sample->doc, offset, text, strlen(text), &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

void sample_insert(SaveSample *sample, uint64_t offset, const char *text)
{
	MhexError err = {0};
	const MhexStatus status =
		document_insert(sample->doc, offset, text, strlen(text), &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

void sample_delete(SaveSample *sample, uint64_t offset, uint64_t length)
{
	MhexError err = {0};
	const MhexStatus status =
		document_delete(sample->doc, (Range){offset, length}, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

void sample_edit(SaveSample *sample)
{
	sample_insert(sample, 0, "in front");
	sample_delete(sample, 70000, 90);
	sample_overwrite(sample, 1000, "overwritten");
	for (int i = 0; i < 30; i++)
		sample_insert(sample, 200000 + (uint64_t)i * 100, "0123456789");
}

void sample_link(const SaveSample *sample)
{
	cr_assert(zero(int, link(sample->path, sample->other)));
}

SaveResult sample_save_well(SaveSample *sample)
{
	MhexError err;
	SaveResult result = {0};
	const MhexStatus status =
		sample_save(sample, &(SaveRequest){.output_fd = -1}, &result, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	sample_expect_saved(sample);
	return result;
}

void sample_undo_all(SaveSample *sample)
{
	MhexError err;
	uint64_t at = 0;
	while (document_undo(sample->doc, &at, &err) == MHEX_OK)
		;
	(void)sample_save_well(sample);
}

uint8_t *sample_file_bytes(const char *path, size_t *size)
{
	struct stat st;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0), "%s", path);
	cr_assert(zero(int, fstat(fd, &st)));
	*size = (size_t)st.st_size;
	uint8_t *bytes = malloc(*size + 1);
	cr_assert(eq(sz, (size_t)pread(fd, bytes, *size, 0), *size));
	(void)close(fd);
	return bytes;
}

uint8_t *sample_document_bytes(SaveSample *sample, size_t *size)
{
	MhexError err = {0};
	*size = (size_t)document_size(sample->doc);
	uint8_t *bytes = malloc(*size + 1);
	const MhexStatus status = document_read(sample->doc, 0, bytes, *size, NULL, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	return bytes;
}

void sample_expect(const char *path, const void *bytes, size_t size)
{
	size_t got = 0;
	uint8_t *there = sample_file_bytes(path, &got);
	cr_assert(eq(sz, got, size), "%s", path);
	cr_expect(zero(int, memcmp(there, bytes, size)), "%s has other bytes", path);
	free(there);
}

void sample_expect_saved(SaveSample *sample)
{
	size_t size = 0;
	uint8_t *bytes = sample_document_bytes(sample, &size);
	sample_expect(sample->path, bytes, size);
	free(bytes);
	cr_expect(not(document_is_modified(sample->doc)));
	cr_expect(eq(u64, document_modified_bytes(sample->doc), 0));
}

void sample_expect_untouched(const SaveSample *sample, uint64_t size)
{
	uint8_t *bytes = malloc(size + 1);
	for (uint64_t i = 0; i < size; i++)
		bytes[i] = sample_byte(i);
	sample_expect(sample->path, bytes, size);
	free(bytes);
}

int sample_peek(const SaveSample *sample, uint64_t offset)
{
	uint8_t byte = 0;
	return pread(sample->fd, &byte, 1, (off_t)offset) == 1 ? byte : -1;
}

void sample_poke(const SaveSample *sample, uint64_t offset, const char *text)
{
	const size_t length = strlen(text);
	cr_assert(
		eq(sz, (size_t)pwrite(sample->fd, text, length, (off_t)offset), length));
}

ino_t sample_inode(const char *path)
{
	struct stat st;
	cr_assert(zero(int, stat(path, &st)), "%s", path);
	return st.st_ino;
}

int sample_has(const MhexError *err, const char *words)
{
	return strstr(err->message, words) != NULL;
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
