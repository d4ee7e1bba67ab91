/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/stages.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "document/stage_run.h"

enum {
	LIMIT = 1000,
	SIZE = 5 * LIMIT + 77
};

/* A file, and the stages of moves in it. */
static struct {
	int fd;
	uint8_t before[SIZE], after[2 * SIZE];
	Stages stages;
	StageRun *run;
	size_t records;    /* of stages, ... */
	size_t fails_from; /* which fail from this one on */
	MhexError err;
} fixture;

static void set_up(void)
{
	memset(&fixture, 0, sizeof(fixture));
	fixture.fd = memfd_create("stages", MFD_CLOEXEC);
	cr_assert(ge(int, fixture.fd, 0));
	unsigned state = 1;
	for (size_t i = 0; i < SIZE; i++)
		fixture.before[i] = (uint8_t)(rand_r(&state) >> 7);
	cr_assert(eq(sz, (size_t)pwrite(fixture.fd, fixture.before, SIZE, 0), SIZE));
	fixture.fails_from = SIZE_MAX;
}

static void tear_down(void)
{
	stage_run_close(fixture.run);
	stages_free(&fixture.stages);
	(void)close(fixture.fd);
}

TestSuite(stages, .init = set_up, .fini = tear_down, .timeout = 100);

/* What is kept aside is what was there before. */
static MhexStatus read_before(void *context, Range range, uint8_t *dst, MhexError *err)
{
	(void)context;
	(void)err;
	memcpy(dst, fixture.before + range.offset, (size_t)range.length);
	return MHEX_OK;
}

static MhexStatus read_fresh(void *context, Range range, uint8_t *dst, MhexError *err)
{
	(void)context;
	(void)err;
	memset(dst, 0xf5, (size_t)range.length);
	return MHEX_OK;
}

static MhexStatus record(void *context, size_t stage, const uint8_t *old, size_t length,
			 MhexError *err)
{
	(void)context;
	(void)stage;
	(void)old;
	(void)length;
	return fixture.records++ < fixture.fails_from
		       ? MHEX_OK
		       : mhex_fail(err, MHEX_E_IO, "no record");
}

static void add_moves(const SaveMove *moves, size_t count)
{
	SavePlan plan;
	cr_assert(zero(int, (int)save_plan_make(&plan, moves, count, NULL)));
	for (size_t i = 0; i < plan.count; i++) {
		const SaveStep *step = &plan.steps[i];
		const StagePart part = {
			.target = {step->to, step->length},
			.kind = STAGE_MOVED,
			.from = step->from,
		};
		if (step->kind == SAVE_STEP_KEEP)
			cr_assert(stages_keep(&fixture.stages,
					      (Range){step->from, step->length}));
		else
			cr_assert(
				stages_add(&fixture.stages, part, step->to > step->from));
	}
	save_plan_free(&plan);
}

/* What no move has read. */
static void keep_lost(const SaveMove *moves, size_t count)
{
	bool moved[SIZE] = {false};
	for (size_t i = 0; i < count; i++)
		memset(moved + moves[i].source, 1, moves[i].length);
	for (size_t i = 0; i < SIZE; i++)
		if (!moved[i])
			cr_assert(stages_keep(&fixture.stages, (Range){i, 1}));
}

static void make(const SaveMove *moves, size_t count, uint64_t new_size)
{
	const StageAccess access = {.kept = read_before,
				    .fresh = read_fresh,
				    .record = record,
				    .sized = true};
	stages_begin(&fixture.stages, SIZE, new_size, LIMIT);
	add_moves(moves, count);
	keep_lost(moves, count);
	cr_assert(stages_finish(&fixture.stages));
	cr_assert(stages_check(&fixture.stages));
	cr_assert(zero(int, (int)stage_run_open(&fixture.run, fixture.fd, "file",
						&fixture.stages, &access, NULL)));
	cr_assert(zero(int, (int)stage_run_measure(fixture.run, &fixture.err)));
}

static size_t look(void)
{
	const ssize_t got = pread(fixture.fd, fixture.after, sizeof(fixture.after), 0);
	cr_assert(ge(int, (int)got, 0));
	return (size_t)got;
}

static void expect_before(const char *what)
{
	cr_expect(eq(sz, look(), SIZE), "%s", what);
	cr_expect(zero(int, memcmp(fixture.after, fixture.before, SIZE)), "%s", what);
}

struct moves_case {
	char name[40];
	uint64_t new_size;
	size_t count;
	SaveMove moves[3];
};

ParameterizedTestParameters(stages, go_forward_and_back)
{
	enum {
		L = LIMIT
	};
	static struct moves_case cases[] = {
		{"one to the end", SIZE + 1, 1, {{0, 1, SIZE}}},
		{"a stage to the end", SIZE + L, 1, {{0, L, SIZE}}},
		{"far to the end", SIZE + 3 * L, 1, {{0, 3 * L, SIZE}}},
		{"three to the front", SIZE - 3, 1, {{3, 0, SIZE - 3}}},
		{"half of it to the front", SIZE / 2, 1, {{SIZE / 2, 0, SIZE / 2}}},
		{"changed places", SIZE, 2, {{3 * L, 0, 2 * L}, {0, 3 * L, 2 * L}}},
		{"a circle of three", SIZE, 3, {{L, 0, L}, {2 * L, L, L}, {0, 2 * L, L}}},
		{"pasted twice", SIZE, 2, {{4 * L, 0, L}, {4 * L, L, L}}},
		{"cut only", 10, 0, {{0, 0, 0}}},
		{"nothing at all", SIZE, 0, {{0, 0, 0}}},
	};
	return cr_make_param_array(struct moves_case, cases,
				   sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct moves_case *param, stages, go_forward_and_back)
{
	make(param->moves, param->count, param->new_size);

	const MhexStatus status = stage_run_forward(fixture.run, &fixture.err);

	cr_assert(zero(int, (int)status), "%s: %s", param->name, fixture.err.message);
	cr_expect(zero(int, (int)stage_run_verify(fixture.run, &fixture.err)));
	cr_expect(eq(sz, look(), param->new_size), "%s", param->name);
	for (size_t i = 0; i < param->count; i++)
		cr_expect(zero(int, memcmp(fixture.after + param->moves[i].target,
					   fixture.before + param->moves[i].source,
					   param->moves[i].length)),
			  "%s", param->name);
	cr_expect(zero(int, (int)stage_run_back(fixture.run, true, &fixture.err)), "%s",
		  fixture.err.message);
	expect_before(param->name);
}

Test(stages, what_is_not_in_the_file_comes_from_elsewhere)
{
	const StagePart part = {.target = {50, 2 * LIMIT}, .kind = STAGE_FRESH};
	const StageAccess access = {
		.kept = read_before, .fresh = read_fresh, .sized = true};
	stages_begin(&fixture.stages, SIZE, SIZE, LIMIT);
	cr_assert(stages_add(&fixture.stages, part, false));
	cr_assert(stages_keep(&fixture.stages, part.target));
	cr_assert(stages_finish(&fixture.stages));
	cr_assert(zero(int, (int)stage_run_open(&fixture.run, fixture.fd, "file",
						&fixture.stages, &access, NULL)));
	cr_assert(zero(int, (int)stage_run_measure(fixture.run, NULL)));

	cr_expect(zero(int, (int)stage_run_forward(fixture.run, NULL)));

	look();
	cr_expect(eq(int, fixture.after[49], fixture.before[49]));
	cr_expect(eq(int, fixture.after[50], 0xf5));
	cr_expect(eq(int, fixture.after[2 * LIMIT + 49], 0xf5));
	cr_expect(eq(int, fixture.after[2 * LIMIT + 50], fixture.before[2 * LIMIT + 50]));
}

Test(stages, none_is_larger_than_the_limit)
{
	make(&(SaveMove){0, 1, SIZE}, 1, SIZE + 1);

	cr_expect(eq(sz, fixture.stages.stages.count, 6));
	cr_expect(eq(sz, fixture.stages.largest, LIMIT));
	cr_expect(eq(u64, fixture.stages.parts.items[0].target.offset, SIZE + 1 - LIMIT),
		  "the end goes first");
}

Test(stages, a_failure_in_the_middle_of_a_stage_can_be_taken_back)
{
	struct rlimit old;
	const rlim_t limit = SIZE + LIMIT / 2;
	make(&(SaveMove){0, LIMIT, SIZE}, 1, SIZE + LIMIT);
	cr_assert(zero(int, ftruncate(fixture.fd, SIZE + LIMIT)));
	stage_run_set_size(fixture.run, SIZE + LIMIT);
	(void)signal(SIGXFSZ, SIG_IGN);
	cr_assert(zero(int, getrlimit(RLIMIT_FSIZE, &old)));
	cr_assert(zero(int,
		       setrlimit(RLIMIT_FSIZE, &(struct rlimit){limit, old.rlim_max})));

	const MhexStatus status = stage_run_forward(fixture.run, &fixture.err);
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &old)));
	look();
	const int touched = fixture.after[SIZE];
	const MhexStatus back = stage_run_back(fixture.run, false, &fixture.err);

	cr_expect(eq(int, (int)status, MHEX_E_NOSPACE), "%s", fixture.err.message);
	cr_expect(ne(int, touched, 0));
	cr_expect(zero(int, (int)back));
	expect_before("taken back");
}

/* Then the way back goes without, but not for a recovery. */
Test(stages, a_record_that_cannot_be_made_is_no_reason_to_leave_half_of_it)
{
	make(&(SaveMove){0, 1, SIZE}, 1, SIZE + 1);
	fixture.fails_from = 3;

	cr_expect(eq(int, (int)stage_run_forward(fixture.run, &fixture.err), MHEX_E_IO));
	cr_expect(
		eq(int, (int)stage_run_back(fixture.run, true, &fixture.err), MHEX_E_IO));
	cr_expect(zero(int, (int)stage_run_back(fixture.run, false, &fixture.err)));

	expect_before("taken back");
}

Test(stages, a_source_that_was_cut_off_is_named)
{
	make(&(SaveMove){3 * LIMIT, 0, LIMIT}, 1, SIZE);
	cr_assert(zero(int, ftruncate(fixture.fd, 3 * LIMIT + 16)));

	const MhexStatus status = stage_run_forward(fixture.run, &fixture.err);

	cr_expect(eq(int, (int)status, MHEX_E_SHRUNK));
	cr_expect(ne(ptr, strstr(fixture.err.message, "0xbc8"), NULL), "%s",
		  fixture.err.message);
	cr_expect(not(stage_run_touched(fixture.run)));
}

static void poke(off_t offset)
{
	const uint8_t other = (uint8_t)(fixture.before[offset] ^ 1);
	cr_assert(eq(sz, (size_t)pwrite(fixture.fd, &other, 1, offset), 1));
}

Test(stages, what_others_write_in_the_way_is_not_overwritten)
{
	make(&(SaveMove){0, 1, SIZE}, 1, SIZE + 1);
	poke(20);

	const MhexStatus status = stage_run_forward(fixture.run, &fixture.err);

	cr_expect(eq(int, (int)status, MHEX_E_CONFLICT), "%s", fixture.err.message);
	look();
	cr_expect(eq(int, fixture.after[20], fixture.before[20] ^ 1));
}

Test(stages, what_others_write_behind_it_is_noticed)
{
	make(&(SaveMove){0, 1, SIZE}, 1, SIZE + 1);
	cr_assert(zero(int, (int)stage_run_forward(fixture.run, &fixture.err)));
	poke(20);

	cr_expect(eq(int, (int)stage_run_verify(fixture.run, &fixture.err),
		     MHEX_E_CONFLICT));
}

/* Where the file is left when it ends in the middle of stage `done`; *old becomes what
 * its record says. */
static void leave_within(size_t done, uint8_t *old)
{
	make(&(SaveMove){0, 1, SIZE}, 1, SIZE + 1);
	const StagePart *part = &fixture.stages.parts.items[done];
	const size_t length = (size_t)part->target.length;
	const size_t beyond = range_end(part->target) > SIZE;
	fixture.fails_from = done;
	(void)stage_run_forward(fixture.run, &fixture.err);
	cr_assert(zero(int, ftruncate(fixture.fd, SIZE + 1)));
	memcpy(old, fixture.before + part->target.offset, length - beyond);
	memset(old + length - beyond, 0, beyond);
	cr_assert(eq(sz,
		     (size_t)pwrite(fixture.fd, fixture.before + part->from, length / 2,
				    (off_t)part->target.offset),
		     length / 2));
	fixture.fails_from = SIZE_MAX;
	stage_run_set_size(fixture.run, SIZE + 1);
}

static void place_within(size_t done, const uint8_t *old)
{
	StageBytes bytes;
	const MhexStatus status =
		stage_run_place_within(fixture.run, done, old, &bytes, &fixture.err);
	cr_assert(zero(int, (int)status), "%s", fixture.err.message);
	cr_expect(zero(u64, bytes.foreign));
	cr_expect(lt(u64, 1, bytes.old));
	cr_expect(lt(u64, 1, bytes.now));
}

Test(stages, can_be_gone_on_with_from_within_one)
{
	for (size_t i = 0; i < 12; i++) {
		const bool forward = i % 2;
		const size_t done = i / 2;
		uint8_t old[LIMIT];
		leave_within(done, old);
		place_within(done, old);
		cr_assert(zero(int, (int)stage_run_rehearse(fixture.run, forward,
							    &fixture.err)),
			  "%s", fixture.err.message);
		place_within(done, old);
		if (forward) {
			cr_assert(zero(int, (int)stage_run_forward(fixture.run, NULL)));
			look();
			cr_expect(zero(int,
				       memcmp(fixture.after + 1, fixture.before, SIZE)));
		}
		cr_expect(zero(int, (int)stage_run_back(fixture.run, true, NULL)));
		expect_before("and back");
		stage_run_close(fixture.run);
		stages_free(&fixture.stages);
		fixture.run = NULL;
		fixture.records = 0;
	}
}

/* ---- What a journal may say ---- */

static bool check_two(StagePart first, StagePart second, Range kept)
{
	stages_begin(&fixture.stages, 100, 100, 10);
	cr_assert(stages_add(&fixture.stages, first, false));
	cr_assert(stages_add(&fixture.stages, second, false));
	cr_assert(stages_keep(&fixture.stages, kept));
	cr_assert(stages_finish(&fixture.stages));
	const bool right = stages_check(&fixture.stages);
	stages_free(&fixture.stages);
	return right;
}

Test(stages, an_order_that_loses_bytes_is_refused)
{
	const StagePart up = {.target = {10, 10}, .kind = STAGE_MOVED, .from = 0},
			on = {.target = {20, 10}, .kind = STAGE_MOVED, .from = 10},
			back = {.target = {0, 10}, .kind = STAGE_MOVED, .from = 10},
			far = {.target = {95, 10}, .kind = STAGE_MOVED, .from = 10},
			beyond = {.target = {30, 10}, .kind = STAGE_MOVED, .from = 95};
	cr_expect(check_two(on, up, (Range){20, 10}));
	cr_expect(not(check_two(up, on, (Range){20, 10})),
		  "overwritten before it is read");
	cr_expect(check_two(up, on, (Range){10, 20}), "but it was kept");
	cr_expect(not(check_two(on, up, (Range){25, 5})), "nothing to go back to");
	cr_expect(not(check_two(up, back, (Range){0, 0})), "a circle");
	cr_expect(check_two(up, back, (Range){10, 10}));
	cr_expect(not(check_two(up, up, (Range){10, 10})), "twice");
	cr_expect(not(check_two(far, up, (Range){90, 10})), "beyond the end");
	cr_expect(not(check_two(beyond, up, (Range){20, 20})), "from beyond the end");
	cr_expect(not(check_two(on, up, (Range){20, 90})), "kept from beyond the end");
}
