/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "document/recovery.h"
#include "document/rollback_format.h"
#include "document/stage_journal.h"
#include "fuzz/scratch.h"
#include "storage/file_identity.h"
#include "storage/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	BYTES_MAX = 256, /* of the file, before or after */
	PARTS_MAX = 64
};

static const Scratch *scratch;

typedef struct {
	uint8_t old[BYTES_MAX], now[BYTES_MAX];
	uint8_t covered[BYTES_MAX]; /* by a target */
	size_t old_size, new_size;
	Stages stages;
} Model;

/* ---- A plan, which may make no sense ---- */

/* Four bytes are a part: kind and limit, target, length, source. Nothing orders them. */
static void add_parts(Model *model, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < PARTS_MAX && size >= 4; i++, data += 4, size -= 4) {
		const StagePart part = {
			.target = {data[1], 1 + data[2] % 40},
			.kind = data[0] % 8 == 7 ? STAGE_FRESH : STAGE_MOVED,
			.from = data[3],
		};
		const size_t end = data[1] + part.target.length;
		bool fits = end <= model->new_size;
		for (size_t at = data[1]; fits && at < end; at++)
			fits = !model->covered[at];
		if (part.kind == STAGE_MOVED)
			fits = fits && part.from + part.target.length <= model->old_size;
		if (!fits)
			continue;
		memset(model->covered + data[1], 1, part.target.length);
		for (size_t at = 0; at < part.target.length; at++)
			model->now[data[1] + at] = part.kind == STAGE_FRESH
							   ? (uint8_t)(data[3] + at)
							   : model->old[part.from + at];
		scratch_check(stages_add(&model->stages, part, data[0] % 2));
	}
}

/* Old bytes that are overwritten are kept when they are nowhere, and some others. */
static void keep_some(Model *model, unsigned random)
{
	uint8_t homed[BYTES_MAX] = {0};
	const Stages *stages = &model->stages;
	for (size_t i = 0; i < stages->parts.count; i++) {
		const StagePart *part = &stages->parts.items[i];
		if (part->kind == STAGE_MOVED)
			memset(homed + part->from, 1, part->target.length);
	}
	for (size_t at = 0; at < model->old_size; at++) {
		random = random * 1103515245 + 12345;
		const bool gone = model->covered[at] || at >= model->new_size;
		if ((gone && !homed[at]) || random >> 28 == 0)
			scratch_check(stages_keep(&model->stages, (Range){at, 1}));
	}
	scratch_check(stages_finish(&model->stages));
}

static void measure(const Model *model)
{
	const Stages *stages = &model->stages;
	for (size_t i = 0; i < stages->stages.count; i++) {
		Stage *stage = &stages->stages.items[i];
		uint8_t old[BYTES_MAX], now[BYTES_MAX];
		for (size_t p = 0; p < stage->count; p++) {
			const StagePart *part = &stages->parts.items[stage->first + p];
			memcpy(old + part->at, model->old + part->target.offset,
			       part->target.length);
			memcpy(now + part->at, model->now + part->target.offset,
			       part->target.length);
		}
		stage->old_digest = stage_digest(old, stage->bytes);
		stage->new_digest = stage_digest(now, stage->bytes);
	}
}

static void make_model(Model *model, const uint8_t *head, const uint8_t *data,
		       size_t size)
{
	static const size_t sizes[] = {200, 200, 256, 120, 1, 201};
	model->old_size = 200;
	model->new_size = sizes[head[0] % 6];
	for (size_t i = 0; i < model->old_size; i++)
		model->old[i] = model->now[i] = (uint8_t)(i * 7 + 1);
	memset(model->now + model->new_size, 0, BYTES_MAX - model->new_size);
	stages_begin(&model->stages, model->old_size, model->new_size, 10 + head[1] % 64);
	add_parts(model, data, size);
	keep_some(model, head[2]);
	measure(model);
}

/* ---- Its journal ---- */

static void write_identity(JournalWriter *journal)
{
	FileIdentity identity;
	StrBuf record = {0};
	const int fd = open(scratch->path, O_RDONLY | O_CLOEXEC);
	scratch_check(file_identity_get(&identity, fd, scratch->path, NULL) == MHEX_OK);
	file_identity_encode(&identity, &record);
	scratch_check(journal_append(journal, ROLLBACK_FILE, strbuf_text(&record),
				     record.length, NULL) == MHEX_OK);
	file_identity_free(&identity);
	strbuf_free(&record);
	(void)close(fd);
}

static void add_bytes(JournalWriter *journal, const Model *model)
{
	const Stages *stages = &model->stages;
	for (size_t i = 0; i < stages->kept.count; i++) {
		const Range range = stages->kept.items[i];
		scratch_check(stage_journal_add(journal, false, range.offset,
						model->old + range.offset, range.length,
						NULL) == MHEX_OK);
	}
	for (size_t at = 0; at < BYTES_MAX; at++)
		for (size_t i = 0; i < stages->parts.count; i++) {
			const StagePart *part = &stages->parts.items[i];
			if (part->kind == STAGE_FRESH && part->target.offset == at)
				scratch_check(stage_journal_add(journal, true, at,
								model->now + at,
								part->target.length,
								NULL) == MHEX_OK);
		}
}

static void write_journal(const Model *model, size_t under_way)
{
	const Stages *stages = &model->stages;
	JournalWriter *journal = NULL;
	StageSlot slot;
	scratch_check(journal_create(&journal, &scratch->state, RECOVERY_JOURNAL_KIND,
				     NULL) == MHEX_OK);
	write_identity(journal);
	add_bytes(journal, model);
	scratch_check(stage_journal_plan(journal, stages, &slot, NULL) == MHEX_OK);
	if (under_way < stages->stages.count) {
		const Stage *stage = &stages->stages.items[under_way];
		uint8_t old[BYTES_MAX];
		for (size_t p = 0; p < stage->count; p++) {
			const StagePart *part = &stages->parts.items[stage->first + p];
			memcpy(old + part->at, model->old + part->target.offset,
			       part->target.length);
		}
		scratch_check(stage_slot_put(&slot, under_way, old, stage->bytes, NULL) ==
			      MHEX_OK);
	}
	scratch_check(journal_flush(journal, NULL) == MHEX_OK);
	journal_close(journal);
}

/* ---- A file in the middle of it ---- */

static void put(int fd, const uint8_t *bytes, size_t at)
{
	scratch_check(pwrite(fd, bytes + at, 1, (off_t)at) == 1);
}

/* So many stages are done, and some bytes of the next one. */
static void half_do(const Model *model, size_t done, const uint8_t *head)
{
	const Stages *stages = &model->stages;
	const int fd = open(scratch->path, O_RDWR | O_CLOEXEC);
	const size_t larger =
		model->old_size > model->new_size ? model->old_size : model->new_size;
	if (done > 0 || head[3] % 2)
		scratch_check(ftruncate(fd, (off_t)larger) == 0);
	for (size_t i = 0; i < stages->stages.count && i <= done; i++) {
		const Stage *stage = &stages->stages.items[i];
		for (size_t p = 0; p < stage->count; p++) {
			const Range target = stages->parts.items[stage->first + p].target;
			for (size_t at = target.offset; at < range_end(target); at++)
				if ((i < done || (at * head[3] >> 2) % 3 == 1) &&
				    (done > 0 || at < model->old_size))
					put(fd, model->now, at);
		}
	}
	if (done == stages->stages.count && head[3] % 4 == 0)
		scratch_check(ftruncate(fd, (off_t)model->new_size) == 0);
	if (head[4] == 0xff && model->covered[head[3]]) {
		const uint8_t other = 0xee;
		scratch_check(pwrite(fd, &other, 1, head[3]) == 1);
	}
	(void)close(fd);
}

static size_t read_file(uint8_t *bytes)
{
	const int fd = open(scratch->path, O_RDONLY | O_CLOEXEC);
	const ssize_t got = read(fd, bytes, 2 * BYTES_MAX);
	scratch_check(got >= 0);
	(void)close(fd);
	return (size_t)got;
}

static bool is(const uint8_t *bytes, size_t size, const uint8_t *want, size_t want_size)
{
	return size == want_size && memcmp(bytes, want, size) == 0;
}

/* Wholly one or the other, or as it was; and what an ordered plan has begun, without
 * others, can be finished and taken back. */
static void recover(const Model *model, RecoveryWay way, bool possible)
{
	Recovery *recovery = NULL;
	uint8_t before[2 * BYTES_MAX] = {0}, after[2 * BYTES_MAX] = {0};
	const size_t size_before = read_file(before);
	const MhexStatus found = recovery_find(&recovery, scratch->path, NULL);
	bool done = false;
	if (found == MHEX_OK) {
		done = recovery_run(recovery, way, NULL) == MHEX_OK;
		scratch_check(done || !possible);
		if (!done)
			recovery_close(recovery);
	}
	const size_t size = read_file(after);
	if (done && way == RECOVERY_FORWARD)
		scratch_check(is(after, size, model->now, model->new_size));
	else if (done)
		scratch_check(is(after, size, model->old, model->old_size));
	else
		scratch_check(is(after, size, before, size_before));
	if (possible && found == MHEX_E_NOTFOUND && model->stages.stages.count > 0)
		scratch_check(is(after, size, model->now, model->new_size));
}

/* Six bytes: new size, bytes of a stage, what is kept, how much of the next stage is
 * done, foreign bytes, the way and how many stages are done. Then parts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum {
		HEAD = 6
	};
	Model model = {.old_size = 0};
	if (size < HEAD)
		return 0;
	if (!scratch) {
		scratch = scratch_open();
		guard_install();
	}
	make_model(&model, data, data + HEAD, size - HEAD);
	const int fd = open(scratch->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	scratch_check(fd >= 0 &&
		      write(fd, model.old, model.old_size) == (ssize_t)model.old_size);
	(void)close(fd);
	const size_t count = model.stages.stages.count;
	const size_t done = data[5] / 2 % (count + 1);
	write_journal(&model, done);
	half_do(&model, done, data);
	recover(&model, data[5] % 2 ? RECOVERY_FORWARD : RECOVERY_BACK,
		stages_check(&model.stages) && data[4] != 0xff);
	scratch_remove_journals();
	stages_free(&model.stages);
	return 0;
}
