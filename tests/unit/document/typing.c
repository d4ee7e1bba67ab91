/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "doc_sample.h"
#include "document/snapshot.h"

/* Bytes typed digit by digit: the second digit joins the first and replaces its byte. */

static DocSample s;

static void set_up(void)
{
	doc_sample_make(&s, "0123456789", ACCESS_PREVIEW);
}

static void tear_down(void)
{
	doc_sample_remove(&s);
}

TestSuite(typing, .init = set_up, .fini = tear_down, .timeout = 100);

static void type_digit(uint64_t offset, const char *byte)
{
	document_join(s.doc);
	doc_overwrite(s.doc, offset, byte);
}

static uint64_t pieces(void)
{
	DocumentInfo info;
	document_get_info(s.doc, &info);
	return info.pieces;
}

Test(typing, a_run_of_bytes_typed_digit_by_digit_is_one_piece_and_one_step)
{
	for (uint64_t i = 0; i < 6; i++) {
		type_digit(2 + i, "@");
		type_digit(2 + i, "A");
	}

	EXPECT_DOC(s.doc, "01AAAAAA89");
	cr_expect(eq(u64, pieces(), 3));
	cr_expect(eq(u64, doc_undo(s.doc), 2));
	EXPECT_DOC(s.doc, "0123456789");
	cr_expect(not(document_is_modified(s.doc)));
	(void)doc_redo(s.doc);
	EXPECT_DOC(s.doc, "01AAAAAA89");
}

Test(typing, an_inserted_byte_typed_digit_by_digit_is_one_piece)
{
	for (uint64_t i = 0; i < 3; i++) {
		document_join(s.doc);
		doc_insert(s.doc, 4 + i, "@");
		type_digit(4 + i, "B");
	}

	EXPECT_DOC(s.doc, "0123BBB456789");
	cr_expect(eq(u64, pieces(), 3));
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
}

Test(typing, the_value_that_the_file_has_is_no_modification)
{
	type_digit(4, "x");
	type_digit(4, "4");

	cr_expect(not(document_is_modified(s.doc)));
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
}

Test(typing, a_byte_that_a_snapshot_knows_never_changes)
{
	Snapshot *snapshot = NULL;
	Reader *reader = NULL;
	char seen = 0;
	type_digit(4, "@");
	cr_assert(zero(int, (int)document_snapshot(s.doc, &snapshot, NULL)));
	cr_assert(zero(int, (int)reader_open(&reader, snapshot, NULL)));

	type_digit(4, "A");

	cr_assert(zero(int, (int)reader_read(reader, 4, &seen, 1, NULL, NULL)));
	cr_expect(eq(chr, seen, '@'));
	EXPECT_DOC(s.doc, "0123A56789");
	reader_close(reader);
	snapshot_release(snapshot);
}

Test(typing, a_byte_that_was_copied_never_changes)
{
	Clip *clip = NULL;
	char seen = 0;
	type_digit(4, "@");
	cr_assert(zero(int, (int)document_copy(s.doc, (Range){4, 1}, &clip, NULL)));

	type_digit(4, "A");

	cr_assert(zero(int, (int)clip_read(clip, 0, &seen, 1, NULL)));
	cr_expect(eq(chr, seen, '@'));
	clip_free(clip);
}

Test(typing, what_does_not_join_is_a_step_of_its_own)
{
	type_digit(4, "@");
	doc_overwrite(s.doc, 4, "A");

	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123@56789");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
}
