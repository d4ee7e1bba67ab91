/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A document after its saves: undo behind them, and edits made while one ran. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doc_sample.h"

static DocSample s;
static char second_name[300];

static void set_up(void)
{
	doc_sample_make(&s, "0123456789", ACCESS_PREVIEW);
	second_name[0] = '\0';
}

static void tear_down(void)
{
	if (second_name[0])
		(void)unlink(second_name);
	doc_sample_remove(&s);
}

TestSuite(document_saved, .init = set_up, .fini = tear_down, .timeout = 100);

/* A file with two names is never replaced. */
static void give_second_name(void)
{
	(void)snprintf(second_name, sizeof(second_name), "%s-link", s.file.path);
	cr_assert(zero(int, link(s.file.path, second_name)));
}

Test(document_saved, undo_goes_back_behind_a_save_in_place)
{
	doc_overwrite(s.doc, 2, "xy");
	const SaveResult result = doc_save(s.doc);
	cr_expect(result.in_place);
	cr_expect(eq(u64, result.bytes_changed, 2));
	EXPECT_FILE(&s.file, "01xy456789");
	cr_expect(not(document_is_modified(s.doc)));

	doc_undo(s.doc);

	EXPECT_DOC(s.doc, "0123456789");
	EXPECT_STATES(s.doc, "..MM......");
	doc_redo(s.doc);
	EXPECT_DOC(s.doc, "01xy456789");
	cr_expect(not(document_is_modified(s.doc)), "it is what the file holds");
	doc_undo(s.doc);
	(void)doc_save(s.doc);
	EXPECT_FILE(&s.file, "0123456789");
}

Test(document_saved, undo_goes_back_behind_a_save_by_rename)
{
	doc_insert(s.doc, 3, "abc");
	doc_delete(s.doc, 0, 2);
	cr_expect(not(doc_save(s.doc).in_place));
	EXPECT_FILE(&s.file, "2abc3456789");
	cr_expect(not(document_is_modified(s.doc)));

	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "012abc3456789");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");

	doc_redo(s.doc);
	doc_redo(s.doc);
	EXPECT_DOC(s.doc, "2abc3456789");
	cr_expect(not(document_is_modified(s.doc)), "%s", doc_states(s.doc));
}

Test(document_saved, undo_goes_back_behind_a_save_that_moved_bytes)
{
	give_second_name();
	doc_insert(s.doc, 3, "abc");
	doc_delete(s.doc, 0, 2);
	cr_expect(doc_save(s.doc).in_place);
	EXPECT_FILE(&s.file, "2abc3456789");
	cr_expect(not(document_is_modified(s.doc)));

	doc_undo(s.doc);
	doc_undo(s.doc);

	EXPECT_DOC(s.doc, "0123456789");
	(void)doc_save(s.doc);
	EXPECT_FILE(&s.file, "0123456789");
	doc_redo(s.doc);
	doc_redo(s.doc);
	EXPECT_DOC(s.doc, "2abc3456789");
}

Test(document_saved, many_saves_of_both_kinds_are_undone_one_by_one)
{
	static const char *const texts[] = {"x123456789",    "x1-23456789",  "x1-2345678",
					    "+x1-2345678",   "+x1-23yy678",  "+x1-23yy",
					    "+x1-23yy_____", "abcdefghijklm"};
	doc_overwrite(s.doc, 0, "x");
	(void)doc_save(s.doc);
	doc_insert(s.doc, 2, "-");
	(void)doc_save(s.doc);
	doc_delete(s.doc, 10, 1);
	(void)doc_save(s.doc);
	give_second_name();
	doc_insert(s.doc, 0, "+");
	(void)doc_save(s.doc);
	doc_overwrite(s.doc, 6, "yy");
	(void)doc_save(s.doc);
	doc_delete(s.doc, 8, 3);
	(void)doc_save(s.doc);
	doc_insert(s.doc, 8, "_____");
	(void)doc_save(s.doc);
	doc_overwrite(s.doc, 0, "abcdefghijklm");
	(void)doc_save(s.doc);

	for (int i = 7; i >= 0; i--) {
		EXPECT_DOC(s.doc, texts[i]);
		doc_undo(s.doc);
	}
	EXPECT_DOC(s.doc, "0123456789");
	for (int i = 0; i < 8; i++) {
		doc_redo(s.doc);
		EXPECT_DOC(s.doc, texts[i]);
	}
	cr_expect(not(document_is_modified(s.doc)));
}

Test(document_saved, a_version_of_many_changes_goes_back_too)
{
	document_begin(s.doc);
	for (uint64_t i = 0; i < 100; i++)
		doc_insert(s.doc, 2 * i % 10, "z");
	document_end(s.doc);
	(void)doc_save(s.doc);

	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");

	doc_redo(s.doc);
	cr_expect(eq(u64, document_size(s.doc), 110));
	cr_expect(not(document_is_modified(s.doc)));
}

static Save *start(const SaveRequest *request)
{
	Save *save = NULL;
	MhexError err = {0};
	const MhexStatus status = document_save_start(s.doc, request, -1, &save, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	return save;
}

static void finish(Save *save)
{
	SaveResult result;
	MhexError err = {0};
	const MhexStatus status = document_save_finish(s.doc, save, &result, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

Test(document_saved, what_is_edited_while_a_save_runs_stays_unsaved)
{
	const SaveRequest request = {.output_fd = -1};
	doc_overwrite(s.doc, 2, "xy");
	Save *save = start(&request);
	doc_overwrite(s.doc, 3, "zz");
	cr_expect(eq(int, (int)document_set_access(s.doc, ACCESS_VIEW, true, NULL),
		     MHEX_E_BUSY));
	uint64_t conflicts = 0;
	cr_expect(eq(int, (int)document_reload(s.doc, false, &conflicts, NULL),
		     MHEX_E_BUSY));

	finish(save);

	EXPECT_FILE(&s.file, "01xy456789");
	EXPECT_DOC(s.doc, "01xzz56789");
	EXPECT_STATES(s.doc, "...MM.....");
	(void)doc_save(s.doc);
	EXPECT_FILE(&s.file, "01xzz56789");
	doc_undo(s.doc);
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
}

Test(document_saved, what_is_inserted_while_a_save_by_rename_runs_stays_unsaved)
{
	const SaveRequest request = {.output_fd = -1};
	doc_insert(s.doc, 2, "xy");
	Save *save = start(&request);
	doc_insert(s.doc, 0, "++");
	doc_undo(s.doc);
	doc_insert(s.doc, 12, "--");

	finish(save);

	EXPECT_FILE(&s.file, "01xy23456789");
	EXPECT_DOC(s.doc, "01xy23456789--");
	EXPECT_STATES(s.doc, "............MM");
	doc_undo(s.doc);
	cr_expect(not(document_is_modified(s.doc)));
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
}

Test(document_saved, a_save_in_a_range_leaves_the_rest)
{
	MhexError err = {0};
	const SaveRequest request = {.has_range = true, .range = {0, 5}, .output_fd = -1};
	doc_overwrite(s.doc, 1, "x");
	doc_overwrite(s.doc, 8, "y");

	cr_assert(zero(int, (int)doc_try_save(s.doc, &request, &err)), "%s", err.message);

	EXPECT_FILE(&s.file, "0x23456789");
	EXPECT_STATES(s.doc, "........M.");
	sample_write(&s.file, 8, "F", 1);
	const SaveRequest all = {.output_fd = -1};
	cr_expect(eq(int, (int)doc_try_save(s.doc, &all, &err), MHEX_E_CONFLICT));
	doc_insert(s.doc, 0, "+");
	cr_expect(eq(int, (int)doc_try_save(s.doc, &request, &err), MHEX_E_REFUSED));
}

Test(document_saved, the_base_of_an_unsaved_edit_is_what_was_saved)
{
	MhexError err = {0};
	const SaveRequest request = {.output_fd = -1};
	doc_overwrite(s.doc, 2, "x");
	(void)doc_save(s.doc);
	doc_undo(s.doc);
	sample_write(&s.file, 2, "F", 1);

	cr_expect(eq(int, (int)doc_try_save(s.doc, &request, &err), MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "0x2"), NULL), "%s", err.message);

	EXPECT_FILE(&s.file, "01F3456789");
}

Test(document_saved, growth_before_a_save_is_saved_and_undone_rightly)
{
	uint64_t size = 0;
	doc_overwrite(s.doc, 9, "x");
	sample_write(&s.file, 10, "abc", 3);
	(void)document_refresh(s.doc, &size);
	(void)doc_save(s.doc);
	EXPECT_FILE(&s.file, "012345678xabc");

	sample_write(&s.file, 13, "d", 1);
	(void)document_refresh(s.doc, &size);
	doc_undo(s.doc);

	EXPECT_DOC(s.doc, "0123456789abcd");
	EXPECT_STATES(s.doc, ".........M....");
}

Test(document_saved, a_large_edit_and_its_save_are_undone)
{
	const size_t length = 20 << 20;
	char got[3] = {0};
	sample_resize(&s.file, length);
	document_close(s.doc);
	s.doc = doc_sample_open(s.file.path, ACCESS_PREVIEW);
	const Range all = {0, length};
	cr_assert(zero(int, (int)document_fill(s.doc, all, "ab", 2, false, NULL)));
	(void)doc_save(s.doc);
	cr_expect(eq(int, sample_peek(&s.file, length - 1), 'b'));

	doc_undo(s.doc);
	cr_assert(zero(int, (int)document_read(s.doc, 8, got, 2, NULL, NULL)));
	cr_expect(eq(str, got, (char *)"89"));
	(void)doc_save(s.doc);

	cr_expect(eq(int, sample_peek(&s.file, 9), '9'));
	cr_expect(eq(int, sample_peek(&s.file, length - 1), 0));
}

Test(document_saved, a_large_edit_over_a_changed_file_is_a_conflict)
{
	const size_t length = 20 << 20;
	MhexError err = {0};
	const SaveRequest request = {.output_fd = -1};
	sample_resize(&s.file, length);
	document_close(s.doc);
	s.doc = doc_sample_open(s.file.path, ACCESS_PREVIEW);
	const Range most = {0, length - 1};
	cr_assert(zero(int, (int)document_fill(s.doc, most, "ab", 2, false, NULL)));
	sample_write(&s.file, 100, "F", 1);

	cr_expect(eq(int, (int)doc_try_save(s.doc, &request, &err), MHEX_E_CONFLICT),
		  "%s", err.message);

	cr_expect(eq(int, sample_peek(&s.file, 0), '0'));
}
