/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every system call of every kind of save fails once: the file is then wholly old or
 * wholly new, nothing that is unsaved is lost or taken for saved, and the next save
 * works. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document/recovery.h"
#include "save_sample.h"
#include "support/faults.h"
#include "support/temp_file.h"

enum {
	SIZE = 20000,
	CALLS_MAX = 2000, /* of one save; what makes more has no end */
};

static SaveSample sample;
static TempFile state; /* the folder of the journals */

typedef struct {
	uint8_t *bytes;
	size_t size;
} Content;

static Content old, new;

static void take_contents(void)
{
	old.bytes = sample_file_bytes(sample.path, &old.size);
	new.bytes = sample_document_bytes(&sample, &new.size);
}

static void free_contents(void)
{
	free(old.bytes);
	free(new.bytes);
	old.bytes = new.bytes = NULL;
}

static bool file_is(const Content *content)
{
	size_t size = 0;
	uint8_t *bytes = sample_file_bytes(sample.path, &size);
	const bool same =
		size == content->size && memcmp(bytes, content->bytes, size) == 0;
	free(bytes);
	return same;
}

/* --- what is saved --- */

static void edit_same_size(void)
{
	sample_overwrite(&sample, 10, "one");
	sample_overwrite(&sample, 9000, "two");
	sample_overwrite(&sample, 19990, "three");
}

static void edit_other_size(void)
{
	sample_insert(&sample, 0, "in front");
	sample_overwrite(&sample, 15000, "one");
	sample_insert(&sample, 20008, "behind");
}

/* A second name forbids a new file, so the bytes move within the old one. */
static void edit_linked(void)
{
	sample_link(&sample);
	edit_other_size();
}

static void edit_shorter(void)
{
	sample_link(&sample);
	sample_delete(&sample, 100, 5000);
}

static void edit_swapped(void)
{
	sample_delete(&sample, 0, 5000);
	sample_insert(&sample, 15000, "as long as it was");
	sample_delete(&sample, 5000, 17);
	MhexError err;
	cr_assert(zero(int, (int)document_resize(sample.doc, SIZE, &err)));
}

/* --- the faults --- */

static void set_up(void (*edit)(void))
{
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	sample.journal = true;
	sample_make(&sample, SIZE);
	sample_open(&sample, ACCESS_PREVIEW);
	edit();
	take_contents();
}

/* What was left beside the file: a fault in removing it is no fault of the save. */
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
	free_contents();
	remove_rest();
	sample_remove(&sample);
	temp_folder_remove(&state);
}

/* What could not be put back at once can be later. */
static void expect_recovers(const char *plan)
{
	MhexError err = {0};
	Recovery *recovery = NULL;
	MhexStatus status = recovery_find(&recovery, sample.path, &err);
	/* The mark of a failure could not be written either: it counts as complete. */
	if (status == MHEX_E_NOTFOUND && file_is(&new))
		return;
	cr_assert(zero(int, (int)status), "%s: no journal: %s", plan, err.message);
	status = recovery_run(recovery, RECOVERY_BACK, &err);
	cr_assert(zero(int, (int)status), "%s: %s", plan, err.message);
	cr_expect(file_is(&old), "%s: not the old bytes after recovery", plan);
}

/* A new file that has its name already stays there when only its folder is not on disk.
 */
static bool may_be_new(const MhexError *err)
{
	return sample_has(err, "the new file is in place");
}

static void expect_pending(const char *plan, MhexStatus status, const MhexError *err)
{
	if (!status) {
		cr_expect(file_is(&new), "%s: saved, but not in the file", plan);
		cr_expect(not(document_is_modified(sample.doc)), "%s", plan);
		return;
	}
	cr_expect(ne(int, err->message[0], 0), "%s: no sentence", plan);
	cr_expect(file_is(may_be_new(err) ? &new : &old), "%s: %s: not the old bytes",
		  plan, err->message);
	cr_expect(document_is_modified(sample.doc) || may_be_new(err),
		  "%s: %s: the edits are taken for saved", plan, err->message);
}

/* One save with this fault, and one without. How many calls there were. */
static unsigned save_with(void (*edit)(void), const char *plan)
{
	MhexError err = {0};
	set_up(edit);
	faults_plan(plan);
	const MhexStatus status = sample_write(&sample, &err);
	const unsigned count = faults_count("any");
	faults_plan("");
	expect_pending(plan, status, &err);

	const MhexStatus again = sample_write(&sample, &err);
	cr_expect(zero(int, (int)again), "%s: and then: %s", plan, err.message);
	cr_expect(file_is(&new), "%s: the second save is not in the file", plan);

	Recovery *recovery = NULL;
	cr_expect(eq(int, (int)recovery_find(&recovery, sample.path, &err),
		     MHEX_E_NOTFOUND),
		  "%s: something is left", plan);
	recovery_close(recovery);
	tear_down();
	return count;
}

static void fail_each(void (*edit)(void), const char *action)
{
	char plan[64];
	unsigned count = 1;
	for (unsigned n = 1; n <= count && n < CALLS_MAX; n++) {
		(void)snprintf(plan, sizeof(plan), "any:%u:%s", n, action);
		count = save_with(edit, plan);
	}
	cr_expect(lt(uint, count, (unsigned)CALLS_MAX));
	cr_expect(lt(uint, 10u, count), "only %u calls went through the plan", count);
}

static void fail_each_way(void (*edit)(void))
{
	static const char *const actions[] = {"EIO", "EINTR", "short"};
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		fail_each(edit, actions[i]);
}

TestSuite(save_faults, .timeout = 280);

Test(save_faults, in_place)
{
	fail_each_way(edit_same_size);
}

Test(save_faults, by_rename)
{
	fail_each_way(edit_other_size);
}

Test(save_faults, in_place_and_longer)
{
	fail_each_way(edit_linked);
}

Test(save_faults, in_place_and_shorter)
{
	fail_each_way(edit_shorter);
}

Test(save_faults, in_place_with_moves)
{
	fail_each_way(edit_swapped);
}

/* The disk is full, or gone, from some call on. */
static void fail_from(void (*edit)(void), const char *action)
{
	char plan[64];
	unsigned count = 1;
	unsigned recovered = 0;
	MhexError err = {0};
	for (unsigned n = 1; n <= count && n < CALLS_MAX; n++) {
		(void)snprintf(plan, sizeof(plan), "change:%u+:%s", n, action);
		set_up(edit);
		faults_plan(plan);
		const MhexStatus status = sample_write(&sample, &err);
		count = faults_count("change");
		faults_plan("");
		if (status && !file_is(&old) && !may_be_new(&err)) {
			cr_expect(sample_has(&err, "not all") &&
					  sample_has(&err, "could be put back"),
				  "%s: %s", plan, err.message);
			/* Unless the journal met the fault before. */
			if (sample_has(&err, "recover")) {
				expect_recovers(plan);
				recovered++;
			}
		} else {
			expect_pending(plan, status, &err);
		}
		tear_down();
	}
	/* In place the stores go through memory, and back. */
	cr_expect(recovered > 0 || edit == edit_same_size || edit == edit_other_size,
		  "nothing was recovered");
}

Test(save_faults, that_do_not_end)
{
	fail_from(edit_same_size, "EIO");
	fail_from(edit_other_size, "ENOSPC");
	fail_from(edit_linked, "EIO");
	fail_from(edit_shorter, "EROFS");
	fail_from(edit_swapped, "EIO");
}
