/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_STORAGE_UNLINKED_FILE_H
#define MHEX_STORAGE_UNLINKED_FILE_H

/* A new file in folder that has no name and goes when it is closed, to read and to write;
 * -1 with errno. Owned: close(). */
int unlinked_file_open(const char *folder);
/* Likewise, in $TMPDIR, else in /var/tmp. */
int unlinked_file_open_temporary(void);

#endif
