/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_FUZZ_SCRATCH_H
#define MHEX_TESTS_FUZZ_SCRATCH_H

#include <stdbool.h>

#include "storage/state_folder.h"

/*
 * A folder for the files of a target, in memory where there is one, with a state folder
 * that belongs to mhex in this process. Made once; removed when the process ends, with
 * what the target has left in it.
 */
typedef struct {
	StateFolder state;
	char top[64], path[80]; /* the folder, and a file that the target may make */
} Scratch;

const Scratch *scratch_open(void);

/* Ends the process as a finding. */
void scratch_check(bool right);

void scratch_remove_journals(void);

#endif
