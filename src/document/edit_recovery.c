/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/edit_recovery.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "document/edit_private.h"
#include "document/live_revert.h"
#include "document/recovery.h"
#include "document/succession.h"

enum {
	CHUNK = 16 << 10
};

struct EditRecovery {
	StateFolder *folder; /* owned */
	JournalReader *journal;
	EditFile file;
	EditRecoveryState state;
	LiveBytes live;
	LiveRevert back; /* of them */
	bool is_back;    /* they are in the file no more */
};

static MhexStatus no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal of edits");
}

/* ---- Closing ---- */

static void free_bytes(BaseBytes *bytes)
{
	if (bytes)
		base_bytes_free(bytes);
}

/* But for journal and folder. */
static void free_contents(EditRecovery *recovery)
{
	file_identity_free(&recovery->file.identity);
	free_bytes(recovery->live.first);
	free_bytes(recovery->live.previous);
	free_bytes(recovery->live.last);
	storage_close(recovery->back.storage);
	free(recovery);
}

void edit_recovery_close(EditRecovery *recovery)
{
	if (!recovery)
		return;
	journal_reader_close(recovery->journal);
	state_folder_close(recovery->folder);
	free(recovery->folder);
	free_contents(recovery);
}

MhexStatus edit_recovery_drop(EditRecovery *recovery, MhexError *err)
{
	const MhexStatus status = journal_reader_unlink(recovery->journal, err);
	if (!status)
		edit_recovery_close(recovery);
	return status;
}

/* ---- What is in it ---- */

/* A byte that is stored over what was stored there before, or over what that was to
 * replace (it may have failed), goes on from there. Any other is of others, and is what
 * there is to go back to. */
static void choose_first(const LiveBytes *live, uint64_t offset, const uint8_t *old,
			 size_t length, uint8_t *first)
{
	uint8_t previous[CHUNK], last[CHUNK], known[CHUNK];
	base_bytes_read(live->previous, offset, previous, length, known);
	base_bytes_read(live->last, offset, last, length, known);
	base_bytes_read(live->first, offset, first, length, known);
	for (size_t i = 0; i < length; i++)
		if (!known[i] || (old[i] != last[i] && old[i] != previous[i]))
			first[i] = old[i];
}

static bool note_live(LiveBytes *live, uint64_t offset, const uint8_t *old,
		      const uint8_t *bytes, size_t length)
{
	uint8_t first[CHUNK];
	if (length > CHUNK)
		return false;
	choose_first(live, offset, old, length, first);
	return base_bytes_put(live->first, offset, first, NULL, length) &&
	       base_bytes_put(live->previous, offset, old, NULL, length) &&
	       base_bytes_put(live->last, offset, bytes, NULL, length);
}

static MhexStatus read_run(EditRecovery *recovery, Unpack *from, MhexError *err)
{
	const uint64_t offset = edit_get_number(from);
	const uint64_t length = edit_get_number(from);
	const uint8_t *old = edit_get_bytes(from, length);
	const uint8_t *bytes = edit_get_bytes(from, length);
	if (!bytes || length > CHUNK || offset > INT64_MAX - CHUNK)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "the edits in the journal make no sense");
	recovery->state.operations++;
	recovery->state.bytes += length;
	return note_live(&recovery->live, offset, old, bytes, (size_t)length)
		       ? MHEX_OK
		       : no_memory(err);
}

static MhexStatus read_live(EditRecovery *recovery, const JournalRecord *record,
			    MhexError *err)
{
	Unpack from = {.at = record->payload, .left = record->length};
	if (record->kind != EDIT_RECORD_LIVE)
		from.left = 0; /* which is no run */
	MhexStatus status = MHEX_OK;
	do
		status = read_run(recovery, &from, err);
	while (!status && from.left > 0);
	return status;
}

/* Every record behind that of the file, into replay, or as live ones. */
static MhexStatus read_all(EditRecovery *recovery, EditReplay *replay, MhexError *err)
{
	JournalRecord record;
	journal_seek(recovery->journal, 0);
	MhexStatus status = journal_next(recovery->journal, &record, err);
	while (!status) {
		status = journal_next(recovery->journal, &record, err);
		if (status)
			break;
		status = recovery->file.live ? read_live(recovery, &record, err)
					     : edit_replay_record(replay, &record, err);
	}
	recovery->state.torn = journal_is_torn(recovery->journal);
	return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
}

static MhexStatus look_at_edits(EditRecovery *recovery, MhexError *err)
{
	EditReplay replay = {.covered = recovery->file.covered};
	const MhexStatus status = read_all(recovery, &replay, err);
	if (!recovery->file.live) {
		recovery->state.operations = replay.operations;
		recovery->state.bytes = replay.bytes;
	}
	edit_replay_free(&replay);
	return status;
}

/* wanted: of this file, those of others are not read; NULL: for a list. */
static MhexStatus read_journal(EditRecovery *recovery, const FileIdentity *wanted,
			       MhexError *err)
{
	JournalRecord record;
	MhexStatus status = journal_next(recovery->journal, &record, err);
	if (!status)
		status = edit_file_decode(&recovery->file, &record, err);
	if (!status && wanted &&
	    !file_identity_matches(&recovery->file.identity, wanted)) {
		file_identity_free(&recovery->file.identity);
		status = MHEX_E_NOTFOUND;
	}
	if (status)
		return status;
	recovery->state.path = recovery->file.identity.path;
	recovery->state.live = recovery->file.live;
	const uint64_t size = journal_reader_size(recovery->journal);
	if (!wanted && size > RECOVERY_READ_MAX) {
		recovery->state.unread = size;
		return MHEX_OK;
	}
	recovery->live.first = base_bytes_new();
	recovery->live.previous = base_bytes_new();
	recovery->live.last = base_bytes_new();
	if (!recovery->live.first || !recovery->live.previous || !recovery->live.last)
		return no_memory(err);
	return look_at_edits(recovery, err);
}

/* ---- Opening ---- */

/* Edits that make no sense are no failure, when the file is known that they belong to. */
static MhexStatus open_in(EditRecovery **out, const char *name,
			  const FileIdentity *wanted, MhexError *err)
{
	EditRecovery *recovery = calloc(1, sizeof(*recovery));
	*out = NULL;
	if (!recovery || !(recovery->folder = calloc(1, sizeof(StateFolder)))) {
		free(recovery);
		return no_memory(err);
	}
	MhexStatus status = state_folder_open(recovery->folder, false, err);
	if (status) {
		free(recovery->folder);
		free(recovery);
		return status;
	}
	status = journal_open(&recovery->journal, recovery->folder, name, err);
	if (!status)
		status = read_journal(recovery, wanted, err);
	if (status == MHEX_E_UNSUPPORTED && recovery->file.identity.path) {
		recovery->state.damaged = true;
		status = MHEX_OK;
	}
	if (status)
		edit_recovery_close(recovery);
	else
		*out = recovery;
	return status;
}

static bool is_empty(const EditRecovery *recovery)
{
	const EditRecoveryState *state = &recovery->state;
	return state->operations == 0 && !state->damaged && state->unread == 0;
}

MhexStatus edit_recovery_open(EditRecovery **out, const char *name, MhexError *err)
{
	const MhexStatus status = open_in(out, name, NULL, err);
	if (!*out || !is_empty(*out))
		return status;
	edit_recovery_close(*out);
	*out = NULL;
	return mhex_fail(err, MHEX_E_NOTFOUND, "no edits are in it");
}

/* The journal that this one is in place of, where there was no time to remove it. */
static void remove_superseded(const EditRecovery *recovery)
{
	JournalReader *journal = NULL;
	const char *name = recovery->file.before;
	if (*name && !strchr(name, '/') &&
	    !journal_open(&journal, recovery->folder, name, NULL))
		(void)journal_reader_remove(journal, NULL);
}

/* One of this file that was left behind? */
static MhexStatus look_at(EditRecovery **out, const char *name,
			  const FileIdentity *identity, MhexError *err)
{
	const MhexStatus status = open_in(out, name, identity, err);
	if (status == MHEX_E_NOMEM)
		return status;
	if (!*out)
		return MHEX_E_NOTFOUND;
	if (is_empty(*out)) {
		if (edit_recovery_drop(*out, NULL))
			edit_recovery_close(*out);
		*out = NULL;
		return MHEX_E_NOTFOUND;
	}
	if (!(*out)->state.damaged)
		remove_superseded(*out);
	return MHEX_OK;
}

/* From the newest on, as it may have taken the place of one before. */
static MhexStatus find_in(EditRecovery **out, const JournalList *list,
			  const FileIdentity *identity, MhexError *err)
{
	MhexStatus status = MHEX_E_NOTFOUND;
	size_t later = 0;
	for (size_t i = list->count; i-- > 0 && status != MHEX_E_NOMEM;) {
		EditRecovery *found = NULL;
		if (strcmp(list->items[i].kind, EDIT_JOURNAL_KIND) != 0)
			continue;
		const MhexStatus seen =
			look_at(&found, list->items[i].name, identity, err);
		if (seen == MHEX_E_NOTFOUND)
			continue;
		later += *out && !(*out)->state.live;
		edit_recovery_close(*out);
		*out = found;
		status = seen;
	}
	if (*out)
		(*out)->state.later = later;
	return status;
}

MhexStatus edit_recovery_find(EditRecovery **out, const char *path, MhexError *err)
{
	StateFolder folder;
	JournalList list = {0};
	FileIdentity identity;
	*out = NULL;
	MhexStatus status = state_folder_open(&folder, false, err);
	if (status)
		return status;
	status = journal_list(&list, &folder, err);
	state_folder_close(&folder);
	if (!status && list.count > 0) {
		status = edit_identity_get(&identity, path, err);
		if (!status) {
			status = find_in(out, &list, &identity, err);
			file_identity_free(&identity);
		}
	} else if (!status) {
		status = MHEX_E_NOTFOUND;
	}
	ARRAY_FREE(&list);
	if (status && *out) {
		edit_recovery_close(*out);
		*out = NULL;
	}
	if (status == MHEX_E_NOTFOUND)
		return mhex_fail(err, status, "no edits of %s were left", path);
	return status;
}

void edit_recovery_get_state(const EditRecovery *recovery, EditRecoveryState *state)
{
	*state = recovery->state;
}

/* ---- Making them again ---- */

static MhexStatus check_sound(const EditRecovery *recovery, MhexError *err)
{
	if (!recovery->state.damaged)
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_UNSUPPORTED,
			 "%s/%s: the edits in it make no sense, none was applied",
			 recovery->folder->path, journal_reader_name(recovery->journal));
}

static MhexStatus check_document(const Document *doc, MhexError *err)
{
	if (doc->access != ACCESS_PREVIEW)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s: the edits were made in preview; :access preview "
				 "first",
				 document_shown_name(doc));
	if (doc->saving)
		return mhex_fail(err, MHEX_E_BUSY, "%s is being written",
				 document_shown_name(doc));
	if (document_is_modified(doc))
		return mhex_fail(err, MHEX_E_REFUSED,
				 "%s has unsaved edits: :write or :revert them first",
				 document_shown_name(doc));
	return MHEX_OK;
}

/* The file was longer then: its end is unreadable, as it was for the edits when it was
 * cut. */
static bool reach(Document *doc, uint64_t covered)
{
	const uint64_t size = document_size(doc);
	if (covered <= size)
		return true;
	const Piece tail = document_file_piece(doc, range_between(size, covered));
	if (!piece_tree_replace(&doc->now.tree, (Range){size, 0}, &tail, 1))
		return false;
	doc->now.covered = covered;
	return true;
}

/* What the file held then, where it is remembered what it holds now. */
static bool take_bases(Document *doc, const BaseBytes *bases)
{
	uint8_t was[CHUNK], known[CHUNK], unused[CHUNK], held[CHUNK];
	Range run = base_bytes_next(bases, 0);
	while (run.length > 0) {
		const size_t length = run.length < CHUNK ? (size_t)run.length : CHUNK;
		base_bytes_read(bases, run.offset, was, length, known);
		base_bytes_read(doc->base, run.offset, unused, length, held);
		for (size_t i = 0; i < length; i++) {
			/* What is cut off is not known, and wanted back. */
			if (known[i] && !held[i] &&
			    run.offset + i < storage_size(document_storage(doc)))
				known[i] = 0;
			if (known[i] &&
			    !base_bytes_put(doc->base, run.offset + i, &was[i], NULL, 1))
				return false;
		}
		run = base_bytes_next(bases, run.offset + length);
	}
	return true;
}

static void take_stamp(Document *doc, const EditReplay *replay)
{
	if (!doc->has_stamp || !replay->has_stamp)
		return;
	const FileStamp now = storage_stamp(document_storage(doc));
	doc->stamp = replay->stamp;
	/* Numbers of devices change when the machine is started again. */
	if (doc->stamp.inode == now.inode)
		doc->stamp.device = now.device;
}

static MhexStatus replay_all(EditRecovery *recovery, Document *doc, MhexError *err)
{
	EditReplay replay = {
		.doc = doc, .covered = recovery->file.covered, .bases = base_bytes_new()};
	MhexStatus status = replay.bases && reach(doc, replay.covered)
				    ? read_all(recovery, &replay, err)
				    : document_no_memory(err);
	if (history_grouping(doc->history))
		document_end(doc);
	if (!status && !take_bases(doc, replay.bases))
		status = document_no_memory(err);
	if (!status)
		take_stamp(doc, &replay);
	edit_replay_free(&replay);
	return status;
}

static bool count_conflict(void *context, const Conflict *conflict)
{
	uint64_t *count = context;
	*count += conflict->length;
	return true;
}

MhexStatus edit_recovery_apply(EditRecovery *recovery, Document *doc, uint64_t *conflicts,
			       MhexError *err)
{
	*conflicts = 0;
	MhexStatus status = check_sound(recovery, err);
	if (!status && recovery->file.live) /* they are in the file */
		return edit_recovery_drop(recovery, err);
	if (!status)
		status = check_document(doc, err);
	if (status)
		return status;
	Version before = version_retain(&doc->now);
	status = replay_all(recovery, doc, err);
	if (!status)
		status = document_conflicts(doc, count_conflict, conflicts, err);
	if (!status)
		status =
			edit_journal_adopt(doc, recovery->folder, recovery->journal, err);
	if (status) {
		version_release(&doc->now);
		doc->now = before;
		history_clear(doc->history);
		document_edited(doc);
		return status;
	}
	version_release(&before);
	history_break(doc->history);
	document_edited(doc);
	free_contents(recovery);
	return MHEX_OK;
}

/* ---- Live: back ---- */

void edit_recovery_set_lock(EditRecovery *recovery, bool lock, bool force)
{
	recovery->back.no_lock = !lock;
	recovery->back.force = force;
}

MhexStatus edit_recovery_aim(EditRecovery *recovery, const Document *doc, MhexError *err)
{
	if (!document_has_file(doc))
		return mhex_fail(err, MHEX_E_NOTFOUND, "%s: there is no file any more",
				 document_shown_name(doc));
	storage_close(recovery->back.storage);
	recovery->back.storage = NULL;
	return storage_ref_clone(document_source(doc)->file, &recovery->back.storage,
				 err);
}

MhexStatus edit_recovery_put_back(EditRecovery *recovery, MhexError *err)
{
	MhexStatus status = check_sound(recovery, err);
	if (!status && recovery->file.live)
		status = live_revert(&recovery->live, &recovery->back, err);
	recovery->is_back = !status;
	return status;
}

MhexStatus edit_recovery_revert(EditRecovery *recovery, Document *doc, uint64_t *kept,
				uint64_t *first, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	if (recovery->file.live && !recovery->is_back)
		status = edit_recovery_aim(recovery, doc, err);
	if (!status && !recovery->is_back)
		status = edit_recovery_put_back(recovery, err);
	*kept = recovery->back.kept;
	*first = recovery->back.first_kept;
	return status ? status : edit_recovery_drop(recovery, err);
}
