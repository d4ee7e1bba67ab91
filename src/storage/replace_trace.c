/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/replace_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/packed.h"
#include "storage/journal_file.h"
#include "storage/kernel.h"
#include "storage/system.h"

enum {
	RECORD_TRACE = 1
};

struct ReplaceTrace {
	StateFolder folder;
	JournalWriter *journal;
};

/* One that was left; the texts are owned. */
typedef struct {
	char *path; /* of the target: absolute */
	char *name; /* beside it */
	uint64_t new_inode, new_birth, old_inode, old_size, old_time;
} Trace;

static uint64_t time_of(const struct stat *st)
{
	return (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
}

/* In nanoseconds; 0: not known. An inode is used again, also at once. */
static uint64_t birth_of(int folder, const char *name, int flags)
{
	struct statx info;
	if (statx(folder, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BTIME, &info) < 0 ||
	    !(info.stx_mask & STATX_BTIME))
		return 0;
	return (uint64_t)info.stx_btime.tv_sec * 1000000000 + info.stx_btime.tv_nsec;
}

/* The same for each way that leads to a file, and for one that is not there. Owned. */
static char *absolute(const char *path)
{
	char *target = replace_file_target(path);
	char *slash = target ? strrchr(target, '/') : NULL;
	if (!target || target[0] == '/')
		return target;
	if (slash)
		*slash = '\0';
	char *folder = realpath(slash ? target : ".", NULL);
	StrBuf text = {0};
	if (folder)
		strbuf_printf(&text, "%s/%s", strcmp(folder, "/") ? folder : "",
			      slash ? slash + 1 : target);
	free(folder);
	free(target);
	char *whole = text.length > 0 && !text.failed ? strdup(strbuf_text(&text)) : NULL;
	strbuf_free(&text);
	return whole;
}

/* ---- Leaving a trace ---- */

static MhexStatus no_memory(MhexError *err)
{
	return mhex_fail(err, MHEX_E_NOMEM, "no memory for the journal");
}

static MhexStatus write_trace(ReplaceTrace *trace, const ReplaceFile *file,
			      MhexError *err)
{
	ReplaceNames names;
	StrBuf record = {0};
	MhexStatus status = replace_file_names(file, &names, err);
	char *path = status ? NULL : absolute(names.target);
	if (!status && path) {
		packed_add_bytes(&record, path, strlen(path));
		packed_add_bytes(&record, names.name, strlen(names.name));
		packed_add_u64(&record, names.new_inode);
		packed_add_u64(&record, birth_of(names.new_fd, "", AT_EMPTY_PATH));
		packed_add_u64(&record, names.before.st_ino);
		packed_add_u64(&record, (uint64_t)names.before.st_size);
		packed_add_u64(&record, time_of(&names.before));
	}
	free(path);
	if (!status && (record.failed || record.length == 0))
		status = no_memory(err);
	if (!status)
		status = journal_append(trace->journal, RECORD_TRACE,
					strbuf_text(&record), record.length, err);
	strbuf_free(&record);
	return status ? status : journal_flush(trace->journal, err);
}

MhexStatus replace_trace_begin(ReplaceTrace **out, const ReplaceFile *file,
			       MhexError *err)
{
	*out = NULL;
	ReplaceTrace *trace = calloc(1, sizeof(*trace));
	if (!trace)
		return no_memory(err);
	trace->folder.fd = -1;
	MhexStatus status = state_folder_open(&trace->folder, true, err);
	if (!status)
		status = journal_create(&trace->journal, &trace->folder,
					REPLACE_TRACE_KIND, err);
	if (!status)
		status = write_trace(trace, file, err);
	if (status)
		replace_trace_end(trace);
	else
		*out = trace;
	return status;
}

void replace_trace_end(ReplaceTrace *trace)
{
	if (!trace)
		return;
	journal_discard(trace->journal);
	state_folder_close(&trace->folder);
	free(trace);
}

/* ---- Finding it ---- */

static char *unpack_text(Unpack *from)
{
	size_t length = 0;
	const uint8_t *bytes = unpack_bytes(from, &length);
	return bytes ? strndup((const char *)bytes, length) : NULL;
}

static void free_trace(Trace *trace)
{
	free(trace->path);
	free(trace->name);
}

/* A name that replace_file.c draws, and nothing else. */
static bool is_drawn(const char *name)
{
	return strncmp(name, ".mhex-", 6) == 0 && strlen(name) > 6 && !strchr(name, '/');
}

static MhexStatus read_trace(Trace *trace, JournalReader *journal, MhexError *err)
{
	JournalRecord record;
	*trace = (Trace){0};
	const MhexStatus status = journal_next(journal, &record, err);
	if (status)
		return status;
	Unpack from = {.at = record.payload, .left = record.length};
	trace->path = unpack_text(&from);
	trace->name = unpack_text(&from);
	trace->new_inode = unpack_u64(&from);
	trace->new_birth = unpack_u64(&from);
	trace->old_inode = unpack_u64(&from);
	trace->old_size = unpack_u64(&from);
	trace->old_time = unpack_u64(&from);
	if (record.kind == RECORD_TRACE && !from.failed && from.left == 0 &&
	    trace->path && trace->path[0] == '/' && trace->name && is_drawn(trace->name))
		return MHEX_OK;
	free_trace(trace);
	(void)mhex_fail(err, MHEX_E_UNSUPPORTED, "%s: not the trace of a new file",
			journal_reader_name(journal));
	return MHEX_E_UNSUPPORTED;
}

static MhexStatus open_trace(JournalReader **journal, Trace *trace,
			     const StateFolder *folder, const char *name, MhexError *err)
{
	MhexStatus status = journal_open(journal, folder, name, err);
	if (status)
		return status;
	status = read_trace(trace, *journal, err);
	if (status)
		journal_reader_close(*journal);
	return status;
}

/* ---- Removing what it names ---- */

static MhexStatus keep(const Trace *trace, const char *what, MhexError *err)
{
	return mhex_fail(err, MHEX_E_CONFLICT,
			 "%s: a save was killed; %s is in %s beside it", trace->path,
			 what, trace->name);
}

/* What is under the name is one of the two files of the save. */
static MhexStatus decide(const Trace *trace, const struct stat *left,
			 const struct stat *target, MhexError *err)
{
	if (left->st_ino != trace->old_inode)
		return target ? MHEX_OK : keep(trace, "what it had written", err);
	const bool unchanged = (uint64_t)left->st_size == trace->old_size &&
			       time_of(left) == trace->old_time;
	if (unchanged && target && target->st_ino == trace->new_inode)
		return MHEX_OK;
	return keep(trace, unchanged ? "the old file" : "what others have changed", err);
}

static MhexStatus clear_in(int folder, const Trace *trace, MhexError *err)
{
	struct stat left, target;
	if (fstatat(folder, trace->name, &left, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? MHEX_OK
				       : mhex_fail_errno(err, "%s", trace->path);
	const bool is_new = left.st_ino == trace->new_inode && trace->new_birth &&
			    birth_of(folder, trace->name, 0) == trace->new_birth;
	if (!S_ISREG(left.st_mode) || (!is_new && left.st_ino != trace->old_inode))
		return MHEX_OK; /* not ours */
	const bool named = fstatat(folder, strrchr(trace->path, '/') + 1, &target,
				   AT_SYMLINK_NOFOLLOW) == 0;
	const MhexStatus status = decide(trace, &left, named ? &target : NULL, err);
	if (!status && system_unlinkat(folder, trace->name, 0) < 0)
		return mhex_fail_errno(err, "%s: cannot remove %s beside it", trace->path,
				       trace->name);
	return status;
}

static MhexStatus clear(const Trace *trace, MhexError *err)
{
	const size_t length = (size_t)(strrchr(trace->path, '/') - trace->path);
	char *path = length > 0 ? strndup(trace->path, length) : strdup("/");
	if (!path)
		return no_memory(err);
	const int folder = system_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(path);
	if (folder < 0)
		return mhex_fail_errno(err, "%s", trace->path);
	const MhexStatus status = clear_in(folder, trace, err);
	(void)system_close(folder);
	return status;
}

/* One whose program lives, or that cannot be read, is left alone. */
static MhexStatus try_journal(const StateFolder *folder, const char *name,
			      const char *path, MhexError *err)
{
	JournalReader *journal = NULL;
	Trace trace;
	if (open_trace(&journal, &trace, folder, name, NULL))
		return MHEX_OK;
	MhexStatus status = MHEX_OK;
	bool settled = false;
	if (strcmp(trace.path, path) == 0) {
		MhexError why;
		status = clear(&trace, &why);
		settled = !status || status == MHEX_E_CONFLICT;
		if (status == MHEX_E_CONFLICT && err)
			*err = why;
	}
	free_trace(&trace);
	if (settled)
		(void)journal_reader_remove(journal, NULL);
	else
		journal_reader_close(journal);
	/* What cannot be done now is for another time. */
	return status == MHEX_E_CONFLICT ? status : MHEX_OK;
}

MhexStatus replace_trace_clear(const char *path, MhexError *err)
{
	StateFolder folder;
	JournalList list = {0};
	if (state_folder_open(&folder, false, NULL))
		return MHEX_OK;
	MhexStatus status = MHEX_OK;
	(void)journal_list(&list, &folder, NULL);
	char *wanted = NULL;
	for (size_t i = 0; i < list.count; i++) {
		if (strcmp(list.items[i].kind, REPLACE_TRACE_KIND) != 0)
			continue;
		if (!wanted)
			wanted = absolute(path);
		if (wanted && try_journal(&folder, list.items[i].name, wanted, err))
			status = MHEX_E_CONFLICT;
	}
	free(wanted);
	ARRAY_FREE(&list);
	state_folder_close(&folder);
	return status;
}

MhexStatus replace_trace_describe(StrBuf *out, StrBuf *path, const char *name,
				  MhexError *err)
{
	StateFolder folder;
	JournalReader *journal = NULL;
	Trace trace;
	MhexStatus status = state_folder_open(&folder, false, err);
	if (status)
		return status;
	status = open_trace(&journal, &trace, &folder, name, err);
	if (!status) {
		strbuf_add_text(path, trace.path);
		strbuf_printf(out, "%s beside it, of a save that was killed", trace.name);
		free_trace(&trace);
		journal_reader_close(journal);
	}
	state_folder_close(&folder);
	return status;
}
