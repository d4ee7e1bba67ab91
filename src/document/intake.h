/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_DOCUMENT_INTAKE_H
#define MHEX_DOCUMENT_INTAKE_H

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

/* All of bytes as one piece; its length is 0 when there are none. */
MhexStatus intake_bytes(Stock *stock, const Bytes *bytes, Piece *out, MhexError *err);

/* Wait for the job and take what it has read; frees intake, also on failure. */
MhexStatus intake_take(Stock *stock, FileIntake *intake, Piece *out, MhexError *err);

#endif
