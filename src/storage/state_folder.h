/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_STATE_FOLDER_H
#define MHEX_STORAGE_STATE_FOLDER_H

#include <stdbool.h>

#include "mhex/error.h"

/*
 * The folder where mhex keeps what must outlive it: journals of saves and of edits.
 *
 * $XDG_STATE_HOME/mhex, else ~/.local/state/mhex, of the user that mhex runs as: where
 * $HOME belongs to somebody else (sudo), the home of the passwd entry is taken. A folder
 * that is another user's, that others may write to, or a symbolic link in its place is
 * refused: whoever can put files there could make mhex write into other ones.
 */
typedef struct {
	int fd;     /* -1: not open */
	char *path; /* owned; for sentences */
} StateFolder;

/* Open it; with create, made with mode 0700 where it is missing (and the folders that
 * lead there, below a home that exists). MHEX_E_NOTFOUND: it is missing. After a failure
 * there is nothing to close. */
MhexStatus state_folder_open(StateFolder *out, bool create, MhexError *err);

/* The same for a folder by name. */
MhexStatus state_folder_open_at(StateFolder *out, const char *path, bool create,
				MhexError *err);

void state_folder_close(StateFolder *folder);

#endif
