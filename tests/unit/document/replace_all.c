/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Many ranges as one step: what the file held under them is known then, also after undo
 * and redo, and nothing of it stays when it is called off. tests/model has any others. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "doc_sample.h"

enum {
	COUNT = 5000,
	STRIDE = 10
};

static Sample file;
static Document *doc;

static void set_up(void)
{
	sample_make(&file, COUNT * STRIDE);
	doc = doc_sample_open(file.path, ACCESS_PREVIEW);
}

static void tear_down(void)
{
	document_close(doc);
	sample_remove(&file);
}

TestSuite(replace_all, .init = set_up, .fini = tear_down, .timeout = 100);

static MhexStatus add(ReplaceAll *all, size_t count, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; i < count && !status; i++) {
		const Range range = {i * STRIDE, 2};
		status = document_replace_ranges(all, &range, 1, err);
	}
	return status;
}

static ReplaceAll *begin(const char *text)
{
	ReplaceAll *all = NULL;
	static Replacement with;
	with = (Replacement){.bytes = (const uint8_t *)text, .length = strlen(text)};
	cr_assert(zero(int, document_replace_begin(doc, &with, COUNT, &all, NULL)));
	return all;
}

static void replace(const char *text)
{
	ReplaceAll *all = begin(text);
	cr_assert(zero(int, add(all, COUNT, NULL)));
	cr_assert(zero(int, document_replace_end(all, NULL)));
}

/* Another process. */
static void write_foreign(uint64_t offset, const char *text)
{
	uint64_t size = 0;
	const int fd = open(file.path, O_WRONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(long, pwrite(fd, text, strlen(text), (off_t)offset),
		     (long)strlen(text)));
	(void)close(fd);
	(void)document_refresh(doc, &size);
}

static bool count_conflict(void *context, const Conflict *conflict)
{
	uint64_t *count = context;
	cr_assert(conflict->has_was);
	cr_expect(eq(u64, conflict->was, sample_byte(conflict->offset)));
	++*count;
	return true;
}

static uint64_t conflicts(void)
{
	uint64_t count = 0;
	cr_assert(zero(int, document_conflicts(doc, count_conflict, &count, NULL)));
	return count;
}

static uint64_t undo_steps(void)
{
	DocumentInfo info;
	document_get_info(doc, &info);
	return info.undo_steps;
}

Test(replace_all, what_others_change_under_it_is_a_conflict)
{
	replace("<>");
	write_foreign(STRIDE * 7 + 1, "!");
	write_foreign(STRIDE * 8 + 2, "!"); /* beside one */

	cr_expect(eq(u64, conflicts(), 1));
	cr_expect(eq(int, doc_try_save(doc, &(SaveRequest){.output_fd = -1}, NULL),
		     MHEX_E_CONFLICT));
}

Test(replace_all, and_so_it_is_after_undo_and_redo)
{
	replace("<>");
	(void)doc_undo(doc);
	cr_expect(not(document_is_modified(doc)));
	(void)doc_redo(doc);
	cr_expect(eq(u64, undo_steps(), 1));
	write_foreign(STRIDE * 7 + 1, "!");

	cr_expect(eq(u64, conflicts(), 1));
}

Test(replace_all, what_was_changed_before_redo_is_none)
{
	replace("<>");
	(void)doc_undo(doc);
	write_foreign(STRIDE * 7 + 1, "!");
	(void)doc_redo(doc);

	cr_expect(eq(u64, conflicts(), 0));
	(void)doc_save(doc);
}

Test(replace_all, edits_before_and_behind_it_stay_known)
{
	doc_overwrite(doc, 1003, "before");
	replace("<>");
	doc_overwrite(doc, 2003, "behind");
	for (int i = 0; i < 3; i++)
		(void)doc_undo(doc);
	cr_expect(not(document_is_modified(doc)));
	(void)doc_redo(doc);
	(void)doc_redo(doc);
	write_foreign(1004, "!");
	write_foreign(2004, "!");

	cr_expect(eq(u64, conflicts(), 1));
}

/* So many changes that the step is two versions. */
static void insert_many(void)
{
	document_begin(doc);
	for (uint64_t i = 0; i < 100; i++)
		doc_insert(doc, i * 3, "+");
	document_end(doc);
}

Test(replace_all, undone_from_another_version_is_none_after_redo)
{
	replace("<>");
	insert_many();
	(void)doc_undo(doc);
	(void)doc_undo(doc);
	cr_expect(not(document_is_modified(doc)));
	(void)doc_redo(doc);

	cr_assert(eq(u64, conflicts(), 0));
	(void)doc_save(doc);
}

/* More than is remembered one by one: the file's stamp stands for the rest. */
Test(replace_all, of_many_bytes_is_none_after_redo)
{
	enum {
		PART = 1 << 20,
		PARTS = 18
	};
	static uint8_t bytes[PART];
	uint64_t size = 0;
	ReplaceAll *all = NULL;
	memset(bytes, '!', sizeof(bytes));
	const Replacement with = {.bytes = bytes, .length = PART};
	sample_resize(&file, (uint64_t)PART * PARTS);
	(void)document_refresh(doc, &size);
	cr_assert(zero(int, document_replace_begin(doc, &with, COUNT, &all, NULL)));
	for (uint64_t i = 0; i < PARTS; i++) {
		const Range range = {i * PART, PART};
		cr_assert(zero(int, document_replace_ranges(all, &range, 1, NULL)));
	}
	cr_assert(zero(int, document_replace_end(all, NULL)));
	cr_expect(eq(u64, conflicts(), 0));
	(void)doc_undo(doc);
	(void)doc_redo(doc);

	cr_expect(eq(u64, conflicts(), 0));
}

Test(replace_all, called_off_it_has_never_been)
{
	ReplaceAll *all = begin("<>");
	cr_assert(zero(int, add(all, COUNT / 2, NULL)));
	document_replace_drop(all);
	cr_expect(not(document_is_modified(doc)));
	cr_expect(eq(u64, undo_steps(), 0));
	doc_overwrite(doc, 5, "x");
	write_foreign(STRIDE, "!");

	cr_expect(eq(u64, conflicts(), 0));
	(void)doc_save(doc);
}

Test(replace_all, an_edit_meanwhile_ends_it)
{
	MhexError err;
	ReplaceAll *all = begin("longer");
	cr_assert(zero(int, add(all, COUNT, NULL)));
	doc_insert(doc, 0, "x");

	cr_expect(eq(int, add(all, 1, &err), MHEX_E_CONFLICT));
	cr_expect(eq(int, document_replace_end(all, &err), MHEX_E_CONFLICT));
	cr_expect(eq(u64, document_size(doc), COUNT * STRIDE + 1));
	cr_expect(eq(u64, undo_steps(), 1));
}

Test(replace_all, is_one_step_of_another_length)
{
	replace("longer");
	cr_expect(eq(u64, document_size(doc), COUNT * (STRIDE + 4)));
	(void)doc_save(doc);
	cr_expect(not(document_is_modified(doc)));
	(void)doc_undo(doc);

	cr_expect(eq(u64, document_size(doc), COUNT * STRIDE));
	cr_expect(eq(u64, undo_steps(), 0));
	(void)doc_save(doc);
	uint8_t bytes[STRIDE];
	cr_assert(zero(int, document_read(doc, 500, bytes, STRIDE, NULL, NULL)));
	for (size_t i = 0; i < STRIDE; i++)
		cr_expect(eq(u8, bytes[i], sample_byte(500 + i)));
}

Test(replace_all, bytes_that_are_gone_are_not_remembered)
{
	cr_assert(zero(int, truncate(file.path, COUNT * STRIDE / 2)));
	replace("<>");
	uint8_t byte = 0;
	cr_assert(zero(
		int, document_read(doc, COUNT * STRIDE - STRIDE, &byte, 1, NULL, NULL)));
	cr_expect(eq(u8, byte, '<'));
}

Test(replace_all, live_stores_all_or_takes_it_back)
{
	ReplaceAll *all = NULL;
	uint8_t byte = 0;
	cr_assert(zero(int, document_set_access(doc, ACCESS_LIVE, false, NULL)));
	all = begin("<>");
	cr_assert(zero(int, add(all, COUNT / 2, NULL)));
	const int fd = open(file.path, O_RDONLY | O_CLOEXEC);
	cr_assert(eq(long, pread(fd, &byte, 1, STRIDE), 1));
	cr_expect(eq(u8, byte, '<'));
	document_replace_drop(all);
	cr_assert(eq(long, pread(fd, &byte, 1, STRIDE), 1));
	cr_expect(eq(u8, byte, sample_byte(STRIDE)));

	replace("<>");
	(void)doc_undo(doc);
	cr_assert(eq(long, pread(fd, &byte, 1, STRIDE), 1));
	cr_expect(eq(u8, byte, sample_byte(STRIDE)));
	(void)close(fd);
}

static void add_together(ReplaceAll *all)
{
	static Range ranges[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		ranges[i] = (Range){i * STRIDE, 2};
	cr_assert(zero(int, document_replace_ranges(all, ranges, COUNT, NULL)));
	cr_assert(zero(int, document_replace_end(all, NULL)));
}

/* Every range has "<>", or what was there; `but` has something else. */
static void expect_file(bool replaced, size_t but)
{
	uint8_t bytes[COUNT * STRIDE];
	const int fd = open(file.path, O_RDONLY | O_CLOEXEC);
	cr_assert(eq(long, pread(fd, bytes, sizeof(bytes), 0), (long)sizeof(bytes)));
	(void)close(fd);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		const size_t in = i % STRIDE;
		const uint8_t want =
			replaced && in < 2 ? (uint8_t) "<>"[in] : sample_byte(i);
		if (i / STRIDE != but)
			cr_assert(eq(u8, bytes[i], want), "at %zu", i);
	}
}

Test(replace_all, live_stores_many_together)
{
	const uint64_t steps = undo_steps();
	cr_assert(zero(int, document_set_access(doc, ACCESS_LIVE, false, NULL)));
	add_together(begin("<>"));
	expect_file(true, COUNT);
	cr_expect(eq(u64, undo_steps(), steps + 1));
	/* Some had those bytes before. */
	cr_expect(lt(u64, COUNT, document_modified_bytes(doc)));

	(void)doc_undo(doc);
	expect_file(false, COUNT);
	cr_expect(zero(u64, document_modified_bytes(doc)));
	(void)doc_redo(doc);
	expect_file(true, COUNT);
}

Test(replace_all, live_undoes_all_of_many_or_none)
{
	cr_assert(zero(int, document_set_access(doc, ACCESS_LIVE, false, NULL)));
	add_together(begin("<>"));
	write_foreign((uint64_t)1000 * STRIDE, "foreign");

	cr_expect(eq(int, document_undo(doc, NULL, NULL), MHEX_E_CONFLICT));
	expect_file(true, 1000);
}

Test(replace_all, live_leaves_alone_what_is_kept)
{
	ReplaceAll *all = NULL;
	const uint8_t keep[] = {1, 0};
	const Replacement with = {
		.bytes = (const uint8_t *)"?>", .keep = keep, .length = 2};
	cr_assert(zero(int, document_set_access(doc, ACCESS_LIVE, false, NULL)));
	cr_assert(zero(int, document_replace_begin(doc, &with, COUNT, &all, NULL)));
	add_together(all);

	cr_expect(lt(u64, COUNT / 2, document_modified_bytes(doc)));
	cr_expect(lt(u64, document_modified_bytes(doc), COUNT + 1));
	(void)doc_undo(doc);
	expect_file(false, COUNT);
}
