/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_MODEL_SOAK_LEDGER_H
#define MHEX_TESTS_MODEL_SOAK_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Who wrote each byte, and what became of it.
 *
 * Whatever is typed, and whatever another process writes, is a value that nothing else
 * has at the time: so a byte is known by its value, wherever in file, document or history
 * it goes, and one that is missing was lost. Nothing here knows how mhex remembers
 * anything. Zero is what a file grew by.
 *
 * A byte of others that a save of ours replaces was lost, unless a person has seen it and
 * removed it, or has decided. What was typed is there until a person takes it back.
 *
 * Whatever does not hold ends the process, with the seed and what was done last.
 */
enum {
	CELLS_MAX = 256,
	IDS = 256,
	STATES_MAX = 160 /* steps of undo */
};

enum {
	CELL_UNREADABLE = 1 << 0,
	CELL_HELD = 1 << 1, /* of a document, and not in the file that is open: mhex has
			     * it or nobody */
};

/* A file or a document, behind the bytes that nobody touches. */
typedef struct {
	bool exists;
	size_t size;
	uint8_t bytes[CELLS_MAX];
	uint8_t states[CELLS_MAX];
} Cells;

typedef enum {
	STEP_EDIT,
	STEP_TAKE, /* a decision about bytes of others */
} StepKind;

/* ---- What went wrong ---- */

void ledger_begin(uint64_t seed);
/* For the report of a failure, and for the counts: a constant string. */
void ledger_note(const char *what);
void ledger_check(bool right, const char *condition, const char *file, int line);
#define CHECK(condition) ledger_check((condition), #condition, __FILE__, __LINE__)
void ledger_print_counts(uint64_t steps);

/* 0 .. bound, both included. */
size_t pick(size_t bound);

/* ---- Bytes ---- */

bool cells_have(const Cells *cells, uint8_t id);
void cells_splice(Cells *cells, size_t offset, size_t removed, const uint8_t *bytes,
		  size_t count);
bool cells_equal(const Cells *a, const Cells *b);

/* ---- The ledger ---- */

/* Nothing is known of what was before; file is what there is. */
void ledger_start(const Cells *file);
/* Nothing of the history is known any more, but its bytes may come back. */
void ledger_forget_history(void);
/* Is there a value that nothing has? */
bool ledger_has_room(void);
uint8_t ledger_new_id(bool foreign);

/* The document has changed by an operation of ours, or by others, and is at this depth of
 * undo. */
void ledger_edited(const Cells *before, const Cells *after, size_t depth, StepKind kind);
void ledger_travelled(const Cells *before, const Cells *after, size_t from, size_t to);
void ledger_saw(const Cells *document, const Cells *file, size_t depth);
/* Decisions that have been saved are steps like others. */
void ledger_saved(void);
/* A person has put bytes back into the file, and may take them out again. */
void ledger_restored(const Cells *before, const Cells *after);
/* A person has said that this byte of others may go, in the step at depth. */
void ledger_decide(uint8_t id, size_t depth);
void ledger_decide_all(const Cells *file, size_t depth);
/* A byte of others in file that a save must not replace; 0: there is none. */
uint8_t ledger_unseen(const Cells *document, const Cells *file);

/* Nothing of others that was not seen is missing. */
void ledger_expect_theirs(const Cells *before, const Cells *after);
/* Or it is in held, which mhex goes on showing as unsaved. */
void ledger_expect_theirs_in_both(const Cells *before, const Cells *after,
				  const Cells *held);
/* What mhex held before is in after, in its order. */
void ledger_expect_held(const Cells *before, const Cells *after);

#endif
