/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_DOCUMENT_SAVE_SAMPLE_H
#define MHEX_TESTS_DOCUMENT_SAVE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mhex/document.h"

/* A folder with a file in it, opened as a document, and what tests of saves do to both.
 * Whatever fails here ends the test. */
typedef struct {
	char folder[96];
	char path[128];  /* the file */
	char other[128]; /* a name beside it that is free */
	int fd;          /* of the file as it was made, for what other processes do */
	Document *doc;
	/* For sample_open(): */
	bool journal; /* saves in place keep one */
	size_t window;
} SaveSample;

/* Temporary files in memory, if that can be had: a disk syncs for milliseconds each time.
 */
void sample_use_memory(void);

/* size bytes, each sample_byte() of its offset. */
void sample_make(SaveSample *sample, uint64_t size);
/* Fails when anything else than file and other is left in the folder. */
void sample_remove(SaveSample *sample);
uint8_t sample_byte(uint64_t offset);

void sample_open(SaveSample *sample, Access access);
/* Close the document and open it again. */
void sample_reopen(SaveSample *sample);

/* Run a save from start to end. */
MhexStatus sample_save(SaveSample *sample, const SaveRequest *request, SaveResult *result,
		       MhexError *err);
/* An ordinary one. */
MhexStatus sample_write(SaveSample *sample, MhexError *err);
MhexStatus sample_write_forced(SaveSample *sample, MhexError *err);

/* Edits; text is one. */
void sample_overwrite(SaveSample *sample, uint64_t offset, const char *text);
void sample_insert(SaveSample *sample, uint64_t offset, const char *text);
void sample_delete(SaveSample *sample, uint64_t offset, uint64_t length);

/* A bit of everything: 308 bytes more, 90 less, two kinds of moves. */
void sample_edit(SaveSample *sample);
/* Give the file a second name, other, which no new file may take from it. */
void sample_link(const SaveSample *sample);

/* A save that must succeed, and does what it says. */
SaveResult sample_save_well(SaveSample *sample);
/* Undo everything, and save. */
void sample_undo_all(SaveSample *sample);

/* What a file, a document holds; owned: free(). */
uint8_t *sample_file_bytes(const char *path, size_t *size);
uint8_t *sample_document_bytes(SaveSample *sample, size_t *size);

/* The file at path holds these bytes, and no others. */
void sample_expect(const char *path, const void *bytes, size_t size);
/* The file holds what the document shows, and nothing is unsaved. */
void sample_expect_saved(SaveSample *sample);
/* The file is as sample_make() made it. */
void sample_expect_untouched(const SaveSample *sample, uint64_t size);
/* The byte at offset of the file, or -1. */
int sample_peek(const SaveSample *sample, uint64_t offset);
/* As another process would. */
void sample_poke(const SaveSample *sample, uint64_t offset, const char *text);

ino_t sample_inode(const char *path);
int sample_has(const MhexError *err, const char *words);

/* Run in a child, so that limits, users and namespaces end with it; its exit status. */
int sample_in_child(int (*run)(void *context), void *context);

#endif
