/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/match_save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/replace_file.h"
#include "storage/system.h"

enum {
	LINES = 8192 /* at a time */
};

struct MatchSave {
	Job *job;
	Job *self; /* the same, as the worker has it */
	char *path;
	bool force;
	const MatchList *list; /* borrowed */
	MatchRun *runs;        /* owned */
	size_t run_count;
	uint64_t count, done;
	Range *matches; /* LINES of them */
	char *text;     /* and as lines */
};

size_t match_put_line(char *to, uint64_t offset)
{
	char digits[16];
	size_t count = 0;
	do
		digits[count++] = "0123456789abcdef"[offset & 0xf];
	while ((offset >>= 4) > 0);
	size_t used = 0;
	to[used++] = '0';
	to[used++] = 'x';
	while (count > 0)
		to[used++] = digits[--count];
	to[used++] = '\n';
	return used;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		const ssize_t put = system_write(fd, bytes, length);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes += put;
		length -= (size_t)put;
	}
	return true;
}

static MhexStatus write_run(MatchSave *save, const MatchRun *run, int fd, MhexError *err)
{
	for (uint64_t done = 0; done < run->count;) {
		const uint64_t left = run->count - done;
		const size_t got = match_list_get_ranges(
			save->list, run->first + done, save->matches,
			left < LINES ? (size_t)left : LINES);
		size_t used = 0;
		if (job_cancelled(save->self))
			return mhex_fail(err, MHEX_E_CANCELLED,
					 "cancelled, nothing was written");
		if (got == 0)
			return mhex_fail_errno(err, "the list cannot be read any more");
		for (size_t i = 0; i < got; i++)
			used += match_put_line(save->text + used,
					       save->matches[i].offset + run->shift);
		if (!write_all(fd, save->text, used))
			return mhex_fail_errno(err, "%s", save->path);
		done += got;
		save->done += got;
		job_progress(save->self, save->done, save->count);
	}
	return MHEX_OK;
}

static MhexStatus write_new(MatchSave *save, int old, MhexError *err)
{
	ReplaceFile *file = NULL;
	MhexStatus status = replace_file_open(&file, save->path, old, 0, err);
	if (status)
		return status;
	for (size_t i = 0; i < save->run_count && !status; i++)
		status = write_run(save, &save->runs[i], replace_file_fd(file), err);
	if (!status && !job_commit(save->self))
		status = mhex_fail(err, MHEX_E_CANCELLED,
				   "cancelled, nothing was written");
	if (!status)
		return replace_file_commit(file, err);
	replace_file_discard(file);
	return status;
}

static MhexStatus run(Job *job, void *context, MhexError *err)
{
	MatchSave *save = context;
	save->self = job;
	const int old =
		system_open(save->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (old < 0 && errno != ENOENT)
		return mhex_fail_errno(err, "%s", save->path);
	if (old < 0)
		return write_new(save, -1, err);
	const MhexStatus status =
		save->force ? write_new(save, old, err)
			    : mhex_fail(err, MHEX_E_REFUSED,
					"%s: there is a file of this name already "
					"(! replaces it)",
					save->path);
	(void)system_close(old);
	return status;
}

static void free_save(MatchSave *save)
{
	free(save->path);
	free(save->runs);
	free(save->matches);
	free(save->text);
	free(save);
}

MhexStatus match_save_start(MatchSave **out, const Matches *matches, const char *path,
			    bool force, int wake_fd, MhexError *err)
{
	MatchSave *save = calloc(1, sizeof(*save));
	if (!save)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	save->force = force;
	save->list = &matches->list;
	save->count = matches->count;
	save->run_count = matches->runs.count;
	save->path = strdup(path);
	save->runs = calloc(save->run_count + 1, sizeof(save->runs[0]));
	save->matches = calloc(LINES, sizeof(save->matches[0]));
	save->text = malloc((size_t)LINES * MATCH_LINE_MAX);
	MhexStatus status = MHEX_OK;
	if (!save->path || !save->runs || !save->matches || !save->text)
		status = mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	else if (save->run_count > 0)
		memcpy(save->runs, matches->runs.items,
		       save->run_count * sizeof(save->runs[0]));
	if (!status)
		status = job_start(&save->job, run, save, wake_fd, err);
	if (status) {
		free_save(save);
		return status;
	}
	*out = save;
	return MHEX_OK;
}

bool match_save_done(const MatchSave *save)
{
	return job_done(save->job);
}

void match_save_cancel(MatchSave *save)
{
	job_cancel(save->job);
}

void match_save_get_progress(const MatchSave *save, uint64_t *done, uint64_t *total)
{
	job_get_progress(save->job, done, total);
}

MhexStatus match_save_finish(MatchSave *save, uint64_t *count, MhexError *err)
{
	const MhexStatus status = job_finish(save->job, err);
	*count = save->done;
	free_save(save);
	return status;
}
