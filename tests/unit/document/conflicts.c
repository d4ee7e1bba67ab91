/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bytes that another process has changed under edits: found, decided, never lost. */

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

TestSuite(conflicts, .init = set_up, .fini = tear_down, .timeout = 100);

static char listed[1000];

static bool add(void *context, const Conflict *conflict)
{
	char text[64];
	(void)context;
	if (!conflict->has_was)
		(void)snprintf(text, sizeof(text), "[%u+%u ?]",
			       (unsigned)conflict->offset, (unsigned)conflict->length);
	else
		(void)snprintf(text, sizeof(text), "[%u %c %c %c]",
			       (unsigned)conflict->offset, conflict->was,
			       conflict->has_theirs ? conflict->theirs : '-',
			       conflict->has_mine ? conflict->mine : '-');
	(void)strncat(listed, text, sizeof(listed) - strlen(listed) - 1);
	return true;
}

static char *list(void)
{
	listed[0] = '\0';
	cr_assert(zero(int, (int)document_conflicts(s.doc, add, NULL, NULL)));
	return listed;
}

#define EXPECT_LIST(want) cr_expect(eq(str, list(), (char *)(want)))

static MhexStatus save(bool force, MhexError *err)
{
	const SaveRequest request = {.output_fd = -1, .force = force};
	*err = (MhexError){0};
	return doc_try_save(s.doc, &request, err);
}

static MhexStatus take(TakeSide side, uint64_t offset, uint64_t length)
{
	uint64_t taken = 0;
	return document_take(s.doc, side, (Range){offset, length}, &taken, NULL);
}

static MhexStatus take_all(TakeSide side)
{
	return take(side, 0, UINT64_MAX);
}

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

/* What the file under the name holds. */
static void expect_named(const char *want)
{
	char got[64] = {0};
	const int fd = open(s.file.path, O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	cr_assert(ge(long, (long)read(fd, got, sizeof(got) - 1), 0));
	(void)close(fd);
	cr_expect(eq(str, got, (char *)want));
}

/* ---- Found ---- */

Test(conflicts, have_three_values)
{
	doc_overwrite(s.doc, 2, "xyz");
	sample_write(&s.file, 1, "AB", 2);
	sample_write(&s.file, 4, "E", 1);

	EXPECT_LIST("[2 2 B x][4 4 E z]");
}

Test(conflicts, are_none_where_both_did_the_same)
{
	doc_overwrite(s.doc, 2, "xyz");
	sample_write(&s.file, 2, "xyz", 3);

	EXPECT_LIST("");
}

Test(conflicts, are_found_under_edits_behind_an_insertion)
{
	MhexError err;
	doc_insert(s.doc, 1, "++");
	doc_overwrite(s.doc, 8, "x"); /* 6 in the file */
	sample_write(&s.file, 6, "F", 1);
	sample_write(&s.file, 8, "H", 1);

	EXPECT_LIST("[8 6 F x]");
	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
	cr_assert(zero(int, (int)take_all(TAKE_MINE)));
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	expect_named("0++12345x7H9");
}

Test(conflicts, are_found_in_deleted_bytes)
{
	doc_delete(s.doc, 3, 4);
	sample_write(&s.file, 5, "E", 1);

	EXPECT_LIST("[3 5 E -]");
}

Test(conflicts, are_not_found_in_bytes_that_only_moved)
{
	MhexError err;
	Clip *clip = NULL;
	cr_assert(zero(int, (int)document_copy(s.doc, (Range){2, 3}, &clip, NULL)));
	doc_delete(s.doc, 2, 3);
	cr_assert(zero(int, (int)document_paste(s.doc, 5, clip, true, NULL)));
	clip_free(clip);
	EXPECT_DOC(s.doc, "0156723489");
	sample_write(&s.file, 3, "C", 1);

	EXPECT_LIST("");
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	expect_named("015672C489");
}

Test(conflicts, of_an_undo_across_a_save_are_named)
{
	MhexError err;
	doc_overwrite(s.doc, 2, "xyz");
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	sample_write(&s.file, 3, "T", 1);
	EXPECT_DOC(s.doc, "01xTz56789");

	doc_undo(s.doc);

	EXPECT_DOC(s.doc, "0123456789");
	EXPECT_LIST("[3 y T 3]");
	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
	EXPECT_FILE(&s.file, "01xTz56789");
	cr_expect(zero(int, (int)take_all(TAKE_THEIRS)));
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	EXPECT_FILE(&s.file, "012T456789");
}

Test(conflicts, of_a_large_undo_across_a_save_are_named)
{
	MhexError err;
	document_begin(s.doc);
	for (int i = 0; i < 100; i++)
		doc_overwrite(s.doc, (uint64_t)(i % 10), i < 50 ? "q" : "w");
	document_end(s.doc);
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	sample_write(&s.file, 3, "T", 1);

	doc_undo(s.doc);

	EXPECT_LIST("[3 w T 3]");
}

/* ---- Decided ---- */

Test(conflicts, taken_as_mine_let_the_save_through)
{
	MhexError err;
	doc_overwrite(s.doc, 2, "xyz");
	sample_write(&s.file, 2, "AB", 2);

	cr_expect(zero(int, (int)take(TAKE_MINE, 2, 1)));
	EXPECT_LIST("[3 3 B y]");
	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
	cr_expect(
		ne(ptr, strstr(err.message, "0x3: was 33, theirs is 42, mine 79"), NULL),
		"%s", err.message);
	cr_expect(zero(int, (int)take(TAKE_MINE, 3, 1)));
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	EXPECT_FILE(&s.file, "01xyz56789");
}

Test(conflicts, taken_as_mine_come_back_by_undo)
{
	MhexError err;
	doc_overwrite(s.doc, 2, "xyz");
	sample_write(&s.file, 2, "A", 1);
	cr_expect(zero(int, (int)take_all(TAKE_MINE)));
	EXPECT_LIST("");

	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "01xyz56789");
	EXPECT_LIST("[2 2 A x]");

	doc_redo(s.doc);
	EXPECT_LIST("");
	sample_write(&s.file, 2, "B", 1);
	EXPECT_LIST("[2 A B x]");
	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
}

Test(conflicts, taken_as_theirs_drop_the_edit_there)
{
	MhexError err;
	doc_overwrite(s.doc, 2, "xyz");
	sample_write(&s.file, 3, "B", 1);

	cr_expect(zero(int, (int)take_all(TAKE_THEIRS)));

	EXPECT_DOC(s.doc, "01xBz56789");
	EXPECT_STATES(s.doc, "..M.M.....");
	EXPECT_LIST("");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "01xyz56789");
	EXPECT_LIST("[3 3 B y]");
	doc_redo(s.doc);
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	EXPECT_FILE(&s.file, "01xBz56789");
}

Test(conflicts, in_deleted_bytes_taken_as_theirs_bring_them_back)
{
	doc_delete(s.doc, 3, 4);
	doc_insert(s.doc, 0, "+");
	sample_write(&s.file, 5, "E", 1);
	EXPECT_DOC(s.doc, "+012789");

	cr_expect(zero(int, (int)take_all(TAKE_THEIRS)));

	EXPECT_DOC(s.doc, "+01234E6789");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "+012789");
	EXPECT_LIST("[4 5 E -]");
}

Test(conflicts, at_a_cut_end_taken_as_theirs_bring_it_back)
{
	doc_overwrite(s.doc, 2, "x");
	doc_delete(s.doc, 6, 4);
	sample_write(&s.file, 7, "G", 1);
	sample_write(&s.file, 9, "I", 1);
	EXPECT_LIST("[6 7 G -][6 9 I -]");

	cr_expect(zero(int, (int)take_all(TAKE_THEIRS)));

	EXPECT_DOC(s.doc, "01x3456G8I");
}

static void move_bytes(uint64_t from, uint64_t length, uint64_t to)
{
	Clip *clip = NULL;
	cr_assert(zero(int, document_copy(s.doc, (Range){from, length}, &clip, NULL)));
	doc_delete(s.doc, from, length);
	cr_assert(zero(int, document_paste(s.doc, to, clip, true, NULL)));
	clip_free(clip);
}

Test(conflicts, taken_as_theirs_keep_what_was_moved_there)
{
	MhexError err;
	doc_delete(s.doc, 3, 3);
	doc_insert(s.doc, 3, "xy");
	move_bytes(7, 2, 3);
	EXPECT_DOC(s.doc, "01289xy67");
	sample_write(&s.file, 4, "D", 1);
	EXPECT_LIST("[3 4 D -]");

	cr_expect(zero(int, (int)take_all(TAKE_THEIRS)));

	EXPECT_DOC(s.doc, "012893D567");
	EXPECT_LIST("");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "01289xy67");
	EXPECT_LIST("[3 4 D -]");
	doc_redo(s.doc);
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	expect_named("012893D567");
}

/* As many as were overwritten: byte by byte. */
Test(conflicts, taken_as_theirs_keep_what_was_moved_onto_them)
{
	doc_delete(s.doc, 3, 2);
	move_bytes(6, 2, 3);
	EXPECT_DOC(s.doc, "01289567");
	sample_write(&s.file, 4, "D", 1);
	EXPECT_LIST("[4 4 D 9]");

	cr_expect(zero(int, (int)take_all(TAKE_THEIRS)));

	EXPECT_DOC(s.doc, "01289D567");
	EXPECT_LIST("");
}

/* What the document still has, elsewhere, does not come twice. */
Test(conflicts, taken_as_theirs_bring_back_only_what_is_gone)
{
	doc_delete(s.doc, 3, 1);
	move_bytes(3, 2, 0);
	EXPECT_DOC(s.doc, "450126789");
	sample_write(&s.file, 3, "C", 1);

	cr_expect(zero(int, (int)take_all(TAKE_THEIRS)));

	EXPECT_DOC(s.doc, "45012C6789");
}

/* The save has made a new file of another size, in which bytes lie elsewhere. */
Test(conflicts, of_an_undo_across_a_save_are_found_where_the_bytes_have_gone)
{
	MhexError err;
	doc_overwrite(s.doc, 5, "x");
	doc_insert(s.doc, 0, "++");
	(void)doc_save(s.doc);
	EXPECT_FILE(&s.file, "++01234x6789");
	const int fd = open(s.file.path, O_WRONLY | O_CLOEXEC);
	cr_assert(eq(long, (long)pwrite(fd, "F", 1, 7), 1));
	(void)close(fd);
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "01234F6789");
	doc_undo(s.doc);
	EXPECT_DOC(s.doc, "0123456789");

	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));

	EXPECT_FILE(&s.file, "++01234F6789");
}

Test(conflicts, that_are_not_there_cannot_be_taken)
{
	doc_overwrite(s.doc, 2, "x");

	cr_expect(eq(int, (int)take_all(TAKE_MINE), MHEX_E_NOTFOUND));
	cr_expect(eq(int, (int)take_all(TAKE_THEIRS), MHEX_E_NOTFOUND));
	doc_undo(s.doc);
	cr_expect(not(document_is_modified(s.doc)));
}

/* More than is remembered one by one. */
Test(conflicts, of_a_large_fill_are_the_whole_of_it)
{
	const uint64_t size = 20 << 20;
	MhexError err;
	uint64_t conflicts = 0;
	sample_resize(&s.file, size);
	cr_assert(zero(int, (int)document_reload(s.doc, false, &conflicts, NULL)));
	cr_assert(zero(
		int, (int)document_fill(s.doc, (Range){0, size}, "ab", 2, false, NULL)));
	sample_write(&s.file, 3, "X", 1);

	EXPECT_LIST("[0+20971520 ?]");
	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
	cr_expect(eq(int, (int)take_all(TAKE_MINE), MHEX_E_UNSUPPORTED));
	cr_expect(zero(int, (int)take_all(TAKE_THEIRS)));
	cr_expect(not(document_is_modified(s.doc)));
	doc_undo(s.doc);
	EXPECT_LIST("[0+20971520 ?]");
	cr_assert(zero(int, (int)save(true, &err)), "%s", err.message);
	cr_expect(eq(int, sample_peek(&s.file, 3), 'b'));
}

/* ---- Seen ---- */

Test(conflicts, are_marked_on_the_screen)
{
	uint8_t bytes[10], states[10];
	doc_overwrite(s.doc, 2, "xyz");
	sample_write(&s.file, 3, "B", 1);
	cr_assert(zero(int, (int)document_read(s.doc, 0, bytes, 10, states, NULL)));

	document_mark_conflicts(s.doc, 0, 10, states);

	cr_expect(eq(int, states[2], BYTE_MODIFIED));
	cr_expect(eq(int, states[3], BYTE_MODIFIED | BYTE_CONFLICT));
	cr_expect(eq(int, states[4], BYTE_MODIFIED));
	cr_expect(zero(int, states[5]));
}

/* ---- Another file under the name, or none ---- */

Test(conflicts, a_file_that_is_gone_is_made_again_on_demand_only)
{
	MhexError err;
	doc_overwrite(s.doc, 2, "xyz");
	cr_assert(zero(int, unlink(s.file.path)));

	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "write! makes it again"), NULL), "%s",
		  err.message);
	cr_expect(eq(int, access(s.file.path, F_OK), -1));

	cr_assert(zero(int, (int)save(true, &err)), "%s", err.message);
	expect_named("01xyz56789");
}

Test(conflicts, another_file_gets_the_edits_and_keeps_its_own_bytes)
{
	MhexError err;
	doc_overwrite(s.doc, 2, "xyz");
	replace("0123456789 more");

	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "reload"), NULL), "%s", err.message);
	expect_named("0123456789 more");

	cr_assert(zero(int, (int)save(true, &err)), "%s", err.message);
	expect_named("01xyz56789 more");
	EXPECT_DOC(s.doc, "01xyz56789 more");
	cr_expect(eq(int, sample_peek(&s.file, 2), '2'), "the old file");
}

Test(conflicts, with_another_file_are_named_before_it_is_written)
{
	MhexError err;
	doc_overwrite(s.doc, 2, "xyz");
	replace("ABCDEFGHIJ");

	cr_expect(eq(int, (int)save(true, &err), MHEX_E_CONFLICT));

	cr_expect(ne(ptr, strstr(err.message, "was 32, theirs is 43, mine 78"), NULL),
		  "%s", err.message);
	expect_named("ABCDEFGHIJ");
	EXPECT_LIST("[2 2 C x][3 3 D y][4 4 E z]");
	cr_assert(zero(int, (int)save(true, &err)), "%s", err.message);
	expect_named("ABxyzFGHIJ");
}

Test(conflicts, an_edit_behind_the_end_of_another_file_is_one)
{
	MhexError err;
	uint64_t conflicts = 0;
	doc_overwrite(s.doc, 7, "x");
	replace("ABC");
	cr_assert(zero(int, (int)document_reload(s.doc, false, &conflicts, NULL)));
	EXPECT_DOC(s.doc, "ABC3456x");

	cr_expect(eq(u64, conflicts, 1));
	EXPECT_LIST("[7 7 - x]");
	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
	expect_named("ABC");
	cr_assert(zero(int, (int)take_all(TAKE_THEIRS)));
	EXPECT_DOC(s.doc, "ABC");
	cr_expect(not(document_is_modified(s.doc)));
	doc_undo(s.doc);
	EXPECT_LIST("[7 7 - x]");
	cr_assert(zero(int, (int)take_all(TAKE_MINE)));
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	expect_named("ABC3456x");
}

Test(conflicts, live_says_where_the_stored_bytes_are)
{
	MhexError err;
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));
	doc_overwrite(s.doc, 2, "x");
	replace("ABC");

	cr_expect(eq(int, (int)save(false, &err), MHEX_E_CONFLICT));
	cr_expect(ne(ptr, strstr(err.message, "another file has this name"), NULL), "%s",
		  err.message);
	cr_assert(zero(int, (int)save(true, &err)), "%s", err.message);
	cr_expect(not(document_is_modified(s.doc)));
	expect_named("ABC");
	cr_expect(eq(int, sample_peek(&s.file, 2), 'x'), "the old file");
}

Test(conflicts, bytes_that_were_moved_into_a_range_are_none)
{
	MhexError err = {0};
	const SaveRequest request = {.has_range = true, .range = {4, 2}, .output_fd = -1};
	doc_insert(s.doc, 2, "ab");
	doc_delete(s.doc, 10, 2);
	EXPECT_DOC(s.doc, "01ab234567");

	cr_expect(zero(int, (int)doc_try_save(s.doc, &request, &err)), "%s", err.message);
	EXPECT_FILE(&s.file, "0123236789");
	EXPECT_DOC(s.doc, "01ab234567");
	cr_assert(zero(int, (int)save(false, &err)), "%s", err.message);
	EXPECT_FILE(&s.file, "01ab234567");
}
