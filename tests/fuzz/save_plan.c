/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "document/save_move.h"
#include "document/save_plan.h"

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

/* A plan carried out on a file equals a straightforward copy, and taken back again leaves
 * what was there, but for the bytes that no move has read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SaveMove moves[MOVES_MAX];
	uint8_t before[FILE_SIZE], want[FILE_SIZE], got[FILE_SIZE], moved[FILE_SIZE];
	const size_t count = decode(moves, data, size);
	for (size_t i = 0; i < FILE_SIZE; i++)
		before[i] = (uint8_t)(i * 31 + (i >> 8) * 7);
	copy_plainly(want, moved, before, moves, count);
	const int fd = memfd_create("save_plan", MFD_CLOEXEC);
	check(pwrite(fd, before, FILE_SIZE, 0) == FILE_SIZE);
	SavePlan plan;
	SaveMover *mover;
	check(save_plan_make(&plan, moves, count, NULL) == MHEX_OK);
	check(plan.scratch <= FILE_SIZE);
	check(save_mover_open(&mover, fd, &plan, NULL) == MHEX_OK);

	check(save_mover_run(mover, NULL, NULL, NULL) == MHEX_OK);
	check(pread(fd, got, FILE_SIZE, 0) == FILE_SIZE);
	check(memcmp(got, want, FILE_SIZE) == 0);

	check(save_mover_undo(mover, NULL) == MHEX_OK);
	check(pread(fd, got, FILE_SIZE, 0) == FILE_SIZE);
	for (size_t i = 0; i < FILE_SIZE; i++)
		check(!moved[i] || got[i] == before[i]);

	save_mover_close(mover);
	save_plan_free(&plan);
	(void)close(fd);
	return 0;
}
