/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A save from start to end, and which way it goes. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document/edit_journal.h"
#include "document/save_io.h"
#include "document/save_private.h"
#include "storage/replace_file.h"

/* ---- The worker ---- */

MhexStatus save_go_on(const Save *save, MhexError *err)
{
	if (!job_cancelled(save->worker))
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_CANCELLED, "%s: the save was cancelled",
			 save->path ? save->path : "standard output");
}

MhexStatus save_commit(const Save *save, MhexError *err)
{
	return job_commit(save->worker) ? MHEX_OK : save_go_on(save, err);
}

MhexStatus document_check_name(const Document *doc, MhexError *err)
{
	NameState state = NAME_OURS;
	if (!document_has_file(doc))
		return MHEX_OK;
	const MhexStatus status =
		watch_look_at_name(&state, document_storage(doc), doc->path, err);
	if (status || state == NAME_OURS)
		return status;
	return mhex_fail(err, MHEX_E_CONFLICT,
			 state == NAME_GONE ? "%s: the file is gone"
					    : "%s: another file has this name now; "
					      "reload takes the edits there",
			 doc->path);
}

/* To move to it is the document's work: a save that should has done so before. */
static MhexStatus refuse_anothers(const Save *save, MhexError *err)
{
	return mhex_fail(err, MHEX_E_CONFLICT,
			 save->force || save->moved
				 ? "%s: another file has just taken this name"
				 : "%s: another file has this name now; reload takes the "
				   "edits there, write! also writes them",
			 save->path);
}

static MhexStatus make_again(Save *save, MhexError *err)
{
	if (!save->force)
		return mhex_fail(err, MHEX_E_CONFLICT,
				 "%s: the file is gone, removed or renamed by another "
				 "process; write! makes it again",
				 save->path);
	const MhexStatus status = save_by_rename(save, storage_fd(save->file), err);
	if (!status)
		save_note(save, "the file was gone and has been made again");
	return status;
}

/* The file is a running program: it keeps its bytes, the name gets others. */
static MhexStatus save_same_size(Save *save, MhexError *err)
{
	MhexError reason;
	MhexStatus status = difference_has_moves(save_tree(save))
				    ? save_moves(save, err)
				    : save_in_place(save, err);
	if (status != MHEX_E_BUSY || err->sys_errno != ETXTBSY)
		return status;
	reason = *err;
	save->result.in_place = false;
	save->result.note[0] = '\0';
	status = save_by_rename(save, storage_fd(save->file), err);
	if (status == MHEX_E_UNSUPPORTED)
		*err = reason;
	if (!status)
		save_note(save, "%.*s, so a new file has taken its place", SAVE_NOTE_ROOM,
			  reason.message);
	return status == MHEX_E_UNSUPPORTED ? MHEX_E_BUSY : status;
}

static MhexStatus save_other_size(Save *save, MhexError *err)
{
	MhexError reason = {0};
	if (storage_kind(save->file) != STORAGE_FILE)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s: its size cannot be changed, from 0x%" PRIx64
				 " to 0x%" PRIx64,
				 save->path, storage_size(save->file),
				 piece_tree_size(save_tree(save)));
	MhexStatus status = save_by_rename(save, storage_fd(save->file), &reason);
	*err = reason;
	if (status != MHEX_E_UNSUPPORTED)
		return status;
	status = save_moves(save, err);
	if (!status)
		save_note(save, "%.*s, so it was written in place", SAVE_NOTE_ROOM,
			  reason.message);
	return status;
}

static MhexStatus save_own(Save *save, MhexError *err)
{
	NameState name = NAME_OURS;
	if (!save->has_file)
		return save_copy(save, err);
	const Source *source =
		source_table_get(save->snapshot->table, save_tree(save)->file);
	MhexStatus status = storage_ref_clone(source->file, &save->file, err);
	if (!status)
		status = save_look(save, err);
	if (!status)
		status = watch_look_at_name(&name, save->file, save->path, err);
	if (status)
		return status;
	if (name == NAME_ANOTHERS)
		return refuse_anothers(save, err);
	if (name == NAME_GONE)
		return make_again(save, err);
	const uint64_t size = piece_tree_size(save_tree(save));
	if (size == save->snapshot->version.covered || size == storage_size(save->file))
		return save_same_size(save, err);
	return save_other_size(save, err);
}

static MhexStatus save_live(Save *save, MhexError *err)
{
	const uint64_t bytes = live_sync_bytes(save->live);
	static const char where[] =
		"what was stored is in the file that had the name before";
	if (save->name != NAME_OURS && !save->force)
		return mhex_fail(err, MHEX_E_CONFLICT,
				 save->name == NAME_GONE
					 ? "%s: the file is gone; %s; write FILE saves a "
					   "copy, access preview and write! make it again"
					 : "%s: another file has this name now; %s; "
					   "reload moves there, write FILE saves a copy",
				 save->path, where);
	if (save->name != NAME_OURS)
		(void)snprintf(save->result.note, sizeof(save->result.note), "%s", where);
	(void)job_commit(save->worker);
	save->touched = true;
	save->result.in_place = true;
	save->result.bytes_changed = bytes;
	return live_sync_run(save->live, err);
}

static MhexStatus save_output(Save *save, MhexError *err)
{
	save->touched = true;
	save->result.bytes_changed = save->range.length;
	return save_content_stream(save, save->output_fd, err);
}

static MhexStatus open_tools(Save *save, MhexError *err)
{
	save->buffers = malloc((size_t)SAVE_BUFFERS * SAVE_CHUNK);
	if (!save->buffers)
		return mhex_fail(err, MHEX_E_NOMEM, "no memory for the save");
	return reader_open(&save->reader, save->snapshot, err);
}

static MhexStatus run(Job *job, void *context, MhexError *err)
{
	Save *save = context;
	save->worker = job;
	MhexStatus status = save->kind == SAVE_LIVE ? MHEX_OK : open_tools(save, err);
	if (!status) {
		switch (save->kind) {
		case SAVE_OWN:
			status = save_own(save, err);
			break;
		case SAVE_LIVE:
			status = save_live(save, err);
			break;
		case SAVE_COPY:
			status = save_copy(save, err);
			break;
		case SAVE_OUTPUT:
			status = save_output(save, err);
			break;
		}
	}
	if (status && status != MHEX_E_REFUSED && !save->touched)
		save_error_add(err, "; nothing was changed");
	reader_close(save->reader);
	storage_close(save->file);
	free(save->buffers);
	save->reader = NULL;
	save->file = NULL;
	save->buffers = NULL;
	return status;
}

/* ---- The document's thread ---- */

static void free_save(Save *save)
{
	snapshot_release(save->snapshot);
	base_bytes_free(save->base);
	save_kept_free(&save->kept);
	storage_close(save->replacement);
	free(save->path);
	free(save);
}

/* Does path lead to the document's own file, by whatever way? */
static bool is_own_path(const Document *doc, const char *path)
{
	struct stat st;
	if (!doc->path)
		return false;
	if (strcmp(path, doc->path) == 0)
		return true;
	if (document_has_file(doc)) {
		const FileStamp own = storage_stamp(document_storage(doc));
		return stat(path, &st) == 0 && st.st_dev == own.device &&
		       st.st_ino == own.inode;
	}
	char *target = replace_file_target(path);
	char *own = replace_file_target(doc->path);
	const bool same = target && own && strcmp(target, own) == 0;
	free(target);
	free(own);
	return same;
}

static MhexStatus check_own(const Document *doc, MhexError *err)
{
	if (!doc->path)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "%s: has no file name yet; write FILE gives it one",
				 doc->name ? doc->name : "document");
	if (doc->access != ACCESS_VIEW)
		return MHEX_OK;
	if (document_has_file(doc) && !storage_writable(document_storage(doc)))
		return mhex_fail(err, MHEX_E_READONLY, "%s: may not be written",
				 doc->path);
	return mhex_fail(err, MHEX_E_READONLY,
			 "%s: opened in view, read-only; \":access preview\" allows "
			 "edits",
			 doc->path);
}

static MhexStatus choose(Save *save, const Document *doc, const SaveRequest *request,
			 MhexError *err)
{
	const bool own = request->output_fd < 0 &&
			 (!request->path || is_own_path(doc, request->path));
	save->output_fd = request->output_fd;
	save->force = request->force;
	save->has_file = document_has_file(doc);
	save->journal = doc->journal;
	save->told_unsafe = doc->told_unsafe;
	save->no_lock = doc->no_lock;
	if (doc->undo_memory > doc->kept_memory)
		save->room = doc->undo_memory - doc->kept_memory;
	if (request->output_fd >= 0)
		save->kind = SAVE_OUTPUT;
	else if (own && !(request->path && request->has_range))
		save->kind = doc->access == ACCESS_LIVE ? SAVE_LIVE : SAVE_OWN;
	else
		save->kind = SAVE_COPY;
	save->takes_name = save->kind == SAVE_COPY && !doc->path && !request->has_range;
	if (save->kind == SAVE_OUTPUT)
		return MHEX_OK;
	if (save->kind != SAVE_COPY) {
		const MhexStatus status = check_own(doc, err);
		if (status)
			return status;
	}
	save->path = strdup(save->kind == SAVE_COPY ? request->path : doc->path);
	return save->path ? MHEX_OK : document_no_memory(err);
}

/* "!" on a file whose name another one has: the edits go there, and are compared with
 * what that holds. */
static MhexStatus follow_name(Save *save, Document *doc, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	if (!save->has_file || save->kind == SAVE_COPY || save->kind == SAVE_OUTPUT)
		return MHEX_OK;
	/* What cannot be looked at is the worker's error. */
	(void)watch_look_at_name(&save->name, document_storage(doc), save->path, NULL);
	if (save->kind != SAVE_OWN || !save->force || save->name != NAME_ANOTHERS)
		return MHEX_OK;
	status = document_reload(doc, true, NULL, err);
	save->force = false;
	save->moved = true;
	return status ? status : check_own(doc, err);
}

/* What the worker needs of the document, which may go on changing. */
static MhexStatus take_version(Save *save, Document *doc, const SaveRequest *request,
			       MhexError *err)
{
	if (save->kind == SAVE_LIVE)
		return live_sync_begin(doc, &save->live, err);
	const bool part = save->kind == SAVE_OWN && request->has_range;
	const MhexStatus status =
		part ? document_snapshot_range(doc, request->range, &save->snapshot, err)
		     : document_snapshot(doc, &save->snapshot, err);
	if (status)
		return status;
	const uint64_t size = snapshot_size(save->snapshot);
	save->range = (Range){0, size};
	if (request->has_range && !part) {
		save->range = request->range;
		if (!range_fits(save->range.offset, save->range.length, size))
			return mhex_fail(err, MHEX_E_RANGE,
					 "0x%" PRIx64 " is past the end (0x%" PRIx64 ")",
					 range_end(save->range), size);
	}
	save->base = base_bytes_clone(doc->base);
	save->has_stamp = doc->has_stamp;
	save->stamp = doc->stamp;
	save->options = (StorageOptions){
		.wanted = doc->access,
		.window = storage_window(document_storage(doc)),
	};
	return save->base ? MHEX_OK : document_no_memory(err);
}

MhexStatus document_save_start(Document *doc, const SaveRequest *request, int wake_fd,
			       Save **out, MhexError *err)
{
	*out = NULL;
	if (doc->saving)
		return mhex_fail(err, MHEX_E_BUSY, "another save is still running");
	Save *save = calloc(1, sizeof(*save));
	if (!save)
		return document_no_memory(err);
	save->kept.spill = -1;
	MhexStatus status = choose(save, doc, request, err);
	if (!status)
		status = follow_name(save, doc, err);
	if (!status)
		status = take_version(save, doc, request, err);
	if (!status)
		status = job_start(&save->job, run, save, wake_fd, err);
	if (status) {
		if (save->live)
			live_sync_end(doc, save->live, status);
		free_save(save);
		return status;
	}
	doc->saving = save;
	*out = save;
	return MHEX_OK;
}

bool save_done(const Save *save)
{
	return job_done(save->job);
}

void save_cancel(Save *save)
{
	job_cancel(save->job);
}

bool save_committed(const Save *save)
{
	return job_committed(save->job);
}

void save_get_progress(const Save *save, uint64_t *done, uint64_t *total)
{
	job_get_progress(save->job, done, total);
}

static MhexStatus tell_in_place(Document *doc, Save *save, MhexError *err)
{
	SavedInPlace done = {.saved = save->snapshot};
	const MhexStatus status = save_kept_hand_over(&save->kept, &done, err);
	if (status) {
		add_buffer_free(done.memory);
		return status;
	}
	return document_saved_in_place(doc, &done, err);
}

static MhexStatus tell_by_rename(Document *doc, Save *save, MhexError *err)
{
	Storage *storage = save->replacement;
	save->replacement = NULL;
	if (save->takes_name) {
		const MhexStatus status = document_set_path(doc, save->path, err);
		if (status) {
			storage_close(storage);
			return status;
		}
		save->result.took_name = true;
	}
	return document_saved_by_rename(doc, save->snapshot, storage, err);
}

/* What the save has done to the file, whether it succeeded or not. */
static MhexStatus tell_document(Document *doc, Save *save, MhexStatus status,
				MhexError *err)
{
	if (save->kind == SAVE_LIVE) {
		live_sync_end(doc, save->live, status);
		return status;
	}
	/* Our own way there and back is nobody else's change. */
	if (status && save->put_back && doc->has_stamp)
		doc->stamp = save->back_stamp;
	if (status && save->put_back && save->back_stamp.size == doc->seen.size)
		doc->seen = save->back_stamp;
	if (save->replacement) {
		MhexError *where = status ? NULL : err;
		const MhexStatus told = tell_by_rename(doc, save, where);
		return status ? status : told;
	}
	if (!status && save->outcome == SAVED_IN_PLACE)
		return tell_in_place(doc, save, err);
	return status;
}

MhexStatus document_save_finish(Document *doc, Save *save, SaveResult *result,
				MhexError *err)
{
	MhexStatus status = job_finish(save->job, err);
	doc->saving = NULL;
	doc->told_unsafe = save->told_unsafe;
	const bool forget = save->kept.dropped && !status;
	status = tell_document(doc, save, status, err);
	if (save->moved)
		save_note(save, "into the file that has the name now");
	if (forget)
		save_note(save, "there was no room for the bytes that changed, so "
				"nothing before can be undone");
	*result = save->result;
	if (!status || doc->live)
		edit_journal_anew(doc);
	free_save(save);
	if (forget)
		document_forget_undo(doc);
	return status;
}
