/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_TEMP_FILE_H
#define MHEX_TESTS_TEMP_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Files and folders that a test makes for itself, below $TMPDIR or /tmp. What cannot
 * be made ends the test program with a sentence.
 */
enum {
	TEMP_PATH_SIZE = 256
};

typedef struct {
	char path[TEMP_PATH_SIZE];
} TempFile;

void temp_file_make(TempFile *file, const void *bytes, size_t length);
void temp_file_remove(const TempFile *file);

/* Put other bytes into the same file (not a new one of that name). */
void temp_file_write(const char *path, const void *bytes, size_t length);

/* All bytes of a file, NUL-terminated; NULL when it cannot be read. To be freed. */
char *temp_file_read(const char *path, size_t *length);

/* Does the file consist of exactly these bytes? */
bool temp_file_holds(const char *path, const void *bytes, size_t length);

/* An empty folder; removed with everything in it. */
void temp_folder_make(TempFile *folder);
void temp_folder_remove(const TempFile *folder);

#endif
