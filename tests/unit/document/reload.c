/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

TestSuite(reload, .init = set_up, .fini = tear_down, .timeout = 100);

/* Another process puts another file under the name. */
static void replace(const char *text)
{
	char other[300];
	(void)snprintf(other, sizeof(other), "%s-new", s.file.path);
	const int fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(long, (long)write(fd, text, strlen(text)), (long)strlen(text)));
	(void)close(fd);
	cr_assert(zero(int, rename(other, s.file.path)));
}

static uint64_t reload(void)
{
	uint64_t conflicts = 0;
	MhexError err = {0};
	const MhexStatus status = document_reload(s.doc, false, &conflicts, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	return conflicts;
}

Test(reload, another_file_under_the_name_is_not_seen_before)
{
	uint64_t size = 0;
	replace("ABCDEFGHIJ");

	(void)document_refresh(s.doc, &size);
	EXPECT_DOC(s.doc, "0123456789");
	cr_expect(zero(u64, reload()));

	EXPECT_DOC(s.doc, "ABCDEFGHIJ");
	cr_expect(not(document_is_modified(s.doc)));
}

Test(reload, keeps_the_edits_and_counts_conflicts)
{
	doc_overwrite(s.doc, 2, "xyz");
	replace("01A345678B");

	cr_expect(eq(u64, reload(), 1), "2 was edited and is A now");

	EXPECT_DOC(s.doc, "01xyz5678B");
	EXPECT_STATES(s.doc, "..MMM.....");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "01A345678B");
	cr_expect(not(document_is_modified(s.doc)));
	doc_redo(s.doc);
	EXPECT_DOC(s.doc, "01xyz5678B");
}

Test(reload, keeps_insertions)
{
	doc_insert(s.doc, 0, "+");
	doc_delete(s.doc, 5, 2);
	EXPECT_DOC(s.doc, "+01236789");
	replace("ABCDEFGHIJ");

	(void)reload();

	EXPECT_DOC(s.doc, "+ABCDGHIJ");
	doc_undo(s.doc);
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "ABCDEFGHIJ");
	cr_expect(not(document_is_modified(s.doc)));
}

Test(reload, a_conflict_of_the_same_file_is_counted_too)
{
	doc_overwrite(s.doc, 2, "xyz");
	sample_write(&s.file, 3, "FF", 2);

	cr_expect(eq(u64, reload(), 2));
	EXPECT_DOC(s.doc, "01xyz56789");
}

/* Its bytes are not looked at one by one. */
Test(reload, a_terabyte_that_an_insertion_has_moved_costs_nothing)
{
	sample_resize(&s.file, UINT64_C(1) << 42);
	(void)reload();
	doc_overwrite(s.doc, 9, "x");
	doc_insert(s.doc, 2, "+");

	cr_expect(zero(u64, reload()));

	cr_expect(eq(u64, document_size(s.doc), (UINT64_C(1) << 42) + 1));
}

Test(reload, a_terabyte_that_was_filled_counts_when_the_file_changes)
{
	const uint64_t size = UINT64_C(1) << 42;
	sample_resize(&s.file, size);
	(void)reload();
	cr_assert(zero(int, (int)document_fill(s.doc, (Range){4, size - 4}, "ab", 2,
					       false, NULL)));
	sample_write(&s.file, 3, "FF", 2);

	cr_expect(eq(u64, reload(), size - 4));
}

Test(reload, a_longer_file_is_longer)
{
	doc_overwrite(s.doc, 0, "x");
	replace("0123456789abc");

	cr_expect(zero(u64, reload()));

	EXPECT_DOC(s.doc, "x123456789abc");
	EXPECT_STATES(s.doc, "M............");
}

Test(reload, gives_up_what_the_file_has_lost)
{
	uint64_t size = 0;
	sample_resize(&s.file, 6);
	(void)document_refresh(s.doc, &size);
	EXPECT_DOC(s.doc, "012345????");

	cr_expect(zero(u64, reload()));

	EXPECT_DOC(s.doc, "012345");
	cr_expect(not(document_is_modified(s.doc)));
	sample_write(&s.file, 6, "ab", 2);
	(void)document_refresh(s.doc, &size);
	EXPECT_DOC(s.doc, "012345ab");
}

/* The steps of live count on bytes that are not there any more. */
Test(reload, a_shorter_file_leaves_no_step_of_live_that_reaches_behind_its_end)
{
	MhexError err = {0};
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));
	doc_overwrite(s.doc, 7, "x");
	(void)doc_save(s.doc);
	sample_resize(&s.file, 5);
	(void)reload();
	EXPECT_DOC(s.doc, "01234");

	cr_expect(eq(int, (int)document_undo(s.doc, NULL, &err), MHEX_E_UNSUPPORTED));

	cr_assert(
		zero(int, (int)document_set_access(s.doc, ACCESS_PREVIEW, false, NULL)));
	doc_undo(s.doc);
	cr_expect(eq(u64, document_size(s.doc), 10));
	doc_undo(s.doc);
	cr_expect(eq(u64, document_size(s.doc), 10));
	EXPECT_FILE(&s.file, "01234");
}

Test(reload, an_edit_behind_the_end_stays)
{
	doc_overwrite(s.doc, 7, "x");
	sample_resize(&s.file, 5);

	(void)reload();

	EXPECT_DOC(s.doc, "01234??x");
	doc_undo(s.doc); /* the tail that was given up */
	EXPECT_DOC(s.doc, "01234??x??");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "01234?????");
	doc_redo(s.doc);
	doc_redo(s.doc);
	EXPECT_DOC(s.doc, "01234??x");
}

Test(reload, a_shorter_file_in_its_place)
{
	doc_overwrite(s.doc, 1, "x");
	replace("ABC");

	cr_expect(eq(u64, reload(), 1));

	EXPECT_DOC(s.doc, "AxC");
	doc_undo(s.doc);
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "ABC3456789");
	EXPECT_STATES(s.doc, "...MMMMMMM");
}

Test(reload, a_missing_file_is_an_error_that_changes_nothing)
{
	uint64_t conflicts = 0;
	MhexError err = {0};
	doc_overwrite(s.doc, 1, "x");
	(void)unlink(s.file.path);

	cr_expect(ne(int, (int)document_reload(s.doc, false, &conflicts, &err), MHEX_OK));

	cr_expect(ne(ptr, strstr(err.message, "No such file"), NULL));
	EXPECT_DOC(s.doc, "0x23456789");
}

Test(reload, a_new_document_takes_the_file_that_somebody_made)
{
	char path[300];
	uint64_t conflicts = 0;
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_PREVIEW, .create = true};
	(void)snprintf(path, sizeof(path), "%s-new", s.file.path);
	cr_assert(zero(int, (int)document_open(&doc, path, options, NULL)));
	cr_expect(zero(int, (int)document_reload(doc, false, &conflicts, NULL)));
	cr_assert(zero(int, link(s.file.path, path)));

	cr_expect(zero(int, (int)document_reload(doc, false, &conflicts, NULL)));

	EXPECT_DOC(doc, "0123456789");
	cr_expect(not(document_is_modified(doc)));
	document_close(doc);
	(void)unlink(path);
}

Test(reload, live_goes_on_with_the_new_file)
{
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));
	doc_overwrite(s.doc, 0, "x");
	replace("ABCDEFGHIJ");

	(void)reload();
	doc_overwrite(s.doc, 1, "y");

	EXPECT_FILE(&s.file, "AyCDEFGHIJ");
	EXPECT_STATES(s.doc, ".M........");
	cr_expect(eq(int, sample_peek(&s.file, 0), 'x'), "the old inode");
	doc_undo(s.doc);
	EXPECT_FILE(&s.file, "ABCDEFGHIJ");
	cr_expect(eq(int, (int)document_undo(s.doc, NULL, NULL), MHEX_E_CONFLICT));
	EXPECT_FILE(&s.file, "ABCDEFGHIJ");
}

Test(reload, view_follows_too)
{
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_VIEW, false, NULL)));
	replace("ABC");

	(void)reload();

	EXPECT_DOC(s.doc, "ABC");
}

Test(reload, a_save_after_a_conflict_still_asks)
{
	MhexError err = {0};
	const SaveRequest plain = {.output_fd = -1};
	const SaveRequest forced = {.output_fd = -1, .force = true};
	doc_overwrite(s.doc, 2, "xyz");
	replace("01A3456789");
	(void)reload();

	cr_expect(eq(int, (int)doc_try_save(s.doc, &plain, &err), MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "0x2"), NULL), "%s", err.message);
	EXPECT_FILE(&s.file, "01A3456789");

	cr_expect(zero(int, (int)doc_try_save(s.doc, &forced, &err)), "%s", err.message);
	EXPECT_FILE(&s.file, "01xyz56789");
}
