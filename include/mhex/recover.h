/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RECOVER_H
#define MHEX_RECOVER_H

/*
 * What to do with what a crash has left of a file: a save that was interrupted.
 */
typedef enum {
	RECOVER_ASK,   /* on a terminal; in batch it is an error to have something left */
	RECOVER_APPLY, /* finish what was begun */
	RECOVER_DROP,  /* leave the file as it is, and forget it */
	RECOVER_REVERT, /* put back what was before */
	RECOVER_LIST,   /* say what there is, of all files, and end */
} Recover;

#endif
