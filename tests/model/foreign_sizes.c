/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Random insertions, deletions and moves, while another process writes into the file:
 * which of its bytes would a save lose?
 *
 * Each byte of the document knows where in the file it comes from. What we type are
 * capitals, what others write are digits, so that no two are alike by chance.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit/document/doc_sample.h"

enum {
	SIZE = 60,
	ROUNDS = 150, /* of each seed: open, edit, decide, save */
	EDITS = 12,   /* of each round, at most */
	RUN_MAX = 6,
	DOC_MAX = SIZE + EDITS * RUN_MAX,
	OURS = -1,
};

TestSuite(foreign_sizes, .timeout = 280);

typedef struct {
	uint64_t random, seed;
	int round;
	Sample sample;
	Document *doc;
	uint8_t file[SIZE], base[SIZE];
	int from[DOC_MAX]; /* the file, or OURS */
	uint8_t typed[DOC_MAX];
	size_t size;
} Model;

static Model m;

static size_t pick(size_t bound)
{
	m.random ^= m.random << 13;
	m.random ^= m.random >> 7;
	m.random ^= m.random << 17;
	return (size_t)(m.random % (bound + 1));
}

static void check_that(bool holds, int line)
{
	cr_assert(holds, "MHEX_SEED=%" PRIu64 ", round %d, line %d", m.seed, m.round,
		  line);
}

#define CHECK(condition) check_that((condition), __LINE__)

/* ---- What the document should have ---- */

static uint8_t byte_at(size_t i)
{
	return m.from[i] == OURS ? m.typed[i] : m.file[m.from[i]];
}

static void splice(size_t offset, size_t removed, const int *from, const uint8_t *typed,
		   size_t count)
{
	const size_t rest = m.size - offset - removed;
	for (size_t i = offset; i < offset + removed; i++)
		if (m.from[i] != OURS)
			m.base[m.from[i]] = m.file[m.from[i]];
	memmove(m.from + offset + count, m.from + offset + removed,
		rest * sizeof(m.from[0]));
	memmove(m.typed + offset + count, m.typed + offset + removed, rest);
	for (size_t i = 0; i < count; i++) {
		m.from[offset + i] = from[i];
		m.typed[offset + i] = typed[i];
	}
	m.size = offset + count + rest;
}

/* Bytes of the file that others have changed and that the document has nowhere. */
static size_t count_lost(void)
{
	bool there[SIZE] = {false};
	size_t lost = 0;
	for (size_t i = 0; i < m.size; i++)
		if (m.from[i] != OURS)
			there[m.from[i]] = true;
	for (size_t o = 0; o < SIZE; o++)
		lost += !there[o] && m.file[o] != m.base[o];
	return lost;
}

/* ---- Edits ---- */

static size_t any_run(size_t *offset)
{
	*offset = pick(m.size - 1);
	const size_t length = pick(RUN_MAX - 1) + 1;
	return length < m.size - *offset ? length : m.size - *offset;
}

static size_t any_bytes(uint8_t *bytes, int *from)
{
	const size_t count = pick(RUN_MAX - 1) + 1;
	for (size_t i = 0; i < count; i++) {
		bytes[i] = (uint8_t)('A' + pick(25));
		from[i] = OURS;
	}
	return count;
}

static void overwrite_or_insert(bool insert)
{
	uint8_t bytes[RUN_MAX];
	int from[RUN_MAX];
	const size_t count = any_bytes(bytes, from);
	const size_t offset = pick(m.size);
	const size_t room = m.size - offset;
	const size_t removed = insert ? 0 : count < room ? count : room;
	CHECK((insert ? document_insert : document_overwrite)(m.doc, offset, bytes, count,
							      NULL) == MHEX_OK);
	splice(offset, removed, from, bytes, count);
}

static void remove_run(void)
{
	size_t offset = 0;
	const size_t length = any_run(&offset);
	CHECK(document_delete(m.doc, (Range){offset, length}, NULL) == MHEX_OK);
	splice(offset, length, NULL, NULL, 0);
}

/* Cut or copied, and put elsewhere. */
static void move(bool cut)
{
	int from[RUN_MAX];
	uint8_t typed[RUN_MAX];
	Clip *clip = NULL;
	size_t offset = 0;
	const size_t length = any_run(&offset);
	memcpy(from, m.from + offset, length * sizeof(from[0]));
	memcpy(typed, m.typed + offset, length);
	CHECK(document_copy(m.doc, (Range){offset, length}, &clip, NULL) == MHEX_OK);
	if (cut) {
		CHECK(document_delete(m.doc, (Range){offset, length}, NULL) == MHEX_OK);
		splice(offset, length, NULL, NULL, 0);
	}
	const size_t to = pick(m.size);
	CHECK(document_paste(m.doc, to, clip, true, NULL) == MHEX_OK);
	clip_free(clip);
	splice(to, 0, from, typed, length);
}

static void write_foreign(void)
{
	const size_t offset = pick(SIZE - 1);
	m.file[offset] = (uint8_t)('0' + pick(9));
	sample_write(&m.sample, offset, m.file + offset, 1);
}

static void edit(void)
{
	const size_t what = pick(9);
	if (what < 2 || m.size < RUN_MAX)
		overwrite_or_insert(true);
	else if (what < 4)
		overwrite_or_insert(false);
	else if (what < 6)
		remove_run();
	else if (what < 7)
		move(pick(1) > 0);
	else
		write_foreign();
}

/* ---- Checks ---- */

static void check_document(void)
{
	uint8_t bytes[DOC_MAX];
	CHECK(document_size(m.doc) == m.size);
	CHECK(document_read(m.doc, 0, bytes, m.size, NULL, NULL) == MHEX_OK);
	for (size_t i = 0; i < m.size; i++)
		CHECK(bytes[i] == byte_at(i));
}

static bool count_conflict(void *context, const Conflict *conflict)
{
	size_t *count = context;
	CHECK(conflict->has_was && conflict->length == 1);
	CHECK(conflict->offset <= m.size);
	++*count;
	return true;
}

static size_t count_conflicts(void)
{
	size_t count = 0;
	CHECK(document_conflicts(m.doc, count_conflict, &count, NULL) == MHEX_OK);
	return count;
}

static MhexStatus save(void)
{
	const SaveRequest request = {.output_fd = -1};
	return doc_try_save(m.doc, &request, NULL);
}

static void expect_saved(void)
{
	uint8_t bytes[DOC_MAX];
	char *text = doc_file_text(&m.sample);
	const size_t size = (size_t)document_size(m.doc);
	CHECK(document_read(m.doc, 0, bytes, size, NULL, NULL) == MHEX_OK);
	CHECK(strlen(text) == size && memcmp(text, bytes, size) == 0);
	CHECK(document_is_modified(m.doc) == false);
}

/* How many bytes that others wrote does the document show? */
static size_t count_digits(void)
{
	uint8_t bytes[DOC_MAX];
	size_t count = 0;
	const size_t size = (size_t)document_size(m.doc);
	CHECK(document_read(m.doc, 0, bytes, size, NULL, NULL) == MHEX_OK);
	for (size_t i = 0; i < size; i++)
		count += bytes[i] >= '0' && bytes[i] <= '9';
	return count;
}

static void decide_and_save(void)
{
	uint64_t taken = 0;
	const size_t lost = count_lost();
	const TakeSide side = pick(1) ? TAKE_MINE : TAKE_THEIRS;
	const Range all = {0, UINT64_MAX};
	CHECK(count_conflicts() == lost);
	if (lost > 0) {
		const size_t digits = count_digits();
		CHECK(save() == MHEX_E_CONFLICT);
		CHECK(document_take(m.doc, side, all, &taken, NULL) == MHEX_OK);
		CHECK(taken == lost);
		CHECK(count_conflicts() == 0);
		CHECK(side == TAKE_MINE || count_digits() >= digits + lost);
		CHECK(document_undo(m.doc, NULL, NULL) == MHEX_OK);
		check_document();
		CHECK(count_conflicts() == lost);
		CHECK(document_redo(m.doc, NULL, NULL) == MHEX_OK);
		CHECK(count_conflicts() == 0);
	}
	CHECK(save() == MHEX_OK);
	expect_saved();
}

static void run_round(void)
{
	sample_make(&m.sample, SIZE);
	for (size_t i = 0; i < SIZE; i++) {
		m.file[i] = m.base[i] = (uint8_t)('a' + i % 26);
		m.from[i] = (int)i;
	}
	m.size = SIZE;
	sample_write(&m.sample, 0, m.file, SIZE);
	m.doc = doc_sample_open(m.sample.path, ACCESS_PREVIEW);
	for (size_t i = pick(EDITS); i > 0; i--) {
		edit();
		check_document();
	}
	decide_and_save();
	document_close(m.doc);
	sample_remove(&m.sample);
}

static void run(uint64_t seed)
{
	m = (Model){.random = seed * 2654435761U + 88172645463325252U, .seed = seed};
	for (; m.round < ROUNDS; m.round++)
		run_round();
}

Test(foreign_sizes, seed_1)
{
	run(1);
}

Test(foreign_sizes, a_fresh_seed)
{
	const char *given = getenv("MHEX_SEED");
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	const uint64_t seed =
		given ? strtoull(given, NULL, 10)
		      : (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	(void)fprintf(stderr, "MHEX_SEED=%" PRIu64 "\n", seed);
	run(seed);
}
