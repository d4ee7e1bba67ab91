/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Many small edits of a file that is edited live: looked at, told to the journal, locked
 * and stored together, and yet each a change of its own in the history. */

#include "document/change.h"
#include "document/live_private.h"

typedef struct {
	Document *doc;
	const Range *parts;
	const Piece *pieces;
	size_t count;
	PieceList old, new;
} PartsEdit;

static void parts_free(PartsEdit *edit)
{
	piece_list_free(&edit->old);
	piece_list_free(&edit->new);
}

static MhexStatus collect(PartsEdit *edit, MhexError *err)
{
	uint8_t bytes[EDIT_PARTS_BYTES];
	size_t length = 0;
	Storage *storage = document_storage(edit->doc);
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < edit->count; i++) {
		const size_t part = (size_t)edit->parts[i].length;
		status = storage_read(storage, edit->parts[i].offset, bytes + length,
				      part, NULL, err);
		if (!status && !piece_list_add(&edit->new, edit->pieces[i]))
			status = document_no_memory(err);
		length += part;
	}
	Piece old;
	if (!status && (!stock_add_bytes(edit->doc->stock, bytes, length, &old) ||
			!piece_list_add(&edit->old, old)))
		status = document_no_memory(err);
	return status;
}

static bool remember(PartsEdit *edit, size_t i, uint64_t skip)
{
	const Range *part = &edit->parts[i];
	const Piece old = piece_part(&edit->old.items[0], skip, part->length);
	Change change = {.offset = part->offset};
	if (piece_list_add(&change.removed, old) &&
	    piece_list_add(&change.inserted, edit->pieces[i]))
		return history_push(edit->doc->history, &change);
	change_free(&change);
	return false;
}

/* Those that could not be remembered must not stay. */
static MhexStatus take_back(PartsEdit *edit, size_t first, uint64_t skip, MhexError *err)
{
	PieceList old = {0}, new = {0};
	const Piece *all = &edit->old.items[0];
	bool done = piece_list_add(&old, piece_part(all, skip, all->length - skip));
	for (size_t i = first; done && i < edit->count; i++)
		done = piece_list_add(&new, edit->pieces[i]);
	if (!done || live_exchange_parts(edit->doc, edit->parts + first,
					 edit->count - first, &new, &old, NULL))
		mhex_error_prefix(err, "some bytes are stored that cannot be undone: ");
	piece_list_free(&old);
	piece_list_free(&new);
	return MHEX_E_NOMEM;
}

static MhexStatus store(PartsEdit *edit, MhexError *err)
{
	uint64_t skip = 0;
	const MhexStatus status = live_exchange_parts(edit->doc, edit->parts, edit->count,
						      &edit->old, &edit->new, err);
	for (size_t i = 0; !status && i < edit->count; i++) {
		if (!remember(edit, i, skip)) {
			(void)document_no_memory(err);
			return take_back(edit, i, skip, err);
		}
		skip += edit->parts[i].length;
	}
	return status;
}

MhexStatus live_replace_parts(Document *doc, const Range *parts, const Piece *pieces,
			      size_t count, MhexError *err)
{
	PartsEdit edit = {.doc = doc, .parts = parts, .pieces = pieces, .count = count};
	const uint64_t before = add_buffer_size(doc->stock->added);
	MhexStatus status = collect(&edit, err);
	if (!status)
		status = store(&edit, err);
	/* Some may be stored when there is no memory to remember the rest. */
	if (status == MHEX_OK || status == MHEX_E_NOMEM)
		live_edited(doc);
	else
		add_buffer_cut(doc->stock->added, before);
	parts_free(&edit);
	return status;
}
