/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Saves to another file, to a new one and to a stream. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "save_sample.h"

enum {
	SIZE = 200000
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

TestSuite(save_copy, .init = set_up, .fini = tear_down, .timeout = 100);

static SaveRequest to_other(bool force)
{
	return (SaveRequest){.path = sample.other, .output_fd = -1, .force = force};
}

static void make_other(const char *text)
{
	const int fd = open(sample.other, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0604);
	cr_assert(eq(sz, (size_t)write(fd, text, strlen(text)), strlen(text)));
	(void)close(fd);
	cr_assert(zero(int, chmod(sample.other, 0604)));
}

static void expect_other_is_document(void)
{
	size_t size = 0;
	uint8_t *bytes = sample_document_bytes(&sample, &size);
	sample_expect(sample.other, bytes, size);
	free(bytes);
}

Test(save_copy, a_copy_leaves_the_edits_unsaved)
{
	MhexError err;
	SaveResult result;
	const SaveRequest request = to_other(false);
	sample_insert(&sample, 100, "hello");

	const MhexStatus status = sample_save(&sample, &request, &result, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	expect_other_is_document();
	sample_expect_untouched(&sample, SIZE);
	cr_expect(document_is_modified(sample.doc));
	cr_expect(not(result.took_name));
	cr_expect(eq(str, (char *)document_path(sample.doc), sample.path));
	cr_expect(eq(u64, result.bytes_changed, SIZE + 5));
}

Test(save_copy, an_existing_file_is_refused_and_replaced_by_force)
{
	MhexError err;
	struct stat st;
	const SaveRequest request = to_other(false), forced = to_other(true);
	make_other("theirs");
	sample_insert(&sample, 100, "hello");

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_REFUSED), "%s", err.message);
	sample_expect(sample.other, "theirs", 6);
	cr_assert(zero(int, (int)sample_save(&sample, &forced, NULL, &err)), "%s",
		  err.message);
	expect_other_is_document();
	cr_assert(zero(int, stat(sample.other, &st)));
	cr_expect(eq(uint, st.st_mode & 07777, 0604), "replaced as by a save");
}

Test(save_copy, an_existing_file_with_two_names_is_written_in_place)
{
	MhexError err;
	char third[160];
	const SaveRequest forced = to_other(true);
	make_other("theirs");
	(void)snprintf(third, sizeof(third), "%s/third", sample.folder);
	cr_assert(zero(int, link(sample.other, third)));
	sample_insert(&sample, 100, "hello");

	const MhexStatus status = sample_save(&sample, &forced, NULL, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	expect_other_is_document();
	cr_expect(eq(u64, sample_inode(sample.other), sample_inode(third)));
	cr_expect(document_is_modified(sample.doc));
	(void)unlink(third);
}

Test(save_copy, exactly_the_bytes_of_a_range)
{
	MhexError err;
	SaveRequest request = to_other(false);
	request.has_range = true;
	request.range = (Range){98, 9};
	sample_overwrite(&sample, 100, "hello");

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	const char want[] = {
		(char)sample_byte(98),  (char)sample_byte(99), 'h', 'e', 'l', 'l', 'o',
		(char)sample_byte(105), (char)sample_byte(106)};
	sample_expect(sample.other, want, 9);
}

Test(save_copy, a_range_beyond_the_end_is_refused_at_once)
{
	MhexError err;
	SaveRequest request = to_other(false);
	request.has_range = true;
	request.range = (Range){SIZE - 1, 2};

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_RANGE));
	cr_expect(lt(int, access(sample.other, F_OK), 0));
}

Test(save_copy, onto_itself_by_another_path_is_an_ordinary_save)
{
	MhexError err;
	const SaveRequest request = to_other(false);
	cr_assert(zero(int, symlink("file", sample.other)));
	sample_overwrite(&sample, 100, "hello");

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	sample_expect_saved(&sample);
}

Test(save_copy, onto_itself_by_a_hard_link_is_an_ordinary_save)
{
	MhexError err;
	const SaveRequest request = to_other(false);
	cr_assert(zero(int, link(sample.path, sample.other)));
	sample_insert(&sample, 100, "hello");

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	sample_expect_saved(&sample);
	expect_other_is_document();
}

Test(save_copy, a_range_onto_itself_needs_force_and_loses_nothing)
{
	MhexError err;
	SaveRequest request = {.path = sample.path,
			       .output_fd = -1,
			       .has_range = true,
			       .range = {100, 50000}};
	sample_overwrite(&sample, 100, "hello");

	MhexStatus status = sample_save(&sample, &request, NULL, &err);
	cr_expect(eq(int, (int)status, MHEX_E_REFUSED), "%s", err.message);
	sample_expect_untouched(&sample, SIZE);

	request.force = true;
	status = sample_save(&sample, &request, NULL, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	size_t size = 0;
	uint8_t *bytes = sample_document_bytes(&sample, &size);
	cr_expect(eq(sz, size, SIZE), "the document is as before");
	sample_expect(sample.path, bytes + 100, 50000);
	free(bytes);
}

Test(save_copy, a_range_onto_itself_is_not_written_where_it_is_read)
{
	MhexError err;
	const SaveRequest request = {.path = sample.path,
				     .output_fd = -1,
				     .force = true,
				     .has_range = true,
				     .range = {100, 50000}};
	cr_assert(zero(int, link(sample.path, sample.other)));

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED), "%s", err.message);
	sample_expect_untouched(&sample, SIZE);
}

Test(save_copy, a_document_without_a_name_takes_that_of_its_copy)
{
	MhexError err;
	SaveResult result;
	const SaveRequest request = to_other(false);
	document_close(sample.doc);
	cr_assert(zero(int, (int)document_new(&sample.doc,
					      (DocumentOptions){.access = ACCESS_PREVIEW},
					      &err)));
	sample_insert(&sample, 0, "new");
	cr_expect(eq(int, (int)sample_write(&sample, &err), MHEX_E_UNSUPPORTED));
	cr_expect(sample_has(&err, "name"), "%s", err.message);

	const MhexStatus status = sample_save(&sample, &request, &result, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(result.took_name);
	cr_expect(eq(str, (char *)document_path(sample.doc), sample.other));
	cr_expect(not(document_is_modified(sample.doc)));
	sample_overwrite(&sample, 1, "E");
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	sample_expect(sample.other, "nEw", 3);
	uint64_t at = 0;
	cr_assert(zero(int, (int)document_undo(sample.doc, &at, &err)));
	cr_assert(zero(int, (int)document_undo(sample.doc, &at, &err)));
	cr_expect(zero(u64, document_size(sample.doc)));
}

static void open_new(void)
{
	MhexError err;
	document_close(sample.doc);
	const DocumentOptions options = {.access = ACCESS_PREVIEW, .create = true};
	cr_assert(zero(int, (int)document_open(&sample.doc, sample.other, options, &err)),
		  "%s", err.message);
}

Test(save_copy, a_new_file_is_made_by_its_first_save)
{
	MhexError err;
	open_new();
	cr_expect(lt(int, access(sample.other, F_OK), 0));

	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	sample_expect(sample.other, "", 0);

	sample_insert(&sample, 0, "new");
	cr_assert(zero(int, (int)sample_write(&sample, &err)), "%s", err.message);
	sample_expect(sample.other, "new", 3);
	cr_expect(not(document_is_modified(sample.doc)));
}

Test(save_copy, a_new_file_that_appeared_meanwhile_is_refused)
{
	MhexError err;
	open_new();
	sample_insert(&sample, 0, "new");
	make_other("theirs");

	const MhexStatus status = sample_write(&sample, &err);

	cr_expect(eq(int, (int)status, MHEX_E_REFUSED), "%s", err.message);
	sample_expect(sample.other, "theirs", 6);
	cr_assert(zero(int, (int)sample_write_forced(&sample, &err)), "%s", err.message);
	sample_expect(sample.other, "new", 3);
	cr_expect(not(document_is_modified(sample.doc)));
}

Test(save_copy, a_folder_that_is_not_there_is_an_error)
{
	MhexError err;
	char path[160];
	(void)snprintf(path, sizeof(path), "%s/none/file", sample.folder);
	const SaveRequest request = {.path = path, .output_fd = -1};

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_IO));
	cr_expect(sample_has(&err, "No such file"), "%s", err.message);
}

Test(save_copy, a_folder_is_not_a_file)
{
	MhexError err;
	const SaveRequest request = {
		.path = sample.folder, .output_fd = -1, .force = true};

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_UNSUPPORTED));
	cr_expect(sample_has(&err, "directory"), "%s", err.message);
}

Test(save_copy, a_device_is_written_to_and_not_replaced)
{
	MhexError err;
	struct stat st;
	const SaveRequest request = {.path = "/dev/null", .output_fd = -1, .force = true};

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(zero(int, (int)status), "%s", err.message);
	cr_assert(zero(int, stat("/dev/null", &st)));
	cr_expect(eq(uint, st.st_mode & S_IFMT, S_IFCHR));
}

Test(save_copy, a_fifo_without_a_reader_is_an_error_and_no_wait)
{
	MhexError err;
	const SaveRequest request = to_other(true);
	cr_assert(zero(int, mkfifo(sample.other, 0600)));

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_IO), "%s", err.message);
}

Test(save_copy, to_a_stream)
{
	MhexError err;
	int ends[2];
	char got[16] = {0};
	cr_assert(zero(int, pipe(ends)));
	sample_overwrite(&sample, 100, "hello");
	const SaveRequest request = {
		.output_fd = ends[1], .has_range = true, .range = {100, 5}};

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(eq(long, (long)read(ends[0], got, sizeof(got)), 5));
	cr_expect(eq(str, got, (char *)"hello"));
	cr_expect(document_is_modified(sample.doc));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

Test(save_copy, a_stream_that_fails_is_an_error)
{
	MhexError err;
	const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		cr_skip_test("no /dev/full here");
	const SaveRequest request = {.output_fd = fd};

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(eq(int, (int)status, MHEX_E_NOSPACE), "%s", err.message);
	(void)close(fd);
}

Test(save_copy, a_copy_of_what_was_cut_off_is_an_error)
{
	MhexError err;
	const SaveRequest request = to_other(false);
	cr_assert(zero(int, ftruncate(sample.fd, 1000)));

	const MhexStatus status = sample_save(&sample, &request, NULL, &err);

	cr_expect(ne(int, (int)status, MHEX_OK));
	cr_expect(lt(int, access(sample.other, F_OK), 0), "%s", err.message);
}

/* ---- Live ---- */

Test(save_copy, live_a_save_syncs_and_names_what_others_changed)
{
	MhexError err;
	SaveResult result;
	const SaveRequest request = {.output_fd = -1};
	document_close(sample.doc);
	sample_open(&sample, ACCESS_LIVE);
	sample_overwrite(&sample, 100, "hello");
	cr_expect(eq(int, sample_peek(&sample, 100), 'h'), "there at once");

	MhexStatus status = sample_save(&sample, &request, &result, &err);

	cr_assert(zero(int, (int)status), "%s", err.message);
	cr_expect(eq(u64, result.bytes_changed, 5));
	cr_expect(not(document_is_modified(sample.doc)));
	sample_overwrite(&sample, 200, "world");
	sample_poke(&sample, 201, "!");
	status = sample_save(&sample, &request, &result, &err);
	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", err.message);
	cr_expect(sample_has(&err, "0xc9"), "%s", err.message);
}
