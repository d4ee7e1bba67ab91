/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "document/save_move.h"

/* Five chunks and a bit, no two of them alike. */
static struct {
	int fd;
	size_t size;
	uint8_t *before, *after;
} fixture;

static void set_up(void)
{
	char path[64];
	const char *folder = getenv("TMPDIR");
	(void)snprintf(path, sizeof(path), "%s/mhex-test-XXXXXX",
		       folder && strlen(folder) < 40 ? folder : "/tmp");
	fixture.fd = mkstemp(path);
	cr_assert(ge(int, fixture.fd, 0));
	cr_assert(zero(int, unlink(path)));
	fixture.size = 5 * (size_t)SAVE_MOVE_CHUNK + 777;
	fixture.before = malloc(fixture.size);
	fixture.after = malloc(fixture.size);
	unsigned state = 1;
	for (size_t i = 0; i < fixture.size; i++)
		fixture.before[i] = (uint8_t)(rand_r(&state) >> 7);
	cr_assert(eq(sz, (size_t)pwrite(fixture.fd, fixture.before, fixture.size, 0),
		     fixture.size));
}

static void tear_down(void)
{
	(void)close(fixture.fd);
	free(fixture.before);
	free(fixture.after);
}

TestSuite(save_move, .init = set_up, .fini = tear_down, .timeout = 30);

static void look(void)
{
	cr_assert(eq(sz, (size_t)pread(fixture.fd, fixture.after, fixture.size, 0),
		     fixture.size));
}

static MhexStatus run(const SavePlan *plan, SaveMover **mover, MhexError *err)
{
	cr_assert(zero(int, (int)save_mover_open(mover, fixture.fd, plan, err)));
	return save_mover_run(*mover, NULL, NULL, err);
}

static void expect_moved(const SaveMove *moves, size_t count)
{
	SavePlan plan;
	SaveMover *mover;
	cr_assert(zero(int, (int)save_plan_make(&plan, moves, count, NULL)));

	cr_assert(zero(int, (int)run(&plan, &mover, NULL)));

	look();
	for (size_t i = 0; i < count; i++)
		cr_expect(zero(int, memcmp(fixture.after + moves[i].target,
					   fixture.before + moves[i].source,
					   moves[i].length)));
	save_mover_close(mover);
	save_plan_free(&plan);
}

Test(save_move, moves_over_itself_towards_the_end)
{
	const SaveMove move = {.source = 0, .target = 1, .length = fixture.size - 1};

	expect_moved(&move, 1);
}

Test(save_move, moves_over_itself_towards_the_front)
{
	const SaveMove move = {.source = 3, .target = 0, .length = fixture.size - 3};

	expect_moved(&move, 1);
}

Test(save_move, a_scratch_larger_than_the_memory_is_a_file)
{
	const uint64_t half = 2 * SAVE_MOVE_CHUNK + 5;
	const SaveMove moves[] = {{half, 0, half}, {0, half, half}};

	expect_moved(moves, 2);
}

struct undo_case {
	char name[32];
	size_t count;
	SaveMove moves[3];
};

ParameterizedTestParameters(save_move, undo_puts_every_moved_byte_back)
{
	enum {
		C = SAVE_MOVE_CHUNK
	};
	static struct undo_case cases[] = {
		{"shifted to the end", 1, {{0, 7, 5 * C}}},
		{"shifted to the front", 1, {{7, 0, 5 * C}}},
		{"changed places", 2, {{3 * C, 0, C}, {0, 3 * C, C}}},
		{"in a circle of three", 3, {{C, 0, C}, {2 * C, C, C}, {0, 2 * C, C}}},
		{"by a scratch file", 2, {{2 * C, 0, 2 * C}, {0, 2 * C, 2 * C}}},
	};
	return cr_make_param_array(struct undo_case, cases,
				   sizeof(cases) / sizeof(cases[0]));
}

/* What a plan overwrites without having moved it is the caller's to put back. */
static void put_lost_back(const SaveMove *moves, size_t count)
{
	bool *moved = calloc(fixture.size, 1);
	for (size_t i = 0; i < count; i++)
		memset(moved + moves[i].source, 1, moves[i].length);
	for (size_t i = 0; i < fixture.size; i++)
		if (!moved[i])
			fixture.after[i] = fixture.before[i];
	free(moved);
}

ParameterizedTest(struct undo_case *param, save_move, undo_puts_every_moved_byte_back)
{
	SavePlan plan;
	SaveMover *mover;
	cr_assert(
		zero(int, (int)save_plan_make(&plan, param->moves, param->count, NULL)));
	cr_assert(zero(int, (int)run(&plan, &mover, NULL)));

	cr_assert(zero(int, (int)save_mover_undo(mover, NULL)));

	look();
	put_lost_back(param->moves, param->count);
	cr_expect(zero(int, memcmp(fixture.after, fixture.before, fixture.size)), "%s",
		  param->name);
	save_mover_close(mover);
	save_plan_free(&plan);
}

Test(save_move, a_failure_in_the_middle_of_a_chunk_can_be_taken_back)
{
	/* The first move succeeds, the second stops where files must end. */
	const uint64_t limit = 4 * SAVE_MOVE_CHUNK + 100;
	const SaveMove moves[] = {{2 * SAVE_MOVE_CHUNK, 9, SAVE_MOVE_CHUNK},
				  {10, 4 * SAVE_MOVE_CHUNK, SAVE_MOVE_CHUNK / 2}};
	SavePlan plan;
	SaveMover *mover;
	MhexError err;
	struct rlimit old;
	(void)signal(SIGXFSZ, SIG_IGN);
	cr_assert(zero(int, getrlimit(RLIMIT_FSIZE, &old)));
	cr_assert(zero(int, (int)save_plan_make(&plan, moves, 2, NULL)));
	cr_assert(zero(int,
		       setrlimit(RLIMIT_FSIZE, &(struct rlimit){limit, old.rlim_max})));

	const MhexStatus status = run(&plan, &mover, &err);
	cr_assert(zero(int, setrlimit(RLIMIT_FSIZE, &old)));
	look();
	const int touched = memcmp(fixture.after, fixture.before, fixture.size);
	const MhexStatus undone = save_mover_undo(mover, NULL);

	cr_expect(eq(int, (int)status, MHEX_E_NOSPACE), "%s", err.message);
	cr_expect(ne(int, touched, 0));
	cr_expect(zero(int, (int)undone));
	look();
	put_lost_back(moves, 2);
	cr_expect(zero(int, memcmp(fixture.after, fixture.before, fixture.size)));
	save_mover_close(mover);
	save_plan_free(&plan);
}

Test(save_move, a_source_that_was_cut_off_is_named)
{
	const SaveMove move = {.source = SAVE_MOVE_CHUNK, .target = 0, .length = 0x1000};
	SavePlan plan;
	SaveMover *mover;
	MhexError err;
	cr_assert(zero(int, (int)save_plan_make(&plan, &move, 1, NULL)));
	cr_assert(zero(int, ftruncate(fixture.fd, SAVE_MOVE_CHUNK + 16)));

	const MhexStatus status = run(&plan, &mover, &err);

	cr_expect(eq(int, (int)status, MHEX_E_SHRUNK));
	cr_expect(ne(ptr, strstr(err.message, "0x100010"), NULL), "%s", err.message);
	save_mover_close(mover);
	save_plan_free(&plan);
}

Test(save_move, sees_bytes_that_were_moved_and_are_not_there_any_more)
{
	MhexError err = {0};
	SavePlan plan;
	SaveMover *mover = NULL;
	const SaveMove move = {0, 777, 3 * (uint64_t)SAVE_MOVE_CHUNK};
	cr_assert(zero(int, (int)save_plan_make(&plan, &move, 1, NULL)));
	cr_assert(zero(int, (int)run(&plan, &mover, &err)));
	cr_expect(zero(int, (int)save_mover_verify(mover, &err)));

	const off_t cut = 2 * (off_t)SAVE_MOVE_CHUNK;
	cr_assert(zero(int, ftruncate(fixture.fd, cut)));
	cr_assert(zero(int, ftruncate(fixture.fd, (off_t)fixture.size)));

	cr_expect(eq(int, (int)save_mover_verify(mover, &err), MHEX_E_CONFLICT));
	save_mover_close(mover);
	save_plan_free(&plan);
}
