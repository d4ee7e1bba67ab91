/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RECOVER_LIST_H
#define MHEX_RECOVER_LIST_H

#include <stdbool.h>

#include "options.h"

/*
 * --recover=list: what crashes have left, a line for each, to standard output; only that
 * of the FILEs where some are given.
 */

/* The program's exit status. */
int recover_list(const Options *options);

/* --recover=drop with FILEs that are all gone, and no commands: forget what is left of
 * them, and say what it was. False when that is not what is asked for, or nothing is
 * left: then the files are opened as ever. */
bool recover_drop_gone(const Options *options, int *exit_status);

#endif
