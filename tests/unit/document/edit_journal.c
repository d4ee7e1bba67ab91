/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/edit_journal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "edit_sample.h"

TestSuite(edit_journal, .init = edits_set_up, .fini = edits_tear_down, .timeout = 100);

/* As the hex column does it: the first digit, then the whole byte. */
static void type_byte(uint64_t offset, uint8_t byte, bool first)
{
	const uint8_t half = byte & 0xf0;
	if (!first)
		document_join(sample.doc);
	expect_ok(document_overwrite(sample.doc, offset, &half, 1, &err));
	document_join(sample.doc);
	expect_ok(document_overwrite(sample.doc, offset, &byte, 1, &err));
}

/* ---- Edits ---- */

Test(edit_journal, a_bit_of_everything_comes_back)
{
	start();
	sample_edit(&sample);

	expect_survives();
	sample_undo_all(&sample);
}

Test(edit_journal, edits_from_before_it_was_started_are_in_it)
{
	sample_edit(&sample);
	start();
	sample_insert(&sample, 7, "behind");

	expect_survives();
}

Test(edit_journal, what_is_recovered_is_undone_step_by_step)
{
	uint8_t byte = 0;
	start();
	sample_overwrite(&sample, 10, "first");
	flush();
	sample_insert(&sample, 20, "second");
	sample_overwrite(&sample, 30, "third");
	undo();
	crash();
	(void)apply();

	undo();
	cr_expect(eq(u64, document_size(sample.doc), SIZE));
	redo();
	cr_expect(eq(u64, document_size(sample.doc), SIZE + 6));
	redo();
	expect_ok(document_read(sample.doc, 30, &byte, 1, NULL, &err));
	cr_expect(eq(u8, byte, 't'));
	undo();
	undo();
	undo();
	cr_expect(not(document_is_modified(sample.doc)));
}

Test(edit_journal, undo_and_redo_of_what_was_before_it_come_back)
{
	sample_overwrite(&sample, 10, "first");
	sample_delete(&sample, 20, 5);
	sample_overwrite(&sample, 30, "second");
	undo();
	start();
	undo();
	flush();
	redo();
	redo();
	flush();

	expect_survives();
}

Test(edit_journal, typed_bytes_are_one_step_and_cost_little)
{
	const uint8_t digits = 200;
	size_t size = 0;
	StateFolder folder;
	JournalList list;
	struct stat st;
	start();
	for (unsigned i = 0; i < 20000; i++) {
		type_byte(100 + i, (uint8_t)(digits + i % 50), i == 0);
		if (i % 1000 == 0)
			flush();
	}
	flush();
	expect_ok(state_folder_open(&folder, false, &err));
	expect_ok(journal_list(&list, &folder, &err));
	cr_assert(zero(int, fstatat(folder.fd, list.items[0].name, &st, 0)));
	cr_expect(lt(sz, (size_t)st.st_size, 2 * 20000 + 4000));
	ARRAY_FREE(&list);
	state_folder_close(&folder);

	expect_survives();
	undo();
	free(sample_document_bytes(&sample, &size));
	cr_expect(not(document_is_modified(sample.doc)));
}

Test(edit_journal, a_step_of_many_edits_comes_back)
{
	start();
	document_begin(sample.doc);
	for (unsigned i = 0; i < 300; i++)
		sample_overwrite(&sample, (uint64_t)i * 300, "step");
	flush();
	document_end(sample.doc);

	expect_survives();
	undo();
	cr_expect(not(document_is_modified(sample.doc)));
}

Test(edit_journal, fills_and_pieces_of_the_file_cost_nothing)
{
	Clip *clip = NULL;
	start();
	expect_ok(
		document_fill(sample.doc, (Range){SIZE, 5000000}, "abc", 3, true, &err));
	expect_ok(document_copy(sample.doc, (Range){10, 5000}, &clip, &err));
	expect_ok(document_paste(sample.doc, 50000, clip, true, &err));
	clip_free(clip);
	expect_ok(document_resize(sample.doc, 6000000, &err));

	expect_survives();
}

/* length bytes that are in no file, at offset. */
static void put_large(uint64_t offset, bool insert, size_t length)
{
	uint8_t *bytes = malloc(length);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 251);
	if (insert)
		expect_ok(document_insert(sample.doc, offset, bytes, length, &err));
	else
		expect_ok(document_overwrite(sample.doc, offset, bytes, length, &err));
	free(bytes);
}

Test(edit_journal, large_edits_are_copied_in_slices)
{
	bool more = false;
	size_t slices = 0;
	start();
	sample_overwrite(&sample, 10, "small");
	flush();
	put_large(100, false, 5 << 20);
	put_large(SIZE / 2, true, 3 << 20);
	sample_overwrite(&sample, 90, "between");

	do {
		expect_ok(edit_journal_go_on(sample.doc, &more, &err));
		slices++;
	} while (more);

	cr_expect(lt(sz, 8, slices));
	sample_overwrite(&sample, 4 << 20, "behind");
	expect_survives();
}

Test(edit_journal, revert_and_its_undo_come_back)
{
	start();
	sample_edit(&sample);
	flush();
	expect_ok(document_revert(sample.doc, &err));
	flush();
	undo();

	expect_survives();
}

/* ---- In slices ---- */

enum {
	MANY = 5000
};

static void overwrite_many(void)
{
	for (unsigned i = 0; i < MANY; i++)
		sample_overwrite(&sample, 10 + (uint64_t)i * 50, "many");
}

static size_t slices(void (*meanwhile)(void))
{
	size_t count = 0;
	bool more = true;
	while (more) {
		if (count++ == MANY / 1000)
			meanwhile();
		expect_ok(edit_journal_go_on(sample.doc, &more, &err));
	}
	return count;
}

static void edit_meanwhile(void)
{
	sample_overwrite(&sample, 12, "meanwhile");
	sample_insert(&sample, 100, "between");
	sample_delete(&sample, 200000, 7);
	undo();
	redo();
	sample_overwrite(&sample, 299000, "at the end");
}

Test(edit_journal, begins_anew_in_slices_and_keeps_what_is_edited_meanwhile)
{
	overwrite_many();
	start();
	cr_expect(lt(sz, MANY / 1000, slices(edit_meanwhile)));
	sample_overwrite(&sample, 50, "behind");

	expect_survives();
	undo();
	undo();
	cr_expect(eq(u64, document_size(sample.doc), SIZE));
}

static void save_meanwhile(void)
{
	(void)sample_save_well(&sample);
	sample_overwrite(&sample, 60000, "since the save");
}

Test(edit_journal, a_save_meanwhile_is_the_beginning_of_another)
{
	overwrite_many();
	start();
	(void)slices(save_meanwhile);
	cr_expect(eq(sz, journals(), 1));

	expect_survives();
	undo();
	cr_expect(not(document_is_modified(sample.doc)));
}

static void nothing(void)
{
}

Test(edit_journal, bytes_of_others_are_found_by_what_slices_have_told)
{
	overwrite_many();
	start();
	(void)slices(nothing);
	sample_poke(&sample, 10 + 49 * 50, "X");
	crash();
	cr_expect(eq(u64, apply(), 1));
}

static int die_in_the_midst(void *context)
{
	bool more = false;
	(void)context;
	overwrite_many();
	edit_journal_anew(sample.doc);
	return edit_journal_go_on(sample.doc, &more, &err) || !more;
}

Test(edit_journal, one_that_was_not_finished_leaves_the_one_before)
{
	uint8_t bytes[4];
	start();
	sample_overwrite(&sample, 10, "kept");
	flush();
	cr_assert(zero(int, sample_in_child(die_in_the_midst, NULL)));
	cr_expect(eq(sz, journals(), 2));

	crash();
	cr_expect(zero(u64, apply()));
	expect_ok(document_read(sample.doc, 10, bytes, 4, NULL, &err));
	cr_expect(zero(int, memcmp(bytes, "kept", 4)));
	undo();
	cr_expect(not(document_is_modified(sample.doc)));
	edit_journal_end(sample.doc, false);
	cr_expect(zero(sz, journals()));
}

/* ---- Its life ---- */

Test(edit_journal, nothing_stays_when_all_is_saved_or_dropped)
{
	start();
	cr_expect(eq(sz, journals(), 1));
	sample_overwrite(&sample, 10, "saved");
	flush();
	(void)sample_save_well(&sample);
	flush();
	cr_expect(eq(sz, journals(), 1));
	sample_overwrite(&sample, 20, "dropped");
	flush();
	edit_journal_end(sample.doc, false);

	expect_nothing_left();
}

Test(edit_journal, begins_anew_after_a_save)
{
	start();
	sample_edit(&sample);
	flush();
	(void)sample_save_well(&sample);
	sample_overwrite(&sample, 40, "since");

	expect_survives();
	undo();
	cr_expect(not(document_is_modified(sample.doc)));
}

Test(edit_journal, a_crash_without_edits_leaves_nothing_to_ask_about)
{
	start();
	edit_journal_end(sample.doc, true);
	expect_nothing_left();

	start();
	sample_overwrite(&sample, 40, "saved");
	(void)sample_save_well(&sample);
	crash();
	expect_nothing_left();
}

Test(edit_journal, is_taken_over_by_the_next_one)
{
	start();
	sample_edit(&sample);
	crash();
	(void)apply();
	/* A crash before it could be. */
	cr_expect(eq(sz, journals(), 1));
	crash();
	(void)apply();
	start();
	flush();
	cr_expect(eq(sz, journals(), 1));

	expect_survives();
}

Test(edit_journal, goes_when_what_was_recovered_is_saved)
{
	start();
	sample_overwrite(&sample, 40, "saved");
	crash();
	(void)apply();
	(void)sample_save_well(&sample);

	expect_nothing_left();
}

Test(edit_journal, can_be_dropped)
{
	start();
	sample_overwrite(&sample, 40, "dropped");
	crash();
	expect_ok(find());
	expect_ok(edit_recovery_drop(recovery, &err));
	recovery = NULL;

	expect_nothing_left();
}

Test(edit_journal, two_programs_have_two_and_know_of_each_other)
{
	SaveSample other = sample;
	start();
	cr_expect(zero(sz, edit_journal_others(sample.doc)));
	sample_open(&other, ACCESS_PREVIEW);
	expect_ok(edit_journal_start(other.doc, &err));
	cr_expect(eq(sz, edit_journal_others(sample.doc), 1));
	cr_expect(eq(sz, edit_journal_others(other.doc), 1));
	sample_overwrite(&other, 40, "theirs");
	edit_journal_end(other.doc, true);
	document_close(other.doc);
	cr_expect(zero(sz, edit_journal_others(sample.doc)));
	sample_overwrite(&sample, 50, "mine");
	crash();

	(void)apply();
	cr_expect(eq(u64, document_modified_bytes(sample.doc), 4));
	expect_ok(find());
	uint64_t conflicts = 0;
	cr_expect(eq(int,
		     (int)edit_recovery_apply(recovery, sample.doc, &conflicts, &err),
		     MHEX_E_REFUSED));
	expect_ok(document_undo(sample.doc, NULL, &err));
	expect_ok(edit_recovery_apply(recovery, sample.doc, &conflicts, &err));
	recovery = NULL;
	cr_expect(eq(u64, document_modified_bytes(sample.doc), 6));
}

Test(edit_journal, of_a_file_that_is_not_there_yet)
{
	char name[160];
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_PREVIEW, .create = true};
	(void)snprintf(name, sizeof(name), "%s/new", sample.folder);
	expect_ok(document_open(&doc, name, options, &err));
	expect_ok(edit_journal_start(doc, &err));
	expect_ok(document_insert(doc, 0, "new", 3, &err));
	edit_journal_end(doc, true);
	document_close(doc);

	uint64_t conflicts = 0;
	expect_ok(document_open(&doc, name, options, &err));
	expect_ok(edit_recovery_find(&recovery, name, &err));
	expect_ok(edit_recovery_apply(recovery, doc, &conflicts, &err));
	recovery = NULL;
	cr_expect(eq(u64, document_size(doc), 3));
	document_close(doc);
}
