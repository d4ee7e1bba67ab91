/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A step of a file that is edited live fails in its middle, and what of it was stored
 * cannot all be taken back: that is told, and what is shown is what the file has. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "doc_sample.h"
#include "support/faults.h"

enum {
	PAGES = 4
};

static DocSample s;
static uint64_t page;

/* Each window is one page, so the store goes to the disk between two of them. */
static void set_up(void)
{
	sample_make(&s.file, 0);
	page = s.file.page;
	sample_write(&s.file, 0, "", 0);
	for (uint64_t i = 0; i < PAGES; i++) {
		uint8_t zeroes[1 << 16] = {0};
		sample_write(&s.file, i * page, zeroes, (size_t)page);
	}
	s.doc = doc_sample_open(s.file.path, ACCESS_LIVE);
	document_set_window(s.doc, (size_t)page);
}

static void tear_down(void)
{
	faults_plan("");
	doc_sample_remove(&s);
}

TestSuite(live_steps, .init = set_up, .fini = tear_down, .timeout = 100);

/* One step, of changes that are not stored together. */
static void edit_from_the_last_page_on(void)
{
	document_begin(s.doc);
	for (uint64_t i = PAGES; i-- > 0;)
		doc_overwrite(s.doc, i * page, "xy");
	document_end(s.doc);
}

static int shown(uint64_t offset)
{
	uint8_t byte = 0;
	cr_assert(zero(int, (int)document_read(s.doc, offset, &byte, 1, NULL, NULL)));
	return byte;
}

/* want: a letter for each page; . for a zero. */
static void expect_pages(const char *want)
{
	char got[PAGES + 1] = {0};
	for (uint64_t i = 0; i < PAGES; i++) {
		const int byte = sample_peek(&s.file, i * page);
		got[i] = byte ? (char)byte : '.';
		cr_expect(eq(int, shown(i * page), byte));
	}
	cr_expect(eq(str, got, (char *)want));
}

/* At the third page, where the second goes to the disk. */
static MhexStatus undo_until_it_fails(const char *plan, MhexError *err)
{
	edit_from_the_last_page_on();
	faults_plan(plan);
	const MhexStatus status = document_undo(s.doc, NULL, err);
	faults_plan("");
	return status;
}

Test(live_steps, what_can_be_taken_back_is_not_told)
{
	MhexError err = {0};

	cr_expect(eq(int, (int)undo_until_it_fails("msync:2:EIO", &err), MHEX_E_IO));

	expect_pages("xxxx");
	cr_expect(zero(ptr, strstr(err.message, "taken back")), "%s", err.message);
	cr_expect(eq(u64, document_modified_bytes(s.doc), 2 * PAGES));
}

Test(live_steps, what_cannot_be_taken_back_is_told_with_what_failed_first)
{
	MhexError err = {0};
	uint64_t size = 0;
	char want[128];
	const uint64_t generation = document_generation(s.doc);

	cr_expect(eq(int, (int)undo_until_it_fails("msync:2+:EIO", &err), MHEX_E_IO));

	expect_pages(".xxx");
	(void)snprintf(want, sizeof(want), "0x%llx..0x%llx is not on disk",
		       (unsigned long long)page, (unsigned long long)page + 2);
	cr_expect(ne(ptr, strstr(err.message, want), NULL), "%s", err.message);
	cr_expect(ne(ptr,
		     strstr(err.message, "; bytes that could not be taken back: 2, the "
					 "first at 0x0 ("),
		     NULL),
		  "%s", err.message);
	cr_expect(eq(u64, document_modified_bytes(s.doc), 2 * (PAGES - 1)));
	cr_expect(lt(u64, generation, document_generation(s.doc)));
	cr_expect(eq(int, (int)document_refresh(s.doc, &size), DOCUMENT_UNCHANGED),
		  "it was us");
	cr_assert(zero(int, (int)document_revert(s.doc, &err)), "%s", err.message);
	expect_pages("....");
}

Test(live_steps, a_redo_that_fails_is_told_likewise)
{
	MhexError err = {0};
	edit_from_the_last_page_on();
	doc_undo(s.doc);

	faults_plan("msync:2+:EIO");
	cr_expect(eq(int, (int)document_redo(s.doc, NULL, &err), MHEX_E_IO));
	faults_plan("");

	expect_pages("...x");
	cr_expect(ne(ptr, strstr(err.message, "could not be taken back: 2, "), NULL),
		  "%s", err.message);
	cr_expect(eq(u64, document_modified_bytes(s.doc), 2));
}

Test(live_steps, what_others_did_is_news_when_nothing_was_stored)
{
	MhexError err = {0};
	uint64_t size = 0;
	const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	edit_from_the_last_page_on();
	(void)document_refresh(s.doc, &size);
	sample_write(&s.file, 0, "F", 1);
	cr_assert(zero(int, futimens(s.file.fd, long_ago)));

	cr_expect(eq(int, (int)document_undo(s.doc, NULL, &err), MHEX_E_CONFLICT));

	expect_pages("Fxxx");
	cr_expect(eq(int, (int)document_refresh(s.doc, &size), DOCUMENT_CHANGED));
}
