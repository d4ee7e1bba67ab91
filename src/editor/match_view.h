/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_MATCH_VIEW_H
#define MHEX_EDITOR_MATCH_VIEW_H

#include "editor/editor_private.h"

/*
 * The list of matches on the screen. It has no rows: what is seen of it is made for each
 * frame, so its length costs nothing. Closing it keeps the matches.
 */

/* The matches of a search that is about to be started replace older ones. */
MhexStatus match_view_begin(Editor *editor, const char *pattern, size_t length,
			    const SearchRequest *request, MhexError *err);
void match_view_open(Editor *editor, Search *search); /* which has been started */
void match_view_close(Editor *editor);
/* Write them to a file, by a job; without a loop it also waits for the end. */
MhexStatus match_view_save(Editor *editor, const char *path, bool force, MhexError *err);
MhexStatus match_view_end_save(Editor *editor, MhexError *err); /* it is done */
/* The file closes: stop what finds or saves its matches, and forget them. */
void match_view_abandon(Editor *editor, const OpenFile *file);

/* Show them again, near the cursor. */
MhexStatus match_view_reopen(Editor *editor, MhexError *err);
void match_view_key(Editor *editor, const char *key);
void match_view_frame(Editor *editor, Frame *frame);

/* Are the matches known, so that the one after (or before) start needs no search? Then go
 * there. *status: MHEX_E_NOTFOUND behind the last one, without wrapping. */
bool match_view_follow(Editor *editor, bool backward, uint64_t start, MhexStatus *status,
		       MhexError *err);

#endif
