/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The edit model of a document that is only looked at. */

#include "document/document_private.h"

static MhexStatus refuse(const Document *doc, MhexError *err)
{
	const char *name = document_shown_name(doc);
	if (!storage_writable(document_storage(doc)))
		return mhex_fail(err, MHEX_E_READONLY,
				 "%s may not be written and is open to view only; a copy "
				 "(:write FILE) can be edited",
				 name);
	return mhex_fail(err, MHEX_E_READONLY,
			 "%s is open to view only; :access preview, or mhex -p, lets you "
			 "edit it",
			 name);
}

static MhexStatus view_replace(Document *doc, Range range, const Piece *pieces,
			       size_t count, MhexError *err)
{
	(void)range;
	(void)pieces;
	(void)count;
	return refuse(doc, err);
}

static MhexStatus view_step(Document *doc, uint64_t *at, MhexError *err)
{
	*at = 0;
	return refuse(doc, err);
}

static MhexStatus view_revert(Document *doc, MhexError *err)
{
	return refuse(doc, err);
}

static uint64_t view_modified_bytes(const Document *doc)
{
	(void)doc;
	return 0;
}

static Range view_next_modified(const Document *doc, uint64_t offset)
{
	(void)offset;
	return (Range){document_size(doc), 0};
}

const EditModel view_model = {
	.replace = view_replace,
	.undo = view_step,
	.redo = view_step,
	.revert = view_revert,
	.modified_bytes = view_modified_bytes,
	.next_modified = view_next_modified,
	.put_max = UINT64_MAX,
};
