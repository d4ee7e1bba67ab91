/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit_sample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "support/temp_file.h"

SaveSample sample;
static TempFile state;
EditRecovery *recovery;
MhexError err;

void edits_set_up(void)
{
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	sample_make(&sample, SIZE);
	sample_open(&sample, ACCESS_PREVIEW);
}

void edits_tear_down(void)
{
	edit_recovery_close(recovery);
	recovery = NULL;
	sample_remove(&sample);
	temp_folder_remove(&state);
}

void expect_ok(MhexStatus status)
{
	cr_assert(zero(int, (int)status), "%s", err.message);
}

void start(void)
{
	expect_ok(edit_journal_start(sample.doc, &err));
}

void flush(void)
{
	expect_ok(edit_journal_flush(sample.doc, &err));
}

/* The program dies, and another one opens the file. */
void crash_with(Access access)
{
	edit_journal_end(sample.doc, true);
	document_close(sample.doc);
	sample_open(&sample, access);
}

void crash(void)
{
	crash_with(ACCESS_PREVIEW);
}

MhexStatus find(void)
{
	edit_recovery_close(recovery);
	return edit_recovery_find(&recovery, sample.path, &err);
}

uint64_t apply(void)
{
	uint64_t conflicts = 0;
	expect_ok(find());
	expect_ok(edit_recovery_apply(recovery, sample.doc, &conflicts, &err));
	recovery = NULL;
	return conflicts;
}

size_t journals(void)
{
	StateFolder folder;
	JournalList list;
	if (state_folder_open(&folder, false, &err))
		return 0;
	expect_ok(journal_list(&list, &folder, &err));
	const size_t count = list.count;
	ARRAY_FREE(&list);
	state_folder_close(&folder);
	return count;
}

void expect_nothing_left(void)
{
	cr_expect(eq(int, (int)find(), MHEX_E_NOTFOUND));
	cr_expect(eq(sz, journals(), 0));
}

/* What is applied after a crash is what was there before it. */
void expect_survives(void)
{
	size_t before_size = 0, after_size = 0;
	uint8_t *before = sample_document_bytes(&sample, &before_size);
	crash();
	cr_expect(zero(u64, apply()));
	uint8_t *after = sample_document_bytes(&sample, &after_size);
	cr_assert(eq(sz, after_size, before_size));
	cr_expect(zero(int, memcmp(after, before, before_size)));
	free(before);
	free(after);
}

void undo(void)
{
	expect_ok(document_undo(sample.doc, NULL, &err));
}

void redo(void)
{
	expect_ok(document_redo(sample.doc, NULL, &err));
}
