/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_INTAKE_H
#define MHEX_DOCUMENT_INTAKE_H

#include "base/job.h"
#include "document/document_private.h"

/*
 * Bytes from elsewhere become pieces of a document: short ones go into the add
 * buffer, others into a file of ours that has no name.
 */
typedef struct {
	MhexStatus (*read)(void *context, uint64_t offset, void *dst, size_t length,
			   MhexError *err);
	void *context;
	uint64_t length;
} Bytes;

/* Where they are kept until a document takes them: short ones in memory, others in a
 * file of ours. */
typedef struct {
	uint64_t length;
	uint8_t *memory; /* owned, or NULL */
	int fd;          /* owned, or -1 */
} Kept;

struct Intake {
	Job *job;
	char *path;         /* of a file that is read; NULL: */
	Snapshot *snapshot; /* of a document, that bytes are derived from */
	Derivation how;
	Kept kept;
};

/* A new one, with nothing kept. */
Intake *intake_new(void);
/* Run the job; frees intake on failure. */
MhexStatus intake_begin(Intake *intake, JobRun run, int wake_fd, MhexError *err);
/* Before its job, or after. */
void intake_free(Intake *intake);

/* Read all of bytes. job may be NULL. On failure nothing is kept. */
MhexStatus intake_keep(Kept *kept, const Bytes *bytes, Job *job, MhexError *err);

/* All of bytes as one piece; its length is 0 when there are none. */
MhexStatus intake_bytes(Stock *stock, const Bytes *bytes, Piece *out, MhexError *err);

/* Wait for the job and take what it has read; frees intake, also on failure. */
MhexStatus intake_take(Stock *stock, Intake *intake, Piece *out, MhexError *err);

#endif
