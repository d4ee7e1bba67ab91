/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bytes made of those that a document has, by a job: of any size, in bounded memory. */

#include <stdlib.h>

#include "document/intake.h"

typedef struct {
	Reader *reader;
	const Derivation *how;
} Derive;

/* The bytes at offset of the result. */
static MhexStatus read_derived(void *context, uint64_t offset, void *dst, size_t length,
			       MhexError *err)
{
	const Derive *derive = context;
	const Derivation *how = derive->how;
	uint64_t from = how->range.offset + offset;
	if (how->backwards)
		from = range_end(how->range) - offset - length;
	const MhexStatus status =
		reader_read(derive->reader, from, dst, length, NULL, err);
	if (!status)
		how->change(how->context, offset, dst, length);
	return status;
}

static MhexStatus run(Job *job, void *context, MhexError *err)
{
	Intake *intake = context;
	Derive derive = {.how = &intake->how};
	const Bytes bytes = {read_derived, &derive, intake->how.range.length};
	MhexStatus status = reader_open(&derive.reader, intake->snapshot, err);
	if (status)
		return status;
	status = intake_keep(&intake->kept, &bytes, job, err);
	reader_close(derive.reader);
	return status;
}

MhexStatus document_derive(Document *doc, const Derivation *how, int wake_fd,
			   Intake **out, MhexError *err)
{
	*out = NULL;
	Intake *intake = intake_new();
	if (!intake) {
		if (how->free_context)
			how->free_context(how->context);
		return document_no_memory(err);
	}
	intake->how = *how;
	MhexStatus status = document_check_range(doc, how->range, err);
	if (!status)
		status = document_snapshot(doc, &intake->snapshot, err);
	if (status) {
		intake_free(intake);
		return status;
	}
	status = intake_begin(intake, run, wake_fd, err);
	if (!status)
		*out = intake;
	return status;
}
