/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Each kind of save is killed behind every system call that changes something, and so is
 * the recovery from it: the file is wholly old or wholly new in the end. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/job.h"
#include "document/recovery.h"
#include "save_sample.h"
#include "support/faults.h"
#include "support/temp_file.h"

enum {
	SIZE = 16000,
	CALLS_MAX = 1000, /* of one save; what makes more has no end */
	WINDOW = 4096, /* so that windows, and stages of moves, have calls between them */
	MUCH = 5 << 20,        /* bytes: more than is read before a question */
	MUCH_WINDOW = 1 << 20, /* four stages of it */
	SURVIVED = 33
};

static SaveSample sample;
static TempFile state;
static uint8_t *old, *new;
static size_t old_size, new_size;

static void set_up(void)
{
	sample_use_memory();
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	sample.journal = true;
	sample.window = WINDOW;
	sample_make(&sample, SIZE);
	sample_open(&sample, ACCESS_PREVIEW);
}

static void remove_rest(void)
{
	char pattern[128];
	glob_t found;
	(void)snprintf(pattern, sizeof(pattern), "%s/.mhex-*", sample.folder);
	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		(void)unlink(found.gl_pathv[i]);
	globfree(&found);
}

static void tear_down(void)
{
	faults_plan("");
	free(old);
	free(new);
	remove_rest();
	sample_remove(&sample);
	temp_folder_remove(&state);
}

TestSuite(save_crash, .init = set_up, .fini = tear_down, .timeout = 300);

/* ---- What is saved ---- */

static void edit_same_size(void)
{
	sample_overwrite(&sample, 10, "one");
	sample_overwrite(&sample, 4094, "across a border");
	sample_overwrite(&sample, 9000, "two");
	sample_overwrite(&sample, SIZE - 5, "three");
}

static void edit_longer(void)
{
	sample_insert(&sample, 100, "in front");
	sample_overwrite(&sample, 7000, "one");
	sample_insert(&sample, SIZE + 8, "behind");
}

static void edit_linked_longer(void)
{
	sample_link(&sample);
	edit_longer();
}

static void edit_linked_shorter(void)
{
	sample_link(&sample);
	sample_overwrite(&sample, 50, "one");
	sample_delete(&sample, 100, 5000);
}

static void edit_linked_with_zeroes(void)
{
	MhexError err;
	sample_link(&sample);
	sample_overwrite(&sample, 50, "one");
	cr_assert(zero(int, (int)document_resize(sample.doc, SIZE + 9000, &err)));
	sample_overwrite(&sample, SIZE + 5000, "among zeroes");
}

/* Two halves change places: a circle, which needs the scratch. */
static void edit_swapped(void)
{
	Clip *clip = NULL;
	MhexError err;
	cr_assert(zero(
		int, (int)document_copy(sample.doc, (Range){0, SIZE / 2}, &clip, &err)));
	sample_delete(&sample, 0, SIZE / 2);
	cr_assert(zero(int, (int)document_paste(sample.doc, SIZE / 2, clip, true, &err)));
	clip_free(clip);
}

/* ---- Crashes ---- */

static int child_saves(void *context)
{
	MhexError err;
	faults_plan(context);
	return sample_write(&sample, &err) ? 1 : SURVIVED;
}

typedef struct {
	const char *plan;
	RecoveryWay way;
} Attempt;

static int child_recovers(void *context)
{
	const Attempt *attempt = context;
	Recovery *recovery = NULL;
	MhexError err;
	faults_plan(attempt->plan);
	const MhexStatus found = recovery_find(&recovery, sample.path, &err);
	if (found == MHEX_E_NOTFOUND)
		return SURVIVED;
	if (found || recovery_run(recovery, attempt->way, &err)) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	return SURVIVED;
}

/* With its times, so that nobody seems to have changed it. */
static void put_old_back(const struct stat *before)
{
	const struct timespec times[2] = {before->st_atim, before->st_mtim};
	temp_file_write(sample.path, old, old_size);
	cr_assert(zero(int, utimensat(AT_FDCWD, sample.path, times, 0)));
}

static bool file_is(const uint8_t *bytes, size_t size)
{
	return temp_file_holds(sample.path, bytes, size);
}

/* Recover, killed behind call m of it, then once more; the way may change in between. */
static void recover(unsigned n, unsigned m, RecoveryWay first, RecoveryWay second)
{
	char plan[64];
	(void)snprintf(plan, sizeof(plan), "change:%u:kill", m);
	Attempt attempt = {plan, first};
	if (m > 0)
		(void)sample_in_child(child_recovers, &attempt);
	attempt = (Attempt){"", second};
	cr_assert(eq(int, sample_in_child(child_recovers, &attempt), SURVIVED),
		  "killed at %u, then at %u", n, m);
	cr_assert(file_is(old, old_size) || file_is(new, new_size),
		  "neither old nor new: killed at %u, then at %u", n, m);
	Recovery *recovery = NULL;
	cr_assert(eq(int, (int)recovery_find(&recovery, sample.path, NULL),
		     MHEX_E_NOTFOUND),
		  "something is left: killed at %u, then at %u", n, m);
}

/* A save killed behind its call n; false when it has not so many. */
static bool crash(unsigned n)
{
	char plan[64];
	(void)snprintf(plan, sizeof(plan), "change:%u:kill", n);
	const int ended = sample_in_child(child_saves, plan);
	cr_assert(ended == SURVIVED || ended > 128, "it failed at %u", n);
	remove_rest();
	return ended != SURVIVED;
}

static void try_all(void (*edit)(void))
{
	unsigned n = 1;
	unsigned both = 0;
	struct stat before;
	edit();
	cr_assert(zero(int, stat(sample.path, &before)));
	old = sample_file_bytes(sample.path, &old_size);
	new = sample_document_bytes(&sample, &new_size);
	for (; n < CALLS_MAX && crash(n); n++) {
		const bool whole = file_is(old, old_size) || file_is(new, new_size);
		both += !whole;
		recover(n, n % 23, n % 2 ? RECOVERY_FORWARD : RECOVERY_BACK,
			n % 3 ? RECOVERY_FORWARD : RECOVERY_BACK);
		put_old_back(&before);
	}
	cr_expect(lt(uint, n, CALLS_MAX));
	cr_expect(lt(uint, 0, both), "no crash was in the middle");
}

Test(save_crash, in_place)
{
	try_all(edit_same_size);
}

Test(save_crash, moves_to_a_longer_file)
{
	try_all(edit_linked_longer);
}

Test(save_crash, moves_to_a_shorter_file)
{
	try_all(edit_linked_shorter);
}

Test(save_crash, zeroes_are_added)
{
	try_all(edit_linked_with_zeroes);
}

Test(save_crash, halves_change_places)
{
	try_all(edit_swapped);
}

/* What lies under the name is whole after any crash, without recovery. */
Test(save_crash, by_a_new_file)
{
	edit_longer();
	old = sample_file_bytes(sample.path, &old_size);
	new = sample_document_bytes(&sample, &new_size);
	unsigned n = 1;
	bool is_new = false;
	for (; n < CALLS_MAX && crash(n); n++) {
		is_new = file_is(new, new_size);
		cr_assert(is_new || file_is(old, old_size), "killed at %u", n);
		/* The name has the new file; the document knows the old one. */
		if (is_new)
			break;
	}
	cr_expect(is_new);
	cr_expect(lt(uint, n, CALLS_MAX));
}

/* The file is right, its journal cannot go: not for lack of trying again. */
Test(save_crash, a_recovery_whose_journal_stays_can_be_run_again)
{
	MhexError err;
	Recovery *recovery = NULL;
	char plan[] = "msync:2:kill";
	edit_same_size();
	old = sample_file_bytes(sample.path, &old_size);
	cr_assert(lt(int, 128, sample_in_child(child_saves, plan)));
	cr_assert(zero(int, (int)recovery_find(&recovery, sample.path, &err)));
	faults_plan("unlinkat:1:EIO,unlinkat:2:EIO");
	cr_expect(eq(int, (int)recovery_run(recovery, RECOVERY_BACK, &err), MHEX_E_IO));
	cr_expect(file_is(old, old_size));
	cr_expect(eq(int, (int)recovery_forget(recovery, &err), MHEX_E_IO));
	cr_expect(zero(int, (int)recovery_run(recovery, RECOVERY_BACK, &err)));
	cr_expect(file_is(old, old_size));
}

/* All is in the file, but a sync has failed: no later sync proves that it is on disk. */
Test(save_crash, after_a_failed_sync_nothing_is_taken_for_complete)
{
	MhexError err;
	Recovery *recovery = NULL;
	edit_linked_longer();
	old = sample_file_bytes(sample.path, &old_size);
	new = sample_document_bytes(&sample, &new_size);
	faults_plan("fsync@file:1+:EIO,pwrite@file:4+:EIO");
	cr_expect(ne(int, (int)sample_write(&sample, &err), 0));
	faults_plan("");
	cr_expect(sample_has(&err, "\"recover\" can put the rest right"), "%s",
		  err.message);
	temp_file_write(sample.path, new, new_size);
	cr_assert(zero(int, (int)recovery_find(&recovery, sample.path, &err)), "%s",
		  err.message);
	cr_assert(zero(int, (int)recovery_run(recovery, RECOVERY_FORWARD, &err)), "%s",
		  err.message);
	cr_expect(file_is(new, new_size));
}

static Recovery *crash_within_moves(void (*edit)(void))
{
	char plan[] = "pwrite@file:2:kill";
	MhexError err;
	Recovery *recovery = NULL;
	edit();
	new = sample_document_bytes(&sample, &new_size);
	cr_assert(lt(int, 128, sample_in_child(child_saves, plan)));
	cr_assert(zero(int, (int)recovery_find(&recovery, sample.path, &err)), "%s",
		  err.message);
	return recovery;
}

static MhexStatus finish_save(Job *job, void *context, MhexError *err)
{
	recovery_set_job(context, job);
	return recovery_run(context, RECOVERY_FORWARD, err);
}

Test(save_crash, a_recovery_of_moves_says_how_far_it_is)
{
	MhexError err;
	Job *job = NULL;
	uint64_t done = 0, total = 0;
	Recovery *recovery = crash_within_moves(edit_linked_longer);

	cr_assert(zero(int, (int)job_start(&job, finish_save, recovery, -1, &err)));
	cr_expect(zero(int, (int)job_wait(job, &err)), "%s", err.message);
	job_get_progress(job, &done, &total);
	(void)job_finish(job, NULL);

	cr_expect(lt(u64, SIZE, total));
	cr_expect(eq(u64, done, total));
	cr_expect(file_is(new, new_size));
}

/* Also where the size stays: any stage may read what lies anywhere. */
Test(save_crash, a_recovery_of_moves_locks_all_of_the_file)
{
	MhexError err;
	struct flock range = {.l_type = F_WRLCK,
			      .l_whence = SEEK_SET,
			      .l_start = SIZE + 1000,
			      .l_len = 1};
	Recovery *recovery = crash_within_moves(edit_swapped);
	const int fd = open(sample.path, O_RDWR | O_CLOEXEC);
	if (fcntl(fd, F_OFD_SETLK, &range) < 0) {
		recovery_close(recovery);
		cr_skip("no locks of open file descriptions here");
	}

	cr_expect(eq(int, (int)recovery_run(recovery, RECOVERY_FORWARD, &err),
		     MHEX_E_BUSY));
	cr_expect(not(file_is(new, new_size)));
	(void)close(fd);
	cr_expect(zero(int, (int)recovery_run(recovery, RECOVERY_FORWARD, &err)), "%s",
		  err.message);
	cr_expect(file_is(new, new_size));
}

/* ---- More than is read before the question ---- */

static void edit_much(void)
{
	MhexError err;
	uint8_t *bytes = malloc(MUCH);
	memset(bytes, 'm', MUCH);
	sample.window = MUCH_WINDOW;
	sample_reopen(&sample);
	sample_link(&sample);
	cr_assert(zero(int, (int)document_insert(sample.doc, 100, bytes, MUCH, &err)));
	free(bytes);
}

/* Another byte at `at` of the only journal of a save; twice: as it was. */
static void damage_journal(off_t at)
{
	char pattern[TEMP_PATH_SIZE + 16];
	glob_t found;
	uint8_t byte = 0;
	(void)snprintf(pattern, sizeof(pattern), "%s/mhex/save-*", state.path);
	cr_assert(zero(int, glob(pattern, 0, NULL, &found)));
	const int fd = open(found.gl_pathv[0], O_RDWR | O_CLOEXEC);
	globfree(&found);
	cr_assert(eq(sz, (size_t)pread(fd, &byte, 1, at), 1));
	byte ^= 1;
	cr_assert(eq(sz, (size_t)pwrite(fd, &byte, 1, at), 1));
	(void)close(fd);
}

static Recovery *find_again(Recovery *recovery)
{
	MhexError err;
	Recovery *found = NULL;
	recovery_close(recovery);
	faults_plan("");
	cr_assert(zero(int, (int)recovery_find(&found, sample.path, &err)), "%s",
		  err.message);
	return found;
}

Test(save_crash, much_is_not_read_before_the_question)
{
	MhexError err;
	RecoveryState found;
	Recovery *recovery = find_again(crash_within_moves(edit_much));
	/* A head for each 64 KiB, and a few more. */
	cr_expect(lt(uint, faults_count("pread"), MUCH / (64 << 10) + 40));
	recovery_get_state(recovery, &found);
	cr_expect(lt(u64, 4, found.stages));
	cr_expect(lt(u64, 0, found.under_way));
	cr_expect(lt(u64, found.under_way, 4));

	cr_expect(zero(int, (int)recovery_run(recovery, RECOVERY_FORWARD, &err)), "%s",
		  err.message);
	cr_expect(file_is(new, new_size));
}

Test(save_crash, damage_that_is_found_behind_the_question_changes_nothing)
{
	MhexError err;
	size_t size = 0;
	Recovery *recovery = crash_within_moves(edit_much);
	uint8_t *before = sample_file_bytes(sample.path, &size);
	damage_journal(MUCH / 2);
	recovery = find_again(recovery);
	for (int way = RECOVERY_BACK; way <= RECOVERY_FORWARD; way++) {
		cr_expect(eq(int, (int)recovery_run(recovery, (RecoveryWay)way, &err),
			     MHEX_E_UNSUPPORTED));
		cr_expect(sample_has(&err, "its records make no sense"), "%s",
			  err.message);
		cr_expect(file_is(before, size));
	}
	free(before);
	damage_journal(MUCH / 2);
	cr_expect(zero(int, (int)recovery_run(recovery, RECOVERY_FORWARD, &err)), "%s",
		  err.message);
	cr_expect(file_is(new, new_size));
}
