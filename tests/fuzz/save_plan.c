/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "document/save_plan.h"
#include "document/stage_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FILE_SIZE = 4096,
	MOVES_MAX = 512
};

static void check(int right)
{
	if (!right)
		abort();
}

/* Five bytes are a gap, a length and a source. */
static size_t decode(SaveMove *moves, const uint8_t *data, size_t size)
{
	size_t count = 0;
	uint64_t at = 0;
	for (; size >= 5 && count < MOVES_MAX; data += 5, size -= 5) {
		const uint64_t length = 1 + (data[1] | (data[2] & 3u) << 8);
		at += data[0] % 16;
		if (at + length > FILE_SIZE)
			break;
		const uint64_t source =
			(data[3] | (uint64_t)data[4] << 8) % (FILE_SIZE - length + 1);
		if (source != at)
			moves[count++] = (SaveMove){source, at, length};
		at += length;
	}
	return count;
}

/* The file as it must be after the moves, and which of its old bytes they read. */
static void copy_plainly(uint8_t *after, uint8_t *moved, const uint8_t *before,
			 const SaveMove *moves, size_t count)
{
	memcpy(after, before, FILE_SIZE);
	memset(moved, 0, FILE_SIZE);
	for (size_t i = 0; i < count; i++) {
		memcpy(after + moves[i].target, before + moves[i].source,
		       moves[i].length);
		memset(moved + moves[i].source, 1, moves[i].length);
	}
}

/* Cut as the last byte says. */
static void make_stages(Stages *stages, const SaveMove *moves, size_t count,
			const uint8_t *moved, size_t limit)
{
	SavePlan plan;
	check(save_plan_make(&plan, moves, count, NULL) == MHEX_OK);
	stages_begin(stages, FILE_SIZE, FILE_SIZE, limit);
	for (size_t i = 0; i < plan.count; i++) {
		const SaveStep *step = &plan.steps[i];
		const StagePart part = {
			.target = {step->to, step->length},
			.kind = STAGE_MOVED,
			.from = step->from,
		};
		if (step->kind == SAVE_STEP_KEEP)
			check(stages_keep(stages, (Range){step->from, step->length}));
		else
			check(stages_add(stages, part,
					 step->kind == SAVE_STEP_COPY &&
						 step->to > step->from));
	}
	for (size_t i = 0; i < FILE_SIZE; i++) {
		const size_t begin = i;
		while (i < FILE_SIZE && !moved[i])
			i++;
		check(stages_keep(stages, (Range){begin, i - begin}));
	}
	check(stages_finish(stages));
	check(stages_check(stages));
	save_plan_free(&plan);
}

static MhexStatus read_before(void *context, Range range, uint8_t *dst, MhexError *err)
{
	const uint8_t *before = context;
	(void)err;
	memcpy(dst, before + range.offset, range.length);
	return MHEX_OK;
}

/* Stages carried out on a file equal a straightforward copy, and taken back again leave
 * what was there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SaveMove moves[MOVES_MAX];
	uint8_t before[FILE_SIZE], want[FILE_SIZE], got[FILE_SIZE], moved[FILE_SIZE];
	const size_t count = decode(moves, data, size);
	const size_t limit = 50 + (size > 0 ? data[size - 1] * (size_t)7 : 0);
	for (size_t i = 0; i < FILE_SIZE; i++)
		before[i] = (uint8_t)(i * 31 + (i >> 8) * 7);
	copy_plainly(want, moved, before, moves, count);
	const int fd = memfd_create("save_plan", MFD_CLOEXEC);
	check(pwrite(fd, before, FILE_SIZE, 0) == FILE_SIZE);
	Stages stages;
	StageRun *run = NULL;
	const StageAccess access = {
		.kept = read_before, .context = before, .sized = true};
	make_stages(&stages, moves, count, moved, limit);
	check(stage_run_open(&run, fd, "file", &stages, &access, NULL) == MHEX_OK);
	check(stage_run_measure(run, NULL) == MHEX_OK);

	check(stage_run_forward(run, NULL) == MHEX_OK);
	check(stage_run_verify(run, NULL) == MHEX_OK);
	check(pread(fd, got, FILE_SIZE, 0) == FILE_SIZE);
	check(memcmp(got, want, FILE_SIZE) == 0);

	check(stage_run_back(run, true, NULL) == MHEX_OK);
	check(pread(fd, got, FILE_SIZE, 0) == FILE_SIZE);
	check(memcmp(got, before, FILE_SIZE) == 0);

	stage_run_close(run);
	stages_free(&stages);
	(void)close(fd);
	return 0;
}
