/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/temp_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *path)
{
	perror(path);
	abort();
}

static void name_template(TempFile *file)
{
	const char *folder = getenv("TMPDIR");
	(void)snprintf(file->path, sizeof(file->path), "%s/mhex-test-XXXXXX",
		       folder && *folder ? folder : "/tmp");
}

static void write_all(int fd, const char *path, const char *bytes, size_t length)
{
	while (length > 0) {
		const ssize_t written = write(fd, bytes, length);
		if (written <= 0)
			fail(path);
		bytes += written;
		length -= (size_t)written;
	}
}

void temp_file_make(TempFile *file, const void *bytes, size_t length)
{
	name_template(file);
	const int fd = mkostemp(file->path, O_CLOEXEC);
	if (fd < 0)
		fail(file->path);
	write_all(fd, file->path, bytes, length);
	(void)close(fd);
}

void temp_file_remove(const TempFile *file)
{
	(void)unlink(file->path);
}

void temp_file_write(const char *path, const void *bytes, size_t length)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		fail(path);
	write_all(fd, path, bytes, length);
	if (ftruncate(fd, (off_t)length) != 0)
		fail(path);
	(void)close(fd);
}

char *temp_file_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t capacity = 0;
	*length = 0;
	if (!file)
		return NULL;
	for (;;) {
		if (capacity - *length < 2) {
			capacity = capacity ? 2 * capacity : 4096;
			text = realloc(text, capacity);
			if (!text)
				fail(path);
		}
		const size_t got = fread(text + *length, 1, capacity - *length - 1, file);
		if (got == 0)
			break;
		*length += got;
	}
	(void)fclose(file);
	text[*length] = '\0';
	return text;
}

bool temp_file_holds(const char *path, const void *bytes, size_t length)
{
	size_t got = 0;
	char *text = temp_file_read(path, &got);
	const bool same = text && got == length && memcmp(text, bytes, length) == 0;
	free(text);
	return same;
}

void temp_folder_make(TempFile *folder)
{
	name_template(folder);
	if (!mkdtemp(folder->path))
		fail(folder->path);
}

/* By descriptors, because what tests make may be longer than a path may be. */
static void empty_folder(int parent, const char *name)
{
	(void)fchmodat(parent, name, S_IRWXU, 0);
	const int fd =
		openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder)
		return;
	for (const struct dirent *entry; (entry = readdir(folder));) {
		const char *inside = entry->d_name;
		if (strcmp(inside, ".") == 0 || strcmp(inside, "..") == 0 ||
		    unlinkat(fd, inside, 0) == 0)
			continue;
		empty_folder(fd, inside);
		(void)unlinkat(fd, inside, AT_REMOVEDIR);
	}
	(void)closedir(folder);
}

void temp_folder_remove(const TempFile *folder)
{
	empty_folder(AT_FDCWD, folder->path);
	(void)rmdir(folder->path);
}
