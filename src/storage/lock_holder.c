/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/lock_holder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "storage/system.h"

enum {
	PATH_SIZE = 80,
	TEXT_SIZE = 4096,
	LIST_SIZE = 64 << 10,
	NAME_SIZE = 32
};

/* The beginning of a small file of /proc as text; "" when it cannot be read. */
static void read_text(const char *path, char *text, size_t size)
{
	size_t used = 0;
	const int fd = system_open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && used < size - 1) {
		const ssize_t got = system_read(fd, text + used, size - 1 - used);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	text[used] = '\0';
	if (fd >= 0)
		(void)system_close(fd);
}

/* Is it the number of a process or descriptor? -1: not. */
static int64_t number_of(const struct dirent *entry)
{
	char *end = NULL;
	const int64_t number = strtoll(entry->d_name, &end, 10);
	return *end == '\0' && end != entry->d_name ? number : -1;
}

/* Does descriptor fd of the process have the file open, and a lock through it? */
static bool has_lock(int64_t process, int64_t fd, const struct stat *file)
{
	char path[PATH_SIZE], text[TEXT_SIZE];
	struct stat st;
	(void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/fd/%" PRId64, process, fd);
	if (stat(path, &st) < 0 || st.st_dev != file->st_dev || st.st_ino != file->st_ino)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/fdinfo/%" PRId64, process,
		       fd);
	read_text(path, text, sizeof(text));
	return strstr(text, "\nlock:") != NULL;
}

static bool holds(int64_t process, const struct stat *file)
{
	char path[PATH_SIZE];
	bool found = false;
	(void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/fd", process);
	DIR *folder = opendir(path);
	if (!folder)
		return false;
	for (const struct dirent *entry = readdir(folder); entry && !found;
	     entry = readdir(folder)) {
		const int64_t fd = number_of(entry);
		found = fd >= 0 && has_lock(process, fd, file);
	}
	(void)closedir(folder);
	return found;
}

/* Among the processes that may be looked at; another one rather than ourselves, as two
 * documents can be on one file. 0: none. */
static int64_t find_by_descriptor(const struct stat *file)
{
	int64_t found = 0;
	DIR *folder = opendir("/proc");
	if (!folder)
		return 0;
	for (const struct dirent *entry = readdir(folder); entry;
	     entry = readdir(folder)) {
		const int64_t process = number_of(entry);
		if (process > 0 && process != getpid() && holds(process, file)) {
			found = process;
			break;
		}
	}
	(void)closedir(folder);
	if (!found && holds(getpid(), file))
		found = getpid();
	return found;
}

/* In the list of all locks, where some have the number of a process of another user:
 * "1: FLOCK  ADVISORY  WRITE 1234 08:02:5678 0 EOF". */
static int64_t find_in_list(const struct stat *file)
{
	char place[PATH_SIZE];
	int64_t found = 0;
	char *text = malloc(LIST_SIZE);
	if (!text)
		return 0;
	read_text("/proc/locks", text, LIST_SIZE);
	(void)snprintf(place, sizeof(place), " %02x:%02x:%ju ", major(file->st_dev),
		       minor(file->st_dev), (uintmax_t)file->st_ino);
	const char *at = strstr(text, place);
	if (at) {
		while (at > text && at[-1] != ' ')
			at--;
		found = strtoll(at, NULL, 10);
	}
	free(text);
	return found > 0 ? found : 0;
}

/* The command may contain anything. */
static void add_command(int64_t process, char *name, size_t size)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/comm", process);
	read_text(path, name, size);
	name[strcspn(name, "\n")] = '\0';
	for (char *at = name; *at; at++) {
		if (*at < ' ' || *at > '~')
			*at = '?';
	}
}

void lock_holder_name(int fd, int64_t known, char text[LOCK_HOLDER_SIZE])
{
	struct stat file;
	char name[NAME_SIZE];
	int64_t process = known;
	if (process == 0 && fstat(fd, &file) == 0) {
		process = find_by_descriptor(&file);
		if (process == 0)
			process = find_in_list(&file);
	}
	if (process == 0) {
		(void)snprintf(text, LOCK_HOLDER_SIZE, "another process");
		return;
	}
	add_command(process, name, sizeof(name));
	(void)snprintf(text, LOCK_HOLDER_SIZE,
		       *name ? "process %" PRId64 " (%s)" : "process %" PRId64, process,
		       name);
}
