/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Saves of the same size: to which file, of what, and how far away. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "save_sample.h"

enum {
	SIZE = 20000
};

static SaveSample sample;

static void set_up(void)
{
	sample_make(&sample, SIZE);
	sample_open(&sample, ACCESS_PREVIEW);
}

static void tear_down(void)
{
	sample_remove(&sample);
}

TestSuite(save_same_size, .init = set_up, .fini = tear_down, .timeout = 100);

/* ---- Which file ---- */

Test(save_same_size, another_file_under_the_name_is_a_conflict)
{
	MhexError err;
	sample_overwrite(&sample, 100, "hello");
	const int fd = open(sample.other, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	cr_assert(eq(long, (long)write(fd, "theirs", 6), 6));
	(void)close(fd);
	cr_assert(zero(int, rename(sample.other, sample.path)));

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	sample_expect(sample.path, "theirs", 6);
}

Test(save_same_size, a_file_that_is_gone_is_made_again)
{
	MhexError err;
	SaveResult result;
	const SaveRequest forced = {.output_fd = -1, .force = true};
	sample_overwrite(&sample, 100, "hello");
	cr_assert(zero(int, unlink(sample.path)));
	cr_expect(eq(int, (int)sample_write(&sample, &err), MHEX_E_CONFLICT));

	const MhexStatus status = sample_save(&sample, &forced, &result, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(ne(ptr, strstr(result.note, "made again"), NULL), "%s", result.note);
	sample_expect_saved(&sample);
}

Test(save_same_size, goes_through_a_symbolic_link)
{
	MhexError err;
	cr_assert(zero(int, symlink("file", sample.other)));
	document_close(sample.doc);
	cr_assert(zero(int, (int)document_open(
				    &sample.doc, sample.other,
				    (DocumentOptions){.access = ACCESS_PREVIEW}, &err)));
	sample_overwrite(&sample, 100, "hello");

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	struct stat st;
	cr_assert(zero(int, lstat(sample.other, &st)));
	cr_expect(eq(uint, st.st_mode & S_IFMT, S_IFLNK));
	sample_expect_saved(&sample);
}

Test(save_same_size, a_view_is_not_written)
{
	MhexError err;
	document_close(sample.doc);
	sample_open(&sample, ACCESS_VIEW);

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_READONLY), "%s", err.message);
}

Test(save_same_size, only_one_save_runs_at_a_time)
{
	MhexError err;
	Save *save = NULL, *second = NULL;
	SaveResult result;
	const SaveRequest request = {.output_fd = -1};
	sample_overwrite(&sample, 100, "hello");
	cr_assert(zero(int,
		       (int)document_save_start(sample.doc, &request, -1, &save, &err)));

	const MhexStatus status =
		document_save_start(sample.doc, &request, -1, &second, &err);

	cr_expect(eq(int, (int)status, MHEX_E_BUSY));
	cr_expect(zero(int, (int)document_save_finish(sample.doc, save, &result, &err)));
	cr_expect(zero(int, (int)sample_write(&sample, &err)));
}

Test(save_same_size, what_is_edited_during_the_save_stays_unsaved)
{
	MhexError err;
	Save *save = NULL;
	SaveResult result;
	const SaveRequest request = {.output_fd = -1};
	sample_overwrite(&sample, 100, "hello");
	cr_assert(zero(int,
		       (int)document_save_start(sample.doc, &request, -1, &save, &err)));
	sample_overwrite(&sample, 102, "XX");
	sample_overwrite(&sample, 300, "YY");

	const MhexStatus status = document_save_finish(sample.doc, save, &result, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 102), 'l'));
	cr_expect(eq(u64, document_modified_bytes(sample.doc), 4));
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	sample_expect_saved(&sample);
}

Test(save_same_size, a_range_saves_only_the_edits_inside)
{
	MhexError err;
	const SaveRequest request = {
		.output_fd = -1, .has_range = true, .range = {100, 1000}};
	sample_overwrite(&sample, 98, "hello");
	sample_overwrite(&sample, 5000, "world");

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(eq(int, sample_peek(&sample, 99), sample_byte(99)));
	cr_expect(eq(int, sample_peek(&sample, 100), 'l'));
	cr_expect(eq(int, sample_peek(&sample, 5000), sample_byte(5000)));
	cr_expect(eq(u64, document_modified_bytes(sample.doc), 7));
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	sample_expect_saved(&sample);
}

Test(save_same_size, a_range_is_refused_while_a_size_change_is_pending)
{
	MhexError err;
	const SaveRequest request = {
		.output_fd = -1, .has_range = true, .range = {100, 1000}};
	sample_insert(&sample, 98, "hello");

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_REFUSED), "%s", err.message);
	sample_expect_untouched(&sample, SIZE);
}

/* ---- Far away, and sparse ---- */

ParameterizedTestParameters(save_same_size, right_at_offset)
{
	static uint64_t offsets[] = {
		(UINT64_C(1) << 31) - 3, (UINT64_C(1) << 32) - 3, UINT64_C(1) << 31,
		UINT64_C(1) << 32,       (UINT64_C(1) << 40) - 3,
	};
	return cr_make_param_array(uint64_t, offsets,
				   sizeof(offsets) / sizeof(offsets[0]));
}

ParameterizedTest(uint64_t *offset, save_same_size, right_at_offset)
{
	MhexError err;
	char got[9] = {0};
	if (ftruncate(sample.fd, (off_t)(*offset + 100)) < 0)
		cr_skip_test("the file system has no files of this size");
	sample_reopen(&sample);
	sample_overwrite(&sample, *offset - 1, "far away");

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	cr_expect(eq(long, (long)pread(sample.fd, got, 8, (off_t)*offset - 1), 8));
	cr_expect(eq(str, got, (char *)"far away"));
	struct stat st;
	cr_assert(zero(int, fstat(sample.fd, &st)));
	cr_expect(eq(u64, (uint64_t)st.st_size, *offset + 100));
	cr_expect(lt(u64, (uint64_t)st.st_blocks * 512, 1 << 20), "holes stay holes");
}

Test(save_same_size, a_copy_within_the_document_needs_no_moves)
{
	MhexError err;
	Clip *clip = NULL;
	cr_assert(
		zero(int, (int)document_copy(sample.doc, (Range){0, 3000}, &clip, &err)));
	cr_assert(zero(int, (int)document_paste(sample.doc, 7000, clip, false, &err)));
	clip_free(clip);

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	sample_expect_saved(&sample);
	cr_expect(eq(int, sample_peek(&sample, 7005), sample_byte(5)));
}

Test(save_same_size, bytes_that_change_places_keep_their_values)
{
	MhexError err;
	uint64_t at = 0;
	sample_delete(&sample, 10, 100);
	sample_insert(&sample, 15000, "0123456789");
	for (int i = 0; i < 9; i++)
		sample_insert(&sample, 15000, "0123456789");
	cr_assert(eq(u64, document_size(sample.doc), SIZE));
	const ino_t inode = sample_inode(sample.path);

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);

	sample_expect_saved(&sample);
	cr_expect(eq(u64, sample_inode(sample.path), inode), "the same size: in place");
	while (document_undo(sample.doc, &at, &err) == MHEX_OK)
		;
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	sample_expect_untouched(&sample, SIZE);
}

/* ---- A program that runs ---- */

/* Runs the file at path, which echoes what it is told, until its input ends. */
static pid_t start_echo(const char *path, int *to)
{
	int in[2], out[2];
	char byte = 0;
	cr_assert(zero(int, pipe2(in, O_CLOEXEC)));
	cr_assert(zero(int, pipe2(out, O_CLOEXEC)));
	const pid_t child = fork();
	if (child == 0) {
		(void)dup2(in[0], 0);
		(void)dup2(out[1], 1);
		(void)execl(path, path, NULL);
		_exit(127);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	cr_assert(eq(long, (long)write(in[1], "x", 1), 1));
	cr_assert(eq(long, (long)read(out[0], &byte, 1), 1), "it does not run");
	(void)close(out[0]);
	*to = in[1];
	return child;
}

Test(save_same_size, a_running_program_is_replaced_with_a_note)
{
	MhexError err;
	SaveResult result;
	size_t size = 0;
	int to = -1;
	uint8_t *cat = sample_file_bytes("/bin/cat", &size);
	cr_assert(eq(sz, (size_t)pwrite(sample.fd, cat, size, 0), size));
	free(cat);
	cr_assert(zero(int, fchmod(sample.fd, 0700)));
	(void)close(sample.fd);
	sample.fd = open(sample.path, O_RDONLY | O_CLOEXEC);
	sample_reopen(&sample);
	const pid_t child = start_echo(sample.path, &to);
	sample_overwrite(&sample, size - 4, "mhex");

	const MhexStatus status =
		sample_save(&sample, &(SaveRequest){.output_fd = -1}, &result, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(not(result.in_place));
	cr_expect(ne(ptr, strstr(result.note, "new file"), NULL), "%s", result.note);
	cr_expect(ne(int, sample_peek(&sample, size - 1), 'x'),
		  "the program has its own");
	sample_expect_saved(&sample);
	struct stat st;
	cr_assert(zero(int, stat(sample.path, &st)));
	cr_expect(eq(uint, st.st_mode & 07777, 0700));
	(void)close(to);
	(void)waitpid(child, NULL, 0);
}
