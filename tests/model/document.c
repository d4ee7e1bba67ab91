/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Random edits, undos, redos and saves of a document, beside flat arrays. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "document/undo_file.h"
#include "flat_document.h"
#include "support/temp_file.h"

enum {
	STEPS = 3000 /* of each seed */
};

TestSuite(document_model, .timeout = 280);

static TempFile state_home;

/* ---- Files ---- */

static void expect_file(void)
{
	uint8_t bytes[4 * SIZE_MAX_BYTES];
	const int fd = open(m.file.path, O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	const ssize_t got = read(fd, bytes, sizeof(bytes));
	(void)close(fd);
	cr_assert(eq(long, (long)got, (long)m.saved.size));
	cr_assert(zero(int, memcmp(bytes, m.saved.bytes, m.saved.size)));
}

static void run_save(const SaveRequest *request)
{
	MhexError err = {0};
	flat_expect_ok(doc_try_save(m.doc, request, &err), &err);
	m.force = m.force && request->has_range;
	expect_file();
}

static void save(void)
{
	const SaveRequest request = {.output_fd = -1, .force = m.force};
	state_splice(&m.saved, 0, m.saved.size, flat_now()->bytes, flat_now()->size);
	run_save(&request);
	cr_assert(not(document_is_modified(m.doc)));
}

static void save_range(void)
{
	const size_t offset = flat_pick(flat_now()->size);
	const size_t length = flat_under(offset, flat_pick(200));
	const SaveRequest request = {.has_range = true,
				     .range = {offset, length},
				     .force = m.force,
				     .output_fd = -1};
	if (flat_now()->size != m.saved.size || length == 0)
		return;
	memcpy(m.saved.bytes + offset, flat_now()->bytes + offset, length);
	run_save(&request);
}

/* With two names a file is never replaced. */
static void change_links(void)
{
	if (m.linked)
		(void)unlink(m.link);
	else
		cr_assert(zero(int, link(m.file.path, m.link)));
	m.linked = !m.linked;
}

/* Another process makes the file longer. */
static void append(void)
{
	uint8_t bytes[8];
	uint64_t size = 0;
	const size_t length = flat_random_bytes(bytes, sizeof(bytes));
	if (flat_now()->size > SIZE_MAX_BYTES || m.saved.size > SIZE_MAX_BYTES)
		return;
	const int fd = open(m.file.path, O_WRONLY | O_APPEND | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(long, (long)write(fd, bytes, length), (long)length));
	(void)close(fd);
	state_splice(&m.saved, m.saved.size, 0, bytes, length);
	for (size_t i = 0; i < m.states.count; i++) {
		State *state = &m.states.items[i];
		state_splice(state, state->size, 0, bytes, length);
	}
	cr_assert(eq(int, (int)document_refresh(m.doc, &size), DOCUMENT_GROWN));
	m.force = true; /* a size change is pending against the size that it had */
}

/* Another process puts an equal file in its place. */
static void replace_file(void)
{
	char other[300];
	uint64_t conflicts = 0;
	MhexError err = {0};
	if (m.linked)
		change_links();
	(void)snprintf(other, sizeof(other), "%s-new", m.file.path);
	const int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(long, (long)write(fd, m.saved.bytes, m.saved.size),
		     (long)m.saved.size));
	(void)close(fd);
	cr_assert(zero(int, rename(other, m.file.path)));
	flat_expect_ok(document_reload(m.doc, false, &conflicts, &err), &err);
	m.force = true;
}

/* ---- Live ---- */

static void live_edit(void)
{
	uint8_t bytes[PIECE_MAX_BYTES];
	MhexError err = {0};
	const size_t offset = flat_pick(flat_now()->size - 1);
	const size_t length = flat_under(offset, flat_random_bytes(bytes, sizeof(bytes)));
	if (flat_pick(3) == 0) {
		memset(bytes, bytes[0], length);
		flat_expect_ok(document_fill(m.doc, (Range){offset, length}, bytes, 1,
					     false, &err),
			       &err);
	} else {
		flat_expect_ok(document_overwrite(m.doc, offset, bytes, length, &err),
			       &err);
	}
	state_splice(flat_now(), offset, length, bytes, length);
}

/* A step that only preview can take is refused and stays. */
static void live_travel(bool back)
{
	const bool can = back ? m.at > 0 : m.at + 1 < m.states.count;
	const MhexStatus status = back ? document_undo(m.doc, NULL, NULL)
				       : document_redo(m.doc, NULL, NULL);
	if (!can)
		cr_assert(eq(int, (int)status, MHEX_E_NOTFOUND));
	else if (status)
		cr_assert(eq(int, (int)status, MHEX_E_UNSUPPORTED));
	else
		m.at += back ? (size_t)-1 : 1;
}

/* The program ends, and another one goes on with the history. */
static void come_back(Access access)
{
	MhexError err = {0};
	if (m.states.count == 1)
		return;
	save();
	/* What was kept before is good still when nothing has changed since. */
	if (undo_file_is_due(m.doc, true))
		flat_expect_ok(undo_file_write(m.doc, &err), &err);
	document_close(m.doc);
	clip_free(m.clip);
	m.clip = NULL;
	m.doc = doc_sample_open(m.file.path, access);
	const MhexStatus status = undo_file_read(m.doc, &err);
	flat_expect_ok(status, &err);
	cr_assert(not(undo_file_is_due(m.doc, true)));
}

/* Some edits in the other access, in the midst of a preview. */
static void visit_live(void)
{
	MhexError err = {0};
	if (flat_now()->size == 0 || document_is_modified(m.doc))
		return;
	flat_expect_ok(document_set_access(m.doc, ACCESS_LIVE, false, &err), &err);
	for (size_t i = flat_pick(8); i > 0; i--) {
		const size_t what = flat_pick(3);
		if (what < 2) {
			flat_begin_step();
			live_edit();
		} else {
			live_travel(flat_pick(2) > 0);
		}
		state_splice(&m.saved, 0, m.saved.size, flat_now()->bytes,
			     flat_now()->size);
		expect_file();
	}
	flat_expect_ok(document_set_access(m.doc, ACCESS_PREVIEW, false, &err), &err);
}

static void save_and_perhaps_visit(void)
{
	save();
	if (flat_pick(2) == 0)
		visit_live();
}

/* ---- One run ---- */

static bool fail_conflict(void *context, const Conflict *conflict)
{
	const int *step = context;
	cr_assert(false, "step %d: nobody else has changed 0x%" PRIx64, *step,
		  conflict->offset);
	return false;
}

static void check(uint64_t seed, int step)
{
	static uint8_t bytes[4 * SIZE_MAX_BYTES], states[4 * SIZE_MAX_BYTES];
	MhexError err = {0};
	const State *want = flat_now();
	cr_assert(eq(u64, document_size(m.doc), want->size), "seed %" PRIu64 ", step %d",
		  seed, step);
	flat_expect_ok(document_read(m.doc, 0, bytes, want->size, states, &err), &err);
	cr_assert(zero(int, memcmp(bytes, want->bytes, want->size)),
		  "seed %" PRIu64 ", step %d", seed, step);
	uint64_t modified = 0;
	for (size_t i = 0; i < want->size; i++) {
		cr_assert(zero(int, states[i] & BYTE_UNREADABLE));
		modified += states[i] == BYTE_MODIFIED;
		if (states[i] == 0)
			cr_assert(i < m.saved.size && bytes[i] == m.saved.bytes[i],
				  "seed %" PRIu64 ", step %d: 0x%zx is not clean", seed,
				  step, i);
	}
	if (modified > 0)
		cr_assert(eq(u64, document_modified_bytes(m.doc), modified));
	if (!document_is_modified(m.doc))
		cr_assert(eq(sz, want->size, m.saved.size));
	if (!m.force)
		flat_expect_ok(document_conflicts(m.doc, fail_conflict, &step, &err),
			       &err);
}

static void act(void)
{
	const size_t what = flat_pick(999);
	if (what < 520)
		flat_one_step();
	else if (what < 550)
		flat_replace_step();
	else if (what < 600)
		flat_grouped_step();
	else if (what < 630)
		flat_typed_step();
	else if (what < 660)
		flat_copy();
	else if (what < 800)
		flat_undo();
	else if (what < 930)
		flat_redo();
	else if (what < 940)
		flat_revert();
	else if (what < 970)
		save_and_perhaps_visit();
	else if (what < 985)
		save_range();
	else if (what < 989)
		change_links();
	else if (what < 993)
		append();
	else if (what < 997)
		replace_file();
	else
		come_back(ACCESS_PREVIEW);
}

static void set_up(uint64_t seed, Access access)
{
	memset(&m, 0, sizeof(m));
	m.random = seed * 2654435761U + 88172645463325252U;
	temp_folder_make(&state_home);
	(void)setenv("XDG_STATE_HOME", state_home.path, 1);
	sample_make(&m.file, 300);
	(void)snprintf(m.link, sizeof(m.link), "%s-link", m.file.path);
	m.saved = (State){malloc(300), 300};
	for (size_t i = 0; i < 300; i++)
		m.saved.bytes[i] = sample_byte(i);
	const State first = state_copy(&m.saved);
	const bool pushed = ARRAY_PUSH(&m.states, first);
	cr_assert(pushed);
	m.doc = doc_sample_open(m.file.path, access);
}

static void tear_down(void)
{
	document_close(m.doc);
	clip_free(m.clip);
	free(m.clip_bytes.bytes);
	free(m.saved.bytes);
	while (m.states.count > 0)
		free(m.states.items[--m.states.count].bytes);
	ARRAY_FREE(&m.states);
	if (m.linked)
		(void)unlink(m.link);
	sample_remove(&m.file);
	temp_folder_remove(&state_home);
}

static void run_preview(uint64_t seed)
{
	set_up(seed, ACCESS_PREVIEW);
	for (int step = 0; step < STEPS; step++) {
		act();
		check(seed, step);
	}
	while (m.at > 0) {
		cr_assert(zero(int, (int)document_undo(m.doc, NULL, NULL)));
		m.at--;
		check(seed, -1);
	}
	tear_down();
}

Test(document_model, preview_1)
{
	run_preview(1);
}

Test(document_model, preview_2)
{
	run_preview(2);
}

Test(document_model, preview_3)
{
	run_preview(3);
}

Test(document_model, preview_4)
{
	run_preview(4);
}

static uint64_t fresh_seed(void)
{
	const char *given = getenv("MHEX_SEED");
	struct timespec time;
	(void)clock_gettime(CLOCK_REALTIME, &time);
	const uint64_t seed =
		given ? strtoull(given, NULL, 10)
		      : (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
	(void)fprintf(stderr, "MHEX_SEED=%" PRIu64 "\n", seed);
	return seed;
}

Test(document_model, preview_of_a_fresh_seed)
{
	run_preview(fresh_seed());
}

/* ---- Live: the document is the file ---- */

static void live_step(void)
{
	flat_begin_step();
	if (flat_pick(4) > 0) {
		live_edit();
		return;
	}
	document_begin(m.doc);
	for (size_t i = flat_pick(flat_pick(20) == 0 ? 200 : 6) + 1; i > 0; i--)
		live_edit();
	document_end(m.doc);
}

static void live_act(void)
{
	const SaveRequest request = {.output_fd = -1};
	MhexError err = {0};
	const size_t what = flat_pick(99);
	if (what < 60) {
		live_step();
	} else if (what < 78) {
		flat_undo();
	} else if (what < 93) {
		flat_redo();
	} else if (what < 96) {
		flat_revert();
	} else {
		flat_expect_ok(doc_try_save(m.doc, &request, &err), &err);
		state_splice(&m.saved, 0, m.saved.size, flat_now()->bytes,
			     flat_now()->size);
		cr_assert(not(document_is_modified(m.doc)));
	}
}

static void run_live(uint64_t seed)
{
	set_up(seed, ACCESS_LIVE);
	for (int step = 0; step < STEPS; step++) {
		live_act();
		check(seed, step);
		const State last_sync = m.saved;
		m.saved = *flat_now();
		expect_file();
		m.saved = last_sync;
	}
	tear_down();
}

Test(document_model, live_1)
{
	run_live(1);
}

Test(document_model, live_of_a_fresh_seed)
{
	run_live(fresh_seed());
}
