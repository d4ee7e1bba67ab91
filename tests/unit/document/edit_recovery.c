/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/edit_recovery.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document/recovery.h"
#include "edit_sample.h"
#include "support/faults.h"

TestSuite(edit_recovery, .init = edits_set_up, .fini = edits_tear_down, .timeout = 100);

/* ---- A file that is not as it was ---- */

Test(edit_recovery, bytes_that_others_have_changed_are_conflicts)
{
	start();
	sample_overwrite(&sample, 100, "abcdef");
	crash();
	sample_poke(&sample, 102, "XY");
	sample_reopen(&sample);

	cr_expect(eq(u64, apply(), 2));
	cr_expect(eq(int, (int)sample_write(&sample, &err), MHEX_E_CONFLICT));
	cr_expect(eq(int, sample_peek(&sample, 102), 'X'));
}

Test(edit_recovery, what_others_change_elsewhere_is_theirs)
{
	char bytes[2];
	start();
	sample_insert(&sample, 100, "abcdef");
	crash();
	sample_poke(&sample, 50000, "XY");
	sample_reopen(&sample);

	cr_expect(zero(u64, apply()));
	expect_ok(document_read(sample.doc, 50006, bytes, 2, NULL, &err));
	cr_expect(zero(int, memcmp(bytes, "XY", 2)));
}

/* ---- Lists ---- */

static void open_listed(EditRecoveryState *found)
{
	StateFolder folder;
	JournalList list;
	expect_ok(state_folder_open(&folder, false, &err));
	expect_ok(journal_list(&list, &folder, &err));
	cr_assert(eq(sz, list.count, 1));
	expect_ok(edit_recovery_open(&recovery, list.items[0].name, &err));
	edit_recovery_get_state(recovery, found);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
}

static void insert_many(size_t count)
{
	char *bytes = calloc(1, count);
	cr_assert(ne(ptr, bytes, NULL));
	expect_ok(document_insert(sample.doc, 100, bytes, count, &err));
	free(bytes);
}

Test(edit_recovery, a_list_does_not_read_long_journals)
{
	EditRecoveryState found;
	start();
	insert_many(RECOVERY_READ_MAX);
	crash();
	open_listed(&found);
	cr_expect(lt(u64, RECOVERY_READ_MAX, found.unread));
	cr_expect(zero(u64, found.operations));
}

Test(edit_recovery, a_list_reads_short_ones)
{
	EditRecoveryState found;
	start();
	insert_many(1000);
	crash();
	open_listed(&found);
	cr_expect(zero(u64, found.unread));
	cr_expect(eq(u64, found.bytes, 1000));
}

/* ---- Many ranges at once ---- */

enum {
	RANGES = 3000,
	STRIDE = 90
};

/* The first two bytes of each stretch. */
static ReplaceAll *begin_all(const Replacement *with)
{
	ReplaceAll *all = NULL;
	expect_ok(document_replace_begin(sample.doc, with, RANGES, &all, &err));
	for (uint64_t i = 0; i < RANGES; i++) {
		const Range range = {i * STRIDE, 2};
		expect_ok(document_replace_ranges(all, &range, 1, &err));
	}
	return all;
}

static void replace_all(const char *text, const uint8_t *keep)
{
	const Replacement with = {
		.bytes = (const uint8_t *)text, .keep = keep, .length = strlen(text)};
	expect_ok(document_replace_end(begin_all(&with), &err));
}

Test(edit_recovery, a_replacement_of_many_survives)
{
	static const uint8_t keep[] = {1, 0};
	start();
	sample_overwrite(&sample, 5, "before");
	replace_all("<>", NULL);
	sample_overwrite(&sample, 500, "behind");
	replace_all("?!", keep);
	replace_all("longer", NULL);
	expect_survives();
	cr_expect(eq(u64, document_size(sample.doc), SIZE + RANGES * 4));
	for (int i = 0; i < 5; i++)
		undo();
	cr_expect(not(document_is_modified(sample.doc)));
}

Test(edit_recovery, and_what_others_changed_under_it_is_a_conflict)
{
	start();
	replace_all("<>", NULL);
	crash();
	sample_poke(&sample, STRIDE * 9 + 1, "X");
	sample_poke(&sample, STRIDE * 9 + 2, "X");
	sample_reopen(&sample);

	cr_expect(eq(u64, apply(), 1));
}

Test(edit_recovery, a_replacement_that_was_called_off_leaves_nothing)
{
	const Replacement with = {.bytes = (const uint8_t *)"<>", .length = 2};
	start();
	document_replace_drop(begin_all(&with));
	sample_overwrite(&sample, 5, "x");
	crash();
	sample_poke(&sample, STRIDE, "X");
	sample_reopen(&sample);

	cr_expect(zero(u64, apply()));
	cr_expect(eq(u64, document_modified_bytes(sample.doc), 1));
}

/* More than is remembered byte by byte. */
Test(edit_recovery, a_large_edit_of_a_file_that_was_changed_is_a_conflict)
{
	const uint64_t large = 20 << 20;
	cr_assert(zero(int, ftruncate(sample.fd, (off_t)large)));
	sample_reopen(&sample);
	start();
	expect_ok(document_fill(sample.doc, (Range){0, large}, "abc", 3, false, &err));
	crash();
	cr_expect(zero(u64, apply()));
	crash();
	sample_poke(&sample, 50000, "XY");
	sample_reopen(&sample);

	cr_expect(ge(u64, apply(), 2));
}

Test(edit_recovery, a_file_that_grew_keeps_its_new_end)
{
	start();
	sample_insert(&sample, SIZE, "end");
	sample_overwrite(&sample, 10, "abc");
	crash();
	sample_poke(&sample, SIZE, "grown");
	sample_reopen(&sample);
	(void)apply();

	char bytes[8];
	cr_assert(eq(u64, document_size(sample.doc), SIZE + 8));
	expect_ok(document_read(sample.doc, SIZE, bytes, 8, NULL, &err));
	cr_expect(zero(int, memcmp(bytes, "endgrown", 8)));
}

Test(edit_recovery, a_file_that_was_cut_keeps_the_edits_behind_its_end)
{
	start();
	sample_overwrite(&sample, SIZE - 10, "kept");
	crash();
	cr_assert(zero(int, ftruncate(sample.fd, SIZE / 2)));
	sample_reopen(&sample);
	(void)apply();

	char bytes[4];
	cr_assert(eq(u64, document_size(sample.doc), SIZE));
	expect_ok(document_read(sample.doc, SIZE - 10, bytes, 4, NULL, &err));
	cr_expect(zero(int, memcmp(bytes, "kept", 4)));
}

static void grow(const char *text)
{
	uint64_t size = 0;
	sample_poke(&sample, SIZE, text);
	cr_assert(eq(int, (int)document_refresh(sample.doc, &size), DOCUMENT_GROWN));
}

Test(edit_recovery, what_the_file_grew_by_meanwhile_can_be_moved)
{
	Clip *clip = NULL;
	start();
	sample_overwrite(&sample, 10, "abc");
	flush();
	grow("grown");
	expect_ok(document_copy(sample.doc, (Range){SIZE + 1, 3}, &clip, &err));
	expect_ok(document_paste(sample.doc, 5, clip, true, &err));
	clip_free(clip);

	expect_survives();
}

Test(edit_recovery, edits_of_what_the_file_grew_by_outlive_its_end)
{
	char bytes[4];
	start();
	grow("grown");
	sample_overwrite(&sample, SIZE + 1, "kept");
	crash();
	cr_assert(zero(int, ftruncate(sample.fd, SIZE)));
	sample_reopen(&sample);

	(void)apply();

	cr_assert(eq(u64, document_size(sample.doc), SIZE + 5));
	expect_ok(document_read(sample.doc, SIZE + 1, bytes, 4, NULL, &err));
	cr_expect(zero(int, memcmp(bytes, "kept", 4)));
}

/* What an older version has of a file that was cut, and that another one has replaced. */
Test(edit_recovery, bytes_that_nobody_has_any_more_are_no_reason_to_keep_no_edits)
{
	uint64_t conflicts = 0;
	uint8_t byte = 0, state = 0;
	start();
	sample_overwrite(&sample, 10, "abc");
	cr_assert(zero(int, ftruncate(sample.fd, SIZE / 2)));
	cr_assert(zero(int, rename(sample.path, sample.other)));
	const int fd = open(sample.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	cr_assert(eq(int, (int)write(fd, "another file", 12), 12));
	(void)close(fd);
	expect_ok(document_reload(sample.doc, false, &conflicts, &err));
	undo(); /* the end that the reload has given up */
	cr_assert(eq(u64, document_size(sample.doc), SIZE));

	flush();

	crash();
	(void)apply();
	cr_assert(eq(u64, document_size(sample.doc), SIZE));
	expect_ok(document_read(sample.doc, 10, &byte, 1, NULL, &err));
	cr_expect(eq(u8, byte, 'a'));
	expect_ok(document_read(sample.doc, SIZE - 1, &byte, 1, &state, &err));
	cr_expect(ne(u8, state & BYTE_UNREADABLE, 0));
}

/* ---- Live ---- */

static void start_live(void)
{
	document_close(sample.doc);
	sample_open(&sample, ACCESS_LIVE);
	start();
}

static uint64_t take_back(uint64_t *first)
{
	uint64_t kept = 0;
	expect_ok(find());
	expect_ok(edit_recovery_revert(recovery, sample.doc, &kept, first, &err));
	recovery = NULL;
	return kept;
}

/* The same, in a thread of its own or not: what is left then is quick. */
Test(edit_recovery, live_edits_wait_for_the_locks_of_others)
{
	uint64_t first = 0;
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5001, .l_len = 1};
	start_live();
	sample_overwrite(&sample, 100, "abc");
	sample_overwrite(&sample, 5000, "klm");
	crash();
	const int fd = open(sample.path, O_RDWR | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	if (fcntl(fd, F_OFD_SETLK, &range) != 0)
		cr_skip_test("no locks of open file descriptions here");
	expect_ok(find());
	expect_ok(edit_recovery_aim(recovery, sample.doc, &err));

	cr_expect(eq(int, (int)edit_recovery_put_back(recovery, &err), MHEX_E_BUSY));
	cr_expect(ne(ptr, strstr(err.message, "nothing was changed"), NULL), "%s",
		  err.message);
	cr_expect(eq(int, sample_peek(&sample, 100), 'a'));

	edit_recovery_set_lock(recovery, true, true);
	expect_ok(edit_recovery_put_back(recovery, &err));
	sample_expect_untouched(&sample, SIZE);
	range.l_start = 0;
	range.l_len = 0;
	cr_expect(zero(int, fcntl(fd, F_OFD_SETLK, &range)), "it holds no lock");
	uint64_t kept = 0;
	expect_ok(edit_recovery_revert(recovery, sample.doc, &kept, &first, &err));
	recovery = NULL;
	expect_nothing_left();
	(void)close(fd);
}

Test(edit_recovery, live_edits_are_taken_back)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abcdef");
	sample_overwrite(&sample, 103, "ghij");
	undo();
	sample_overwrite(&sample, 5000, "klm");
	crash();
	cr_expect(eq(int, sample_peek(&sample, 5000), 'k'));

	cr_expect(zero(u64, take_back(&first)));
	sample_expect_untouched(&sample, SIZE);
	expect_nothing_left();
}

Test(edit_recovery, live_edits_that_were_stored_together_are_taken_back)
{
	enum {
		COUNT = 600
	};
	Range ranges[COUNT];
	ReplaceAll *all = NULL;
	uint64_t first = 0;
	const Replacement with = {.bytes = (const uint8_t *)"<>", .length = 2};
	start_live();
	for (size_t i = 0; i < COUNT; i++)
		ranges[i] = (Range){i * 5, 2};
	expect_ok(document_replace_begin(sample.doc, &with, COUNT, &all, &err));
	expect_ok(document_replace_ranges(all, ranges, COUNT, &err));
	expect_ok(document_replace_end(all, &err));
	crash();
	cr_expect(eq(int, sample_peek(&sample, 599 * 5), '<'));

	cr_expect(zero(u64, take_back(&first)));
	sample_expect_untouched(&sample, SIZE);
	expect_nothing_left();
}

Test(edit_recovery, live_takes_back_only_since_the_last_write)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abc");
	expect_ok(sample_write(&sample, &err));
	flush();
	sample_overwrite(&sample, 102, "def");
	crash();

	cr_expect(zero(u64, take_back(&first)));
	cr_expect(eq(int, sample_peek(&sample, 102), 'c'));
	cr_expect(eq(int, sample_peek(&sample, 103), sample_byte(103)));
}

Test(edit_recovery, live_leaves_what_others_have_stored)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abcdef");
	crash();
	sample_poke(&sample, 102, "XY");

	cr_expect(eq(u64, take_back(&first), 2));
	cr_expect(eq(u64, first, 102));
	cr_expect(eq(int, sample_peek(&sample, 102), 'X'));
	cr_expect(eq(int, sample_peek(&sample, 104), sample_byte(104)));
}

Test(edit_recovery, live_goes_back_to_what_others_had_stored_meanwhile)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abc");
	sample_poke(&sample, 100, "X");
	sample_overwrite(&sample, 100, "d");
	sample_overwrite(&sample, 100, "e");
	crash();

	cr_expect(zero(u64, take_back(&first)));
	cr_expect(eq(int, sample_peek(&sample, 100), 'X'));
	cr_expect(eq(int, sample_peek(&sample, 101), sample_byte(101)));
}

/* What others have stored over live edits is no edit of ours. */
Test(edit_recovery, live_begun_anew_leaves_what_others_have_stored)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abcdef");
	sample_poke(&sample, 102, "XY");
	edit_journal_anew(sample.doc);
	flush();
	crash();

	(void)take_back(&first);
	cr_expect(eq(int, sample_peek(&sample, 101), sample_byte(101)));
	cr_expect(eq(int, sample_peek(&sample, 102), 'X'));
	cr_expect(eq(int, sample_peek(&sample, 103), 'Y'));
}

/* A journal that begins anew, as after a save, has no bytes for what was cut off. */
Test(edit_recovery, live_keeps_what_is_left_of_a_file_that_was_cut)
{
	uint64_t first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abcdef");
	sample_overwrite(&sample, 5000, "klm");
	cr_assert(zero(int, truncate(sample.path, 4096)));
	edit_journal_anew(sample.doc);

	flush();
	crash();

	cr_expect(zero(u64, take_back(&first)));
	cr_expect(eq(int, sample_peek(&sample, 100), sample_byte(100)));
}

Test(edit_recovery, why_live_edits_are_not_kept_is_said_by_the_next_flush)
{
	char bytes[3001];
	const struct rlimit small = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
	memset(bytes, 'x', sizeof(bytes) - 1);
	bytes[sizeof(bytes) - 1] = '\0';
	(void)signal(SIGXFSZ, SIG_IGN);
	start_live();
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &small)));

	sample_overwrite(&sample, 100, bytes);

	cr_expect(ne(int, (int)edit_journal_flush(sample.doc, &err), MHEX_OK));
	cr_expect(ne(ptr, strstr(err.message, "File too large"), NULL), "%s",
		  err.message);
}

/* ---- Damage ---- */

static void journal_path(char *path, size_t size)
{
	StateFolder folder;
	JournalList list;
	expect_ok(state_folder_open(&folder, false, &err));
	expect_ok(journal_list(&list, &folder, &err));
	cr_assert(eq(sz, list.count, 1));
	(void)snprintf(path, size, "%s/%s", folder.path, list.items[0].name);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
}

/* A record more, whose checksum is right. */
static void append_record(uint32_t kind, const char *payload, size_t length)
{
	StateFolder folder;
	JournalList list;
	JournalRecord record;
	JournalReader *reader = NULL;
	JournalWriter *writer = NULL;
	expect_ok(state_folder_open(&folder, false, &err));
	expect_ok(journal_list(&list, &folder, &err));
	expect_ok(journal_open(&reader, &folder, list.items[0].name, &err));
	while (journal_next(reader, &record, &err) == MHEX_OK)
		;
	expect_ok(journal_resume(&writer, reader, &err));
	expect_ok(journal_append(writer, kind, payload, length, &err));
	expect_ok(journal_flush(writer, &err));
	journal_close(writer);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
}

Test(edit_recovery, can_be_dropped_again_when_the_disk_failed)
{
	start();
	sample_overwrite(&sample, 100, "abc");
	crash();
	expect_ok(find());

	faults_plan("unlinkat:1:EIO");
	cr_expect(eq(int, (int)edit_recovery_drop(recovery, &err), MHEX_E_IO));
	faults_plan("");

	expect_ok(edit_recovery_drop(recovery, &err));
	recovery = NULL;
	expect_nothing_left();
}

static void expect_none_applied(void)
{
	uint64_t conflicts = 0;
	EditRecoveryState found;
	expect_ok(find());
	edit_recovery_get_state(recovery, &found);
	const MhexStatus status =
		edit_recovery_apply(recovery, sample.doc, &conflicts, &err);
	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED));
	cr_expect(sample_has(&err, "make no sense"), "%s", err.message);
	cr_expect(not(document_is_modified(sample.doc)));
	cr_expect(eq(u64, document_size(sample.doc), SIZE));
	expect_ok(edit_recovery_drop(recovery, &err));
	recovery = NULL;
	expect_nothing_left();
}

Test(edit_recovery, of_edits_that_make_no_sense_none_is_applied)
{
	start();
	sample_edit(&sample);
	crash();
	append_record(99, "", 0);
	expect_none_applied();
}

Test(edit_recovery, edits_that_do_not_fit_are_refused_whole)
{
	static const char behind_the_end[] = {
		EDIT_PUT, (char)0xff, (char)0xff, (char)0xff, 1, 1, 'x'};
	start();
	sample_edit(&sample);
	crash();
	append_record(EDIT_RECORD_COMMIT, behind_the_end, sizeof(behind_the_end));
	expect_none_applied();
}

Test(edit_recovery, damaged_live_edits_are_left_in_the_file)
{
	uint64_t kept = 0, first = 0;
	start_live();
	sample_overwrite(&sample, 100, "abc");
	crash();
	append_record(EDIT_RECORD_LIVE, "x", 1);
	expect_ok(find());
	cr_expect(eq(int,
		     (int)edit_recovery_revert(recovery, sample.doc, &kept, &first, &err),
		     MHEX_E_UNSUPPORTED));
	cr_expect(eq(int, sample_peek(&sample, 100), 'a'));
}

/* Cut at every byte: what is applied is a beginning of what was done. */
Test(edit_recovery, a_torn_journal_gives_what_was_flushed_before)
{
	char path[256];
	size_t size = 0;
	start();
	for (unsigned i = 0; i < 4; i++) {
		sample_overwrite(&sample, (uint64_t)i * 100, "ab");
		flush();
	}
	crash();
	journal_path(path, sizeof(path));
	uint8_t *bytes = sample_file_bytes(path, &size);
	uint64_t most = 8;
	for (size_t cut = size; cut-- > 0;) {
		FILE *file = fopen(path, "wb");
		cr_assert(eq(sz, fwrite(bytes, 1, cut, file), cut));
		(void)fclose(file);
		(void)chmod(path, 0600);
		if (find())
			continue;
		uint64_t conflicts = 0;
		expect_ok(edit_recovery_apply(recovery, sample.doc, &conflicts, &err));
		recovery = NULL;
		const uint64_t modified = document_modified_bytes(sample.doc);
		cr_assert(le(u64, modified, most));
		cr_assert(zero(u64, modified % 2));
		most = modified;
		sample_reopen(&sample);
	}
	cr_expect(eq(u64, most, 2));
	free(bytes);
}
