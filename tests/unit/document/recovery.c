/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/recovery.h"

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

#include "document/rollback.h"
#include "save_sample.h"
#include "storage/journal_file.h"
#include "storage/storage.h"
#include "support/temp_file.h"

enum {
	SIZE = 100000,
	CHANGES = 40,
	CHANGED = 300 /* bytes of each */
};

static SaveSample sample;
static TempFile state;
static Recovery *recovery;
static MhexError err;

static void set_up(void)
{
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	sample.journal = true;
	sample_make(&sample, SIZE);
}

static void tear_down(void)
{
	recovery_close(recovery);
	recovery = NULL;
	sample_remove(&sample);
	temp_folder_remove(&state);
}

TestSuite(recovery, .init = set_up, .fini = tear_down, .timeout = 100);

/* ---- An interrupted save ---- */

static uint8_t new_byte(uint64_t offset)
{
	/* Some are as before. */
	return offset % 7 == 0 ? sample_byte(offset) : (uint8_t)~sample_byte(offset);
}

static uint64_t offset_of(size_t change)
{
	return change * (SIZE / CHANGES) + 13;
}

static void fill(uint8_t *bytes, uint8_t (*byte)(uint64_t), uint64_t offset,
		 size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = byte(offset + i);
}

static void write_journal(size_t changes, bool ready)
{
	Storage *file = NULL;
	Rollback *rollback = NULL;
	uint8_t old[CHANGED], now[CHANGED];
	const StorageOptions how = {.wanted = ACCESS_PREVIEW};
	cr_assert(zero(int, (int)storage_open(&file, sample.path, how, &err)));
	cr_assert(zero(int, (int)rollback_open(&rollback, file, sample.path,
					       CHANGES * CHANGED, &err)),
		  "%s", err.message);
	for (size_t i = 0; i < changes; i++) {
		fill(old, sample_byte, offset_of(i), CHANGED);
		fill(now, new_byte, offset_of(i), CHANGED);
		cr_assert(zero(int, (int)rollback_add(rollback, offset_of(i), old, now,
						      CHANGED, &err)));
	}
	if (ready)
		cr_assert(zero(int, (int)rollback_ready(rollback, SIZE, &err)));
	rollback_leave(rollback);
	storage_close(file);
}

/* Store change i, from byte `from` to byte `to` of it. */
static void store(size_t i, size_t from, size_t to)
{
	uint8_t now[CHANGED];
	fill(now, new_byte, offset_of(i), CHANGED);
	cr_assert(eq(sz,
		     (size_t)pwrite(sample.fd, now + from, to - from,
				    (off_t)(offset_of(i) + from)),
		     to - from));
}

static void expect_new(void)
{
	uint8_t *want = malloc(SIZE);
	fill(want, sample_byte, 0, SIZE);
	for (size_t i = 0; i < CHANGES; i++)
		fill(want + offset_of(i), new_byte, offset_of(i), CHANGED);
	sample_expect(sample.path, want, SIZE);
	free(want);
}

static MhexStatus find(void)
{
	return recovery_find(&recovery, sample.path, &err);
}

static void expect_found(void)
{
	const MhexStatus status = find();
	cr_assert(zero(int, (int)status), "%s", err.message);
}

static size_t journals(void)
{
	StateFolder folder;
	JournalList list;
	if (state_folder_open(&folder, false, &err))
		return 0;
	cr_assert(zero(int, (int)journal_list(&list, &folder, &err)));
	const size_t count = list.count;
	ARRAY_FREE(&list);
	state_folder_close(&folder);
	return count;
}

static void expect_nothing_left(void)
{
	cr_expect(eq(int, (int)find(), MHEX_E_NOTFOUND));
	cr_expect(eq(sz, journals(), 0));
}

static void run(RecoveryWay way)
{
	const MhexStatus status = recovery_run(recovery, way, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	recovery = NULL;
}

Test(recovery, whatever_was_stored_the_file_becomes_wholly_old_or_wholly_new)
{
	unsigned random = 12345;
	for (int round = 0; round < 40; round++) {
		const bool forward = round % 2;
		write_journal(CHANGES, true);
		for (size_t i = 0; i < CHANGES; i++) {
			random = random * 1103515245 + 12345;
			const size_t from = (random >> 8) % CHANGED;
			const size_t to = (random >> 18) % CHANGED;
			if (from < to)
				store(i, from, to);
		}
		expect_found();
		run(forward ? RECOVERY_FORWARD : RECOVERY_BACK);
		if (!forward) {
			sample_expect_untouched(&sample, SIZE);
		} else {
			expect_new();
			for (size_t i = 0; i < CHANGES; i++)
				for (size_t at = 0; at < CHANGED; at++) {
					const uint8_t was =
						sample_byte(offset_of(i) + at);
					(void)!pwrite(sample.fd, &was, 1,
						      (off_t)(offset_of(i) + at));
				}
		}
		expect_nothing_left();
	}
}

Test(recovery, says_what_it_found)
{
	RecoveryState found;
	write_journal(CHANGES, true);
	store(0, 0, CHANGED);
	expect_found();
	recovery_get_state(recovery, &found);
	char *real = realpath(sample.path, NULL);
	cr_expect(zero(int, strcmp(found.path, real)), "%s", found.path);
	free(real);
	cr_expect(eq(u64, found.bytes, CHANGES * CHANGED));
	cr_expect(lt(u64, (CHANGES - 1) * CHANGED - 1, found.old));
	cr_expect(lt(u64, CHANGED - 1, found.now));
	cr_expect(lt(u64, found.now, CHANGES * CHANGED));
	cr_expect(eq(u64, found.foreign, 0));
	cr_expect(not(found.resized));
}

enum {
	LONG = RECOVERY_READ_MAX / 2
};

static uint8_t zeroes[ROLLBACK_CHUNK_MAX], ones[ROLLBACK_CHUNK_MAX];

/* All of a file of zeroes becomes ones. */
static void write_long_journal(bool ready)
{
	Storage *file = NULL;
	Rollback *rollback = NULL;
	const StorageOptions how = {.wanted = ACCESS_PREVIEW};
	memset(ones, 1, sizeof(ones));
	cr_assert(zero(int, ftruncate(sample.fd, 0)));
	cr_assert(zero(int, ftruncate(sample.fd, LONG)));
	cr_assert(zero(int, (int)storage_open(&file, sample.path, how, &err)));
	cr_assert(
		zero(int, (int)rollback_open(&rollback, file, sample.path, LONG, &err)));
	for (uint64_t at = 0; at < LONG; at += sizeof(ones))
		cr_assert(zero(int, (int)rollback_add(rollback, at, zeroes, ones,
						      sizeof(ones), &err)));
	if (ready)
		cr_assert(zero(int, (int)rollback_ready(rollback, LONG, &err)));
	rollback_leave(rollback);
	storage_close(file);
}

static void open_listed(RecoveryState *found)
{
	StateFolder folder;
	JournalList list;
	cr_assert(zero(int, (int)state_folder_open(&folder, false, &err)));
	cr_assert(zero(int, (int)journal_list(&list, &folder, &err)));
	cr_assert(eq(sz, list.count, 1));
	cr_assert(zero(int, (int)recovery_open(&recovery, list.items[0].name, &err)),
		  "%s", err.message);
	recovery_get_state(recovery, found);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
}

Test(recovery, a_list_does_not_read_long_journals)
{
	RecoveryState found;
	write_long_journal(true);
	open_listed(&found);
	cr_expect(lt(u64, RECOVERY_READ_MAX, found.unread));
	cr_expect(zero(u64, found.bytes));
	cr_expect(zero(ptr, (void *)found.missing));
}

Test(recovery, a_list_reads_short_ones)
{
	RecoveryState found;
	write_journal(CHANGES, true);
	open_listed(&found);
	cr_expect(zero(u64, found.unread));
	cr_expect(eq(u64, found.bytes, CHANGES * CHANGED));
}

/* ---- One that is read behind the question ---- */

static void store_ones(void)
{
	cr_assert(eq(sz, (size_t)pwrite(sample.fd, ones, sizeof(ones), 0), sizeof(ones)));
}

static void find_unread(void)
{
	RecoveryState found;
	expect_found();
	recovery_get_state(recovery, &found);
	cr_expect(lt(u64, RECOVERY_READ_MAX, found.unread));
	cr_expect(found.begun);
	cr_expect(zero(u64, found.bytes), "not read");
}

static void expect_all(const uint8_t *chunk)
{
	size_t size = 0;
	uint8_t *bytes = sample_file_bytes(sample.path, &size);
	cr_assert(eq(sz, size, LONG));
	for (size_t at = 0; at < size; at += sizeof(ones))
		cr_assert(zero(int, memcmp(bytes + at, chunk, sizeof(ones))));
	free(bytes);
}

Test(recovery, a_long_journal_is_read_when_the_save_is_finished)
{
	write_long_journal(true);
	store_ones();
	find_unread();
	run(RECOVERY_FORWARD);
	expect_all(ones);
	expect_nothing_left();
}

Test(recovery, a_long_journal_is_read_when_the_old_bytes_are_put_back)
{
	write_long_journal(true);
	store_ones();
	find_unread();
	run(RECOVERY_BACK);
	expect_all(zeroes);
	expect_nothing_left();
}

Test(recovery, a_long_journal_that_was_not_complete_is_nothing)
{
	write_long_journal(false);
	expect_nothing_left();
}

static void damage_journal(void)
{
	StateFolder folder;
	JournalList list;
	cr_assert(zero(int, (int)state_folder_open(&folder, false, &err)));
	cr_assert(zero(int, (int)journal_list(&list, &folder, &err)));
	const int fd = openat(folder.fd, list.items[0].name, O_WRONLY | O_CLOEXEC);
	cr_assert(eq(sz, (size_t)pwrite(fd, "?", 1, LONG), 1));
	(void)close(fd);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
}

Test(recovery, a_long_journal_that_is_damaged_is_not_used)
{
	write_long_journal(true);
	damage_journal();
	find_unread();
	for (int i = 0; i < 2; i++) {
		cr_expect(eq(int, (int)recovery_run(recovery, RECOVERY_FORWARD, &err),
			     MHEX_E_UNSUPPORTED));
		cr_expect(sample_has(&err, "it is damaged"), "%s", err.message);
		expect_all(zeroes);
	}
	cr_expect(zero(int, (int)recovery_forget(recovery, &err)));
	recovery = NULL;
	expect_nothing_left();
}

/* ---- Others ---- */

Test(recovery, one_byte_of_somebody_else_and_nothing_is_written)
{
	write_journal(CHANGES, true);
	store(0, 0, CHANGED);
	const uint64_t at = offset_of(30) + 20;
	const uint8_t mine = new_byte(at), theirs = (uint8_t)(sample_byte(at) ^ 1);
	cr_assert(ne(int, mine, theirs));
	cr_assert(eq(sz, (size_t)pwrite(sample.fd, &theirs, 1, (off_t)at), 1));
	size_t size = 0;
	uint8_t *before = sample_file_bytes(sample.path, &size);
	char place[32];
	(void)snprintf(place, sizeof(place), "the first at 0x%lx,", (unsigned long)at);
	for (int way = RECOVERY_BACK; way <= RECOVERY_FORWARD; way++) {
		expect_found();
		cr_expect(eq(int, (int)recovery_run(recovery, (RecoveryWay)way, &err),
			     MHEX_E_CONFLICT));
		cr_expect(sample_has(&err, place), "%s", err.message);
		sample_expect(sample.path, before, size);
		recovery_close(recovery);
		recovery = NULL;
	}
	cr_expect(eq(sz, journals(), 1));
	expect_found();
	cr_expect(zero(int, (int)recovery_forget(recovery, &err)));
	recovery = NULL;
	sample_expect(sample.path, before, size);
	expect_nothing_left();
	free(before);
}

Test(recovery, a_file_that_was_cut_is_left_as_it_is)
{
	RecoveryState found;
	write_journal(CHANGES, true);
	cr_assert(zero(int, ftruncate(sample.fd, SIZE / 2)));
	expect_found();
	recovery_get_state(recovery, &found);
	cr_expect(found.resized);
	cr_expect(eq(int, (int)recovery_run(recovery, RECOVERY_BACK, &err),
		     MHEX_E_CONFLICT));
	cr_expect(sample_has(&err, "has 0xc350 now"), "%s", err.message);
	sample_expect_untouched(&sample, SIZE / 2);
}

Test(recovery, one_that_was_appended_to_is_recovered_all_the_same)
{
	write_journal(CHANGES, true);
	store(3, 5, 100);
	cr_assert(eq(sz, (size_t)pwrite(sample.fd, "more", 4, SIZE), 4));
	expect_found();
	run(RECOVERY_BACK);
	cr_assert(zero(int, ftruncate(sample.fd, SIZE)));
	sample_expect_untouched(&sample, SIZE);
}

Test(recovery, a_save_that_had_not_begun_or_was_complete_is_cleared_away)
{
	write_journal(CHANGES, false);
	write_journal(3, false);
	write_journal(0, false);
	expect_nothing_left();
	sample_expect_untouched(&sample, SIZE);
	write_journal(CHANGES, true);
	for (size_t i = 0; i < CHANGES; i++)
		store(i, 0, CHANGED);
	expect_nothing_left();
	expect_new();
}

Test(recovery, another_file_is_none_of_its_business)
{
	write_journal(CHANGES, true);
	temp_file_write(sample.other, "other bytes", 11);
	cr_expect(eq(int, (int)recovery_find(&recovery, sample.other, &err),
		     MHEX_E_NOTFOUND));
	cr_expect(eq(int, (int)recovery_find(&recovery, "/dev/null", &err),
		     MHEX_E_NOTFOUND));
	cr_expect(eq(int, (int)recovery_find(&recovery, "/proc/none", &err),
		     MHEX_E_NOTFOUND));
	cr_expect(eq(sz, journals(), 1));
}

Test(recovery, a_file_is_found_under_another_name)
{
	struct statx info;
	cr_assert(zero(int, statx(AT_FDCWD, sample.path, 0, STATX_BTIME, &info)));
	if (!(info.stx_mask & STATX_BTIME))
		cr_skip_test("this file system knows no times of birth");
	write_journal(CHANGES, true);
	store(1, 0, 50);
	cr_assert(zero(int, rename(sample.path, sample.other)));
	cr_assert(zero(int, (int)recovery_find(&recovery, sample.other, &err)));
	run(RECOVERY_BACK);
	cr_assert(zero(int, rename(sample.other, sample.path)));
	sample_expect_untouched(&sample, SIZE);
}

/* Cut or flipped anywhere: the save counts as never begun, or all is recovered. */
Test(recovery, a_torn_journal_is_nothing_or_whole)
{
	write_journal(CHANGES, true);
	StateFolder folder;
	JournalList list;
	cr_assert(zero(int, (int)state_folder_open(&folder, false, &err)));
	cr_assert(zero(int, (int)journal_list(&list, &folder, &err)));
	char path[600];
	(void)snprintf(path, sizeof(path), "%s/%s", folder.path, list.items[0].name);
	size_t size = 0;
	char *bytes = temp_file_read(path, &size);
	for (size_t cut = 1; cut < size; cut += cut < size - 60 ? 997 : 1) {
		temp_file_write(path, bytes, cut);
		cr_expect(eq(int, (int)find(), MHEX_E_NOTFOUND), "cut to %zu", cut);
		sample_expect_untouched(&sample, SIZE);
		(void)unlink(path);
	}
	for (size_t at = 0; at < size; at += at < 1000 ? 7 : 991) {
		bytes[at] = (char)(bytes[at] ^ 4);
		temp_file_write(path, bytes, size);
		cr_expect(eq(int, (int)find(), MHEX_E_NOTFOUND), "flipped at %zu", at);
		(void)unlink(path);
		bytes[at] = (char)(bytes[at] ^ 4);
	}
	temp_file_write(path, bytes, size);
	expect_found();
	free(bytes);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
}

/* ---- A save and its journal ---- */

Test(recovery, a_save_leaves_no_journal)
{
	sample_open(&sample, ACCESS_PREVIEW);
	sample_overwrite(&sample, 100, "changed");
	const SaveResult result = sample_save_well(&sample);
	cr_expect(zero(int, strcmp(result.note, "")), "%s", result.note);
	cr_expect(eq(sz, journals(), 0));

	sample_overwrite(&sample, 100, "conflict");
	sample_poke(&sample, 101, "X");
	cr_expect(eq(int, (int)sample_write(&sample, &err), MHEX_E_CONFLICT));
	cr_expect(eq(sz, journals(), 0));
}

static int save_within_a_limit(void *context)
{
	const bool force = *(const bool *)context;
	const struct rlimit limit = {3 << 20, 3 << 20};
	const uint8_t pattern = 0xee;
	SaveResult result;
	(void)signal(SIGXFSZ, SIG_IGN);
	if (document_fill(sample.doc, (Range){0, 2 << 20}, &pattern, 1, false, &err) ||
	    setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 2;
	const SaveRequest request = {.output_fd = -1, .force = force};
	const MhexStatus status = sample_save(&sample, &request, &result, &err);
	if (force)
		return status == MHEX_OK &&
				       strstr(result.note, "not crash-safe: ") != NULL
			       ? 0
			       : 3;
	return status == MHEX_E_NOSPACE && sample_has(&err, state.path) &&
			       sample_has(&err, "4194") &&
			       sample_has(&err, "! saves without, not crash-safe")
		       ? 0
		       : 4;
}

Test(recovery, no_room_for_the_journal_is_refused_without_force)
{
	bool force = false;
	cr_assert(zero(int, ftruncate(sample.fd, 2 << 20)));
	sample_open(&sample, ACCESS_PREVIEW);
	cr_expect(zero(int, sample_in_child(save_within_a_limit, &force)));
	cr_expect(eq(int, sample_peek(&sample, 5), sample_byte(5)));
	force = true;
	cr_expect(zero(int, sample_in_child(save_within_a_limit, &force)));
	cr_expect(eq(int, sample_peek(&sample, 5), 0xee));
	cr_expect(eq(sz, journals(), 0));
}

Test(recovery, without_a_state_folder_a_save_says_so_once)
{
	SaveResult result;
	const SaveRequest request = {.output_fd = -1};
	(void)setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
	sample_open(&sample, ACCESS_PREVIEW);
	sample_overwrite(&sample, 100, "changed");
	cr_assert(zero(int, (int)sample_save(&sample, &request, &result, &err)), "%s",
		  err.message);
	cr_expect(eq(ptr, strstr(result.note, "not crash-safe: /proc/nowhere"),
		     result.note),
		  "%s", result.note);
	sample_overwrite(&sample, 100, "again");
	cr_assert(zero(int, (int)sample_save(&sample, &request, &result, &err)));
	cr_expect(zero(int, strcmp(result.note, "")), "%s", result.note);
}

/* ---- Locks of others ---- */

static int lock_byte(off_t offset)
{
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1};
	const int fd = open(sample.path, O_RDWR | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	if (fcntl(fd, F_OFD_SETLK, &range) != 0)
		cr_skip_test("no locks of open file descriptions here");
	return fd;
}

Test(recovery, a_lock_on_what_would_be_stored_refuses)
{
	write_journal(CHANGES, true);
	store(3, 0, 100);
	const int fd = lock_byte((off_t)offset_of(CHANGES - 1));
	expect_found();
	cr_expect(eq(int, (int)recovery_run(recovery, RECOVERY_FORWARD, &err),
		     MHEX_E_BUSY));
	cr_expect(eq(ptr, strstr(err.message, "nothing was changed") ? &err : NULL, &err),
		  "%s", err.message);
	cr_expect(eq(sz, journals(), 1));

	recovery_set_lock(recovery, true, true);
	cr_expect(zero(int, (int)recovery_run(recovery, RECOVERY_FORWARD, &err)));
	recovery = NULL;
	expect_new();
	(void)close(fd);
}

Test(recovery, a_lock_elsewhere_does_not_matter)
{
	write_journal(CHANGES, true);
	store(3, 0, 100);
	const int fd = lock_byte(SIZE + 1000);
	expect_found();
	const MhexStatus status = recovery_run(recovery, RECOVERY_FORWARD, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	recovery = NULL;
	expect_new();
	(void)close(fd);
}

Test(recovery, holds_no_lock_when_it_is_over)
{
	write_journal(CHANGES, true);
	store(3, 0, 100);
	expect_found();
	cr_expect(zero(int, (int)recovery_run(recovery, RECOVERY_BACK, &err)));
	recovery = NULL;
	(void)close(lock_byte((off_t)offset_of(3)));
}
