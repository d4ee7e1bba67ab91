/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_REGEX_BYTES_H
#define MHEX_ANALYSIS_REGEX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/pattern.h"

/* Which bytes a part of a regular expression that stands for one of them accepts. */
typedef struct {
	bool has[256];
} ByteSet;

/* PCRE2's option for a letter behind "/" or in "(?i)"; 0: there is none. */
uint32_t regex_option(char letter);

/* Options of every expression: bytes, not characters, and "$" is the very end. */
uint32_t regex_base_options(void);

/* text is a letter, an escape or a class: PCRE2 itself is asked, byte by byte. False when
 * it matches none, or nothing, too. */
bool regex_bytes(ByteSet *out, const char *text, size_t length, uint32_t options);

/* The element of a pattern that accepts all of them, and as few others as one can. */
void byte_set_hull(const ByteSet *set, PatternElement *out);

#endif
