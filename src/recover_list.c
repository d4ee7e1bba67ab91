/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recover_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "document/edit_journal.h"
#include "document/edit_recovery.h"
#include "document/recovery.h"
#include "output.h"
#include "report.h"
#include "storage/journal_file.h"
#include "storage/replace_trace.h"

/* Add to out what the journal of this name is about, and its file to path, both empty at
 * first. A journal that is not to be read is a failure that says why. */
typedef MhexStatus (*Describe)(StrBuf *out, StrBuf *path, const char *name,
			       MhexError *err);

static void describe_size(StrBuf *out, const RecoveryState *state)
{
	if (state->unread > 0)
		strbuf_printf(out, "save with a journal of %" PRIu64 " bytes",
			      state->unread);
	else if (state->stages > 0)
		strbuf_printf(out, "save in %" PRIu64 " stages", state->stages);
	else
		strbuf_printf(out, "save of %" PRIu64 " bytes", state->bytes);
}

static void describe_place(StrBuf *out, const RecoveryState *state)
{
	if (state->resized)
		strbuf_add_text(out, ", the file has another size since");
	else if (state->under_way > 0)
		strbuf_printf(out, ", number %" PRIu64 " had begun", state->under_way);
	else if (!state->begun)
		strbuf_add_text(out, ", had not begun");
	else if (state->stages == 0)
		strbuf_printf(out, ", %" PRIu64 " are the old ones, %" PRIu64 " others'",
			      state->bytes - state->now - state->foreign, state->foreign);
}

static MhexStatus describe_save(StrBuf *out, StrBuf *path, const char *name,
				MhexError *err)
{
	Recovery *recovery = NULL;
	RecoveryState state;
	const MhexStatus status = recovery_open(&recovery, name, err);
	if (!recovery)
		return status;
	recovery_get_state(recovery, &state);
	strbuf_add_text(path, state.path);
	describe_size(out, &state);
	if (state.missing)
		strbuf_printf(out, ", %s", state.missing);
	else if (state.unread == 0)
		describe_place(out, &state);
	recovery_close(recovery);
	return MHEX_OK;
}

static MhexStatus describe_edits(StrBuf *out, StrBuf *path, const char *name,
				 MhexError *err)
{
	EditRecovery *recovery = NULL;
	EditRecoveryState state;
	const MhexStatus status = edit_recovery_open(&recovery, name, err);
	/* Nothing was left by a program that lives. */
	if (status)
		return status == MHEX_E_BUSY ? MHEX_E_NOTFOUND : status;
	edit_recovery_get_state(recovery, &state);
	strbuf_add_text(path, state.path);
	const char *what = state.live ? "live edits, in the file" : "unsaved edits";
	if (state.damaged)
		strbuf_add_text(out, "edits, damaged");
	else if (state.unread > 0)
		strbuf_printf(out, "%s with a journal of %" PRIu64 " bytes", what,
			      state.unread);
	else
		strbuf_printf(out, "%s, %" PRIu64 " bytes%s", what, state.bytes,
			      state.torn ? ", the last of them torn" : "");
	edit_recovery_close(recovery);
	return MHEX_OK;
}

static MhexStatus describe_new_file(StrBuf *out, StrBuf *path, const char *name,
				    MhexError *err)
{
	const MhexStatus status = replace_trace_describe(out, path, name, err);
	return status == MHEX_E_BUSY ? MHEX_E_NOTFOUND : status;
}

static const struct {
	const char *kind; /* of journals */
	Describe describe;
} kinds[] = {
	{RECOVERY_JOURNAL_KIND, describe_save},
	{EDIT_JOURNAL_KIND, describe_edits},
	{REPLACE_TRACE_KIND, describe_new_file},
};

static MhexStatus describe(StrBuf *out, StrBuf *path, const JournalEntry *entry,
			   MhexError *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, entry->kind) == 0)
			return kinds[i].describe(out, path, entry->name, err);
	}
	return mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: unknown to this mhex",
			 entry->name);
}

/* As a journal has it: also of a file that is gone, and of one whose folder is. Owned. */
static char *journal_path_of(const char *file)
{
	char *real = realpath(file, NULL);
	if (real)
		return real;
	const char *slash = strrchr(file, '/');
	char *folder = slash ? strndup(file, (size_t)(slash - file) + 1) : strdup(".");
	char *real_folder = folder ? realpath(folder, NULL) : NULL;
	StrBuf path = {0};
	if (real_folder)
		strbuf_printf(&path, "%s/%s", real_folder[1] ? real_folder : "",
			      slash ? slash + 1 : file);
	real = strdup(real_folder ? strbuf_text(&path) : file);
	strbuf_free(&path);
	free(real_folder);
	free(folder);
	return real;
}

static bool is_named(const TextList *files, const char *path)
{
	bool found = false;
	for (size_t i = 0; i < files->count && !found; i++) {
		char *name = journal_path_of(files->texts[i]);
		found = name && strcmp(name, path) == 0;
		free(name);
	}
	return found;
}

static bool is_wanted(const TextList *files, const char *path)
{
	return files->count == 0 || is_named(files, path);
}

static void add_line(StrBuf *out, const TextList *files, const JournalEntry *entry)
{
	StrBuf text = {0};
	StrBuf path = {0};
	MhexError err;
	const MhexStatus status = describe(&text, &path, entry, &err);
	if (!status && is_wanted(files, strbuf_text(&path))) {
		strbuf_add_escaped(out, strbuf_text(&path), path.length);
		strbuf_printf(out, ": %s\n", strbuf_text(&text));
	} else if (status && status != MHEX_E_NOTFOUND && files->count == 0) {
		strbuf_add_escaped(out, err.message, strlen(err.message));
		strbuf_add_text(out, "\n");
	}
	strbuf_free(&text);
	strbuf_free(&path);
}

static MhexStatus list_all(StrBuf *out, const TextList *files, MhexError *err)
{
	StateFolder folder;
	JournalList list = {0};
	MhexStatus status = state_folder_open(&folder, false, err);
	if (status)
		return status == MHEX_E_NOTFOUND ? MHEX_OK : status;
	status = journal_list(&list, &folder, err);
	for (size_t i = 0; i < list.count; i++)
		add_line(out, files, &list.items[i]);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
	return status;
}

int recover_list(const Options *options)
{
	Output output = {0};
	MhexError err;
	MhexStatus status = list_all(&output.pending, &options->files, &err);
	if (!status)
		status = output_flush(&output, &err);
	if (status)
		report("%s", err.message);
	output_free(&output);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- Dropping what is left of files that are gone ---- */

static bool all_are_gone(const TextList *files)
{
	struct stat st;
	bool gone = files->count > 0;
	for (size_t i = 0; i < files->count && gone; i++)
		gone = stat(files->texts[i], &st) < 0 &&
		       (errno == ENOENT || errno == ENOTDIR);
	return gone;
}

static MhexStatus drop(StrBuf *out, const TextList *files, const StateFolder *folder,
		       const JournalEntry *entry, MhexError *err)
{
	StrBuf text = {0};
	StrBuf path = {0};
	JournalReader *journal = NULL;
	MhexStatus status = MHEX_OK;
	if (!describe(&text, &path, entry, NULL) && is_named(files, strbuf_text(&path))) {
		status = journal_open(&journal, folder, entry->name, err);
		if (!status)
			status = journal_reader_remove(journal, err);
	}
	if (!status && journal) {
		strbuf_add_escaped(out, strbuf_text(&path), path.length);
		strbuf_printf(out, ": dropped: %s\n", strbuf_text(&text));
	}
	strbuf_free(&text);
	strbuf_free(&path);
	return status;
}

static MhexStatus drop_all(StrBuf *out, const TextList *files, MhexError *err)
{
	StateFolder folder;
	JournalList list = {0};
	if (state_folder_open(&folder, false, NULL))
		return MHEX_OK;
	MhexStatus status = journal_list(&list, &folder, err);
	for (size_t i = 0; i < list.count && !status; i++)
		status = drop(out, files, &folder, &list.items[i], err);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
	return status;
}

bool recover_drop_gone(const Options *options, int *exit_status)
{
	Output output = {0};
	MhexError err;
	if (options->commands.count > 0 || options->scripts.count > 0 ||
	    !all_are_gone(&options->files))
		return false;
	MhexStatus status = drop_all(&output.pending, &options->files, &err);
	const bool something = status || output.pending.length > 0;
	if (!status)
		status = output_flush(&output, &err);
	if (status)
		report("%s", err.message);
	output_free(&output);
	*exit_status = status ? EXIT_FAILURE : EXIT_SUCCESS;
	return something;
}
