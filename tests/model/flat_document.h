/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_MODEL_FLAT_DOCUMENT_H
#define MHEX_TESTS_MODEL_FLAT_DOCUMENT_H

#include "base/array.h"
#include "unit/document/doc_sample.h"

/*
 * A document, and beside it flat arrays of what it should hold: now, and after each undo
 * and redo. Every edit is made to both. What fails ends the test.
 */
enum {
	SIZE_MAX_BYTES = 1200,
	PIECE_MAX_BYTES = 40,
};

typedef struct {
	uint8_t *bytes;
	size_t size;
} State;

typedef ARRAY(State) States;

typedef struct {
	uint64_t random;
	Sample file;
	char link[300]; /* a second name of it; a save may not rename then */
	bool linked;
	Document *doc;
	Clip *clip;
	State clip_bytes;
	States states; /* what undo and redo lead to */
	size_t at;
	State saved; /* what the file holds */
	bool force;  /* the file has been replaced */
} Flat;

extern Flat m;

/* 0 .. bound, both included. */
size_t flat_pick(size_t bound);
/* *bytes: at most max, at least one. */
size_t flat_random_bytes(uint8_t *bytes, size_t max);
/* What of length bytes at offset lies within the document. */
size_t flat_under(size_t offset, size_t length);
void flat_expect_ok(MhexStatus status, const MhexError *err);

State state_copy(const State *state);
void state_splice(State *state, size_t offset, size_t removed, const uint8_t *bytes,
		  size_t length);

/* What the document should hold. */
State *flat_now(void);
/* A new state, a copy of the present one; what could be redone is gone. */
void flat_begin_step(void);

void flat_one_step(void);
void flat_grouped_step(void);
void flat_typed_step(void);
void flat_replace_step(void); /* many ranges; flat_replace.c */
void flat_copy(void);
void flat_undo(void);
void flat_redo(void);
void flat_revert(void);

#endif
