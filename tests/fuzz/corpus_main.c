/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Stands in for libFuzzer where it is not linked: runs the target once on every
 * file of the folders (or on the files) named, and on the empty input.
 */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *path)
{
	(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

static void run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END) != 0)
		fail(path);
	const long size = ftell(file);
	if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
		fail(path);
	/* Exactly as large as the input, so that a read past it is seen. */
	uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
	if (!data)
		fail(path);
	if (fread(data, 1, (size_t)size, file) != (size_t)size)
		fail(path);
	(void)fclose(file);

	(void)LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
}

/* How many files were run. */
static unsigned run_folder(const char *path)
{
	unsigned count = 0;
	DIR *folder = opendir(path);
	if (!folder)
		fail(path);
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		char name[4096];
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		run_file(name);
		count++;
	}
	(void)closedir(folder);
	return count;
}

int main(int argc, char **argv)
{
	unsigned count = 0;
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++)
		count += run_folder(argv[i]);
	(void)printf("%u inputs\n", count);
	return count > 0 ? 0 : 1;
}
