/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/survivors.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc_sample.h"

static DocSample s;
static Snapshot *snapshot;
static Survivors survivors;

static void set_up(void)
{
	doc_sample_make(&s, "0123456789", ACCESS_PREVIEW);
	cr_assert(zero(int, (int)document_snapshot(s.doc, &snapshot, NULL)));
}

static void tear_down(void)
{
	ARRAY_FREE(&survivors);
	snapshot_release(snapshot);
	doc_sample_remove(&s);
}

TestSuite(survivors, .init = set_up, .fini = tear_down, .timeout = 100);

static void look(void)
{
	MhexError err = {0};
	ARRAY_FREE(&survivors);
	const MhexStatus status = snapshot_survivors(snapshot, s.doc, &survivors, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

/* "0+3>0 5+5>6": was, length, where now. */
static void expect(const char *want)
{
	char text[512] = "";
	look();
	for (size_t i = 0; i < survivors.count; i++) {
		const Survivor *one = &survivors.items[i];
		const size_t used = strlen(text);
		(void)snprintf(text + used, sizeof(text) - used, "%s%d+%d>%d",
			       i > 0 ? " " : "", (int)one->was.offset,
			       (int)one->was.length, (int)one->now);
	}
	cr_expect(eq(str, text, (char *)want));
}

Test(survivors, an_unchanged_document_has_all)
{
	expect("0+10>0");
}

Test(survivors, what_is_overwritten_is_left_out)
{
	doc_overwrite(s.doc, 3, "xy");
	expect("0+3>0 5+5>5");
	doc_overwrite(s.doc, 7, "z");
	expect("0+3>0 5+2>5 8+2>8");
	doc_undo(s.doc);
	doc_undo(s.doc);

	expect("0+10>0");
}

Test(survivors, what_follows_an_insertion_moves)
{
	doc_insert(s.doc, 4, "xyz");
	expect("0+4>0 4+6>7");
	doc_delete(s.doc, 0, 2);
	expect("2+2>0 4+6>5");
	doc_insert(s.doc, 0, "01");
	expect("2+2>2 4+6>7");
	doc_undo(s.doc);
	doc_undo(s.doc);
	doc_undo(s.doc);

	expect("0+10>0");
}

Test(survivors, all_can_be_gone)
{
	doc_delete(s.doc, 0, 10);
	expect("");
	doc_insert(s.doc, 0, "abcdefghij");

	expect("");
}

Test(survivors, a_save_leaves_them_where_they_are)
{
	doc_overwrite(s.doc, 3, "xy");
	doc_save(s.doc);
	expect("0+3>0 5+5>5");
	doc_insert(s.doc, 1, "__");
	doc_save(s.doc);

	expect("0+1>0 1+2>3 5+5>7");
}

/* ---- many pieces ---- */

enum {
	MANY = 70000 /* and twice as many pieces */
};

/* Byte first of each stretch. */
static void replace_many(uint64_t first, uint64_t stretch, const char *text)
{
	static Range ranges[MANY];
	ReplaceAll *all = NULL;
	const Replacement with = {.bytes = (const uint8_t *)text, .length = strlen(text)};
	for (size_t i = 0; i < MANY; i++)
		ranges[i] = (Range){first + stretch * i, 1};
	cr_assert(zero(int, (int)document_replace_begin(s.doc, &with, MANY, &all, NULL)));
	cr_assert(zero(int, (int)document_replace_ranges(all, ranges, MANY, NULL)));
	cr_assert(zero(int, (int)document_replace_end(all, NULL)));
}

static void make_many_pieces(void)
{
	static char text[3 * MANY + 1];
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + (i * 31 + i / 97) % 23);
	tear_down();
	survivors = (Survivors){0};
	doc_sample_make(&s, text, ACCESS_PREVIEW);
	replace_many(0, 3, "xy");
	cr_assert(zero(int, (int)document_snapshot(s.doc, &snapshot, NULL)));
}

Test(survivors, an_edit_among_very_many_pieces_is_followed)
{
	make_many_pieces();
	doc_insert(s.doc, 100001, "new");
	expect("0+100001>0 100001+179999>100004");
	doc_delete(s.doc, 100100, 10);
	doc_overwrite(s.doc, 99990, "o");
	look();
	cr_expect(eq(u64, survivors.items[0].was.length, 99990));
	const Survivor *last = &survivors.items[survivors.count - 1];
	cr_expect(eq(u64, range_end(last->was), 4 * MANY));
	cr_expect(eq(u64, last->now + last->was.length, 4 * MANY - 7));
	(void)doc_undo(s.doc);
	(void)doc_undo(s.doc);
	(void)doc_undo(s.doc);
	expect("0+280000>0");
}

Test(survivors, edits_are_followed_with_very_many_pieces_between_them)
{
	make_many_pieces();
	doc_insert(s.doc, 9, "new");
	doc_overwrite(s.doc, 140000, "o");
	doc_delete(s.doc, 279990, 7);

	expect("0+9>0 9+139988>12 139998+139989>140001 279994+6>279990");
	for (int i = 0; i < 3; i++)
		doc_undo(s.doc);
	expect("0+280000>0");
}

Test(survivors, too_many_edits_are_not_followed)
{
	make_many_pieces();
	replace_many(3, 4, "z");

	cr_expect(eq(int, (int)snapshot_survivors(snapshot, s.doc, &survivors, NULL),
		     MHEX_E_UNSUPPORTED));
}

/* ---- many edits, beside the bytes themselves ---- */

enum {
	SIZE = 400,
	ROUNDS = 3000
};

static uint8_t before[SIZE];

static void edit_anything(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char text[8] = "";
	const uint64_t size = document_size(s.doc);
	const uint64_t at = size > 0 ? (uint64_t)rand() % size : 0;
	const size_t length = (size_t)rand() % 6 + 1;
	uint64_t place = 0;
	memcpy(text, letters + rand() % 20, length);
	switch (rand() % 6) {
	case 0:
		if (size < 2 * SIZE)
			doc_insert(s.doc, at, text);
		break;
	case 1:
		if (at + length < size)
			doc_delete(s.doc, at, length);
		break;
	case 2:
		doc_overwrite(s.doc, at, text);
		break;
	case 3:
		(void)document_redo(s.doc, &place, NULL);
		break;
	default:
		(void)document_undo(s.doc, &place, NULL);
		break;
	}
}

static void expect_true(void)
{
	uint8_t now[4 * SIZE];
	uint64_t was_end = 0, now_end = 0;
	const uint64_t size = document_size(s.doc);
	cr_assert(lt(u64, size, sizeof(now)));
	cr_assert(zero(int, (int)document_read(s.doc, 0, now, (size_t)size, NULL, NULL)));
	look();
	for (size_t i = 0; i < survivors.count; i++) {
		const Survivor *one = &survivors.items[i];
		cr_assert(le(u64, was_end, one->was.offset));
		cr_assert(le(u64, now_end, one->now));
		was_end = range_end(one->was);
		now_end = one->now + one->was.length;
		cr_assert(le(u64, was_end, SIZE));
		cr_assert(le(u64, now_end, size));
		cr_assert(zero(int, memcmp(before + one->was.offset, now + one->now,
					   (size_t)one->was.length)));
	}
}

Test(survivors, are_the_bytes_that_they_were)
{
	char text[SIZE + 1] = "";
	for (size_t i = 0; i < SIZE; i++)
		text[i] = (char)('a' + i % 26);
	doc_insert(s.doc, 10, text);
	doc_delete(s.doc, 0, 10);
	snapshot_release(snapshot);
	cr_assert(zero(int, (int)document_snapshot(s.doc, &snapshot, NULL)));
	memcpy(before, text, SIZE);
	srand(7);

	for (int i = 0; i < ROUNDS; i++) {
		edit_anything();
		expect_true();
	}

	/* Whatever was done: when it is undone, all are there again. */
	uint64_t at = 0;
	DocumentInfo info;
	for (document_get_info(s.doc, &info); info.undo_steps > 2;
	     document_get_info(s.doc, &info))
		(void)document_undo(s.doc, &at, NULL);
	while (info.undo_steps < 2) {
		cr_assert(zero(int, (int)document_redo(s.doc, &at, NULL)));
		document_get_info(s.doc, &info);
	}
	expect("0+400>0");
}
