/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The journal of edits from its first record to its end. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "document/edit_private.h"
#include "storage/system.h"

enum {
	SETTLED_SECONDS = 3
};

/* ---- Which file ---- */

/* A name in a folder that is there. */
static MhexStatus identity_of_name(FileIdentity *out, const char *path, MhexError *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	char *real = folder ? realpath(folder, NULL) : NULL;
	*out = (FileIdentity){.path = NULL};
	if (real && asprintf(&out->path, "%s/%s", real[1] ? real : "",
			     slash ? slash + 1 : path) < 0)
		out->path = NULL;
	const bool found = real != NULL;
	free(real);
	free(folder);
	if (out->path)
		return MHEX_OK;
	return found ? document_no_memory(err) : mhex_fail_errno(err, "%s", path);
}

MhexStatus edit_identity_get(FileIdentity *out, const char *path, MhexError *err)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	struct stat st;
	/* To open a device or a FIFO can do something. */
	const bool plain = stat(path, &st) == 0 && S_ISREG(st.st_mode);
	const int fd = system_open(path, plain ? flags : O_PATH | O_CLOEXEC);
	if (fd < 0)
		return identity_of_name(out, path, err);
	const MhexStatus status = file_identity_get(out, fd, path, err);
	(void)system_close(fd);
	return status;
}

MhexStatus edit_identity_of(const Document *doc, FileIdentity *out, MhexError *err)
{
	if (!document_has_file(doc))
		return identity_of_name(out, doc->path, err);
	return file_identity_get(out, storage_fd(document_storage(doc)), doc->path, err);
}

void edit_file_encode(const EditFile *file, StrBuf *out)
{
	StrBuf identity = {0};
	file_identity_encode(&file->identity, &identity);
	packed_add_bytes(out, strbuf_text(&identity), identity.length);
	packed_add_u32(out, file->live ? 1 : 0);
	packed_add_u64(out, file->covered);
	packed_add_bytes(out, file->before, strlen(file->before));
	out->failed = out->failed || identity.failed;
	strbuf_free(&identity);
}

MhexStatus edit_file_decode(EditFile *out, const JournalRecord *record, MhexError *err)
{
	Unpack from = {.at = record->payload, .left = record->length};
	size_t length = 0, before_length = 0;
	*out = (EditFile){.live = false};
	const uint8_t *identity = unpack_bytes(&from, &length);
	const uint32_t live = unpack_u32(&from);
	out->covered = unpack_u64(&from);
	const uint8_t *before = unpack_bytes(&from, &before_length);
	if (record->kind != EDIT_RECORD_FILE || from.failed || from.left > 0 ||
	    live > 1 || before_length >= sizeof(out->before) || out->covered > INT64_MAX)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "it does not say which file it belongs to");
	out->live = live == 1;
	memcpy(out->before, before, before_length);
	return file_identity_decode(&out->identity, identity, length, err);
}

/* ---- A new file of it ---- */

static bool is_recording(const Document *doc)
{
	const EditJournal *journal = doc->edits;
	return journal && (journal->file || journal->anew) && !journal->stale &&
	       !journal->failed;
}

bool edit_has_purpose(const Document *doc)
{
	return doc->path && storage_kind(document_storage(doc)) != STORAGE_SPECIAL;
}

static void forget_pending(EditJournal *journal)
{
	edit_stream_clear(&journal->out);
	journal->has_stamp = false;
}

static MhexStatus write_file_record(Document *doc, JournalWriter *to, const char *before,
				    MhexError *err)
{
	StrBuf bytes = {0};
	EditFile file = {.live = doc->access == ACCESS_LIVE, .covered = doc->now.covered};
	(void)snprintf(file.before, sizeof(file.before), "%s", before);
	MhexStatus status = edit_identity_of(doc, &file.identity, err);
	if (status)
		return status;
	edit_file_encode(&file, &bytes);
	status = bytes.failed ? document_no_memory(err)
			      : journal_append(to, EDIT_RECORD_FILE, strbuf_text(&bytes),
					       bytes.length, err);
	strbuf_free(&bytes);
	file_identity_free(&file.identity);
	return status;
}

static void drop_before(EditJournal *journal, bool keep)
{
	if (!journal->before)
		return;
	if (keep)
		journal_reader_close(journal->before);
	else
		(void)journal_reader_remove(journal->before, NULL);
	state_folder_close(journal->before_folder);
	free(journal->before_folder);
	journal->before = NULL;
	journal->before_folder = NULL;
}

/* The new one with what is in it so far; file stays. */
static void drop_anew(EditJournal *journal)
{
	EditAnew *anew = journal->anew;
	journal->anew = NULL;
	if (!anew)
		return;
	journal_discard(anew->out.file);
	edit_stream_clear(&anew->out);
	version_release(&anew->version);
	source_table_release(anew->table);
	free(anew);
}

static const char *name_of_old(const EditJournal *journal)
{
	if (journal->file)
		return journal_name(journal->file);
	return journal->before ? journal_reader_name(journal->before) : "";
}

/* What is edited from here on waits. */
static MhexStatus begin_anew(Document *doc, MhexError *err)
{
	EditJournal *journal = doc->edits;
	drop_anew(journal);
	forget_pending(journal);
	journal->out.file = NULL;
	EditAnew *anew = calloc(1, sizeof(*anew));
	if (!anew)
		return document_no_memory(err);
	anew->out.is_state = true;
	stock_tell(doc->stock);
	anew->version = version_retain(&doc->now);
	anew->table = source_table_retain(doc->stock->table);
	difference_walk(&anew->walk, &anew->version, anew->table);
	journal->anew = anew;
	journal->stale = false;
	journal->used = document_is_modified(doc);
	journal->live = doc->access == ACCESS_LIVE;
	journal->covered = doc->now.covered;
	journal->first = history_undo_steps(doc->history);
	journal->redoable = 0;
	MhexStatus status =
		journal_create(&anew->out.file, &journal->folder, EDIT_JOURNAL_KIND, err);
	if (!status)
		status =
			write_file_record(doc, anew->out.file, name_of_old(journal), err);
	if (!status && journal->used && !journal->live)
		edit_write_operation(&anew->out, EDIT_BEGIN);
	return status;
}

/* All of the document as it was is written: with what waits it is the journal now. */
static MhexStatus end_anew(Document *doc, MhexError *err)
{
	EditJournal *journal = doc->edits;
	EditAnew *anew = journal->anew;
	journal->out.file = anew->out.file;
	if (journal->used && journal->live)
		edit_write_live_state(doc);
	else if (journal->used)
		edit_write_operation(&anew->out, EDIT_END);
	MhexStatus status = edit_write_records(doc, &anew->out, &anew->version, err);
	if (!status)
		status = edit_stream_drain(&journal->out, err);
	if (!status)
		status = edit_write_records(doc, &journal->out, &doc->now, err);
	if (!status)
		status = journal_flush(anew->out.file, err);
	if (status)
		return status;
	journal_discard(journal->file);
	journal->file = anew->out.file;
	anew->out.file = NULL;
	drop_anew(journal);
	drop_before(journal, false);
	return MHEX_OK;
}

/* A slice of it, or in live all. */
static MhexStatus go_on_anew(Document *doc, MhexError *err)
{
	EditJournal *journal = doc->edits;
	bool done = !journal->used || journal->live;
	if (!done)
		edit_write_slice(doc, journal->anew, &done);
	return done ? end_anew(doc, err) : MHEX_OK;
}

/* Nothing is kept any more but what file has, and that only while it is unsaved: it is
 * better than nothing. */
static void fail(Document *doc)
{
	EditJournal *journal = doc->edits;
	const bool was_anew = journal->anew != NULL;
	drop_anew(journal);
	forget_pending(journal);
	journal->out.file = journal->file;
	journal->failed = true;
	if (!was_anew || document_is_modified(doc))
		return;
	journal_discard(journal->file);
	journal->file = NULL;
	journal->out.file = NULL;
	drop_before(journal, false);
}

static EditJournal *journal_new(Document *doc, MhexError *err)
{
	EditJournal *journal = calloc(1, sizeof(*journal));
	if (!journal)
		(void)document_no_memory(err);
	else
		journal->folder.fd = -1;
	doc->edits = journal;
	return journal;
}

MhexStatus edit_journal_start(Document *doc, MhexError *err)
{
	bool more = false;
	EditJournal *journal = doc->edits;
	if (!edit_has_purpose(doc) || (journal && (journal->file || journal->anew)))
		return MHEX_OK;
	if (!journal && !(journal = journal_new(doc, err)))
		return MHEX_E_NOMEM;
	journal->stale = true;
	journal->failed = false;
	MhexStatus status = MHEX_OK;
	if (journal->folder.fd < 0)
		status = state_folder_open(&journal->folder, true, err);
	journal->failed = status != MHEX_OK;
	return status ? status : edit_journal_go_on(doc, &more, err);
}

MhexStatus edit_journal_adopt(Document *doc, StateFolder *folder, JournalReader *reader,
			      MhexError *err)
{
	if (!doc->edits && !journal_new(doc, err))
		return MHEX_E_NOMEM;
	drop_before(doc->edits, true);
	doc->edits->before = reader;
	doc->edits->before_folder = folder;
	edit_journal_anew(doc);
	return MHEX_OK;
}

bool edit_journal_is_kept(const Document *doc)
{
	const EditJournal *journal = doc->edits;
	return journal &&
	       ((journal->file && !journal->failed && !journal->anew) || journal->before);
}

/* ---- Going on ---- */

static MhexStatus write_on(Document *doc, MhexError *err)
{
	EditJournal *journal = doc->edits;
	const MhexStatus status = edit_write_records(doc, &journal->out, &doc->now, err);
	return status ? status : journal_flush(journal->file, err);
}

/* Has the file grown, and may edits lie where the journal knows nothing of? */
static bool is_outgrown(const Document *doc)
{
	const EditJournal *journal = doc->edits;
	const EditStream *out = &journal->out;
	return is_recording(doc) && !journal->live &&
	       journal->covered != doc->now.covered &&
	       (out->ops.length > 0 || out->run.operation || out->queue.count > 0);
}

/* A journal that was not begun because the step was under way, or tells something else.
 */
static bool may_begin(const Document *doc)
{
	const EditJournal *journal = doc->edits;
	return journal->stale && !journal->failed && !history_grouping(doc->history) &&
	       journal->folder.fd >= 0;
}

static MhexStatus go_on(Document *doc, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	if (is_outgrown(doc))
		doc->edits->stale = true;
	if (may_begin(doc))
		status = begin_anew(doc, err);
	if (!status && is_recording(doc) && doc->edits->anew)
		status = go_on_anew(doc, err);
	else if (!status && is_recording(doc))
		status = write_on(doc, err);
	return status;
}

MhexStatus edit_journal_go_on(Document *doc, bool *more, MhexError *err)
{
	*more = false;
	if (!doc->edits)
		return MHEX_OK;
	const MhexStatus status = go_on(doc, err);
	if (status)
		fail(doc);
	*more = is_recording(doc) && doc->edits->anew;
	return status;
}

MhexStatus edit_journal_flush(Document *doc, MhexError *err)
{
	bool more = false;
	MhexStatus status = MHEX_OK;
	do
		status = edit_journal_go_on(doc, &more, err);
	while (more);
	return status;
}

void edit_journal_end(Document *doc, bool keep)
{
	EditJournal *journal = doc->edits;
	if (!journal)
		return;
	if (keep)
		(void)edit_journal_flush(doc, NULL);
	if (keep && journal->used)
		journal_close(journal->file);
	else
		journal_discard(journal->file);
	drop_anew(journal);
	drop_before(journal, keep);
	forget_pending(journal);
	state_folder_close(&journal->folder);
	free(journal);
	doc->edits = NULL;
}

/* ---- What has happened ---- */

void edit_journal_replaced(Document *doc, Range range, const Piece *pieces, size_t count,
			   bool joins)
{
	if (!is_recording(doc) || doc->edits->live)
		return;
	doc->edits->used = true;
	doc->edits->redoable = 0;
	/* A journal that begins anew copies in slices. */
	if (edit_bytes_of(doc, pieces, count) > EDIT_AT_ONCE_MAX)
		doc->edits->stale = true;
	else
		edit_write_replaced(doc, &doc->edits->out, range, pieces, count, joins);
}

bool edit_journal_records(const Document *doc)
{
	return is_recording(doc) && !doc->edits->live;
}

void edit_journal_replaced_all(Document *doc, const Replacement *with, uint64_t count,
			       const StrBuf *ranges)
{
	if (!edit_journal_records(doc))
		return;
	doc->edits->used = true;
	doc->edits->redoable = 0;
	edit_write_all(&doc->edits->out, with, count, ranges);
}

/* Can it be done again from what the journal tells? */
static bool is_known(Document *doc, EditOperation operation)
{
	EditJournal *journal = doc->edits;
	if (operation == EDIT_UNDO) {
		journal->redoable++;
		return history_undo_steps(doc->history) >= journal->first;
	}
	return operation != EDIT_REDO ||
	       (journal->redoable > 0 && journal->redoable-- > 0);
}

void edit_journal_did(Document *doc, EditOperation operation)
{
	if (!is_recording(doc) || doc->edits->live)
		return;
	if (!is_known(doc, operation)) {
		doc->edits->stale = true;
		return;
	}
	edit_write_operation(&doc->edits->out, operation);
	if (operation == EDIT_FORGET_REDO)
		doc->edits->redoable = 0;
}

void edit_journal_anew(Document *doc)
{
	EditJournal *journal = doc->edits;
	if (!journal)
		return;
	journal->stale = true;
	journal->failed = false;
	if (!document_is_modified(doc))
		drop_before(journal, false);
}

void edit_journal_base(Document *doc, uint64_t offset, const uint8_t *bytes,
		       const uint8_t *readable, size_t length)
{
	if (is_recording(doc) && !doc->edits->live)
		edit_write_base(&doc->edits->out, offset, bytes, readable, length);
}

void edit_journal_live(Document *doc, const StrBuf *runs)
{
	EditJournal *journal = doc->edits;
	if (!journal)
		return;
	if (may_begin(doc))
		(void)edit_journal_flush(doc, NULL);
	if (!is_recording(doc) || !journal->live)
		return;
	MhexError why;
	journal->used = true;
	if (edit_write_live(journal, runs, &why) || journal_flush(journal->file, &why))
		edit_give_up(&journal->out, &why);
}

/* ---- Who else ---- */

static bool is_same_file(const StateFolder *folder, const char *name,
			 const FileIdentity *identity)
{
	EditFile file;
	JournalRecord record;
	JournalReader *reader = NULL;
	if (journal_open_living(&reader, folder, name, NULL))
		return false;
	bool same = !journal_next(reader, &record, NULL) &&
		    !edit_file_decode(&file, &record, NULL);
	if (same) {
		same = file_identity_matches(&file.identity, identity);
		file_identity_free(&file.identity);
	}
	journal_reader_close(reader);
	return same;
}

static bool is_own(const EditJournal *journal, const char *name)
{
	return strcmp(name, journal_name(journal->file)) == 0 ||
	       (journal->anew &&
		strcmp(name, journal_name(journal->anew->out.file)) == 0);
}

static size_t count_others(const Document *doc)
{
	JournalList list;
	FileIdentity identity;
	size_t count = 0;
	const EditJournal *journal = doc->edits;
	if (edit_identity_of(doc, &identity, NULL))
		return 0;
	if (journal_list(&list, &journal->folder, NULL) == MHEX_OK) {
		for (size_t i = 0; i < list.count; i++) {
			const char *name = list.items[i].name;
			if (strcmp(list.items[i].kind, EDIT_JOURNAL_KIND) == 0 &&
			    !is_own(journal, name) &&
			    is_same_file(&journal->folder, name, &identity))
				count++;
		}
		ARRAY_FREE(&list);
	}
	file_identity_free(&identity);
	return count;
}

/* Is what was seen still all there is? A folder that was changed a moment ago may be
 * changed again without another time. */
static bool is_unchanged(EditJournal *journal)
{
	struct stat st;
	struct timespec now = {0};
	if (fstat(journal->folder.fd, &st) < 0)
		return true;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	const bool same = st.st_mtim.tv_sec == journal->looked.tv_sec &&
			  st.st_mtim.tv_nsec == journal->looked.tv_nsec;
	const time_t age = now.tv_sec - st.st_mtim.tv_sec;
	if (age < 0 || age >= SETTLED_SECONDS)
		journal->looked = st.st_mtim;
	return same;
}

size_t edit_journal_others(Document *doc)
{
	EditJournal *journal = doc->edits;
	if (!journal || !journal->file)
		return 0;
	if (!is_unchanged(journal))
		journal->others = count_others(doc);
	return journal->others;
}
