/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "doc_sample.h"

static DocSample s;

static void set_up(void)
{
	doc_sample_make(&s, "0123456789", ACCESS_PREVIEW);
}

static void tear_down(void)
{
	doc_sample_remove(&s);
}

TestSuite(preview, .init = set_up, .fini = tear_down, .timeout = 100);

Test(preview, an_edit_stays_here_until_it_is_saved)
{
	doc_overwrite(s.doc, 2, "xy");

	EXPECT_DOC(s.doc, "01xy456789");
	EXPECT_STATES(s.doc, "..MM......");
	EXPECT_FILE(&s.file, "0123456789");
	cr_expect(eq(u64, document_modified_bytes(s.doc), 2));
}

Test(preview, insert_and_delete_move_what_follows)
{
	doc_insert(s.doc, 3, "abc");
	EXPECT_DOC(s.doc, "012abc3456789");
	EXPECT_STATES(s.doc, "...MMMMMMMMMM");

	doc_delete(s.doc, 1, 4);
	EXPECT_DOC(s.doc, "0c3456789");

	doc_undo(s.doc);
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
	EXPECT_STATES(s.doc, "..........");
	cr_expect(not(document_is_modified(s.doc)));
}

Test(preview, the_value_that_the_file_has_is_no_modification)
{
	doc_overwrite(s.doc, 4, "4");
	cr_expect(not(document_is_modified(s.doc)));

	doc_overwrite(s.doc, 2, "x34y");

	EXPECT_STATES(s.doc, "..M..M....");
	cr_expect(eq(u64, document_modified_bytes(s.doc), 2));

	doc_overwrite(s.doc, 2, "2");
	doc_overwrite(s.doc, 5, "5");
	cr_expect(not(document_is_modified(s.doc)));
}

Test(preview, overwriting_beyond_the_end_extends)
{
	doc_overwrite(s.doc, 8, "8bcd");

	EXPECT_DOC(s.doc, "012345678bcd");
	EXPECT_STATES(s.doc, ".........MMM");

	doc_overwrite(s.doc, 12, "e");
	EXPECT_DOC(s.doc, "012345678bcde");
	cr_expect(
		eq(int, (int)document_overwrite(s.doc, 14, "f", 1, NULL), MHEX_E_RANGE));
}

Test(preview, a_pure_deletion_counts_what_was_deleted)
{
	doc_delete(s.doc, 7, 3);

	cr_expect(eq(u64, document_modified_bytes(s.doc), 3));
	cr_expect(document_is_modified(s.doc));
	EXPECT_STATES(s.doc, ".......");
}

Test(preview, fill_repeats_over_a_range_of_any_size)
{
	const uint64_t huge = (uint64_t)1 << 40;
	uint8_t got[3];

	cr_assert(zero(int,
		       (int)document_fill(s.doc, (Range){2, 5}, "ab", 2, false, NULL)));
	EXPECT_DOC(s.doc, "01ababa789");
	cr_assert(
		zero(int, (int)document_fill(s.doc, (Range){3, 2}, "-", 1, true, NULL)));
	EXPECT_DOC(s.doc, "01a--baba789");
	cr_assert(zero(int, (int)document_fill(s.doc, (Range){12, huge}, "xyz", 3, false,
					       NULL)));

	cr_expect(eq(u64, document_size(s.doc), huge + 12));
	cr_assert(zero(int, (int)document_read(s.doc, huge + 9, got, 3, NULL, NULL)));
	const uint64_t phase = (huge - 3) % 3;
	cr_expect(eq(chr, (char)got[0], "xyz"[phase]));
	DocumentInfo info;
	document_get_info(s.doc, &info);
	cr_expect(lt(u64, info.memory, 1 << 20));
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "01a--baba789");
}

Test(preview, resize_cuts_or_adds_zeroes)
{
	uint8_t got[2] = {1, 1};

	cr_assert(zero(int, (int)document_resize(s.doc, 4, NULL)));
	EXPECT_DOC(s.doc, "0123");
	cr_assert(zero(int, (int)document_resize(s.doc, 6, NULL)));

	cr_assert(zero(int, (int)document_read(s.doc, 4, got, 2, NULL, NULL)));
	cr_expect(eq(int, got[0] + got[1], 0));
	doc_undo(s.doc);
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
	cr_expect(eq(int, (int)document_resize(s.doc, UINT64_MAX, NULL), MHEX_E_RANGE));
}

Test(preview, edits_between_begin_and_end_are_one_step)
{
	document_begin(s.doc);
	doc_overwrite(s.doc, 7, "x");
	doc_insert(s.doc, 1, "--");
	doc_delete(s.doc, 5, 3);
	document_end(s.doc);
	EXPECT_DOC(s.doc, "0--126x89");

	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
	doc_redo(s.doc);
	EXPECT_DOC(s.doc, "0--126x89");
	cr_expect(eq(int, (int)document_redo(s.doc, NULL, NULL), MHEX_E_NOTFOUND));
}

Test(preview, a_group_of_many_changes_is_one_step_too)
{
	document_begin(s.doc);
	for (int i = 0; i < 500; i++)
		doc_insert(s.doc, (uint64_t)(i % 7), "x");
	document_end(s.doc);
	cr_expect(eq(u64, document_size(s.doc), 510));

	doc_undo(s.doc);

	EXPECT_DOC(s.doc, "0123456789");
	cr_expect(eq(int, (int)document_undo(s.doc, NULL, NULL), MHEX_E_NOTFOUND));
	doc_redo(s.doc);
	cr_expect(eq(u64, document_size(s.doc), 510));
}

Test(preview, a_typed_run_is_one_step)
{
	for (uint64_t i = 0; i < 5; i++) {
		if (i > 0)
			document_join(s.doc);
		doc_overwrite(s.doc, i, "x");
	}

	cr_expect(eq(u64, doc_undo(s.doc), 0));

	EXPECT_DOC(s.doc, "0123456789");
}

Test(preview, undo_tells_where_it_was)
{
	doc_overwrite(s.doc, 6, "x");
	doc_insert(s.doc, 2, "y");

	cr_expect(eq(u64, doc_undo(s.doc), 2));
	cr_expect(eq(u64, doc_undo(s.doc), 6));
	cr_expect(eq(u64, doc_redo(s.doc), 6));
}

Test(preview, an_edit_drops_what_could_be_redone)
{
	doc_overwrite(s.doc, 0, "a");
	doc_undo(s.doc);
	doc_overwrite(s.doc, 1, "b");

	cr_expect(eq(int, (int)document_redo(s.doc, NULL, NULL), MHEX_E_NOTFOUND));
}

Test(preview, revert_is_a_step_that_can_be_undone)
{
	doc_overwrite(s.doc, 3, "x");
	doc_insert(s.doc, 0, "abc");

	cr_assert(zero(int, (int)document_revert(s.doc, NULL)));
	EXPECT_DOC(s.doc, "0123456789");
	cr_expect(not(document_is_modified(s.doc)));

	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "abc012x456789");
}

Test(preview, foreign_writes_show_but_under_our_edits)
{
	doc_overwrite(s.doc, 3, "x");

	sample_write(&s.file, 2, "FFFF", 4);

	EXPECT_DOC(s.doc, "01FxFF6789");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "01FFFF6789");
}

Test(preview, a_cut_file_takes_no_edit_away)
{
	uint64_t size = 0;
	doc_overwrite(s.doc, 6, "xy");

	sample_resize(&s.file, 4);

	cr_expect(eq(int, (int)document_refresh(s.doc, &size), DOCUMENT_SHRUNK));
	cr_expect(eq(u64, size, 4));
	EXPECT_DOC(s.doc, "0123??xy??");
	EXPECT_STATES(s.doc, "....??MM??");
	sample_write(&s.file, 4, "ABCDEF", 6);
	cr_expect(eq(int, (int)document_refresh(s.doc, &size), DOCUMENT_GROWN));
	EXPECT_DOC(s.doc, "0123ABxyEF");
}

Test(preview, a_byte_that_cannot_be_read_is_an_error_without_states)
{
	char got[10];
	MhexError err = {0};
	sample_resize(&s.file, 4);

	const MhexStatus status = document_read(s.doc, 0, got, 10, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_SHRUNK));
	cr_expect(lt(sz, 0, strlen(err.message)));
}

Test(preview, what_is_appended_to_the_file_is_at_the_documents_end)
{
	uint64_t size = 0;
	const uint64_t before = document_generation(s.doc);

	sample_write(&s.file, 10, "abc", 3);

	cr_expect(eq(int, (int)document_refresh(s.doc, &size), DOCUMENT_GROWN));
	cr_expect(lt(u64, before, document_generation(s.doc)));
	EXPECT_DOC(s.doc, "0123456789abc");
	cr_expect(not(document_is_modified(s.doc)));
	cr_expect(eq(int, (int)document_refresh(s.doc, &size), DOCUMENT_UNCHANGED));
}

Test(preview, growth_joins_edits_and_their_undo)
{
	uint64_t size = 0;
	doc_delete(s.doc, 0, 2);
	doc_insert(s.doc, 8, "END");
	cr_assert(zero(int, (int)document_revert(s.doc, NULL)));
	doc_undo(s.doc);

	sample_write(&s.file, 10, "ab", 2);
	(void)document_refresh(s.doc, &size);

	EXPECT_DOC(s.doc, "23456789ENDab");
	doc_redo(s.doc); /* the revert: a whole version */
	EXPECT_DOC(s.doc, "0123456789ab");
	doc_undo(s.doc);
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "23456789ab");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789ab");
	EXPECT_STATES(s.doc, "............");
}

Test(preview, large_edits_over_a_file_and_their_undo)
{
	const size_t length = (17 << 20) + 5;
	char *bytes = malloc(length);
	char got[4] = {0};
	memset(bytes, 'q', length);

	cr_assert(zero(int, (int)document_overwrite(s.doc, 5, bytes, length, NULL)));
	cr_assert(zero(int, (int)document_read(s.doc, length, got, 3, NULL, NULL)));
	cr_expect(eq(str, got, (char *)"qqq"));
	doc_undo(s.doc);

	EXPECT_DOC(s.doc, "0123456789");
	free(bytes);
}
