/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file that is read as a whole comes into a document: a job opens it, keys stay alive.
 */

#include "document/opening.h"

#include <stdlib.h>
#include <string.h>

#include "base/job.h"

struct Opening {
	Job *job;
	char *path;
	StorageOptions how;
	Storage *storage; /* the worker's until it has ended */
};

bool opening_progress(void *context, uint64_t bytes)
{
	Job *job = context;
	job_progress(job, bytes, 0);
	return !job_cancelled(job);
}

static MhexStatus run(Job *job, void *context, MhexError *err)
{
	Opening *opening = context;
	opening->how.progress = opening_progress;
	opening->how.context = job;
	return storage_open(&opening->storage, opening->path, opening->how, err);
}

static void opening_free(Opening *opening)
{
	storage_close(opening->storage);
	free(opening->path);
	free(opening);
}

MhexStatus opening_start(Opening **out, const char *path, DocumentOptions options,
			 int wake_fd, MhexError *err)
{
	Opening *opening = calloc(1, sizeof(*opening));
	*out = NULL;
	if (!opening)
		return document_no_memory(err);
	opening->how =
		(StorageOptions){.wanted = options.access, .window = options.window};
	opening->path = strdup(path);
	MhexStatus status = opening->path ? MHEX_OK : document_no_memory(err);
	if (!status)
		status = job_start(&opening->job, run, opening, wake_fd, err);
	if (status) {
		opening_free(opening);
		return status;
	}
	*out = opening;
	return MHEX_OK;
}

bool opening_done(const Opening *opening)
{
	return job_done(opening->job);
}

void opening_cancel(Opening *opening)
{
	job_cancel(opening->job);
}

uint64_t opening_bytes(const Opening *opening)
{
	uint64_t done = 0;
	uint64_t total = 0;
	job_get_progress(opening->job, &done, &total);
	return done;
}

MhexStatus opening_take(Opening *opening, Storage **out, MhexError *err)
{
	const MhexStatus status = job_finish(opening->job, err);
	*out = opening->storage;
	opening->storage = NULL;
	opening_free(opening);
	return status;
}

void opening_drop(Opening *opening)
{
	Storage *storage = NULL;
	job_cancel(opening->job);
	(void)opening_take(opening, &storage, NULL);
	storage_close(storage);
}
