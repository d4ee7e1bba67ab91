/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bytes made of others: whole or not at all. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doc_sample.h"
#include "support/faults.h"

static DocSample sample;

static void make(void)
{
	faults_plan("");
	doc_sample_make(&sample, "0123456789", ACCESS_PREVIEW);
}

static void clean(void)
{
	faults_plan("");
	doc_sample_remove(&sample);
}

TestSuite(derive, .init = make, .fini = clean, .timeout = 100);

enum {
	LARGE = 3 << 20
};

/* The place is added, so that a part at the wrong one is seen. */
static void add_place(const void *context, uint64_t at, uint8_t *bytes, size_t length)
{
	(void)context;
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(bytes[i] + (at + i) % 251);
}

static void turn(const void *context, uint64_t at, uint8_t *bytes, size_t length)
{
	(void)context;
	(void)at;
	for (size_t i = 0; i < length / 2; i++) {
		const uint8_t byte = bytes[i];
		bytes[i] = bytes[length - 1 - i];
		bytes[length - 1 - i] = byte;
	}
}

static MhexStatus derive(Range range, MhexError *err)
{
	Clip *clip = NULL;
	Intake *intake = NULL;
	const Derivation how = {.range = range, .change = add_place};
	MhexStatus status = document_derive(sample.doc, &how, -1, &intake, err);
	if (!status)
		status = document_take_intake(sample.doc, intake, &clip, err);
	if (!status)
		status = document_put(sample.doc, range.offset, clip,
				      (Range){0, clip_length(clip)}, err);
	clip_free(clip);
	return status;
}

static void make_large(void)
{
	doc_insert(sample.doc, 0, "some");
	cr_assert(zero(int, document_resize(sample.doc, LARGE, NULL)));
}

/* Is what derive() makes of make_large() at [from, to)? */
static bool is_derived(uint64_t from, uint64_t to)
{
	static const uint8_t text[] = "some0123456789";
	uint8_t *bytes = malloc(LARGE);
	bool same = !document_read(sample.doc, 0, bytes, LARGE, NULL, NULL);
	for (uint64_t i = 0; i < LARGE && same; i++) {
		uint8_t want = i < sizeof(text) ? text[i] : 0;
		if (i >= from && i < to)
			want = (uint8_t)(want + (i - from) % 251);
		same = bytes[i] == want;
	}
	free(bytes);
	return same;
}

Test(derive, changes_what_was_edited_and_is_one_step)
{
	doc_overwrite(sample.doc, 4, "x");
	const Range range = {2, 4};

	cr_assert(zero(int, derive(range, NULL)));

	EXPECT_DOC(sample.doc, "0124z86789");
	EXPECT_STATES(sample.doc, "...MMM....");
	(void)doc_undo(sample.doc);
	EXPECT_DOC(sample.doc, "0123x56789");
	(void)doc_redo(sample.doc);
	EXPECT_DOC(sample.doc, "0124z86789");
}

Test(derive, large_ranges_take_no_memory)
{
	DocumentInfo info;
	make_large();

	cr_assert(zero(int, derive((Range){3, LARGE - 7}, NULL)));

	cr_expect(is_derived(3, LARGE - 4));
	document_get_info(sample.doc, &info);
	cr_expect(lt(u64, info.memory, LARGE / 4));
	(void)doc_undo(sample.doc);
	cr_expect(is_derived(0, 0));
}

Test(derive, begins_at_the_end_where_that_is_wanted)
{
	Clip *clip = NULL;
	Intake *intake = NULL;
	const Range range = {1, LARGE - 1};
	make_large();
	const Derivation how = {.range = range, .backwards = true, .change = turn};

	cr_assert(zero(int, document_derive(sample.doc, &how, -1, &intake, NULL)));
	cr_assert(zero(int, document_take_intake(sample.doc, intake, &clip, NULL)));

	uint8_t end[16];
	cr_assert(zero(int, clip_read(clip, LARGE - 17, end, sizeof(end), NULL)));
	cr_expect(zero(int, memcmp(end, "\0\0\0009876543210emo", sizeof(end))));
	clip_free(clip);
}

Test(derive, a_byte_that_cannot_be_read_is_named)
{
	MhexError err;
	cr_assert(zero(int, truncate(sample.file.path, 6)));

	cr_expect(ne(int, derive((Range){2, 7}, &err), MHEX_OK));

	cr_expect(strstr(err.message, "0x6") != NULL, "%s", err.message);
	EXPECT_STATES(sample.doc, "......????");
}

Test(derive, without_room_for_the_result_nothing_is_done)
{
	MhexError err;
	make_large();
	faults_plan("posix_fallocate:1+:ENOSPC");

	cr_expect(ne(int, derive((Range){0, LARGE}, &err), MHEX_OK));

	cr_expect(strstr(err.message, "3145728") != NULL, "%s", err.message);
	cr_expect(is_derived(0, 0));
}

Test(derive, a_disk_that_fails_ends_it)
{
	MhexError err;
	make_large();
	faults_plan("pwrite:5:EIO");

	cr_expect(ne(int, derive((Range){0, LARGE}, &err), MHEX_OK));

	cr_expect(strstr(err.message, "0x300000") != NULL, "%s", err.message);
	cr_expect(is_derived(0, 0));
}

Test(derive, a_range_beyond_the_end_is_refused)
{
	MhexError err;
	cr_expect(eq(int, derive((Range){8, 3}, &err), MHEX_E_RANGE));
}

Test(derive, can_be_dropped_at_any_time)
{
	Intake *intake = NULL;
	const Derivation how = {.range = {0, LARGE}, .change = add_place};
	make_large();

	cr_assert(zero(int, document_derive(sample.doc, &how, -1, &intake, NULL)));
	intake_drop(intake);

	cr_expect(is_derived(0, 0));
}

/* ---- Putting ---- */

Test(derive, a_pattern_is_put_part_by_part)
{
	Clip *clip = NULL;
	cr_assert(zero(int, document_fill_clip(sample.doc, "abc", 3, 7, &clip, NULL)));
	for (uint64_t at = 0; at < 7; at += 2)
		cr_assert(zero(int, document_put(sample.doc, 1 + at, clip,
						 (Range){at, at < 6 ? 2 : 1}, NULL)));
	EXPECT_DOC(sample.doc, "0abcabca89");
	clip_free(clip);
}

Test(derive, live_says_how_much_one_step_may_change)
{
	MhexError err;
	cr_expect(zero(int, document_check_put(sample.doc, UINT64_MAX, NULL)));
	cr_expect(eq(u64, document_put_max(sample.doc, UINT64_MAX), UINT64_MAX));
	cr_expect(lt(u64, document_put_max(sample.doc, 16 << 20), (4 << 20) + 1));
	cr_assert(zero(int, document_set_access(sample.doc, ACCESS_LIVE, false, NULL)));

	cr_expect(zero(int, document_check_put(sample.doc, 64 << 20, NULL)));
	cr_expect(eq(int, document_check_put(sample.doc, (64 << 20) + 1, &err),
		     MHEX_E_UNSUPPORTED));
	cr_expect(strstr(err.message, "67108865 bytes") != NULL, "%s", err.message);
	cr_expect(lt(u64, document_put_max(sample.doc, UINT64_MAX), (1 << 20) + 1));
}
