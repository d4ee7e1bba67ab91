/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_REPLACE_TRACE_H
#define MHEX_STORAGE_REPLACE_TRACE_H

#include "base/strbuf.h"
#include "mhex/error.h"
#include "storage/replace_file.h"

/*
 * The file beside its target (.mhex-XXXXXX) that stays behind when a replacement is
 * killed, found again: a journal in the state folder names it, its inode and that of the
 * old file, from before it has a name until it has none.
 *
 * It is removed only where it is known to be ours and of no use: the new file as long as
 * the target has its name, or the old one, exactly as it was, when the new one is in
 * place. Anything else stays where it is, and is told.
 */
#define REPLACE_TRACE_KIND "temp" /* what journal_list() says of them */

typedef struct ReplaceTrace ReplaceTrace;

/* Belongs to the caller: replace_trace_end(), when the replacement is over. Not synced:
 * it is for the death of the program. */
MhexStatus replace_trace_begin(ReplaceTrace **out, const ReplaceFile *file,
			       MhexError *err);
/* NULL is allowed. */
void replace_trace_end(ReplaceTrace *trace);

/* Remove what dead programs have left of replacements of the file at path.
 * MHEX_E_CONFLICT, once: the one that the sentence names was kept. */
MhexStatus replace_trace_clear(const char *path, MhexError *err);

/* For lists: add what the journal of this name is about, and its file to path. */
MhexStatus replace_trace_describe(StrBuf *out, StrBuf *path, const char *name,
				  MhexError *err);

#endif
