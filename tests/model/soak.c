/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Random edits, undos, saves, reloads, decisions and crashes in preview and live, while
 * another process writes into the file, cuts it, lets it grow, replaces and deletes it:
 * no byte is lost, of anybody (soak_ledger.h).
 *
 * MHEX_SOAK=STEPS makes it longer, with a seed of its own; MHEX_SEED repeats a run.
 * Without Criterion, so that it runs under ThreadSanitizer.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "document/edit_journal.h"
#include "document/edit_recovery.h"
#include "soak_world.h"
#include "storage/guard.h"

enum {
	STEPS = 3000,      /* unless MHEX_SOAK says otherwise */
	ROUND_STEPS = 150, /* with one file */
	SIZE_FIRST = 40,
};

/* ---- Edits ---- */

static void expect_edit(const Look *before, const Cells *want)
{
	const Look after = look();
	CHECK(after.document.size == want->size);
	for (size_t i = 0; i < want->size; i++)
		CHECK((after.document.states[i] & CELL_UNREADABLE) ==
			      (want->states[i] & CELL_UNREADABLE) &&
		      (want->states[i] & CELL_UNREADABLE ||
		       after.document.bytes[i] == want->bytes[i]));
	if (!is_live())
		CHECK(cells_equal(&before->file, &after.file));
	ledger_edited(&before->document, &after.document, after.depth, STEP_EDIT);
}

static void type(const Look *before, size_t offset, bool insert)
{
	uint8_t ids[RUN_MAX];
	Cells want = before->document;
	const size_t room = want.size - offset;
	size_t count = new_ids(ids, false);
	if (is_live() && count > room)
		count = room;
	ledger_note(insert ? "insertion" : "overwriting");
	CHECK((insert ? document_insert : document_overwrite)(
		      s.doc, s.prefix + offset, ids, count, NULL) == MHEX_OK);
	cells_splice(&want, offset, insert ? 0 : count < room ? count : room, ids, count);
	expect_edit(before, &want);
}

static void delete_some(const Look *before)
{
	Cells want = before->document;
	const size_t offset = pick(want.size - 1);
	const size_t room = want.size - offset;
	const size_t count = 1 + pick(room < 2 * RUN_MAX ? room - 1 : 2 * RUN_MAX - 1);
	ledger_note("deletion of bytes");
	CHECK(document_delete(s.doc, (Range){s.prefix + offset, count}, NULL) == MHEX_OK);
	cells_splice(&want, offset, count, NULL, 0);
	expect_edit(before, &want);
}

/* Cut and put elsewhere, as one step. */
static void move(const Look *before)
{
	Cells want = before->document;
	Clip *clip = NULL;
	const size_t from = pick(want.size - 1);
	const size_t room = want.size - from;
	const size_t count = 1 + pick(room < RUN_MAX ? room - 1 : RUN_MAX - 1);
	const Range range = {s.prefix + from, count};
	const size_t to = pick(want.size - count);
	uint8_t states[RUN_MAX];
	ledger_note("move");
	document_begin(s.doc);
	CHECK(document_copy(s.doc, range, &clip, NULL) == MHEX_OK);
	CHECK(document_delete(s.doc, range, NULL) == MHEX_OK);
	CHECK(document_paste(s.doc, s.prefix + to, clip, true, NULL) == MHEX_OK);
	document_end(s.doc);
	clip_free(clip);
	memcpy(states, want.states + from, count);
	cells_splice(&want, from, count, NULL, 0);
	cells_splice(&want, to, 0, before->document.bytes + from, count);
	memcpy(want.states + to, states, count);
	expect_edit(before, &want);
}

static void edit_live(const Look *before)
{
	const size_t size = before->document.size < before->file.size
				    ? before->document.size
				    : before->file.size;
	if (size <= RUN_MAX || would_store_elsewhere() || s.cut)
		return;
	type(before, pick(size - 1), false);
}

static void edit(void)
{
	const Look before = look();
	const size_t size = before.document.size;
	const size_t what = pick(99);
	if (is_live())
		edit_live(&before);
	else if (size > SIZE_MAX_CELLS)
		delete_some(&before);
	else if (what < 60 || size < RUN_MAX)
		type(&before, pick(size), false);
	else if (what < 75)
		type(&before, pick(size), true);
	else if (what < 90)
		delete_some(&before);
	else
		move(&before);
}

static void travel(bool back)
{
	const Look before = look();
	if (would_store_elsewhere())
		return;
	ledger_note(back ? "undo" : "redo");
	const MhexStatus status = back ? document_undo(s.doc, NULL, NULL)
				       : document_redo(s.doc, NULL, NULL);
	if (status) {
		CHECK(status != MHEX_E_NOTFOUND || !back || before.depth == 0);
		const Look after = expect_file_untouched(&before);
		CHECK(cells_equal(&before.document, &after.document));
		return;
	}
	const Look after = look();
	if (!is_live())
		CHECK(cells_equal(&before.file, &after.file));
	ledger_travelled(&before.document, &after.document, before.depth, after.depth);
	ledger_expect_theirs(&before.file, &after.file);
	ledger_restored(&before.file, &after.file);
}

static void revert(void)
{
	const Look before = look();
	if (would_store_elsewhere())
		return;
	ledger_note("revert");
	const MhexStatus status = document_revert(s.doc, NULL);
	const Look after = look();
	if (!is_live())
		CHECK(cells_equal(&before.file, &after.file));
	ledger_expect_theirs(&before.file, &after.file);
	ledger_restored(&before.file, &after.file);
	if (status)
		return;
	CHECK(!document_is_modified(s.doc) || is_live());
	if (after.depth != before.depth)
		ledger_edited(&before.document, &after.document, after.depth, STEP_EDIT);
}

/* ---- Saves ---- */

/* Of what was held each byte is in the file now, and nothing else is there. */
static void expect_saved(const Look *before, const Look *after)
{
	const Cells *doc = &before->document, *file = &after->file;
	ledger_expect_held(doc, file);
	CHECK(file->size == doc->size || (s.cut && file->size == before->file.size));
	for (size_t i = 0; i < file->size; i++)
		CHECK(doc->states[i] & CELL_UNREADABLE ||
		      file->bytes[i] == doc->bytes[i]);
	CHECK(!document_is_modified(s.doc));
	if (!document_is_modified(s.doc) && cells_equal(&after->document, file))
		expect_same(after);
}

static void expect_range_saved(const Look *before, const Look *after, Range range)
{
	CHECK(after->file.size == before->file.size);
	for (size_t i = 0; i < after->file.size; i++)
		CHECK(after->file.bytes[i] == (range_contains(range, s.prefix + i)
						       ? before->document.bytes[i]
						       : before->file.bytes[i]));
}

/* The edits are in the file that has the name now, which nobody has seen before. */
static void expect_moved(const Look *before, const Look *after)
{
	ledger_forget_history();
	ledger_expect_held(&before->document, &after->file);
	CHECK(cells_equal(&after->document, &after->file));
	expect_same(after);
}

static MhexStatus run_save(const SaveRequest *request, SaveResult *result, MhexError *err)
{
	Save *running = NULL;
	const MhexStatus status = document_save_start(s.doc, request, -1, &running, err);
	return status ? status : document_save_finish(s.doc, running, result, err);
}

static void note_save(const SaveRequest *request, const SaveResult *result,
		      const Look *before)
{
	if (request->force)
		ledger_note("forced save");
	else if (request->has_range)
		ledger_note("save of a range");
	else if (is_live())
		ledger_note("sync of live");
	else if (!result->in_place)
		ledger_note("save by a new file");
	else if (before->document.size == before->file.size)
		ledger_note("save in place");
	else
		ledger_note("save with moves");
}

static void save_as(SaveRequest request)
{
	char text[40];
	MhexError err = {0};
	SaveResult result = {0};
	const Look before = look();
	const bool ours = name_is_ours();
	const uint8_t unseen = ledger_unseen(&before.document, &before.file);
	const MhexStatus status = run_save(&request, &result, &err);
	if (status) {
		ledger_note(request.force ? "forced save refused" : "save refused");
		ledger_check(s.disturbed, err.message, __FILE__, __LINE__);
		const Look after = expect_file_untouched(&before);
		if (ours)
			CHECK(cells_equal(&before.document, &after.document));
		else
			ledger_forget_history();
		return;
	}
	note_save(&request, &result, &before);
	ledger_saved();
	if (would_store_elsewhere()) {
		(void)expect_file_untouched(&before);
		return;
	}
	CHECK(request.force || ours);
	(void)snprintf(text, sizeof(text), "lost %02x of others", unseen);
	ledger_check(request.force || request.has_range || is_live() || unseen == 0, text,
		     __FILE__, __LINE__);
	const Look after = look();
	if (request.has_range)
		ledger_expect_theirs_in_both(&before.file, &after.file, &after.document);
	else if (!request.force || !ours)
		ledger_expect_theirs(&before.file, &after.file);
	if (!ours && before.file.exists)
		expect_moved(&before, &after);
	else if (request.has_range)
		expect_range_saved(&before, &after, request.range);
	else
		expect_saved(&before, &after);
}

/* Is each byte that both have in its place? */
static bool is_in_place(const Look *now)
{
	for (size_t i = 0; i < now->document.size; i++)
		if (now->document.bytes[i] != now->file.bytes[i] &&
		    cells_have(&now->file, now->document.bytes[i]))
			return false;
	return now->document.size == now->file.size;
}

static void save_range(void)
{
	const Look before = look();
	const size_t size = before.document.size;
	if (is_live() || size == 0 || s.cut || !name_is_ours() || !is_in_place(&before))
		return;
	const size_t offset = pick(size - 1);
	const size_t room = size - offset;
	const size_t length = 1 + pick(room < 20 ? room - 1 : 19);
	save_as((SaveRequest){.has_range = true,
			      .range = {s.prefix + offset, length},
			      .output_fd = -1});
}

/* ---- Decisions ---- */

typedef struct {
	uint8_t theirs[CELLS_MAX];
	size_t count;
	bool unnamed; /* bytes that are not remembered one by one */
	Range range;
} Found;

static bool add_conflict(void *context, const Conflict *conflict)
{
	Found *found = context;
	if (conflict->length > 1 || !conflict->has_was)
		found->unnamed = true;
	else if (conflict->has_theirs && range_contains(found->range, conflict->offset) &&
		 found->count < CELLS_MAX)
		found->theirs[found->count++] = conflict->theirs;
	return true;
}

static void take(void)
{
	Found found = {.range = {0, UINT64_MAX}};
	uint64_t taken = 0;
	const Look before = look();
	const TakeSide side = pick(1) ? TAKE_MINE : TAKE_THEIRS;
	if (is_live())
		return;
	if (pick(1))
		found.range = (Range){s.prefix + pick(before.document.size), 10};
	CHECK(document_conflicts(s.doc, add_conflict, &found, NULL) == MHEX_OK);
	if (document_take(s.doc, side, found.range, &taken, NULL)) {
		(void)expect_file_untouched(&before);
		return;
	}
	ledger_note(side == TAKE_MINE ? "take mine" : "take theirs");
	const Look after = expect_file_untouched(&before);
	if (side == TAKE_MINE)
		CHECK(cells_equal(&before.document, &after.document));
	ledger_edited(&before.document, &after.document, after.depth, STEP_TAKE);
	if (found.unnamed)
		ledger_decide_all(&before.file, after.depth);
	for (size_t i = 0; i < found.count; i++) {
		if (side == TAKE_MINE)
			ledger_decide(found.theirs[i], after.depth);
		else
			CHECK(cells_have(&after.document, found.theirs[i]));
	}
}

static void reload(void)
{
	uint64_t conflicts = 0;
	const Look before = look();
	const bool ours = name_is_ours();
	ledger_note("reload");
	if (document_reload(s.doc, false, &conflicts, NULL)) {
		(void)expect_file_untouched(&before);
		return;
	}
	s.opened = before.file;
	const Look after = expect_file_untouched(&before);
	ledger_expect_held(&before.document, &after.document);
	if (!ours)
		ledger_forget_history();
	else if (after.depth != before.depth) /* the end that the file has lost */
		ledger_edited(&before.document, &after.document, after.depth, STEP_EDIT);
	if (!document_is_modified(s.doc))
		CHECK(cells_equal(&after.document, &after.file));
}

static void change_access(void)
{
	const Access other = is_live() ? ACCESS_PREVIEW : ACCESS_LIVE;
	const Look before = look();
	if (document_is_modified(s.doc) || s.cut)
		return;
	ledger_note(is_live() ? "leaving live" : "entering live");
	(void)document_set_access(s.doc, other, false, NULL);
	(void)expect_file_untouched(&before);
}

/* ---- Ends of the program ---- */

static void leave(void)
{
	const Look before = look();
	if (!before.file.exists)
		return;
	ledger_note("leaving");
	close_document(false);
	ledger_forget_history();
	open_document(ACCESS_PREVIEW);
	const Look now = expect_file_untouched(&before);
	expect_same(&now);
}

static void others_while_it_is_dead(void)
{
	const Cells file = read_file();
	const Look before = {.file = file};
	if (s.alone || pick(2) > 0)
		return;
	others_write(&before);
	if (pick(3) == 0)
		others_append(&before);
	s.disturbed = true;
}

/* What is left of it has all edits, and knows over what they were made. */
static void crash(void)
{
	MhexError err = {0};
	EditRecovery *found = NULL;
	uint64_t conflicts = 0, kept = 0;
	const Look before = look();
	const bool live = is_live();
	if (!before.file.exists || !name_is_ours() || s.cut)
		return;
	ledger_note(live ? "crash of live" : "crash");
	const bool disturbed = s.disturbed;
	close_document(true);
	others_while_it_is_dead();
	const Cells file = read_file();
	ledger_forget_history();
	open_document(ACCESS_PREVIEW);
	s.disturbed = !s.alone;
	/* Nothing is looked at in between: what was removed knowingly stays so. */
	if (edit_recovery_find(&found, s.path, NULL)) {
		CHECK(live || disturbed || cells_equal(&before.document, &before.file));
		(void)look();
		return;
	}
	ledger_note("recovery");
	if (live) {
		CHECK(document_set_access(s.doc, ACCESS_LIVE, false, NULL) == MHEX_OK);
		CHECK(edit_recovery_revert(found, s.doc, &kept, &kept, &err) == MHEX_OK);
	} else {
		const MhexStatus status =
			edit_recovery_apply(found, s.doc, &conflicts, &err);
		ledger_check(status == MHEX_OK, err.message, __FILE__, __LINE__);
	}
	const Look after = look();
	ledger_expect_theirs(&file, &after.file);
	if (!live) {
		ledger_expect_held(&before.document, &after.document);
		CHECK(cells_equal(&file, &after.file));
	}
}

/* ---- One run ---- */

static void flush(void)
{
	MhexError err = {0};
	const MhexStatus status = edit_journal_flush(s.doc, &err);
	ledger_check(status == MHEX_OK, err.message, __FILE__, __LINE__);
}

static void act(void)
{
	const size_t what = pick(999);
	const SaveRequest plain = {.output_fd = -1};
	const SaveRequest forced = {.output_fd = -1, .force = true};
	if (pick(3) == 0)
		flush();
	if (what < 350)
		edit();
	else if (what < 450)
		travel(true);
	else if (what < 520)
		travel(false);
	else if (what < 530)
		revert();
	else if (what < 720)
		others();
	else if (what < 800)
		save_as(plain);
	else if (what < 820)
		save_range();
	else if (what < 835)
		save_as(forced);
	else if (what < 900)
		take();
	else if (what < 925)
		reload();
	else if (what < 960)
		change_access();
	else if (what < 990)
		crash();
	else
		leave();
}

static void begin_round(void)
{
	static const size_t prefixes[] = {0, PAGE - 20, 2 * PAGE - 20};
	Cells file = {.exists = true};
	ledger_note("round");
	s.prefix = prefixes[pick(2)];
	s.alone = pick(3) == 0;
	ledger_start(&file);
	for (file.size = 0; file.size < SIZE_FIRST; file.size++)
		file.bytes[file.size] = ledger_new_id(false);
	ledger_start(&file);
	write_file(s.path, &file);
	open_document(ACCESS_PREVIEW);
	const Look now = look();
	expect_same(&now);
}

static void end_round(void)
{
	close_document(false);
	remove_link();
	(void)unlink(s.path);
	(void)unlink(s.away);
}

static void run(uint64_t seed, uint64_t steps)
{
	ledger_begin(seed);
	while (steps > 0) {
		begin_round();
		for (size_t i = 0; i < ROUND_STEPS && steps > 0; i++, steps--) {
			if (!ledger_has_room() || depth() + 2 >= STATES_MAX)
				break;
			act();
		}
		end_round();
	}
}

static uint64_t fresh_seed(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int main(void)
{
	const char *given = getenv("MHEX_SEED");
	const char *wanted = getenv("MHEX_SOAK");
	const uint64_t steps = wanted ? strtoull(wanted, NULL, 10) : STEPS;
	const uint64_t seed = given    ? strtoull(given, NULL, 10)
			      : wanted ? fresh_seed()
				       : 1;
	guard_install();
	temp_folder_make(&s.folder);
	(void)setenv("XDG_STATE_HOME", s.folder.path, 1);
	(void)snprintf(s.path, sizeof(s.path), "%s/file", s.folder.path);
	(void)snprintf(s.link, sizeof(s.link), "%s/link", s.folder.path);
	(void)snprintf(s.away, sizeof(s.away), "%s/away", s.folder.path);
	(void)printf("MHEX_SEED=%" PRIu64 "\n", seed);
	(void)fflush(stdout);
	run(seed, steps);
	temp_folder_remove(&s.folder);
	ledger_print_counts(steps);
	return 0;
}
