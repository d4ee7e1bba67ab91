/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Random edits, undos, saves and decisions, while another process writes into the same
 * file, beside a model of what is seen, remembered and lost.
 *
 * The file is short and has few values, so that everything meets everything. Sizes do not
 * change here.
 */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "unit/document/doc_sample.h"

enum {
	SIZE = 48,
	RUN_MAX = 8,
	STEPS = 4000, /* of each seed */
	OWN = -1,     /* a byte is the file's, whatever that is */
};

TestSuite(foreign_model, .timeout = 280);

/* Values of bytes, or OWN. */
typedef struct {
	size_t offset, length;
	bool edits[SIZE];
	int removed[SIZE], inserted[SIZE];
	/* A decision: what was remembered becomes what the file held. */
	bool decides[SIZE];
	int was[SIZE], theirs[SIZE];
} Step;

typedef struct {
	uint64_t random, seed;
	int at_step;
	Sample sample;
	Document *doc;
	uint8_t file[SIZE];
	int mine[SIZE];
	int base[SIZE]; /* under bytes that are not OWN */
	ARRAY(Step) steps;
	size_t done; /* of steps; what lies behind can be redone */
} Model;

static Model m;

static size_t pick(size_t bound)
{
	m.random ^= m.random << 13;
	m.random ^= m.random >> 7;
	m.random ^= m.random << 17;
	return (size_t)(m.random % (bound + 1));
}

static uint8_t any_byte(void)
{
	return (uint8_t)('a' + pick(3));
}

static size_t any_run(size_t *offset)
{
	*offset = pick(SIZE - 1);
	const size_t length = pick(RUN_MAX - 1) + 1;
	return length < SIZE - *offset ? length : SIZE - *offset;
}

/* With the line that is to blame, the seed and the step. */
static void check_that(bool holds, int line)
{
	cr_assert(holds, "MHEX_SEED=%" PRIu64 ", step %d, line %d", m.seed, m.at_step,
		  line);
}

#define CHECK(condition) check_that((condition), __LINE__)

/* ---- What the document should do ---- */

static bool conflicts(size_t i)
{
	return m.mine[i] != OWN && m.file[i] != m.base[i] && m.file[i] != m.mine[i];
}

/* Put a byte; what it replaces is remembered when it was the file's. expected: what the
 * file should hold then, or OWN. */
static void put(size_t i, int value, int expected)
{
	const bool was_own = m.mine[i] == OWN;
	m.mine[i] = value == m.file[i] ? OWN : value;
	if (was_own && m.mine[i] != OWN)
		m.base[i] = expected == OWN ? m.file[i] : expected;
}

static Step *new_step(size_t offset, size_t length)
{
	const Step step = {.offset = offset, .length = length};
	m.steps.count = m.done;
	const bool pushed = ARRAY_PUSH(&m.steps, step);
	cr_assert(pushed);
	m.done = m.steps.count;
	return &m.steps.items[m.done - 1];
}

static void apply(const Step *step, bool undo)
{
	for (size_t i = step->offset; !undo && i < step->offset + step->length; i++)
		if (step->decides[i])
			m.base[i] = step->theirs[i];
	for (size_t i = step->offset; i < step->offset + step->length; i++) {
		const int out = undo ? step->inserted[i] : step->removed[i];
		const int in = undo ? step->removed[i] : step->inserted[i];
		if (step->edits[i] && in == OWN)
			m.mine[i] = OWN;
		else if (step->edits[i])
			put(i, in, out);
	}
	for (size_t i = step->offset; undo && i < step->offset + step->length; i++)
		if (step->decides[i])
			m.base[i] = step->was[i];
}

/* The file's bytes under older versions stay what they were, where a save changes them.
 */
static void keep_old(size_t i, uint8_t old)
{
	for (size_t k = 0; k < m.steps.count; k++) {
		Step *step = &m.steps.items[k];
		if (i < step->offset || i >= step->offset + step->length)
			continue;
		if (step->removed[i] == OWN)
			step->removed[i] = old;
		if (step->inserted[i] == OWN)
			step->inserted[i] = old;
	}
}

/* ---- The document does it ---- */

static void act_overwrite(void)
{
	uint8_t bytes[RUN_MAX];
	size_t offset = 0;
	const size_t length = any_run(&offset);
	Step *step = new_step(offset, length);
	for (size_t i = 0; i < length; i++) {
		bytes[i] = any_byte();
		step->edits[offset + i] = true;
		step->removed[offset + i] = m.mine[offset + i];
		put(offset + i, bytes[i], OWN);
		step->inserted[offset + i] = m.mine[offset + i];
	}
	CHECK(document_overwrite(m.doc, offset, bytes, length, NULL) == MHEX_OK);
}

static void act_travel(bool undo)
{
	const MhexStatus status = undo ? document_undo(m.doc, NULL, NULL)
				       : document_redo(m.doc, NULL, NULL);
	if (undo ? m.done == 0 : m.done == m.steps.count) {
		CHECK(status == MHEX_E_NOTFOUND);
		return;
	}
	CHECK(status == MHEX_OK);
	if (undo)
		apply(&m.steps.items[--m.done], true);
	else
		apply(&m.steps.items[m.done++], false);
}

static void act_save(bool force)
{
	size_t offset = 0, length = SIZE, found = 0;
	SaveRequest request = {.output_fd = -1, .force = force};
	if (pick(2) == 0) {
		length = any_run(&offset);
		request.has_range = true;
		request.range = (Range){offset, length};
	}
	for (size_t i = offset; i < offset + length; i++)
		found += conflicts(i);

	const MhexStatus status = doc_try_save(m.doc, &request, NULL);

	CHECK(status == (found > 0 && !force ? MHEX_E_CONFLICT : MHEX_OK));
	for (size_t i = offset; !status && i < offset + length; i++) {
		const uint8_t old = m.file[i];
		if (m.mine[i] == OWN)
			continue;
		keep_old(i, old);
		m.file[i] = (uint8_t)m.mine[i];
		m.mine[i] = OWN;
	}
}

static void act_take(void)
{
	size_t offset = 0, found = 0;
	uint64_t taken = 0;
	const size_t length = pick(1) ? SIZE : any_run(&offset);
	const TakeSide side = pick(1) ? TAKE_MINE : TAKE_THEIRS;
	for (size_t i = offset; i < offset + length; i++)
		found += conflicts(i);
	const MhexStatus status =
		document_take(m.doc, side, (Range){offset, length}, &taken, NULL);
	CHECK(status == (found ? MHEX_OK : MHEX_E_NOTFOUND));
	CHECK(taken == found);
	if (found == 0)
		return;
	Step *step = new_step(offset, length);
	for (size_t i = offset; i < offset + length; i++) {
		step->decides[i] = conflicts(i);
		step->was[i] = m.base[i];
		step->theirs[i] = m.file[i];
		step->removed[i] = step->inserted[i] = m.mine[i];
		step->edits[i] = step->decides[i] && side == TAKE_THEIRS;
		if (step->edits[i])
			step->inserted[i] = OWN;
	}
	for (size_t i = offset; i < offset + length; i++) {
		if (step->decides[i])
			m.base[i] = step->theirs[i];
		m.mine[i] = step->inserted[i];
	}
}

static void act_foreign(void)
{
	size_t offset = 0;
	const size_t length = any_run(&offset);
	for (size_t i = offset; i < offset + length; i++)
		m.file[i] = any_byte();
	sample_write(&m.sample, offset, m.file + offset, length);
}

static void act(void)
{
	const size_t what = pick(99);
	if (what < 35)
		act_overwrite();
	else if (what < 50)
		act_travel(true);
	else if (what < 60)
		act_travel(false);
	else if (what < 80)
		act_foreign();
	else if (what < 88)
		act_save(false);
	else if (what < 90)
		act_save(true);
	else
		act_take();
}

/* ---- Checked after each ---- */

static bool check_conflict(void *context, const Conflict *conflict)
{
	size_t *next = context;
	while (*next < SIZE && !conflicts(*next))
		++*next;
	CHECK(conflict->offset == *next && conflict->length == 1);
	CHECK(conflict->was == m.base[*next] && conflict->theirs == m.file[*next] &&
	      conflict->mine == m.mine[*next]);
	++*next;
	return true;
}

static void check(void)
{
	uint8_t bytes[SIZE], states[SIZE], in_file[SIZE];
	size_t next = 0;
	CHECK(document_read(m.doc, 0, bytes, SIZE, states, NULL) == MHEX_OK);
	document_mark_conflicts(m.doc, 0, SIZE, states);
	for (size_t i = 0; i < SIZE; i++) {
		const bool own = m.mine[i] == OWN;
		const unsigned marks = (own ? 0 : (unsigned)BYTE_MODIFIED) |
				       (conflicts(i) ? (unsigned)BYTE_CONFLICT : 0);
		CHECK(bytes[i] == (own ? m.file[i] : m.mine[i]));
		CHECK(states[i] == marks);
		in_file[i] = (uint8_t)sample_peek(&m.sample, i);
	}
	CHECK(memcmp(in_file, m.file, SIZE) == 0);
	CHECK(document_conflicts(m.doc, check_conflict, &next, NULL) == MHEX_OK);
	while (next < SIZE)
		CHECK(!conflicts(next++));
}

static void run(uint64_t seed)
{
	m = (Model){.random = seed * 2654435761U + 88172645463325252U, .seed = seed};
	sample_make(&m.sample, SIZE);
	for (size_t i = 0; i < SIZE; i++) {
		m.file[i] = any_byte();
		m.mine[i] = OWN;
	}
	sample_write(&m.sample, 0, m.file, SIZE);
	m.doc = doc_sample_open(m.sample.path, ACCESS_PREVIEW);
	for (; m.at_step < STEPS; m.at_step++) {
		act();
		check();
	}
	document_close(m.doc);
	sample_remove(&m.sample);
	ARRAY_FREE(&m.steps);
}

Test(foreign_model, seed_1)
{
	run(1);
}

Test(foreign_model, seed_2)
{
	run(2);
}

Test(foreign_model, a_fresh_seed)
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
