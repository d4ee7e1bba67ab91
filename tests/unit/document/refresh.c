/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What others do is an event, what we do is none. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/document/save_sample.h"

enum {
	SIZE = 300000
};

static SaveSample s;

static DocumentChange look(void)
{
	uint64_t size = 0;
	return document_refresh(s.doc, &size);
}

#define EXPECT_NEWS(want) cr_expect(eq(int, (int)look(), (want)))
#define EXPECT_NO_NEWS()  EXPECT_NEWS(DOCUMENT_UNCHANGED)

static void close_sample(void)
{
	sample_remove(&s);
}

static DocumentInfo info(void)
{
	DocumentInfo known;
	document_get_info(s.doc, &known);
	return known;
}

/* Its time is another one in any case. */
static void touch_later(const char *path)
{
	struct timespec times[2] = {{0, UTIME_OMIT}, {4000000000, 0}};
	cr_assert(zero(int, utimensat(AT_FDCWD, path, times, 0)));
}

static struct criterion_test_params accesses(void)
{
	static Access all[] = {ACCESS_VIEW, ACCESS_PREVIEW, ACCESS_LIVE};
	return cr_make_param_array(Access, all, 3);
}

ParameterizedTestParameters(refresh, tells_what_others_do)
{
	return accesses();
}

ParameterizedTest(Access *access, refresh, tells_what_others_do, .timeout = 100)
{
	sample_make(&s, SIZE);
	sample_open(&s, *access);
	EXPECT_NO_NEWS();
	cr_expect(zero(i64, info().changed_at));

	sample_poke(&s, 5, "others");
	touch_later(s.path);
	EXPECT_NEWS(DOCUMENT_CHANGED);
	EXPECT_NO_NEWS();
	cr_expect(ne(i64, info().changed_at, 0));
	cr_assert(zero(int, truncate(s.path, SIZE / 2)));
	EXPECT_NEWS(DOCUMENT_SHRUNK);
	cr_assert(zero(int, truncate(s.path, SIZE * 2)));
	EXPECT_NEWS(DOCUMENT_GROWN);
	EXPECT_NO_NEWS();
	cr_expect(eq(u64, document_size(s.doc), SIZE * 2));
	close_sample();
}

ParameterizedTestParameters(refresh, tells_what_becomes_of_the_name)
{
	return accesses();
}

ParameterizedTest(Access *access, refresh, tells_what_becomes_of_the_name, .timeout = 100)
{
	sample_make(&s, SIZE);
	sample_open(&s, *access);

	cr_assert(zero(int, rename(s.path, s.other)));
	EXPECT_NEWS(DOCUMENT_GONE);
	EXPECT_NO_NEWS();
	cr_expect(eq(int, (int)document_name_state(s.doc), DOCUMENT_GONE));
	cr_expect(ne(i64, info().name_at, 0));
	const int fd = open(s.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	cr_assert(ge(int, fd, 0));
	(void)close(fd);
	EXPECT_NEWS(DOCUMENT_REPLACED);
	EXPECT_NO_NEWS();
	cr_expect(eq(int, (int)document_name_state(s.doc), DOCUMENT_REPLACED));
	cr_expect(eq(u64, document_size(s.doc), SIZE), "the open one is shown");
	cr_assert(zero(int, rename(s.other, s.path)));
	EXPECT_NEWS(DOCUMENT_BACK);
	EXPECT_NO_NEWS();
	cr_expect(eq(int, (int)document_name_state(s.doc), DOCUMENT_UNCHANGED));
	cr_expect(zero(i64, info().changed_at), "its bytes are as they were");
	close_sample();
}

TestSuite(refresh_own, .fini = close_sample, .timeout = 100);

static void open_sample(Access access)
{
	sample_make(&s, SIZE);
	sample_open(&s, access);
}

Test(refresh_own, a_save_in_place_is_no_news)
{
	open_sample(ACCESS_PREVIEW);
	sample_overwrite(&s, 100, "ours");
	(void)sample_save_well(&s);
	EXPECT_NO_NEWS();
	sample_undo_all(&s);
	EXPECT_NO_NEWS();
	cr_expect(zero(i64, info().changed_at));
}

Test(refresh_own, a_save_by_a_new_file_is_no_news)
{
	open_sample(ACCESS_PREVIEW);
	sample_insert(&s, 100, "ours");
	(void)sample_save_well(&s);
	EXPECT_NO_NEWS();
	sample_undo_all(&s);
	EXPECT_NO_NEWS();
	cr_expect(zero(i64, info().name_at));
}

Test(refresh_own, a_save_with_moves_is_no_news)
{
	open_sample(ACCESS_PREVIEW);
	sample_link(&s);
	EXPECT_NO_NEWS();
	sample_edit(&s);
	(void)sample_save_well(&s);
	EXPECT_NO_NEWS();
	sample_undo_all(&s);
	EXPECT_NO_NEWS();
	cr_expect(zero(i64, info().changed_at));
}

Test(refresh_own, a_save_that_makes_the_file_again_is_no_news)
{
	MhexError err;
	open_sample(ACCESS_PREVIEW);
	sample_overwrite(&s, 100, "ours");
	cr_assert(zero(int, unlink(s.path)));
	EXPECT_NEWS(DOCUMENT_GONE);
	cr_assert(zero(int, (int)sample_write_forced(&s, &err)));
	EXPECT_NO_NEWS();
	cr_expect(eq(int, (int)document_name_state(s.doc), DOCUMENT_UNCHANGED));
}

Test(refresh_own, a_reload_of_another_file_is_no_news)
{
	uint64_t conflicts = 0;
	open_sample(ACCESS_PREVIEW);
	cr_assert(zero(int, rename(s.path, s.other)));
	const int fd = open(s.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	(void)close(fd);
	EXPECT_NEWS(DOCUMENT_REPLACED);
	cr_assert(zero(int, (int)document_reload(s.doc, false, &conflicts, NULL)));
	EXPECT_NO_NEWS();
	cr_expect(eq(int, (int)document_name_state(s.doc), DOCUMENT_UNCHANGED));
}

Test(refresh_own, live_edits_undo_and_sync_are_no_news)
{
	uint64_t at = 0;
	MhexError err;
	open_sample(ACCESS_LIVE);
	sample_overwrite(&s, 100, "ours");
	EXPECT_NO_NEWS();
	cr_assert(zero(int, (int)document_undo(s.doc, &at, NULL)));
	EXPECT_NO_NEWS();
	cr_assert(zero(int, (int)document_redo(s.doc, &at, NULL)));
	cr_assert(zero(int, (int)sample_write(&s, &err)));
	EXPECT_NO_NEWS();
	sample_overwrite(&s, 200, "more");
	cr_assert(zero(int, (int)document_revert(s.doc, NULL)));
	EXPECT_NO_NEWS();
	cr_expect(zero(i64, info().changed_at));
}

Test(refresh_own, another_mode_or_name_is_no_news)
{
	open_sample(ACCESS_PREVIEW);
	cr_assert(zero(int, chmod(s.path, 0640)));
	EXPECT_NO_NEWS();
	cr_assert(zero(int, link(s.path, s.other)));
	EXPECT_NO_NEWS();
}

/* ---- Behind the end of a file that became shorter ---- */

Test(refresh_own, edits_behind_the_end_are_counted_and_kept)
{
	MhexError err = {0};
	open_sample(ACCESS_PREVIEW);
	sample_overwrite(&s, 100, "before");
	sample_overwrite(&s, SIZE - 1002, "behind");
	cr_expect(zero(u64, document_bytes_beyond(s.doc)));
	cr_assert(zero(int, truncate(s.path, SIZE - 1000)));
	EXPECT_NEWS(DOCUMENT_SHRUNK);

	cr_expect(eq(u64, document_bytes_beyond(s.doc), 4));
	cr_expect(eq(u64, info().beyond, 4));
	cr_expect(eq(int, (int)sample_write(&s, &err), MHEX_E_SHRUNK), "%s", err.message);
	cr_expect(eq(u64, document_modified_bytes(s.doc), 12));
	struct stat st;
	cr_assert(zero(int, stat(s.path, &st)));
	cr_expect(eq(i64, st.st_size, SIZE - 1000), "not longer");
	cr_expect(eq(int, sample_peek(&s, 100), sample_byte(100)), "nothing was stored");
	/* What was cut off comes back as zeroes: the edits are there still. */
	cr_assert(zero(int, truncate(s.path, SIZE)));
	EXPECT_NEWS(DOCUMENT_GROWN);
	cr_expect(zero(u64, document_bytes_beyond(s.doc)));
	cr_expect(eq(u64, document_modified_bytes(s.doc), 12));
}
