/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_REPLACE_FILE_H
#define MHEX_STORAGE_REPLACE_FILE_H

#include <stdint.h>
#include <sys/stat.h>

#include "mhex/error.h"

/*
 * A new file that takes the place of another one, or a name that is free.
 *
 * It is made beside its target in a folder that is held open, so that renaming the folder
 * does no harm: without a name (O_TMPFILE), or where the file system cannot do that under
 * a short temporary one (.mhex-XXXXXX). Symbolic links are followed first: the file is
 * replaced, not the link. Until replace_file_commit() the target is untouched, and
 * nothing stays behind when it fails; without a name, also when the process is killed.
 * What a kill leaves between the two is found again by replace_trace.h.
 */
typedef struct ReplaceFile ReplaceFile;

/* old is the open file that path leads to, or -1 where nothing may be; it must outlive
 * the ReplaceFile. bytes will be written (not counting holes).
 *
 * MHEX_E_UNSUPPORTED: another file in its place would be wrong or is impossible here: it
 * has several names, is mounted, its owner or attributes cannot be kept, or its folder
 * may not be changed. The sentence gives the reason; write into the old file then.
 * MHEX_E_CONFLICT: the name belongs to another file than old. MHEX_E_NOSPACE. */
MhexStatus replace_file_open(ReplaceFile **out, const char *path, int old, uint64_t bytes,
			     MhexError *err);

/* The new file, for writing and reading; borrowed. */
int replace_file_fd(const ReplaceFile *file);

/* What a trace of it needs (replace_trace.h). */
typedef struct {
	const char *target; /* without symbolic links; may be relative; borrowed */
	const char *name;   /* that the new file has or will have beside it; borrowed */
	uint64_t new_inode;
	int new_fd;         /* borrowed */
	struct stat before; /* the old file; inode 0: there is none */
} ReplaceNames;
MhexStatus replace_file_names(const ReplaceFile *file, ReplaceNames *names,
			      MhexError *err);

/* The new file gets the old one's owner, mode and attributes, reaches the disk and takes
 * its place, unless the old one was changed since replace_file_open(): then everything is
 * as before, and MHEX_E_CONFLICT. An old name that is gone is made again.
 * MHEX_E_UNSUPPORTED as above. Frees *file in any case. */
MhexStatus replace_file_commit(ReplaceFile *file, MhexError *err);

/* Give the new file up, and free *file; it may be NULL. */
void replace_file_discard(ReplaceFile *file);

/* The way to the file that path leads to, without symbolic links in its last part: also
 * when that file does not exist. Owned by the caller; NULL with errno. */
char *replace_file_target(const char *path);

#endif
