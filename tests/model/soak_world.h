/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_MODEL_SOAK_WORLD_H
#define MHEX_TESTS_MODEL_SOAK_WORLD_H

#include "mhex/document.h"
#include "soak_ledger.h"
#include "support/temp_file.h"

/*
 * The file of the soak, the document on it, and the other process that writes into it.
 */
enum {
	SIZE_MAX_CELLS = 90,
	RUN_MAX = 5,
	PAGE = 4096,
};

typedef struct {
	TempFile folder;
	char path[TEMP_PATH_SIZE + 16], link[TEMP_PATH_SIZE + 16],
		away[TEMP_PATH_SIZE + 16];
	size_t prefix; /* bytes before those of the ledger */
	Document *doc;
	Cells opened;   /* what the file has that is open */
	bool alone;     /* nobody else does anything in this round */
	bool disturbed; /* others have done something since it was opened */
	bool cut;       /* the file was cut since file and document were the same */
} World;

extern World s;

/* Everything, before and after an operation. */
typedef struct {
	Cells document, file;
	size_t depth;
} Look;

bool name_is_ours(void);
bool is_live(void);
/* Live stores into the file that is open, whoever has its name. */
bool would_store_elsewhere(void);
/* Of undo. */
size_t depth(void);
Cells read_file(void);
Look look(void);
/* What was edited, or went wrong, reaches no file. */
Look expect_file_untouched(const Look *before);
/* File and document have the same bytes. */
void expect_same(const Look *now);
void open_document(Access access);
/* keep: the edits stay in their journal, as when the program dies. */
void close_document(bool keep);
void write_file(const char *path, const Cells *cells);
/* At least one, at most RUN_MAX. */
size_t new_ids(uint8_t *ids, bool foreign);
void others_write(const Look *before);
void others_append(const Look *before);
void remove_link(void);
/* Another process does something, and the document hears of it. */
void others(void);

#endif
