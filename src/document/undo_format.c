/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Steps of a kept history as bytes: changes one behind the other, each an offset,
 * relative to that of the change before, pieces that were removed, and those put there
 * instead. */

#include "document/undo_private.h"

enum {
	CHUNK = 16 << 10
};

static MhexStatus no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the undo history");
}

static MhexStatus put_bytes(Document *doc, const Piece *piece, StrBuf *out,
			    MhexError *err)
{
	uint8_t bytes[CHUNK];
	MhexStatus status = MHEX_OK;
	for (uint64_t done = 0; !status && done < piece->length;) {
		const uint64_t rest = piece->length - done;
		const Piece part = piece_part(piece, done, rest < CHUNK ? rest : CHUNK);
		status = reader_read_piece(&doc->reader, &part, part.offset, bytes, NULL,
					   err);
		strbuf_add(out, bytes, (size_t)part.length);
		done += part.length;
	}
	return status;
}

static MhexStatus put_pieces(Document *doc, const PieceList *pieces, StrBuf *out,
			     MhexError *err)
{
	MhexStatus status = MHEX_OK;
	edit_put_number(out, pieces->count);
	for (size_t i = 0; !status && i < pieces->count; i++) {
		if (!edit_put_piece(doc, &pieces->items[i], out))
			status = put_bytes(doc, &pieces->items[i], out, err);
	}
	return status;
}

MhexStatus undo_step_encode(Document *doc, const UndoStep *step, StrBuf *out,
			    MhexError *err)
{
	uint64_t before = 0;
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; !status && i < step->count; i++) {
		const Change *change = &step->changes[i];
		edit_put_difference(out, change->offset, before);
		before = change->offset;
		status = put_pieces(doc, &change->removed, out, err);
		if (!status)
			status = put_pieces(doc, &change->inserted, out, err);
	}
	return !status && out->failed ? no_memory(err) : status;
}

static bool get_change(EditReplay *replay, Unpack *from, uint64_t before, UndoStep *out)
{
	if (!array_grow(&out->changes, &out->capacity, out->count + 1, sizeof(Change)))
		return false;
	Change *change = &out->changes[out->count++];
	*change = (Change){.offset = edit_get_difference(from, before)};
	const bool enough = edit_get_pieces(replay, from, &change->removed) &&
			    edit_get_pieces(replay, from, &change->inserted);
	if (change->removed.count == 0 && change->inserted.count == 0)
		from->failed = true;
	return enough;
}

MhexStatus undo_step_decode(Document *doc, Unpack *from, UndoStep *out, MhexError *err)
{
	EditReplay replay = {.doc = doc, .covered = doc->now.covered};
	uint64_t before = 0;
	while (from->left > 0 && !from->failed && out->count < UNDO_CHANGES_MAX) {
		if (!get_change(&replay, from, before, out))
			return no_memory(err);
		before = out->changes[out->count - 1].offset;
	}
	if (from->failed || from->left > 0 || out->count == 0)
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "a step of it makes no sense");
	return MHEX_OK;
}
