/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/edit_journal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document/edit_recovery.h"
#include "save_sample.h"
#include "support/temp_file.h"

enum {
	SIZE = 300000
};

static SaveSample sample;
static TempFile state;
static EditRecovery *recovery;
static MhexError err;

static void set_up(void)
{
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	sample_make(&sample, SIZE);
	sample_open(&sample, ACCESS_PREVIEW);
}

static void tear_down(void)
{
	edit_recovery_close(recovery);
	recovery = NULL;
	sample_remove(&sample);
	temp_folder_remove(&state);
}

TestSuite(edit_journal, .init = set_up, .fini = tear_down, .timeout = 60);

static void expect_ok(MhexStatus status)
{
	cr_assert(zero(int, (int)status), "%s", err.message);
}

static void start(void)
{
	expect_ok(edit_journal_start(sample.doc, &err));
}

static void flush(void)
{
	expect_ok(edit_journal_flush(sample.doc, &err));
}

/* The program dies, and another one opens the file. */
static void crash_with(Access access)
{
	edit_journal_end(sample.doc, true);
	document_close(sample.doc);
	sample_open(&sample, access);
}

static void crash(void)
{
	crash_with(ACCESS_PREVIEW);
}

static MhexStatus find(void)
{
	edit_recovery_close(recovery);
	return edit_recovery_find(&recovery, sample.path, &err);
}

static uint64_t apply(void)
{
	uint64_t conflicts = 0;
	expect_ok(find());
	expect_ok(edit_recovery_apply(recovery, sample.doc, &conflicts, &err));
	recovery = NULL;
	return conflicts;
}

static size_t journals(void)
{
	StateFolder folder;
	JournalList list;
	if (state_folder_open(&folder, false, &err))
		return 0;
	expect_ok(journal_list(&list, &folder, &err));
	const size_t count = list.count;
	ARRAY_FREE(&list);
	state_folder_close(&folder);
	return count;
}

static void expect_nothing_left(void)
{
	cr_expect(eq(int, (int)find(), MHEX_E_NOTFOUND));
	cr_expect(eq(sz, journals(), 0));
}

/* What is applied after a crash is what was there before it. */
static void expect_survives(void)
{
	size_t before_size = 0, after_size = 0;
	uint8_t *before = sample_document_bytes(&sample, &before_size);
	crash();
	cr_expect(zero(u64, apply()));
	uint8_t *after = sample_document_bytes(&sample, &after_size);
	cr_assert(eq(sz, after_size, before_size));
	cr_expect(zero(int, memcmp(after, before, before_size)));
	free(before);
	free(after);
}

static void undo(void)
{
	expect_ok(document_undo(sample.doc, NULL, &err));
}

static void redo(void)
{
	expect_ok(document_redo(sample.doc, NULL, &err));
}

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

/* ---- A file that is not as it was ---- */

Test(edit_journal, bytes_that_others_have_changed_are_conflicts)
{
	start();
	sample_overwrite(&sample, 100, "abcdef");
	crash();
	sample_poke(&sample, 102, "XY");
	sample_reopen(&sample);

	cr_expect(eq(u64, apply(), 2));
	cr_expect(eq(int, (int)sample_write(&sample, &err), MHEX_E_CONFLICT));
	cr_expect(eq(int, sample_peek(&sample, 102), 'X'));
}

Test(edit_journal, what_others_change_elsewhere_is_theirs)
{
	char bytes[2];
	start();
	sample_insert(&sample, 100, "abcdef");
	crash();
	sample_poke(&sample, 50000, "XY");
	sample_reopen(&sample);

	cr_expect(zero(u64, apply()));
	expect_ok(document_read(sample.doc, 50006, bytes, 2, NULL, &err));
	cr_expect(zero(int, memcmp(bytes, "XY", 2)));
}

/* More than is remembered byte by byte. */
Test(edit_journal, a_large_edit_of_a_file_that_was_changed_is_a_conflict)
{
	const uint64_t large = 20 << 20;
	cr_assert(zero(int, ftruncate(sample.fd, (off_t)large)));
	sample_reopen(&sample);
	start();
	expect_ok(document_fill(sample.doc, (Range){0, large}, "abc", 3, false, &err));
	crash();
	cr_expect(zero(u64, apply()));
	crash();
	sample_poke(&sample, 50000, "XY");
	sample_reopen(&sample);

	cr_expect(ge(u64, apply(), 2));
}

Test(edit_journal, a_file_that_grew_keeps_its_new_end)
{
	start();
	sample_insert(&sample, SIZE, "end");
	sample_overwrite(&sample, 10, "abc");
	crash();
	sample_poke(&sample, SIZE, "grown");
	sample_reopen(&sample);
	(void)apply();

	char bytes[8];
	cr_assert(eq(u64, document_size(sample.doc), SIZE + 8));
	expect_ok(document_read(sample.doc, SIZE, bytes, 8, NULL, &err));
	cr_expect(zero(int, memcmp(bytes, "endgrown", 8)));
}

Test(edit_journal, a_file_that_was_cut_keeps_the_edits_behind_its_end)
{
	start();
	sample_overwrite(&sample, SIZE - 10, "kept");
	crash();
	cr_assert(zero(int, ftruncate(sample.fd, SIZE / 2)));
	sample_reopen(&sample);
	(void)apply();

	char bytes[4];
	cr_assert(eq(u64, document_size(sample.doc), SIZE));
	expect_ok(document_read(sample.doc, SIZE - 10, bytes, 4, NULL, &err));
	cr_expect(zero(int, memcmp(bytes, "kept", 4)));
}

/* ---- Live ---- */

static void start_live(void)
{
	document_close(sample.doc);
	sample_open(&sample, ACCESS_LIVE);
	start();
}

static uint64_t take_back(uint64_t *first)
{
	uint64_t kept = 0;
	expect_ok(find());
	expect_ok(edit_recovery_revert(recovery, sample.doc, &kept, first, &err));
	recovery = NULL;
	return kept;
}

Test(edit_journal, live_edits_are_taken_back)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abcdef");
	sample_overwrite(&sample, 103, "ghij");
	undo();
	sample_overwrite(&sample, 5000, "klm");
	crash();
	cr_expect(eq(int, sample_peek(&sample, 5000), 'k'));

	cr_expect(zero(u64, take_back(&first)));
	sample_expect_untouched(&sample, SIZE);
	expect_nothing_left();
}

Test(edit_journal, live_takes_back_only_since_the_last_write)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abc");
	expect_ok(sample_write(&sample, &err));
	flush();
	sample_overwrite(&sample, 102, "def");
	crash();

	cr_expect(zero(u64, take_back(&first)));
	cr_expect(eq(int, sample_peek(&sample, 102), 'c'));
	cr_expect(eq(int, sample_peek(&sample, 103), sample_byte(103)));
}

Test(edit_journal, live_leaves_what_others_have_stored)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abcdef");
	crash();
	sample_poke(&sample, 102, "XY");

	cr_expect(eq(u64, take_back(&first), 2));
	cr_expect(eq(u64, first, 102));
	cr_expect(eq(int, sample_peek(&sample, 102), 'X'));
	cr_expect(eq(int, sample_peek(&sample, 104), sample_byte(104)));
}

/* ---- Damage ---- */

static void journal_path(char *path, size_t size)
{
	StateFolder folder;
	JournalList list;
	expect_ok(state_folder_open(&folder, false, &err));
	expect_ok(journal_list(&list, &folder, &err));
	cr_assert(eq(sz, list.count, 1));
	(void)snprintf(path, size, "%s/%s", folder.path, list.items[0].name);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
}

/* A record more, whose checksum is right. */
static void append_record(uint32_t kind, const char *payload, size_t length)
{
	StateFolder folder;
	JournalList list;
	JournalRecord record;
	JournalReader *reader = NULL;
	JournalWriter *writer = NULL;
	expect_ok(state_folder_open(&folder, false, &err));
	expect_ok(journal_list(&list, &folder, &err));
	expect_ok(journal_open(&reader, &folder, list.items[0].name, &err));
	while (journal_next(reader, &record, &err) == MHEX_OK)
		;
	expect_ok(journal_resume(&writer, reader, &err));
	expect_ok(journal_append(writer, kind, payload, length, &err));
	expect_ok(journal_flush(writer, &err));
	journal_close(writer);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
}

static void expect_none_applied(void)
{
	uint64_t conflicts = 0;
	EditRecoveryState found;
	expect_ok(find());
	edit_recovery_get_state(recovery, &found);
	const MhexStatus status =
		edit_recovery_apply(recovery, sample.doc, &conflicts, &err);
	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED));
	cr_expect(sample_has(&err, "make no sense"), "%s", err.message);
	cr_expect(not(document_is_modified(sample.doc)));
	cr_expect(eq(u64, document_size(sample.doc), SIZE));
	expect_ok(edit_recovery_drop(recovery, &err));
	recovery = NULL;
	expect_nothing_left();
}

Test(edit_journal, of_edits_that_make_no_sense_none_is_applied)
{
	start();
	sample_edit(&sample);
	crash();
	append_record(99, "", 0);
	expect_none_applied();
}

Test(edit_journal, edits_that_do_not_fit_are_refused_whole)
{
	static const char behind_the_end[] = {
		EDIT_PUT, (char)0xff, (char)0xff, (char)0xff, 1, 1, 'x'};
	start();
	sample_edit(&sample);
	crash();
	append_record(EDIT_RECORD_COMMIT, behind_the_end, sizeof(behind_the_end));
	expect_none_applied();
}

Test(edit_journal, damaged_live_edits_are_left_in_the_file)
{
	uint64_t kept = 0, first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abc");
	crash();
	append_record(EDIT_RECORD_LIVE, "x", 1);
	expect_ok(find());
	cr_expect(eq(int,
		     (int)edit_recovery_revert(recovery, sample.doc, &kept, &first, &err),
		     MHEX_E_UNSUPPORTED));
	cr_expect(eq(int, sample_peek(&sample, 100), 'a'));
}

/* Cut at every byte: what is applied is a beginning of what was done. */
Test(edit_journal, a_torn_journal_gives_what_was_flushed_before)
{
	char path[256];
	size_t size = 0;
	start();
	for (unsigned i = 0; i < 4; i++) {
		sample_overwrite(&sample, (uint64_t)i * 100, "ab");
		flush();
	}
	crash();
	journal_path(path, sizeof(path));
	uint8_t *bytes = sample_file_bytes(path, &size);
	uint64_t most = 8;
	for (size_t cut = size; cut-- > 0;) {
		FILE *file = fopen(path, "wb");
		cr_assert(eq(sz, fwrite(bytes, 1, cut, file), cut));
		(void)fclose(file);
		(void)chmod(path, 0600);
		if (find())
			continue;
		uint64_t conflicts = 0;
		expect_ok(edit_recovery_apply(recovery, sample.doc, &conflicts, &err));
		recovery = NULL;
		const uint64_t modified = document_modified_bytes(sample.doc);
		cr_assert(le(u64, modified, most));
		cr_assert(zero(u64, modified % 2));
		most = modified;
		sample_reopen(&sample);
	}
	cr_expect(eq(u64, most, 2));
	free(bytes);
}
