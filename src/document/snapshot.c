/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/snapshot.h"

#include <inttypes.h>
#include <stdlib.h>

#include "document/document_private.h"
#include "document/succession.h"

MhexStatus document_snapshot_version(Document *doc, Version *version, Snapshot **out,
				     MhexError *err)
{
	Snapshot *snapshot = malloc(sizeof(*snapshot));
	*out = snapshot;
	if (!snapshot) {
		version_release(version);
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	stock_tell(doc->stock);
	*snapshot = (Snapshot){
		.stock = stock_retain(doc->stock),
		.table = source_table_retain(doc->stock->table),
		.version = *version,
	};
	return MHEX_OK;
}

MhexStatus document_snapshot(Document *doc, Snapshot **out, MhexError *err)
{
	Version version = version_retain(&doc->now);
	return document_snapshot_version(doc, &version, out, err);
}

/* The file, but for range, which is as in the document. */
static bool make_range(const Document *doc, Range range, Version *out)
{
	const uint64_t size = doc->now.covered;
	const Piece file = document_file_piece(doc, (Range){0, size});
	PieceList inside = {0};
	*out = (Version){.tree = piece_tree_empty(doc->stock->pool, doc->now.tree.file),
			 .covered = size};
	const bool done =
		piece_tree_replace(&out->tree, (Range){0, 0}, &file, size > 0 ? 1 : 0) &&
		piece_tree_collect(&doc->now.tree, range, &inside) &&
		piece_tree_replace(&out->tree, range, inside.items, inside.count);
	piece_list_free(&inside);
	if (!done)
		version_release(out);
	return done;
}

MhexStatus document_snapshot_range(Document *doc, Range range, Snapshot **out,
				   MhexError *err)
{
	Version version;
	*out = NULL;
	if (document_size(doc) != doc->now.covered)
		return mhex_fail(
			err, MHEX_E_REFUSED,
			"%s has another size now (0x%" PRIx64 ", the file 0x%" PRIx64
			"): only a whole :write can save it",
			document_shown_name(doc), document_size(doc), doc->now.covered);
	if (!range_fits(range.offset, range.length, document_size(doc)))
		return mhex_fail(err, MHEX_E_RANGE,
				 "0x%" PRIx64 "..0x%" PRIx64
				 " is past the end (0x%" PRIx64 ")",
				 range.offset, range_end(range), document_size(doc));
	if (!make_range(doc, range, &version))
		return document_no_memory(err);
	return document_snapshot_version(doc, &version, out, err);
}

void snapshot_release(Snapshot *snapshot)
{
	if (!snapshot)
		return;
	version_release(&snapshot->version);
	source_table_release(snapshot->table);
	stock_release(snapshot->stock);
	free(snapshot);
}

uint64_t snapshot_size(const Snapshot *snapshot)
{
	return piece_tree_size(&snapshot->version.tree);
}
