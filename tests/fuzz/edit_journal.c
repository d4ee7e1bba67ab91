/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "document/edit_format.h"
#include "document/edit_journal.h"
#include "document/edit_recovery.h"
#include "storage/file_identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FILE_SIZE = 1000,
	READ_MAX = 4096
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

/* The record of the file: preview, or live. */
static void append_file(JournalWriter *journal, bool live)
{
	StrBuf identity = {0}, record = {0};
	FileIdentity file;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	check(file_identity_get(&file, fd, path, NULL) == MHEX_OK);
	(void)close(fd);
	file_identity_encode(&file, &identity);
	packed_add_bytes(&record, strbuf_text(&identity), identity.length);
	packed_add_u32(&record, live);
	packed_add_u64(&record, FILE_SIZE);
	packed_add_bytes(&record, "", 0);
	check(journal_append(journal, EDIT_RECORD_FILE, strbuf_text(&record),
			     record.length, NULL) == MHEX_OK);
	strbuf_free(&identity);
	strbuf_free(&record);
	file_identity_free(&file);
}

/* A byte says live or not, and whether to go back; then records: kind, length, payload.
 */
static void write_journal(const uint8_t *data, size_t size)
{
	JournalWriter *journal = NULL;
	check(journal_create(&journal, &folder, EDIT_JOURNAL_KIND, NULL) == MHEX_OK);
	append_file(journal, data[0] & 1);
	for (data++, size--; size >= 2;) {
		const uint32_t kind = data[0] % (EDIT_RECORD_LIVE + 2U);
		const size_t length = data[1] < size - 2 ? data[1] : size - 2;
		check(journal_append(journal, kind, data + 2, length, NULL) == MHEX_OK);
		data += 2 + length;
		size -= 2 + length;
	}
	check(journal_flush(journal, NULL) == MHEX_OK);
	journal_close(journal);
}

static void expect_file(Document *doc)
{
	uint8_t bytes[FILE_SIZE];
	check(document_size(doc) == FILE_SIZE);
	check(!document_is_modified(doc));
	check(document_read(doc, 0, bytes, FILE_SIZE, NULL, NULL) == MHEX_OK);
	for (size_t i = 0; i < FILE_SIZE; i++)
		check(bytes[i] == byte_of(i));
}

/* What was applied can be read, and undone to the last step. */
static void expect_edits(Document *doc)
{
	uint8_t bytes[READ_MAX], states[READ_MAX];
	const uint64_t size = document_size(doc);
	const size_t length = size < READ_MAX ? (size_t)size : READ_MAX;
	check(document_read(doc, 0, bytes, length, states, NULL) == MHEX_OK);
	check(document_read(doc, size - length, bytes, length, states, NULL) == MHEX_OK);
	while (document_undo(doc, NULL, NULL) == MHEX_OK)
		;
	expect_file(doc);
}

/* Bytes of live that are put back change the file: nothing but that. */
static void restore_file(Document *doc)
{
	uint8_t byte = 0;
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	check(fd >= 0);
	check(document_size(doc) == FILE_SIZE);
	for (size_t i = 0; i < FILE_SIZE; i++) {
		byte = byte_of(i);
		check(pwrite(fd, &byte, 1, (off_t)i) == 1);
	}
	(void)close(fd);
	expect_file(doc);
}

static void run(bool live, bool revert)
{
	Document *doc = NULL;
	EditRecovery *recovery = NULL;
	uint64_t count = 0;
	uint64_t first = 0;
	const DocumentOptions options = {.access = ACCESS_PREVIEW};
	check(document_open(&doc, path, options, NULL) == MHEX_OK);
	if (edit_recovery_find(&recovery, path, NULL) == MHEX_OK) {
		const MhexStatus status =
			revert ? edit_recovery_revert(recovery, doc, &count, &first, NULL)
			       : edit_recovery_apply(recovery, doc, &count, NULL);
		if (status)
			edit_recovery_close(recovery);
		if (live && revert)
			restore_file(doc);
		else if (status || revert)
			expect_file(doc);
		else
			expect_edits(doc);
	}
	document_close(doc);
}

static void remove_journals(void)
{
	JournalList list;
	check(journal_list(&list, &folder, NULL) == MHEX_OK);
	for (size_t i = 0; i < list.count; i++)
		check(unlinkat(folder.fd, list.items[i].name, 0) == 0);
	ARRAY_FREE(&list);
}

/* Whatever stands in a journal of edits: they are all made, or none; nothing reaches the
 * file but old bytes of live where their new ones are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (folder.fd < 0)
		make_folder();
	write_journal(data, size);
	run(data[0] & 1, data[0] & 2);
	remove_journals();
	return 0;
}
