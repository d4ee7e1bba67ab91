/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RECOVER_LIST_H
#define MHEX_RECOVER_LIST_H

#include "options.h"

/*
 * --recover=list: what crashes have left, a line for each, to standard output; only that
 * of the FILEs where some are given.
 */

/* The program's exit status. */
int recover_list(const Options *options);

#endif
