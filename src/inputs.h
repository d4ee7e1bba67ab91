/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_INPUTS_H
#define MHEX_INPUTS_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "mhex/editor.h"
#include "mhex/error.h"

/*
 * What is named on the command line: files, and what has no size. "-", "/dev/stdin"
 * and FIFOs are read to their end first, with progress on standard error when that
 * is a terminal; Ctrl-C stops the reading and keeps what came.
 */

/* Open name in editor. When reading ended early (a full disk), what came is open
 * all the same, *partial is true and the error says how much it is. */
MhexStatus input_add(Editor *editor, const char *name, bool *partial, MhexError *err);

/* All of a script; "-": standard input. */
MhexStatus input_read_script(const char *name, StrBuf *text, MhexError *err);

#endif
