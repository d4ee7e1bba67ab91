/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/journal_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_file.h"

static TempFile top;
static StateFolder folder;
static MhexError err;
static char name[JOURNAL_NAME_SIZE];

static void set_up(void)
{
	temp_folder_make(&top);
	cr_assert(zero(int, (int)state_folder_open_at(&folder, top.path, true, &err)));
}

static void tear_down(void)
{
	state_folder_close(&folder);
	temp_folder_remove(&top);
}

TestSuite(journal_file, .init = set_up, .fini = tear_down, .timeout = 100);

static const char *path_of(const char *entry)
{
	static char path[TEMP_PATH_SIZE + JOURNAL_NAME_SIZE];
	(void)snprintf(path, sizeof(path), "%s/%s", top.path, entry);
	return path;
}

static JournalWriter *create(void)
{
	JournalWriter *journal = NULL;
	const MhexStatus status = journal_create(&journal, &folder, "save", &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	(void)snprintf(name, sizeof(name), "%s", journal_name(journal));
	return journal;
}

static void append(JournalWriter *journal, uint32_t kind, const char *text)
{
	const MhexStatus status = journal_append(journal, kind, text, strlen(text), &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

/* Three records, and left behind. */
static void leave(void)
{
	JournalWriter *journal = create();
	append(journal, 1, "first");
	append(journal, 2, "");
	append(journal, 3, "the third");
	cr_assert(zero(int, (int)journal_sync(journal, &err)), "%s", err.message);
	journal_close(journal);
}

static JournalReader *reopen(void)
{
	JournalReader *journal = NULL;
	const MhexStatus status = journal_open(&journal, &folder, name, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	return journal;
}

static void expect_record(JournalReader *journal, uint32_t kind, const char *text)
{
	JournalRecord record;
	const MhexStatus status = journal_next(journal, &record, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(eq(u32, record.kind, kind));
	cr_assert(eq(sz, record.length, strlen(text)));
	cr_expect(zero(int, memcmp(record.payload, text, record.length)));
}

static void expect_end(JournalReader *journal)
{
	JournalRecord record;
	cr_expect(eq(int, (int)journal_next(journal, &record, &err), MHEX_E_NOTFOUND));
}

static void expect_refused(const char *words)
{
	JournalReader *journal = NULL;
	const MhexStatus status = journal_open(&journal, &folder, name, &err);
	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED), "%s", err.message);
	cr_expect(ne(ptr, strstr(err.message, words), NULL), "%s", err.message);
	cr_expect(eq(ptr, journal, NULL));
}

static void flip(size_t at)
{
	size_t length = 0;
	char *bytes = temp_file_read(path_of(name), &length);
	cr_assert(lt(sz, at, length));
	bytes[at] = (char)(bytes[at] ^ 0x10);
	temp_file_write(path_of(name), bytes, length);
	free(bytes);
}

Test(journal_file, records_come_back_in_order)
{
	leave();
	struct stat st;
	cr_assert(zero(int, stat(path_of(name), &st)));
	cr_expect(eq(int, (int)(st.st_mode & 07777), 0600));
	JournalReader *journal = reopen();
	cr_expect(zero(int, strcmp(journal_reader_kind(journal), "save")));
	expect_record(journal, 1, "first");
	cr_expect(journal_is_torn(journal), "there is more to come");
	expect_record(journal, 2, "");
	expect_record(journal, 3, "the third");
	expect_end(journal);
	cr_expect(not(journal_is_torn(journal)));
	journal_seek(journal, 0);
	expect_record(journal, 1, "first");
	journal_reader_close(journal);
}

Test(journal_file, large_records_are_written_as_they_come)
{
	enum {
		COUNT = 5
	};
	char *bytes = malloc(JOURNAL_PAYLOAD_MAX);
	JournalWriter *writer = create();
	cr_assert(zero(int,
		       (int)journal_reserve(writer, COUNT * JOURNAL_PAYLOAD_MAX, &err)),
		  "%s", err.message);
	for (int i = 0; i < COUNT; i++) {
		memset(bytes, i, JOURNAL_PAYLOAD_MAX);
		cr_assert(zero(int, (int)journal_append(writer, 7, bytes,
							JOURNAL_PAYLOAD_MAX, &err)));
	}
	cr_assert(zero(int, (int)journal_flush(writer, &err)));
	journal_close(writer);
	JournalReader *journal = reopen();
	for (int i = 0; i < COUNT; i++) {
		JournalRecord record;
		cr_assert(zero(int, (int)journal_next(journal, &record, &err)));
		cr_assert(eq(sz, record.length, JOURNAL_PAYLOAD_MAX));
		cr_expect(eq(int, record.payload[0], i));
		cr_expect(eq(int, record.payload[JOURNAL_PAYLOAD_MAX - 1], i));
	}
	expect_end(journal);
	cr_expect(not(journal_is_torn(journal)));
	journal_reader_close(journal);
	free(bytes);
}

Test(journal_file, one_whose_owner_lives_is_left_alone)
{
	JournalReader *reader = NULL;
	JournalWriter *journal = create();
	append(journal, 1, "first");
	cr_assert(zero(int, (int)journal_flush(journal, &err)));
	cr_expect(eq(int, (int)journal_open(&reader, &folder, name, &err), MHEX_E_BUSY));
	journal_close(journal);
	reader = reopen();
	JournalReader *second = NULL;
	cr_expect(eq(int, (int)journal_open(&second, &folder, name, &err), MHEX_E_BUSY));
	journal_reader_close(reader);
}

Test(journal_file, removed_ones_and_empty_ones_are_gone)
{
	JournalReader *reader = NULL;
	JournalWriter *journal = create();
	append(journal, 1, "first");
	cr_assert(zero(int, (int)journal_sync(journal, &err)));
	cr_expect(zero(int, (int)journal_remove(journal, &err)));
	cr_expect(ne(int, access(path_of(name), F_OK), 0));
	cr_expect(eq(int, (int)journal_open(&reader, &folder, name, &err),
		     MHEX_E_NOTFOUND));

	journal_close(create());
	cr_expect(eq(int, (int)journal_open(&reader, &folder, name, &err),
		     MHEX_E_NOTFOUND));
	cr_expect(ne(int, access(path_of(name), F_OK), 0), "an empty one stays");

	leave();
	cr_expect(zero(int, (int)journal_reader_remove(reopen(), &err)));
	cr_expect(ne(int, access(path_of(name), F_OK), 0));
}

Test(journal_file, cut_anywhere_the_records_before_remain)
{
	leave();
	size_t length = 0;
	char *bytes = temp_file_read(path_of(name), &length);
	const size_t ends[] = {JOURNAL_HEADER_SIZE + JOURNAL_RECORD_SIZE + 5,
			       JOURNAL_HEADER_SIZE + 2 * JOURNAL_RECORD_SIZE + 5, length};
	for (size_t cut = 1; cut < length; cut++) {
		temp_file_write(path_of(name), bytes, cut);
		if (cut < JOURNAL_HEADER_SIZE) {
			expect_refused("not a journal of mhex");
			continue;
		}
		JournalReader *journal = reopen();
		JournalRecord record;
		size_t count = 0;
		while (journal_next(journal, &record, &err) == MHEX_OK)
			count++;
		cr_expect(eq(sz, count, (size_t)(cut >= ends[0]) + (cut >= ends[1])),
			  "cut to %zu", cut);
		journal_reader_close(journal);
	}
	free(bytes);
}

Test(journal_file, any_flipped_bit_ends_it)
{
	leave();
	size_t length = 0;
	free(temp_file_read(path_of(name), &length));
	for (size_t at = 0; at < length; at++) {
		flip(at);
		JournalReader *journal = NULL;
		const MhexStatus status = journal_open(&journal, &folder, name, &err);
		cr_expect(eq(int, (int)status,
			     at < JOURNAL_HEADER_SIZE ? MHEX_E_UNSUPPORTED : MHEX_OK),
			  "at %zu: %s", at, err.message);
		JournalRecord record;
		int count = 0;
		while (journal && journal_next(journal, &record, &err) == MHEX_OK)
			count++;
		cr_expect(lt(int, count, 3), "at %zu", at);
		cr_expect(journal == NULL || journal_is_torn(journal), "at %zu", at);
		journal_reader_close(journal);
		flip(at);
	}
}

/* The third record in the place of the first, and one of another file. */
Test(journal_file, a_record_counts_in_its_own_place_only)
{
	enum {
		SIZE = JOURNAL_RECORD_SIZE + 5
	};
	JournalWriter *writer = create();
	append(writer, 1, "aaaaa");
	append(writer, 1, "bbbbb");
	cr_assert(zero(int, (int)journal_flush(writer, &err)));
	journal_close(writer);
	size_t length = 0;
	char *bytes = temp_file_read(path_of(name), &length);
	char *first = bytes + JOURNAL_HEADER_SIZE;
	char saved[SIZE];
	memcpy(saved, first, SIZE);
	memcpy(first, first + SIZE, SIZE);
	temp_file_write(path_of(name), bytes, length);
	JournalReader *journal = reopen();
	expect_end(journal);
	journal_reader_close(journal);

	writer = create();
	append(writer, 1, "ccccc");
	cr_assert(zero(int, (int)journal_flush(writer, &err)));
	journal_close(writer);
	free(bytes);
	bytes = temp_file_read(path_of(name), &length);
	memcpy(bytes + JOURNAL_HEADER_SIZE, saved, SIZE);
	temp_file_write(path_of(name), bytes, length);
	journal = reopen();
	expect_end(journal);
	journal_reader_close(journal);
	free(bytes);
}

Test(journal_file, another_version_says_which)
{
	leave();
	flip(8);
	expect_refused("a journal of version 17, this mhex knows 1");
}

Test(journal_file, hostile_files_are_refused)
{
	leave();
	cr_assert(zero(int, chmod(path_of(name), 0622)));
	expect_refused("other users may write to it");
	cr_assert(zero(int, chmod(path_of(name), 0600)));

	cr_assert(zero(int, linkat(folder.fd, name, folder.fd, "other", 0)));
	expect_refused("several names");
	cr_assert(zero(int, unlinkat(folder.fd, name, 0)));

	cr_assert(zero(int, symlinkat("other", folder.fd, name)));
	expect_refused("not a regular file");
	cr_assert(zero(int, unlinkat(folder.fd, name, 0)));

	cr_assert(zero(int, mkfifo(path_of(name), 0600)));
	expect_refused("not a regular file");
	cr_assert(zero(int, unlinkat(folder.fd, name, 0)));

	temp_file_write(path_of(name), "not a journal, but long enough for a header", 43);
	expect_refused("not a journal of mhex");
}

Test(journal_file, one_of_another_user_is_refused)
{
	leave();
	if (chown(path_of(name), 65534, 65534) != 0)
		cr_skip_test("only root can give a file away");
	expect_refused("belongs to another user");
}

Test(journal_file, writing_goes_on_behind_the_last_whole_record)
{
	leave();
	size_t length = 0;
	char *bytes = temp_file_read(path_of(name), &length);
	temp_file_write(path_of(name), bytes, length - 1);
	free(bytes);
	JournalReader *journal = reopen();
	expect_record(journal, 1, "first");
	expect_record(journal, 2, "");
	expect_end(journal);
	cr_expect(journal_is_torn(journal));

	JournalWriter *writer = NULL;
	cr_assert(zero(int, (int)journal_resume(&writer, journal, &err)));
	append(writer, 4, "resumed");
	cr_assert(zero(int, (int)journal_sync(writer, &err)));
	cr_expect(eq(int, (int)journal_open(&journal, &folder, name, &err), MHEX_E_BUSY),
		  "the lock was lost");
	journal_close(writer);
	journal = reopen();
	expect_record(journal, 1, "first");
	expect_record(journal, 2, "");
	expect_record(journal, 4, "resumed");
	expect_end(journal);
	journal_reader_close(journal);
}

Test(journal_file, room_that_there_is_not_is_refused_with_the_number)
{
	JournalWriter *journal = create();
	const MhexStatus status = journal_reserve(journal, UINT64_C(1) << 62, &err);
	cr_expect(eq(int, (int)status, MHEX_E_NOSPACE), "%s", err.message);
	cr_expect(ne(ptr, strstr(err.message, top.path), NULL), "%s", err.message);
	cr_expect(ne(ptr, strstr(err.message, "4611686018427387904 bytes"), NULL), "%s",
		  err.message);
	journal_close(journal);
}

Test(journal_file, are_listed_by_age_and_nothing_else_is)
{
	JournalList list;
	JournalWriter *edits = NULL;
	leave();
	cr_assert(zero(int, (int)journal_create(&edits, &folder, "edit", &err)));
	temp_file_write(path_of("history"), "", 0);
	temp_file_write(path_of("save-.txt"), "", 0);
	temp_file_write(path_of("-x.journal"), "", 0);
	cr_assert(zero(int, (int)journal_list(&list, &folder, &err)));
	cr_assert(eq(sz, list.count, 2));
	cr_expect(zero(int, strcmp(list.items[0].name, name)));
	cr_expect(zero(int, strcmp(list.items[0].kind, "save")));
	cr_expect(zero(int, strcmp(list.items[1].kind, "edit")));
	ARRAY_FREE(&list);
	cr_expect(zero(int, (int)journal_remove(edits, &err)));
}
