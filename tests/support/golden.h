/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_GOLDEN_H
#define MHEX_TESTS_GOLDEN_H

#include <stdbool.h>

/*
 * Golden files: what a test expects, too large to be written in the test, kept beside
 * it and read in review.
 */

/* Does text equal the file path (below tests/)? Where it does not, the lines that differ
 * are printed on standard error. With MHEX_UPDATE_GOLDEN=1 in the environment the file
 * is written instead, and the answer is true. */
bool golden_check(const char *path, const char *text);

#endif
