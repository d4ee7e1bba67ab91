/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doc_sample.h"

static DocSample s;

static void set_up(void)
{
	doc_sample_make(&s, "0123456789", ACCESS_LIVE);
}

static void tear_down(void)
{
	doc_sample_remove(&s);
}

TestSuite(live, .init = set_up, .fini = tear_down, .timeout = 100);

Test(live, an_edit_is_in_the_file_at_once)
{
	doc_overwrite(s.doc, 2, "xy");

	EXPECT_FILE(&s.file, "01xy456789");
	EXPECT_STATES(s.doc, "..MM......");
	cr_expect(eq(u64, document_modified_bytes(s.doc), 2));
	cr_expect(document_is_modified(s.doc));
}

Test(live, undo_stores_the_old_bytes_back)
{
	doc_overwrite(s.doc, 2, "xy");
	doc_overwrite(s.doc, 3, "z");

	cr_expect(eq(u64, doc_undo(s.doc), 3));
	EXPECT_FILE(&s.file, "01xy456789");
	cr_expect(eq(u64, doc_undo(s.doc), 2));

	EXPECT_FILE(&s.file, "0123456789");
	cr_expect(not(document_is_modified(s.doc)));
	doc_redo(s.doc);
	doc_redo(s.doc);
	EXPECT_FILE(&s.file, "01xz456789");
	EXPECT_STATES(s.doc, "..MM......");
}

Test(live, a_group_is_undone_as_one)
{
	document_begin(s.doc);
	doc_overwrite(s.doc, 0, "ab");
	doc_overwrite(s.doc, 1, "cd");
	doc_overwrite(s.doc, 8, "ef");
	document_end(s.doc);

	doc_undo(s.doc);

	EXPECT_FILE(&s.file, "0123456789");
	doc_redo(s.doc);
	EXPECT_FILE(&s.file, "acd34567ef");
}

Test(live, the_size_is_fixed)
{
	MhexError err = {0};

	cr_expect(eq(int, (int)document_insert(s.doc, 1, "x", 1, &err),
		     MHEX_E_UNSUPPORTED));
	cr_expect(ne(ptr, strstr(err.message, ":access preview"), NULL), "%s",
		  err.message);
	cr_expect(eq(int, (int)document_delete(s.doc, (Range){1, 1}, NULL),
		     MHEX_E_UNSUPPORTED));
	cr_expect(eq(int, (int)document_overwrite(s.doc, 9, "xy", 2, NULL),
		     MHEX_E_UNSUPPORTED));
	cr_expect(eq(int, (int)document_resize(s.doc, 4, NULL), MHEX_E_UNSUPPORTED));

	EXPECT_FILE(&s.file, "0123456789");
	cr_expect(eq(int, (int)document_undo(s.doc, NULL, NULL), MHEX_E_NOTFOUND));
}

Test(live, foreign_writes_show_over_our_edits)
{
	doc_overwrite(s.doc, 2, "xy");

	sample_write(&s.file, 3, "F", 1);

	EXPECT_DOC(s.doc, "01xF456789");
}

Test(live, undo_never_overwrites_a_foreign_byte)
{
	MhexError err = {0};
	doc_overwrite(s.doc, 2, "xyz");
	sample_write(&s.file, 3, "F", 1);

	const MhexStatus status = document_undo(s.doc, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "0x3"), NULL), "%s", err.message);
	EXPECT_FILE(&s.file, "01xFz56789");
	EXPECT_STATES(s.doc, "..MMM.....");
	sample_write(&s.file, 3, "y", 1);
	doc_undo(s.doc);
	EXPECT_FILE(&s.file, "0123456789");
}

Test(live, a_failed_group_leaves_nothing_behind)
{
	document_begin(s.doc);
	doc_overwrite(s.doc, 0, "a");
	doc_overwrite(s.doc, 5, "b");
	document_end(s.doc);
	sample_write(&s.file, 0, "F", 1);

	cr_expect(eq(int, (int)document_undo(s.doc, NULL, NULL), MHEX_E_CONFLICT));

	EXPECT_FILE(&s.file, "F1234b6789");
}

/* More of them than are stored together; typed is their bytes. */
static void edit_many_places(const char *typed, size_t count)
{
	document_begin(s.doc);
	for (size_t i = 0; i < count; i++)
		doc_overwrite(s.doc, 2 * i, typed);
	document_end(s.doc);
}

static bool file_is(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (sample_peek(&s.file, i) != bytes[i])
			return false;
	}
	return true;
}

Test(live, many_changes_are_undone_and_redone_as_one)
{
	enum {
		COUNT = 600
	};
	uint8_t old[2 * COUNT], edited[2 * COUNT];
	uint64_t size = 0;
	memset(old, '0', sizeof(old));
	for (size_t i = 0; i < sizeof(edited); i++)
		edited[i] = i % 2 ? '0' : 'x';
	sample_write(&s.file, 0, old, sizeof(old));
	(void)document_refresh(s.doc, &size);
	edit_many_places("x", COUNT);

	cr_expect(eq(u64, doc_undo(s.doc), 0));
	cr_expect(file_is(old, sizeof(old)));
	cr_expect(not(document_is_modified(s.doc)));
	doc_redo(s.doc);
	cr_expect(file_is(edited, sizeof(edited)));

	/* In the last of the parts in which it is undone. */
	sample_write(&s.file, 4, "F", 1);
	edited[4] = 'F';
	cr_expect(eq(int, (int)document_undo(s.doc, NULL, NULL), MHEX_E_CONFLICT));
	cr_expect(file_is(edited, sizeof(edited)));
	cr_expect(eq(u64, document_modified_bytes(s.doc), COUNT));
}

Test(live, revert_stores_back_all_since_the_last_write)
{
	doc_overwrite(s.doc, 0, "a");
	(void)doc_save(s.doc);
	cr_expect(not(document_is_modified(s.doc)));
	doc_overwrite(s.doc, 1, "b");
	doc_overwrite(s.doc, 1, "c");
	doc_overwrite(s.doc, 7, "d");

	cr_assert(zero(int, (int)document_revert(s.doc, NULL)));

	EXPECT_FILE(&s.file, "a123456789");
	cr_expect(not(document_is_modified(s.doc)));
	doc_undo(s.doc);
	EXPECT_FILE(&s.file, "ac23456d89");
}

Test(live, undo_goes_back_behind_a_write)
{
	doc_overwrite(s.doc, 0, "a");
	(void)doc_save(s.doc);

	doc_undo(s.doc);

	EXPECT_FILE(&s.file, "0123456789");
	EXPECT_STATES(s.doc, "M.........");
	doc_redo(s.doc);
	cr_expect(not(document_is_modified(s.doc)));
}

Test(live, what_the_byte_was_is_not_remembered_too_long)
{
	doc_overwrite(s.doc, 4, "a");
	doc_undo(s.doc);
	sample_write(&s.file, 4, "F", 1);
	doc_overwrite(s.doc, 4, "b");

	cr_assert(zero(int, (int)document_revert(s.doc, NULL)));

	EXPECT_FILE(&s.file, "0123F56789");
}

Test(live, a_write_names_a_byte_that_another_process_changed)
{
	MhexError err = {0};
	const SaveRequest request = {.output_fd = -1};
	doc_overwrite(s.doc, 2, "xy");
	sample_write(&s.file, 3, "F", 1);

	const MhexStatus status = doc_try_save(s.doc, &request, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "0x3"), NULL), "%s", err.message);
	EXPECT_FILE(&s.file, "01xF456789");
	cr_expect(zero(int, (int)doc_try_save(s.doc, &request, &err)), "told once: %s",
		  err.message);
}

Test(live, what_is_edited_again_while_a_write_runs_is_no_conflict)
{
	const SaveRequest request = {.output_fd = -1};
	MhexError err = {0};
	for (int i = 0; i < 50; i++) {
		Save *save = NULL;
		SaveResult result;
		doc_overwrite(s.doc, 2, i % 2 ? "ab" : "cd");
		MhexStatus status = document_save_start(s.doc, &request, -1, &save, &err);
		cr_assert(zero(int, (int)status), "%s", err.message);

		doc_overwrite(s.doc, 3, i % 2 ? "ef" : "gh");

		status = document_save_finish(s.doc, save, &result, &err);
		cr_assert(zero(int, (int)status), "%s", err.message);
		EXPECT_STATES(s.doc, "...MM.....");
	}
	EXPECT_FILE(&s.file, "01aef56789");
}

Test(live, revert_leaves_the_bytes_of_others_and_names_them)
{
	MhexError err = {0};
	doc_overwrite(s.doc, 1, "x");
	doc_overwrite(s.doc, 4, "y");
	doc_overwrite(s.doc, 7, "z");
	sample_write(&s.file, 4, "T", 1);

	cr_expect(eq(int, (int)document_revert(s.doc, &err), MHEX_E_CONFLICT));

	cr_expect(ne(ptr, strstr(err.message, "0x4"), NULL), "%s", err.message);
	EXPECT_FILE(&s.file, "0123T56789");
}

Test(live, revert_after_a_failed_write_goes_back_to_the_one_before)
{
	const SaveRequest request = {.output_fd = -1};
	doc_overwrite(s.doc, 2, "x");
	doc_overwrite(s.doc, 8, "y");
	sample_resize(&s.file, 5);
	cr_expect(eq(int, (int)doc_try_save(s.doc, &request, NULL), MHEX_E_SHRUNK));
	sample_write(&s.file, 5, "567y9", 5);
	doc_overwrite(s.doc, 2, "z");

	cr_assert(zero(int, (int)document_revert(s.doc, NULL)));

	EXPECT_FILE(&s.file, "0123456789");
	cr_expect(not(document_is_modified(s.doc)));
}

Test(live, the_memory_of_a_process_is_edited_where_it_is)
{
	static volatile char target[] = "memory";
	MhexError err = {0};
	const SaveRequest request = {.output_fd = -1};
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_LIVE};
	if (document_open(&doc, "/proc/self/mem", options, &err))
		cr_skip("/proc/self/mem: %s\n", err.message);
	if (document_access(doc) != ACCESS_LIVE) {
		document_close(doc);
		cr_skip("/proc/self/mem may not be written\n");
	}

	doc_overwrite(doc, (uintptr_t)target, "M");

	cr_expect(eq(chr, target[0], 'M'));
	cr_expect(zero(int, (int)doc_try_save(doc, &request, &err)), "%s", err.message);
	doc_undo(doc);
	cr_expect(eq(chr, target[0], 'm'));
	document_close(doc);
}

Test(live, an_edit_behind_a_cut_is_an_error)
{
	MhexError err = {0};
	sample_resize(&s.file, 4);

	const MhexStatus status = document_overwrite(s.doc, 6, "x", 1, &err);

	cr_expect(eq(int, (int)status, MHEX_E_SHRUNK), "%s", err.message);
	cr_expect(eq(u64, sample_file_size(&s.file), 4));
	EXPECT_STATES(s.doc, "....??????");
	cr_expect(eq(int, (int)document_undo(s.doc, NULL, NULL), MHEX_E_NOTFOUND));
}

Test(live, a_write_behind_a_cut_says_what_is_lost)
{
	MhexError err = {0};
	const SaveRequest request = {.output_fd = -1};
	doc_overwrite(s.doc, 6, "x");
	sample_resize(&s.file, 4);

	const MhexStatus status = doc_try_save(s.doc, &request, &err);

	cr_expect(eq(int, (int)status, MHEX_E_SHRUNK), "%s", err.message);
	cr_expect(document_is_modified(s.doc));
	cr_expect(eq(u64, sample_file_size(&s.file), 4));
}

Test(live, what_is_appended_can_be_edited)
{
	uint64_t size = 0;
	sample_write(&s.file, 10, "abc", 3);
	cr_expect(eq(int, (int)document_refresh(s.doc, &size), DOCUMENT_GROWN));

	doc_overwrite(s.doc, 11, "x");

	EXPECT_FILE(&s.file, "0123456789axc");
	EXPECT_STATES(s.doc, "...........M.");
}

Test(live, our_own_stores_are_no_news)
{
	uint64_t size = 0;
	(void)document_refresh(s.doc, &size);

	doc_overwrite(s.doc, 1, "x");

	cr_expect(eq(int, (int)document_refresh(s.doc, &size), DOCUMENT_UNCHANGED));
}

Test(live, the_steps_of_preview_and_live_are_one_history)
{
	doc_overwrite(s.doc, 0, "a");
	cr_assert(
		zero(int, (int)document_set_access(s.doc, ACCESS_PREVIEW, false, NULL)));
	doc_overwrite(s.doc, 1, "b");
	EXPECT_FILE(&s.file, "a123456789");

	doc_undo(s.doc);
	doc_undo(s.doc);

	EXPECT_DOC(s.doc, "0123456789");
	EXPECT_STATES(s.doc, "M.........");
	EXPECT_FILE(&s.file, "a123456789");
	doc_redo(s.doc);
	cr_expect(not(document_is_modified(s.doc)));
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));
	doc_undo(s.doc);
	EXPECT_FILE(&s.file, "0123456789");
}

Test(live, a_step_whose_old_bytes_only_the_file_has_is_refused)
{
	MhexError err = {0};
	cr_assert(
		zero(int, (int)document_set_access(s.doc, ACCESS_PREVIEW, false, NULL)));
	doc_overwrite(s.doc, 2, "x34y");
	(void)doc_save(s.doc);
	doc_overwrite(s.doc, 7, "z");
	doc_undo(s.doc);
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));

	cr_expect(eq(int, (int)document_redo(s.doc, NULL, &err), MHEX_E_UNSUPPORTED));
	cr_expect(ne(ptr, strstr(err.message, ":access preview"), NULL), "%s",
		  err.message);

	EXPECT_FILE(&s.file, "01x34y6789");
	doc_undo(s.doc); /* its old bytes were kept by the save */
	EXPECT_FILE(&s.file, "0123456789");
	doc_redo(s.doc);
	EXPECT_FILE(&s.file, "01x34y6789");
}

Test(live, a_clip_of_the_file_itself_is_copied_before_it_is_pasted)
{
	Clip *clip = NULL;
	cr_assert(
		zero(int, (int)document_set_access(s.doc, ACCESS_PREVIEW, false, NULL)));
	const Range range = {0, 8};
	cr_assert(zero(int, (int)document_copy(s.doc, range, &clip, NULL)));
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));

	cr_assert(zero(int, (int)document_paste(s.doc, 2, clip, false, NULL)));

	EXPECT_FILE(&s.file, "0101234567");
	doc_undo(s.doc);
	EXPECT_FILE(&s.file, "0123456789");
	clip_free(clip);
}

Test(live, a_step_that_changed_the_size_is_refused)
{
	MhexError err = {0};
	cr_assert(
		zero(int, (int)document_set_access(s.doc, ACCESS_PREVIEW, false, NULL)));
	doc_insert(s.doc, 1, "xyz");
	(void)doc_save(s.doc);
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));

	const MhexStatus status = document_undo(s.doc, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED));
	EXPECT_FILE(&s.file, "0xyz123456789");
}

Test(live, a_large_fill_is_stored_in_parts)
{
	const uint64_t length = 3 << 20;
	sample_resize(&s.file, length);
	uint64_t size = 0;
	(void)document_refresh(s.doc, &size);

	cr_assert(zero(int, (int)document_fill(s.doc, (Range){0, length}, "abc", 3, false,
					       NULL)));
	cr_expect(eq(int, sample_peek(&s.file, length - 1), "abc"[(length - 1) % 3]));

	doc_undo(s.doc);
	cr_expect(eq(int, sample_peek(&s.file, 9), '9'));
	cr_expect(eq(int, sample_peek(&s.file, length - 1), 0));
	cr_expect(not(document_is_modified(s.doc)));
}

Test(live, more_than_can_be_remembered_is_refused)
{
	const uint64_t length = (64 << 20) + 1;
	sample_resize(&s.file, length);
	uint64_t size = 0;
	(void)document_refresh(s.doc, &size);

	cr_expect(eq(int,
		     (int)document_fill(s.doc, (Range){0, length}, "a", 1, false, NULL),
		     MHEX_E_UNSUPPORTED));
	cr_expect(eq(int, sample_peek(&s.file, 0), '0'));
}

Test(live, a_file_that_may_not_be_written_is_a_view)
{
	cr_assert(zero(int, fchmod(s.file.fd, 0444)));
	if (geteuid() == 0 && !sample_drop_root_with(&s.file))
		cr_skip("root may write everything, and cannot become anybody else\n");
	Document *other = doc_sample_open(s.file.path, ACCESS_LIVE);

	cr_expect(eq(int, (int)document_access(other), ACCESS_VIEW));

	document_close(other);
}
