/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/piece_tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	OTHER,
	FILE_SOURCE,
	CELLS_MAX = 4096,
	FILE_SIZE = 1000,
	KEPT_MAX = 4,
	PIECES_MAX = 100,
	EDIT_SIZE = 5, /* bytes of input */
};

/* Which byte of which source; a flat version is an array of them. */
typedef struct {
	uint32_t offset, source;
} Cell;

typedef struct {
	PieceTree tree;
	size_t size;
	Cell cells[CELLS_MAX];
} Model;

static void check(int right)
{
	if (!right)
		abort();
}

static void model_copy(Model *to, const Model *from)
{
	to->tree = piece_tree_retain(&from->tree);
	to->size = from->size;
	memcpy(to->cells, from->cells, from->size * sizeof(Cell));
}

static void replace(Model *model, Range range, const Piece *pieces, size_t count)
{
	const size_t length = (size_t)pieces_length(pieces, count);
	const size_t end = (size_t)range_end(range);
	size_t at = (size_t)range.offset;
	if (model->size - (size_t)range.length + length > CELLS_MAX)
		return;
	check(piece_tree_replace(&model->tree, range, pieces, count));
	memmove(model->cells + at + length, model->cells + end,
		(model->size - end) * sizeof(Cell));
	for (size_t i = 0; i < count; i++)
		for (uint64_t k = 0; k < pieces[i].length; k++)
			model->cells[at++] = (Cell){(uint32_t)(pieces[i].offset + k),
						    pieces[i].source};
	model->size = model->size - (size_t)range.length + length;
}

/* The same part of another version, as pieces and as cells. */
static void paste(Model *model, Range range, const Model *from, Range what)
{
	PieceList list = {0};
	PieceTree slice;
	check(piece_tree_slice(&from->tree, what, &slice));
	check(piece_tree_size(&slice) == what.length);
	check(piece_tree_collect(&slice, (Range){0, what.length}, &list));
	piece_tree_release(&slice);
	uint64_t at = what.offset;
	for (size_t i = 0; i < list.count; i++)
		for (uint64_t k = 0; k < list.items[i].length; k++, at++) {
			check(from->cells[at].offset == list.items[i].offset + k);
			check(from->cells[at].source == list.items[i].source);
		}
	check(at == range_end(what));
	replace(model, range, list.items, list.count);
	piece_list_free(&list);
}

/* ---- Edits from bytes ---- */

static Range part_of(size_t size, const uint8_t *data)
{
	const uint64_t offset = (data[0] | (uint64_t)data[1] << 8) % (size + 1);
	uint64_t length = data[2] < 250 ? data[2] % 24U : size;
	if (length > size - offset)
		length = size - offset;
	return (Range){offset, length};
}

/* A comb: pieces that do not continue each other. */
static size_t make_pieces(Piece *pieces, uint64_t at, uint8_t how)
{
	const size_t count = how % 16 == 15 ? PIECES_MAX : how % 4;
	for (size_t i = 0; i < count; i++) {
		const uint64_t length = 1 + (how + i) % 3;
		const bool of_file = (how >> 4 & 1) != i % 2;
		pieces[i] = of_file ? (Piece){at, length, FILE_SOURCE}
				    : (Piece){how + 2 * i, length, OTHER};
		at += length;
	}
	return count;
}

static void edit(Model *model, Model *kept, const uint8_t *data)
{
	Piece pieces[PIECES_MAX];
	Model *other = &kept[data[4] % KEPT_MAX];
	const Range range = part_of(model->size, data + 1);
	switch (data[0] % 8) {
	case 0:
		piece_tree_release(&other->tree);
		model_copy(other, model);
		break;
	case 1:
		piece_tree_release(&model->tree);
		model_copy(model, other);
		break;
	case 2:
		paste(model, range, other, part_of(other->size, data + 2));
		break;
	case 3:
		replace(model, range, NULL, 0);
		break;
	case 4:
		replace(model, (Range){range.offset, 0}, pieces,
			make_pieces(pieces, range.offset, data[4]));
		break;
	default:
		replace(model, range, pieces, make_pieces(pieces, range.offset, data[4]));
		break;
	}
	check(piece_tree_size(&model->tree) == model->size);
}

/* ---- Comparing ---- */

static void check_pieces(const Model *model)
{
	PieceCursor cursor;
	Piece last = {0, 0, UINT32_MAX};
	uint64_t at = 0;
	uint64_t pieces = 0;
	bool more = piece_cursor_seek(&cursor, &model->tree, 0);
	for (; more; more = piece_cursor_next(&cursor)) {
		check(cursor.offset == at);
		check(!piece_continues(&last, &cursor.piece));
		check(cursor.piece.length <= model->size - at);
		for (uint64_t k = 0; k < cursor.piece.length; k++, at++) {
			check(model->cells[at].offset == cursor.piece.offset + k);
			check(model->cells[at].source == cursor.piece.source);
		}
		last = cursor.piece;
		pieces++;
	}
	check(at == model->size);
	check(piece_tree_pieces(&model->tree) == pieces);
}

static bool is_clean(const Model *model, size_t i)
{
	return model->cells[i].source == FILE_SOURCE && model->cells[i].offset == i;
}

static void check_modified(const Model *model)
{
	uint64_t modified = 0;
	for (size_t begin = 0; begin < model->size;) {
		const bool clean = is_clean(model, begin);
		size_t end = begin;
		while (end < model->size && is_clean(model, end) == clean)
			end++;
		const Range run = clean ? piece_tree_next_clean(&model->tree, begin)
					: piece_tree_next_modified(&model->tree, begin);
		const Range next = clean ? piece_tree_next_modified(&model->tree, begin)
					 : piece_tree_next_clean(&model->tree, begin);
		check(run.offset == begin && range_end(run) == end);
		check(next.offset == end);
		modified += clean ? 0 : end - begin;
		begin = end;
	}
	check(piece_tree_modified(&model->tree) == modified);
}

/* Whatever the edits are, a tree is what a flat array is after them, and older versions
 * stay what they were. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Model model, kept[KEPT_MAX];
	const Piece file = {0, FILE_SIZE, FILE_SOURCE};
	PiecePool *pool = piece_pool_new();
	check(pool != NULL);
	model.tree = piece_tree_empty(pool, FILE_SOURCE);
	model.size = 0;
	for (size_t i = 0; i < KEPT_MAX; i++)
		model_copy(&kept[i], &model);
	replace(&model, (Range){0, 0}, &file, 1);

	for (; size >= EDIT_SIZE; data += EDIT_SIZE, size -= EDIT_SIZE)
		edit(&model, kept, data);

	check_pieces(&model);
	check_modified(&model);
	piece_tree_release(&model.tree);
	for (size_t i = 0; i < KEPT_MAX; i++) {
		check_pieces(&kept[i]);
		check_modified(&kept[i]);
		piece_tree_release(&kept[i].tree);
	}
	piece_pool_free(pool);
	return 0;
}
