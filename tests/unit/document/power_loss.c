/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The power fails at any moment of a save, and any subset of what was not synced is lost:
 * recovery makes the file wholly old or wholly new. With any one sync taken out it does
 * not, so each is needed and each is seen. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document/recovery.h"
#include "save_sample.h"
#include "storage/system.h"
#include "support/faults.h"
#include "support/power_log.h"
#include "support/temp_file.h"

enum {
	SIZE = 20000,
	STATES = 400, /* of each log; $MHEX_STATES for more */
	STATES_OF_A_SKIP = 300,
	SEEN = 1 << 16,
	STAGED = 16 << 10, /* a window, for some stages */
	BUSY = 8,          /* values that may be lost at a moment: many */
};

static SaveSample sample;
static TempFile state;
static char journals[TEMP_PATH_SIZE + 8];

typedef struct {
	uint8_t *bytes;
	size_t size;
} Content;

/* Before the saves, after the first of two, after the last. */
static Content old, middle, new;

static uint64_t random_state;

static uint64_t random_number(void)
{
	uint64_t x = random_state += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* How much is lost differs from state to state, from nothing to all, in percent. */
static unsigned loss;
static unsigned choices; /* that the last state has asked for */

static unsigned choose(unsigned count)
{
	choices++;
	if (random_number() % 8 == 0)
		return (unsigned)(random_number() % count);
	return random_number() % 100 < loss ? 0 : count - 1;
}

static void set_up(void)
{
	sample_use_memory();
	temp_folder_make(&state);
	(void)setenv("XDG_STATE_HOME", state.path, 1);
	(void)snprintf(journals, sizeof(journals), "%s/mhex", state.path);
	cr_assert(zero(int, mkdir(journals, 0700)));
	sample.journal = true;
	random_state = 1;
}

static void tear_down(void)
{
	temp_folder_remove(&state);
}

TestSuite(power_loss, .init = set_up, .fini = tear_down, .timeout = 280);

/* --- a save, recorded --- */

typedef struct {
	void (*edit)(void); /* and a save */
	void (*then)(void); /* what follows, or NULL */
	bool many;          /* different states are to be had */
	bool only_end;      /* before that, it is not our business */
	size_t window;      /* a stage of moves is a quarter of it; 0: the default */
	const char *plan;   /* the save fails because of this plan */
	/* It is killed by this plan, and recovered: that is recorded, not the save. */
	const char *killed;
	RecoveryWay way;
} Script;

/* How many syncs the first save has made. */
static unsigned first_syncs;

static void save(void)
{
	MhexError err;
	const MhexStatus status = sample_write(&sample, &err);
	cr_assert(zero(int, (int)status), "%s", err.message);
}

static int child_saves(void *context)
{
	const Script *script = context;
	MhexError err;
	faults_plan(script->killed);
	return sample_write(&sample, &err) ? 1 : 0;
}

static void recover(RecoveryWay way)
{
	MhexError err = {0};
	Recovery *recovery = NULL;
	cr_assert(zero(int, (int)recovery_find(&recovery, sample.path, &err)));
	cr_assert(zero(int, (int)recovery_run(recovery, way, &err)), "%s", err.message);
}

/* The save, its failure, or the recovery from its end. */
static void change(const Script *script)
{
	MhexError err;
	if (script->killed)
		recover(script->way);
	else if (script->plan)
		cr_assert(ne(int, (int)sample_write(&sample, &err), 0));
	else
		save();
}

static void record(const Script *script, const char *plan)
{
	const char *const watched[] = {sample.folder, journals, NULL};
	sample_make(&sample, SIZE);
	sample.window = script->window;
	sample_open(&sample, ACCESS_PREVIEW);
	old.bytes = sample_file_bytes(sample.path, &old.size);
	script->edit();
	middle.bytes = sample_document_bytes(&sample, &middle.size);
	if (script->killed) {
		Script copy = *script;
		cr_assert(lt(int, 128, sample_in_child(child_saves, &copy)));
	}
	faults_plan(script->plan ? script->plan : plan);
	power_log_begin(watched);
	change(script);
	first_syncs = faults_count("sync");
	if (script->then)
		script->then();
	new.bytes = sample_file_bytes(sample.path, &new.size);
	power_log_end();
	document_close(sample.doc);
	sample.doc = NULL;
}

static void forget(void)
{
	power_log_forget();
	free(old.bytes);
	free(middle.bytes);
	free(new.bytes);
	faults_plan("");
	char command[TEMP_PATH_SIZE + 32];
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", sample.folder);
	cr_assert(zero(int, system(command)));
}

/* --- after the failure --- */

static bool file_is(const Content *content)
{
	size_t size = 0;
	char *bytes = temp_file_read(sample.path, &size);
	const bool same = bytes && size == content->size &&
			  memcmp(bytes, content->bytes, size) == 0;
	free(bytes);
	return same;
}

/* One of the versions, wholly; and what is known to be saved is the last one, and stays.
 */
static bool recovers(RecoveryWay way, bool saved)
{
	Recovery *recovery = NULL;
	MhexError err = {0};
	if (saved && !file_is(&new))
		return false;
	const MhexStatus found = recovery_find(&recovery, sample.path, &err);
	if (found && found != MHEX_E_NOTFOUND)
		return false;
	if (!found && recovery_run(recovery, way, &err)) {
		recovery_close(recovery);
		return false;
	}
	return file_is(&new) || (!saved && (file_is(&old) || file_is(&middle)));
}

/* The moments, and of those where much can be lost, most. */
static struct {
	unsigned *busy;
	unsigned count;
} moments;

static void weigh_moments(void)
{
	const unsigned count = power_log_moments();
	moments.busy = calloc(count, sizeof(unsigned));
	moments.count = 0;
	for (unsigned i = 0; i < count; i++) {
		choices = 0;
		(void)power_log_choose(i, choose);
		if (choices >= BUSY)
			moments.busy[moments.count++] = i;
	}
}

static unsigned choose_moment(void)
{
	if (moments.count > 0 && random_number() % 4)
		return moments.busy[random_number() % moments.count];
	return (unsigned)(random_number() % power_log_moments());
}

/* How many of the states cannot be recovered. */
static unsigned count_lost(unsigned states, bool only_end, unsigned *different)
{
	static uint64_t seen[SEEN];
	const unsigned last = power_log_moments() - 1;
	unsigned lost = 0;
	*different = 0;
	memset(seen, 0, sizeof(seen));
	weigh_moments();
	for (unsigned i = 0; i < states; i++) {
		const bool ends = only_end || i % 20 == 0;
		const unsigned moment = ends ? last : choose_moment();
		loss = (unsigned)(random_number() % 101);
		const uint64_t digest = power_log_choose(moment, choose) + moment / last;
		uint64_t *slot = &seen[digest % SEEN];
		if (*slot == digest)
			continue; /* looked at already */
		*slot = digest;
		++*different;
		power_log_make();
		lost += !recovers(i % 2 ? RECOVERY_BACK : RECOVERY_FORWARD,
				  moment == last);
	}
	free(moments.busy);
	return lost;
}

static void tell(const char *plan, unsigned different, unsigned lost)
{
	if (getenv("MHEX_VERBOSE"))
		(void)fprintf(stderr, "%s: %u moments, %u different states, %u lost\n",
			      plan, power_log_moments(), different, lost);
}

static void survives(const Script *script)
{
	unsigned different = 0;
	record(script, "");
	const char *given = getenv("MHEX_STATES");
	const unsigned states = given ? (unsigned)strtoul(given, NULL, 10) : STATES;
	const unsigned lost = count_lost(states, script->only_end, &different);
	tell("all syncs", different, lost);
	cr_expect(zero(uint, lost), "%u of %u states are neither old nor new", lost,
		  different);
	if (script->many)
		cr_expect(lt(uint, states / 4, different), "only %u states", different);
	forget();
}

static unsigned count_lost_without(const Script *script, unsigned number)
{
	char plan[32];
	unsigned different = 0;
	(void)snprintf(plan, sizeof(plan), "sync:%u:skip", number);
	record(script, plan);
	const unsigned lost = count_lost(STATES_OF_A_SKIP, script->only_end, &different);
	tell(plan, different, lost);
	forget();
	return lost;
}

/* None of the syncs of the first save can be left out without harm to one of these. */
static void need_each_sync(const Script *const scripts[])
{
	record(scripts[0], "");
	const unsigned count = first_syncs;
	forget();
	cr_assert(lt(uint, 1u, count));
	for (unsigned n = 1; n <= count; n++) {
		unsigned lost = 0;
		for (size_t i = 0; scripts[i] && lost == 0; i++)
			lost = count_lost_without(scripts[i], n);
		cr_expect(ne(uint, lost, 0), "sync %u is not needed, or not seen", n);
	}
}

/* --- the saves --- */

static void overwrite_all(const char *text)
{
	for (unsigned i = 0; i < 40; i++)
		sample_overwrite(&sample, 10 + 480 * i, text);
}

static void edit_in_place(void)
{
	overwrite_all("one");
}

static void save_in_place_again(void)
{
	overwrite_all("two");
	save();
}

/* Another program brings the old bytes back at some places, and syncs them. Nobody has
 * asked for anything else there since. */
static void others_write(void)
{
	uint8_t bytes[3];
	for (uint64_t i = 0; i < 20; i++) {
		const uint64_t at = 10 + 480 * i;
		for (uint64_t j = 0; j < sizeof(bytes); j++)
			bytes[j] = sample_byte(at + j);
		cr_assert(
			eq(int,
			   (int)system_pwrite(sample.fd, bytes, sizeof(bytes), (off_t)at),
			   3));
	}
	cr_assert(zero(int, system_fsync(sample.fd)));
}

static void edit_other_size(void)
{
	sample_insert(&sample, 0, "in front");
	sample_overwrite(&sample, 15000, "one");
	sample_insert(&sample, 20008, "behind");
}

static void save_other_size_again(void)
{
	sample_insert(&sample, 300, "again");
	save();
}

/* A second name forbids a new file, so bytes move within the old one. */
static void edit_longer_in_place(void)
{
	sample_link(&sample);
	sample_insert(&sample, 5000, "0123456789");
	sample_overwrite(&sample, 15000, "one");
}

static void edit_shorter_in_place(void)
{
	sample_link(&sample);
	sample_delete(&sample, 5000, 3000);
	sample_overwrite(&sample, 15000, "one");
}

/* A circle, and something new. */
static void edit_halves_change_places(void)
{
	Clip *clip = NULL;
	MhexError err;
	const Range half = {0, SIZE / 2};
	cr_assert(zero(int, (int)document_copy(sample.doc, half, &clip, &err)));
	sample_delete(&sample, half.offset, half.length);
	cr_assert(zero(int, (int)document_paste(sample.doc, SIZE / 2, clip, true, &err)));
	clip_free(clip);
	sample_overwrite(&sample, 15000, "one");
}

static const Script in_place = {.edit = edit_in_place, .many = true},
		    in_place_twice = {.edit = edit_in_place,
				      .then = save_in_place_again,
				      .many = true},
		    in_place_and_others = {.edit = edit_in_place,
					   .then = others_write,
					   .only_end = true},
		    by_new_file = {.edit = edit_other_size},
		    by_new_file_twice = {.edit = edit_other_size,
					 .then = save_other_size_again},
		    both_ways = {.edit = edit_other_size, .then = save_in_place_again};

static const Script
	one_stage = {.edit = edit_longer_in_place, .many = true},
	longer = {.edit = edit_longer_in_place, .many = true, .window = STAGED},
	shorter = {.edit = edit_shorter_in_place, .many = true, .window = STAGED},
	circle = {.edit = edit_halves_change_places, .many = true, .window = STAGED},
	longer_and_others = {.edit = edit_longer_in_place,
			     .then = others_write,
			     .only_end = true,
			     .window = STAGED},
	shorter_and_others = {.edit = edit_shorter_in_place,
			      .then = others_write,
			      .only_end = true,
			      .window = STAGED},
	taken_back = {.edit = edit_shorter_in_place,
		      .many = true,
		      .window = STAGED,
		      .plan = "pwrite@file:3:EIO"},
	cut_taken_back = {.edit = edit_shorter_in_place,
			  .many = true,
			  .window = STAGED,
			  .plan = "fsync@file:4:EIO"};

static const Script gone_on_with = {.edit = edit_longer_in_place,
				    .window = STAGED,
				    .killed = "pwrite@file:2:kill",
				    .way = RECOVERY_FORWARD},
		    put_back = {.edit = edit_longer_in_place,
				.window = STAGED,
				.killed = "pwrite@file:3:kill",
				.way = RECOVERY_BACK};

Test(power_loss, a_save_in_place_survives)
{
	survives(&in_place);
}

Test(power_loss, two_saves_in_place_survive)
{
	survives(&in_place_twice);
}

Test(power_loss, what_others_write_after_a_save_survives)
{
	survives(&in_place_and_others);
}

Test(power_loss, saves_by_a_new_file_survive)
{
	survives(&by_new_file);
	survives(&by_new_file_twice);
}

Test(power_loss, one_way_after_the_other_survives)
{
	survives(&both_ways);
}

Test(power_loss, moves_to_a_longer_file_survive)
{
	survives(&longer);
	survives(&one_stage);
}

Test(power_loss, moves_to_a_shorter_file_survive)
{
	survives(&shorter);
}

Test(power_loss, moves_in_a_circle_survive)
{
	survives(&circle);
}

Test(power_loss, saves_that_fail_and_move_back_survive)
{
	survives(&taken_back);
	survives(&cut_taken_back);
}

Test(power_loss, recoveries_survive)
{
	survives(&gone_on_with);
	survives(&put_back);
}

Test(power_loss, moves_to_a_longer_file_need_each_sync)
{
	need_each_sync((const Script *const[]){&longer, &longer_and_others, NULL});
}

Test(power_loss, moves_to_a_shorter_file_need_each_sync)
{
	need_each_sync((const Script *const[]){&shorter, &shorter_and_others, NULL});
}

Test(power_loss, a_save_in_place_needs_each_sync)
{
	need_each_sync((const Script *const[]){&in_place, &in_place_and_others, NULL});
}

Test(power_loss, a_save_by_a_new_file_needs_each_sync)
{
	need_each_sync((const Script *const[]){&by_new_file, NULL});
}
