/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/process_map.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "/proc/PID/mem" to "/proc/PID/" in folder; false when it is something else. */
static bool folder_of_memory(int fd, char *folder, size_t size)
{
	char link[32];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	const ssize_t length = readlink(link, folder, size - 1);
	if (length < 4)
		return false;
	folder[length] = '\0';
	char *name = folder + length - 4;
	if (strcmp(name, "/mem") != 0)
		return false;
	name[1] = '\0';
	return true;
}

bool process_map_is_memory(int fd)
{
	char path[PATH_MAX];
	return folder_of_memory(fd, path, sizeof(path));
}

/* "5581a0000000-5581a0021000 rw-p ..." */
static bool parse_line(const char *line, uint64_t *begin, uint64_t *end)
{
	char *rest = NULL;
	errno = 0;
	*begin = strtoull(line, &rest, 16);
	if (errno || *rest != '-')
		return false;
	*end = strtoull(rest + 1, &rest, 16);
	return !errno && *rest == ' ' && *begin < *end;
}

static bool add(ProcessMap *map, size_t *room, uint64_t begin, uint64_t end)
{
	if (map->count > 0 && range_end(map->areas[map->count - 1]) == begin) {
		map->areas[map->count - 1].length += end - begin;
		return true;
	}
	if (map->count == *room) {
		const size_t more = *room ? *room * 2 : 64;
		Range *areas = realloc(map->areas, more * sizeof(*areas));
		if (!areas)
			return false;
		map->areas = areas;
		*room = more;
	}
	map->areas[map->count++] = range_between(begin, end);
	return true;
}

static bool load_lines(ProcessMap *map, FILE *file)
{
	char *line = NULL;
	size_t line_room = 0;
	size_t room = 0;
	bool loaded = true;
	while (loaded && getline(&line, &line_room, file) >= 0) {
		uint64_t begin = 0;
		uint64_t end = 0;
		if (parse_line(line, &begin, &end) && end <= (uint64_t)INT64_MAX)
			loaded = add(map, &room, begin, end);
	}
	free(line);
	return loaded && !ferror(file);
}

bool process_map_load(ProcessMap *map, int fd)
{
	char path[PATH_MAX];
	*map = (ProcessMap){0};
	/* One less: "maps" is longer than the "mem" that was read. */
	if (!folder_of_memory(fd, path, sizeof(path) - 1)) {
		errno = EINVAL;
		return false;
	}
	const size_t length = strlen(path);
	(void)snprintf(path + length, sizeof(path) - length, "maps");
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	const bool loaded = load_lines(map, file);
	(void)fclose(file);
	if (!loaded)
		process_map_free(map);
	return loaded;
}

void process_map_free(ProcessMap *map)
{
	free(map->areas);
	*map = (ProcessMap){0};
}

uint64_t process_map_end(const ProcessMap *map)
{
	return map->count > 0 ? range_end(map->areas[map->count - 1]) : 0;
}
