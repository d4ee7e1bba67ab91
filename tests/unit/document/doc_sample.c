/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doc_sample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
	TEXT_MAX = 256
};

void doc_sample_make(DocSample *sample, const char *text, Access access)
{
	sample_make(&sample->file, 0);
	if (text)
		sample_write(&sample->file, 0, text, strlen(text));
	sample->doc = doc_sample_open(sample->file.path, access);
}

void doc_sample_remove(DocSample *sample)
{
	document_close(sample->doc);
	sample_remove(&sample->file);
}

Document *doc_sample_open(const char *path, Access access)
{
	Document *doc = NULL;
	MhexError err = {0};
	const DocumentOptions options = {.access = access};
	const MhexStatus status = document_open(&doc, path, options, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	return doc;
}

static size_t read_all(Document *doc, char *text, uint8_t *states)
{
	MhexError err = {0};
	const size_t size = (size_t)document_size(doc);
	cr_assert(lt(sz, size, TEXT_MAX));
	const MhexStatus status = document_read(doc, 0, text, size, states, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	text[size] = '\0';
	return size;
}

char *doc_text(Document *doc)
{
	static char text[TEXT_MAX];
	uint8_t states[TEXT_MAX];
	const size_t size = read_all(doc, text, states);
	for (size_t i = 0; i < size; i++) {
		if (states[i] & BYTE_UNREADABLE)
			text[i] = '?';
	}
	return text;
}

char *doc_states(Document *doc)
{
	static char text[TEXT_MAX];
	uint8_t states[TEXT_MAX];
	const size_t size = read_all(doc, text, states);
	for (size_t i = 0; i < size; i++)
		text[i] = ".M?!"[states[i] & 3];
	return text;
}

char *doc_file_text(const Sample *file)
{
	static char text[TEXT_MAX];
	const int fd = open(file->path, O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	const ssize_t got = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	cr_assert(ge(long, (long)got, 0));
	text[got] = '\0';
	return text;
}

#define EXPECT_OK(call)                                                                  \
	do {                                                                             \
		MhexError err = {0};                                                     \
		const MhexStatus status = (call);                                        \
		cr_assert(zero(int, (int)status), "%s", err.message);                    \
	} while (0)

void doc_overwrite(Document *doc, uint64_t offset, const char *text)
{
	EXPECT_OK(document_overwrite(doc, offset, text, strlen(text), &err));
}

void doc_insert(Document *doc, uint64_t offset, const char *text)
{
	EXPECT_OK(document_insert(doc, offset, text, strlen(text), &err));
}

void doc_delete(Document *doc, uint64_t offset, uint64_t length)
{
	EXPECT_OK(document_delete(doc, (Range){offset, length}, &err));
}

uint64_t doc_undo(Document *doc)
{
	uint64_t at = 0;
	EXPECT_OK(document_undo(doc, &at, &err));
	return at;
}

uint64_t doc_redo(Document *doc)
{
	uint64_t at = 0;
	EXPECT_OK(document_redo(doc, &at, &err));
	return at;
}

static MhexStatus save(Document *doc, const SaveRequest *request, SaveResult *result,
		       MhexError *err)
{
	Save *running = NULL;
	const MhexStatus status = document_save_start(doc, request, -1, &running, err);
	return status ? status : document_save_finish(doc, running, result, err);
}

SaveResult doc_save(Document *doc)
{
	SaveResult result = {0};
	const SaveRequest request = {.output_fd = -1};
	EXPECT_OK(save(doc, &request, &result, &err));
	return result;
}

MhexStatus doc_try_save(Document *doc, const SaveRequest *request, MhexError *err)
{
	SaveResult result = {0};
	return save(doc, request, &result, err);
}
