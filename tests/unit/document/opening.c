/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files that are read as a whole, by a job. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/prctl.h>

#include "doc_sample.h"
#include "support/many_mappings.h"

static Document *doc;
static const DocumentOptions options = {.access = ACCESS_PREVIEW, .at_once = true};

static void tear_down(void)
{
	document_close(doc);
}

TestSuite(opening, .fini = tear_down, .timeout = 100);

static Opening *start(const char *path)
{
	Opening *opening = NULL;
	MhexError err;
	cr_assert(zero(int, (int)opening_start(&opening, path, options, -1, &err)), "%s",
		  err.message);
	return opening;
}

static void open_by_job(const char *path)
{
	MhexError err;
	cr_assert(zero(int, (int)document_open_read(&doc, path, start(path), &err)), "%s",
		  err.message);
}

Test(opening, what_is_mapped_needs_no_job)
{
	cr_expect(zero(int, (int)document_open(&doc, "/proc/self/exe", options, NULL)));
}

Test(opening, what_is_read_as_a_whole_does)
{
	MhexError err = {0};

	cr_expect(eq(int, (int)document_open(&doc, "/proc/version", options, &err),
		     MHEX_E_WHOLE));

	cr_expect(zero(ptr, doc));
	cr_expect(eq(str, err.message,
		     (char *)"/proc/version: has to be read as a whole first"));
}

Test(opening, a_job_reads_all_of_it)
{
	char got[5] = "";
	open_by_job("/proc/version");

	cr_assert(zero(int, (int)document_read(doc, 0, got, 5, NULL, NULL)));

	cr_expect(zero(int, memcmp(got, "Linux", 5)));
	cr_expect(eq(int, (int)document_access(doc), ACCESS_VIEW));
	cr_expect(eq(str, (char *)document_path(doc), (char *)"/proc/version"));
	cr_expect(eq(str, (char *)document_note(doc), (char *)""));
}

Test(opening, one_that_is_stopped_keeps_what_came)
{
	const char *path = "/proc/self/smaps";
	make_many_mappings();

	for (int i = 0; i < STOP_TRIES && (!doc || !*document_note(doc)); i++) {
		document_close(doc);
		Opening *opening = start(path);
		opening_cancel(opening);
		cr_assert(zero(int, (int)document_open_read(&doc, path, opening, NULL)));
	}

	cr_expect(lt(u64, 0, document_size(doc)));
	cr_expect(eq(str, (char *)document_note(doc), (char *)"reading was stopped"));
}

Test(opening, a_file_that_is_gone_is_an_error)
{
	MhexError err = {0};

	cr_expect(
		eq(int,
		   (int)document_open_read(&doc, "/proc/none", start("/proc/none"), &err),
		   MHEX_E_IO));

	cr_expect(ne(ptr, strstr(err.message, "No such file"), NULL), "%s", err.message);
}

Test(opening, a_reload_reads_it_again)
{
	uint64_t conflicts = 1;
	char got[6] = "";
	cr_assert(zero(int, prctl(PR_SET_NAME, "first")));
	open_by_job("/proc/self/comm");
	cr_assert(zero(int, prctl(PR_SET_NAME, "other")));

	cr_expect(
		eq(int, (int)document_reload(doc, true, &conflicts, NULL), MHEX_E_WHOLE));
	cr_expect(zero(int, (int)document_reload_read(doc, start("/proc/self/comm"),
						      &conflicts, NULL)));

	cr_assert(zero(int, (int)document_read(doc, 0, got, 5, NULL, NULL)));
	cr_expect(eq(str, got, (char *)"other"));
	cr_expect(eq(u64, conflicts, 0));
}

Test(opening, no_reload_while_it_is_being_written)
{
	uint64_t conflicts = 1;
	MhexError err = {0};
	Save *save = NULL;
	SaveResult result;
	const SaveRequest request = {.path = "/dev/null", .force = true, .output_fd = -1};
	open_by_job("/proc/version");
	cr_assert(zero(int, (int)document_save_start(doc, &request, -1, &save, NULL)));

	cr_expect(eq(
		int,
		(int)document_reload_read(doc, start("/proc/version"), &conflicts, &err),
		MHEX_E_BUSY));

	cr_expect(eq(str, err.message, (char *)"/proc/version is being written"));
	(void)document_save_finish(doc, save, &result, NULL);
}
