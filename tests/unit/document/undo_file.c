/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/undo_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit_sample.h"

TestSuite(undo_file, .init = edits_set_up, .fini = edits_tear_down, .timeout = 100);

/* The program ends, and another one opens the file. */
static MhexStatus come_back_with(Access access)
{
	cr_assert(undo_file_is_due(sample.doc, true));
	expect_ok(undo_file_write(sample.doc, &err));
	cr_assert(not(undo_file_is_due(sample.doc, true)));
	document_close(sample.doc);
	sample_open(&sample, access);
	return undo_file_read(sample.doc, &err);
}

static void come_back(void)
{
	expect_ok(come_back_with(ACCESS_PREVIEW));
	cr_expect(not(document_is_modified(sample.doc)));
}

static size_t undo_all(void)
{
	size_t steps = 0;
	while (document_undo(sample.doc, NULL, &err) == MHEX_OK)
		steps++;
	cr_assert(eq(int, (int)err.status, MHEX_E_NOTFOUND), "%s", err.message);
	return steps;
}

static size_t redo_all(void)
{
	size_t steps = 0;
	while (document_redo(sample.doc, NULL, &err) == MHEX_OK)
		steps++;
	cr_assert(eq(int, (int)err.status, MHEX_E_NOTFOUND), "%s", err.message);
	return steps;
}

static void expect_document(const uint8_t *bytes, size_t size)
{
	size_t got = 0;
	uint8_t *there = sample_document_bytes(&sample, &got);
	cr_assert(eq(sz, got, size));
	cr_expect(zero(int, memcmp(there, bytes, size)));
	free(there);
}

/* Back to the beginning, saved, and forth to what the file held. */
static void expect_there_and_back(size_t steps)
{
	size_t size = 0;
	uint8_t *saved = sample_document_bytes(&sample, &size);
	come_back();
	cr_expect(eq(sz, undo_all(), steps));
	cr_expect(document_is_modified(sample.doc));
	(void)sample_save_well(&sample);
	sample_expect_untouched(&sample, SIZE);
	come_back();
	cr_expect(eq(sz, redo_all(), steps));
	expect_document(saved, size);
	(void)sample_save_well(&sample);
	free(saved);
}

/* ---- There and back ---- */

/* How many parts the whole of it takes. */
static size_t write_in_parts(void)
{
	size_t parts = 0;
	UndoWriting *writing = NULL;
	do {
		expect_ok(undo_file_write_some(sample.doc, &writing, &err));
		parts++;
	} while (writing);
	return parts;
}

Test(undo_file, is_written_in_parts_between_keys)
{
	enum {
		UNDONE = 700,
		REDONE = 900
	};
	for (size_t i = 0; i < UNDONE + REDONE; i++)
		sample_overwrite(&sample, i * 7 % SIZE, i % 2 ? "x" : "y");
	for (size_t i = 0; i < REDONE; i++)
		undo();
	(void)sample_save_well(&sample);
	cr_assert(undo_file_is_quick(sample.doc));

	cr_expect(lt(sz, 5, write_in_parts()), "no part is long");
	cr_expect(not(undo_file_is_due(sample.doc, true)));
	document_close(sample.doc);
	sample_open(&sample, ACCESS_PREVIEW);
	expect_ok(undo_file_read(sample.doc, &err));
	cr_expect(eq(sz, redo_all(), REDONE));
	cr_expect(eq(sz, undo_all(), UNDONE + REDONE));
}

Test(undo_file, an_edit_between_two_parts_begins_it_anew)
{
	UndoWriting *writing = NULL;
	for (size_t i = 0; i < 600; i++)
		sample_overwrite(&sample, i * 7 % SIZE, i % 2 ? "x" : "y");
	(void)sample_save_well(&sample);
	expect_ok(undo_file_write_some(sample.doc, &writing, &err));
	cr_assert(ne(ptr, writing, NULL));
	sample_overwrite(&sample, 1, "later");

	expect_ok(undo_file_write_some(sample.doc, &writing, &err));

	cr_expect(eq(ptr, writing, NULL));
	(void)sample_save_well(&sample);
	cr_expect(undo_file_is_due(sample.doc, false));
	(void)write_in_parts();
	cr_expect(not(undo_file_is_due(sample.doc, false)));
	document_close(sample.doc);
	sample_open(&sample, ACCESS_PREVIEW);
	expect_ok(undo_file_read(sample.doc, &err));
	cr_expect(eq(sz, undo_all(), 601));
}

Test(undo_file, saved_edits_are_undone_and_redone_by_the_next_program)
{
	sample_edit(&sample);
	(void)sample_save_well(&sample);
	sample_overwrite(&sample, 5000, "behind the save");
	(void)sample_save_well(&sample);

	expect_there_and_back(34);
}

Test(undo_file, likewise_where_bytes_move_in_place)
{
	sample_link(&sample);
	sample_edit(&sample);
	(void)sample_save_well(&sample);

	expect_there_and_back(33);
}

Test(undo_file, redone_and_undone_without_a_save_between_is_what_was_saved)
{
	sample_edit(&sample);
	(void)sample_save_well(&sample);
	come_back();

	(void)undo_all();
	(void)redo_all();

	sample_expect_saved(&sample);
}

Test(undo_file, what_was_undone_before_can_be_redone)
{
	sample_overwrite(&sample, 100, "one");
	sample_insert(&sample, 200, "two");
	sample_overwrite(&sample, 300, "three");
	undo();
	undo();
	(void)sample_save_well(&sample);
	come_back();

	cr_expect(eq(sz, redo_all(), 2));
	cr_expect(eq(u64, document_size(sample.doc), SIZE + 3));
	cr_expect(eq(sz, undo_all(), 3));
	(void)sample_save_well(&sample);
	sample_expect_untouched(&sample, SIZE);
}

Test(undo_file, large_steps_and_reverts_are_told_by_what_differs)
{
	document_begin(sample.doc);
	for (unsigned i = 0; i < 300; i++)
		sample_overwrite(&sample, (uint64_t)i * 300, "step");
	document_end(sample.doc);
	(void)sample_save_well(&sample);
	document_begin(sample.doc);
	for (unsigned i = 0; i < 300; i++)
		sample_insert(&sample, (uint64_t)i * 300, "more");
	document_end(sample.doc);
	expect_ok(document_revert(sample.doc, &err));
	undo();
	(void)sample_save_well(&sample);

	/* The one that can be redone is lost with the first save. */
	come_back();
	cr_expect(eq(sz, undo_all(), 2));
	(void)sample_save_well(&sample);
	sample_expect_untouched(&sample, SIZE);
}

/* Undo by undo it goes as in the program before. */
Test(undo_file, a_step_that_changed_nothing_stays_one)
{
	sample_overwrite(&sample, 10, "step");
	(void)sample_save_well(&sample);
	document_begin(sample.doc);
	for (unsigned i = 0; i < 300; i++)
		sample_overwrite(&sample, 10, "step");
	document_end(sample.doc);

	come_back();
	undo();
	cr_expect(not(document_is_modified(sample.doc)));
	undo();
	(void)sample_save_well(&sample);
	sample_expect_untouched(&sample, SIZE);
}

Test(undo_file, live_and_preview_take_it_from_each_other)
{
	document_close(sample.doc);
	sample_open(&sample, ACCESS_LIVE);
	sample_overwrite(&sample, 70, "live");
	sample_overwrite(&sample, 72, "edits");
	/* Not synced, but in the file. */
	cr_expect(not(undo_file_is_due(sample.doc, false)));
	expect_ok(come_back_with(ACCESS_PREVIEW));
	undo();
	(void)sample_save_well(&sample);
	sample_overwrite(&sample, 80, "preview");
	(void)sample_save_well(&sample);
	expect_ok(come_back_with(ACCESS_LIVE));

	cr_expect(eq(sz, undo_all(), 2));
	sample_expect_untouched(&sample, SIZE);
}

Test(undo_file, each_program_adds_to_it)
{
	for (uint64_t i = 0; i < 5; i++) {
		sample_insert(&sample, i * 1000, "program");
		(void)sample_save_well(&sample);
		come_back();
	}
	cr_expect(eq(sz, journals(), 1));

	cr_expect(eq(sz, undo_all(), 5));
	(void)sample_save_well(&sample);
	sample_expect_untouched(&sample, SIZE);
}

/* ---- When it is written ---- */

Test(undo_file, is_written_only_when_it_is_of_what_the_file_holds)
{
	cr_expect(not(undo_file_is_due(sample.doc, true)));
	sample_overwrite(&sample, 10, "unsaved");
	cr_expect(not(undo_file_is_due(sample.doc, true)));
	(void)sample_save_well(&sample);
	cr_expect(undo_file_is_due(sample.doc, false));
	expect_ok(undo_file_write(sample.doc, &err));
	cr_expect(not(undo_file_is_due(sample.doc, false)));
	undo();
	cr_expect(not(undo_file_is_due(sample.doc, false)));
	redo();
	cr_expect(undo_file_is_due(sample.doc, false));
	document_begin(sample.doc);
	cr_expect(not(undo_file_is_due(sample.doc, false)));
	document_end(sample.doc);
}

Test(undo_file, is_no_others_business)
{
	struct stat st;
	StateFolder folder;
	JournalList list;
	sample_overwrite(&sample, 10, "secret");
	(void)sample_save_well(&sample);
	expect_ok(undo_file_write(sample.doc, &err));

	expect_ok(state_folder_open(&folder, false, &err));
	expect_ok(journal_list(&list, &folder, &err));
	cr_assert(eq(sz, list.count, 1));
	cr_assert(zero(int, fstatat(folder.fd, list.items[0].name, &st, 0)));
	cr_expect(eq(uint, st.st_mode & 0777U, 0600));
	ARRAY_FREE(&list);
	state_folder_close(&folder);
	cr_expect(eq(int, (int)find(), MHEX_E_NOTFOUND), "it is no crash's");
}

/* ---- Of another file ---- */

static void save_two(void)
{
	sample_overwrite(&sample, 5000, "one");
	sample_overwrite(&sample, 200000, "two");
	(void)sample_save_well(&sample);
	expect_ok(undo_file_write(sample.doc, &err));
	document_close(sample.doc);
}

static void expect_refused(void)
{
	sample_open(&sample, ACCESS_PREVIEW);
	cr_expect(eq(int, (int)undo_file_read(sample.doc, &err), MHEX_E_REFUSED));
	cr_expect(sample_has(&err, "changed by others since it was left"), "%s",
		  err.message);
	cr_expect(zero(sz, undo_all()));
	cr_expect(zero(sz, redo_all()));
}

Test(undo_file, a_file_that_others_have_changed_there_is_refused)
{
	save_two();
	sample_poke(&sample, 200001, "X");
	expect_refused();
}

Test(undo_file, and_one_that_was_cut_or_has_grown)
{
	save_two();
	cr_assert(zero(int, truncate(sample.path, SIZE - 1)));
	expect_refused();
	document_close(sample.doc);
	cr_assert(zero(int, truncate(sample.path, SIZE + 1)));
	expect_refused();
}

static void replace_file(bool equal)
{
	size_t size = 0;
	uint8_t *bytes = sample_file_bytes(sample.path, &size);
	if (!equal)
		memset(bytes, 'n', size);
	cr_assert(zero(int, unlink(sample.path)));
	const int fd = open(sample.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	cr_assert(eq(sz, (size_t)write(fd, bytes, size), size));
	(void)close(fd);
	free(bytes);
}

Test(undo_file, and_another_file_of_its_name)
{
	save_two();
	replace_file(false);
	expect_refused();
}

Test(undo_file, the_same_bytes_in_another_file_are_as_good)
{
	save_two();
	replace_file(true);
	sample_open(&sample, ACCESS_PREVIEW);
	expect_ok(undo_file_read(sample.doc, &err));
	cr_expect(eq(sz, undo_all(), 2));
}

Test(undo_file, what_others_have_changed_elsewhere_stays)
{
	uint8_t byte = 0;
	save_two();
	sample_poke(&sample, 100000, "\xff");
	sample_open(&sample, ACCESS_PREVIEW);
	expect_ok(undo_file_read(sample.doc, &err));
	cr_expect(eq(sz, undo_all(), 2));
	(void)sample_save_well(&sample);
	expect_ok(document_read(sample.doc, 100000, &byte, 1, NULL, &err));
	cr_expect(eq(u8, byte, 0xff));
}

Test(undo_file, is_found_under_another_name)
{
	save_two();
	cr_assert(zero(int, rename(sample.path, sample.other)));
	Document *doc = NULL;
	expect_ok(document_open(&doc, sample.other,
				(DocumentOptions){.access = ACCESS_PREVIEW}, &err));
	expect_ok(undo_file_read(doc, &err));
	expect_ok(document_undo(doc, NULL, &err));
	document_close(doc);
	cr_assert(zero(int, rename(sample.other, sample.path)));
	sample_open(&sample, ACCESS_PREVIEW);
}

Test(undo_file, a_document_with_edits_takes_none)
{
	save_two();
	sample_open(&sample, ACCESS_PREVIEW);
	sample_overwrite(&sample, 0, "edit");
	cr_expect(eq(int, (int)undo_file_read(sample.doc, &err), MHEX_E_NOTFOUND));
}

/* ---- How much ---- */

Test(undo_file, the_oldest_steps_go_first)
{
	enum {
		LARGE = 1 << 20
	};
	uint8_t *bytes = malloc(LARGE);
	for (unsigned i = 0; i < 12; i++) {
		memset(bytes, 'a' + (int)i, LARGE);
		expect_ok(document_insert(sample.doc, 0, bytes, LARGE, &err));
	}
	free(bytes);
	sample_overwrite(&sample, 0, "last");
	(void)sample_save_well(&sample);
	come_back();

	cr_expect(eq(sz, undo_all(), 8));
	cr_expect(eq(u64, document_size(sample.doc), SIZE + (uint64_t)5 * LARGE));
}

Test(undo_file, a_step_that_is_too_large_is_where_it_ends)
{
	expect_ok(document_resize(sample.doc, SIZE + (16 << 20), &err));
	sample_overwrite(&sample, 0, "fills cost nothing");
	(void)sample_save_well(&sample);
	expect_ok(document_resize(sample.doc, SIZE, &err));
	for (uint64_t i = 0; i < 9; i++)
		expect_ok(document_delete(sample.doc, (Range){0, 1}, &err));
	(void)sample_save_well(&sample);
	come_back();

	cr_expect(eq(sz, undo_all(), 9));
}

Test(undo_file, so_do_the_histories_kept_longest)
{
	StateFolder folder;
	JournalList list;
	char first[JOURNAL_NAME_SIZE] = "";
	expect_ok(state_folder_open(&folder, true, &err));
	for (unsigned i = 0; i < 5; i++) {
		JournalWriter *journal = NULL;
		expect_ok(journal_create(&journal, &folder, i == 4 ? "edit" : "undo",
					 &err));
		expect_ok(journal_append(journal, 1, "anothers", 8, &err));
		expect_ok(journal_flush(journal, &err));
		if (i == 0)
			(void)snprintf(first, sizeof(first), "%s", journal_name(journal));
		journal_close(journal);
	}
	sample_overwrite(&sample, 0, "kept");
	(void)sample_save_well(&sample);
	expect_ok(undo_file_write(sample.doc, &err));

	journal_prune(&folder, UNDO_FILE_KIND, 4, 1 << 20);

	expect_ok(journal_list(&list, &folder, &err));
	cr_expect(eq(sz, list.count, 5));
	cr_expect(ne(str, list.items[0].name, first));
	ARRAY_FREE(&list);
	journal_prune(&folder, UNDO_FILE_KIND, 4, 0);
	cr_expect(eq(sz, journals(), 1));
	state_folder_close(&folder);
}

/* ---- Damaged ---- */

/* The only journal there is. */
static int open_journal(int flags)
{
	StateFolder folder;
	JournalList list;
	expect_ok(state_folder_open(&folder, false, &err));
	expect_ok(journal_list(&list, &folder, &err));
	cr_assert(eq(sz, list.count, 1));
	const int fd = openat(folder.fd, list.items[0].name, flags | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	ARRAY_FREE(&list);
	state_folder_close(&folder);
	return fd;
}

/* Is refused as a whole, or not found. */
static void expect_useless(off_t at)
{
	const MhexStatus status = undo_file_read(sample.doc, &err);
	cr_assert(status == MHEX_E_UNSUPPORTED || status == MHEX_E_NOTFOUND,
		  "byte %ld: %d", (long)at, (int)status);
	cr_assert(zero(sz, undo_all()));
}

Test(undo_file, with_any_bit_flipped_or_its_end_cut_it_is_not_used)
{
	struct stat st;
	uint8_t byte = 0;
	sample_overwrite(&sample, 10, "one");
	sample_insert(&sample, 20, "two");
	sample_delete(&sample, 30, 3);
	(void)sample_save_well(&sample);
	expect_ok(undo_file_write(sample.doc, &err));
	sample_reopen(&sample);
	const int fd = open_journal(O_RDWR);
	cr_assert(zero(int, fstat(fd, &st)));

	for (off_t at = 0; at < st.st_size; at++) {
		cr_assert(eq(long, (long)pread(fd, &byte, 1, at), 1));
		byte ^= (uint8_t)(1U << at % 8);
		cr_assert(eq(long, (long)pwrite(fd, &byte, 1, at), 1));
		expect_useless(at);
		byte ^= (uint8_t)(1U << at % 8);
		cr_assert(eq(long, (long)pwrite(fd, &byte, 1, at), 1));
	}
	for (off_t size = st.st_size; size-- > 0;) {
		cr_assert(zero(int, ftruncate(fd, size)));
		expect_useless(size);
	}
	(void)close(fd);
}
