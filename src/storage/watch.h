/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_WATCH_H
#define MHEX_STORAGE_WATCH_H

#include <stdbool.h>

#include "storage/storage.h"

/*
 * What others do to a file and to its name.
 *
 * Two things that do not depend on each other: a question, answered by stat(), which
 * decides; and a descriptor that becomes readable when asking is worth while. The second
 * need not work: where there is no inotify, or no watch left, one asks now and then.
 */

typedef enum {
	NAME_OURS,
	NAME_GONE,
	NAME_ANOTHERS, /* another file has it */
} NameState;

/* Who has the name of the storage, which was measured? Only regular files can lose
 * theirs. path: as it was opened. A failure: it cannot be told, and *state is
 * NAME_OURS. */
MhexStatus watch_look_at_name(NameState *state, const Storage *storage, const char *path,
			      MhexError *err);

/* One path that is watched. Belongs to one thread. */
typedef struct Watch Watch;

/* NULL where that is impossible, which every function here takes. Owned:
 * watch_close(). */
Watch *watch_open(void);
void watch_close(Watch *watch);

/* Watch the file that path leads to, its folder, and the folder of the name itself when
 * that is a symbolic link; nothing else any more. NULL: nothing. Call it again when
 * another file has got the name. */
void watch_follow(Watch *watch, const char *path);

/* Readable when something has happened; -1 for NULL. Borrowed. */
int watch_fd(const Watch *watch);
/* Swallow what is told. True when any of it is about the path. */
bool watch_take(Watch *watch);

#endif
