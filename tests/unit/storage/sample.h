/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_STORAGE_SAMPLE_H
#define MHEX_TESTS_STORAGE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/storage.h"

/* A temporary file with known bytes, and what tests do to it behind a storage's back.
 * Whatever fails here ends the test. */
typedef struct {
	char path[256];
	int fd;
	size_t page;
} Sample;

/* size bytes, each sample_byte() of its offset. */
void sample_make(Sample *sample, uint64_t size);
void sample_remove(Sample *sample);
uint8_t sample_byte(uint64_t offset);
void sample_write(const Sample *sample, uint64_t offset, const void *bytes,
		  size_t length);
void sample_resize(const Sample *sample, uint64_t size);
/* The byte that the file has, by pread. */
int sample_peek(const Sample *sample, uint64_t offset);
uint64_t sample_file_size(const Sample *sample);

/* Open it; ends the test with the sentence when that fails. */
Storage *sample_open(const Sample *sample, Access wanted, size_t window);

/* Run in a child, so that limits and namespaces end with it; its exit status. */
int sample_in_child(int (*run)(void *context), void *context);

/* What run returns there: 0, or CHILD_SKIPPED where the machine lacks something. */
enum {
	CHILD_SKIPPED = 77
};
#define CHILD_CHECK(condition)                                                           \
	do {                                                                             \
		if (!(condition))                                                        \
			return sample_child_failed(__FILE__, __LINE__, #condition);      \
	} while (0)
int sample_child_failed(const char *file, int line, const char *condition);

/* Run in a child and fail as it does; skipped with the reason when it says so. */
void sample_expect_child(int (*run)(void *context), void *context, const char *reason);

/* For the child: a mount namespace of its own, with a tmpfs over folder. */
bool sample_mount_tmpfs(const char *folder, const char *options);

/* For the child: nobody from here on, when it is root. */
bool sample_drop_root(void);
/* Likewise, and the file goes to that user too, who may remove it then. */
bool sample_drop_root_with(const Sample *sample);

/* Address space is not limited where the sanitizers have taken 20 TB of it. */
bool sample_address_space_is_ours(void);

/* A new folder under TMPDIR; rmdir() is the caller's. */
void sample_make_folder(char *path, size_t size);

#endif
