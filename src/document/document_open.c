/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Opening and closing a document, and the access to its file. */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "document/document_private.h"
#include "document/edit_journal.h"
#include "document/opening.h"
#include "storage/system.h"

/* The one place where an access becomes a behaviour. */
static const EditModel *const models[] = {
	[ACCESS_VIEW] = &view_model,
	[ACCESS_PREVIEW] = &preview_model,
	[ACCESS_LIVE] = &live_model,
};

bool document_use_access(Document *doc, Access access)
{
	live_close(doc);
	const bool possible = access != ACCESS_LIVE || live_open(doc);
	doc->access = possible ? access : ACCESS_VIEW;
	doc->model = models[doc->access];
	return possible;
}

/* storage is taken over, also on failure. */
static MhexStatus add_file(Document *doc, Storage *storage, MhexError *err)
{
	StorageRef *file = NULL;
	const MhexStatus status = storage_ref_new(&file, storage, err);
	if (status)
		return status;
	uint32_t id = 0;
	Source *source = source_new_file(file);
	if (!source || !source_table_add(&doc->stock->table, source, &id))
		return document_no_memory(err);
	source->born_size = storage_size(storage);
	doc->now.tree = piece_tree_empty(doc->stock->pool, id);
	doc->seen = storage_stamp(storage);
	return document_cover(doc, &doc->now) ? MHEX_OK : document_no_memory(err);
}

static bool set_string(char **string, const char *value)
{
	char *copy = strdup(value);
	if (!copy)
		return false;
	free(*string);
	*string = copy;
	return true;
}

/* What a document begins as. */
typedef struct {
	Access access;
	const char *path, *name; /* either may be NULL */
	bool journal;
} Beginning;

static MhexStatus make(Document **out, Storage *storage, Beginning with, MhexError *err)
{
	*out = NULL;
	Document *doc = calloc(1, sizeof(*doc));
	if (!doc) {
		storage_close(storage);
		return document_no_memory(err);
	}
	doc->journal = with.journal;
	doc->stock = stock_new();
	doc->undo_memory = DOCUMENT_UNDO_MEMORY;
	doc->history = history_new();
	doc->base = base_bytes_new();
	MhexStatus status = MHEX_OK;
	const bool named = (!with.path || set_string(&doc->path, with.path)) &&
			   (!with.name || set_string(&doc->name, with.name));
	if (!doc->stock || !doc->history || !doc->base || !named) {
		storage_close(storage);
		status = document_no_memory(err);
	} else {
		status = add_file(doc, storage, err);
	}
	if (!status) {
		reader_init(&doc->reader, &doc->stock->table, &doc->now.tree, false);
		if (!document_use_access(doc, with.access))
			status = document_no_memory(err);
	}
	if (status) {
		document_close(doc);
		return status;
	}
	*out = doc;
	return MHEX_OK;
}

/* Bytes of ours cannot be edited live: nobody else could see it. */
static Access access_of_memory(Access wanted)
{
	return wanted == ACCESS_VIEW ? ACCESS_VIEW : ACCESS_PREVIEW;
}

/* Is path a name that a file can be made under? */
static bool can_be_created(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	if (!slash)
		return *path != '\0';
	if (slash[1] == '\0')
		return false;
	char *folder = strndup(path, (size_t)(slash - path) + 1);
	const bool found = folder && stat(folder, &st) == 0 && S_ISDIR(st.st_mode);
	free(folder);
	return found;
}

static MhexStatus make_empty(Document **out, const char *path, DocumentOptions options,
			     MhexError *err)
{
	Storage *storage = NULL;
	const Beginning with = {.access = access_of_memory(options.access),
				.path = path,
				.journal = options.journal};
	const MhexStatus status = storage_open_memory(&storage, options.window, err);
	return status ? status : make(out, storage, with, err);
}

MhexStatus document_new(Document **out, DocumentOptions options, MhexError *err)
{
	*out = NULL;
	return make_empty(out, NULL, options, err);
}

/* storage is what path leads to; taken over. */
static MhexStatus make_of_file(Document **out, const char *path, Storage *storage,
			       bool journal, MhexError *err)
{
	const Beginning with = {
		.access = storage_access(storage), .path = path, .journal = journal};
	return make(out, storage, with, err);
}

MhexStatus document_open_read(Document **out, const char *path, Opening *opening,
			      MhexError *err)
{
	Storage *storage = NULL;
	*out = NULL;
	const MhexStatus status = opening_take(opening, &storage, err);
	return status ? status : make_of_file(out, path, storage, false, err);
}

MhexStatus document_open(Document **out, const char *path, DocumentOptions options,
			 MhexError *err)
{
	Storage *storage = NULL;
	MhexError reason = {.status = MHEX_OK};
	const StorageOptions how = {.wanted = options.access,
				    .window = options.window,
				    .at_once = options.at_once,
				    .progress = options.progress,
				    .context = options.context};
	*out = NULL;
	const MhexStatus status = storage_open(&storage, path, how, &reason);
	if (!status)
		return make_of_file(out, path, storage, options.journal, err);
	if (options.create && reason.sys_errno == ENOENT && can_be_created(path))
		return make_empty(out, path, options, err);
	if (err)
		*err = reason;
	return status;
}

MhexStatus document_adopt(Document **out, Storage *storage, const char *name,
			  DocumentOptions options, MhexError *err)
{
	const Beginning with = {.access = access_of_memory(options.access),
				.name = name,
				.journal = options.journal};
	return make(out, storage, with, err);
}

void document_close(Document *doc)
{
	if (!doc)
		return;
	assert(!doc->saving);
	edit_journal_end(doc, false);
	live_close(doc);
	reader_free(&doc->reader);
	version_release(&doc->now);
	if (doc->history)
		history_free(doc->history);
	if (doc->base)
		base_bytes_free(doc->base);
	stock_release(doc->stock);
	free(doc->path);
	free(doc->name);
	free(doc);
}

MhexStatus document_set_path(Document *doc, const char *path, MhexError *err)
{
	return set_string(&doc->path, path) ? MHEX_OK : document_no_memory(err);
}

/* ---- Another access ---- */

/* The open file itself, not what has its name now. */
static int open_again(const Storage *storage)
{
	char link[32];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", storage_fd(storage));
	const int fd = system_open(link, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	return fd >= 0 ? fd : fcntl(storage_fd(storage), F_DUPFD_CLOEXEC, 0);
}

static MhexStatus map_again(const Document *doc, Access access, StorageRef **out,
			    MhexError *err)
{
	const Storage *old = document_storage(doc);
	const StorageOptions how = {.wanted = access, .window = storage_window(old)};
	if (storage_kind(old) == STORAGE_SPECIAL && !storage_writable(old))
		return mhex_fail(err, MHEX_E_READONLY,
				 "%s is a copy of a special file and open to view only",
				 document_shown_name(doc));
	const int fd = open_again(old);
	if (fd < 0)
		return mhex_fail_errno(err, "%s", document_shown_name(doc));
	Storage *storage = NULL;
	const MhexStatus status =
		storage_open_fd(&storage, fd, storage_path(old), how, err);
	if (status)
		return status;
	if (storage_access(storage) != access) {
		const char *note = storage_note(storage);
		storage_close(storage);
		return mhex_fail(err, MHEX_E_READONLY, "%s: %s", document_shown_name(doc),
				 *note ? note : "it may not be written");
	}
	return storage_ref_new(out, storage, err);
}

/* The current source gets another handle on its file. file is taken over. */
static MhexStatus use_file(Document *doc, StorageRef *file, MhexError *err)
{
	const Source *old = document_source(doc);
	Source *source = source_new_file(file);
	if (!source)
		return document_no_memory(err);
	source->born_size = old->born_size;
	if (!source_table_set(&doc->stock->table, doc->now.tree.file, source))
		return document_no_memory(err);
	doc->seen = storage_stamp(document_storage(doc));
	return MHEX_OK;
}

static MhexStatus check_leaving(const Document *doc, bool force, MhexError *err)
{
	if (doc->saving)
		return mhex_fail(err, MHEX_E_BUSY, "%s is being written",
				 document_shown_name(doc));
	if (doc->access != ACCESS_PREVIEW || force || !document_is_modified(doc))
		return MHEX_OK;
	return mhex_fail(err, MHEX_E_REFUSED,
			 "%" PRIu64 " bytes are not written: :write them, or access! "
			 "drops them",
			 document_modified_bytes(doc));
}

MhexStatus document_set_access(Document *doc, Access access, bool force, MhexError *err)
{
	if (access == doc->access)
		return MHEX_OK;
	MhexStatus status = check_leaving(doc, force, err);
	if (status)
		return status;
	StorageRef *file = NULL;
	if (document_has_file(doc))
		status = map_again(doc, access, &file, err);
	else if (access == ACCESS_LIVE)
		status = mhex_fail(err, MHEX_E_UNSUPPORTED,
				   "%s: live needs a file; :write it first",
				   document_shown_name(doc));
	if (!status && doc->access == ACCESS_PREVIEW)
		status = document_revert(doc, err);
	if (!status && !live_leave(doc))
		status = document_no_memory(err);
	if (status) {
		storage_ref_release(file);
		return status;
	}
	if (file)
		status = use_file(doc, file, err);
	if (!document_use_access(doc, status ? doc->access : access) && !status)
		status = document_no_memory(err);
	history_break(doc->history);
	edit_journal_anew(doc);
	doc->generation++;
	return status;
}
