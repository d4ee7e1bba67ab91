/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "document/edit_format.h"
#include "document/edit_journal.h"
#include "document/edit_recovery.h"
#include "fuzz/scratch.h"
#include "storage/file_identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FILE_SIZE = 1000,
	READ_MAX = 4096
};

static const Scratch *scratch;
static uint8_t content[FILE_SIZE];

static void write_file(void)
{
	const int fd = open(scratch->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	scratch_check(fd >= 0 && pwrite(fd, content, FILE_SIZE, 0) == FILE_SIZE);
	(void)close(fd);
}

static void set_up(void)
{
	scratch = scratch_open();
	for (size_t i = 0; i < FILE_SIZE; i++)
		content[i] = (uint8_t)(i * 7);
	write_file();
}

/* The record of the file: preview, or live. */
static void append_file(JournalWriter *journal, bool live)
{
	StrBuf identity = {0}, record = {0};
	FileIdentity file;
	const int fd = open(scratch->path, O_RDONLY | O_CLOEXEC);
	scratch_check(file_identity_get(&file, fd, scratch->path, NULL) == MHEX_OK);
	(void)close(fd);
	file_identity_encode(&file, &identity);
	packed_add_bytes(&record, strbuf_text(&identity), identity.length);
	packed_add_u32(&record, live);
	packed_add_u64(&record, FILE_SIZE);
	packed_add_bytes(&record, "", 0);
	scratch_check(journal_append(journal, EDIT_RECORD_FILE, strbuf_text(&record),
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
	scratch_check(journal_create(&journal, &scratch->state, EDIT_JOURNAL_KIND,
				     NULL) == MHEX_OK);
	append_file(journal, data[0] & 1);
	for (data++, size--; size >= 2;) {
		const uint32_t kind = data[0] % (EDIT_RECORD_LIVE + 2U);
		const size_t length = data[1] < size - 2 ? data[1] : size - 2;
		scratch_check(journal_append(journal, kind, data + 2, length, NULL) ==
			      MHEX_OK);
		data += 2 + length;
		size -= 2 + length;
	}
	scratch_check(journal_flush(journal, NULL) == MHEX_OK);
	journal_close(journal);
}

static void expect_file(Document *doc)
{
	uint8_t bytes[FILE_SIZE];
	scratch_check(document_size(doc) == FILE_SIZE);
	scratch_check(!document_is_modified(doc));
	scratch_check(document_read(doc, 0, bytes, FILE_SIZE, NULL, NULL) == MHEX_OK);
	for (size_t i = 0; i < FILE_SIZE; i++)
		scratch_check(bytes[i] == content[i]);
}

/* What was applied can be read, and undone to the last step. */
static void expect_edits(Document *doc)
{
	uint8_t bytes[READ_MAX], states[READ_MAX];
	const uint64_t size = document_size(doc);
	const size_t length = size < READ_MAX ? (size_t)size : READ_MAX;
	scratch_check(document_read(doc, 0, bytes, length, states, NULL) == MHEX_OK);
	scratch_check(document_read(doc, size - length, bytes, length, states, NULL) ==
		      MHEX_OK);
	while (document_undo(doc, NULL, NULL) == MHEX_OK)
		;
	expect_file(doc);
}

/* Bytes of live that are put back change the file: nothing but that. */
static void restore_file(Document *doc)
{
	scratch_check(document_size(doc) == FILE_SIZE);
	write_file();
	expect_file(doc);
}

static void run(bool live, bool revert)
{
	Document *doc = NULL;
	EditRecovery *recovery = NULL;
	uint64_t count = 0;
	uint64_t first = 0;
	const DocumentOptions options = {.access = ACCESS_PREVIEW};
	scratch_check(document_open(&doc, scratch->path, options, NULL) == MHEX_OK);
	if (edit_recovery_find(&recovery, scratch->path, NULL) == MHEX_OK) {
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

/* Whatever stands in a journal of edits: they are all made, or none; nothing reaches the
 * file but old bytes of live where their new ones are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (!scratch)
		set_up();
	write_journal(data, size);
	run(data[0] & 1, data[0] & 2);
	scratch_remove_journals();
	return 0;
}
