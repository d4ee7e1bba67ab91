/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A program that edits is killed at any instant: what it had flushed is there. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "document/edit_journal.h"
#include "document/edit_recovery.h"
#include "save_sample.h"
#include "support/temp_file.h"

enum {
	SIZE = 20000,
	CRASHES = 120,
	BATCH_EDITS = 6, /* between two flushes */
	BATCHES_MAX = 60,
};

static SaveSample sample;
static TempFile state;
static MhexError err;

static void set_up(void)
{
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	sample_make(&sample, SIZE);
}

static void tear_down(void)
{
	sample_remove(&sample);
	temp_folder_remove(&state);
}

TestSuite(edit_crash, .init = set_up, .fini = tear_down, .timeout = 280);

/* ---- Edits, the same for the same seed ---- */

static uint64_t next_random(uint64_t *random)
{
	/* splitmix64 */
	uint64_t z = *random += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void type_run(Document *doc, uint64_t at, uint64_t *random)
{
	for (unsigned i = 0; i < 5 && at + i < document_size(doc); i++) {
		const uint8_t byte = (uint8_t)next_random(random);
		if (i > 0)
			document_join(doc);
		(void)document_overwrite(doc, at + i, &byte, 1, NULL);
	}
}

static void make_step(Document *doc, uint64_t *random)
{
	document_begin(doc);
	for (unsigned i = 0; i < 4; i++) {
		const uint64_t at = next_random(random) % (document_size(doc) + 1);
		(void)document_insert(doc, at, "step", 1 + i, NULL);
	}
	document_end(doc);
}

static void move_bytes(Document *doc, uint64_t at, uint64_t length)
{
	Clip *clip = NULL;
	if (document_copy(doc, (Range){at, length}, &clip, NULL))
		return;
	(void)document_paste(doc, document_size(doc) / 2, clip, at & 1, NULL);
	clip_free(clip);
}

static void edit(Document *doc, uint64_t *random)
{
	const uint64_t at = next_random(random) % (document_size(doc) + 1);
	const uint64_t left = document_size(doc) - at;
	const uint64_t length = left < 30 ? left : 30;
	switch (next_random(random) % 9) {
	case 0:
		(void)document_insert(doc, at, "inserted", 8, NULL);
		break;
	case 1:
		(void)document_delete(doc, (Range){at, length}, NULL);
		break;
	case 2:
	case 3:
		(void)document_undo(doc, NULL, NULL);
		break;
	case 4:
		(void)document_redo(doc, NULL, NULL);
		break;
	case 5:
		(void)document_fill(doc, (Range){at, 100}, "fill", 4, at & 1, NULL);
		break;
	case 6:
		make_step(doc, random);
		break;
	case 7:
		move_bytes(doc, at, length);
		break;
	default:
		type_run(doc, at, random);
	}
}

static void edit_batches(Document *doc, uint64_t seed, size_t count)
{
	uint64_t random = seed;
	for (size_t i = 0; i < count * BATCH_EDITS; i++)
		edit(doc, &random);
}

/* ---- Crashes ---- */

/* The first batch is older than the journal. */
static void run_child(uint64_t seed, int report)
{
	uint64_t random = seed;
	sample_open(&sample, ACCESS_PREVIEW);
	for (;;) {
		for (size_t i = 0; i < BATCH_EDITS; i++)
			edit(sample.doc, &random);
		if (edit_journal_start(sample.doc, NULL) ||
		    edit_journal_flush(sample.doc, NULL) || write(report, "", 1) != 1)
			_exit(1);
	}
}

/* How many batches were reported when it died. */
static size_t crash(uint64_t seed, size_t after)
{
	int report[2];
	char byte = 0;
	int status = 0;
	size_t batches = 0;
	cr_assert(zero(int, pipe2(report, O_CLOEXEC)));
	const pid_t child = fork();
	if (child == 0)
		run_child(seed, report[1]);
	(void)close(report[1]);
	while (batches < after && read(report[0], &byte, 1) == 1)
		batches++;
	(void)kill(child, SIGKILL);
	cr_assert(eq(int, waitpid(child, &status, 0), child));
	const bool killed = WIFSIGNALED(status);
	cr_assert(killed, "the child has failed");
	while (read(report[0], &byte, 1) == 1)
		batches++;
	(void)close(report[0]);
	return batches;
}

static bool holds(Document *doc, uint64_t seed, size_t batches)
{
	SaveSample other = sample;
	size_t size = 0, other_size = 0;
	sample_open(&other, ACCESS_PREVIEW);
	edit_batches(other.doc, seed, batches);
	sample.doc = doc;
	uint8_t *bytes = sample_document_bytes(&sample, &size);
	uint8_t *others = sample_document_bytes(&other, &other_size);
	const bool same = size == other_size && memcmp(bytes, others, size) == 0;
	free(bytes);
	free(others);
	document_close(other.doc);
	return same;
}

static void recover(uint64_t seed, size_t batches)
{
	EditRecovery *recovery = NULL;
	uint64_t conflicts = 0;
	sample_open(&sample, ACCESS_PREVIEW);
	const MhexStatus status = edit_recovery_find(&recovery, sample.path, &err);
	if (!status) {
		cr_assert(zero(int, (int)edit_recovery_apply(recovery, sample.doc,
							     &conflicts, &err)),
			  "seed %" PRIu64 ": %s", seed, err.message);
		cr_expect(zero(u64, conflicts));
	}
	/* It may have died between a flush and its report. */
	const bool right =
		holds(sample.doc, seed, batches) || holds(sample.doc, seed, batches + 1);
	cr_assert(right, "seed %" PRIu64 ": not as after %zu batches", seed, batches);
	document_close(sample.doc);
	sample.doc = NULL;
}

Test(edit_crash, killed_at_any_instant_all_that_was_flushed_is_there)
{
	uint64_t random = (uint64_t)getpid();
	for (size_t i = 0; i < CRASHES; i++) {
		const uint64_t seed = next_random(&random);
		const size_t after = next_random(&random) % BATCHES_MAX;
		recover(seed, crash(seed, after));
	}
	sample_expect_untouched(&sample, SIZE);
}
