/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_OUTPUT_H
#define MHEX_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "mhex/error.h"

/*
 * Results on standard output, collected so that a million short lines are not a
 * million system calls. That they cannot be written is an error like any other.
 */
typedef struct {
	StrBuf pending;
	StrBuf prefix; /* in front of every line; empty: none */
	bool inside_line;
} Output;

void output_free(Output *output);

/* In front of every line from here on: name, escaped, and a colon. NULL: nothing. */
void output_set_name(Output *output, const char *name);

/* An EditorSink's function; context is the Output. A length of 0: write what is
 * collected, because something else is about to write there. */
MhexStatus output_write(void *context, const char *bytes, size_t length, MhexError *err);

MhexStatus output_flush(Output *output, MhexError *err);

#endif
