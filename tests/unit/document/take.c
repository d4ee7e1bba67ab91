/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Conflicts found by a job, and decided some at a time. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "doc_sample.h"

enum {
	PAIRS = 100 /* every second byte is edited, and each of those changed by others */
};

static DocSample s;

static void set_up(void)
{
	char text[2 * PAIRS + 1] = {0};
	memset(text, 'a', sizeof(text) - 1);
	doc_sample_make(&s, text, ACCESS_PREVIEW);
	for (size_t i = 0; i < PAIRS; i++)
		doc_overwrite(s.doc, 2 * i, "m");
	for (size_t i = 0; i < PAIRS; i++)
		sample_write(&s.file, 2 * i, "t", 1);
}

static void tear_down(void)
{
	doc_sample_remove(&s);
}

TestSuite(take, .init = set_up, .fini = tear_down, .timeout = 100);

static bool count(void *context, const Conflict *conflict)
{
	uint64_t *conflicts = context;
	(void)conflict;
	++*conflicts;
	return true;
}

static uint64_t conflicts(void)
{
	uint64_t found = 0;
	cr_assert(zero(int, (int)document_conflicts(s.doc, count, &found, NULL)));
	return found;
}

static Conflicts *find(Range range)
{
	MhexError err;
	Conflicts *found = NULL;
	const MhexStatus status = document_find_conflicts(s.doc, range, -1, &found, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
	return found;
}

static const Range everything = {0, UINT64_MAX};

static MhexStatus begin(TakeSide side, Conflicts *found, Taking **taking, MhexError *err)
{
	*err = (MhexError){0};
	return document_take_begin(s.doc, side, found, taking, err);
}

/* How many bytes differ from what they were. */
static size_t edited(void)
{
	size_t edits = 0;
	for (const char *state = doc_states(s.doc); *state; state++)
		edits += *state == 'M';
	return edits;
}

/* ---- Found ---- */

typedef struct {
	uint64_t first, seen;
} Seen;

static bool see(void *context, const Conflict *conflict)
{
	Seen *seen = context;
	if (seen->seen++ == 0)
		seen->first = conflict->offset;
	cr_expect(conflict->has_was && conflict->was == 'a');
	cr_expect(conflict->has_theirs && conflict->theirs == 't');
	cr_expect(conflict->has_mine && conflict->mine == 'm');
	return seen->seen < 10;
}

Test(take, a_job_finds_what_is_there_now)
{
	Seen seen = {0};
	ConflictCount total;
	Conflicts *found = find((Range){21, 100});
	doc_overwrite(s.doc, 30, "t");

	cr_assert(zero(int, (int)conflicts_show(found, see, &seen, &total, NULL)));

	cr_expect(eq(u64, total.times, 50), "as it was when the job began");
	cr_expect(eq(u64, total.bytes, 50));
	cr_expect(eq(u64, seen.first, 22));
	cr_expect(eq(u64, seen.seen, 10));
}

Test(take, a_job_that_is_cancelled_finds_nothing)
{
	ConflictCount total;
	Seen seen = {0};
	Conflicts *found = find(everything);
	conflicts_cancel(found);

	const MhexStatus status = conflicts_show(found, see, &seen, &total, NULL);

	/* It may have ended before. */
	cr_expect(eq(u64, seen.seen, status == MHEX_E_CANCELLED ? 0 : 10));
	conflicts_drop(find(everything));
}

/* ---- Decided ---- */

static void expect_stopped_after_some(TakeSide side)
{
	MhexError err;
	Taking *taking = NULL;
	uint64_t done = 0;
	uint64_t total = 0;
	cr_assert(zero(int, (int)begin(side, find(everything), &taking, &err)));
	cr_assert(zero(int, (int)document_take_some(taking, &err)));
	taking_get_progress(taking, &done, &total);
	cr_assert(eq(u64, total, PAIRS));
	cr_assert(lt(u64, 0, done));
	cr_assert(lt(u64, done, PAIRS));

	cr_expect(eq(u64, document_take_end(taking), done));
	cr_expect(eq(u64, conflicts(), PAIRS - done));
	cr_expect(eq(sz, edited(), side == TAKE_MINE ? PAIRS : (size_t)(PAIRS - done)));
	doc_undo(s.doc);
	cr_expect(eq(u64, conflicts(), PAIRS), "one step");
	cr_expect(eq(sz, edited(), PAIRS));
	doc_redo(s.doc);
	cr_expect(eq(u64, conflicts(), PAIRS - done));
}

Test(take, what_was_decided_for_mine_stays_when_the_rest_is_stopped)
{
	expect_stopped_after_some(TAKE_MINE);
}

Test(take, what_was_decided_for_theirs_stays_when_the_rest_is_stopped)
{
	expect_stopped_after_some(TAKE_THEIRS);
}

static void expect_progress_within(const Taking *taking)
{
	uint64_t done = 0;
	uint64_t total = 0;
	taking_get_progress(taking, &done, &total);
	cr_expect(lt(u64, 0, done));
	cr_expect(lt(u64, done, total));
}

/* Half of a difference without its bytes side by side would be mine, and be stored over
 * theirs. */
Test(take, a_difference_of_two_lengths_is_decided_as_a_whole)
{
	MhexError err;
	Taking *taking = NULL;
	doc_delete(s.doc, 0, 2 * PAIRS - 4);
	doc_insert(s.doc, 0, "short");
	const size_t edits = edited();
	const uint64_t found = conflicts();

	cr_assert(zero(int, (int)begin(TAKE_THEIRS, find(everything), &taking, &err)));
	cr_assert(zero(int, (int)document_take_some(taking, &err)));
	expect_progress_within(taking);
	cr_expect(eq(u64, document_take_end(taking), PAIRS), "though it was stopped");

	cr_expect(zero(u64, conflicts()));
	cr_expect(zero(sz, edited()));
	doc_undo(s.doc);
	cr_expect(eq(u64, conflicts(), found), "one step");
	cr_expect(eq(sz, edited(), edits));
	doc_redo(s.doc);
	cr_expect(zero(u64, conflicts()));
	cr_expect(zero(sz, edited()));
}

static void expect_parts_of_a_long_run(TakeSide side)
{
	enum {
		LENGTH = 256 << 10
	};
	MhexError err;
	Taking *taking = NULL;
	static char theirs[LENGTH];
	sample_write(&s.file, 0, memset(theirs, 'a', LENGTH), LENGTH);
	cr_assert(zero(int, (int)document_reload(s.doc, false, NULL, NULL)));
	cr_assert(zero(
		int, (int)document_fill(s.doc, (Range){0, LENGTH}, "m", 1, false, NULL)));
	sample_write(&s.file, 0, memset(theirs, 't', LENGTH), LENGTH);
	const uint64_t before = conflicts();

	cr_assert(zero(int, (int)begin(side, find(everything), &taking, &err)));
	cr_assert(zero(int, (int)document_take_some(taking, &err)));
	expect_progress_within(taking);

	const uint64_t taken = document_take_end(taking);
	cr_expect(lt(u64, 0, taken));
	cr_expect(eq(u64, conflicts(), before - taken));
	doc_undo(s.doc);
	cr_expect(eq(u64, conflicts(), before));
}

Test(take, a_long_run_is_decided_part_by_part)
{
	expect_parts_of_a_long_run(TAKE_MINE);
	doc_undo(s.doc);
	expect_parts_of_a_long_run(TAKE_THEIRS);
}

Test(take, edits_since_it_was_looked_for_refuse_it)
{
	MhexError err;
	Taking *taking = NULL;
	Conflicts *found = find(everything);
	doc_overwrite(s.doc, 1, "x");

	cr_expect(
		eq(int, (int)begin(TAKE_THEIRS, found, &taking, &err), MHEX_E_CONFLICT));

	cr_expect(eq(str, err.message,
		     (char *)"the document changed while it was compared; nothing is "
			     "decided"));
	cr_expect(eq(u64, conflicts(), PAIRS));
}

/* A file that others go on writing could not be decided otherwise. */
Test(take, what_others_do_since_is_no_hindrance)
{
	MhexError err;
	uint64_t size = 0;
	Taking *taking = NULL;
	Conflicts *found = find((Range){0, 4});
	sample_write(&s.file, 2, "T", 1);
	sample_write(&s.file, 2 * PAIRS, "more", 4);
	(void)document_refresh(s.doc, &size);
	cr_assert(eq(u64, document_size(s.doc), (uint64_t)2 * PAIRS + 4));

	cr_assert(zero(int, (int)begin(TAKE_MINE, found, &taking, &err)), "%s",
		  err.message);
	cr_assert(zero(int, (int)document_take_some(taking, &err)));
	cr_assert(eq(u64, document_take_end(taking), 2));

	/* The second has another value than the one that was decided, or was seen so. */
	const uint64_t left = conflicts();
	cr_expect(left == PAIRS - 1 || left == PAIRS - 2, "%d", (int)left);
}
