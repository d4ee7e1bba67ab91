/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/document.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doc_sample.h"
#include "storage/spool.h"

static DocSample s;

static void set_up(void)
{
	doc_sample_make(&s, "0123456789", ACCESS_VIEW);
}

static void tear_down(void)
{
	doc_sample_remove(&s);
}

TestSuite(document, .init = set_up, .fini = tear_down, .timeout = 280);

static void open_again(Access access)
{
	document_close(s.doc);
	s.doc = doc_sample_open(s.file.path, access);
}

/* ---- Opening ---- */

Test(document, view_refuses_edits_and_says_how_to_reopen)
{
	MhexError err = {0};

	cr_expect(eq(int, (int)document_overwrite(s.doc, 0, "x", 1, &err),
		     MHEX_E_READONLY));
	cr_expect(ne(ptr, strstr(err.message, ":access preview"), NULL), "%s",
		  err.message);
	cr_expect(ne(ptr, strstr(err.message, "mhex -p"), NULL));
	cr_expect(eq(int, (int)document_insert(s.doc, 0, "x", 1, NULL), MHEX_E_READONLY));
	cr_expect(eq(int, (int)document_delete(s.doc, (Range){0, 1}, NULL),
		     MHEX_E_READONLY));
	cr_expect(eq(int, (int)document_fill(s.doc, (Range){0, 1}, "x", 1, false, NULL),
		     MHEX_E_READONLY));
	cr_expect(eq(int, (int)document_resize(s.doc, 3, NULL), MHEX_E_READONLY));
	cr_expect(eq(int, (int)document_undo(s.doc, NULL, NULL), MHEX_E_READONLY));
	cr_expect(eq(int, (int)document_revert(s.doc, NULL), MHEX_E_READONLY));

	EXPECT_DOC(s.doc, "0123456789");
	EXPECT_STATES(s.doc, "..........");
}

Test(document, a_missing_file_is_created_by_its_first_save)
{
	char path[300];
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_LIVE, .create = true};
	(void)snprintf(path, sizeof(path), "%s-new", s.file.path);

	cr_assert(zero(int, (int)document_open(&doc, path, options, NULL)));
	cr_expect(eq(int, (int)document_access(doc), ACCESS_PREVIEW), "no file: no live");
	cr_expect(eq(str, (char *)document_path(doc), (char *)path));
	cr_expect(ne(int, access(path, F_OK), 0));
	doc_insert(doc, 0, "abc");
	(void)doc_save(doc);

	Sample made = s.file;
	(void)snprintf(made.path, sizeof(made.path), "%.255s", path);
	EXPECT_FILE(&made, "abc");
	cr_expect(not(document_is_modified(doc)));
	doc_undo(doc);
	EXPECT_DOC(doc, "");
	cr_expect(document_is_modified(doc));
	document_close(doc);
	(void)unlink(path);
}

Test(document, what_cannot_be_opened_is_told_with_the_systems_reason)
{
	Document *doc = NULL;
	MhexError err = {0};
	const DocumentOptions create = {.create = true};

	cr_expect(eq(int, (int)document_open(&doc, "/nonexistent/x", create, &err),
		     MHEX_E_IO));
	cr_expect(ne(ptr, strstr(err.message, "No such file"), NULL), "%s", err.message);
	cr_expect(ne(int, (int)document_open(&doc, "/", create, NULL), MHEX_OK));
	cr_expect(ne(int, (int)document_open(&doc, "new/", create, NULL), MHEX_OK));
	cr_expect(eq(int,
		     (int)document_open(&doc, "/nonexistent", (DocumentOptions){0}, NULL),
		     MHEX_E_IO));
	cr_expect(eq(ptr, doc, NULL));
}

Test(document, spooled_input_is_a_document_without_a_path)
{
	int ends[2];
	Storage *storage = NULL;
	Document *doc = NULL;
	const DocumentOptions options = {.access = ACCESS_LIVE};
	cr_assert(zero(int, pipe(ends)));
	cr_assert(eq(long, (long)write(ends[1], "piped", 5), 5));
	(void)close(ends[1]);
	cr_assert(zero(int,
		       (int)spool_fd(&storage, ends[0], "-", (StorageOptions){0}, NULL)));
	(void)close(ends[0]);

	cr_assert(zero(int, (int)document_adopt(&doc, storage, "-", options, NULL)));

	EXPECT_DOC(doc, "piped");
	cr_expect(eq(ptr, (void *)document_path(doc), NULL));
	cr_expect(eq(int, (int)document_access(doc), ACCESS_PREVIEW));
	doc_overwrite(doc, 0, "P");
	EXPECT_STATES(doc, "M....");
	cr_expect(eq(int, (int)document_set_access(doc, ACCESS_LIVE, true, NULL),
		     MHEX_E_UNSUPPORTED));
	document_close(doc);
}

/* ---- Another access ---- */

Test(document, the_access_can_be_changed)
{
	cr_assert(
		zero(int, (int)document_set_access(s.doc, ACCESS_PREVIEW, false, NULL)));
	doc_overwrite(s.doc, 1, "x");
	cr_expect(eq(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL),
		     MHEX_E_REFUSED));
	EXPECT_DOC(s.doc, "0x23456789");

	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, true, NULL)));

	cr_expect(eq(int, (int)document_access(s.doc), ACCESS_LIVE));
	EXPECT_DOC(s.doc, "0123456789");
	doc_overwrite(s.doc, 2, "y");
	EXPECT_FILE(&s.file, "01y3456789");
	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_VIEW, false, NULL)));
	cr_expect(eq(int, (int)document_overwrite(s.doc, 0, "z", 1, NULL),
		     MHEX_E_READONLY));
}

Test(document, the_access_is_that_of_the_open_file_not_of_its_name)
{
	char other[300];
	(void)snprintf(other, sizeof(other), "%s-other", s.file.path);
	cr_assert(zero(int, rename(s.file.path, other)));

	cr_assert(zero(int, (int)document_set_access(s.doc, ACCESS_LIVE, false, NULL)));
	doc_overwrite(s.doc, 0, "x");

	cr_expect(eq(int, sample_peek(&s.file, 0), 'x'));
	cr_assert(zero(int, rename(other, s.file.path)));
}

Test(document, a_file_that_may_not_be_written_opens_in_view)
{
	MhexError err = {0};
	document_close(s.doc);
	cr_assert(zero(int, fchmod(s.file.fd, 0444)));
	if (geteuid() == 0 && !sample_drop_root_with(&s.file)) {
		s.doc = NULL;
		cr_skip("root may write everything, and cannot become anybody else\n");
	}
	s.doc = doc_sample_open(s.file.path, ACCESS_PREVIEW);

	cr_expect(eq(int, (int)document_access(s.doc), ACCESS_VIEW));
	cr_expect(eq(int, (int)document_overwrite(s.doc, 0, "x", 1, &err),
		     MHEX_E_READONLY));
	cr_expect(ne(ptr, strstr(err.message, "may not be written"), NULL), "%s",
		  err.message);
	cr_expect(eq(int, (int)document_set_access(s.doc, ACCESS_PREVIEW, false, NULL),
		     MHEX_E_READONLY));
}

static bool stop_at_once(void *context, uint64_t bytes)
{
	*(uint64_t *)context = bytes;
	return false;
}

Test(document, reading_a_special_file_can_be_stopped_and_keeps_what_came)
{
	Document *doc = NULL;
	uint64_t seen = 0;
	const DocumentOptions options = {
		.access = ACCESS_VIEW, .progress = stop_at_once, .context = &seen};

	cr_assert(zero(int, (int)document_open(&doc, "/proc/self/smaps", options, NULL)));

	cr_expect(lt(u64, 0, seen));
	cr_expect(eq(u64, document_size(doc), seen));
	cr_expect(eq(str, (char *)document_note(doc), (char *)"reading was stopped"));
	document_close(doc);
}

Test(document, a_special_file_is_a_view)
{
	Document *doc = doc_sample_open("/proc/self/status", ACCESS_PREVIEW);

	cr_expect(eq(int, (int)document_access(doc), ACCESS_VIEW));
	cr_expect(lt(u64, 10, document_size(doc)));
	cr_expect(eq(int, (int)document_set_access(doc, ACCESS_PREVIEW, false, NULL),
		     MHEX_E_READONLY));
	uint64_t conflicts = 1;
	cr_expect(zero(int, (int)document_reload(doc, false, &conflicts, NULL)));
	cr_expect(lt(u64, 10, document_size(doc)));
	cr_expect(eq(u64, conflicts, 0));

	document_close(doc);
}

/* ---- Looking at it ---- */

Test(document, the_generation_counts_what_can_be_seen)
{
	uint64_t size = 0;
	open_again(ACCESS_PREVIEW);
	const uint64_t first = document_generation(s.doc);
	doc_overwrite(s.doc, 0, "x");
	const uint64_t edited = document_generation(s.doc);
	sample_write(&s.file, 5, "y", 1);
	(void)document_refresh(s.doc, &size);
	const uint64_t seen = document_generation(s.doc);

	cr_expect(lt(u64, first, edited));
	cr_expect(lt(u64, edited, seen));
	(void)document_refresh(s.doc, &size);
	cr_expect(eq(u64, document_generation(s.doc), seen));
}

Test(document, a_range_beyond_the_end_is_an_error)
{
	char got[4];

	cr_expect(
		eq(int, (int)document_read(s.doc, 8, got, 3, NULL, NULL), MHEX_E_RANGE));
	cr_expect(eq(int, (int)document_read(s.doc, UINT64_MAX, got, 1, NULL, NULL),
		     MHEX_E_RANGE));
	cr_expect(zero(int, (int)document_read(s.doc, 10, got, 0, NULL, NULL)));
	open_again(ACCESS_PREVIEW);
	cr_expect(
		eq(int, (int)document_delete(s.doc, (Range){9, 2}, NULL), MHEX_E_RANGE));
	cr_expect(eq(int, (int)document_fill(s.doc, (Range){11, 1}, "x", 1, true, NULL),
		     MHEX_E_RANGE));
}

Test(document, info_tells_its_parts)
{
	DocumentInfo info;
	open_again(ACCESS_PREVIEW);
	doc_overwrite(s.doc, 2, "x");
	doc_insert(s.doc, 5, "abc");
	doc_undo(s.doc);

	document_get_info(s.doc, &info);

	cr_expect(eq(u64, info.size, 10));
	cr_expect(eq(u64, info.file_size, 10));
	cr_expect(eq(u64, info.modified_bytes, 1));
	cr_expect(eq(u64, info.pieces, 3));
	cr_expect(eq(u64, info.undo_steps, 1));
	cr_expect(eq(u64, info.redo_steps, 1));
	cr_expect(lt(u64, 0, info.memory));
	cr_expect(eq(str, (char *)info.kind, (char *)"regular file"));
}

Test(document, the_window_can_be_one_page)
{
	const uint64_t size = 3 * s.file.page + 5;
	uint8_t *got = malloc(size);
	DocumentInfo info;
	document_close(s.doc);
	sample_resize(&s.file, size);
	s.doc = doc_sample_open(s.file.path, ACCESS_VIEW);

	document_set_window(s.doc, s.file.page);
	cr_assert(zero(int, (int)document_read(s.doc, 0, got, size, NULL, NULL)));

	document_get_info(s.doc, &info);
	cr_expect(eq(u64, info.window_bytes, info.windows * s.file.page));
	free(got);
}

Test(document, reads_and_edits_right_at_the_limits_of_32_bits_and_beyond)
{
	static const uint64_t limits[] = {(uint64_t)1 << 31, (uint64_t)1 << 32,
					  (uint64_t)1 << 40};
	document_close(s.doc);
	sample_resize(&s.file, limits[2] + 16);
	s.doc = doc_sample_open(s.file.path, ACCESS_PREVIEW);

	for (size_t i = 0; i < 3; i++) {
		char got[9] = {0};
		uint8_t states[8];
		const uint64_t at = limits[i] - 4;
		sample_write(&s.file, at, "ABCDEFGH", 8);
		doc_overwrite(s.doc, at + 3, "xy");
		cr_assert(zero(int, (int)document_read(s.doc, at, got, 8, states, NULL)));
		cr_expect(eq(str, got, (char *)"ABCxyFGH"));
		cr_expect(eq(int, states[2], 0));
		cr_expect(eq(int, states[3], BYTE_MODIFIED));
		cr_expect(eq(u64, document_next_modified(s.doc, at).offset, at + 3));
	}
	(void)doc_save(s.doc);
	for (size_t i = 0; i < 3; i++) {
		cr_expect(eq(int, sample_peek(&s.file, limits[i] - 1), 'x'));
		cr_expect(eq(int, sample_peek(&s.file, limits[i]), 'y'));
		doc_insert(s.doc, limits[i], "___");
		cr_expect(eq(u64, doc_undo(s.doc), limits[i]));
	}
	for (size_t i = 3; i-- > 0;)
		doc_undo(s.doc);
	char got[9] = {0};
	cr_assert(
		zero(int, (int)document_read(s.doc, limits[1] - 4, got, 8, NULL, NULL)));
	cr_expect(eq(str, got, (char *)"ABCDEFGH"));
}

/* ---- A million edits ---- */

static long anonymous_memory(void)
{
	char line[128];
	long kib = -1;
	FILE *status = fopen("/proc/self/status", "re");
	while (status && fgets(line, sizeof(line), status))
		(void)sscanf(line, "RssAnon: %ld", &kib);
	if (status)
		(void)fclose(status);
	return kib;
}

/* The sanitizers have their own idea of memory, and are slow. */
static uint64_t edit_count(void)
{
	return sample_address_space_is_ours() ? 1000000 : 50000;
}

/* Runs of a thousand bytes, as somebody types who moves on now and then. */
static uint64_t edit_place(uint64_t i)
{
	return i / 1000 * 3000 + i % 1000;
}

Test(document, a_million_typed_edits_are_undone_and_redone)
{
	const uint64_t count = edit_count();
	uint8_t byte = 0;
	document_close(s.doc);
	sample_resize(&s.file, 4 * count);
	s.doc = doc_sample_open(s.file.path, ACCESS_PREVIEW);
	const long before = anonymous_memory();
	long most = 0;

	for (uint64_t i = 0; i < count; i++) {
		byte = (uint8_t)(i % 255 + 1);
		if (document_overwrite(s.doc, edit_place(i), &byte, 1, NULL))
			cr_fail("edit %llu", (unsigned long long)i);
	}
	most = anonymous_memory();
	for (uint64_t i = 0; i < count; i++)
		doc_undo(s.doc);

	char got[11] = {0};
	cr_expect(not(document_is_modified(s.doc)));
	cr_assert(zero(int, (int)document_read(s.doc, 0, got, 10, NULL, NULL)));
	cr_expect(eq(str, got, (char *)"0123456789"));
	for (uint64_t i = 0; i < count; i++)
		doc_redo(s.doc);
	cr_assert(zero(int, (int)document_read(s.doc, edit_place(count - 1), &byte, 1,
					       NULL, NULL)));
	cr_expect(eq(int, byte, (int)((count - 1) % 255 + 1)));
	if (anonymous_memory() > most)
		most = anonymous_memory();
	if (sample_address_space_is_ours())
		cr_expect(lt(long, most - before, 64 << 10), "%ld KiB", most - before);
}
