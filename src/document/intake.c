/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bytes from elsewhere become pieces of a document. */

#include "document/intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "document/opening.h"
#include "document/save_io.h"
#include "document/save_temp.h"
#include "storage/system.h"

enum {
	CHUNK = 256 << 10
};

static void kept_free(Kept *kept)
{
	free(kept->memory);
	if (kept->fd >= 0)
		(void)system_close(kept->fd);
	*kept = (Kept){.fd = -1};
}

static MhexStatus keep_in_memory(Kept *kept, const Bytes *bytes, MhexError *err)
{
	kept->memory = malloc((size_t)bytes->length);
	if (!kept->memory)
		return document_no_memory(err);
	return bytes->read(bytes->context, 0, kept->memory, (size_t)bytes->length, err);
}

static MhexStatus keep_chunks(int fd, const Bytes *bytes, Job *job, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	uint8_t *chunk = malloc(CHUNK);
	if (!chunk)
		return document_no_memory(err);
	for (uint64_t at = 0; !status && at < bytes->length;) {
		const uint64_t rest = bytes->length - at;
		const size_t part = rest < CHUNK ? (size_t)rest : CHUNK;
		status = bytes->read(bytes->context, at, chunk, part, err);
		if (!status && save_write(fd, chunk, part, at) < part)
			status = mhex_fail_errno(err, "cannot keep 0x%" PRIx64 " bytes",
						 bytes->length);
		if (!status && job_cancelled(job))
			status = mhex_fail(err, MHEX_E_CANCELLED, "cancelled");
		at += part;
		job_progress(job, at, bytes->length);
	}
	free(chunk);
	return status;
}

MhexStatus intake_keep(Kept *kept, const Bytes *bytes, Job *job, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	*kept = (Kept){.length = bytes->length, .fd = -1};
	if (bytes->length == 0)
		return MHEX_OK;
	if (bytes->length < DOCUMENT_SPOOL_MIN)
		status = keep_in_memory(kept, bytes, err);
	else
		status = save_temp_open(&kept->fd, bytes->length, "to be put in", err);
	if (!status && kept->fd >= 0)
		status = keep_chunks(kept->fd, bytes, job, err);
	if (status)
		kept_free(kept);
	return status;
}

/* A file of ours, as a source. storage is taken over. */
static MhexStatus adopt_file(Stock *stock, Storage *storage, Piece *out, MhexError *err)
{
	const uint64_t length = storage_size(storage);
	StorageRef *file = NULL;
	const MhexStatus status = storage_ref_new(&file, storage, err);
	if (status)
		return status;
	Source *source = source_new_file(file);
	*out = (Piece){0, length, 0};
	if (!source || !source_table_add(&stock->table, source, &out->source))
		return document_no_memory(err);
	return MHEX_OK;
}

/* kept is emptied. */
static MhexStatus adopt(Stock *stock, Kept *kept, Piece *out, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	*out = (Piece){0};
	if (kept->memory &&
	    !stock_add_bytes(stock, kept->memory, (size_t)kept->length, out))
		status = document_no_memory(err);
	if (kept->fd >= 0) {
		Storage *storage = NULL;
		const StorageOptions how = {.wanted = ACCESS_VIEW};
		status =
			storage_open_fd(&storage, kept->fd, "the copied bytes", how, err);
		kept->fd = -1;
		if (!status)
			status = adopt_file(stock, storage, out, err);
	}
	kept_free(kept);
	return status;
}

MhexStatus intake_bytes(Stock *stock, const Bytes *bytes, Piece *out, MhexError *err)
{
	Kept kept;
	const MhexStatus status = intake_keep(&kept, bytes, NULL, err);
	return status ? status : adopt(stock, &kept, out, err);
}

/* ---- A job that reads them ---- */

Intake *intake_new(void)
{
	Intake *intake = calloc(1, sizeof(*intake));
	if (intake)
		intake->kept.fd = -1;
	return intake;
}

void intake_free(Intake *intake)
{
	kept_free(&intake->kept);
	snapshot_release(intake->snapshot);
	if (intake->how.free_context)
		intake->how.free_context(intake->how.context);
	free(intake->path);
	free(intake);
}

MhexStatus intake_begin(Intake *intake, JobRun run, int wake_fd, MhexError *err)
{
	const MhexStatus status = job_start(&intake->job, run, intake, wake_fd, err);
	if (status)
		intake_free(intake);
	return status;
}

/* ---- A file ---- */

static MhexStatus read_storage(void *context, uint64_t offset, void *dst, size_t length,
			       MhexError *err)
{
	return storage_read(context, offset, dst, length, NULL, err);
}

static MhexStatus run(Job *job, void *context, MhexError *err)
{
	Intake *intake = context;
	Storage *storage = NULL;
	const StorageOptions how = {
		.wanted = ACCESS_VIEW, .progress = opening_progress, .context = job};
	MhexStatus status = storage_open(&storage, intake->path, how, err);
	if (status)
		return status;
	const Bytes bytes = {read_storage, storage, storage_size(storage)};
	if (job_cancelled(job))
		status = mhex_fail(err, MHEX_E_CANCELLED, "cancelled");
	else
		status = intake_keep(&intake->kept, &bytes, job, err);
	storage_close(storage);
	return status;
}

MhexStatus intake_start(Intake **out, const char *path, int wake_fd, MhexError *err)
{
	Intake *intake = intake_new();
	*out = NULL;
	if (!intake)
		return document_no_memory(err);
	intake->path = strdup(path);
	if (!intake->path) {
		intake_free(intake);
		return document_no_memory(err);
	}
	const MhexStatus status = intake_begin(intake, run, wake_fd, err);
	if (!status)
		*out = intake;
	return status;
}

bool intake_done(const Intake *intake)
{
	return job_done(intake->job);
}

void intake_cancel(Intake *intake)
{
	job_cancel(intake->job);
}

void intake_get_progress(const Intake *intake, uint64_t *done, uint64_t *total)
{
	job_get_progress(intake->job, done, total);
}

void intake_drop(Intake *intake)
{
	job_cancel(intake->job);
	(void)job_finish(intake->job, NULL);
	intake_free(intake);
}

MhexStatus intake_take(Stock *stock, Intake *intake, Piece *out, MhexError *err)
{
	MhexStatus status = job_finish(intake->job, err);
	if (!status)
		status = adopt(stock, &intake->kept, out, err);
	intake_free(intake);
	return status;
}
