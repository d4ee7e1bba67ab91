/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What other processes do to the file of a document. */

#include <time.h>

#include "document/document_private.h"

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Another mode or one more name is no change of the bytes. */
static DocumentChange classify(const FileStamp *was, const FileStamp *is)
{
	if (is->size < was->size)
		return DOCUMENT_SHRUNK;
	if (is->size > was->size)
		return DOCUMENT_GROWN;
	return same_time(was->modified, is->modified) ? DOCUMENT_UNCHANGED
						      : DOCUMENT_CHANGED;
}

static DocumentChange change_of_name(NameState state)
{
	switch (state) {
	case NAME_GONE:
		return DOCUMENT_GONE;
	case NAME_ANOTHERS:
		return DOCUMENT_REPLACED;
	case NAME_OURS:
		break;
	}
	return DOCUMENT_UNCHANGED;
}

void document_settle_name(Document *doc)
{
	if (doc->path)
		(void)watch_look_at_name(&doc->name_state, document_storage(doc),
					 doc->path, NULL);
}

static DocumentChange look_at_name(Document *doc)
{
	const NameState was = doc->name_state;
	document_settle_name(doc);
	if (doc->name_state == was)
		return DOCUMENT_UNCHANGED;
	doc->name_at = time(NULL);
	return doc->name_state == NAME_OURS ? DOCUMENT_BACK
					    : change_of_name(doc->name_state);
}

static DocumentChange look_at_bytes(Document *doc)
{
	const FileStamp stamp = storage_stamp(document_storage(doc));
	if (file_stamp_equal(&doc->seen, &stamp))
		return DOCUMENT_UNCHANGED;
	const DocumentChange change = classify(&doc->seen, &stamp);
	/* Out of memory: seen stays, so that the next frame tries again. */
	if (!document_cover(doc, &doc->now))
		return change;
	doc->seen = stamp;
	doc->generation++;
	if (change != DOCUMENT_UNCHANGED)
		doc->changed_at = time(NULL);
	return change;
}

DocumentChange document_refresh(Document *doc, uint64_t *size)
{
	Storage *storage = document_storage(doc);
	/* What a save of ours does to the file is no news; it measures at its end. */
	const bool measured = !doc->saving && !storage_measure(storage, NULL);
	*size = storage_size(storage);
	if (!measured)
		return DOCUMENT_UNCHANGED;
	const DocumentChange name = look_at_name(doc);
	return name != DOCUMENT_UNCHANGED ? name : look_at_bytes(doc);
}

DocumentChange document_name_state(const Document *doc)
{
	return change_of_name(doc->name_state);
}

void document_saw_foreign(Document *doc)
{
	doc->changed_at = time(NULL);
}

uint64_t document_bytes_beyond(const Document *doc)
{
	const uint64_t size = storage_size(document_storage(doc));
	uint64_t bytes = 0;
	/* What was inserted or deleted has another place in the file. */
	if (!document_has_file(doc) || document_size(doc) != doc->now.covered ||
	    size >= doc->now.covered)
		return 0;
	Range run = doc->model->next_modified(doc, size);
	for (; run.length > 0; run = doc->model->next_modified(doc, range_end(run)))
		bytes += run.length;
	return bytes;
}
