/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_MATCH_SAVE_H
#define MHEX_EDITOR_MATCH_SAVE_H

#include "base/job.h"
#include "editor/matches.h"

enum {
	MATCH_LINE_MAX = 2 + 16 + 1, /* "0x", digits, a newline */
};

/* The line of a match, into at most MATCH_LINE_MAX bytes; returns how many. */
size_t match_put_line(char *to, uint64_t offset);

/*
 * A job that writes offsets of matches to a file, "0x%x" a line. It appears under its
 * name when it is complete.
 */
typedef struct MatchSave MatchSave;

/* matches, which were updated, must not change before match_save_finish(). path is
 * copied. force: an existing file is replaced, else it is MHEX_E_REFUSED. */
MhexStatus match_save_start(MatchSave **out, const Matches *matches, const char *path,
			    bool force, int wake_fd, MhexError *err);
bool match_save_done(const MatchSave *save);
void match_save_cancel(MatchSave *save);
void match_save_get_progress(const MatchSave *save, uint64_t *done, uint64_t *total);
/* Wait for the end and free it; *count: of the lines. */
MhexStatus match_save_finish(MatchSave *save, uint64_t *count, MhexError *err);

#endif
