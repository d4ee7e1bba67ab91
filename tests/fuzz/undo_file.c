/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "document/undo_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FILE_SIZE = 1000,
	READ_MAX = 4096,
	RECORD_FILE = 1, /* as in undo_file.c */
	RECORD_STEP = 3,
};

static StateFolder folder = {.fd = -1};
static char top[64], state[128], path[128];

static void check(int right)
{
	if (!right)
		abort();
}

static void remove_folder(void)
{
	(void)unlink(path);
	state_folder_close(&folder);
	(void)rmdir(state);
	(void)rmdir(top);
}

static uint8_t byte_of(size_t offset)
{
	return (uint8_t)(offset * 7);
}

static void make_folder(void)
{
	uint8_t bytes[FILE_SIZE];
	(void)snprintf(top, sizeof(top), "/tmp/mhex-fuzz-XXXXXX");
	check(mkdtemp(top) != NULL);
	(void)snprintf(state, sizeof(state), "%s/mhex", top);
	(void)snprintf(path, sizeof(path), "%s/file", top);
	(void)setenv("XDG_STATE_HOME", top, 1);
	for (size_t i = 0; i < FILE_SIZE; i++)
		bytes[i] = byte_of(i);
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	check(fd >= 0 && write(fd, bytes, FILE_SIZE) == FILE_SIZE);
	(void)close(fd);
	check(state_folder_open(&folder, true, NULL) == MHEX_OK);
	check(atexit(remove_folder) == 0);
}

static Document *open_document(void)
{
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_PREVIEW};
	check(document_open(&doc, path, options, NULL) == MHEX_OK);
	return doc;
}

/* Calls visit for each step: a byte for its length, and its payload. */
static void for_each_step(const uint8_t *data, size_t size,
			  void (*visit)(void *context, const uint8_t *step,
					size_t length),
			  void *context)
{
	while (size >= 1) {
		const size_t length = data[0] < size - 1 ? data[0] : size - 1;
		visit(context, data + 1, length);
		data += 1 + length;
		size -= 1 + length;
	}
}

typedef struct {
	Document *doc;
	UndoSteps steps;
	bool sane;
} Decoding;

static void decode_step(void *context, const uint8_t *step, size_t length)
{
	Decoding *decoding = context;
	UndoStep decoded = {0};
	Unpack from = {.at = step, .left = length};
	const MhexStatus status = undo_step_decode(decoding->doc, &from, &decoded, NULL);
	decoding->sane = decoding->sane && !status;
	check(ARRAY_PUSH(&decoding->steps.steps, decoded));
}

/* The sum that makes the steps those of the file; false when nothing does. */
static bool find_sum(const uint8_t *data, size_t size, size_t *steps, uint32_t *sum)
{
	Decoding decoding = {.doc = open_document(), .sane = true};
	for_each_step(data + 1, size - 1, decode_step, &decoding);
	*steps = decoding.steps.steps.count;
	decoding.steps.undo = data[0] < *steps ? data[0] : *steps;
	const bool sane = decoding.sane && *steps > 0 &&
			  undo_check(decoding.doc, &decoding.steps, sum, NULL) == MHEX_OK;
	undo_steps_free(&decoding.steps);
	document_close(decoding.doc);
	return sane;
}

static void append_step(void *context, const uint8_t *step, size_t length)
{
	check(journal_append(context, RECORD_STEP, step, length, NULL) == MHEX_OK);
}

static void append_head(JournalWriter *journal, size_t undo, size_t redo, uint32_t sum)
{
	StrBuf identity = {0}, record = {0};
	FileIdentity file;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	check(file_identity_get(&file, fd, path, NULL) == MHEX_OK);
	(void)close(fd);
	file_identity_encode(&file, &identity);
	packed_add_bytes(&record, strbuf_text(&identity), identity.length);
	packed_add_u64(&record, FILE_SIZE);
	packed_add_u64(&record, undo);
	packed_add_u64(&record, redo);
	packed_add_u32(&record, sum);
	check(journal_append(journal, RECORD_FILE, strbuf_text(&record), record.length,
			     NULL) == MHEX_OK);
	strbuf_free(&identity);
	strbuf_free(&record);
	file_identity_free(&file);
}

static void expect_file(Document *doc)
{
	uint8_t bytes[FILE_SIZE];
	check(document_size(doc) == FILE_SIZE);
	check(document_read(doc, 0, bytes, FILE_SIZE, NULL, NULL) == MHEX_OK);
	for (size_t i = 0; i < FILE_SIZE; i++)
		check(bytes[i] == byte_of(i));
}

static void read_ends(Document *doc)
{
	uint8_t bytes[READ_MAX], states[READ_MAX];
	const uint64_t size = document_size(doc);
	const size_t length = size < READ_MAX ? (size_t)size : READ_MAX;
	check(document_read(doc, 0, bytes, length, states, NULL) == MHEX_OK);
	check(document_read(doc, size - length, bytes, length, states, NULL) == MHEX_OK);
}

/* To the beginning and the end; what the file holds lies between. */
static void travel(Document *doc, size_t undo, size_t redo)
{
	for (size_t i = 0; i < undo; i++)
		check(document_undo(doc, NULL, NULL) == MHEX_OK);
	check(document_undo(doc, NULL, NULL) == MHEX_E_NOTFOUND);
	read_ends(doc);
	for (size_t i = 0; i < undo; i++)
		check(document_redo(doc, NULL, NULL) == MHEX_OK);
	check(document_size(doc) == FILE_SIZE);
	for (size_t i = 0; i < redo; i++)
		check(document_redo(doc, NULL, NULL) == MHEX_OK);
	check(document_redo(doc, NULL, NULL) == MHEX_E_NOTFOUND);
	read_ends(doc);
	for (size_t i = 0; i < redo; i++)
		check(document_undo(doc, NULL, NULL) == MHEX_OK);
	check(document_size(doc) == FILE_SIZE);
}

static void remove_journals(void)
{
	JournalList list;
	check(journal_list(&list, &folder, NULL) == MHEX_OK);
	for (size_t i = 0; i < list.count; i++)
		check(unlinkat(folder.fd, list.items[i].name, 0) == 0);
	ARRAY_FREE(&list);
}

/* Whatever stands in a history: it is refused as a whole, or can be undone and redone to
 * its ends, and the file is never touched. A byte says how many steps can be undone. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	JournalWriter *journal = NULL;
	size_t steps = 0;
	uint32_t sum = 0;
	if (size < 1)
		return 0;
	if (folder.fd < 0)
		make_folder();
	const bool sane = find_sum(data, size, &steps, &sum);
	const size_t undo = data[0] < steps ? data[0] : steps;
	check(journal_create(&journal, &folder, UNDO_FILE_KIND, NULL) == MHEX_OK);
	append_head(journal, undo, steps - undo, sum);
	for_each_step(data + 1, size - 1, append_step, journal);
	check(journal_flush(journal, NULL) == MHEX_OK);
	journal_close(journal);

	Document *doc = open_document();
	const MhexStatus status = undo_file_read(doc, NULL);
	check(steps == 0 || (status == MHEX_OK) == sane);
	expect_file(doc);
	check(!document_is_modified(doc));
	if (status)
		check(document_undo(doc, NULL, NULL) == MHEX_E_NOTFOUND);
	else if (steps > 0)
		travel(doc, undo, steps - undo);
	document_close(doc);
	remove_journals();
	return 0;
}
