/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Saves that move bytes within a file, because no other file may take its place. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "save_sample.h"

enum {
	SIZE = 300000
};

static SaveSample sample;

/* What happens at the first fsync(), when everything has been moved. */
static struct {
	bool fails;
	void (*act)(void);
} hook;

int fsync(int fd);

/* Takes the place of the C library's in this program. */
int fsync(int fd)
{
	if (hook.act) {
		void (*act)(void) = hook.act;
		hook.act = NULL;
		act();
	}
	if (hook.fails) {
		hook.fails = false;
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

static void set_up(void)
{
	memset(&hook, 0, sizeof(hook));
	sample_make(&sample, SIZE);
	sample_open(&sample, ACCESS_PREVIEW);
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(save_moves, .init = set_up, .fini = tear_down, .timeout = 100);

Test(save_moves, a_file_with_two_names_keeps_both)
{
	sample_link(&sample);
	sample_edit(&sample);

	const SaveResult result = sample_save_well(&sample);

	cr_expect(result.in_place);
	cr_expect(ne(ptr, strstr(result.note, "hard links"), NULL), "%s", result.note);
	cr_expect(eq(u64, sample_inode(sample.path), sample_inode(sample.other)));
	sample_undo_all(&sample);
	sample_expect_untouched(&sample, SIZE);
}

Test(save_moves, a_shorter_file_with_two_names)
{
	sample_link(&sample);
	sample_delete(&sample, 1000, 200000);
	sample_insert(&sample, 500, "new");

	cr_expect(sample_save_well(&sample).in_place);

	sample_undo_all(&sample);
	sample_expect_untouched(&sample, SIZE);
}

Test(save_moves, cut_and_appended_with_two_names)
{
	MhexError err;
	sample_link(&sample);
	cr_assert(zero(int, (int)document_resize(sample.doc, 1000, &err)));
	cr_expect(sample_save_well(&sample).in_place);
	sample_insert(&sample, 1000, "appended");
	cr_expect(sample_save_well(&sample).in_place);
	cr_assert(zero(int, (int)document_resize(sample.doc, 400000, &err)));
	cr_expect(sample_save_well(&sample).in_place);

	sample_undo_all(&sample);
	sample_expect_untouched(&sample, SIZE);
}

Test(save_moves, a_folder_that_may_not_be_changed_is_no_obstacle)
{
	cr_assert(zero(int, chmod(sample.folder, 0555)));
	if (geteuid() == 0 && (chown(sample.folder, 65534, 65534) != 0 ||
			       chown(sample.path, 65534, 65534) != 0 ||
			       setegid(65534) != 0 || seteuid(65534) != 0))
		cr_skip_test("root may write everything, and cannot become anybody else");
	sample_reopen(&sample);
	sample_edit(&sample);

	const SaveResult result = sample_save_well(&sample);

	(void)!seteuid(0);
	(void)!setegid(0);
	cr_expect(result.in_place);
	cr_expect(ne(ptr, strstr(result.note, "folder"), NULL), "%s", result.note);
}

Test(save_moves, a_sync_that_fails_takes_every_move_back)
{
	MhexError err;
	sample_link(&sample);
	sample_edit(&sample);
	hook.fails = true;

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_IO));
	cr_expect(sample_has(&err, "put back"), "%s", err.message);
	sample_expect_untouched(&sample, SIZE);
	cr_expect(document_is_modified(sample.doc));
	cr_expect(sample_save_well(&sample).in_place,
		  "the way back is no foreign change");
}

/* Everything that is done counts, and when bytes were stored it is too late to stop. */
static void expect_progress(SaveSample *of)
{
	MhexError err = {0};
	SaveResult result;
	Save *save = NULL;
	uint64_t done = 0, total = 0;
	cr_assert(zero(int,
		       (int)document_save_start(of->doc, &(SaveRequest){.output_fd = -1},
						-1, &save, &err)));
	while (!save_done(save))
		(void)sched_yield();
	save_get_progress(save, &done, &total);
	cr_expect(lt(u64, 0, total));
	cr_expect(eq(u64, done, total));
	cr_expect(save_committed(save));
	save_cancel(save);
	cr_expect(zero(int, (int)document_save_finish(of->doc, save, &result, &err)),
		  "%s", err.message);
}

Test(save_moves, the_progress_counts_all_of_it)
{
	sample_link(&sample);
	sample_edit(&sample);
	expect_progress(&sample);
	sample_delete(&sample, 1000, 200000);
	expect_progress(&sample);
	sample_overwrite(&sample, 1000, "where it lies");
	expect_progress(&sample);
}

static void grow(void)
{
	cr_assert(zero(int, ftruncate(sample.fd, SIZE + 5000)));
}

Test(save_moves, another_size_at_the_end_takes_every_move_back)
{
	MhexError err;
	sample_link(&sample);
	sample_edit(&sample);
	hook.act = grow;

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	sample_expect_untouched(&sample, SIZE);
}

static void cut_and_grow(void)
{
	struct stat st;
	cr_assert(zero(int, fstat(sample.fd, &st)));
	cr_assert(zero(int, ftruncate(sample.fd, 290000)));
	cr_assert(zero(int, ftruncate(sample.fd, st.st_size)));
}

Test(save_moves, moved_bytes_that_were_cut_and_grown_over_are_noticed)
{
	MhexError err;
	sample_link(&sample);
	sample_insert(&sample, 100, "hello");
	hook.act = cut_and_grow;

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	cr_expect(sample_has(&err, "all other bytes"), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 289000), sample_byte(289000)));
	cr_expect(eq(int, sample_peek(&sample, 100), sample_byte(100)));
	cr_expect(document_is_modified(sample.doc));
}
