/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a save that moves bytes within its file has to do, cut into stages. */

#include "document/save_private.h"

typedef struct {
	const Save *save;
	uint64_t old_size;
	ARRAY(SaveMove) moves; /* ascending by target */
	FileRanges *fresh;
} Sorting;

static MhexStatus no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the order of the moves");
}

static bool add_part(Sorting *work, const Piece *part, uint64_t at)
{
	const uint64_t end = at + part->length;
	if (save_is_own(work->save, part)) {
		const SaveMove move = {part->offset, at, part->length};
		return part->offset == at || ARRAY_PUSH(&work->moves, move);
	}
	/* The file is zeroes there when it has been made longer. */
	if (part->source == SOURCE_ID_ZERO)
		return file_ranges_add(work->fresh, at,
				       end < work->old_size ? end : work->old_size);
	return file_ranges_add(work->fresh, at, end);
}

static bool sort_out(Sorting *work)
{
	const SourceTable *table = work->save->snapshot->table;
	PieceCursor cursor;
	bool more = piece_cursor_seek(&cursor, save_tree(work->save), 0);
	for (; more; more = piece_cursor_next(&cursor)) {
		for (uint64_t done = 0; done < cursor.piece.length;) {
			const Piece rest = piece_part(&cursor.piece, done,
						      cursor.piece.length - done);
			const Piece part = source_resolve(table, &rest);
			if (!add_part(work, &part, cursor.offset + done))
				return false;
			done += part.length;
		}
	}
	return true;
}

static bool add_step(Stages *stages, const SaveStep *step)
{
	const StagePart part = {
		.target = {step->to, step->length},
		.kind = STAGE_MOVED,
		.from = step->from,
	};
	if (step->kind == SAVE_STEP_KEEP)
		return stages_keep(stages, (Range){step->from, step->length});
	return stages_add(stages, part,
			  step->kind == SAVE_STEP_COPY && step->to > step->from);
}

static bool add_all(Stages *stages, const SavePlan *plan, const FileRanges *fresh,
		    const FileRanges *lost)
{
	bool enough = true;
	for (size_t i = 0; enough && i < plan->count; i++)
		enough = add_step(stages, &plan->steps[i]);
	for (size_t i = 0; enough && i < fresh->count; i++) {
		const StagePart part = {.target = fresh->items[i], .kind = STAGE_FRESH};
		enough = stages_add(stages, part, false);
	}
	for (size_t i = 0; enough && i < lost->count; i++)
		enough = stages_keep(stages, lost->items[i]);
	return enough && stages_finish(stages);
}

/* A stage takes memory like a window. */
static size_t stage_limit(const Save *save)
{
	const size_t limit = storage_window(save->file) / 4;
	return limit < STAGE_BYTES_MAX ? limit : STAGE_BYTES_MAX;
}

MhexStatus save_make_stages(const Save *save, Stages *stages, FileRanges *fresh,
			    FileRanges *lost, MhexError *err)
{
	SavePlan plan = {0};
	Sorting work = {
		.save = save, .old_size = storage_size(save->file), .fresh = fresh};
	stages_begin(stages, work.old_size, piece_tree_size(save_tree(save)),
		     stage_limit(save));
	MhexStatus status = save_find_lost(save, lost, err);
	if (!status && !sort_out(&work))
		status = no_memory(err);
	if (!status)
		status = save_plan_make(&plan, work.moves.items, work.moves.count, err);
	if (!status && !add_all(stages, &plan, fresh, lost))
		status = no_memory(err);
	save_plan_free(&plan);
	ARRAY_FREE(&work.moves);
	return status;
}
