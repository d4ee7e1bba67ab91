/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A history in the state folder.
 *
 * Records:
 *   file   which file, how many steps can be undone and redone, and the sum of
 *          undo_check()
 *   part   bytes of a step, of which more follow
 *   step   the last of them
 */

#include "document/undo_private.h"

enum {
	RECORD_FILE = 1,
	RECORD_PART,
	RECORD_STEP,
};

enum {
	PART_MAX = 1 << 20,
	PART_STEPS = 256,
	QUICK_HISTORY_MAX = 64 << 10, /* bytes in memory, some 4,000 changes */
	QUICK_PIECES_MAX = 1 << 20,   /* likewise, of trees and of what was typed */
};

typedef struct {
	FileIdentity identity;
	uint64_t size;
	uint64_t undo, redo; /* steps */
	uint32_t sum;
} UndoHead;

static MhexStatus no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the undo history");
}

/* Is the document what the file at its path holds, as far as is known? */
static bool is_file(const Document *doc, bool modified)
{
	const bool same = doc->access == ACCESS_LIVE && modified
				  ? true
				  : !document_is_modified(doc);
	return same && edit_has_purpose(doc) && document_has_file(doc) && !doc->saving &&
	       document_size(doc) == storage_size(document_storage(doc)) &&
	       document_name_state(doc) == DOCUMENT_UNCHANGED;
}

/* ---- Writing ---- */

bool undo_file_is_due(const Document *doc, bool modified)
{
	return history_revision(doc->history) != doc->undo_kept &&
	       doc->access != ACCESS_VIEW && !history_grouping(doc->history) &&
	       is_file(doc, modified);
}

bool undo_file_is_quick(const Document *doc)
{
	return history_memory(doc->history) <= QUICK_HISTORY_MAX &&
	       piece_pool_memory(doc->stock->pool) <= QUICK_PIECES_MAX &&
	       add_buffer_size(doc->stock->added) <= QUICK_PIECES_MAX;
}

static MhexStatus append_head(JournalWriter *file, const UndoHead *head, MhexError *err)
{
	StrBuf identity = {0}, record = {0};
	file_identity_encode(&head->identity, &identity);
	packed_add_bytes(&record, strbuf_text(&identity), identity.length);
	packed_add_u64(&record, head->size);
	packed_add_u64(&record, head->undo);
	packed_add_u64(&record, head->redo);
	packed_add_u32(&record, head->sum);
	const MhexStatus status =
		identity.failed || record.failed
			? no_memory(err)
			: journal_append(file, RECORD_FILE, strbuf_text(&record),
					 record.length, err);
	strbuf_free(&identity);
	strbuf_free(&record);
	return status;
}

static MhexStatus append_step(JournalWriter *file, const StrBuf *bytes, MhexError *err)
{
	const char *at = strbuf_text(bytes);
	size_t left = bytes->length;
	MhexStatus status = MHEX_OK;
	for (; !status && left > PART_MAX; at += PART_MAX, left -= PART_MAX)
		status = journal_append(file, RECORD_PART, at, PART_MAX, err);
	return status ? status : journal_append(file, RECORD_STEP, at, left, err);
}

static MhexStatus append_all(Document *doc, JournalWriter *file, const UndoHead *head,
			     const UndoSteps *steps, MhexError *err)
{
	StrBuf bytes = {0};
	MhexStatus status = append_head(file, head, err);
	for (size_t i = 0; !status && i < steps->steps.count; i++) {
		strbuf_clear(&bytes);
		status = undo_step_encode(doc, &steps->steps.items[i], &bytes, err);
		if (!status)
			status = append_step(file, &bytes, err);
	}
	strbuf_free(&bytes);
	return status ? status : journal_flush(file, err);
}

/* The head of one that nobody is writing, behind *out, which is owned. */
static MhexStatus open_of(JournalReader **out, UndoHead *head, const StateFolder *folder,
			  const JournalEntry *entry, const FileIdentity *identity)
{
	JournalRecord record;
	JournalReader *journal = NULL;
	*head = (UndoHead){.sum = 0};
	if (strcmp(entry->kind, UNDO_FILE_KIND) != 0 ||
	    journal_open(&journal, folder, entry->name, NULL))
		return MHEX_E_NOTFOUND;
	MhexStatus status = journal_next(journal, &record, NULL);
	if (!status) {
		size_t length = 0;
		Unpack from = {.at = record.payload, .left = record.length};
		const uint8_t *bytes = unpack_bytes(&from, &length);
		head->size = unpack_u64(&from);
		head->undo = unpack_u64(&from);
		head->redo = unpack_u64(&from);
		head->sum = unpack_u32(&from);
		const bool is_head =
			record.kind == RECORD_FILE && !from.failed && from.left == 0;
		status = is_head ? file_identity_decode(&head->identity, bytes, length,
							NULL)
				 : MHEX_E_UNSUPPORTED;
	}
	if (!status && !file_identity_matches(&head->identity, identity))
		status = MHEX_E_NOTFOUND;
	file_identity_free(&head->identity);
	if (status)
		journal_reader_close(journal);
	else
		*out = journal;
	return status ? MHEX_E_NOTFOUND : MHEX_OK;
}

/* Of this file; the one that was just written has its owner. */
static void discard_older(const StateFolder *folder, const FileIdentity *identity)
{
	JournalList list;
	if (journal_list(&list, folder, NULL))
		return;
	for (size_t i = 0; i < list.count; i++) {
		UndoHead head;
		JournalReader *older = NULL;
		if (!open_of(&older, &head, folder, &list.items[i], identity))
			journal_reader_discard(older);
	}
	ARRAY_FREE(&list);
}

static MhexStatus write_to(Document *doc, const StateFolder *folder,
			   const UndoSteps *steps, UndoHead *head, MhexError *err)
{
	JournalWriter *file = NULL;
	MhexStatus status = journal_create(&file, folder, UNDO_FILE_KIND, err);
	if (!status)
		status = append_all(doc, file, head, steps, err);
	if (status) {
		journal_discard(file);
		return status;
	}
	discard_older(folder, &head->identity);
	journal_prune(folder, UNDO_FILE_KIND, UNDO_FILES_MAX, UNDO_FILES_BYTES_MAX);
	journal_close(file);
	return MHEX_OK;
}

static MhexStatus write_steps(Document *doc, const UndoSteps *steps, MhexError *err)
{
	StateFolder folder;
	UndoHead head = {
		.size = document_size(doc),
		.undo = steps->undo,
		.redo = steps->steps.count - steps->undo,
	};
	MhexStatus status = undo_check(doc, steps, &head.sum, err);
	if (!status)
		status = edit_identity_of(doc, &head.identity, err);
	if (status)
		return status;
	status = state_folder_open(&folder, true, err);
	if (!status) {
		status = write_to(doc, &folder, steps, &head, err);
		state_folder_close(&folder);
	}
	file_identity_free(&head.identity);
	return status;
}

MhexStatus undo_file_write(Document *doc, MhexError *err)
{
	UndoSteps steps = {0};
	/* Whatever comes of it: the next try is for when there is something new. */
	doc->undo_kept = history_revision(doc->history);
	MhexStatus status = undo_steps_collect(doc, &steps) ? MHEX_OK : no_memory(err);
	if (!status && steps.steps.count > 0)
		status = write_steps(doc, &steps, err);
	undo_steps_free(&steps);
	return status;
}

/* ---- Writing, part by part ---- */

struct UndoWriting {
	uint64_t revision, generation; /* of the document */
	UndoCollection collection;
	UndoSteps steps;
	bool collected;
};

void undo_writing_free(UndoWriting *writing)
{
	if (!writing)
		return;
	undo_steps_free(&writing->steps);
	free(writing);
}

/* NULL: out of memory. */
static UndoWriting *begin(Document *doc)
{
	UndoWriting *writing = calloc(1, sizeof(*writing));
	if (!writing || !undo_collection_begin(&writing->collection, doc)) {
		free(writing);
		return NULL;
	}
	writing->revision = history_revision(doc->history);
	writing->generation = doc->generation;
	return writing;
}

/* *ended: there is nothing more to do. */
static MhexStatus go_on(Document *doc, UndoWriting *writing, bool *ended, MhexError *err)
{
	UndoSteps *steps = &writing->steps;
	*ended = writing->collected;
	if (!writing->collected)
		return undo_steps_collect_some(&writing->collection, steps, PART_STEPS,
					       &writing->collected)
			       ? MHEX_OK
			       : no_memory(err);
	return steps->steps.count > 0 ? write_steps(doc, steps, err) : MHEX_OK;
}

MhexStatus undo_file_write_some(Document *doc, UndoWriting **writing, MhexError *err)
{
	bool ended = false;
	const UndoWriting *begun = *writing;
	/* Another time: it is due still. */
	if (begun && (begun->revision != history_revision(doc->history) ||
		      begun->generation != doc->generation || !is_file(doc, false))) {
		undo_writing_free(*writing);
		*writing = NULL;
		return MHEX_OK;
	}
	if (!begun)
		*writing = begin(doc);
	const MhexStatus status =
		*writing ? go_on(doc, *writing, &ended, err) : no_memory(err);
	if (!status && !ended)
		return MHEX_OK;
	doc->undo_kept = history_revision(doc->history);
	undo_writing_free(*writing);
	*writing = NULL;
	return status;
}

/* ---- Reading ---- */

static MhexStatus damaged(MhexError *err)
{
	return mhex_fail(err, MHEX_E_UNSUPPORTED,
			 "the undo history that was kept is damaged: it is not used");
}

static MhexStatus changed(const Document *doc, MhexError *err)
{
	return mhex_fail(err, MHEX_E_REFUSED,
			 "%s: changed by others since it was left; its older edits "
			 "cannot be undone",
			 document_shown_name(doc));
}

/* The next step, of which there must be one. */
static MhexStatus read_step(Document *doc, JournalReader *journal, UndoStep *step,
			    MhexError *err)
{
	StrBuf bytes = {0};
	JournalRecord record = {.kind = RECORD_PART};
	MhexStatus status = MHEX_OK;
	while (!status && record.kind == RECORD_PART) {
		status = journal_next(journal, &record, err);
		if (!status)
			strbuf_add(&bytes, record.payload, record.length);
		if (!status &&
		    (bytes.length > 2 * (size_t)UNDO_BYTES_MAX ||
		     (record.kind != RECORD_PART && record.kind != RECORD_STEP)))
			status = MHEX_E_NOTFOUND;
	}
	if (status == MHEX_E_NOTFOUND) {
		status = damaged(err);
	} else if (!status && bytes.failed) {
		status = no_memory(err);
	} else if (!status) {
		Unpack from = {.at = (const uint8_t *)strbuf_text(&bytes),
			       .left = bytes.length};
		status = undo_step_decode(doc, &from, step, err);
	}
	strbuf_free(&bytes);
	return status == MHEX_E_UNSUPPORTED ? damaged(err) : status;
}

static MhexStatus read_steps(Document *doc, JournalReader *journal, const UndoHead *head,
			     UndoSteps *out, MhexError *err)
{
	JournalRecord record;
	MhexStatus status = MHEX_OK;
	size_t changes = 0;
	if (head->undo > UNDO_CHANGES_MAX || head->redo > UNDO_CHANGES_MAX ||
	    head->undo + head->redo > UNDO_CHANGES_MAX)
		return damaged(err);
	out->undo = (size_t)head->undo;
	while (!status && out->steps.count < head->undo + head->redo) {
		UndoStep step = {0};
		status = read_step(doc, journal, &step, err);
		changes += step.count;
		if (!ARRAY_PUSH(&out->steps, step)) {
			undo_step_free(&step);
			return no_memory(err);
		}
		if (!status && changes > UNDO_CHANGES_MAX)
			status = damaged(err);
	}
	if (!status && journal_next(journal, &record, NULL) != MHEX_E_NOTFOUND)
		status = damaged(err);
	return status;
}

static MhexStatus check_steps(Document *doc, const UndoHead *head, const UndoSteps *steps,
			      MhexError *err)
{
	uint32_t sum = 0;
	const MhexStatus status = undo_check(doc, steps, &sum, err);
	if (status)
		return status == MHEX_E_UNSUPPORTED ? damaged(err) : status;
	return sum == head->sum ? MHEX_OK : changed(doc, err);
}

static MhexStatus adopt(Document *doc, JournalReader *journal, const UndoHead *head,
			MhexError *err)
{
	UndoSteps steps = {0};
	if (head->size != document_size(doc))
		return changed(doc, err);
	const uint64_t added = add_buffer_size(doc->stock->added);
	MhexStatus status = read_steps(doc, journal, head, &steps, err);
	if (!status)
		status = check_steps(doc, head, &steps, err);
	if (!status && !undo_steps_adopt(doc, &steps))
		status = no_memory(err);
	undo_steps_free(&steps);
	if (status)
		add_buffer_cut(doc->stock->added, added);
	return status;
}

/* From the newest on. A file that was renamed leaves the next one of its name a history
 * that does not fit; its own is found as well. */
static MhexStatus read_from(Document *doc, const StateFolder *folder,
			    const FileIdentity *identity, MhexError *err)
{
	JournalList list;
	MhexStatus status = journal_list(&list, folder, err);
	if (status)
		return status;
	status = MHEX_E_NOTFOUND;
	for (size_t i = list.count; i-- > 0 && status != MHEX_OK;) {
		UndoHead head;
		MhexError why;
		JournalReader *journal = NULL;
		if (open_of(&journal, &head, folder, &list.items[i], identity))
			continue;
		const MhexStatus seen = adopt(doc, journal, &head, &why);
		journal_reader_close(journal);
		if (seen && status == MHEX_E_NOTFOUND && err)
			*err = why;
		if (!seen || status == MHEX_E_NOTFOUND)
			status = seen;
	}
	ARRAY_FREE(&list);
	return status;
}

MhexStatus undo_file_read(Document *doc, MhexError *err)
{
	StateFolder folder;
	FileIdentity identity;
	const bool fresh = history_undo_steps(doc->history) == 0 &&
			   history_redo_steps(doc->history) == 0 &&
			   !history_grouping(doc->history);
	if (!fresh || !is_file(doc, false))
		return MHEX_E_NOTFOUND;
	MhexStatus status = state_folder_open(&folder, false, err);
	if (status)
		return status;
	status = edit_identity_of(doc, &identity, err);
	if (!status) {
		status = read_from(doc, &folder, &identity, err);
		file_identity_free(&identity);
	}
	state_folder_close(&folder);
	if (!status)
		doc->undo_kept = history_revision(doc->history);
	return status;
}
