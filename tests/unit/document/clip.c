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

TestSuite(clip, .init = set_up, .fini = tear_down, .timeout = 100);

static Clip *copy(Document *doc, uint64_t offset, uint64_t length)
{
	Clip *clip = NULL;
	cr_assert(
		zero(int, (int)document_copy(doc, (Range){offset, length}, &clip, NULL)));
	return clip;
}

static void paste(Document *doc, uint64_t offset, Clip *clip, bool insert)
{
	MhexError err = {0};
	const MhexStatus status = document_paste(doc, offset, clip, insert, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

static void expect_clip(Clip *clip, const char *want)
{
	char got[64] = {0};
	cr_expect(eq(u64, clip_length(clip), strlen(want)));
	cr_assert(zero(int, (int)clip_read(clip, 0, got, strlen(want), NULL)));
	cr_expect(eq(str, got, (char *)want));
}

Test(clip, is_what_was_copied_whatever_happens_to_the_document)
{
	doc_overwrite(s.doc, 2, "xy");
	Clip *clip = copy(s.doc, 1, 4);

	doc_overwrite(s.doc, 1, "____");
	doc_undo(s.doc);
	doc_undo(s.doc);

	expect_clip(clip, "1xy4");
	clip_free(clip);
}

Test(clip, is_pasted_as_one_step)
{
	doc_overwrite(s.doc, 2, "xy");
	Clip *clip = copy(s.doc, 1, 4);

	paste(s.doc, 8, clip, true);
	EXPECT_DOC(s.doc, "01xy45671xy489");
	paste(s.doc, 12, clip, false);
	EXPECT_DOC(s.doc, "01xy45671xy41xy4");
	doc_undo(s.doc);
	doc_undo(s.doc);

	EXPECT_DOC(s.doc, "01xy456789");
	cr_expect(
		eq(int, (int)document_paste(s.doc, 11, clip, true, NULL), MHEX_E_RANGE));
	clip_free(clip);
}

Test(clip, outlives_its_document)
{
	Document *other = doc_sample_open(s.file.path, ACCESS_PREVIEW);
	doc_overwrite(other, 0, "abc");
	Clip *clip = copy(other, 0, 5);
	document_close(other);

	expect_clip(clip, "abc34");
	paste(s.doc, 10, clip, true);

	EXPECT_DOC(s.doc, "0123456789abc34");
	clip_free(clip);
}

Test(clip, outlives_a_save_of_what_it_was_copied_from)
{
	Clip *clip = copy(s.doc, 2, 3);
	doc_overwrite(s.doc, 2, "xyz");
	(void)doc_save(s.doc);
	EXPECT_FILE(&s.file, "01xyz56789");

	expect_clip(clip, "234");
	paste(s.doc, 0, clip, true);
	(void)doc_save(s.doc);

	expect_clip(clip, "234");
	EXPECT_FILE(&s.file, "23401xyz56789");
	clip_free(clip);
}

Test(clip, of_a_live_document_keeps_its_bytes)
{
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));
	Clip *clip = copy(s.doc, 2, 3);

	doc_overwrite(s.doc, 2, "xyz");

	expect_clip(clip, "234");
	paste(s.doc, 7, clip, false);
	EXPECT_FILE(&s.file, "01xyz56234");
	cr_expect(eq(int, (int)document_paste(s.doc, 0, clip, true, NULL),
		     MHEX_E_UNSUPPORTED));
	clip_free(clip);
}

Test(clip, an_empty_one_changes_nothing)
{
	Clip *clip = copy(s.doc, 10, 0);

	paste(s.doc, 5, clip, true);

	cr_expect(not(document_is_modified(s.doc)));
	cr_expect(eq(int, (int)document_undo(s.doc, NULL, NULL), MHEX_E_NOTFOUND));
	clip_free(clip);
}

Test(clip, of_a_terabyte_costs_nothing)
{
	const uint64_t size = (uint64_t)1 << 40;
	uint64_t measured = 0;
	sample_resize(&s.file, size);
	(void)document_refresh(s.doc, &measured);
	Clip *clip = copy(s.doc, 0, size);

	paste(s.doc, size, clip, true);

	char got[11] = {0};
	cr_expect(eq(u64, document_size(s.doc), 2 * size));
	cr_assert(zero(int, (int)document_read(s.doc, size, got, 10, NULL, NULL)));
	cr_expect(eq(str, got, (char *)"0123456789"));
	clip_free(clip);
}

Test(clip, a_large_one_goes_to_another_document_by_disk)
{
	const uint64_t length = (3 << 20) + 1;
	Document *other = NULL;
	uint8_t got[2];
	cr_assert(zero(int, (int)document_new(&other, (DocumentOptions){0}, NULL)));
	cr_assert(eq(int, (int)document_access(other), ACCESS_VIEW));
	document_close(other);
	const DocumentOptions options = {.access = ACCESS_PREVIEW};
	cr_assert(zero(int, (int)document_new(&other, options, NULL)));
	cr_assert(zero(int, (int)document_fill(s.doc, (Range){10, length}, "ab", 2, true,
					       NULL)));
	Clip *clip = copy(s.doc, 9, length);

	paste(other, 0, clip, true);

	cr_expect(eq(u64, document_size(other), length));
	cr_assert(zero(int, (int)document_read(other, 0, got, 2, NULL, NULL)));
	cr_expect(eq(int, got[0], '9'));
	cr_assert(zero(int, (int)document_read(other, length - 2, got, 2, NULL, NULL)));
	cr_expect(eq(int, got[0], 'a'));
	cr_expect(eq(int, got[1], 'b'));
	DocumentInfo info;
	document_get_info(other, &info);
	cr_expect(lt(u64, info.memory, 1 << 20));
	clip_free(clip);
	document_close(other);
}

static MhexStatus insert_file(Document *doc, uint64_t offset, const char *path,
			      MhexError *err)
{
	Intake *file = NULL;
	const MhexStatus status = intake_start(&file, path, -1, err);
	return status ? status : document_insert_file(doc, offset, file, err);
}

Test(clip, a_file_is_inserted_as_one_step)
{
	Sample file;
	sample_make(&file, 0);
	sample_write(&file, 0, "ABC", 3);

	cr_assert(zero(int, (int)insert_file(s.doc, 4, file.path, NULL)));
	sample_write(&file, 0, "xyz", 3);

	EXPECT_DOC(s.doc, "0123ABC456789");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");
	sample_remove(&file);
}

Test(clip, a_large_file_is_inserted_by_disk)
{
	const uint64_t size = (2 << 20) + 7;
	Sample file;
	uint8_t got[1];
	sample_make(&file, size);

	cr_assert(zero(int, (int)insert_file(s.doc, 10, file.path, NULL)));
	sample_resize(&file, 0);

	cr_expect(eq(u64, document_size(s.doc), size + 10));
	cr_assert(zero(int, (int)document_read(s.doc, size + 9, got, 1, NULL, NULL)));
	cr_expect(eq(int, got[0], sample_byte(size - 1)));
	DocumentInfo info;
	document_get_info(s.doc, &info);
	cr_expect(lt(u64, info.memory, 1 << 20));
	sample_remove(&file);
}

Test(clip, a_file_that_cannot_be_inserted_changes_nothing)
{
	MhexError err = {0};

	cr_expect(eq(int, (int)insert_file(s.doc, 0, "/nonexistent", &err), MHEX_E_IO));
	cr_expect(ne(ptr, strstr(err.message, "/nonexistent"), NULL));
	cr_expect(ne(int, (int)insert_file(s.doc, 0, "/", NULL), MHEX_OK));
	cr_expect(not(document_is_modified(s.doc)));
}

Test(clip, a_file_may_be_dropped_while_it_is_read)
{
	Intake *file = NULL;
	Sample large;
	sample_make(&large, 64 << 20);

	cr_assert(zero(int, (int)intake_start(&file, large.path, -1, NULL)));
	intake_drop(file);

	EXPECT_DOC(s.doc, "0123456789");
	sample_remove(&large);
}

Test(clip, a_cancelled_file_changes_nothing)
{
	MhexError err = {0};
	Intake *file = NULL;
	Sample large;
	sample_make(&large, 64 << 20);

	cr_assert(zero(int, (int)intake_start(&file, large.path, -1, NULL)));
	intake_cancel(file);
	const MhexStatus status = document_insert_file(s.doc, 0, file, &err);

	/* It may have been quick: then it is all there. */
	cr_expect(status == MHEX_E_CANCELLED ||
		  document_size(s.doc) == 10 + (UINT64_C(64) << 20));
	if (status == MHEX_E_CANCELLED)
		EXPECT_DOC(s.doc, "0123456789");
	sample_remove(&large);
}
