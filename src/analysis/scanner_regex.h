/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_SCANNER_REGEX_H
#define MHEX_ANALYSIS_SCANNER_REGEX_H

#include "analysis/scanner.h"

/*
 * The part of a scanner that is for regular expressions.
 *
 * Short runs are put together before the expression sees them; of a long one only what is
 * near its ends is copied. Which places are decided is counted in scanner->decided.
 */

/* False when memory is out. */
bool scanner_regex_init(Scanner *scanner);
void scanner_regex_feed(Scanner *scanner, uint64_t offset, const uint8_t *bytes,
			size_t length);
void scanner_regex_finish(Scanner *scanner);

/* scanner.c's: the first multiple of every at or after offset; UINT64_MAX when there is
 * none. */
uint64_t scanner_align(const Scanner *scanner, uint64_t offset);

#endif
