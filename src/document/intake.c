/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bytes from elsewhere become pieces of a document. */

#include "document/intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/job.h"
#include "document/opening.h"
#include "document/save_io.h"
#include "document/save_temp.h"
#include "storage/system.h"

enum {
	CHUNK = 256 << 10
};

/* Where they are kept until a document takes them: short ones in memory, others in a
 * file of ours. */
typedef struct {
	uint64_t length;
	uint8_t *memory; /* owned, or NULL */
	int fd;          /* owned, or -1 */
} Kept;

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

/* job may be NULL. On failure nothing is kept. */
static MhexStatus keep(Kept *kept, const Bytes *bytes, Job *job, MhexError *err)
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
	const MhexStatus status = keep(&kept, bytes, NULL, err);
	return status ? status : adopt(stock, &kept, out, err);
}

/* ---- a file, read by a job ---- */

struct FileIntake {
	Job *job;
	char *path;
	Kept kept;
};

static MhexStatus read_storage(void *context, uint64_t offset, void *dst, size_t length,
			       MhexError *err)
{
	return storage_read(context, offset, dst, length, NULL, err);
}

static MhexStatus run(Job *job, void *context, MhexError *err)
{
	FileIntake *intake = context;
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
		status = keep(&intake->kept, &bytes, job, err);
	storage_close(storage);
	return status;
}

static void intake_free(FileIntake *intake)
{
	kept_free(&intake->kept);
	free(intake->path);
	free(intake);
}

MhexStatus intake_start(FileIntake **out, const char *path, int wake_fd, MhexError *err)
{
	FileIntake *intake = calloc(1, sizeof(*intake));
	*out = NULL;
	if (!intake)
		return document_no_memory(err);
	intake->kept.fd = -1;
	intake->path = strdup(path);
	MhexStatus status = intake->path ? MHEX_OK : document_no_memory(err);
	if (!status)
		status = job_start(&intake->job, run, intake, wake_fd, err);
	if (status) {
		intake_free(intake);
		return status;
	}
	*out = intake;
	return MHEX_OK;
}

bool intake_done(const FileIntake *intake)
{
	return job_done(intake->job);
}

void intake_cancel(FileIntake *intake)
{
	job_cancel(intake->job);
}

void intake_get_progress(const FileIntake *intake, uint64_t *done, uint64_t *total)
{
	job_get_progress(intake->job, done, total);
}

void intake_drop(FileIntake *intake)
{
	job_cancel(intake->job);
	(void)job_finish(intake->job, NULL);
	intake_free(intake);
}

MhexStatus intake_take(Stock *stock, FileIntake *intake, Piece *out, MhexError *err)
{
	MhexStatus status = job_finish(intake->job, err);
	if (!status)
		status = adopt(stock, &intake->kept, out, err);
	intake_free(intake);
	return status;
}
